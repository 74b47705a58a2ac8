"""The meetings of a group: what its rule gives, as its moderators changed it, and what they added.

All is reckoned on the clock of the place, where 18:00 stays 18:00 when clocks change, and becomes an instant last.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core import recurrence
from bot.core.directory import Group
from bot.core.plan import Change, Extra, Plan, day_of
from bot.core.recurrence import RecurrenceError

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting at its instant, in UTC: times of one zone are compared without a look at the clock change."""

    group: str
    id: str
    """Stays the same when the meeting is moved."""
    starts_at: datetime
    ends_at: datetime
    place: str | None = None
    note: str | None = None
    """In the words of a moderator."""
    is_cancelled: bool = False
    was_at: datetime | None = None
    """When it was to start before it was moved."""


def meetings(group: Group, plan: Plan, zone: ZoneInfo, after: datetime, until: datetime) -> list[Meeting]:
    """Return what starts from `after` on and before `until`, the earliest first, cancelled meetings too."""
    # A day more on both sides: the date there may be another than here.
    first, last = after.astimezone(zone).date() - DAY, until.astimezone(zone).date() + DAY
    planned = (*_regular(group, plan, first, last), *plan.extras)
    found = (_meeting(group, each, plan.changes.get(each.id, Change()), zone) for each in planned)
    return sorted((each for each in found if after <= each.starts_at < until), key=lambda each: each.starts_at)


def instant(local: datetime, zone: ZoneInfo) -> datetime:
    """Return when a clock in `zone` shows `local`: the first time where it does twice, an hour later where never."""
    return local.replace(tzinfo=zone).astimezone(UTC)


def _regular(group: Group, plan: Plan, first: date, last: date) -> Iterator[Extra]:
    """Name what the rule gives from `first` to `last`, and what was moved into these days from others."""
    if not group.rrule or not group.since or not group.start:
        return
    try:
        rule = recurrence.read(group.rrule)
    except RecurrenceError:
        return
    days = recurrence.days(rule, group.since, first, last)
    for day in _moved_from(plan, first, last):
        # Where the rule itself has changed since, its old days are forgotten.
        days += recurrence.days(rule, group.since, day, day)
    for day in days:
        yield Extra(day.isoformat(), datetime.combine(day, group.start))


def _moved_from(plan: Plan, first: date, last: date) -> Iterator[date]:
    for meeting, change in plan.changes.items():
        day = day_of(meeting)
        if day and change.start and first <= change.start.date() <= last and not first <= day <= last:
            yield day


def _meeting(group: Group, planned: Extra, change: Change, zone: ZoneInfo) -> Meeting:
    was_at = instant(planned.start, zone)
    starts_at = instant(change.start, zone) if change.start else was_at
    return Meeting(
        group.id,
        planned.id,
        starts_at,
        starts_at + (planned.length or group.length),
        change.place or planned.place or group.place,
        change.note or planned.note,
        change.is_cancelled,
        was_at if was_at != starts_at else None,
    )
