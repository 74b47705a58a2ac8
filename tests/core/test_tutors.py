"""Somebody for who answers: what she reads is so, also where no tutor can come."""

import pytest

from bot.core.conversation import Aim, ConversationState
from bot.core.house import Rules
from tests.core.relays import PORTO, TUTOR, peer
from tests.core.town import Person, Town

LETTERS_OF_WOMEN = ("You can come back any time", "Talk to a peer")


@pytest.fixture
def town() -> Town:
    """Return a town at noon."""
    return Town()


def asks(person: Person) -> str:
    """Let who answers call a tutor; return what she reads."""
    person.presses("Answer women", "Somebody for me", "Call a tutor")
    return person.said[-1]


def marks(town: Town, person: Person) -> str:
    """Let who answers a woman mark danger and call a tutor; return what she reads."""
    town.talk(town.woman("ana"), person)
    person.presses("What else I can do", "She's in danger", "Call a tutor")
    return person.said[-1]


def back(person: Person) -> Person:
    """Let somebody go to the menu."""
    person.types("menu")
    return person


@pytest.mark.parametrize("is_invited", [True, False])
def test_where_no_tutor_is_there_nobody_is_said_to_be_called_and_nothing_is_begun(
    town: Town, *, is_invited: bool
) -> None:
    if is_invited:
        town.hire(peer("early plum", TUTOR))
    for said in (asks(back(town.answers("amber birch"))), marks(town, town.answers("bold cloud"))):
        assert any(words in said for words in ("No tutor", "can't call a tutor"))
        assert "calling" not in said
    assert all(each.aim is not Aim.SUPPORT for each in town.live())


def test_her_words_wait_for_a_tutor_only_after_she_has_said_so(town: Town) -> None:
    town.hire(peer("early plum", TUTOR))
    eva = back(town.answers("amber birch"))
    assert "leave a message" in asks(eva)
    eva.presses("Leave a message")
    assert town.only().state is ConversationState.LEFT
    assert "72 hours" in eva.said[-1]
    eva.presses("Write it")
    eva.types("that was hard")
    assert [each.text for each in town.only().held] == ["that was hard"]


def test_where_no_tutor_was_ever_invited_she_can_leave_no_message(town: Town) -> None:
    eva = back(town.answers("amber birch"))
    asks(eva)
    assert "Leave a message" not in [each.label for each in eva.phone.choices]
    assert "Someone to call" in [each.label for each in eva.phone.choices]


def test_a_tutor_who_has_too_much_open_is_not_there(town: Town) -> None:
    town.answers("early plum", TUTOR)
    town.rules = Rules(most_conversations=0)
    assert "No tutor is here now" in asks(back(town.answers("amber birch")))


def test_who_has_a_talk_of_her_own_open_reads_that_no_tutor_is_called(town: Town) -> None:
    town.answers("early plum", TUTOR)
    mia = town.answers("bold cloud", PORTO)
    eva = back(town.answers("amber birch"))
    town.calls(eva)
    mia.presses_under("I take it")
    town.deliver()
    eva.types("menu")
    assert "a talk of your own" in asks(eva)


def test_marking_danger_with_no_tutor_there_leads_back_to_the_woman_and_to_the_emergency_number(town: Town) -> None:
    town.hire(peer("early plum", TUTOR))
    eva = town.answers("amber birch")
    assert "No tutor is here now" in marks(town, eva)
    labels = [each.label for each in eva.phone.choices[:4]]
    assert labels == ["The conversation", "Send the emergency number", "Leave a message", "Someone to call"]


def test_who_called_a_tutor_reads_no_letter_of_a_woman_when_that_ends(town: Town) -> None:
    tutor, eva = town.answers("early plum", TUTOR), back(town.answers("amber birch"))
    assert "calling a tutor" in asks(eva)
    town.deliver()
    tutor.presses_under("I take it")
    town.deliver()
    eva.phone.messages.clear()
    tutor.presses("What else I can do", "End it", "Yes, end it")
    town.deliver()
    assert eva.has("You can ask for a tutor again")
    letter = next(handle for handle, text in eva.phone.messages.items() if "ask for a tutor" in text)
    labels = [label for label, (_, handle) in eva.phone.buttons.items() if handle == letter]
    assert not {*labels, *eva.said[-1:]} & {*LETTERS_OF_WOMEN}
    assert "Somebody for me" in labels


def test_a_tutor_who_does_not_come_leaves_no_button_to_the_peers(town: Town) -> None:
    town.answers("early plum", TUTOR)
    eva = back(town.answers("amber birch"))
    asks(eva)
    town.waits(minutes=3)
    town.deliver()
    letter = next(handle for handle, text in eva.phone.messages.items() if "Nobody can come" in text)
    labels = {label for label, (_, handle) in eva.phone.buttons.items() if handle == letter}
    assert labels >= {"Somebody for me", "Someone to call"}
    assert "Talk to a peer" not in labels
