"""How a question ends, and what is never kept of it."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.question import FEWEST_TOLD, HIDDEN, About, Draft, Question, Result
from bot.storage.store import FEWEST_SHOWN

PLAIN = Question("q", About.FREE, {"pt": "Onde?"}, {"pt": ("Aqui", "Ali", "Longe")}, 1000, 3)
tallies = st.dictionaries(st.sampled_from("012345"), st.integers(1, 40))


def test_below_the_quorum_nothing_is_decided_and_no_number_is_kept() -> None:
    closed = PLAIN.count({"0": 1, "1": 1}, shows_small=True)
    assert (closed.result, closed.counts, closed.is_agreed) == (Result.TOO_FEW, (), False)


def test_at_the_quorum_it_counts() -> None:
    assert PLAIN.count({"0": 2, "1": 1}, shows_small=False).result is Result.CHOSEN


def test_the_most_is_chosen_and_small_numbers_are_not_kept() -> None:
    closed = PLAIN.count({"0": 4, "1": 12}, shows_small=False)
    assert (closed.chosen, closed.counts) == (1, (HIDDEN, 12, HIDDEN))


def test_a_group_that_agreed_to_it_keeps_small_numbers_too() -> None:
    asked = replace(PLAIN, shows_small=True)
    assert asked.count({"0": 1, "1": 2}, shows_small=True).counts == (1, 2, 0)


def test_who_answered_before_the_group_agreed_to_it_is_not_shown_by_it() -> None:
    for asked, wanted in ((True, False), (False, True)):
        closed = replace(PLAIN, shows_small=asked).count({"0": 1, "1": 2}, shows_small=wanted)
        assert closed.counts == (HIDDEN,) * 3


@pytest.mark.parametrize(("number", "is_told"), [(FEWEST_TOLD - 1, False), (FEWEST_TOLD, True)])
def test_five_are_told_and_four_are_not(number: int, is_told: bool) -> None:  # noqa: FBT001 - a case
    closed = PLAIN.count({"0": number, "1": 20}, shows_small=False)
    assert closed.counts[0] == (number if is_told else HIDDEN)


def test_as_many_for_one_as_for_another_is_no_decision() -> None:
    closed = PLAIN.count({"1": 3, "2": 3}, shows_small=False)
    assert (closed.result, closed.is_agreed) == (Result.TIE, False)


def test_the_smallest_number_is_the_same_wherever_numbers_are_told() -> None:
    assert FEWEST_TOLD == FEWEST_SHOWN


@given(tallies, st.integers(3, 30))
def test_no_small_number_can_be_read_from_what_is_kept(tally: dict[str, int], quorum: int) -> None:
    closed = replace(PLAIN, quorum=quorum).count(tally, shows_small=False)
    assert all(count == HIDDEN or count >= FEWEST_TOLD for count in closed.counts)
    assert closed.is_closed
    assert not closed.takes(0)


@given(tallies)
def test_an_answer_that_no_button_gives_counts_for_nothing(tally: dict[str, int]) -> None:
    known = {answer: number for answer, number in tally.items() if int(answer) < PLAIN.size}
    assert PLAIN.count(tally, shows_small=True) == PLAIN.count(known, shows_small=True)


@given(tallies)
def test_it_is_read_back_as_it_was_written(tally: dict[str, int]) -> None:
    for question in (PLAIN, PLAIN.count(tally, shows_small=False)):
        assert Question.from_dict(orjson.loads(orjson.dumps(question.to_dict()))) == question


def test_a_yes_needs_more_yes_than_no() -> None:
    ask = replace(PLAIN, about=About.AGREEMENT, answers={})
    assert ask.count({"0": 3, "1": 2}, shows_small=False).is_agreed
    assert not ask.count({"0": 2, "1": 3}, shows_small=False).is_agreed
    assert not ask.count({"0": 3, "1": 3}, shows_small=False).is_agreed


def test_it_takes_answers_until_its_last_second() -> None:
    assert PLAIN.takes(999)
    assert not PLAIN.takes(1000)


def test_a_language_that_is_begun_and_not_ended_is_not_asked_in() -> None:
    draft = Draft(tongue="pt").with_text("Onde?").with_answer("Aqui").with_answer("Ali")
    begun = draft.in_tongue("es").with_text("¿Dónde?").with_answer("Aquí")
    assert (begun.missing, begun.whole_tongues()) == (1, ("pt",))
    assert begun.with_answer("Allí").whole_tongues() == ("pt", "es")
    assert begun.in_tongue("es").texts == {"pt": "Onde?"}


def test_a_draft_is_read_back_as_it_was_written() -> None:
    draft = Draft(About.FREE, "pt").with_text("Onde?").with_answer("Aqui")
    assert Draft.from_dict(orjson.loads(orjson.dumps(draft.to_dict()))) == draft
