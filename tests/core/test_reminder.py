"""Reminders: due before their meeting on the clock of the place, of use until the next, of cancelled meetings none."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.meeting import Meeting, meetings
from bot.core.plan import Plan
from bot.core.reminder import Reminder, reminders
from tests.core.circles import ATHENS, BERLIN, LISBON, circle, wall, zones


def of(day: str, zone: ZoneInfo = LISBON, plan: Plan | None = None, **known: object) -> tuple[Reminder, ...]:
    """Return the reminders of the meeting of a day."""
    group = circle("FREQ=DAILY", "2026-01-01", **known)
    after = datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=zone)
    (meeting,) = meetings(group, plan or Plan(), zone, after, after + timedelta(days=1))
    return reminders(group, meeting, zone)


def due(found: tuple[Reminder, ...], zone: ZoneInfo) -> list[str]:
    return [f"{each.due_at.astimezone(zone):%m-%d %H:%M}" for each in found]


@pytest.mark.parametrize("zone", [LISBON, BERLIN, ATHENS], ids=str)
@pytest.mark.parametrize("sunday", ["2027-03-28", "2026-10-25", "2027-10-31"])
def test_a_day_before_six_is_six_also_when_clocks_change_in_between(sunday: str, zone: ZoneInfo) -> None:
    day = date.fromisoformat(sunday)
    assert due(of(sunday, zone), zone) == [f"{day - timedelta(days=1):%m-%d} 18:00", f"{day:%m-%d} 16:00"]


def test_hours_are_counted_as_they_pass() -> None:
    assert due(of("2027-03-28", BERLIN, start="06:00", reminders=["6 hours"]), BERLIN) == ["03-27 23:00"]
    assert due(of("2027-03-28", BERLIN, start="06:00", reminders=["30 hours"]), BERLIN) == ["03-26 23:00"]
    assert due(of("2027-03-28", BERLIN, start="06:00", reminders=["2 days"]), BERLIN) == ["03-26 06:00"]


def test_a_reminder_is_of_use_until_the_next_and_the_last_until_the_meeting() -> None:
    first, last = of("2026-11-25")
    at = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    assert first == Reminder("circle", "2026-11-25", timedelta(days=1), at - timedelta(days=1), at - timedelta(hours=2))
    assert last == Reminder("circle", "2026-11-25", timedelta(hours=2), at - timedelta(hours=2), at)


def test_the_order_in_which_reminders_are_written_does_not_matter_and_twice_is_once() -> None:
    assert of("2026-11-25", reminders=["2 hours", "1 day", "120 minutes", "24 hours"]) == of("2026-11-25")


def test_two_reminders_that_the_clock_change_brings_together_are_one() -> None:
    assert due(of("2027-03-28", BERLIN, reminders=["1 day", "23 hours"]), BERLIN) == ["03-27 18:00"]


def test_nobody_is_reminded_of_a_cancelled_meeting_or_where_the_group_wants_none() -> None:
    assert of("2026-11-25", plan=Plan().cancel("2026-11-25")) == ()
    assert of("2026-11-25", reminders=[]) == ()


def test_a_moved_meeting_is_reminded_of_at_its_new_time() -> None:
    plan = Plan().move("2026-11-25", wall("2026-11-25 20:30"))
    assert due(of("2026-11-25", plan=plan), LISBON) == ["11-24 20:30", "11-25 18:30"]


_leads = st.one_of(
    st.integers(1, 7).map("{} days".format),
    st.integers(1, 168).map("{} hours".format),
    st.integers(1, 10080).map("{} minutes".format),
)


@given(st.lists(_leads, max_size=6), st.datetimes(wall("2020-01-01 00:00"), wall("2030-01-01 00:00")), zones)
def test_no_reminder_is_due_after_its_use(leads: list[str], starts_at: datetime, zone: ZoneInfo) -> None:
    at = starts_at.replace(second=0, microsecond=0, tzinfo=UTC)
    found = reminders(circle(reminders=leads), Meeting("circle", "x", at, at + timedelta(hours=2)), zone)
    assert bool(found) is bool(leads)
    for each in found:
        assert each.due_at < each.until_at <= at
        assert abs(at - each.due_at - each.offset) <= timedelta(hours=1)
    assert all(earlier.until_at == later.due_at for earlier, later in pairwise(found))
    assert not found or found[-1].until_at == at
