"""A dispatcher on a store of its own, with a platform in memory and a sleep that takes no time."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.core.library import Library
from bot.core.message import Address
from bot.services.dispatcher import Dispatcher
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.services.chats import Chats
from tests.sleeper import Sleeper
from tests.storage.example import KEY

START = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)


@pytest.fixture
def sleeper() -> Sleeper:
    """Return a sleep that takes no time."""
    return Sleeper()


@pytest.fixture
def clock() -> Clock:
    """Return a clock that shows a quiet evening."""
    clock = Clock()
    clock.set(START)
    return clock


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Yield a store that is open."""
    async with Store.open(tmp_path / "data" / "comadre.sqlite3", Vault(KEY)) as opened:
        yield opened


@pytest.fixture
def chats() -> Chats:
    """Return a platform in memory."""
    return Chats()


@pytest.fixture
def dispatcher(store: Store, library: Library, clock: Clock, sleeper: Sleeper, chats: Chats) -> Dispatcher:
    """Return the dispatcher of that platform."""

    async def current() -> Library:
        return library

    dispatcher = Dispatcher(store, current, clock.now, sleeper)
    dispatcher.channels[chats.name] = chats
    return dispatcher


@pytest.fixture
def reborn(dispatcher: Dispatcher, store: Store, clock: Clock) -> Dispatcher:
    """Return the dispatcher of a program that starts again after a crash."""
    reborn = Dispatcher(store, dispatcher._library, clock.now)
    reborn.channels = dispatcher.channels
    return reborn


@pytest.fixture
def ana(chats: Chats) -> Phone:
    """Return the phone of one woman."""
    return chats.phone(Address("telegram", "1"))


@pytest.fixture
def eva(chats: Chats) -> Phone:
    """Return the phone of another."""
    return chats.phone(Address("telegram", "2"))
