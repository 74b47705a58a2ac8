"""What moderators say about single meetings: a new plan each time, plain data to keep, forgotten when it is over."""

import json
from datetime import date, timedelta

from bot.core.plan import Change, Extra, Plan, day_of, is_added
from tests.core.circles import wall

MOVED = wall("2026-11-26 19:00")
PLAN = (
    Plan()
    .move("2026-11-25", MOVED)
    .cancel("2026-12-02")
    .set_place("2026-12-09", "In the park")
    .set_note("2026-12-09", "Bring tea")
    .add("7", wall("2026-12-01 11:30"), timedelta(minutes=90), "At Ana's", "First time")
)


def test_a_change_leaves_the_old_plan_as_it_was() -> None:
    first = Plan().cancel("2026-11-25")
    first.move("2026-11-25", MOVED)
    first.restore("2026-11-25")
    first.add("7", MOVED)
    assert first == Plan({"2026-11-25": Change(is_cancelled=True)})


def test_a_plan_comes_back_from_plain_data_as_it_was() -> None:
    assert Plan.from_dict(json.loads(json.dumps(PLAN.to_dict()))) == PLAN
    assert Plan.from_dict(Plan().to_dict()) == Plan() == Plan.from_dict({})


def test_what_was_not_said_is_not_kept() -> None:
    assert PLAN.to_dict()["changes"]["2026-12-02"] == {"is_cancelled": True}
    assert PLAN.to_dict()["changes"]["2026-11-25"] == {"start": "2026-11-26T19:00"}


def test_a_meeting_that_is_moved_takes_place_even_if_it_was_cancelled() -> None:
    assert Plan().cancel("2026-11-25").move("2026-11-25", MOVED).changes["2026-11-25"] == Change(start=MOVED)


def test_changes_of_one_meeting_add_up_and_are_taken_back_together() -> None:
    assert PLAN.changes["2026-12-09"] == Change(place="In the park", note="Bring tea")
    assert "2026-12-09" not in PLAN.restore("2026-12-09").changes
    assert PLAN.restore("2030-01-01") == PLAN


def test_the_same_mark_is_the_same_meeting() -> None:
    again = PLAN.add("7", MOVED)
    assert again.extras == (Extra("x7", MOVED),)
    assert is_added("x7")
    assert not is_added("2026-11-25")


def test_what_is_over_is_forgotten_as_planned_and_as_moved() -> None:
    plan = PLAN.move("x7", wall("2026-12-20 18:00")).add("8", wall("2026-11-01 18:00")).cancel("x8")
    left = plan.forget_before(date(2026, 12, 3))
    assert set(left.changes) == {"2026-12-09", "x7"}
    assert [each.id for each in left.extras] == ["x7"]
    assert set(plan.forget_before(date(2026, 11, 26)).changes) == {"2026-11-25", "2026-12-02", "2026-12-09", "x7"}
    assert plan.forget_before(date(2026, 12, 21)) == Plan()
    assert plan.forget_before(date(2026, 1, 1)) == plan


def test_a_change_of_no_meeting_at_all_is_forgotten_first() -> None:
    assert Plan().cancel("nonsense").cancel("xgone").forget_before(date(2026, 1, 1)) == Plan()
    assert day_of("nonsense") is day_of("x7") is None
    assert day_of("2026-11-25") == date(2026, 11, 25)
