"""What closes now, what that changes, and who hears of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.core.decision import RESULT_KEPT, RESULT_NEWS, decide
from bot.core.house import Announced, Closed, GroupState, Settled
from bot.core.notice import NoticeKind
from bot.core.question import About, Question, Result

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = int(NOW.timestamp())
ASKED = Question("q", About.FREE, {"pt": "Onde?"}, {"pt": ("Aqui", "Ali")}, AT, 3)
AGREEMENT = Question("a", About.AGREEMENT, {"pt": "Ninguém filma."}, {}, AT, 3)


def settled(state: GroupState, tally: dict[str, int], now: datetime = NOW) -> GroupState | None:
    """Return the group's state after a look, `None` when nothing changes."""
    changes = decide({"musa": state}, lambda _: tally, now)
    return next((change.state for change in changes if isinstance(change, Settled)), None)


def test_before_its_time_nothing_is_counted() -> None:
    counted: list[str] = []

    def tally(subject: str) -> dict[str, int]:
        counted.append(subject)
        return {}

    assert decide({"musa": GroupState(questions=(ASKED,))}, tally, NOW - timedelta(seconds=1)) == ()
    assert counted == []


def test_at_its_time_it_is_counted_forgotten_and_told() -> None:
    changes = decide({"musa": GroupState(questions=(ASKED,))}, lambda _: {"0": 2, "1": 6}, NOW)
    closed, announced, state = changes
    assert closed == Closed("question musa q")
    assert isinstance(announced, Announced)
    notice = announced.notice
    assert (notice.kind, notice.groups, notice.question) == (NoticeKind.RESULT, ("musa",), "q")
    assert (notice.due_at, notice.until_at) == (AT, AT + RESULT_NEWS.total_seconds())
    assert isinstance(state, Settled)
    assert state.state.questions[0].chosen == 1


def test_it_is_closed_once() -> None:
    state = settled(GroupState(questions=(ASKED,)), {"0": 3})
    assert state
    assert decide({"musa": state}, lambda _: {"1": 9}, NOW) == ()


def test_what_a_machine_slept_through_is_closed_when_it_wakes_and_told_from_then_on() -> None:
    week = NOW + timedelta(days=7)
    changes = decide({"musa": GroupState(questions=(ASKED,))}, lambda _: {"0": 3}, week)
    notices = [change.notice for change in changes if isinstance(change, Announced)]
    assert [notice.due_at for notice in notices] == [int(week.timestamp())]


def test_an_agreement_changes_by_a_yes_with_quorum_and_by_nothing_else() -> None:
    state = GroupState(questions=(AGREEMENT,), agreement={"pt": "Antigo."})
    for tally, text in (({"0": 2}, "Antigo."), ({"0": 2, "1": 2}, "Antigo."), ({"0": 3, "1": 2}, "Ninguém filma.")):
        after = settled(state, tally)
        assert after
        assert after.agreement == {"pt": text}


def test_small_numbers_are_shown_and_hidden_again_only_by_a_yes() -> None:
    show, hide = (Question("s", about, {}, {}, AT, 3) for about in (About.SHOW_SMALL, About.HIDE_SMALL))
    for question, before, tally, expected in (
        (show, False, {"0": 3}, True),
        (show, False, {"1": 3}, False),
        (show, False, {"0": 2}, False),
        (hide, True, {"0": 3}, False),
        (hide, True, {"1": 3}, True),
    ):
        after = settled(GroupState(questions=(question,), shows_small=before), tally)
        assert after
        assert after.shows_small is expected


def test_the_vote_to_show_small_numbers_does_not_show_those_of_before() -> None:
    first = settled(GroupState(questions=(ASKED,)), {"0": 3, "1": 1})
    assert first
    show = Question("s", About.SHOW_SMALL, {}, {}, AT, 3)
    second = settled(replace(first, questions=(*first.questions, show)), {"0": 3})
    assert second
    assert second.shows_small
    assert second.questions[0].counts == (-1, -1)
    assert second.questions[1].counts == (-1, -1), "it was asked under the old rule"


def test_two_that_close_together_are_both_closed_the_earlier_first() -> None:
    show = Question("s", About.SHOW_SMALL, {}, {}, AT - 60, 3)
    after = settled(GroupState(questions=(ASKED, show)), {"0": 3})
    assert after
    assert [each.result for each in after.questions] == [Result.CHOSEN] * 2
    assert after.shows_small
    assert after.questions[0].counts == (-1, -1), "it was asked under the old rule"


def test_a_result_goes_after_two_months_and_what_it_changed_stays() -> None:
    state = settled(GroupState(questions=(AGREEMENT,)), {"0": 5})
    assert state
    assert decide({"musa": state}, lambda _: {}, NOW + RESULT_KEPT - timedelta(seconds=1)) == ()
    after = settled(state, {}, NOW + RESULT_KEPT)
    assert after
    assert (after.questions, after.agreement) == ((), {"pt": "Ninguém filma."})


def test_each_group_decides_for_itself() -> None:
    states = {"musa": GroupState(questions=(ASKED,)), "other": GroupState()}
    changes = decide(states, lambda _: {"0": 3}, NOW)
    assert {change.group for change in changes if isinstance(change, Settled)} == {"musa"}
