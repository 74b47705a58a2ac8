"""A member answers what her group decides, changes her mind until it closes, and reads what came of it."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from bot.core.beneath import beneath
from bot.core.house import Answered, GroupState, House
from bot.core.message import Kind
from bot.core.question import HIDDEN, About, Question, Result
from tests.core.rooms.example import MUSA, RAVAL, Somebody, moderator, staff

CLOSES = int(datetime(2026, 11, 28, 20, tzinfo=UTC).timestamp())
TEXTS, ANSWERS = {"pt": "Onde?", "en": "Where?"}, {"pt": ("Aqui", "Ali"), "en": ("Here", "There")}
WHERE = Question("q", About.FREE, TEXTS, ANSWERS, CLOSES, 3)
RULE = replace(WHERE, about=About.AGREEMENT, answers={}, texts={"pt": "Ninguém filma.", "en": "No pictures."})
SUBJECT = f"question {MUSA} q"


def asked(question: Question = WHERE, language: str = "en", groups: tuple[str, ...] = (MUSA,)) -> Somebody:
    """Return a member who has pressed the button under the notice that there is a question."""
    somebody = Somebody(House({MUSA: GroupState(questions=(question,))}), language, groups)
    press = replace(somebody.phone.types(""), kind=Kind.PRESS, token=beneath("notice", MUSA, "q", "show_it"))
    somebody.take(press)
    return somebody


def test_the_button_under_the_notice_shows_the_question_and_its_answers() -> None:
    somebody = asked()
    assert somebody.text == "Where?\n\nUntil Saturday 28 November, 20:00. It counts when 3 have answered."
    assert somebody.labels == ["Here", "There", "The group"]


def test_who_reads_another_language_reads_the_main_one_and_a_line_that_says_so() -> None:
    somebody = asked(language="es")
    assert "\nOnde?\n" in somebody.text
    assert somebody.labels[:2] == ["Aqui", "Ali"]


def test_an_agreement_is_asked_with_yes_and_no_in_her_language() -> None:
    somebody = asked(RULE)
    assert somebody.text.startswith("Shall this be what the group agrees on?\n\nNo pictures.")
    assert somebody.labels[:2] == ["Yes", "No"]


def test_an_answer_is_one_change_and_is_not_in_her_record() -> None:
    somebody = asked()
    somebody.presses("There")
    assert somebody.changes == [Answered(SUBJECT, "1")]
    assert "choice" not in somebody.contact.answers
    assert b"There" not in orjson.dumps(somebody.contact.to_dict())


def test_she_can_change_it_until_it_closes() -> None:
    somebody = asked()
    somebody.presses("There", "Change my answer")
    assert "Your answer: There" in somebody.text
    somebody.presses("Here")
    assert somebody.house.own == {SUBJECT: "0"}


def test_an_answer_is_typed_too() -> None:
    somebody = asked()
    somebody.types("there")
    assert somebody.changes == [Answered(SUBJECT, "1")]


def test_after_it_closed_nothing_is_taken_any_more() -> None:
    somebody = asked()
    somebody.waits(days=8)
    somebody.contact = replace(somebody.contact, seen=somebody.contact.seen + 8 * 24)
    somebody.presses("There")
    assert somebody.changes == []
    assert "The result comes in a minute" in somebody.text


def test_who_comes_after_it_is_counted_reads_the_result() -> None:
    somebody = asked()
    somebody.settles(MUSA, questions=(WHERE.count({"0": 5}, shows_small=False),))
    somebody.presses("There")
    assert somebody.changes == []
    assert "Most chosen: Here" in somebody.text


def test_who_is_not_in_the_group_sees_no_question_of_it() -> None:
    somebody = Somebody(House({MUSA: GroupState(questions=(WHERE,))}), memberships=(RAVAL,))
    somebody.contact = replace(somebody.contact, answers={"group": MUSA, "question": "q"})
    stranger = replace(somebody.phone.types(""), kind=Kind.PRESS, token=beneath("notice", MUSA, "q", "show_it"))
    somebody.take(stranger)
    assert "Where?" not in somebody.text
    assert somebody.changes == []


def test_who_has_left_cannot_answer_from_an_old_screen() -> None:
    somebody = asked()
    somebody.contact = somebody.contact.with_memberships({}, "")
    somebody.presses("There")
    assert somebody.changes == []


def test_a_moderator_who_is_no_member_reads_it_and_has_no_answer() -> None:
    somebody = moderator(MUSA)
    somebody.settles(MUSA, questions=(WHERE,))
    somebody.presses("For moderators", "Musa · Porto", "The group decides", "1 · Where?")
    assert somebody.labels == ["Take it back", "All questions"]


def test_a_moderator_who_is_a_member_has_one_answer_as_all() -> None:
    somebody = asked()
    somebody.house = replace(somebody.house, staff=staff(MUSA))
    somebody.presses("Here")
    assert somebody.changes == [Answered(SUBJECT, "0")]


@pytest.mark.parametrize(
    ("closed", "said"),
    [
        ({"0": 7, "1": 2}, "Most chosen: Here\n\nHere: 7\nThere: fewer than 5"),
        ({"0": 2, "1": 9}, "Most chosen: There\n\nHere: fewer than 5\nThere: 9"),
        ({"0": 2, "1": 1}, "Most chosen: Here\n\nHere: fewer than 5\nThere: fewer than 5"),
        ({"0": 2, "1": 2}, "No answer had the most. Nothing changes.\n\nHere: fewer than 5\nThere: fewer than 5"),
        ({"0": 1, "1": 1}, "Too few have answered. Nothing changes."),
    ],
)
def test_the_result_says_the_most_and_no_number_below_five(closed: dict[str, int], said: str) -> None:
    somebody = asked(WHERE.count(closed, shows_small=False))
    assert somebody.text == f"Where?\n\n{said}"


def test_a_group_that_agreed_to_it_reads_small_numbers() -> None:
    closed = replace(WHERE, shows_small=True).count({"0": 2, "1": 1}, shows_small=True)
    assert "Here: 2\nThere: 1" in asked(closed).text


def test_a_new_agreement_is_said_to_be_one() -> None:
    assert "what the group agrees on now" in asked(RULE.count({"0": 3}, shows_small=False)).text
    assert "agrees on now" not in asked(RULE.count({"1": 3}, shows_small=False)).text


@pytest.mark.parametrize("about", [About.SHOW_SMALL, About.HIDE_SMALL])
@pytest.mark.parametrize("language", ["en", "pt", "es"])
def test_what_the_program_asks_is_asked_in_every_language(about: About, language: str) -> None:
    somebody = asked(replace(WHERE, about=about, texts={}, answers={}), language)
    assert "5" in somebody.text
    assert len(somebody.labels) == 3


def test_the_list_has_open_questions_first() -> None:
    somebody = asked()
    closed = replace(WHERE, id="c", texts={"en": "When?"}, result=Result.CHOSEN, counts=(HIDDEN, HIDDEN))
    somebody.settles(MUSA, questions=(closed, WHERE))
    somebody.house = replace(somebody.house, staff=staff(MUSA))
    somebody.types("menu")
    somebody.presses("For moderators", "Musa · Porto", "The group decides")
    assert somebody.labels[:2] == ["1 · Where?", "2 · Result: When?"]
