"""What cannot cross: who sent it is told why, and how much can; who reads has a line in its place."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.conversation import MOST_HELD
from bot.core.message import MEDIA_LIMIT
from tests.files import jpeg
from tests.services.people import OnSignal, Person, listen
from tests.services.program import Program, program
from tests.services.test_conversations import PORTO, call, enter, on_signal, on_telegram, take

LARGE = "Your picture didn't arrive. It's too large. Up to 10 MB can go across."
UNREADABLE = "Your picture didn't arrive. I can't read it. JPEG, PNG and WebP can go across, up to 10 MB."
MISSING = "Your voice note didn't arrive. I couldn't get it. You can send it again, up to 10 MB."


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Program]:
    """Run the program."""
    async with program(tmp_path) as found:
        yield found


async def talking(running: Program) -> tuple[OnSignal, Person, str]:
    """Let a woman on Signal and a peer on Telegram talk."""
    dina, rosa = on_signal(running, "dina", 0), on_telegram(running, "rosa", 1)
    listen(running, [dina, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(dina, rosa)
    words = await call(dina)
    await take(rosa, words)
    return dina, rosa, words


def told(person: Person, words: str) -> int:
    """Count how often somebody was told something."""
    return sum(words in each for each in person.received)


@pytest.mark.parametrize(
    ("data", "expected"), [(jpeg() + bytes(MEDIA_LIMIT), LARGE), (b"a heic file", UNREADABLE)], ids=["large", "format"]
)
async def test_whose_picture_does_not_cross_is_told_why_and_how_much_can_and_her_words_do(
    running: Program, data: bytes, expected: str
) -> None:
    dina, rosa, words = await talking(running)
    running.signal.attachments["it"] = data
    await dina._says("look", attachments=[{"contentType": "image/jpeg", "id": "it"}])
    await running.settled()
    assert rosa.find(f"{words}:\nlook\n[picture]")
    assert told(dina, expected) == 1


async def test_a_voice_note_that_a_platform_does_not_hand_out_is_spoken_of_to_who_answers_by_two_words(
    running: Program,
) -> None:
    dina, rosa, words = await talking(running)
    await rosa.speaks("gone", b"")
    await running.settled()
    assert dina.find("[voice note]")
    assert rosa.find(f"{words}:\n{MISSING}")


async def test_of_two_who_read_a_line_in_its_place_only_one_is_told_of(running: Program) -> None:
    dina, rosa, words = await talking(running)
    marta = on_telegram(running, "marta", 2)
    await enter(marta)
    await running.hire(marta.address, (PORTO,), ("en",))
    await rosa.says("", "letter_more", words)
    await rosa.walks(("answer", "One more of us"), ("answer", "Yes, call one more"))
    await take(marta, words)
    await dina.shows("it", b"a heic file")
    await running.settled()
    assert [bool(each.find("[picture]")) for each in (rosa, marta)] == [True, True]
    assert told(dina, UNREADABLE) == 1


async def test_what_is_known_to_be_too_large_as_it_comes_in_is_refused_at_once(running: Program) -> None:
    dina, rosa, words = await talking(running)
    large = {"contentType": "image/jpeg", "id": "it", "size": MEDIA_LIMIT + 1}
    await dina._says("look", attachments=[large])
    await running.settled()
    assert dina.find("That is too large to go across.")
    assert not rosa.find(f"{words}:\nlook")
    assert not rosa.find("[picture]")


@pytest.mark.parametrize("second", ["image/jpeg", "video/mp4"])
async def test_who_sends_several_files_in_one_message_is_told_that_one_went(running: Program, second: str) -> None:
    dina, rosa, _ = await talking(running)
    running.signal.attachments |= {"a": jpeg(), "b": jpeg()}
    await dina._says("look", attachments=[{"contentType": "image/jpeg", "id": "a"}, {"contentType": second, "id": "b"}])
    await running.settled()
    assert rosa.find("look")
    assert dina.find("I took only one of these.")


async def test_who_writes_more_than_is_kept_until_somebody_reads_it_is_told_so(running: Program) -> None:
    ana = on_telegram(running, "ana", 0)
    rosa = on_telegram(running, "rosa", 1)
    listen(running, [ana, rosa])
    await running.hire(rosa.address, (PORTO,), ("en",))
    await enter(ana, rosa)
    await call(ana)
    for number in range(MOST_HELD):
        await ana.types(f"word {number}")
    await running.settled()
    assert not ana.find("This one isn't kept")
    await ana.types("one more")
    await running.settled()
    assert ana.find("I keep 20 messages until somebody reads them. This one isn't kept.")
