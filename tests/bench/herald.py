"""The bot as it runs, with members of one group who get a broadcast when it is told to: SIGUSR1."""

import asyncio
import os
import signal
from dataclasses import replace
from datetime import UTC, datetime

from bot import log
from bot.app import App
from bot.core.contact import Contact
from bot.core.house import House
from bot.core.message import Address, Screen, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.terms import Terms
from bot.core.verdict import Drop, Judge, Send, Verdict
from bot.main import run_loop
from bot.settings import load_settings
from bot.storage.store import Store

NEWS = Screen(("See you tomorrow, 18:00?",))


async def fill(store: Store, first: int, many: int) -> None:
    """Let so many join."""
    now = datetime.now(UTC)

    async def join(chat: int) -> None:
        address = Address("telegram", str(chat))

        def act(contact: Contact, _: House) -> tuple[Contact, None]:
            known = replace(contact, language="en", seen=fold(now))
            return known.with_memberships({"porto": Terms()}, str(address)), None

        await store.step(address, act)

    await asyncio.gather(*(join(chat) for chat in range(first, first + many)))


async def judging(_now: datetime) -> Judge:
    """Return a judge that sends to every member."""

    def judge(contact: Contact, _house: House, _notice: Notice) -> Verdict:
        return Send(Address.parse(contact.address), NEWS) if contact.memberships else Drop("left")

    return judge


async def main() -> None:
    """Run until killed."""
    settings = load_settings()
    log.set_up(settings.log_level)
    first, _, many = os.environ["BENCH_RECIPIENTS"].partition(":")
    tasks = set()
    async with App(settings) as app:
        await fill(app.store, int(first), int(many))
        app.outbox._judging = judging

        async def announce() -> None:
            at = int(datetime.now(UTC).timestamp())
            await app.store.outbox.announce(Notice(NoticeKind.BROADCAST, ("porto",), at, at + 86400))
            app.outbox.wake()

        def begin() -> None:
            tasks.add(asyncio.create_task(announce()))

        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, begin)
        await app.run()


if __name__ == "__main__":
    run_loop(main())
