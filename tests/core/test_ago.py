"""A moment in the past, as she is told it: never one from before the window that a text speaks of."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import ago
from bot.core.ago import DAY, HOUR, LONGEST

ZONES = (
    "Europe/Lisbon", "Europe/Madrid", "Europe/Athens", "Atlantic/Azores", "Africa/Casablanca", "America/Havana",
    "America/St_Johns", "Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Australia/Lord_Howe",
    "Pacific/Apia", "Pacific/Chatham", "UTC",
)  # fmt: skip
"""Where clocks change by an hour or by half of one, at midnight, or stand a quarter of an hour apart."""
spans = st.integers(1, LONGEST).map(lambda hours: timedelta(hours=hours))
zones = st.sampled_from(ZONES)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)) | st.builds(  # noqa: DTZ001
    lambda change, seconds: change + timedelta(seconds=seconds),
    st.sampled_from([datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)]),
    st.integers(0, (LONGEST + 4) * 3600),
)
"""Any moment, and those from which one looks back over a change of the clocks."""


@given(spans, moments, zones)
def test_whatever_is_read_as_later_than_the_hour_that_she_is_told_lies_in_the_window(
    since: timedelta, now: datetime, zone: str
) -> None:
    told = ago.full_hour(since, now, zone).replace(tzinfo=None)
    # What her clock showed: of an hour that came twice she may mean the first.
    for later in (timedelta(), timedelta(minutes=1), timedelta(minutes=59), HOUR, 3 * HOUR, DAY):
        remembered = (told + later).replace(tzinfo=ZoneInfo(zone), fold=0)
        assert now - remembered.astimezone(UTC) <= since


@given(spans, moments, zones)
def test_no_more_than_two_hours_of_the_window_are_given_away(since: timedelta, now: datetime, zone: str) -> None:
    assert timedelta() <= ago.full_hour(since, now, zone).astimezone(UTC) - (now - since) < 2 * HOUR


@given(spans, moments, st.sampled_from(("Europe/Lisbon", "Europe/Madrid", "Europe/Athens")))
def test_it_is_a_full_hour(since: timedelta, now: datetime, zone: str) -> None:
    told = ago.full_hour(since, now, zone)
    assert (told.minute, told.second, told.microsecond, told.fold) == (0, 0, 0, 0)


@given(spans, moments, st.lists(zones, min_size=1))
def test_wherever_she_is_the_day_that_she_is_told_lies_in_the_window_from_its_first_minute_on(
    since: timedelta, now: datetime, somewhere: list[str]
) -> None:
    told = ago.full_day(since, now, somewhere)
    for zone in somewhere:
        begins = datetime(told.year, told.month, told.day, tzinfo=ZoneInfo(zone))
        assert now - begins.astimezone(UTC) <= since


@given(spans, moments, zones)
def test_the_day_before_does_not(since: timedelta, now: datetime, zone: str) -> None:
    before = ago.full_day(since, now, [zone]) - DAY
    begins = datetime(before.year, before.month, before.day, tzinfo=ZoneInfo(zone))
    assert now - begins.astimezone(UTC) > since


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ("2026-11-22 14:00", "2026-11-19 14:00"),
        ("2026-11-22 14:01", "2026-11-19 15:00"),
        ("2026-11-22 23:30", "2026-11-20 00:00"),
        ("2026-10-26 14:20", "2026-10-23 16:00"),
        ("2026-10-28 00:30", "2026-10-25 02:00"),
        ("2026-03-30 14:20", "2026-03-27 14:00"),
    ],
)
def test_full_hours_are_counted_in_hours_that_have_passed_also_over_a_change_of_the_clocks(now: str, told: str) -> None:
    lisbon = ZoneInfo("Europe/Lisbon")
    at = datetime.fromisoformat(now).replace(tzinfo=lisbon)
    assert ago.full_hour(timedelta(hours=72), at, "Europe/Lisbon") == datetime.fromisoformat(told).replace(
        tzinfo=lisbon
    )


def test_where_no_zone_is_known_the_day_is_that_of_greenwich() -> None:
    now = datetime(2026, 11, 22, 14, tzinfo=UTC)
    assert ago.full_day(timedelta(hours=72), now, []) == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("1 hour", 1), ("72 hours", 72), ("240 hours", 240), ("241 hours", None), ("0 hours", None), ("", None),
        ("72 days", None), ("-1 hours", None), ("072 hours", None), ("72", None), ("72  hours", None),
        ("9999 hours", None), ("72 hours ago", None),
    ],
)  # fmt: skip
def test_a_span_is_written_in_hours_up_to_ten_days(written: str, hours: int | None) -> None:
    assert ago.span(written) == (None if hours is None else timedelta(hours=hours))
