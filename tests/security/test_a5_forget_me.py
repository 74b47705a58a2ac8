"""A5: forget me leaves nothing of her in any file of the data folder, while the bot runs."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from bot.app import App
from bot.core.message import Address, Incoming, Kind
from tests.conversations.phone import Phone
from tests.scenes.content import library
from tests.scenes.world import world
from tests.security.plant import hits, hits_in, living, plant
from tests.services.chats import Chats
from tests.storage.example import read, read_all, rows, search

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROWS = ["member", "answer", "delivery"]


async def talk(app: App, chats: Chats, planted: str) -> Address:
    """Let someone plant her string in everything that a person or a platform can send."""
    ana = Address("telegram", planted)
    phone = chats.phones[ana] = Phone(ana, planted, stem=planted)
    for text in ("/start pt-porto", planted, f"/start {planted}", "/start pt-porto", "overdose", "1", "1", "2", "1"):
        await app.dispatcher.receive(phone.types(text))
    await app.dispatcher.receive(Incoming(ana, Kind.PRESS, f"{planted}p", token=planted, handle=planted, press=planted))
    return ana


async def pieces_of(app: App, address: Address) -> list[bytes]:
    """Return what stands about her in the database now, cut small."""
    key = app.store._vault.pseudonym(address)
    sealed = next(row[1] for row in await rows(app.store) if row[0] == key)
    return [key, *(sealed[start : start + 32] for start in range(0, len(sealed) - 31, 32))]


async def test_her_string_is_in_her_record_before(tmp_path: Path) -> None:
    planted = plant()
    async with living(tmp_path) as (app, chats):
        contact = await read(app.store, await talk(app, chats, planted))
    assert contact.timer
    assert planted in contact.timer.address
    assert any(planted in handle.id for handle in contact.handles)
    assert all((contact.language, contact.city, contact.position, contact.trail, contact.recent, contact.living))
    assert hits(orjson.dumps(contact.to_dict()), planted)


@pytest.mark.parametrize("word", ["forget me", "esquece-me", "olvídame"])
async def test_after_forget_me_no_byte_of_her_is_in_any_file_while_the_bot_runs(tmp_path: Path, word: str) -> None:
    planted, other = plant(), plant()
    async with living(tmp_path) as (app, chats):
        ana = await talk(app, chats, planted)
        before = await pieces_of(app, ana)
        eva = await talk(app, chats, other)
        hers = await pieces_of(app, eva)
        before += await pieces_of(app, ana)
        assert search(tmp_path, before)
        await app.dispatcher.receive(chats.phone(ana).types(word))
        assert read_all(tmp_path / "data")
        assert hits_in(tmp_path, planted) == []
        assert search(tmp_path, before) == []
        assert not await read(app.store, ana)
        assert search(tmp_path, hers), "the others stay"
        assert not any(planted in text for text in chats.phone(ana).messages.values())
    assert hits_in(tmp_path, planted, other) == []


async def test_nothing_in_memory_remembers_who_wrote(tmp_path: Path) -> None:
    planted = plant()
    async with living(tmp_path) as (app, chats):
        ana = await talk(app, chats, planted)
        await app.dispatcher.receive(chats.phone(ana).types("forget me"))
        assert not app.dispatcher._queues


async def test_no_reply_that_was_owed_to_her_is_left_either(tmp_path: Path) -> None:
    planted = plant()
    async with living(tmp_path) as (app, chats):
        ana = Address("telegram", planted)
        phone = chats.phones[ana] = Phone(ana, stem=planted)
        for text in ("/start pt-porto", "overdose", "1"):
            await app.dispatcher.accept(phone.types(text))
        key = app.store._vault.pseudonym(ana)
        assert search(tmp_path, [key])
        await app.dispatcher.accept(phone.types("forget me"))
        await app.dispatcher.finish(10)
        assert search(tmp_path, [key]) == []
        assert await app.store.owing() == []


@pytest.mark.parametrize("word", ["forget me", "stop"])
async def test_of_a_member_no_byte_is_left_that_says_so(tmp_path: Path, word: str) -> None:
    planted = plant()
    ana = Address("telegram", planted)
    async with world(tmp_path, library(), NOW) as opened:
        phone = opened.phone(ana, "en")
        phone.stem = planted
        for text in ("/start en-porto", "a group that meets", "1", "i want to join", "i agree", "1", "yes, i join"):
            await opened.receive(phone.types(text))
        assert (await opened.contact(ana)).address == str(ana)
        await opened.move(NOW + timedelta(hours=30))
        await opened.receive(phone.presses("I'm coming"))
        assert await opened.count_rows(ROWS) == dict.fromkeys(ROWS, 1)
        key = opened.store._vault.pseudonym(ana)
        assert search(tmp_path, [key])
        await opened.receive(phone.types(word))
        await opened.store.flush()
        await opened.store.scrub()
        # How many were sent is counted, and stays; whom one was for is only known until she is forgotten.
        assert await opened.count_rows(ROWS) == {"member": 0, "answer": 0, "delivery": 1}
        assert not (await opened.contact(ana)).address
        assert hits_in(tmp_path, planted) == []
        assert bool(search(tmp_path, [key])) is (word == "stop")
