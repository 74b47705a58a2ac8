"""Taking back: the messages in her chat, and everything that is kept about her."""

from collections.abc import Awaitable, Callable

from bot.channels.base import Channel, SendError
from bot.core.message import Address
from bot.log import EVENTS
from bot.storage.store import Store, StoreProblem

PATIENCE = (0.5, 2.0, 8.0, 30.0)
"""Seconds between tries to take a message back."""


async def take_back(
    channel: Channel, to: Address, handles: tuple[str, ...], sleep: Callable[[float], Awaitable[None]]
) -> None:
    """Delete what has reached someone who has left meanwhile, again while the platform is busy."""
    for pause in (*PATIENCE, None):
        try:
            await channel.erase(to, handles)
        except SendError as error:
            if not error.retryable or pause is None:
                EVENTS.warning("a message to someone who has left was not taken back: %s", error)
                return
            await sleep(max(pause, error.after))
        else:
            return


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
