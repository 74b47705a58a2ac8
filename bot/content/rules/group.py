"""Rules about groups: a meeting is when the rule says, and a reminder is of one meeting only."""

from collections.abc import Iterator
from datetime import time, timedelta
from itertools import pairwise

from bot.content.finding import Finding, Level
from bot.content.library import DIRECTORY_FILE, Content
from bot.content.rules.word import is_language
from bot.core import recurrence
from bot.core.directory import Group
from bot.core.recurrence import RecurrenceError

LOOKED_AHEAD = timedelta(days=5 * 366)
"""From `since` on: a rule that gives nothing in five years is a slip of the pen."""
CHANGES_FROM, CHANGES_UNTIL = time(1), time(4)
"""When clocks change, from Lisbon to Athens."""


def _groups(content: Content) -> Iterator[tuple[int, Group]]:
    yield from enumerate(content.directory.groups if content.directory else ())


def bad_rrule(content: Content) -> Iterator[Finding]:
    """Protect her from waiting at a closed door: a rule says on which days a group meets, and nothing else."""
    for number, group in _groups(content):
        if group.rrule is None:
            continue
        if missing := [f"{name}:" for name in ("since", "start") if getattr(group, name) is None]:
            message = f"a rule needs a first day and an hour; add {' and '.join(missing)}"
            yield content.at(DIRECTORY_FILE, ("groups", number, "rrule"), message)
        try:
            recurrence.read(group.rrule)
        except RecurrenceError as error:
            yield content.at(DIRECTORY_FILE, ("groups", number, "rrule"), str(error))
        else:
            if not missing and not _gaps(group):
                message = f"{group.rrule!r} gives no two meetings in five years; compare it with since:"
                yield content.at(DIRECTORY_FILE, ("groups", number, "rrule"), message)


def _gaps(group: Group) -> list[timedelta]:
    """Return the time between each meeting and the next, nothing where the rule or the first day is missing."""
    if not group.rrule or not group.since:
        return []
    try:
        rule = recurrence.read(group.rrule)
    except RecurrenceError:
        return []
    days = recurrence.days(rule, group.since, group.since, group.since + LOOKED_AHEAD)
    return [later - earlier for earlier, later in pairwise(days)]


def unsafe_start(content: Content) -> Iterator[Finding]:
    """Protect a meeting from the hour that comes twice, or not at all, when clocks change."""
    for number, group in _groups(content):
        if group.start and CHANGES_FROM <= group.start < CHANGES_UNTIL:
            hours = f"{CHANGES_FROM:%H:%M} or from {CHANGES_UNTIL:%H:%M} on"
            message = f"clocks change around {group.start:%H:%M}; write a start before {hours}"
            yield content.at(DIRECTORY_FILE, ("groups", number, "start"), message)


def unknown_tongue(content: Content) -> Iterator[Finding]:
    """Protect her from a group whose language has no name."""
    for number, group in _groups(content):
        for index, code in enumerate(group.languages or ()):
            if not is_language(code):
                message = f"{code!r} is not the code of a language; write one like pt or pt-BR"
                yield content.at(DIRECTORY_FILE, ("groups", number, "languages", index), message)


def early_reminder(content: Content) -> Iterator[Finding]:
    """Protect her from two meetings in one head: a reminder waits until the meeting before is over."""
    for number, group in _groups(content):
        shortest = min(_gaps(group), default=None)
        for index, offset in enumerate(group.reminders):
            if shortest and offset > shortest:
                gap = f"{shortest.days} day{'s' if shortest.days > 1 else ''}"
                message = f"meetings may be {gap} apart, so this comes before the one before; write a shorter time"
                path = ("groups", number, "reminders", index)
                yield content.at(DIRECTORY_FILE, path, message, level=Level.WARNING)
