"""A moderator writes a question piece by piece, in one language or several, sees it whole, and asks the group once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.house import Settled
from bot.core.notice import NoticeKind
from bot.core.question import About, Question
from tests.core.rooms.example import MUSA, NIGHT, NOW, RAVAL, Somebody, moderator

CLOSES = int(datetime(2026, 11, 28, 20, tzinfo=UTC).timestamp())
OPEN = Question("q", About.FREE, {"pt": "Onde?"}, {}, CLOSES, 3)


def at_questions(group: str = MUSA, label: str = "Musa · Porto") -> Somebody:
    """Return a moderator who looks at what her group decides."""
    somebody = moderator(group)
    somebody.presses("For moderators", label, "The group decides")
    return somebody


def with_quorum(somebody: Somebody) -> None:
    """Say how many have to answer, and until when."""
    somebody.types("3")
    somebody.presses("Choose the day")
    somebody.types("28/11", "20:00")


def asking(*answers: str) -> Somebody:
    """Return a moderator who has written a question of her group's own."""
    somebody = at_questions()
    somebody.presses("Ask the group something", "A question of our own")
    somebody.types("Onde nos encontramos?")
    if answers:
        somebody.presses("Our own answers")
        somebody.types(*answers)
        if len(answers) < 5:
            somebody.presses("That's all")
    else:
        somebody.presses("Yes or no")
    with_quorum(somebody)
    return somebody


def asked(somebody: Somebody) -> Question:
    """Return what was put to the group."""
    (question,) = somebody.state().questions
    return question


def test_it_is_written_in_the_language_that_the_group_speaks_first() -> None:
    somebody = at_questions()
    assert "in Portuguese" in somebody.presses("Ask the group something", "A question of our own").texts[0]


def test_where_nobody_said_which_that_is_it_is_her_own() -> None:
    somebody = at_questions(NIGHT, "Night · Porto")
    assert "in English" in somebody.presses("Ask the group something", "A question of our own").texts[0]


def test_a_yes_or_no_is_asked_after_she_has_seen_it_whole() -> None:
    somebody = asking()
    assert somebody.text == (
        "Portuguese:\nOnde nos encontramos?\n\nYes / No\n\n"
        "Until Saturday 28 November, 20:00. It counts when 3 have answered.\n"
        "On their screens stands only that there is a question."
    )
    assert somebody.changes == []
    somebody.presses("Ask the group now")
    question = asked(somebody)
    assert question == replace(OPEN, id=question.id, texts={"pt": "Onde nos encontramos?"})
    (notice,) = somebody.notices
    assert (notice.kind, notice.groups, notice.question) == (NoticeKind.QUESTION, (MUSA,), question.id)
    assert (notice.due_at, notice.until_at) == (int(NOW.timestamp()), CLOSES)
    assert not notice.texts, "what stands on her lock screen says nothing"


def test_two_to_five_answers_of_their_own() -> None:
    somebody = asking("Aqui", "Ali")
    somebody.presses("Ask the group now")
    assert asked(somebody).answers == {"pt": ("Aqui", "Ali")}
    five = ("Seg", "Ter", "Qua", "Qui", "Sex")
    full = asking(*five)
    full.presses("Ask the group now")
    assert asked(full).answers == {"pt": five}


def test_one_answer_is_not_enough() -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something", "A question of our own")
    somebody.types("Onde?")
    somebody.presses("Our own answers")
    for typed in ("Aqui", ""):
        somebody.types(typed) if typed else None
        somebody.presses("That's all")
        assert "Two at least" in somebody.text


def test_the_same_answer_twice_is_refused_however_it_is_written() -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something", "A question of our own")
    somebody.types("Onde?")
    somebody.presses("Our own answers")
    somebody.types("Café")
    assert "there already" in somebody.types("CAFE.").texts[0]
    somebody.presses("Write another")
    somebody.types("Parque")
    assert "1. Café\n2. Parque" in somebody.text


@pytest.mark.parametrize(("is_answer", "longest"), [(False, 300), (True, 60)])
def test_what_is_too_long_is_refused_and_what_just_fits_is_taken(is_answer: bool, longest: int) -> None:  # noqa: FBT001 - a case
    somebody = at_questions()
    somebody.presses("Ask the group something", "A question of our own")
    if is_answer:
        somebody.types("Onde?")
        somebody.presses("Our own answers")
    assert "long for me" in somebody.types("x" * (longest + 1)).texts[0]
    somebody.presses("Write it again")
    assert "long for me" not in somebody.types("x" * longest).texts[0]


@pytest.mark.parametrize("number", ["0", "1", "2"])
def test_a_quorum_below_three_is_refused(number: str) -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something", "A question of our own")
    somebody.types("Onde?")
    somebody.presses("Yes or no")
    assert "Three at least" in somebody.types(number).texts[0]
    somebody.presses("Another number")
    somebody.types("3")
    assert somebody.labels == ["Choose the day"]


def test_it_is_translated_piece_by_piece_with_the_original_in_sight() -> None:
    somebody = asking("Aqui", "Ali")
    somebody.presses("In another language too")
    assert somebody.labels == ["English", "Español", "Go on"]
    somebody.presses("Español")
    assert "in Spanish:\n\nOnde nos encontramos?" in somebody.text
    somebody.types("¿Dónde quedamos?")
    assert "in Spanish:\n\nAqui" in somebody.text
    somebody.types("Aquí")
    assert "in Spanish:\n\nAli" in somebody.text
    somebody.types("Allí")
    assert "Spanish:\n¿Dónde quedamos?\n1. Aquí\n2. Allí" in somebody.text
    somebody.presses("Ask the group now")
    question = asked(somebody)
    assert list(question.texts) == ["pt", "es"]
    assert question.answers == {"pt": ("Aqui", "Ali"), "es": ("Aquí", "Allí")}


def test_a_language_that_she_leaves_half_is_left_out() -> None:
    somebody = asking("Aqui", "Ali")
    somebody.presses("In another language too", "Español")
    somebody.types("¿Dónde quedamos?", "Aquí")
    somebody.presses("Leave that language out", "Ask the group now")
    assert list(asked(somebody).texts) == ["pt"]


def test_an_agreement_is_written_point_by_point_and_replaces_the_old_only_by_their_yes() -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something", "A new agreement")
    somebody.types("Ninguém filma.", "O que se diz aqui fica aqui.")
    assert "Ninguém filma.\nO que se diz aqui fica aqui." in somebody.text
    somebody.presses("That's all")
    with_quorum(somebody)
    somebody.presses("Ask the group now")
    question = asked(somebody)
    assert (question.about, question.answers) == (About.AGREEMENT, {})
    assert question.texts == {"pt": "Ninguém filma.\nO que se diz aqui fica aqui."}
    assert somebody.state().agreement == {}


def test_an_agreement_may_be_a_page_long_and_no_longer() -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something", "A new agreement")
    for _ in range(3):
        assert "long for me" not in somebody.types("x" * 300).texts[0]
    assert "long for me" in somebody.types("x" * 300).texts[0]


def test_an_agreement_without_a_point_is_none() -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something", "A new agreement", "That's all")
    assert "one point a message" in somebody.text


def test_what_is_offered_about_small_numbers_is_the_other_of_what_is() -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something")
    assert "Show numbers below 5" in somebody.labels
    somebody.presses("All questions")
    somebody.settles(MUSA, shows_small=True)
    somebody.presses("Ask the group something", "Hide numbers below 5")
    with_quorum(somebody)
    somebody.presses("Ask the group now")
    assert (asked(somebody).about, asked(somebody).shows_small) == (About.HIDE_SMALL, True)


def test_no_button_changes_the_agreement_or_what_is_shown() -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something", "Show numbers below 5")
    with_quorum(somebody)
    somebody.presses("Ask the group now")
    states = [change.state for change in somebody.changes if isinstance(change, Settled)]
    assert states
    assert not any(state.shows_small or state.agreement for state in states)


def test_pressed_twice_it_is_asked_once() -> None:
    somebody = asking()
    somebody.presses("Ask the group now")
    somebody.take(somebody.phone.again())
    somebody.take(somebody.phone.presses_old("Ask the group now"))
    assert len(somebody.notices) == len(somebody.state().questions) == 1


def test_nothing_of_the_draft_is_kept_once_it_is_asked_or_thrown_away() -> None:
    for last in ("Ask the group now", "Throw it away"):
        somebody = asking("Aqui", "Ali")
        somebody.presses(last)
        assert set(somebody.contact.answers) <= {"group", "question"}


def test_three_may_be_open_and_no_fourth() -> None:
    somebody = asking()
    somebody.settles(MUSA, questions=tuple(replace(OPEN, id=str(number)) for number in range(3)))
    assert "Three questions are open" in somebody.presses("Ask the group now").texts[0]
    assert somebody.changes == []


@pytest.mark.parametrize("about", [About.SHOW_SMALL, About.HIDE_SMALL])
def test_the_same_is_not_decided_twice_at_once(about: About) -> None:
    somebody = at_questions()
    somebody.presses("Ask the group something", "Show numbers below 5")
    with_quorum(somebody)
    somebody.settles(MUSA, questions=(replace(OPEN, about=about),))
    assert "already" in somebody.presses("Ask the group now").texts[0]


def test_a_closing_time_that_has_passed_meanwhile_is_asked_again() -> None:
    somebody = asking()
    somebody.waits(days=8)
    somebody.contact = replace(somebody.contact, seen=somebody.contact.seen + 8 * 24)
    somebody.presses("Ask the group now")
    assert "over already" in somebody.text
    assert somebody.changes == []


def test_an_open_question_is_taken_back_with_every_answer() -> None:
    somebody = at_questions()
    somebody.settles(MUSA, questions=(OPEN,))
    somebody.types("back")
    somebody.presses("The group decides")
    somebody.presses(somebody.labels[0], "Take it back", "Yes, take it back")
    assert somebody.state().questions == ()
    assert [type(change).__name__ for change in somebody.changes] == ["Settled", "Closed"]


def test_what_is_closed_cannot_be_taken_back() -> None:
    somebody = at_questions()
    somebody.settles(MUSA, questions=(OPEN,))
    somebody.types("back")
    somebody.presses("The group decides")
    somebody.presses(somebody.labels[0], "Take it back")
    somebody.settles(MUSA, questions=(OPEN.count({"0": 3}, shows_small=False),))
    somebody.presses("Yes, take it back")
    assert somebody.changes == []
    assert "Most chosen: Yes" in somebody.text


def test_she_is_told_no_number_while_it_is_open() -> None:
    somebody = at_questions()
    somebody.settles(MUSA, questions=(OPEN,))
    somebody.types("back")
    somebody.presses("The group decides")
    somebody.presses(somebody.labels[0])
    assert not any(char.isdigit() for char in somebody.text.replace("28 November, 20:00", "").replace("3 have", ""))


def test_a_moderator_of_another_group_can_ask_nothing_here() -> None:
    somebody = asking()
    assert somebody.house.staff
    somebody.house = replace(somebody.house, staff=replace(somebody.house.staff, groups=(RAVAL,)))
    somebody.presses("Ask the group now")
    assert somebody.changes == []
