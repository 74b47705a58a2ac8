"""Conversations through the whole program: races for a call, and what changes hands between platforms."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.conversation import ConversationState
from bot.core.message import Address
from bot.core.metadata import bare
from bot.core.telling import way
from tests.files import ogg
from tests.services.people import OnSignal, OnTelegram, Person, label, listen
from tests.services.program import Program, program

PORTO = "porto-peers"
RACES = 50


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Program]:
    """Run the program."""
    async with program(tmp_path) as found:
        yield found


def on_telegram(running: Program, name: str, number: int) -> OnTelegram:
    """Return somebody on Telegram."""
    return OnTelegram(name, running, Address("telegram", str(7318204650 + number)), "en", name)


def on_signal(running: Program, name: str, number: int) -> OnSignal:
    """Return somebody on Signal."""
    return OnSignal(name, running, Address("signal", f"3f2b1c9e-0000-4000-8000-{number:012}"), "en", name)


async def enter(*people: Person) -> None:
    """Bring somebody to her menu."""
    for person in people:
        if isinstance(person, OnSignal):
            await person.types("hello")
            await person.program.settled()
            await person.presses("English")
        else:
            await person.types("/start en-porto")
    await people[0].program.settled()


async def call(woman: Person) -> str:
    """Let a woman call the peers of Porto, or leave a message; return her two words."""
    await woman.walks(("start", "Talk to a peer"))
    if await woman.presses("Porto"):
        await woman.program.settled()
    here, away = (f"Peers in Porto · {label('en', '', state)}" for state in ("line_here", "line_away"))
    assert await woman.presses(here) or await woman.presses(away)
    await woman.walks(("peer", "Yes, call a peer"), ("peer", "Just to talk"))
    await woman.walks(("peer", "Leave a message"), ("peer", "Yes, leave a message"))
    talks = await woman.program.talks()
    return next(each.designation for each in talks if each.woman == str(woman.address) and each.is_live)


async def take(peer: Person, words: str) -> None:
    """Let somebody press."""
    assert await peer.says("", "letter_take", words)
    await peer.program.settled()


async def test_of_two_who_press_at_the_same_moment_one_has_her_and_the_other_is_told(running: Program) -> None:
    ana, rosa, marta = (on_telegram(running, name, number) for number, name in enumerate(("ana", "rosa", "marta")))
    listen(running, [ana, rosa, marta])
    for peer in (rosa, marta):
        await running.hire(peer.address, (PORTO,), ("en",))
    await enter(ana, rosa, marta)
    for _ in range(RACES):
        words = await call(ana)
        before = {each.name: len(each.received) for each in (ana, rosa, marta)}
        pressed = await asyncio.gather(*(each.says("", "letter_take", words) for each in (rosa, marta)))
        await running.settled()
        assert pressed == [True, True]
        (talk,) = [each for each in await running.talks() if each.is_live]
        words = talk.designation  # other ones, where who took it had known another woman by these
        (seat,) = talk.seats
        new = {each.name: "\n".join(each.received[before[each.name] :]) for each in (ana, rosa, marta)}
        winner, loser = (rosa, marta) if seat.address == str(rosa.address) else (marta, rosa)
        assert f"{words} is with you now" in new[winner.name]
        assert f"{words} is with you now" not in new[loser.name]
        assert "omebody else" in new[loser.name]
        assert new[ana.name].count("Somebody is here for you now") == 1
        await ana.types("menu")
        assert await ana.walks(("start", "Talk to a peer"), ("peer", "I want to stop"))
        await ana.types("menu")
        await running.settled()


async def test_a_woman_is_handed_over_from_a_peer_on_telegram_to_one_on_signal(running: Program) -> None:
    ana, rosa, marta = on_telegram(running, "ana", 0), on_telegram(running, "rosa", 1), on_signal(running, "marta", 2)
    listen(running, [ana, rosa, marta])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa, marta)
    words = await call(ana)
    await take(rosa, words)
    await ana.types("nowhere to sleep")
    await running.hire(marta.address, (PORTO,), ("en",))
    await running.settled()
    assert await rosa.says("", "letter_more", words)
    await rosa.walks(("answer", "Hand it over"))
    await rosa.types("She looks for a bed.")
    await running.settled()
    await ana.types("are you there?")
    await running.settled()
    assert not marta.find("are you there?")
    await take(marta, words)
    assert marta.find("She looks for a bed.")
    assert marta.find("are you there?")
    assert not marta.find("nowhere to sleep")
    await marta.types("I go on with you.", marta.find("are you there?"))
    await ana.types("thank you")
    await running.settled()
    assert ana.find("I go on with you.")
    assert marta.find("thank you")
    assert not rosa.find("thank you")
    assert not ana.find("She looks for a bed.")


async def test_on_signal_the_numbers_below_one_womans_messages_never_mean_another(running: Program) -> None:
    ana, bea, marta = on_telegram(running, "ana", 0), on_telegram(running, "bea", 1), on_signal(running, "marta", 2)
    listen(running, [ana, bea, marta])
    await running.hire(marta.address, (PORTO,), ("en",))
    await enter(ana, bea, marta)
    amber, birch = await call(ana), await call(bea)
    await take(marta, amber)
    before = len(marta.received)
    await take(marta, birch)
    assert len(marta.received) == before + 1, "no screen says the same beside it"
    seated = {each.designation: each.woman for each in await running.talks() if each.seats}
    assert seated == {amber: str(ana.address), birch: str(bea.address)}
    numbers: dict[str, set[str]] = {amber: set(), birch: set()}
    for text in ("first", "second", "third"):
        for woman, words in ((ana, amber), (bea, birch)):
            await woman.types(text)
            await running.settled()
            said = next(each for each in reversed(marta.received) if text in each)
            assert words in said
            numbers[words] |= set(re.findall(r"^(\d+) · ", said, re.MULTILINE))
    assert not numbers[amber] & numbers[birch]
    assert {len(each) for each in numbers.values()} == {len(re.findall(r"^\d+ · ", said, re.MULTILINE))}
    for woman, words in ((ana, amber), (bea, birch)):
        assert await marta.says("", "letter_answer", words)
        await running.settled()
        await marta.types(f"to {woman.name}")
        await running.settled()
    assert ana.find("to ana")
    assert bea.find("to bea")
    assert not ana.find("to bea")
    assert not bea.find("to ana")


async def test_a_number_of_a_list_that_changed_before_she_wrote_it_reaches_nobody(running: Program) -> None:
    ana, bea, marta = on_signal(running, "ana", 0), on_signal(running, "bea", 1), on_signal(running, "marta", 2)
    listen(running, [ana, bea, marta])
    await running.hire(marta.address, (PORTO,), ("en",))
    await enter(ana, bea, marta)
    # What she was told before she answered women counts from 1.
    old = {number: way("menu") for number in range(1, 5)}
    await running.store.step(marta.address, lambda contact, _: (replace(contact, numbers=old), None))
    women = {await call(woman): woman for woman in (ana, bea)}
    for words in women:
        await take(marta, words)
    await marta.types("he is at your door")
    await running.settled()
    first, second = (women[words] for words in sorted(women))
    assert marta.find(f"1 · {min(women)}")
    await first.types("stop")
    await running.settled()
    await marta.types("1")
    await running.settled()
    assert not second.find("he is at your door")
    assert not second.find("1\n")
    assert marta.find("Not sent. Who is it for?")


async def test_a_voice_note_goes_from_signal_to_telegram_and_another_back_with_every_byte_of_sound(
    running: Program,
) -> None:
    dina, rosa = on_signal(running, "dina", 1), on_telegram(running, "rosa", 2)
    listen(running, [dina, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(dina, rosa)
    words = await call(dina)
    await take(rosa, words)
    hers, back = ogg(b"TITLE=Rua do Segredo 7", sound=b"\xfcHERVOICE"), ogg(b"ARTIST=Rosa", sound=b"\xfcTHEANSWER")
    await dina.speaks("a-1", hers)
    await running.settled()
    assert rosa.sounds == [bare(hers, "voice").data]  # type: ignore[union-attr]  # it is a whole one
    await rosa.speaks("b-1", back, rosa.find(words))
    await running.settled()
    assert dina.sounds == [bare(back, "voice").data]  # type: ignore[union-attr]  # the same
    assert not [each for each in (*rosa.sounds, *dina.sounds) if b"Segredo" in each or b"Rosa" in each]


async def test_with_two_open_a_text_without_a_target_is_stopped_visibly_and_a_reply_is_not(running: Program) -> None:
    ana, dina, rosa = on_telegram(running, "ana", 0), on_signal(running, "dina", 1), on_telegram(running, "rosa", 2)
    listen(running, [ana, dina, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, dina, rosa)
    for woman in (ana, dina):
        await take(rosa, await call(woman))
        await woman.types(f"here is {woman.name}")
        await running.settled()
    await rosa.types("where are you?")
    await running.settled()
    assert not ana.find("where are you?")
    assert not dina.find("where are you?")
    assert rosa.find("Not sent. Who is it for?")
    await rosa.types("I'm with you.", rosa.find("here is dina"))
    await running.settled()
    assert dina.find("I'm with you.")
    assert not ana.find("I'm with you.")


async def test_what_a_woman_wrote_stays_in_the_chat_of_who_presses_a_button_under_it(running: Program) -> None:
    ana, rosa = on_telegram(running, "ana", 0), on_telegram(running, "rosa", 2)
    listen(running, [ana, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    await take(rosa, await call(ana))
    await ana.types("here is ana")
    await running.settled()
    assert await rosa.says("", "letter_answer", "here is ana")
    await running.settled()
    assert rosa.find("here is ana")
    await rosa.types("I'm with you.")
    await running.settled()
    assert ana.find("I'm with you.")


async def test_what_is_left_at_night_is_read_in_the_morning_also_after_a_power_cut(running: Program) -> None:
    ana, rosa = on_telegram(running, "ana", 0), on_signal(running, "rosa", 2)
    listen(running, [ana, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    await rosa.types("off duty")
    await running.settled()
    words = await call(ana)
    await ana.types("he has my keys")
    await running.settled()
    assert not rosa.find(words)
    await running.kill()
    await running.start()
    await running.passes(timedelta(hours=9))
    await rosa.types("on duty")
    await running.settled()
    await take(rosa, words)
    assert rosa.find("he has my keys")
    (talk,) = await running.talks()
    assert talk.state is ConversationState.OPEN
    assert talk.held == ()


async def test_a_tutor_is_called_to_who_answers_and_reads_no_word_of_the_woman(running: Program) -> None:
    ana, rosa, tita = (on_telegram(running, name, number) for number, name in enumerate(("ana", "rosa", "tita")))
    listen(running, [ana, rosa, tita])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await running.hire(tita.address, ("tutors",), ())
    await enter(ana, rosa, tita)
    words = await call(ana)
    await take(rosa, words)
    await ana.types("I took all of them")
    await running.settled()
    assert await rosa.says("", "letter_more", words)
    assert await rosa.walks(("answer", "She's in danger"), ("answer", "Call a tutor"))
    (support,) = [each for each in await running.talks() if each.woman == str(rosa.address)]
    await take(tita, support.designation)
    assert tita.find(support.designation)
    assert not tita.find(words)
    assert not tita.find("I took all of them")
