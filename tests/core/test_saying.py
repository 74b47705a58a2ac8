"""What stands in a letter that goes across: to whom it belongs is said in each message of it."""

from dataclasses import replace

import pytest

from bot.channels.telegram_drawing import CAPTION_LIMIT
from bot.core import saying
from bot.core.contact import Contact
from bot.core.house import House
from bot.core.letter import Letter, LetterKind
from bot.core.message import Media, Screen
from tests.core.people import NOW
from tests.core.relays import with_lines

WORDS = "amber birch"
TO_STAFF = Letter("telegram:7", LetterKind.SAID, "one", {"designation": WORDS}, "Hello")
TO_HER = replace(TO_STAFF, values={"line": "porto-peers"})
NOTE = Media("signal", "voice", "f")


def written(letter: Letter) -> Screen:
    """Return it as its reader gets it."""
    return saying.render(with_lines(), House(), Contact("en"), letter, NOW)


@pytest.mark.parametrize("kind", [LetterKind.SAID, LetterKind.CHANGED])
def test_under_what_was_said_or_changed_who_answers_finds_the_same_buttons(kind: LetterKind) -> None:
    labels = [choice.label for choice in written(replace(TO_STAFF, kind=kind)).choices]
    assert labels == ["Answer", "What else I can do"]
    assert written(replace(TO_HER, kind=kind)).choices == ()


@pytest.mark.parametrize("kind", [LetterKind.SAID, LetterKind.CHANGED])
@pytest.mark.parametrize("letter", [TO_HER, TO_STAFF])
def test_what_was_said_is_hidden_with_one_tap_where_there_are_buttons(letter: Letter, kind: LetterKind) -> None:
    said = replace(letter, kind=kind)
    assert [choice.label for choice in written(said).ways] == ["Hide this"]
    assert written(replace(said, to="signal:7")).ways == ()


@pytest.mark.parametrize("text", ["", "Hello"])
def test_what_cannot_be_had_stands_behind_the_two_words(text: str) -> None:
    (said,) = written(replace(TO_STAFF, text=text, media=NOTE)).in_words().texts
    assert said.splitlines() == [f"{WORDS}:", *text.splitlines(), "[voice note]"]


def test_what_is_too_long_to_stand_below_a_file_begins_with_the_two_words_and_so_does_the_file() -> None:
    text = "\N{FIRE}" * (saying.LONGEST_BELOW + 1)
    assert written(replace(TO_STAFF, text=text, media=NOTE)).texts == (f"{WORDS}:", f"{WORDS}:\n{text}")
    assert written(replace(TO_HER, text=text, media=NOTE)).texts == (text,)


def test_what_stands_below_a_file_fits_on_telegram_with_two_words_for_each_of_two() -> None:
    both = replace(TO_STAFF, values={"designation": "x" * 30, "by": "y" * 30}, media=NOTE)
    (below,) = written(replace(both, text="\N{FIRE}" * saying.LONGEST_BELOW)).texts
    assert len(below.encode("utf-16-le")) // 2 <= CAPTION_LIMIT
