"""What opening hours mean today, in words; public holidays are never promised."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bot.core import speech

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
Spans = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """Whether a door is open at one instant: `None` where the hours do not say."""

    is_open: bool | None
    changes_at: datetime | None = None
    """Local time of the next change within a week."""


class HoursError(ValueError):
    """Opening hours that cannot be read, with the reason and the place in the text."""


@lru_cache(maxsize=4096)
def _parse(hours: str, zone: str, country: str) -> Any:
    # Loading the holiday tables takes 20 ms: not before somebody asks for hours.
    from opening_hours import OpeningHours, ParserError, UnknownCountryError  # type: ignore[attr-defined]  # noqa: PLC0415 - late; stubs lack the error

    try:
        return OpeningHours(hours, timezone=ZoneInfo(zone), country=country or None)
    except (ParserError, UnknownCountryError) as error:
        raise HoursError(str(error).strip().replace("\n", " ")) from None


def check(hours: str, zone: str, country: str) -> None:
    """Raise `HoursError` when the hours cannot be read."""
    _parse(hours, zone, country)


def warm(hours: Iterable[tuple[str, str, str]]) -> None:
    """Read (hours, zone, country) before anybody asks: the first reading of all takes 20 ms."""
    for each in hours:
        with suppress(HoursError):
            _parse(*each)


def moment(hours: str | None, zone: str, country: str, now: datetime) -> Moment:
    """Return what the hours mean at `now`."""
    if not hours:
        return Moment(None)
    try:
        opening = _parse(hours, zone, country)
    except HoursError:
        return Moment(None)
    local = now.astimezone(ZoneInfo(zone))
    state, _comment = opening.state(local)
    name = str(state).rpartition(".")[2].upper()
    if name == "UNKNOWN":
        return Moment(None)
    change = opening.next_change(local)
    soon = change if change is not None and change - local <= WEEK else None
    return Moment(name == "OPEN", soon)


def _spans_by_day(hours: str, zone: str, country: str, now: datetime) -> list[Spans]:
    """Return the open spans that begin on each day from Monday to Sunday of an ordinary week."""
    try:
        opening = _parse(hours, zone, country)
    except HoursError:
        return []
    local = now.astimezone(ZoneInfo(zone))
    monday = (local - timedelta(days=local.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    days: list[list[tuple[time, time]]] = [[] for _ in range(7)]
    # A day more on both sides: what began on Sunday night is no span of Monday.
    spans = opening.intervals(monday - DAY, monday + WEEK + DAY)
    for start, end, state, _comment in spans:
        if str(state).rpartition(".")[2].upper() == "OPEN" and monday <= start < monday + WEEK:
            days[start.weekday()].append((start.time(), end.time()))
    return [tuple(each) for each in days]


def week(language: str, hours: str, zone: str, country: str, now: datetime) -> list[str]:
    """Say the week in lines, equal days together: `Mon, Wed-Sat 14:00-21:00`."""
    by_spans: dict[Spans, list[int]] = {}
    for number, spans in enumerate(_spans_by_day(hours, zone, country, now)):
        if spans:
            by_spans.setdefault(spans, []).append(number)
    return [f"{_days(language, days)} {_say_spans(language, spans)}" for spans, days in by_spans.items()]


def _say_spans(language: str, spans: Spans) -> str:
    clock = speech.clock
    return ", ".join(f"{clock(language, start)}\u2013{clock(language, end)}" for start, end in spans)


def _days(language: str, days: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in days:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(_run(language, run) for run in runs)


def _run(language: str, run: Sequence[int]) -> str:
    first = speech.weekday(language, run[0], "abbreviated")
    if len(run) == 1:
        return first
    last = speech.weekday(language, run[-1], "abbreviated")
    return f"{first}, {last}" if len(run) == 2 else f"{first}\u2013{last}"  # noqa: PLR2004 - two days are a pair
