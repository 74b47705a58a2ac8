"""A day as people write it: 25/11, 25.11., 25-11-2026 or 2026-11-25."""

import re
from collections.abc import Iterator
from datetime import date

_BY_YEAR = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_BY_DAY = re.compile(r"^(\d{1,2})\s?[./\- ]\s?(\d{1,2})(?:\s?[./\- ]\s?(\d{4}|\d{2})?)?$")
CENTURY = 2000


def read_day(text: str, today: date) -> str:
    """Return a day as 2026-11-25, empty when it is none; without a year it is the one nearest to `today`."""
    written = text.strip()
    if match := _BY_YEAR.match(written):
        return _iso(*map(int, match.groups()))
    match = _BY_DAY.match(written)
    if not match:
        return ""
    day, month = int(match[1]), int(match[2])
    if match[3]:
        year = int(match[3])
        return _iso(year if len(match[3]) > len("26") else CENTURY + year, month, day)
    near = min(_nearby(today, month, day), key=lambda each: abs(each - today), default=None)
    return near.isoformat() if near else ""


def _nearby(today: date, month: int, day: int) -> Iterator[date]:
    for year in (today.year - 1, today.year, today.year + 1):
        if written := _iso(year, month, day):
            yield date.fromisoformat(written)


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""
