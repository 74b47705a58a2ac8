"""Taking back: the messages in her chat, and everything that is kept about her."""

from bot.channels.base import Channel
from bot.core.message import Address
from bot.log import EVENTS
from bot.storage.store import Store, StoreProblem


async def wipe(channel: Channel, address: Address, handles: tuple[str, ...]) -> None:
    """Delete messages on both sides, as far as the platform lets us: she is told before. Raises `SendError`."""
    if handles:
        await channel.erase(address, handles)


async def scrub(store: Store) -> None:
    """Leave no byte of her record in the database or its log; the row is gone already."""
    try:
        await store.scrub()
    except StoreProblem as problem:
        EVENTS.error(
            "erased, yet old bytes are still in the log of the database; the next purge takes them: %s", problem
        )
