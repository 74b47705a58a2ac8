"""What the tests of channels share: a server with a Telegram channel on it, someone who receives, and a preview."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest

from bot.channels.telegram import Telegram
from bot.core.message import Incoming
from tests.channels.preview import House, serving
from tests.fake_bot_api import FakeBotApi, aiogram_judge
from tests.sleeper import Sleeper


class Desk:
    """Receives updates; a gate holds those of one chat back."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.begun: list[Incoming] = []
        self.settled: list[Incoming] = []
        self.gates: dict[str, asyncio.Event] = {}
        self._news = asyncio.Event()

    def hold(self, chat: int) -> asyncio.Event:
        """Let updates of this chat wait until the gate is set."""
        return self.gates.setdefault(str(chat), asyncio.Event())

    async def __call__(self, incoming: Incoming) -> None:
        """Settle an update when its gate is open."""
        self.begun.append(incoming)
        self._news.set()
        if gate := self.gates.get(incoming.address.id):
            await gate.wait()
        self.settled.append(incoming)
        self._news.set()

    async def until(self, predicate: Callable[[], bool]) -> None:
        """Wait until it holds; looked at whenever an update begins or ends."""
        async with asyncio.timeout(10):
            while not predicate():
                self._news.clear()
                await self._news.wait()

    def texts(self) -> list[str]:
        """List what was said, in the order of settling."""
        return [incoming.text for incoming in self.settled]


Start = Callable[[Telegram, Desk], AbstractAsyncContextManager[asyncio.Task[None]]]


@pytest.fixture
def sleeper() -> Sleeper:
    """Return a sleep that takes no time."""
    return Sleeper()


@pytest.fixture
def desk() -> Desk:
    """Return someone who receives."""
    return Desk()


@pytest.fixture(scope="session")
def judge() -> Callable[[str, dict[str, Any]], None]:
    """Load the models of the judge before anything waits for an answer: that takes seconds."""
    aiogram_judge("getMe", {})
    return aiogram_judge


@pytest.fixture
async def api(judge: Callable[[str, dict[str, Any]], None]) -> AsyncIterator[FakeBotApi]:
    """Run a Bot API server whose calls aiogram judges."""
    async with FakeBotApi(judge=judge) as server:
        yield server


@pytest.fixture
async def telegram(api: FakeBotApi, sleeper: Sleeper) -> AsyncIterator[Telegram]:
    """Connect the channel to that server."""
    channel = Telegram(
        api.token,
        api_url=api.url,
        group_notice=lambda language: f"only in private ({language})",
        sleep=sleeper,
        random=lambda: 0.5,
    )
    yield channel
    await channel.close()


@asynccontextmanager
async def running(channel: Telegram, desk: Desk) -> AsyncIterator[asyncio.Task[None]]:
    """Run the channel meanwhile, and stop it as SIGTERM does."""
    task = asyncio.create_task(channel.run(desk))
    try:
        yield task
    finally:
        if not task.cancelling():  # a second one would mean impatience
            task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Serve a preview on a free port."""
    house = House()
    async with serving(house):
        yield house


@pytest.fixture
async def browser(house: House) -> AsyncIterator[aiohttp.ClientSession]:
    """Speak HTTP as the page does."""
    async with aiohttp.ClientSession(house.web.url, headers={"Origin": house.web.url}) as session:
        yield session
