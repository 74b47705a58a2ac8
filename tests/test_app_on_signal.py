"""Both platforms in one process: one woman on each, and neither needs the other."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.app import App
from bot.content.library import default_folder
from bot.core.message import Address
from bot.settings import Settings
from tests.fake_bot_api import FakeBotApi
from tests.fake_signal import ACCOUNT, ANA, FakeSignal
from tests.storage.example import read
from tests.waiting import until

EVA = 7


@asynccontextmanager
async def running(folder: Path, api: FakeBotApi, socket: str) -> AsyncIterator[App]:
    """Run the whole program on both platforms until the test is over."""
    settings = Settings(
        telegram_token=SecretStr(api.token),
        telegram_api_url=api.url,
        signal_socket=socket,
        signal_account=ACCOUNT,
        data_dir=folder / "data",
        key_file=folder / "keys" / "key",
        content_dir=default_folder(),
    )
    async with App(settings) as app:
        task = asyncio.create_task(app.run())
        try:
            yield app
        finally:
            if not task.done():
                os.kill(os.getpid(), signal.SIGTERM)
            await task


def words(api: FakeBotApi) -> list[str]:
    """Return what the woman on Telegram reads."""
    return [message.text for message in api.chats[EVA].messages.values() if message.mine]


async def test_each_woman_stays_on_hers(tmp_path: Path) -> None:
    async with FakeBotApi() as api, FakeSignal(is_manual=True) as daemon, running(tmp_path, api, daemon.where) as app:
        api.say(EVA, "/start")
        daemon.say(ANA, "hi")
        await daemon.until(lambda: daemon.phones[ANA].texts)
        await api.until(lambda: words(api))
        daemon.say(ANA, "1")
        await daemon.until(lambda: "What do you need?" in daemon.phones[ANA].texts[-1])
        api.say(EVA, "overdose")
        await api.until(lambda: "What do you need?" not in words(api)[-1] and len(words(api)) > 0)
        assert "1 · " in daemon.phones[ANA].texts[-1]
        assert not any("1 · " in text for text in words(api))
        assert "only you can delete" not in "".join(words(api))
        on_signal = await read(app.store, Address("signal", ANA))
        on_telegram = await read(app.store, Address("telegram", str(EVA)))
        assert on_signal.position
        assert on_telegram.position
        assert not set(on_signal.living) & set(on_telegram.living)


async def test_telegram_is_served_while_the_daemon_is_away_and_signal_when_it_comes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with FakeBotApi() as api, FakeSignal(is_manual=True) as daemon:
        await daemon.stop()
        async with running(tmp_path, api, daemon.where):
            api.say(EVA, "/start")
            await api.until(lambda: words(api))
            assert caplog.text.count("signal-cli is not there") <= 1
            await daemon.start()
            daemon.say(ANA, "hi")
            await daemon.until(lambda: ANA in daemon.phones and daemon.phones[ANA].texts)
        assert caplog.text.count("signal-cli is not there") == 1


async def test_an_account_that_the_daemon_does_not_have_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with FakeBotApi() as api, FakeSignal(is_manual=True, accounts=("+15550009999",)) as daemon:
        async with running(tmp_path, api, daemon.where):
            await daemon.until(lambda: daemon.called("listAccounts"))
            api.say(EVA, "/start")
            await api.until(lambda: words(api))
        assert "COMADRE_SIGNAL_ACCOUNT" in caplog.text
        assert ACCOUNT not in caplog.text


async def test_a_screen_that_was_due_when_the_program_died_comes_at_the_next_start(tmp_path: Path) -> None:
    async with FakeBotApi() as api, FakeSignal(is_manual=True) as daemon:
        async with running(tmp_path, api, daemon.where) as app:
            daemon.say(ANA, "hi")
            await daemon.until(lambda: daemon.phones[ANA].texts)
            address = Address("signal", ANA)
            await until(lambda: not app.dispatcher.is_talking(address))
            await app.store.step(address, lambda contact, _: (contact, None), lambda _: True)
            seen = len(daemon.called("send"))
        async with running(tmp_path, api, daemon.where):
            await daemon.until(lambda: len(daemon.called("send")) > seen)
        assert "Answer with a number" in daemon.phones[ANA].texts[-1]
