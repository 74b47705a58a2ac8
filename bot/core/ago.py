"""A moment some hours ago, as she remembers it: a weekday and a full hour, never one that is over already."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LONGEST = 240
"""Hours: ten days reach beyond every window that a flow has to speak of."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
_HOURS = re.compile(r"^([1-9]\d{0,2}) hours?$")


def span(written: str) -> timedelta | None:
    """Return what `72 hours` means, `None` where it is not written like that or reaches too far back."""
    match = _HOURS.match(written)
    return timedelta(hours=int(match[1])) if match and int(match[1]) <= LONGEST else None


def full_hour(since: timedelta, now: datetime, zone: str) -> datetime:
    """Return the first full hour that is no longer ago than `since`, by the clocks of `zone`."""
    at, there = now.astimezone(UTC) - since, ZoneInfo(zone)
    local = at.astimezone(there)
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    at += HOUR - past if past else timedelta()
    local = at.astimezone(there)
    # When clocks go back an hour is shown twice; she might mean the first of the two, which is over.
    return (at + HOUR).astimezone(there) if local.fold else local


def full_day(since: timedelta, now: datetime, zones: Iterable[str]) -> date:
    """Return the first day that is no longer ago than `since` from its first minute on, in whichever zone she is."""
    at = now.astimezone(UTC) - since
    return max((_first_day(at.astimezone(ZoneInfo(zone))) for zone in zones), default=_first_day(at))


def _first_day(local: datetime) -> date:
    begins = local.time() == time.min and not local.fold
    return local.date() if begins else local.date() + DAY
