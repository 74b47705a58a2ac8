"""The rule of a group: read strictly, right on every day, the same wherever one begins to look."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core import recurrence
from bot.core.recurrence import RecurrenceError, days, read
from tests.core.circles import expected, firsts, rules

SOON = timedelta(days=8 * 366)


def after(rrule: str, since: str, first: str, number: int) -> list[str]:
    """Return the first days of a rule from `first` on."""
    begin = date.fromisoformat(first)
    found = days(read(rrule), date.fromisoformat(since), begin, begin + timedelta(days=4000))
    return [str(day) for day in found[:number]]


@pytest.mark.parametrize(
    ("rrule", "since", "first", "expected_days"),
    [
        ("FREQ=WEEKLY;BYDAY=WE", "2026-11-25", "2026-11-25", ["2026-11-25", "2026-12-02"]),
        ("freq=weekly;byday=we", "2026-11-20", "2026-11-01", ["2026-11-25", "2026-12-02"]),
        ("FREQ=WEEKLY", "2026-11-25", "2027-03-25", ["2027-03-31", "2027-04-07"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-25", "2026-11-25", ["2026-11-26", "2026-11-30"]),
        # Week 47 of 2026 is odd, and so is week 53: the count goes on over the turn of the year.
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "2026-11-19", "2026-12-20", ["2026-12-31", "2027-01-14"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "2026-11-20", "2026-11-20", ["2026-12-03", "2026-12-17"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU", "2026-11-22", "2026-11-23", ["2026-11-23", "2026-12-06"]),
        ("FREQ=MONTHLY;BYDAY=1MO", "2026-11-25", "2026-11-25", ["2026-12-07", "2027-01-04"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", "2026-11-25", "2026-11-25", ["2026-11-27", "2026-12-25"]),
        ("FREQ=MONTHLY;BYDAY=1TU,3TU", "2026-11-25", "2026-11-25", ["2026-12-01", "2026-12-15"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1", "2026-11-25", "2026-11-25", ["2026-11-30", "2026-12-29"]),
        ("FREQ=MONTHLY;BYDAY=5SU", "2026-11-25", "2026-11-25", ["2026-11-29", "2027-01-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", "2026-11-25", "2026-11-25", ["2026-12-31", "2027-01-31", "2027-03-31"]),
        ("FREQ=MONTHLY", "2026-12-31", "2027-01-01", ["2027-01-31", "2027-03-31"]),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO", "2026-11-25", "2026-11-25", ["2027-02-01", "2027-05-03"]),
        ("FREQ=YEARLY", "2024-02-29", "2026-11-25", ["2028-02-29", "2032-02-29"]),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "2026-11-25", "2026-11-25", ["2027-03-14", "2028-03-12"]),
        ("FREQ=DAILY;INTERVAL=3", "2026-11-25", "2027-02-28", ["2027-03-01", "2027-03-04"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-11-25", "2026-11-25", ["2027-08-13", "2028-10-13"]),
    ],
)
def test_a_rule_gives_the_days_that_its_writer_means(
    rrule: str, since: str, first: str, expected_days: list[str]
) -> None:
    assert after(rrule, since, first, len(expected_days)) == expected_days


def test_the_day_of_until_is_the_last() -> None:
    assert after("FREQ=WEEKLY;BYDAY=WE;UNTIL=20261202", "2026-11-25", "2026-11-25", 3) == ["2026-11-25", "2026-12-02"]
    assert after("FREQ=WEEKLY;BYDAY=WE;UNTIL=20261201", "2026-11-25", "2026-11-25", 3) == ["2026-11-25"]
    assert after("FREQ=WEEKLY;UNTIL=20261201", "2026-12-02", "2026-11-25", 3) == []


@given(rules, firsts, st.integers(-400, 4000), st.integers(0, 400))
def test_wherever_one_looks_a_rule_falls_on_the_days_that_the_standard_tells(
    rrule: str, since: date, ahead: int, length: int
) -> None:
    rule, first = read(rrule), since + timedelta(days=ahead)
    last = first + timedelta(days=length)
    # The search for a day that never comes takes a second, and the checker refuses its rule.
    assume(next(expected(rule, since, since, since + SOON), None))
    assert days(rule, since, first, last) == list(expected(rule, since, first, last))


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
def test_ten_years_that_passed_are_not_counted_again(frequency: str) -> None:
    rule, first = read(f"FREQ={frequency};INTERVAL=2"), date(2026, 11, 25)
    begin = recurrence._nearest(rule, date(2016, 11, 23), first)
    assert timedelta() <= first - begin < timedelta(days=2 * 366)
    assert timedelta() <= first - begin < timedelta(days=62) or frequency == "YEARLY"


def test_a_day_that_never_comes_is_no_day() -> None:
    assert days(read("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), date(2026, 1, 1), date(2026, 1, 1), date(2030, 1, 1)) == []


@pytest.mark.parametrize(
    ("rrule", "instead"),
    [
        ("", "made of FREQ"),
        ("every Wednesday", "made of FREQ"),
        ("RRULE:FREQ=WEEKLY", "leave out RRULE"),
        ("DTSTART;TZID=Europe/Lisbon:20261125T180000", "since:"),
        ("DTSTART:20261125T180000\nRRULE:FREQ=WEEKLY", "since:"),
        ("FREQ=WEEKLY\nEXDATE:20261202", "DAILY, WEEKLY"),
        ("FREQ=SECONDLY", "DAILY, WEEKLY"),
        ("FREQ=MINUTELY;INTERVAL=10", "DAILY, WEEKLY"),
        ("FREQ=HOURLY", "DAILY, WEEKLY"),
        ("FREQ=DAILY;BYHOUR=9,18", "one meeting a day"),
        ("FREQ=DAILY;BYMINUTE=0,30", "one meeting a day"),
        ("FREQ=WEEKLY;COUNT=10", "UNTIL=20271231"),
        ("FREQ=WEEKLY;UNTIL=20271231T180000Z", "without an hour"),
        ("FREQ=WEEKLY;UNTIL=2027-12-31", "without an hour"),
        ("FREQ=WEEKLY;UNTIL=20271341", "without an hour"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL=2"),
        ("FREQ=WEEKLY;INTERVAL=-1", "INTERVAL=2"),
        ("FREQ=WEEKLY;INTERVAL=100", "INTERVAL=2"),
        ("FREQ=WEEKLY;INTERVAL=٢", "INTERVAL=2"),
        ("FREQ=WEEKLY;BYDAY=", "MO,TH"),
        ("FREQ=WEEKLY;BYDAY=Wednesday", "MO,TH"),
        ("FREQ=WEEKLY; BYDAY=WE", "made of FREQ"),
        ("FREQ=WEEKLY;", "made of FREQ"),
        ("FREQ=WEEKLY;BYDAY=2TH", "INTERVAL=2 for every second week"),
        ("FREQ=MONTHLY;BYDAY=6TH", "MO,TH"),
        ("FREQ=MONTHLY;BYDAY=0TH", "MO,TH"),
        ("FREQ=MONTHLY;BYDAY=MO,1TH", "all of BYDAY with numbers"),
        ("FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=3", "no BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "1,15"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "1,15"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "FREQ=MONTHLY"),
        ("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1", "FREQ=MONTHLY"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,2;BYSETPOS=1", "BYDAY=MO,TU"),
        ("FREQ=YEARLY;BYMONTH=13", "from 1 to 12"),
        ("FREQ=YEARLY;BYEASTER=0", "made of FREQ"),
        ("FREQ=DAILY;BYDAY=MO", "FREQ=WEEKLY;BYDAY"),
        ("FREQ=WEEKLY;WKST=1", "like MO"),
        ("FREQ=WEEKLY;BYDAY=MO;BYDAY=TU", "written twice"),
        ("BYDAY=WE", "FREQ=WEEKLY;BYDAY=WE"),
    ],
)
def test_what_could_be_taken_in_two_ways_is_refused_with_what_to_write(rrule: str, instead: str) -> None:
    with pytest.raises(RecurrenceError, match=instead):
        read(rrule)
