"""Groups that meet by any rule, for the tests of meetings."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from bot.core.directory import Group
from bot.core.recurrence import Recurrence, RecurrenceError, read

LISBON, BERLIN, ATHENS = (ZoneInfo(f"Europe/{name}") for name in ("Lisbon", "Berlin", "Athens"))
zones = st.sampled_from((LISBON, BERLIN, ATHENS, *map(ZoneInfo, ("America/Santiago", "Africa/Cairo", "UTC"))))
"""Clocks change between one and four in Europe, at midnight in Chile and Egypt."""
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FACT = {"source": ["https://example.org"], "read_on": "2026-11-01", "confidence": "high"}


def wall(text: str) -> datetime:
    """Return what a clock on a wall shows: a time without a zone."""
    return datetime.fromisoformat(text)


def circle(rrule: str | None = "FREQ=WEEKLY;BYDAY=WE", since: str = "2026-11-25", **known: object) -> Group:
    """Return a group in Porto that meets at six."""
    usual = {"id": "circle", "name": "Circle", "city": "porto", "rrule": rrule, "since": since, "start": "18:00"}
    return Group.model_validate(usual | FACT | known)


def _joined(key: str, values: st.SearchStrategy[object]) -> st.SearchStrategy[str]:
    lists = st.lists(values.map(str), min_size=1, max_size=4)
    return lists.map(lambda each: f";{key}={','.join(each)}") | st.just("")


_numbers = st.integers(1, 31) | st.integers(-31, -1)
_days = st.sampled_from(WEEKDAYS)
_numbered = st.builds("{}{}".format, st.sampled_from((1, 2, 3, 4, 5, -1, -2, -5)), _days)
_plain, _which_days, _month_days = _joined("BYDAY", _days), _joined("BYDAY", _numbered), _joined("BYMONTHDAY", _numbers)
_months, _positions = (
    _joined("BYMONTH", st.integers(1, 12)),
    _joined("BYSETPOS", st.integers(1, 5) | st.integers(-5, -1)),
)
_weeks = st.sampled_from(("", ";WKST=MO", ";WKST=SU", ";WKST=TH"))


def _made(frequency: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    interval = st.integers(1, 5).map(lambda number: f";INTERVAL={number}")
    return st.tuples(st.just(f"FREQ={frequency}"), interval, *parts).map("".join)


_texts = st.one_of(
    _made("DAILY"),
    _made("WEEKLY", _plain, _weeks),
    _made("WEEKLY", _plain, _months, _weeks),
    _made("MONTHLY", _which_days | _plain),
    _made("MONTHLY", _plain, _month_days, _months),
    _made("MONTHLY", _plain, _month_days, _positions),
    _made("YEARLY", _which_days | _plain, _months),
    _made("YEARLY", _plain, _month_days, _months),
)


def _is_read(text: str) -> bool:
    try:
        read(text)
    except RecurrenceError:
        return False
    return True


rules = _texts.filter(_is_read)
"""Any rule that can be read."""
firsts = st.dates(date(2015, 1, 1), date(2027, 12, 31))


def expected(rule: Recurrence, since: date, first: date, last: date) -> Iterator[date]:
    """Name the days of a rule as RFC 5545 tells them, by asking each day."""
    day = max(first, since)
    while day <= last:
        if _counts(rule, since, day) and day in _of_period(rule, since, day):
            yield day
        day += timedelta(days=1)


def _counts(rule: Recurrence, since: date, day: date) -> bool:
    """Tell whether the day, week, month or year of `day` is one of every so many."""
    # The first of all days was a Monday.
    week, since_week = ((each.toordinal() - 1 - rule.week_start) // 7 for each in (day, since))
    passed = {
        "DAILY": (day - since).days,
        "WEEKLY": week - since_week,
        "MONTHLY": 12 * (day.year - since.year) + day.month - since.month,
        "YEARLY": day.year - since.year,
    }
    return passed[rule.frequency] % rule.interval == 0


def _of_period(rule: Recurrence, since: date, day: date) -> list[date]:
    if not rule.positions:
        return [day] if _matches(rule, since, day) else []
    begin = day.replace(day=1)
    month = [begin + timedelta(days=number) for number in range(31)]
    matching = [each for each in month if each.month == day.month and _matches(rule, since, each)]
    chosen = [number - 1 if number > 0 else number for number in rule.positions]
    return [matching[number] for number in chosen if -len(matching) <= number < len(matching)]


def _matches(rule: Recurrence, since: date, day: date) -> bool:
    """Tell whether `day` fits all parts of the rule, those that follow from the first day too."""
    is_yearly, is_bare = rule.frequency == "YEARLY", not (rule.days or rule.month_days)
    if day.month not in (rule.months or ((since.month,) if is_yearly and is_bare else (day.month,))):
        return False
    if rule.frequency == "DAILY":
        return True
    if rule.frequency == "WEEKLY":
        return day.weekday() in ([number for number, _ in rule.days] or [since.weekday()])
    if is_bare:
        return day.day == since.day
    left = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - day
    if rule.month_days and not {day.day, -left.days} & set(rule.month_days):
        return False
    return not rule.days or any((day.weekday(), nth) in rule.days for nth in _which(rule, day))


def _which(rule: Recurrence, day: date) -> tuple[int, int, int]:
    """Return which of its name a day is, from both ends of its month or year, and 0, which is each."""
    if rule.frequency == "YEARLY" and not rule.months:
        begin, end = date(day.year, 1, 1), date(day.year, 12, 31)
    else:
        begin = day.replace(day=1)
        end = (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return 0, (day - begin).days // 7 + 1, -((end - day).days // 7 + 1)
