"""Buttons below letters, through the whole program and the Bot API: what was told stays in the chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot_api.chats import Message
from tests.services.people import OnTelegram, listen
from tests.services.program import Program, program
from tests.services.test_conversations import PORTO, call, enter, on_signal, on_telegram, take


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Program]:
    """Run the program."""
    async with program(tmp_path) as found:
        yield found


def standing(person: OnTelegram) -> dict[int, tuple[str, float]]:
    """Return what the bot wrote that stands in a chat, and when each was edited."""
    messages = person.program.api.chats[person.chat].messages.values()
    return {each.id: (each.text, each.edited_at) for each in messages if each.mine}


def find(person: OnTelegram, words: str) -> Message:
    """Return the newest message with some words."""
    found = person._found(words)
    assert found
    return found


async def press_all(person: OnTelegram, words: str, but: tuple[str, ...] = ("Hide this",)) -> None:
    """Press every button below a letter, and see that it stands there as before."""
    letter = find(person, words)
    before = standing(person)[letter.id]
    for label in letter.labels():
        if label not in but:
            assert await person.presses(label, words)
            await person.program.settled()
            assert standing(person)[letter.id] == before, label


async def test_a_letter_is_neither_edited_nor_deleted_by_who_presses_below_it(running: Program) -> None:
    ana, rosa, marta = (on_telegram(running, name, number) for number, name in enumerate(("ana", "rosa", "marta")))
    listen(running, [ana, rosa, marta])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa, marta)
    words = await call(ana)
    await take(rosa, words)
    await running.hire(marta.address, (PORTO,), ("en",))
    await press_all(ana, "Somebody is here for you now", ("I want to stop", "Hide this"))
    await press_all(rosa, f"{words} is with you now")
    await rosa.says("", "letter_more", words)
    await rosa.walks(("answer", "One more of us"), ("answer", "Yes, call one more"))
    await take(marta, words)
    await press_all(rosa, "one more of us is with you now")
    await press_all(ana, "One more of us reads and writes")
    await rosa.says("", "letter_more", words)
    await rosa.walks(("answer", "Hand it over"))
    await rosa.types("She needs a bed.")
    await running.settled()
    await press_all(marta, "She needs a bed.")
    await marta.says("", "letter_more", words)
    await marta.walks(("answer", "Hand it over"), ("answer", "No note"))
    await press_all(ana, "Somebody else comes now", ("I want to stop", "Hide this"))
    await rosa.says("", "letter_take", words)
    await running.settled()
    await rosa.says("", "letter_more", words)
    await rosa.walks(("answer", "End it"), ("safer_use", "Safer use"))
    await press_all(ana, "This has ended")


async def test_who_takes_a_call_has_one_thing_before_her_and_her_press_is_answered(running: Program) -> None:
    ana, rosa = on_telegram(running, "ana", 0), on_telegram(running, "rosa", 1)
    listen(running, [ana, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    words = await call(ana)
    for text in ("are you there?", "he has left"):
        await ana.types(text)
    ring = find(rosa, words).id
    answered = len([each for each in running.api.calls if each.method == "answerCallbackQuery"])
    await take(rosa, words)
    texts = {number: text for number, (text, _) in standing(rosa).items()}
    assert [text.splitlines()[-1] for text in list(texts.values())[1:]] == ["are you there?", "he has left"]
    assert next(iter(texts)) == ring
    assert f"{words} is with you now" in texts[ring]
    assert len([each for each in running.api.calls if each.method == "answerCallbackQuery"]) == answered + 1
    await rosa.types("I'm here.", str(ring))
    await running.settled()
    assert ana.find("I'm here.")
    assert not ana.find("I'm calling")


async def test_on_signal_the_call_and_the_screen_before_it_make_room_for_one_message(running: Program) -> None:
    ana, rosa = on_signal(running, "ana", 0), on_signal(running, "rosa", 1)
    listen(running, [ana, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    words = await call(ana)
    await ana.types("are you there?")
    await take(rosa, words)
    shown = [each.text for each in running.signal.phones[rosa.address.id].shown if each.text]
    assert [words in text for text in shown] == [True, True]
    assert "is with you now" in shown[0]
    assert "are you there?" in shown[1]
    assert not ana.find("I'm calling")
    assert await ana.says("", "letter_end")
    await running.settled()
    assert rosa.find(f"{words}: this has ended")


async def test_a_call_that_is_left_to_others_goes_from_either_platform_without_another_word(running: Program) -> None:
    ana, rosa = on_telegram(running, "ana", 0), on_telegram(running, "rosa", 1)
    dina, marta = on_signal(running, "dina", 2), on_telegram(running, "marta", 3)
    listen(running, [ana, rosa, dina, marta])
    for peer in (rosa, dina, marta):
        await running.hire(peer.address, (PORTO,), ("en",))
    await enter(ana, rosa, dina, marta)
    words = await call(ana)
    for peer in (rosa, dina):
        assert await peer.says("", "letter_not_now", words)
        await running.settled()
        assert not peer.find("Somebody would like to talk")
    before = {each.name: len(each.received) for each in (rosa, dina)}
    await take(marta, words)
    assert {each.name: len(each.received) for each in (rosa, dina)} == before
