"""The reminders of a meeting: when each is due, and until when it is of use."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from bot.core.directory import Group
from bot.core.meeting import DAY, Meeting, instant


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message about one meeting, at its time or not at all."""

    group: str
    meeting: str
    offset: timedelta
    """How long before the meeting, as the group wrote it."""
    due_at: datetime
    until_at: datetime
    """When the next one, or the meeting itself, takes its place."""


def reminders(group: Group, meeting: Meeting, zone: ZoneInfo) -> tuple[Reminder, ...]:
    """Return the reminders of a meeting, the first to come first; of a cancelled meeting nobody is reminded."""
    if meeting.is_cancelled:
        return ()
    offsets = {_due_at(meeting.starts_at, offset, zone): offset for offset in group.reminders}
    times = [*sorted(due_at for due_at in offsets if due_at < meeting.starts_at), meeting.starts_at]
    return tuple(
        Reminder(group.id, meeting.id, offsets[due_at], due_at, until_at) for due_at, until_at in pairwise(times)
    )


def _due_at(starts_at: datetime, offset: timedelta, zone: ZoneInfo) -> datetime:
    """Reckon whole days on the clock of the place, so that "tomorrow, 18:00" is said at 18:00; hours as they pass."""
    if offset % DAY:
        return starts_at - offset
    local = starts_at.astimezone(zone).replace(tzinfo=None)
    return instant(local - offset, zone)
