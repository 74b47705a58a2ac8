"""Word lists: whole words, in any spelling, and a star for any ending."""

import pytest

from bot.core.speech import normalise
from bot.core.wordlist import WordList


@pytest.mark.parametrize(
    ("entry", "text", "is_held"),
    [
        ("must", "You MUST go.", True),
        ("must", "Mustard", False),
        ("must", "A sea must", True),
        ("addict*", "addiction", True),
        ("addict*", "an addict", True),
        ("addict*", "reddict", False),
        ("vítima*", "As VITIMAS", True),
        ("don't worry", "Don\u2019t worry.", True),
        ("you have to", "you don't have to", False),
        ("you have to", "you, have to", True),
        ("*", "anything", False),
    ],
)
def test_an_entry_is_held_as_whole_words_whatever_the_case_accents_and_points(
    entry: str, text: str, *, is_held: bool
) -> None:
    assert WordList([entry]).first_in(normalise(text)) == (entry if is_held else "")


def test_the_entry_that_stands_first_in_the_list_is_named() -> None:
    assert WordList(["should", "must"]).first_in("you must and should") == "should"
