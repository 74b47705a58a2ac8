"""When she may be written to first: at any time but at night, in hours of hers, or not before she writes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from bot.core.meeting import DAY, instant

NIGHT = (time(22), time(8))
"""When a phone that lights up wakes more than her."""
DAYS_AHEAD = 3
"""Her hours come once a day; where the clock change swallows them, the day after."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What she agreed to."""

    kind: Literal["any", "hours", "quiet"] = "any"
    first: time = NIGHT[1]
    """On the clock of the place; from here on, where `kind` is hours."""
    last: time = NIGHT[0]
    """Up to here, without it; before `first` it is one of the next day, equal to it there is no limit."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        if self.kind != "hours":
            return {"kind": self.kind}
        return {"kind": self.kind, "first": f"{self.first:%H:%M}", "last": f"{self.last:%H:%M}"}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        hours = {name: time.fromisoformat(data[name]) for name in ("first", "last") if name in data}
        return cls(data["kind"], **hours)


def at_night(at: datetime, zone: ZoneInfo) -> bool:
    """Tell whether people sleep at `at` in `zone`."""
    return _is_within(at, zone, *NIGHT)


def next_allowed(at: datetime, zone: ZoneInfo, terms: Terms) -> datetime | None:
    """Return the first instant from `at` on when the bot may write first, `None` while she has to write before."""
    if terms.kind == "quiet":
        return None
    first, last = (terms.first, terms.last) if terms.kind == "hours" else (NIGHT[1], NIGHT[0])
    if _is_within(at, zone, first, last):
        return at
    openings = (each for each in _openings(at, zone, first) if each > at and _is_within(each, zone, first, last))
    return min(openings, default=None)


def _is_within(at: datetime, zone: ZoneInfo, first: time, last: time) -> bool:
    local = at.astimezone(zone).time()
    return first <= local < last if first < last else local >= first or local < last


def _openings(at: datetime, zone: ZoneInfo, first: time) -> Iterator[datetime]:
    """Name when the clock shows `first` in the next days, both times where it does so twice."""
    today = at.astimezone(zone).date()
    for number in range(DAYS_AHEAD):
        for fold in (0, 1):
            yield instant(datetime.combine(today + number * DAY, first.replace(fold=fold)), zone)
