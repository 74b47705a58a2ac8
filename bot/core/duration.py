"""Durations and times of day as people write them: `2 minutes`, `1 day`, `18:00`."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator

LONGEST_WAIT = timedelta(hours=12)
"""A timer outlives no evening: after that, what the screen said may no longer be true."""
LONGEST_LENGTH = timedelta(hours=12)
LONGEST_LEAD = timedelta(days=7)
"""A reminder is about this week: what is further away is news, and news are told by people."""
_CLOCK = re.compile(r"^([01]\d|2[0-3]):[0-5]\d$")
"""With both digits of the hour: 6:00 leaves open which half of the day is meant."""


def _duration(units: str, longest: timedelta, said: str, example: str) -> Callable[[Any], timedelta]:
    """Return what reads a duration in `units` (`minute|hour`), at most `longest`, which is `said` in words."""
    form = re.compile(rf"^(\d{{1,6}}) ({units})s?$")
    smallest = units.partition("|")[0]

    def read(value: Any) -> timedelta:
        match = form.match(value) if isinstance(value, str) else None
        if not match:
            message = f"{value!r} is not a duration; write one like {example}"
            raise ValueError(message)
        duration = timedelta(**{f"{match[2]}s": int(match[1])})
        if not timedelta() < duration <= longest:
            message = f"{value!r} is out of range; write at least 1 {smallest} and at most {said}"
            raise ValueError(message)
        return duration

    return read


def _clock(value: Any) -> time:
    if not isinstance(value, str) or not _CLOCK.match(value):
        message = f"{value!r} is not a time of day; write one like 18:00"
        raise ValueError(message)
    return time.fromisoformat(value)


Wait = Annotated[timedelta, BeforeValidator(_duration("second|minute|hour", LONGEST_WAIT, "12 hours", "2 minutes"))]
"""How long a screen waits for her."""
Length = Annotated[timedelta, BeforeValidator(_duration("minute|hour", LONGEST_LENGTH, "12 hours", "2 hours"))]
"""How long a meeting takes."""
Lead = Annotated[timedelta, BeforeValidator(_duration("minute|hour|day", LONGEST_LEAD, "7 days", "2 hours"))]
"""How long before a meeting something is said."""
Clock = Annotated[time, BeforeValidator(_clock)]
"""A time of day, on the clock of the place."""
