"""Taking back what was written last, where a platform tells nothing of what is deleted: from whoever has it."""

import pytest

from bot.core.letter import LetterKind
from tests.core.town import Person, Town

BUTTON = "Take back what I wrote last"


@pytest.fixture
def town() -> Town:
    """Return a town with nobody in it."""
    return Town()


def talking(town: Town) -> tuple[Person, Person]:
    """Return somebody who answers a woman, and the woman."""
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    return eva, ana


def opens(ana: Person) -> None:
    """Let a woman call up where she talks."""
    ana.types("menu")
    ana.presses("Talk to a peer")


def test_who_answers_takes_back_her_newest_message_and_no_other(town: Town) -> None:
    eva, ana = talking(town)
    eva.types("at five", "my street is")
    town.deliver()
    eva.presses("What else I can do", BUTTON)
    assert eva.said[-1] == "Gone from her chat, where her app allows it."
    town.deliver()
    assert not ana.has("my street is")
    assert ana.has("at five")


def test_a_woman_takes_back_hers_and_not_what_was_answered(town: Town) -> None:
    eva, ana = talking(town)
    ana.types("my street is")
    town.deliver()
    eva.types("don't tell me")
    town.deliver()
    opens(ana)
    ana.presses(BUTTON)
    assert ana.said[-1].startswith("Gone from the other chat")
    town.deliver()
    assert not eva.has("my street is")
    assert ana.has("don't tell me")


def test_what_was_changed_later_is_not_what_was_written_last(town: Town) -> None:
    eva, ana = talking(town)
    eva.types("at five", "my street is")
    town.deliver()
    eva.edits("at five", "at six")
    town.deliver()
    eva.presses("What else I can do", BUTTON)
    town.deliver()
    assert ana.has("at six")
    assert not ana.has("my street is")


def test_what_is_on_its_way_never_arrives(town: Town) -> None:
    eva, ana = talking(town)
    eva.types("my street is")
    eva.presses("What else I can do", BUTTON)
    town.deliver()
    assert not ana.has("my street is")


def test_pressed_again_it_takes_back_the_one_before_until_nothing_is_there(town: Town) -> None:
    eva, ana = talking(town)
    eva.types("one", "two")
    town.deliver()
    for _ in range(2):
        eva.presses("What else I can do", BUTTON)
        town.deliver()
    assert not ana.has("one")
    assert [each.kind for each in town.deliver()] == []
    eva.presses("What else I can do", BUTTON)
    assert eva.said[-1] == "Nothing of yours is there to take back."
    assert LetterKind.TAKEN_BACK not in [each.kind for each in town.deliver()]


def test_who_answers_two_takes_back_only_from_the_one_before_her(town: Town) -> None:
    eva, ana = talking(town)
    bea = town.woman("bea")
    words = town.talk(bea, eva)
    eva.types(f"{words}: for bea")
    town.deliver()
    ana.types("this is ana")
    town.deliver()
    eva.presses("What else I can do", BUTTON)
    assert eva.said[-1] == "Nothing of yours is there to take back."
    town.deliver()
    assert bea.has("for bea")


def test_what_a_woman_wrote_before_somebody_else_took_her_over_is_nobodys_to_take(town: Town) -> None:
    """Who handed her over has it still, and is written to no more."""
    eva, ana = talking(town)
    ana.types("my street is")
    town.deliver()
    mia = town.answers("bold cloud")
    eva.types("forget me")
    town.deliver()
    mia.presses_under("I take it")
    town.deliver()
    opens(ana)
    ana.presses(BUTTON)
    assert ana.said[-1] == "Nothing of yours is there to take back."
    assert not [each for each in town.deliver() if each.to == eva.address]
