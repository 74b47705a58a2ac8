"""A second one is called, comes or does not, or is the one who stays: everybody reads what is so."""

import pytest

from bot.core.conversation import ConversationState
from bot.core.letter import LetterKind
from tests.core.town import Person, Town


@pytest.fixture
def town() -> Town:
    """Return a town at noon."""
    return Town()


def with_one_open(town: Town, language: str = "es") -> tuple[Person, Person]:
    """Return who answers a woman, and her."""
    eva, ana = town.answers("amber birch"), town.woman("ana", language)
    town.talk(ana, eva)
    return eva, ana


def test_language_help_calls_only_who_speaks_it(town: Town) -> None:
    eva, _ = with_one_open(town)
    mia, zoe = town.answers("bold cloud"), town.answers("calm finch", languages=("es",))
    eva.presses("What else I can do", "Language help", "Yes, call her")
    town.deliver()
    assert zoe.has("asks for one more")
    assert not mia.has("asks for one more")


def test_where_nobody_speaks_it_she_reads_so_and_nobody_is_called(town: Town) -> None:
    eva, _ = with_one_open(town)
    mia = town.answers("bold cloud")
    eva.presses("What else I can do", "Language help", "Yes, call her")
    town.deliver()
    assert "Nobody who speaks her language" in eva.said[-1]
    assert not mia.has("asks for one more")
    eva.presses("One more of us", "Yes, call one more")
    town.deliver()
    assert mia.has("asks for one more")


def test_a_second_one_who_does_not_come_is_told_to_who_asked_and_to_who_was_called(town: Town) -> None:
    eva, _ = with_one_open(town)
    mia = town.answers("bold cloud")
    eva.presses("What else I can do", "One more of us", "Yes, call one more")
    town.deliver()
    town.waits(minutes=3)
    town.deliver()
    assert town.only().state is ConversationState.OPEN
    assert eva.has("nobody else came")
    assert not eva.has("I tell you when somebody comes")
    assert mia.has("this call is over")
    assert not mia.has("somebody else is there")


def test_who_left_a_first_call_to_others_can_be_called_as_the_second(town: Town) -> None:
    mia = town.answers("bold cloud")
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.calls(ana)
    mia.presses_under("Not now")
    town.deliver()
    eva.presses_under("I take it")
    town.deliver()
    eva.presses("What else I can do", "One more of us", "Yes, call one more")
    town.deliver()
    assert mia.has("asks for one more")


def test_handed_over_to_the_other_of_two_all_three_read_that_she_stays(town: Town) -> None:
    eva, ana = with_one_open(town, "en")
    mia = town.answers("bold cloud")
    eva.presses("What else I can do", "One more of us", "Yes, call one more")
    town.deliver()
    mia.presses_under("I take it")
    town.deliver()
    eva.presses("What else I can do", "Hand it over", "No note")
    town.deliver()
    assert "She stays with the other one" in eva.said[-1]
    assert ana.has("The other one stays with you")
    assert mia.has("You go on with her")
    assert not ana.has("I'm calling")
    eva.types("are you both well?")
    assert "I sent nothing" in eva.said[-1]
    assert not mia.has("are you both well?")


def test_handed_over_with_nobody_there_she_reads_that_it_waits_and_late_words_go_to_nobody(town: Town) -> None:
    eva, ana = with_one_open(town, "en")
    eva.presses("What else I can do", "Hand it over", "No note")
    town.deliver()
    assert "Nobody else is here now" in eva.said[-1]
    eva.types("one more thing")
    assert "I sent nothing" in eva.said[-1]
    assert [each.kind for each in town.read(ana.address, LetterKind.HANDED_OVER)] == []
