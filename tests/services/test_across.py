"""The whole way of a voice note: from a moderator on Telegram to readers there and on another platform."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.channels.telegram import Telegram
from bot.channels.web import Web
from bot.clock import Clock
from bot.core.contact import Contact, Position
from bot.core.house import Role
from bot.core.library import Library
from bot.core.message import Address, fold
from bot.core.telling import judge
from bot.core.terms import Terms
from bot.core.verdict import Judge
from bot.services.carrier import Carrier
from bot.services.dispatcher import Dispatcher
from bot.services.outbox import Outbox
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.core.rooms.example import MUSA, NOW, with_groups
from tests.fake_bot_api import FakeBotApi, Fault
from tests.files import PLANTED, jpeg, ogg, segment
from tests.storage.example import KEY, read_all

MODERATOR, EVA = 7, 8
RITA = "bbbbbbbb-0002"
VOICE = {"voice": {"file_id": "note-1", "file_unique_id": "u", "duration": 4}}
PHOTO = {"photo": [{"file_id": "photo-1", "file_unique_id": "u", "width": 90, "height": 90}]}


async def current() -> Library:
    """Return a library with groups."""
    return with_groups()


async def judging(now: object) -> Judge:
    """Return the judge of the program, at the time of the example."""
    del now
    return judge(with_groups(), NOW)


@dataclass
class World:
    """A program on two platforms, with a moderator and two members."""

    api: FakeBotApi
    web: Web
    dispatcher: Dispatcher
    outbox: Outbox
    folder: Path

    async def types(self, *texts: str) -> None:
        """Let the moderator type, each time after the answer."""
        for text in texts:
            await self.does(self.api.say(MODERATOR, text))

    async def sends(self, **content: object) -> None:
        """Let the moderator send something else."""
        chat = self.api.chats[MODERATOR]
        message = {"message_id": self.api.message_id(), "date": 1, "from": chat.user, "chat": chat.info, **content}
        await self.does(self.api.push({"message": message}))

    async def does(self, update: int) -> None:
        """Wait until an update is settled."""
        await self.api.until(lambda: self.api.confirmed >= update)

    async def announces(self, **content: object) -> None:
        """Let her write to the group, with this."""
        await self.types("/start en", "menu", "For moderators", "Write to a group", "Musa")
        await self.sends(caption="Dinner.", **content)
        await self.types("It's ready", "Yes, send it")
        self.outbox.wake()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Run the program."""
    clock = Clock()
    clock.set(NOW)
    vault = Vault(KEY)
    async with (
        FakeBotApi() as api,
        Store.open(tmp_path / "data" / "x.sqlite3", vault, languages=lambda: ("en", "pt", "es")) as store,
    ):
        dispatcher = Dispatcher(store, current, clock.now)
        telegram = Telegram(api.token, api_url=api.url)
        web = Web(0, clock=clock, describe=dict)  # type: ignore[arg-type]  # nobody looks around the chat here
        dispatcher.channels |= {telegram.name: telegram, web.name: web}
        carry = dispatcher.carry = Carrier(dispatcher.channels, lambda: 0.0).carry
        outbox = dispatcher.outbox = Outbox(store, dispatcher.channels, clock.now, judging, carry=carry)
        code = await store.staff.invite(Role.MODERATOR, (MUSA,), NOW)
        assert await store.staff.redeem(code, Address("telegram", str(MODERATOR)), NOW)
        for address in (Address("telegram", str(EVA)), Address("web", RITA)):
            joined = Contact("pt", position=Position("start", "menu"), seen=fold(NOW))
            kept = joined.with_memberships({MUSA: Terms()}, str(address))
            await store.step(address, lambda *_, kept=kept: (kept, None))
        api.meet(EVA)
        running = [asyncio.create_task(each.run(dispatcher.receive)) for each in (telegram, web)]
        await web.listening.wait()
        outbox.start()
        yield World(api, web, dispatcher, outbox, tmp_path)
        await outbox.finish(5)
        for task in running:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def reads(session: aiohttp.ClientSession) -> dict[str, object]:
    """Open the page of a reader on the other platform and return what she gets first."""
    async with session.ws_connect("/chat") as socket:
        await socket.send_json({"type": "start", "person": RITA})
        while True:
            frame = await socket.receive_json(timeout=10)
            found = [each for each in frame.get("messages", ()) if "Dinner." in each["text"]]
            if found:
                return dict(found[0])


@pytest.fixture
async def session(world: World) -> AsyncIterator[aiohttp.ClientSession]:
    """Speak HTTP as the page does."""
    async with aiohttp.ClientSession(world.web.url, headers={"Origin": world.web.url}) as opened:
        yield opened


@pytest.mark.parametrize(
    ("content", "ref", "data", "kind"),
    [
        (VOICE, "note-1", ogg(b"TITLE=" + PLANTED), "voice"),
        (PHOTO, "photo-1", jpeg(segment(0xFE, PLANTED)), "picture"),
    ],
)
async def test_each_reader_gets_it_on_her_own_platform(  # noqa: PLR0913, PLR0917 - what is sent, and by whom
    world: World, session: aiohttp.ClientSession, content: dict[str, object], ref: str, data: bytes, kind: str
) -> None:
    world.api.files[ref] = data
    await world.announces(**content)
    got = await reads(session)
    along = got["along"]
    assert isinstance(along, dict)
    assert (got["text"], along["kind"]) == ("Dinner.", kind)
    async with session.get(along["src"]) as response:
        body = await response.read()
    assert body[:4] == data[:4]
    assert PLANTED not in body
    await world.api.until(lambda: world.api.chats[EVA].last)
    shown = world.api.chats[EVA].last
    assert shown
    assert (shown.voice or shown.photo, shown.caption) == (ref, "Dinner.")
    assert len(world.api.called("getFile")) == 1


async def test_where_it_cannot_be_had_a_line_says_that_there_was_one(
    world: World, session: aiohttp.ClientSession
) -> None:
    world.api.files["note-1"] = ogg()
    world.api.fault = lambda method, _: Fault(400, "Bad Request: gone") if method == "getFile" else None
    await world.announces(**VOICE)
    got = await reads(session)
    assert got["text"] == f"Dinner.\n{with_groups().phrase('pt', 'voice_note')}"
    assert "along" not in got


async def test_nothing_of_it_touches_the_disk(world: World, session: aiohttp.ClientSession) -> None:
    sound = b"\xfcSOUNDOFHERVOICE"
    world.api.files["note-1"] = ogg(sound=sound)
    await world.announces(**VOICE)
    await reads(session)
    assert not [name for name, data in read_all(world.folder).items() if sound in data]
