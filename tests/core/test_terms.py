"""When she may be written to first: never at night, never outside her hours, not at all where she said so."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.terms import Terms, at_night, next_allowed
from tests.core.circles import ATHENS, BERLIN, LISBON, wall, zones

instants = st.datetimes(wall("2020-01-01 00:00"), wall("2030-01-01 00:00"), timezones=st.just(UTC))
clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
terms = st.builds(Terms, st.sampled_from(("any", "hours")), clocks, clocks)


def at(text: str, zone: ZoneInfo = LISBON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def hours(first: str, last: str) -> Terms:
    return Terms("hours", time.fromisoformat(first), time.fromisoformat(last))


@pytest.mark.parametrize(
    ("clock", "is_night"),
    [("07:59", True), ("08:00", False), ("21:59", False), ("22:00", True), ("00:00", True), ("12:00", False)],
)
@pytest.mark.parametrize("zone", [LISBON, ATHENS], ids=str)
def test_the_night_is_from_ten_to_eight_where_she_is(clock: str, zone: ZoneInfo, *, is_night: bool) -> None:
    assert at_night(at(f"2026-11-25 {clock}", zone).astimezone(UTC), zone) is is_night


@pytest.mark.parametrize(
    ("now", "agreed", "allowed"),
    [
        ("2026-11-25 12:00", Terms(), "2026-11-25 12:00"),
        ("2026-11-25 22:00", Terms(), "2026-11-26 08:00"),
        ("2026-11-25 03:00", Terms(), "2026-11-25 08:00"),
        ("2026-11-25 12:00", hours("14:00", "18:00"), "2026-11-25 14:00"),
        ("2026-11-25 14:00", hours("14:00", "18:00"), "2026-11-25 14:00"),
        ("2026-11-25 18:00", hours("14:00", "18:00"), "2026-11-26 14:00"),
        ("2026-11-25 19:59", hours("20:00", "02:00"), "2026-11-25 20:00"),
        ("2026-11-26 01:59", hours("20:00", "02:00"), "2026-11-26 01:59"),
        ("2026-11-26 02:00", hours("20:00", "02:00"), "2026-11-26 20:00"),
        ("2026-11-25 03:00", hours("09:00", "09:00"), "2026-11-25 03:00"),
        # Clocks change in Lisbon at one, on 28 March forward and on 25 October back.
        ("2027-03-27 23:00", Terms(), "2027-03-28 08:00"),
        ("2026-10-24 23:00", Terms(), "2026-10-25 08:00"),
        ("2027-03-28 00:30", hours("01:30", "03:00"), "2027-03-28 02:30"),
        ("2027-03-28 00:30", hours("01:15", "01:45"), "2027-03-29 01:15"),
        ("2026-10-25 01:50", hours("01:30", "01:45"), "2026-10-25 01:30+00:00"),
    ],
)
def test_the_bot_waits_for_the_first_moment_that_suits_her(now: str, agreed: Terms, allowed: str) -> None:
    expected = datetime.fromisoformat(allowed) if "+" in allowed else at(allowed)
    assert next_allowed(at(now).astimezone(UTC), LISBON, agreed) == expected.astimezone(UTC)


def test_who_wants_quiet_is_not_written_to_before_she_writes() -> None:
    assert next_allowed(at("2026-11-25 12:00"), LISBON, Terms("quiet")) is None


@given(instants, zones, terms)
def test_nobody_is_written_to_at_night_or_outside_her_hours(now: datetime, zone: ZoneInfo, agreed: Terms) -> None:
    allowed = next_allowed(now, zone, agreed)
    assert allowed
    assert now <= allowed <= now + timedelta(days=2, hours=1)
    clock = allowed.astimezone(zone).time()
    first, last = (agreed.first, agreed.last) if agreed.kind == "hours" else (time(8), time(22))
    assert first <= clock < last or (first >= last and (clock >= first or clock < last))
    assert agreed.kind == "hours" or not at_night(allowed, zone)


@given(instants, st.sampled_from((LISBON, BERLIN, ATHENS)), terms)
def test_nobody_waits_longer_than_she_asked_for(now: datetime, zone: ZoneInfo, agreed: Terms) -> None:
    """But in the hours in which clocks change."""
    allowed = next_allowed(now, zone, agreed)
    assert allowed
    quarters = (now + number * timedelta(minutes=15) for number in range(4 * 50))
    early = [each for each in quarters if each < allowed and next_allowed(each, zone, agreed) == each]
    assert all(1 <= each.astimezone(zone).hour < 5 for each in early)


@pytest.mark.parametrize("agreed", [Terms(), Terms("quiet"), hours("20:00", "02:30")])
def test_terms_come_back_from_plain_data_as_they_were(agreed: Terms) -> None:
    assert Terms.from_dict(agreed.to_dict()) == agreed


def test_hours_are_kept_only_where_she_gave_them() -> None:
    assert Terms("any", time(9), time(10)).to_dict() == {"kind": "any"}
    assert hours("20:00", "02:30").to_dict() == {"kind": "hours", "first": "20:00", "last": "02:30"}
