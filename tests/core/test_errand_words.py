"""Company and referrals say what is so: that nobody is there, that nobody has read it, that it is decided."""

import pytest

from bot.core.conversation import ConversationState
from bot.core.letter import LetterKind
from tests.core.relays import SHELTER, peer
from tests.core.test_errands import asks_for_company, referred
from tests.core.town import Person, Town


@pytest.fixture
def town() -> Town:
    """Return a town at noon."""
    return Town()


def asked_of_nobody(town: Town, what: str) -> Person:
    """Let a woman ask people of whom nobody is on duty."""
    if what == "company":
        town.hire(peer("amber birch"))
        return asks_for_company(town)
    town.hire(peer("calm finch", SHELTER))
    return referred(town)


@pytest.mark.parametrize("what", ["company", "referral"])
def test_asked_while_nobody_is_on_duty_she_reads_that_nobody_is_there_and_it_waits(town: Town, what: str) -> None:
    ana = asked_of_nobody(town, what)
    assert town.only().state is ConversationState.LEFT
    assert "here now" in ana.said[-1]
    assert "waits" in ana.said[-1]
    assert "72 hours" in ana.said[-1]


@pytest.mark.parametrize(("what", "label"), [("company", "Take it back"), ("referral", "Take my yes back")])
def test_what_nobody_has_read_is_taken_back_without_a_word_of_who_read_it(town: Town, what: str, label: str) -> None:
    ana = asked_of_nobody(town, what)
    ana.presses(label)
    assert town.live() == []
    assert "Nobody has read it" in ana.said[-1]
    assert "can't reach" not in ana.said[-1]


def test_who_was_called_may_have_read_it_also_without_taking_it(town: Town) -> None:
    town.answers("calm finch", SHELTER)
    ana = referred(town)
    town.deliver()
    town.waits(minutes=3)
    town.deliver()
    assert town.only().state is ConversationState.LEFT
    ana.presses_under("Take my yes back")
    assert "can't reach" in ana.said[-1]


@pytest.mark.parametrize("what", ["company", "referral"])
def test_what_nobody_read_in_72_hours_ends_with_that_and_not_for_want_of_words(town: Town, what: str) -> None:
    ana = asked_of_nobody(town, what)
    town.waits(hours=73)
    town.deliver()
    (letter,) = town.read(ana.address, LetterKind.EXPIRED)
    assert "Nobody came to read it in 72 hours" in ana.said[-1]
    assert letter.values["line"]


def test_who_answers_for_a_place_ends_a_referral_without_the_womens_topics(town: Town) -> None:
    casa, ana = town.answers("calm finch", SHELTER), referred(town)
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    casa.presses("We receive her", "The conversation", "End it")
    assert "Someone hurts me" not in [each.label for each in casa.phone.choices]
    casa.presses("Yes, end it")
    town.deliver()
    assert town.live() == []
    assert ana.has("This has ended")
    assert not any(each.startswith("talk ") for each in town.noted)


def test_who_says_yes_reads_that_she_was_told_and_no_second_time_what_she_asked(town: Town) -> None:
    casa = town.answers("calm finch", SHELTER)
    referred(town)
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    casa.types("menu")
    assert casa.presses_under("We receive her")
    assert casa.said[-1].startswith("She reads that you receive her.")
    before = len(casa.said)
    town.deliver()
    assert casa.said[before:] == []


def test_once_they_said_yes_they_are_not_asked_again_whether_they_receive_her(town: Town) -> None:
    casa = town.answers("calm finch", SHELTER)
    referred(town)
    town.deliver()
    casa.presses_under("I take it")
    town.deliver()
    casa.presses("We receive her")
    town.deliver()
    casa.presses("The conversation")
    labels = [each.label for each in casa.phone.choices]
    assert "Say whether you receive her" not in labels
    assert "Read again what she asks" in labels


def test_who_sends_a_ready_answer_reads_in_her_language_what_it_said(town: Town) -> None:
    eva, ana = town.answers("amber birch"), town.woman("ana", "es")
    town.talk(ana, eva)
    eva.presses("What else I can do", "She's in danger", "Send the emergency number")
    assert eva.said[-1].startswith("Sent:")
    assert "In danger now? Call:" in eva.said[-1]
    assert "112" in eva.said[-1]
    town.deliver()
    assert ana.has("112")
