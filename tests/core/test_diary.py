"""What the calendar asks for: each reminder from its time to its end, and nothing kept of what is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import diary
from bot.core.house import Announced, GroupState, Proposal, Settled, meeting_subject, question_subject
from bot.core.message import fold
from bot.core.notice import Notice, NoticeKind
from bot.core.plan import Plan
from bot.core.question import About, Question, Result
from tests.scenes.content import library

PORTO, OPEN = "trial-porto", "trial-open"
MEETING = "2026-11-25"
STARTS = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
"""Lisbon is on UTC in winter."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTE = timedelta(minutes=1)


def due(now: datetime, since: datetime | None = None, plan: Plan | None = None) -> list[Notice]:
    """Return the reminders of one group that a look at `now` finds."""
    states = {PORTO: GroupState(plan)} if plan else {}
    return [each for each in diary.due(library(), states, since, now) if each.groups == (PORTO,)]


@pytest.mark.parametrize(
    ("before", "offsets"),
    [
        (DAY + MINUTE, []),
        (DAY, [DAY]),
        (3 * HOUR, [DAY]),
        (2 * HOUR, [2 * HOUR]),
        (MINUTE, [2 * HOUR]),
        (timedelta(), []),
    ],
)
def test_after_a_start_what_is_of_use_is_found_and_nothing_else(before: timedelta, offsets: list[timedelta]) -> None:
    found = due(STARTS - before)
    assert [STARTS.timestamp() - each.due_at for each in found] == [each.total_seconds() for each in offsets]
    assert all(each.until_at <= STARTS.timestamp() and each.starts_at == STARTS.timestamp() for each in found)


@pytest.mark.parametrize(
    ("since", "is_found"), [(MINUTE, True), (timedelta(), False), (-MINUTE, False), (7 * DAY, True), (-7 * DAY, False)]
)
def test_between_two_looks_only_what_came_due_since_the_first_is_found(since: timedelta, *, is_found: bool) -> None:
    at = STARTS - DAY
    assert bool(due(at, at - since)) is is_found


def test_a_clock_that_was_put_forward_far_and_back_does_not_silence_what_comes() -> None:
    assert due(STARTS - DAY, STARTS - DAY + 365 * DAY) == []
    assert due(STARTS - DAY, STARTS - DAY - MINUTE) != []


def test_the_same_reminder_has_the_same_key_and_every_other_another() -> None:
    first, again, second = due(STARTS - DAY)[0], due(STARTS - 5 * HOUR)[0], due(STARTS - HOUR)[0]
    moved = due(STARTS, plan=Plan().move(MEETING, datetime(2026, 11, 26, 18)))  # noqa: DTZ001 - on the clock of the place
    assert first == again
    assert len({each.key for each in (first, second, *moved)}) == 3


def test_a_cancelled_meeting_has_no_reminder_and_a_moved_one_that_of_its_new_time() -> None:
    assert due(STARTS - DAY, plan=Plan().cancel(MEETING)) == []
    later = Plan().move(MEETING, datetime(2026, 11, 25, 21))  # noqa: DTZ001 - on the clock of the place
    (found,) = due(STARTS, plan=later)
    assert found.starts_at == (STARTS + 3 * HOUR).timestamp()
    assert found.kind is NoticeKind.REMINDER
    assert found.meeting == MEETING


def test_a_meeting_that_is_added_late_is_not_announced_twice() -> None:
    now = STARTS - 20 * HOUR
    added = Plan().add("one", datetime(2026, 11, 25, 19))  # noqa: DTZ001 - on the clock of the place
    assert [each.meeting for each in due(now, now - MINUTE, added)] == []


def over(state: GroupState, now: datetime, group: str = PORTO) -> GroupState:
    """Return what is left of a state."""
    left = [each.state for each in diary.over(library(), {group: state}, now)]
    return left[0] if left else state


def test_a_proposal_goes_when_its_meeting_is_over_and_not_before() -> None:
    state = GroupState(agenda=(Proposal(MEETING, "one"), Proposal("2026-12-02", "two")))
    ends = STARTS + 2 * HOUR
    assert over(state, ends - MINUTE) == state
    assert over(state, ends).agenda == (Proposal("2026-12-02", "two"),)


def test_a_proposal_stays_with_a_meeting_that_moves_and_goes_with_a_group_that_is_gone() -> None:
    moved = Plan().move(MEETING, datetime(2026, 11, 28, 18))  # noqa: DTZ001 - on the clock of the place
    state = GroupState(moved, (Proposal(MEETING, "one"),))
    assert over(state, STARTS + DAY) == state
    assert over(state, STARTS + DAY, "gone").agenda == ()


def test_a_change_goes_when_its_meeting_is_over_wherever_it_was_moved() -> None:
    state = GroupState(Plan().move(MEETING, datetime(2026, 11, 28, 18)))  # noqa: DTZ001 - on the clock of the place
    assert over(state, STARTS + 2 * DAY) == state
    assert over(state, STARTS + 5 * DAY).plan == Plan()


def test_marks_of_old_broadcasts_go() -> None:
    now = fold(STARTS)
    state = GroupState(written={"2026-11-20": 1, "2026-11-25": 2}, texts=(("old", now - 2), ("new", now - 1)))
    assert over(state, STARTS) == GroupState(written={"2026-11-25": 2}, texts=(("new", now - 1),))


def test_nothing_is_written_when_nothing_is_over() -> None:
    assert list(diary.over(library(), {PORTO: GroupState(), OPEN: GroupState()}, STARTS)) == []


def test_what_may_be_answered_is_meetings_to_come_and_open_questions() -> None:
    words = {"en": "Where?"}, {"en": ("Here", "There")}
    question = Question("q", About.FREE, *words, int(STARTS.timestamp()), 3)
    closed = replace(question, id="c", result=Result.TIE)
    states = {PORTO: GroupState(questions=(question, closed)), "gone": GroupState(questions=(question,))}
    subjects = diary.open_subjects(library(), states, STARTS + HOUR)
    assert meeting_subject(PORTO, MEETING) in subjects
    assert meeting_subject(PORTO, "2026-11-18") not in subjects
    assert {question_subject(PORTO, "q"), question_subject("gone", "q")} <= subjects
    assert question_subject(PORTO, "c") not in subjects
    assert meeting_subject(PORTO, MEETING) not in diary.open_subjects(library(), states, STARTS + 2 * HOUR)


def test_one_look_gives_all_of_it() -> None:
    states = {PORTO: GroupState(agenda=(Proposal("2026-11-18", "old"),))}
    tended = diary.tend(library(), states, None, STARTS - HOUR, sweeps=True)
    assert [type(each) for each in tended.changes] == [Announced, Settled]
    assert tended.subjects
    assert diary.tend(library(), {}, None, STARTS, sweeps=False) == diary.Tended((), None)
