"""On which days a group meets as a rule: RFC 5545 as far as groups need it, read strictly, counted from anywhere."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal

from dateutil import rrule

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NUMBER = re.compile(r"^[+-]?[0-9]{1,2}$")
_DATE = re.compile(r"^[0-9]{8}$")
_DAY = re.compile(rf"^([+-]?[1-5])?({'|'.join(_WEEKDAYS)})$")
_INSTEAD = {
    "RRULE": "leave out RRULE:",
    "DTSTART": "write the first day under since:, the hour under start:",
    "COUNT": "write the last day, as in UNTIL=20271231",
    **dict.fromkeys(("BYHOUR", "BYMINUTE", "BYSECOND"), "write the hour under start:; one meeting a day is the most"),
}
"""What is said in another way here."""
_WEEK, _YEAR = 7, 12
LONGEST_INTERVAL = 99


class Frequency(StrEnum):
    """What passes between two rounds of a rule."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


_WITH_MONTHS = (Frequency.MONTHLY, Frequency.YEARLY)
_COUNTED: Mapping[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.DAILY: rrule.DAILY,
    Frequency.WEEKLY: rrule.WEEKLY,
    Frequency.MONTHLY: rrule.MONTHLY,
    Frequency.YEARLY: rrule.YEARLY,
}


class RecurrenceError(ValueError):
    """A rule that cannot be used, with what to write instead."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule as it was read; what is empty follows from the first day."""

    frequency: Frequency
    interval: int = 1
    days: tuple[tuple[int, int], ...] = ()
    """Day of the week, Monday being 0, and which one of the month: 0 for each, -1 for the last."""
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0
    last_on: date | None = None


@lru_cache(maxsize=1024)
def read(written: str) -> Recurrence:
    """Return what a rule means; raises `RecurrenceError`."""
    known: dict[str, Any] = {}
    for part in written.split(";"):
        key, _, value = part.upper().partition("=")
        if key not in _PARTS:
            instead = _INSTEAD.get(key.partition(":")[0], f"a rule is made of {', '.join(_PARTS)}")
            raise RecurrenceError(f"{part!r} has no use here; {instead}")
        name, reader, instead = _PARTS[key]
        if name in known:
            raise RecurrenceError(f"{key} is written twice; remove one")
        try:
            known[name] = reader(value)
        except (ValueError, LookupError):
            raise RecurrenceError(f"{part!r} cannot be read; {instead}") from None
    if "frequency" not in known:
        raise RecurrenceError(f"{written!r} has no FREQ; write it like FREQ=WEEKLY;BYDAY=WE")
    rule = Recurrence(**known)
    if message := _contradiction(rule):
        raise RecurrenceError(message)
    return rule


def _whole(lowest: int, highest: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not _NUMBER.match(text) or not lowest <= (value := int(text)) <= highest or value == 0:
            raise ValueError(text)
        return value

    return number


def _several(reader: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    return lambda text: tuple(sorted({reader(each) for each in text.split(",")}))


def _day(text: str) -> tuple[int, int]:
    match = _DAY.match(text)
    if not match:
        raise ValueError(text)
    return _WEEKDAYS.index(match[2]), int(match[1] or 0)


def _last_day(text: str) -> date:
    if not _DATE.match(text):
        raise ValueError(text)
    return date.fromisoformat(text)


_PARTS: Mapping[str, tuple[str, Callable[[str], Any], str]] = {
    "FREQ": ("frequency", Frequency, "write DAILY, WEEKLY, MONTHLY or YEARLY"),
    "INTERVAL": ("interval", _whole(1, LONGEST_INTERVAL), "write a number, as in INTERVAL=2"),
    "BYDAY": ("days", _several(_day), "write days like MO,TH, or 1MO for the first Monday, -1FR for the last Friday"),
    "BYMONTHDAY": ("month_days", _several(_whole(-31, 31)), "write days of the month like 1,15, or -1 for the last"),
    "BYMONTH": ("months", _several(_whole(1, 12)), "write months as numbers from 1 to 12"),
    "BYSETPOS": ("positions", _several(_whole(-31, 31)), "write which one, like 1, or -1 for the last"),
    "WKST": ("week_start", _WEEKDAYS.index, "write the first day of the week, like MO"),
    "UNTIL": ("last_on", _last_day, "write the last day without an hour, like UNTIL=20271231"),
}


def _contradiction(rule: Recurrence) -> str:
    """Say what a calendar would take for something else than its writer, or read in two ways."""
    if rule.frequency is Frequency.DAILY and (rule.days or rule.month_days or rule.months):
        return "FREQ=DAILY goes with INTERVAL and UNTIL only; for some days of the week write FREQ=WEEKLY;BYDAY=MO,TU"
    numbered = [nth for _, nth in rule.days if nth]
    if numbered and rule.frequency not in _WITH_MONTHS:
        return "a day with a number is one of a month; write FREQ=MONTHLY, or INTERVAL=2 for every second week"
    if numbered and (len(numbered) < len(rule.days) or rule.month_days):
        return "a day with a number stands alone; write all of BYDAY with numbers, and no BYMONTHDAY"
    if rule.month_days and rule.frequency is Frequency.WEEKLY:
        return "a week has no days of the month; write FREQ=MONTHLY with BYMONTHDAY"
    if rule.positions and (rule.frequency is not Frequency.MONTHLY or not rule.days or numbered):
        return "BYSETPOS chooses among days of a month; write FREQ=MONTHLY and BYDAY=MO,TU without numbers"
    return ""


def days(rule: Recurrence, since: date, first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included, on which the rule falls; a long past costs nothing."""
    first, last = max(first, since), min(last, rule.last_on or last)
    if first > last or not _falls(rule, since):
        return []
    found = _rrule(rule, since, _nearest(rule, since, first), last)
    return [on for each in found if (on := each.date()) >= first]


@lru_cache(maxsize=1024)
def _falls(rule: Recurrence, since: date) -> bool:
    """Tell whether the rule ever falls: 30 February is looked for until the year 9999, so only once."""
    return next(iter(_rrule(rule, since, _nearest(rule, since, since), None)), None) is not None


def _rrule(rule: Recurrence, since: date, begin: date, last: date | None) -> rrule.rrule:
    """Return the rule as dateutil counts it, from the beginning of a period that it falls in."""
    open_ended = not (rule.days or rule.month_days)
    return rrule.rrule(
        _COUNTED[rule.frequency],
        dtstart=datetime.combine(begin, time()),
        interval=rule.interval,
        wkst=rule.week_start,
        until=datetime.combine(last, time()) if last else None,
        bysetpos=rule.positions or None,
        bymonth=rule.months or (since.month if rule.frequency is Frequency.YEARLY and open_ended else None),
        bymonthday=rule.month_days or (since.day if rule.frequency in _WITH_MONTHS and open_ended else None),
        byweekday=[rrule.weekday(day, nth or None) for day, nth in rule.days]
        or (since.weekday() if rule.frequency is Frequency.WEEKLY else None),
    )


def _nearest(rule: Recurrence, since: date, first: date) -> date:
    """Return the beginning of the last period before `first` that counts, in step with `since`."""
    step = rule.interval
    if rule.frequency is Frequency.DAILY:
        return since + timedelta(days=(first - since).days // step * step)
    if rule.frequency is Frequency.WEEKLY:
        begin = since - timedelta(days=(since.weekday() - rule.week_start) % _WEEK)
        return begin + timedelta(days=(first - begin).days // (_WEEK * step) * _WEEK * step)
    if rule.frequency is Frequency.MONTHLY:
        passed = (first.year - since.year) * _YEAR + first.month - since.month
        month = since.year * _YEAR + since.month - 1 + passed // step * step
        return date(month // _YEAR, month % _YEAR + 1, 1)
    return date(since.year + (first.year - since.year) // step * step, 1, 1)
