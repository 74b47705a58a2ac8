"""What a number means to a woman on Signal after a letter has arrived: words of somebody's leave nothing to choose."""

import pytest

from bot.core.contact import Contact
from bot.core.letter import Letter, LetterKind
from bot.core.message import Address, Choice, Screen
from bot.storage.letterbox import Ending, Parcel, _reached
from bot.storage.letters import Row
from tests.core.relays import NOW

ANA = Address("signal", "ana")


def offers(kind: LetterKind, *choices: str, **values: str) -> str:
    """Return what 1 means once a letter has come, where it stood below another before."""
    row = Row(1, b"ana", 0, 0, b"", Letter(str(ANA), kind, "talk", values))
    screen = Screen(("said",), tuple(Choice(each, each) for each in choices))
    ending = Ending(Parcel(row, ANA, screen), "sent", ("7",))
    return _reached(Contact("en").with_offer(1, ("before",)), ending, NOW).numbers.get(1, "")


@pytest.mark.parametrize("kind", [LetterKind.SAID, LetterKind.CHANGED])
def test_what_somebody_says_takes_the_numbers_away(kind: LetterKind) -> None:
    assert not offers(kind)


@pytest.mark.parametrize("kind", [LetterKind.PLACE, LetterKind.TAKEN_BACK])
def test_what_nobody_says_leaves_them(kind: LetterKind) -> None:
    assert offers(kind) == "before"


def test_new_numbers_stand_in_the_place_of_old_ones() -> None:
    assert offers(LetterKind.BEGUN, "new") == "new"


def test_who_answers_keeps_them_below_the_words_of_a_woman() -> None:
    assert offers(LetterKind.SAID, designation="amber birch") == "before"
