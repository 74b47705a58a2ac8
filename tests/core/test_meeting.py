"""Meetings on the clock of the place: the same hour in summer and winter, as changed, each once."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.meeting import Meeting, instant, meetings
from bot.core.plan import Plan
from bot.core.recurrence import read
from tests.core.circles import ATHENS, BERLIN, LISBON, circle, expected, firsts, rules, wall, zones

starts = st.times().map(lambda at: at.replace(second=0, microsecond=0)).filter(lambda at: not 1 <= at.hour < 4)
"""Any start that the checker accepts."""


def local(meeting: Meeting, zone: ZoneInfo) -> str:
    return f"{meeting.starts_at.astimezone(zone):%Y-%m-%d %H:%M}"


def found(
    rrule: str | None, first: str, until: str, zone: ZoneInfo = LISBON, plan: Plan | None = None, **known: object
) -> list[Meeting]:
    """Return the meetings of a group between two local midnights."""
    after, end = (datetime.fromisoformat(each).replace(tzinfo=zone) for each in (first, until))
    return meetings(circle(rrule, **known), plan or Plan(), zone, after, end)


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"),
    [
        (LISBON, ["18:00", "17:00"], ["17:00", "18:00"]),
        (BERLIN, ["17:00", "16:00"], ["16:00", "17:00"]),
        (ATHENS, ["16:00", "15:00"], ["15:00", "16:00"]),
    ],
    ids=str,
)
def test_six_stays_six_when_clocks_change(zone: ZoneInfo, spring: list[str], autumn: list[str]) -> None:
    for first, until, utc in (("2027-03-22", "2027-04-05", spring), ("2027-10-25", "2027-11-08", autumn)):
        both = found("FREQ=WEEKLY;BYDAY=FR", first, until, zone)
        assert [local(each, zone)[-5:] for each in both] == ["18:00", "18:00"]
        assert [f"{each.starts_at:%H:%M}" for each in both] == utc


@pytest.mark.parametrize(
    ("rrule", "since", "days"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "2026-11-19", ["2027-03-25", "2027-04-08", "2027-04-22"]),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-11-25", ["2027-04-05"]),
        ("FREQ=MONTHLY;BYDAY=-1SU", "2026-11-25", ["2027-03-28", "2027-04-25"]),
        ("FREQ=DAILY;INTERVAL=10", "2026-11-25", ["2027-03-25", "2027-04-04", "2027-04-14", "2027-04-24"]),
    ],
)
def test_a_rule_keeps_its_step_and_its_hour_over_the_clock_change(rrule: str, since: str, days: list[str]) -> None:
    all_found = found(rrule, "2027-03-25", "2027-04-26", BERLIN, since=since)
    assert [local(each, BERLIN) for each in all_found] == [f"{day} 18:00" for day in days]
    assert [each.id for each in all_found] == days


def test_a_leap_day_is_a_day_of_meeting() -> None:
    assert [each.id for each in found("FREQ=WEEKLY;BYDAY=TU", "2028-02-22", "2028-03-01")] == [
        "2028-02-22",
        "2028-02-29",
    ]
    assert [each.id for each in found("FREQ=MONTHLY;BYMONTHDAY=-1", "2028-02-01", "2028-03-01")] == ["2028-02-29"]


def test_a_window_holds_its_first_instant_and_not_its_last() -> None:
    at = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    tick = timedelta(microseconds=1)
    for after, until, number in ((at, at + tick, 1), (at - tick, at, 0), (at + tick, at + 2 * tick, 0)):
        assert len(meetings(circle(), Plan(), LISBON, after, until)) == number


def test_a_window_may_begin_on_another_date_than_that_of_the_place() -> None:
    auckland = ZoneInfo("Pacific/Auckland")
    after = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    (first,) = meetings(circle(start="08:00"), Plan(), auckland, after, after + timedelta(days=1))
    assert local(first, auckland) == "2026-11-25 08:00"


def test_a_meeting_knows_when_it_ends_and_where_it_is() -> None:
    (first,) = found("FREQ=WEEKLY;BYDAY=WE", "2026-11-25", "2026-11-26", length="90 minutes", place="Rua 1")
    at = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    assert first == Meeting("circle", "2026-11-25", at, at + timedelta(minutes=90), "Rua 1")


def test_a_night_that_clocks_make_longer_does_not_make_a_meeting_longer() -> None:
    (night,) = found("FREQ=WEEKLY;BYDAY=SA", "2027-10-30", "2027-10-31", BERLIN, start="23:00", length="6 hours")
    assert night.ends_at - night.starts_at == timedelta(hours=6)


def test_a_time_that_clocks_skip_is_an_hour_later_and_one_that_comes_twice_is_the_first() -> None:
    assert f"{instant(wall('2027-03-28 02:30'), BERLIN).astimezone(BERLIN):%H:%M %z}" == "03:30 +0200"
    assert f"{instant(wall('2027-03-28 01:30'), LISBON).astimezone(LISBON):%H:%M %z}" == "02:30 +0100"
    assert f"{instant(wall('2027-10-31 02:30'), BERLIN).astimezone(BERLIN):%H:%M %z}" == "02:30 +0200"
    plan = Plan().move("2027-03-26", wall("2027-03-28 02:30"))
    (moved,) = found("FREQ=WEEKLY;BYDAY=FR", "2027-03-27", "2027-03-29", BERLIN, plan)
    assert local(moved, BERLIN) == "2027-03-28 03:30"


def test_a_moved_meeting_keeps_its_id_and_tells_when_it_was() -> None:
    plan = Plan().move("2026-12-02", wall("2026-12-03 19:30"))
    both = found("FREQ=WEEKLY;BYDAY=WE", "2026-11-30", "2026-12-10", plan=plan)
    assert [(each.id, local(each, LISBON)) for each in both] == [
        ("2026-12-02", "2026-12-03 19:30"),
        ("2026-12-09", "2026-12-09 18:00"),
    ]
    assert [each.was_at for each in both] == [datetime(2026, 12, 2, 18, 0, tzinfo=UTC), None]


def test_a_meeting_that_is_moved_far_is_found_where_it_went_and_only_there() -> None:
    plan = Plan().move("2026-12-02", wall("2027-02-01 18:00"))
    assert [each.id for each in found("FREQ=WEEKLY;BYDAY=WE", "2027-01-31", "2027-02-02", plan=plan)] == ["2026-12-02"]
    assert found("FREQ=WEEKLY;BYDAY=WE", "2026-12-01", "2026-12-03", plan=plan) == []


def test_a_change_of_a_day_that_the_rule_no_longer_gives_is_forgotten() -> None:
    plan = Plan().move("2026-12-03", wall("2026-12-29 18:00")).cancel("2026-12-03")
    assert [each.id for each in found("FREQ=WEEKLY;BYDAY=WE", "2026-11-30", "2027-01-01", plan=plan)] == [
        "2026-12-02", "2026-12-09", "2026-12-16", "2026-12-23", "2026-12-30"
    ]  # fmt: skip


def test_a_cancelled_meeting_stays_in_the_list_and_says_so() -> None:
    both = found("FREQ=WEEKLY;BYDAY=WE", "2026-11-25", "2026-12-03", plan=Plan().cancel("2026-12-02"))
    assert [(each.id, each.is_cancelled) for each in both] == [("2026-11-25", False), ("2026-12-02", True)]


def test_an_added_meeting_is_one_like_the_others() -> None:
    plan = Plan().add("7", wall("2026-11-28 11:00"), place="In the park").set_note("x7", "Bring tea")
    plan = plan.add("8", wall("2026-11-29 11:00"), timedelta(hours=5)).cancel("x8")
    first, extra, other = found("FREQ=WEEKLY;BYDAY=WE", "2026-11-25", "2026-11-30", plan=plan, place="Rua 1")
    assert [first.id, extra.id, other.id] == ["2026-11-25", "x7", "x8"]
    assert (extra.place, extra.note, extra.ends_at - extra.starts_at) == (
        "In the park",
        "Bring tea",
        timedelta(hours=2),
    )
    assert (other.place, other.is_cancelled, other.ends_at - other.starts_at) == ("Rua 1", True, timedelta(hours=5))


def test_an_added_meeting_can_be_moved() -> None:
    plan = Plan().add("7", wall("2026-11-28 11:00")).move("x7", wall("2027-01-03 11:00"))
    (moved,) = found(None, "2027-01-01", "2027-02-01", plan=plan)
    assert moved.was_at == datetime(2026, 11, 28, 11, 0, tzinfo=UTC)


def test_one_meeting_may_be_somewhere_else() -> None:
    plan = Plan().set_place("2026-12-02", "In the park").set_note("2026-12-02", "Bring tea")
    both = found("FREQ=WEEKLY;BYDAY=WE", "2026-11-25", "2026-12-03", plan=plan, place="Rua 1")
    assert [(each.place, each.note) for each in both] == [("Rua 1", None), ("In the park", "Bring tea")]


@pytest.mark.parametrize("known", [{"rrule": None}, {"rrule": "nonsense"}, {"since": None}, {"start": None}])
def test_without_a_rule_that_can_be_used_a_group_has_the_meetings_that_were_added(known: dict[str, object]) -> None:
    plan = Plan().add("7", wall("2026-11-28 11:00")).cancel("2026-11-25")
    group = circle(**known)
    now = datetime(2026, 11, 20, tzinfo=UTC)
    assert [each.id for each in meetings(group, plan, LISBON, now, now + timedelta(days=60))] == ["x7"]


@given(rules, firsts, starts, zones, st.integers(0, 3650))
def test_meetings_come_one_after_the_other_at_the_hour_of_the_rule(
    rrule: str, since: date, start: time, zone: ZoneInfo, ahead: int
) -> None:
    rule, first = read(rrule), since + timedelta(days=ahead)
    assume(next(expected(rule, since, since, since + timedelta(days=1830)), None))
    group = circle(rrule, str(since), start=f"{start:%H:%M}")
    after = datetime.combine(first, time(12), tzinfo=UTC)
    all_found = meetings(group, Plan(), zone, after, after + timedelta(days=400))
    assert all(earlier.starts_at < later.starts_at for earlier, later in pairwise(all_found))
    for each in all_found:
        wall = datetime.combine(date.fromisoformat(each.id), start)
        at = each.starts_at.astimezone(zone).replace(tzinfo=None)
        is_skipped = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall
        assert at == wall or (is_skipped and at == wall + timedelta(hours=1))
        assert after <= each.starts_at < after + timedelta(days=400)
