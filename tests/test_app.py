"""The program as a whole: it starts, serves, stops cleanly, and says in one line why it cannot."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App, StartProblem
from bot.channels.base import Receive, SendError
from bot.core.house import Role, Rules
from bot.core.message import Address
from bot.settings import Settings
from tests.services.chats import Chats
from tests.storage.example import read


class Open(Chats):
    """A channel that serves until it is stopped, or fails at once."""

    def __init__(self, failure: BaseException | None = None) -> None:
        """Take what `run` is to raise."""
        super().__init__()
        self.failure = failure
        self.receive: asyncio.Future[Receive] = asyncio.get_running_loop().create_future()
        self.is_stopped = False

    async def run(self, receive: Receive) -> None:
        """Hand `receive` to the test, and wait to be stopped."""
        if self.failure:
            raise self.failure
        self.receive.set_result(receive)
        try:
            await asyncio.Event().wait()
        finally:
            self.is_stopped = True

    async def introduce(self, commands: dict[str, list[tuple[str, str]]], descriptions: dict[str, str]) -> None:
        """Note what the platform would show around the chat."""
        self.commands, self.descriptions = commands, descriptions


@pytest.fixture
def settings(tmp_path: Path, content_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Return settings for a folder of its own, without the preview."""
    monkeypatch.setenv("COMADRE_PREVIEW", "off")
    return Settings(data_dir=tmp_path / "data", key_file=tmp_path / "key", content_dir=content_folder)


@pytest.fixture
async def no_task_is_left() -> AsyncIterator[None]:
    """Fail when a test leaves something running behind."""
    before = asyncio.all_tasks()
    yield
    assert asyncio.all_tasks() - before <= {asyncio.current_task()}


@pytest.mark.usefixtures("no_task_is_left")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_it_is_told_to_stop_and_finishes_what_is_in_hand(
    settings: Settings, number: signal.Signals
) -> None:
    async with App(settings) as app:
        channel = Open()
        app.add(channel)
        running, address = asyncio.create_task(app.run()), Address("telegram", "1")
        receive = await channel.receive
        channel.gates[address].clear()
        await receive(channel.phone(address).types("/start en"))
        assert channel.shown == []
        os.kill(os.getpid(), number)
        await asyncio.sleep(0)
        channel.gates[address].set()
        await running
        assert channel.is_stopped
        assert len(channel.shown) == 1
        assert (await read(app.store, address)).living
        assert await app.store.owing() == []


@pytest.mark.usefixtures("no_task_is_left")
@pytest.mark.parametrize(
    ("failure", "said"), [(SendError("Unauthorized"), "COMADRE_TELEGRAM_TOKEN"), (OSError("taken"), "COMADRE_PREVIEW")]
)
async def test_a_channel_that_cannot_serve_is_one_line_that_says_the_way_out(
    settings: Settings, failure: Exception, said: str
) -> None:
    async with App(settings) as app:
        app.add(Open(failure))
        with pytest.raises(StartProblem, match=said):
            await app.run()


@pytest.mark.usefixtures("no_task_is_left")
async def test_content_without_a_meaning_is_one_line_that_names_the_folder(
    settings: Settings, tmp_path: Path, content_folder: Path
) -> None:
    broken = tmp_path / "content"
    for name in ("flows", "locales"):
        shutil.copytree(content_folder / name, broken / name)
    async with App(settings.model_copy(update={"content_dir": broken})) as app:
        channel = Open()
        app.add(channel)
        with pytest.raises(StartProblem, match="comadre check") as caught:
            await app.run()
        assert str(broken) in str(caught.value)


async def test_the_platform_is_told_the_words_that_always_work_in_every_language(settings: Settings) -> None:
    async with App(settings) as app:
        channel = Open()
        app.add(channel)
        assert await app.shelf.open()
        await app._introduce()
        library = await app.shelf.library()
    assert set(channel.commands) == {"", *library.speech.languages}
    for commands in channel.commands.values():
        assert {word for word, _ in commands} == {"menu", "help", "back", "exit", "forget", "stop"}
        assert all(word in library.vocabulary.commands for word, _ in commands)


async def test_a_first_start_makes_a_key_and_a_second_one_uses_it(settings: Settings) -> None:
    async with App(settings) as app:
        assert app.has_new_key
    assert settings.key_file.stat().st_mode & 0o777 == 0o400
    assert settings.database.stat().st_mode & 0o077 == 0
    async with App(settings) as app:
        assert not app.has_new_key


async def test_what_holds_for_moderators_is_a_setting(settings: Settings) -> None:
    strict = settings.model_copy(update={"broadcasts_a_day": 1, "broadcast_approval": "two"})
    async with App(strict) as app:
        address = Address("telegram", "7")
        code = await app.store.staff.invite(Role.ADMIN, (), app.clock.now())
        assert await app.store.staff.redeem(code, address, app.clock.now())
        house = await app.store.step(address, lambda contact, house: (contact, house))
    assert house.rules == Rules(broadcasts_a_day=1, needs_two=True)
