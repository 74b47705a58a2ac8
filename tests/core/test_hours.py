"""Opening hours: clock changes, nights, always, never, unknown."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.core.hours import HoursError, Moment, check, moment, week

LISBON, BERLIN, ATHENS = "Europe/Lisbon", "Europe/Berlin", "Europe/Athens"


def at(text: str, zone: str = LISBON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def test_unknown_hours_are_neither_open_nor_closed() -> None:
    assert moment(None, LISBON, "PT", at("2026-11-23 10:00")) == Moment(None)
    assert moment("", LISBON, "PT", at("2026-11-23 10:00")) == Moment(None)


def test_always_open_never_changes() -> None:
    assert moment("24/7", LISBON, "PT", at("2026-11-23 10:00")) == Moment(is_open=True)


def test_hours_that_no_longer_come_within_a_week_have_no_next_change() -> None:
    assert moment("Dec 24 10:00-12:00", LISBON, "PT", at("2026-11-23 10:00")) == Moment(is_open=False)


def test_the_minute_of_opening_is_open_and_that_of_closing_is_closed() -> None:
    hours = "Mo-Fr 10:00-18:00"
    assert moment(hours, LISBON, "PT", at("2026-11-23 10:00")).is_open
    assert moment(hours, LISBON, "PT", at("2026-11-23 17:59")).is_open
    assert moment(hours, LISBON, "PT", at("2026-11-23 18:00")).is_open is False


def test_a_night_goes_on_after_midnight() -> None:
    opening = moment("Fr 22:00-06:00", LISBON, "PT", at("2026-11-21 03:00"))
    assert opening.is_open
    assert opening.changes_at == at("2026-11-21 06:00")


def test_now_is_asked_in_the_zone_of_the_city() -> None:
    now = datetime.fromisoformat("2026-11-23T09:30:00+00:00")
    assert moment("Mo 10:00-11:00", BERLIN, "DE", now).is_open
    assert moment("Mo 10:00-11:00", LISBON, "PT", now).is_open is False


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
@pytest.mark.parametrize(("zone", "country"), [(LISBON, "PT"), (BERLIN, "DE"), (ATHENS, "GR")])
def test_ten_stays_ten_across_both_clock_changes(day: str, zone: str, country: str) -> None:
    before = at(f"{day} 00:30", zone)
    opening = moment("Mo-Su 10:00-18:00", zone, country, before)
    assert opening.changes_at is not None
    assert opening.changes_at.replace(tzinfo=None) == datetime.fromisoformat(f"{day} 10:00")
    assert moment("Mo-Su 10:00-18:00", zone, country, at(f"{day} 10:00", zone)).is_open
    assert moment("Mo-Su 10:00-18:00", zone, country, at(f"{day} 09:59", zone)).is_open is False


@pytest.mark.parametrize("hours", ["Mo-Fr 25:00-26:99", "whenever", "Mo-"])
def test_hours_that_cannot_be_read_are_said_with_a_reason(hours: str) -> None:
    with pytest.raises(HoursError) as caught:
        check(hours, LISBON, "PT")
    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_equal_days_are_said_together_in_her_language() -> None:
    now = at("2026-11-25 10:00")
    hours = "Mo,We-Sa 14:00-21:00; Tu 18:00-21:00"
    assert week("en", hours, LISBON, "PT", now) == ["Mon, Wed\u2013Sat 14:00\u201321:00", "Tue 18:00\u201321:00"]
    assert week("es", hours, LISBON, "PT", now)[1] == "mar 18:00\u201321:00"


def test_a_night_is_said_on_the_day_when_it_begins() -> None:
    assert week("en", "Su 22:00-06:00", LISBON, "PT", at("2026-11-25 10:00")) == ["Sun 22:00\u201306:00"]


def test_a_clock_change_does_not_change_how_the_week_is_said() -> None:
    hours = "Mo-Su 10:00-18:00"
    assert week("en", hours, LISBON, "PT", at("2026-10-25 12:00")) == week(
        "en", hours, LISBON, "PT", at("2026-03-29 12:00")
    )
