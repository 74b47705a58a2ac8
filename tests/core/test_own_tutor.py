"""Who answers women and has somebody for herself: what comes to her, what lists say, and where her words go."""

import pytest

from tests.core.relays import TUTOR
from tests.core.town import Person, Town


@pytest.fixture
def town() -> Town:
    """Return a town with nobody in it."""
    return Town()


def calls_tutor(eva: Person) -> None:
    """Let who answers call a tutor for herself."""
    eva.types("menu")
    eva.presses("Answer women", "Somebody for me", "Call a tutor")


def cared_for(town: Town) -> tuple[Person, Person, Person, str]:
    """Let who answers have a woman and a tutor; return the three, and the woman's two words."""
    eva, tess, ana = town.answers("amber birch"), town.answers("calm finch", TUTOR), town.woman("ana")
    words = town.talk(ana, eva)
    calls_tutor(eva)
    town.deliver()
    tess.presses_under("I take it")
    town.deliver()
    return eva, tess, ana, words


class TestHerOwnTutor:
    """Who answers and has somebody for herself never takes her for one of the women."""

    def test_what_comes_in_her_own_conversation_has_the_name_of_the_line_in_front(self, town: Town) -> None:
        eva, tess, ana, words = cared_for(town)
        tess.types("I'm here")
        ana.types("I'm scared")
        town.deliver()
        assert eva.has("For peers:\nI'm here")
        assert eva.has(f"{words}:\nI'm scared")

    def test_lists_show_the_name_of_the_line_and_not_two_words_that_she_never_saw(self, town: Town) -> None:
        eva, _, _, words = cared_for(town)
        screen = eva.types("for whom is this")
        assert screen
        assert [each.label for each in screen.choices[:2]] == [f"{words} · English", "For peers"]

    def test_on_its_own_screen_it_offers_what_a_woman_has_and_nothing_of_who_answers(self, town: Town) -> None:
        eva, tess, *_ = cared_for(town)
        eva.types("menu")
        screen = eva.presses("Answer women", "My conversations", "For peers")
        assert screen
        labels = [each.label for each in screen.choices]
        assert "I want to stop" in labels
        assert not {"Hand it over", "Block", "She's in danger"} & set(labels)
        eva.presses("I want to stop")
        town.deliver()
        assert tess.has("this has ended")

    def test_while_nobody_has_taken_her_call_a_plain_message_goes_to_her_woman(self, town: Town) -> None:
        eva, tess, ana = town.answers("amber birch"), town.answers("calm finch", TUTOR), town.woman("ana")
        town.talk(ana, eva)
        calls_tutor(eva)
        town.deliver()
        assert eva.types("call 112, love") is None
        tess.presses_under("I take it")
        town.deliver()
        assert ana.has("call 112, love")
        assert not tess.has("call 112, love")

    def test_a_woman_reads_no_name_in_front(self, town: Town) -> None:
        eva, ana = town.answers("amber birch"), town.woman("ana")
        town.talk(ana, eva)
        eva.types("hello")
        town.deliver()
        assert "hello" in ana.said

    def test_under_the_word_that_it_has_ended_somebody_for_her_is_offered_and_is_there(self, town: Town) -> None:
        eva, tess, ana, _ = cared_for(town)
        tess.presses_under("What else I can do")
        tess.presses("End it", "Yes, end it")
        town.deliver()
        shown = eva.presses_under("Somebody for me")
        assert shown
        assert shown.texts[0].startswith("A tutor is for those who answer.")
        assert town.only().woman == ana.address
