"""The whole way of a picture: from the flow to her chat on Telegram, and out of it again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from bot.channels.telegram import Telegram
from bot.clock import Clock
from bot.core.library import Library
from bot.core.message import Address
from bot.services.dispatcher import Dispatcher
from bot.storage.store import Store
from tests.drawn import drawn
from tests.fake_bot_api import FakeBotApi
from tests.storage.example import read

ANA = 7


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    """Run a Bot API server."""
    async with FakeBotApi() as server:
        yield server


@pytest.fixture
def library(library: Library) -> Library:
    """Return the flows that we ship with drawings of our own."""
    return replace(library, pictures={name: drawn(name, shade) for shade, name in enumerate(("wake", "call"))})


@asynccontextmanager
async def serving(api: FakeBotApi, store: Store, library: Library, clock: Clock) -> AsyncIterator[None]:
    """Run the bot as after a start: nothing is known but what is stored."""

    async def current() -> Library:
        return library

    telegram, dispatcher = Telegram(api.token, api_url=api.url), Dispatcher(store, current, clock.now)
    dispatcher.channels[telegram.name] = telegram
    running = asyncio.create_task(telegram.run(dispatcher.receive))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def seen(api: FakeBotApi) -> list[tuple[str, str]]:
    """List what she sees of the bot: what it is, and how its words begin."""
    mine = [message for message in api.chats[ANA].messages.values() if message.mine]
    return [(each.photo and "picture", (each.caption or each.text).split("\n")[0]) for each in mine]


async def test_a_picture_is_shown_changed_after_a_restart_and_hidden(
    api: FakeBotApi, store: Store, library: Library, clock: Clock
) -> None:
    async with serving(api, store, library, clock):
        api.say(ANA, "overdose")
        await api.until(lambda: api.called("sendPhoto") and api.confirmed)
    assert seen(api) == [("picture", "Shake them. Shout their name.")]
    (handle,) = (await read(store, Address("telegram", str(ANA)))).living
    async with serving(api, store, library, clock):
        api.press(ANA, api.chats[ANA].last.button("They don't wake up")["callback_data"])
        await api.until(lambda: ("picture", "Call now:") in seen(api))
        assert (await read(store, Address("telegram", str(ANA)))).living == (handle,)
        api.say(ANA, "hide")
        await api.until(lambda: ("", "Have a nice day.") in seen(api))
    assert seen(api) == [("", "Have a nice day.")]
    assert {call.status for call in api.calls if call.status} == {200}
