"""A platform that keeps everything in memory, and fails when it is told to."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable

from bot.channels.base import Receive, SendError, Shown
from bot.core.message import Address, Media, Outgoing, Screen
from tests.conversations.phone import Phone

NOTHING = Screen(())
"""Is shown where a press is only answered."""


class Chats:
    """A channel whose people are phones in memory."""

    def __init__(self, name: str = "telegram") -> None:
        """Begin without anyone."""
        self.name = name
        self.phones: dict[Address, Phone] = {}
        self.shown: list[Outgoing] = []
        self.erased: list[tuple[Address, tuple[str, ...]]] = []
        self.files: dict[str, bytes] = {}
        """What can be fetched, by name."""
        self.fetched: list[str] = []
        self.failures: deque[BaseException] = deque()
        """Raised one by one by the next calls."""
        self.gates: dict[Address, asyncio.Event] = defaultdict(_open)
        self.news = asyncio.Condition()

    def phone(self, address: Address, locale: str = "en") -> Phone:
        """Return someone's phone."""
        return self.phones.setdefault(address, Phone(address, locale))

    async def run(self, receive: Receive) -> None:
        """Pass nothing on: the tests do."""

    async def show(self, outgoing: Outgoing) -> Shown:
        """Show a screen on her phone, when her gate is open."""
        await self.gates[outgoing.to].wait()
        self._fail()
        if outgoing.screen == NOTHING:
            return Shown(())
        shown = self.phone(outgoing.to).show(outgoing)
        self.shown.append(outgoing)
        async with self.news:
            self.news.notify_all()
        return shown

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for what should be shown."""
        async with self.news:
            await self.news.wait_for(is_so)

    async def erase(self, to: Address, handles: tuple[str, ...]) -> None:
        """Take messages out of her chat."""
        self._fail()
        self.erased.append((to, handles))
        self.phone(to).erase(handles)

    async def fetch(self, media: Media) -> bytes:
        """Return a file that lies here."""
        self.fetched.append(media.ref)
        await asyncio.sleep(0)
        self._fail()
        if media.ref not in self.files:
            raise SendError("no such file")
        return self.files[media.ref]

    async def check(self) -> str:
        """Say who we are."""
        return self.name

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.popleft()


def _open() -> asyncio.Event:
    gate = asyncio.Event()
    gate.set()
    return gate


def busy(after: float = 0.0) -> SendError:
    """Return what a platform says that wants us to wait."""
    return SendError("busy", retryable=True, after=after)
