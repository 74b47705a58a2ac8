"""Changes and deletions through the whole program, from one platform to the other and back, wherever the words are."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.core.message import Screen
from tests.fake_signal import Fault
from tests.files import jpeg, ogg
from tests.services.people import OnSignal, OnTelegram, Person, label, listen
from tests.services.program import Program, program
from tests.services.test_conversations import PORTO, call, enter, on_signal, on_telegram, take
from tests.storage.talks import states
from tests.waiting import until

WAYS = ("her on telegram", "her on signal", "who answers on telegram", "who answers on signal")
"""Who writes."""
FROM_SIGNAL = tuple(way for way in WAYS if "signal" in way)


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Program]:
    """Run the program."""
    async with program(tmp_path) as found:
        yield found


async def talking(running: Program, way: str) -> tuple[Person, Person]:
    """Let a woman and a peer talk, each on another platform; return who writes, and who reads."""
    is_hers, is_on_signal = way.startswith("her"), way.endswith("signal")
    ana = (on_signal if is_hers is is_on_signal else on_telegram)(running, "ana", 1)
    rosa = (on_telegram if is_hers is is_on_signal else on_signal)(running, "rosa", 2)
    listen(running, [ana, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    await take(rosa, await call(ana))
    return (ana, rosa) if is_hers else (rosa, ana)


@contextmanager
def in_the_air(running: Program) -> Iterator[None]:
    """Let no letter land meanwhile."""
    gate, carry = asyncio.Event(), running.post._carry

    async def hover(screen: Screen, channel: str) -> Screen:
        await gate.wait()
        return await carry(screen, channel)

    running.post._carry = hover
    try:
        yield
    finally:
        running.post._carry = carry
        gate.set()


async def are(running: Program, *wanted: str) -> None:
    """Wait until the letters are in these states."""
    async with asyncio.timeout(10):
        while await states(running.store) != list(wanted):
            running.post.wake()


def ever(reader: Person, words: str) -> bool:
    """Tell whether somebody was ever shown some words."""
    return any(words in each for each in reader.received)


@pytest.mark.parametrize("way", WAYS)
async def test_a_change_follows_and_the_next_one_too(running: Program, way: str) -> None:
    writer, reader = await talking(running, way)
    handle = await writer.types("at five")
    await running.settled()
    assert reader.find("at five")
    for old, new in (("at five", "at six"), ("at six", "at seven")):
        await writer.edits(handle, new)
        await running.settled()
        assert reader.find(new)
        assert not reader.find(old)
    assert bool(reader.find("Changed: at seven")) is isinstance(reader, OnSignal)
    assert not ever(writer, label("en", "", "not_changed"))


@pytest.mark.parametrize("way", WAYS[:2])
async def test_changed_before_anybody_has_taken_it_only_the_new_words_arrive(running: Program, way: str) -> None:
    is_on_signal = way.endswith("signal")
    ana = (on_signal if is_on_signal else on_telegram)(running, "ana", 1)
    rosa = (on_telegram if is_on_signal else on_signal)(running, "rosa", 2)
    listen(running, [ana, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    words = await call(ana)
    handle = await ana.types("at five")
    await running.settled()
    for new in ("at six", "at seven"):
        await ana.edits(handle, new)
        await running.settled()
    await take(rosa, words)
    assert rosa.find("at seven")
    assert not ever(rosa, "at five")
    assert not ever(rosa, "at six")
    assert not ever(rosa, "Changed")
    assert not ever(ana, label("en", "", "not_changed"))


@pytest.mark.parametrize("way", WAYS)
async def test_changed_while_its_letter_waits_only_the_new_words_arrive(running: Program, way: str) -> None:
    writer, reader = await talking(running, way)
    with in_the_air(running):
        await writer.types("first of all")
        handle = await writer.types("at five")
        await are(running, "sending", "pending")
        for new in ("at six", "at seven"):
            await writer.edits(handle, new)
        await are(running, "sending", "pending")
    await running.settled()
    assert reader.find("first of all")
    assert reader.find("at seven")
    assert not ever(reader, "at five")
    assert not ever(reader, "at six")
    assert not ever(reader, "Changed")
    assert not ever(writer, label("en", "", "not_changed"))


async def change_in_the_air(running: Program, writer: Person) -> None:
    """Let somebody change what has left and not landed."""
    handle = await writer.types("at five")
    await are(running, "sending")
    await writer.edits(handle, "at six")
    await are(running, "sending", "pending")


@pytest.mark.parametrize("way", WAYS)
async def test_changed_in_the_air_the_change_follows(running: Program, way: str) -> None:
    writer, reader = await talking(running, way)
    with in_the_air(running):
        await change_in_the_air(running, writer)
    await running.settled()
    assert ever(reader, "at five")
    assert not reader.find("at five")
    assert reader.find("at six")
    assert not ever(writer, label("en", "", "not_changed"))


@pytest.mark.parametrize("way", WAYS)
async def test_a_change_survives_a_power_cut_while_it_waits_or_is_in_the_air(running: Program, way: str) -> None:
    writer, reader = await talking(running, way)
    with in_the_air(running):
        await change_in_the_air(running, writer)
        await running.kill()
    await running.start()
    await running.settled()
    assert reader.find("at six")
    assert not reader.find("at five")


@pytest.mark.parametrize("way", FROM_SIGNAL)
@pytest.mark.parametrize("when", ["waiting", "in the air", "changed in the air", "there"])
@pytest.mark.parametrize("is_changed_first", [True, False])
async def test_changed_and_taken_back_in_either_order_it_is_gone(
    running: Program,
    way: str,
    when: str,
    is_changed_first: bool,  # noqa: FBT001 - drawn
) -> None:
    writer, reader = await talking(running, way)
    assert isinstance(writer, OnSignal)

    async def change_and_take_back(handle: str) -> None:
        signal, who = running.signal, writer.address.id
        deeds = (lambda: signal.edit(who, int(handle), "at six"), lambda: signal.take_back(who, int(handle)))
        for deed in deeds if is_changed_first else reversed(deeds):
            deed()
        await writer.types("and that")

    if when == "there":
        handle = await writer.types("at five")
        await running.settled()
        await change_and_take_back(handle)
    elif when == "changed in the air":
        handle = await writer.types("at five")
        await running.settled()
        with in_the_air(running):
            await writer.edits(handle, "at quarter past")
            await are(running, "sending")
            await change_and_take_back(handle)
    else:
        with in_the_air(running):
            if when == "waiting":
                await writer.types("first of all")
            handle = await writer.types("at five")
            await are(running, "sending", *(["pending"] if when == "waiting" else []))
            await change_and_take_back(handle)
    await running.settled()
    assert reader.find("and that")
    # What lands though it was taken back is deleted once that is known, and nobody waits for it.
    await until(lambda: not any(map(reader.find, ("at five", "at six", "at quarter past"))))


async def test_new_words_of_a_voice_note_come_with_the_sound(running: Program) -> None:
    writer, reader = await talking(running, "who answers on telegram")
    assert isinstance(writer, OnTelegram)
    handle = await writer.speaks("a-1", ogg(sound=b"\xfcSOUND"))
    await running.settled()
    assert len(reader.sounds) == 1
    here = running.api.chats[writer.chat]
    here.messages[int(handle)].caption = "listen to the end"
    await writer._taken(running.api.push({"edited_message": here.shown(here.messages[int(handle)], running.api.me)}))
    await running.settled()
    assert reader.find("Changed: listen to the end")
    assert [b"SOUND" in each for each in reader.sounds] == [True], "the old one is gone"


async def test_new_words_of_a_picture_that_come_without_it_leave_it_there(running: Program) -> None:
    writer, reader = await talking(running, "her on signal")
    assert isinstance(reader, OnTelegram)
    signal, who = running.signal, writer.address.id
    signal.attachments["p.jpg"] = jpeg()
    at = signal.say(who, "old words", attachments=[{"contentType": "image/jpeg", "id": "p.jpg"}])
    await writer.types("and that")
    await running.settled()
    signal.edit(who, at, "new words")
    await writer.types("once more")
    await running.settled()
    there = running.api.chats[reader.chat].messages.values()
    assert [bool(each.photo) for each in there if "old words" in each.caption] == [True]
    assert reader.find("Changed: new words")


@pytest.mark.parametrize("way", [way for way in WAYS if way.endswith("telegram")])
async def test_where_the_old_one_cannot_be_deleted_she_learns_what_is_new_and_the_next_change_tries_again(
    running: Program, way: str
) -> None:
    writer, reader = await talking(running, way)
    handle = await writer.types("at five")
    await running.settled()
    running.signal.fault = lambda method, _: Fault(-1, "no") if method == "remoteDelete" else None
    await writer.edits(handle, "at six")
    await running.settled()
    assert reader.find("at five")
    assert reader.find("Changed: at six")
    running.signal.fault = None
    await writer.edits(handle, "at seven")
    await running.settled()
    assert reader.find("Changed: at seven")
    assert not reader.find("at five")
    assert not reader.find("at six")


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_too_long_once_changed_is_said_to_who_wrote_it(running: Program, way: str) -> None:
    writer, reader = await talking(running, way)
    handle = await writer.types("at five")
    await running.settled()
    await writer.edits(handle, "a" * 3500)
    await running.settled()
    assert writer.find(label("en", "", "too_long_across"))
    assert reader.find("at five")
    await writer.edits(handle, "at six")
    await running.settled()
    assert reader.find("at six")
    assert not reader.find("at five")


@pytest.mark.parametrize("person", [on_telegram, on_signal])
async def test_where_nobody_is_talked_to_an_edit_is_no_message(running: Program, person: object) -> None:
    ana = person(running, "ana", 1)  # type: ignore[operator]  # one of the two
    listen(running, [ana])
    await enter(ana)
    handle = await ana.types("hello there")
    await running.settled()
    await ana.edits(handle, "overdose")
    await running.settled()
    assert ana.find("I read each message once.")
    assert not ana.find("112")
