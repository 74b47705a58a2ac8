"""An outbox beside a dispatcher, on a platform in memory, with women in one group."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.channels.base import Shown
from bot.clock import Clock
from bot.core.contact import Contact
from bot.core.house import House
from bot.core.message import Address, Outgoing, Screen, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.terms import Terms
from bot.core.verdict import Drop, Judge, Send, Verdict
from bot.services.dispatcher import Dispatcher
from bot.services.outbox import Outbox
from bot.storage.store import Store
from tests.conversations.phone import Phone
from tests.services.chats import Chats
from tests.storage.example import read
from tests.storage.test_notices import due_at, stages, states

START = datetime.fromisoformat("2026-11-21T22:00:00+00:00")
HELLO = "See you tomorrow?"
STARTS = "See you"


def judge(contact: Contact, _house: House, notice: Notice) -> Verdict:
    """Send it to every member."""
    screen = Screen((notice.texts.get("en", HELLO),))
    return Send(Address.parse(contact.address), screen) if contact.memberships else Drop("left")


async def judging(_now: datetime) -> Judge:
    """Return the judge that sends to every member."""
    return judge


def notice(text: str = HELLO, kind: NoticeKind = NoticeKind.BROADCAST, group: str = "porto") -> Notice:
    """Return a notice that is due, and useful for a day."""
    at = int(START.timestamp())
    return Notice(kind, (group,), at, at + 86400, texts={"en": text})


async def join(store: Store, address: Address, group: str = "porto") -> None:
    """Let a woman join a group."""

    def act(contact: Contact, _: House) -> tuple[Contact, None]:
        known = replace(contact, seen=fold(START))
        return known.with_memberships({group: Terms()}, str(address)), None

    await store.step(address, act)


def watch_the_end(store: Store) -> asyncio.Event:
    """Return an event that is set when a notice ends."""
    ended, end = asyncio.Event(), store.outbox.end

    async def noted(now: datetime) -> list[Notice]:
        if over := await end(now):
            ended.set()
        return over

    store.outbox.end = noted  # type: ignore[method-assign]  # it only listens
    return ended


@dataclass(frozen=True)
class Scene:
    """All that meets when something is sent first."""

    store: Store
    outbox: Outbox
    dispatcher: Dispatcher
    chats: Chats
    clock: Clock

    @property
    def ana(self) -> Phone:
        """One woman."""
        return self.chats.phone(Address("telegram", "1"))

    @property
    def eva(self) -> Phone:
        """Another."""
        return self.chats.phone(Address("telegram", "2"))

    async def join(self, *phones: Phone, group: str = "porto") -> None:
        """Let some women join a group."""
        for phone in phones:
            await join(self.store, phone.address, group)

    async def is_member(self, phone: Phone) -> bool:
        """Tell whether a woman is in the group."""
        return bool((await read(self.store, phone.address)).memberships)

    async def announce(self, *notices: Notice) -> None:
        """Let something be said."""
        for each in notices or (notice(),):
            await self.store.outbox.announce(each)
        self.outbox.wake()

    def later(self, after: timedelta) -> None:
        """Set the clock."""
        self.clock.set(START + after)
        self.outbox.wake()

    async def due_at(self) -> list[datetime]:
        """Return when each delivery is due."""
        return [datetime.fromtimestamp(at, START.tzinfo) for at in await due_at(self.store)]

    async def tries(self) -> int:
        """Count the tries of all deliveries."""
        query = "SELECT total(tries) FROM delivery"
        (tries,) = await self.store._database.run(lambda connection: connection.execute(query).fetchone())
        return int(tries)

    async def tried(self, tries: int) -> None:
        """Wait until so many tries were made and noted."""
        async with asyncio.timeout(10):
            while await self.tries() != tries or "sending" in await states(self.store):
                pass

    async def arrive(self, **wanted: int) -> None:
        """Wait until the deliveries are in these states."""
        found: dict[str, int] = {}
        try:
            async with asyncio.timeout(10):
                while (found := await states(self.store)) != wanted:
                    pass
        except TimeoutError:
            assert found == wanted

    async def end(self, *wanted: str) -> None:
        """Wait until the notices are in these stages."""
        self.outbox.wake()
        async with asyncio.timeout(10):
            while await stages(self.store) != list(wanted):
                pass

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(10):
            while not holds():
                await stages(self.store)

    def texts(self, phone: Phone) -> list[str]:
        """Return which of our notices stand in a chat."""
        return [text for text in phone.messages.values() if text.startswith(STARTS)]

    def ranks(self) -> list[int]:
        """Return the ranks of all that was shown."""
        return [outgoing.rank for outgoing in self.chats.shown]

    def stall(self) -> "Stall":
        """Let deliveries be stuck on their way from now on, and answers pass."""
        return Stall(self.chats)


class Stall:
    """A platform that takes deliveries and does not answer."""

    def __init__(self, chats: Chats) -> None:
        """Let none through until `end`."""
        self._is_reached, self._is_over = asyncio.Event(), asyncio.Event()
        self._show = chats.show
        chats.show = self._slowly  # type: ignore[method-assign]  # the platform misbehaves

    async def _slowly(self, outgoing: Outgoing) -> Shown:
        if outgoing.rank:
            self._is_reached.set()
            await self._is_over.wait()
        return await self._show(outgoing)

    async def reached(self) -> None:
        """Wait until a delivery is in the air."""
        async with asyncio.timeout(10):
            await self._is_reached.wait()

    def end(self) -> None:
        """Answer."""
        self._is_over.set()
