"""A preview server that runs, and the windows that look at it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp

from bot.channels.web import Status, Web
from bot.core.message import Address, Choice, Incoming, Outgoing, Screen
from tests.waiting import until

ANA = "aaaaaaaa-0001"
RITA = "bbbbbbbb-0002"
YES, BACK = Choice("t1", "Yes"), Choice("b", "Back")


class Watch:
    """A clock that remembers what it was set to."""

    def __init__(self) -> None:
        """Start on a quiet evening."""
        self.at: datetime | None = datetime(2026, 11, 21, 22, tzinfo=UTC)

    def now(self) -> datetime:
        """Return what was set."""
        return self.at or datetime(2026, 1, 1, tzinfo=UTC)

    def set(self, at: datetime | None) -> None:
        """Keep what was set."""
        self.at = at


class House:
    """A running preview, with a `receive` that a test can replace."""

    def __init__(self) -> None:
        """Begin with a conversation that only takes notes."""
        self.clock = Watch()
        self.settable = True
        self.findings: list[str] = []
        self.web = Web(0, clock=self.clock, describe=self.describe)
        self.notes: asyncio.Queue[Incoming] = asyncio.Queue()
        self.answer: Callable[[Incoming], Awaitable[None]] = self.note

    def describe(self) -> Status:
        """Say what is around the chat."""
        return {
            "languages": {"en": {"name": "English", "direction": "ltr"}},
            "findings": self.findings,
            "clock": self.clock.now().isoformat(),
            "clock_settable": self.settable,
        }

    async def note(self, incoming: Incoming) -> None:
        """Take a note and show nothing."""
        self.notes.put_nowait(incoming)

    async def settled(self, count: int) -> list[Incoming]:
        """Wait for the next notes."""
        return [await asyncio.wait_for(self.notes.get(), 10) for _ in range(count)]

    async def gone(self) -> None:
        """Wait until the server noticed that the last window closed."""
        await until(lambda: not self.web._windows)

    async def receive(self, incoming: Incoming) -> None:
        """Hand over to whatever the test put in place."""
        await self.answer(incoming)

    async def say(self, person: str, *texts: str, **more: Any) -> tuple[str, ...]:
        """Show a screen with one choice and one way, and return the handles of it."""
        screen = Screen(texts, (YES,), (BACK,))
        return (await self.web.show(Outgoing(Address("web", person), screen, **more))).living


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[None]:
    """Run the preview and stop it as the program does."""
    task = asyncio.create_task(house.web.run(house.receive))
    try:
        await house.web.listening.wait()
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Window:
    """One browser window."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Wrap the socket."""
        self.socket = socket

    async def send(self, **frame: str) -> None:
        """Send one frame."""
        await self.socket.send_json(frame)

    async def until(self, kind: str) -> dict[str, Any]:
        """Read on to the next frame of this type."""
        while True:
            frame = await self.socket.receive_json(timeout=10)
            if frame["type"] == kind:
                return dict(frame)


@asynccontextmanager
async def window(browser: aiohttp.ClientSession, person: str = ANA, **more: str) -> AsyncIterator[Window]:
    """Open a window and wait until it shows what there is."""
    async with browser.ws_connect("/chat") as socket:
        opened = Window(socket)
        await opened.send(type="start", person=person, **more)
        yield opened
