"""What a woman is answered while nobody reads her, and what a word or a number of hers means then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.contact import Position
from bot.core.conversation import ConversationState
from bot.core.lifeline import always_passes
from bot.core.message import Address, Incoming, Kind
from tests.core.relays import TUTOR, with_lines
from tests.core.town import Person, Town

CRIES = {"she is not breathing": "overdose", "he hit me": "violence", "no respira": "overdose", "i want to die": "low"}
HER_CODE = Position("peer", "code")


@pytest.fixture
def town() -> Town:
    """Return a town with nobody in it."""
    return Town()


def left(town: Town) -> Person:
    """Return a woman who wrote, and nobody could come."""
    ana = town.woman("ana")
    town.answers("amber birch").types("off duty")
    ana.contact = replace(ana.contact, answers={"line": "porto-peers", "topic": "body"})
    ana.contact = replace(ana.contact, position=Position("peer", "leaving"))
    ana.take(ana.phone.sends(Kind.STICKER))
    ana.presses("Yes, leave a message")
    assert town.only().state is ConversationState.LEFT
    return ana


def waiting(town: Town) -> Person:
    """Return a woman who waits for somebody on duty."""
    ana = town.woman("ana")
    town.answers("amber birch")
    town.calls(ana)
    return ana


def talking(town: Town) -> tuple[Person, Person]:
    """Return somebody who answers, and the woman whom she answers."""
    eva, ana = town.answers("amber birch"), town.woman("ana")
    town.talk(ana, eva)
    return eva, ana


def flow(person: Person) -> str:
    """Return the flow before somebody."""
    return person.contact.position.flow if person.contact.position else ""


def asks(person: Person, node: Position) -> None:
    """Put somebody at a node, as if she had gone there."""
    person.contact = replace(person.contact, position=node, living=())
    person.take(person.phone.sends(Kind.STICKER))


class TestACry:
    """It is never met with silence."""

    @pytest.mark.parametrize("text", CRIES)
    @pytest.mark.parametrize("where", [waiting, left])
    def test_while_nobody_is_there_it_is_kept_and_answered(self, town: Town, where: object, text: str) -> None:
        ana = where(town)  # type: ignore[operator]  # one of two that make a woman
        assert ana.types(text)
        assert flow(ana) == CRIES[text]
        assert [each.text for each in town.only().held] == [text]

    def test_below_a_picture_it_is_one_too(self, town: Town) -> None:
        ana = left(town)
        assert ana.sends(Kind.PICTURE, "ref", "he hit me")
        assert flow(ana) == "violence"
        assert [each.text for each in town.only().held] == ["he hit me"]

    def test_what_cannot_be_kept_is_answered_all_the_same_and_she_reads_that_it_was_not(self, town: Town) -> None:
        ana = left(town)
        for number in range(20):
            ana.types(f"message {number}")
        screen = ana.types("he hit me")
        assert screen
        assert "This one isn't kept" in screen.texts[0]
        assert flow(ana) == "violence"

    def test_where_she_is_about_to_set_a_code_word_it_is_no_code_word(self, town: Town) -> None:
        ana = left(town)
        asks(ana, HER_CODE)
        assert ana.types("overdose")
        assert flow(ana) == "overdose"
        assert not town.only().code

    def test_in_a_talk_where_nobody_has_written_it_goes_across_and_is_answered(self, town: Town) -> None:
        eva, ana = talking(town)
        assert ana.types("she is not breathing")
        assert flow(ana) == "overdose"
        town.deliver()
        assert eva.has("she is not breathing")

    def test_who_has_written_within_two_hours_answers_it_herself(self, town: Town) -> None:
        eva, ana = talking(town)
        eva.types("I'm here")
        town.deliver()
        assert ana.types("he hit me") is None
        town.now += timedelta(hours=2)
        assert ana.types("he hit me")
        assert flow(ana) == "violence"

    def test_after_the_answer_she_comes_back_by_simply_writing(self, town: Town) -> None:
        eva, ana = talking(town)
        ana.types("she is not breathing")
        assert ana.types("I think he is coming back") is None
        town.deliver()
        assert eva.has("I think he is coming back")

    def test_what_she_types_on_a_screen_that_helps_is_understood_there_while_nobody_reads_it(self, town: Town) -> None:
        ana = left(town)
        ana.types("she is not breathing")
        before = ana.contact.position
        assert ana.types("they dont wake upp")
        assert flow(ana) == "overdose"
        assert ana.contact.position != before
        screen = ana.types("blue door on the left")
        assert screen
        assert flow(ana) == "overdose"
        assert town.only().held[-1].text == "blue door on the left"

    def test_of_somebody_who_waits_for_a_tutor_it_is_answered_too(self, town: Town) -> None:
        eva = town.answers("amber birch", "porto-peers", TUTOR)
        eva.contact = replace(eva.contact, position=Position("answer", "support"))
        eva.take(eva.phone.sends(Kind.STICKER))
        eva.presses("Call a tutor")
        assert eva.types("I want to die")
        assert flow(eva) == "low"


class TestWhereNobodyHasReadIt:
    """She never writes into silence."""

    def test_she_is_told_once_that_it_is_kept_unread_and_whom_she_can_call(self, town: Town) -> None:
        ana = left(town)
        assert ana.types("hello?") is None, "it stands before her"
        ana.types("menu")
        screen = ana.types("are you there?")
        assert screen
        assert "Nobody has read it yet" in screen.texts[0]
        assert "112" in screen.texts[0]
        assert ana.types("please") is None
        assert [each.text for each in town.only().held] == ["hello?", "are you there?", "please"]

    def test_that_takes_her_out_of_no_emergency(self, town: Town) -> None:
        ana = left(town)
        ana.types("she is not breathing")
        ana.types("blue door on the left")
        assert flow(ana) == "overdose"


class TestANumber:
    """Where there are no buttons it means what stands below what we wrote last."""

    def test_while_she_waits_it_is_a_choice_also_after_her_own_words(self, town: Town) -> None:
        ana = waiting(town)
        ana.types("are you there?")
        ana.types("6")
        assert town.live() == [], "6 is Hide this"

    def test_in_a_talk_it_is_a_choice_until_the_other_side_writes(self, town: Town) -> None:
        eva, ana = talking(town)
        ana.types("menu", "wait a moment")
        assert ana.types("1"), "it stands on the menu"
        ana.types("menu")
        eva.types("how many?")
        town.deliver()
        assert ana.types("1") is None
        town.deliver()
        assert eva.has("\n1")

    def test_below_a_screen_that_is_not_so_any_more_it_ends_nothing(self, town: Town) -> None:
        ana, eva = waiting(town), town.people["telegram:amber-birch"]
        eva.presses_under("I take it")
        assert ana.types("1") is None, "she has not read yet that somebody is there"
        assert town.only().state is ConversationState.OPEN

    def test_on_a_screen_that_helps_it_is_a_choice_also_when_somebody_has_come_meanwhile(self, town: Town) -> None:
        ana, eva = waiting(town), town.people["telegram:amber-birch"]
        ana.types("she is not breathing")
        before = ana.contact.position
        eva.presses_under("I take it")
        town.deliver()
        assert ana.types("1")
        assert flow(ana) == "overdose"
        assert ana.contact.position != before

    def test_where_there_are_buttons_it_is_said(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana", channel="telegram")
        town.talk(ana, eva)
        ana.types("menu")
        assert ana.types("1") is None
        town.deliver()
        assert eva.has("\n1")

    def test_below_a_screen_that_says_what_does_not_go_across_it_is_a_choice(self, town: Town) -> None:
        eva, ana = talking(town)
        eva.types("how are you?")
        town.deliver()
        screen = ana.sends(Kind.FILE)
        assert screen
        assert ana.types(str(len(screen.choices) + len(screen.ways)))
        assert town.live() == []


class TestAPlace:
    """Where she looks for one, its name is for us."""

    @pytest.mark.parametrize("node", ["start", "ask_city"])
    def test_it_is_looked_for_while_a_talk_is_open(self, town: Town, node: str) -> None:
        eva, ana = talking(town)
        asks(ana, Position("find", node))
        assert ana.types("Porto")
        assert town.deliver() == []
        asks(ana, Position("find", node))
        assert ana.types("he is in Porto") is None
        town.deliver()
        assert eva.has("he is in Porto")

    def test_what_came_since_is_answered(self, town: Town) -> None:
        eva, ana = talking(town)
        asks(ana, Position("find", "ask_city"))
        eva.types("where are you?")
        town.deliver()
        assert ana.types("porto") is None
        town.deliver()
        assert eva.has("\nporto")


class TestACodeWord:
    """What is for the other side does not become one."""

    def test_a_sentence_typed_after_somebody_wrote_goes_across(self, town: Town) -> None:
        eva, ana = talking(town)
        asks(ana, HER_CODE)
        eva.types("what happened?")
        town.deliver()
        assert ana.types("he took my phone") is None
        town.deliver()
        assert eva.has("he took my phone")
        assert not town.only().code

    def test_a_word_typed_after_somebody_wrote_goes_to_nobody_and_she_is_asked_again(self, town: Town) -> None:
        eva, ana = talking(town)
        asks(ana, HER_CODE)
        eva.types("what happened?")
        town.deliver()
        screen = ana.types("cinnamon")
        assert screen
        assert "went to nobody" in screen.texts[0]
        assert not town.only().code
        assert town.deliver() == []
        ana.types("cinnamon")
        assert town.only().code
        assert not eva.has("cinnamon")

    def test_that_somebody_has_come_is_something_to_answer_too(self, town: Town) -> None:
        ana, eva = waiting(town), town.people["telegram:amber-birch"]
        asks(ana, HER_CODE)
        eva.presses_under("I take it")
        town.deliver()
        assert ana.types("a friend took it away") is None
        assert not town.only().code


@pytest.mark.parametrize("kind", [Kind.PICTURE, Kind.VOICE])
@pytest.mark.parametrize("word", ["exit", "Forget me", "menu"])
def test_a_word_that_always_works_does_so_below_a_file_and_nothing_goes_across(
    town: Town, kind: Kind, word: str
) -> None:
    _, ana = talking(town)
    assert ana.sends(kind, "ref", word)
    assert (town.live() == []) is (word != "menu")
    assert not [each for each in town.deliver() if each.text or each.media]


@pytest.mark.parametrize("word", ["exit", "forget me"])
def test_such_a_word_below_a_file_gets_through_a_flood_too(word: str) -> None:
    incoming = Incoming(Address("signal", "ana"), Kind.PICTURE, "1", text=word)
    assert always_passes(with_lines(), incoming, carefully=False)
    assert not always_passes(with_lines(), replace(incoming, text=f"{word} please, all"), carefully=False)
