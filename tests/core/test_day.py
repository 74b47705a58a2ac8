"""A day as people write it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.day import read_day

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("25/11", "2026-11-25"),
        ("25.11.", "2026-11-25"),
        ("25.11", "2026-11-25"),
        ("25-11", "2026-11-25"),
        ("25 11", "2026-11-25"),
        ("1/2", "2027-02-01"),
        ("31/12", "2026-12-31"),
        ("2/1", "2027-01-02"),
        ("20/11", "2026-11-20"),
        ("25/11/2027", "2027-11-25"),
        ("25/11/27", "2027-11-25"),
        ("25. 11. 2027", "2027-11-25"),
        ("2026-11-25", "2026-11-25"),
        ("2026-1-5", "2026-01-05"),
        (" 25/11 ", "2026-11-25"),
    ],
)
def test_a_day_is_read_and_without_a_year_it_is_the_nearest(text: str, day: str) -> None:
    assert read_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text", ["", "25", "11/25", "31/11", "30/2", "0/1", "soon", "25/11/202", "2026-11", "18:00", "٢٥"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert read_day(text, TODAY) == ""


def test_the_leap_day_is_there_every_fourth_year() -> None:
    assert read_day("29/2", date(2027, 12, 1)) == "2028-02-29"
    assert read_day("29/2", TODAY) == ""


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_any_day_is_read_back_from_any_other(day: date, today: date) -> None:
    for text in (day.isoformat(), f"{day:%d/%m/%Y}", f"{day:%d.%m.%Y}", f"{day:%d/%m/%y}"):
        assert read_day(text, today) == day.isoformat()


@given(st.text(max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    found = read_day(text, TODAY)
    assert not found or date.fromisoformat(found).isoformat() == found
