"""What the calendar of all groups asks for at one moment: who is reminded of what, and what is over and goes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.directory import Group
from bot.core.duration import LONGEST_LEAD, LONGEST_LENGTH
from bot.core.house import Announced, Change, GroupState, Settled, meeting_subject, question_subject
from bot.core.library import Library
from bot.core.meeting import DAY, Meeting, meetings
from bot.core.message import fold
from bot.core.notice import Notice, NoticeKind
from bot.core.reminder import Reminder, reminders

FAR = timedelta(days=90)
"""A meeting is shown, and so answered, sixty days ahead at most; one that moves further than this is another one."""
NOWHERE = ZoneInfo("UTC")
"""The clock of a group that the directory no longer has."""

States = Mapping[str, GroupState]


@dataclass(frozen=True, slots=True)
class Tended:
    """What one look at the calendar leads to."""

    changes: tuple[Change, ...] = ()
    subjects: frozenset[str] | None = None
    """What may still be answered; answers to anything else go. `None`: this look was not about answers."""


def tend(library: Library, states: States, since: datetime | None, now: datetime, *, sweeps: bool) -> Tended:
    """Return what has come due since the last look and what is over; with `sweeps`, answers too, which takes longer."""
    changes: list[Change] = [Announced(notice) for notice in due(library, states, since, now)]
    changes += over(library, states, now)
    return Tended(tuple(changes), open_subjects(library, states, now) if sweeps else None)


def due(library: Library, states: States, since: datetime | None, now: datetime) -> Iterator[Notice]:
    """Name the reminders that have come due since the last look and are still of use.

    One that was due before its meeting was set or moved is not made up for: that news has said the time already. Where
    the clock was put back, what was due between is not looked at twice.
    """
    first = min(since, now) if since else now - LONGEST_LEAD
    for group in library.directory.groups:
        zone = library.zone(group)
        for meeting in meetings(group, _state(states, group).plan, zone, now, now + LONGEST_LEAD + DAY):
            for reminder in reminders(group, meeting, zone):
                if first < reminder.due_at <= now < reminder.until_at:
                    yield _notice(reminder, meeting)


def over(library: Library, states: States, now: datetime) -> Iterator[Settled]:
    """Name what groups have settled and is of no more use: changes of past meetings, and what was proposed for them."""
    for name, state in states.items():
        group = library.groups.get(name)
        zone = library.zone(group) if group else NOWHERE
        day = (now - LONGEST_LENGTH).astimezone(zone).date()
        to_come = {each.id for each in _to_come(library, states, group, now)} if group and state.agenda else set()
        tidied = state.without_past(day, to_come, fold(now))
        if tidied != state:
            yield Settled(name, tidied)


def open_subjects(library: Library, states: States, now: datetime) -> frozenset[str]:
    """Name what a member may still answer."""
    to_come = (each for group in library.directory.groups for each in _to_come(library, states, group, now))
    subjects = {meeting_subject(each.group, each.id) for each in to_come}
    for name, state in states.items():
        subjects |= {question_subject(name, each.id) for each in state.questions if not each.is_closed}
    return frozenset(subjects)


def _to_come(library: Library, states: States, group: Group, now: datetime) -> Iterator[Meeting]:
    """Name the meetings that are not over."""
    plan, zone = _state(states, group).plan, library.zone(group)
    found = meetings(group, plan, zone, now - LONGEST_LENGTH, now + FAR)
    return (each for each in found if each.ends_at > now)


def _state(states: States, group: Group) -> GroupState:
    return states.get(group.id) or GroupState()


def _notice(reminder: Reminder, meeting: Meeting) -> Notice:
    starts_at = int(meeting.starts_at.timestamp())
    return Notice(
        NoticeKind.REMINDER,
        (reminder.group,),
        int(reminder.due_at.timestamp()),
        int(reminder.until_at.timestamp()),
        key=f"reminder {reminder.group} {reminder.meeting} {starts_at} {int(reminder.offset.total_seconds())}",
        meeting=reminder.meeting,
        starts_at=starts_at,
    )
