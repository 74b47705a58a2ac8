"""A time that a moderator proposes for a meeting, or for the end of a question, and what speaks against it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.core.directory import Group
from bot.core.house import MEETING
from bot.core.meeting import instant
from bot.core.rooms.groups import AHEAD, group_of, meeting_of, phrase, timetable, upcoming
from bot.core.rooms.room import Action, Entry, Fill, Known, List
from bot.core.speech import weekday_date

if TYPE_CHECKING:
    from bot.core.stage import Stage

DAY, TIME, DOING = "day", "time", "doing"
"""Answers: the day and the hour that she chose, and what for."""
MOVE, ADD = "move", "add"
DAYS = 21
"""How many days are buttons: what is further away is typed."""


def proposed(stage: "Stage") -> datetime | None:
    """Return the time that she chose, as a clock at the place shows it, without a zone."""
    try:
        return datetime.combine(date.fromisoformat(stage.known(DAY)), time.fromisoformat(stage.known(TIME)))
    except ValueError:
        return None


def proposed_at(stage: "Stage") -> datetime | None:
    """Return the instant of the time that she chose."""
    group, local = group_of(stage), proposed(stage)
    return instant(local, stage.library.zone(group)) if group and local else None


def fault(stage: "Stage") -> str:
    """Say what speaks against the time that she chose, nothing where nothing does."""
    group, local, at = group_of(stage), proposed(stage), proposed_at(stage)
    if not group or not local or not at:
        return "missing"
    # The clock skips an hour in spring: what it never shows, nobody can come to.
    if at.astimezone(stage.library.zone(group)).replace(tzinfo=None) != local:
        return "gap"
    if at <= stage.now:
        return "past"
    if at >= stage.now + AHEAD:
        return "far"
    return _clash(stage, group, at) if stage.known(DOING) in (MOVE, ADD) else ""


def _clash(stage: "Stage", group: Group, at: datetime) -> str:
    there = [each for each in upcoming(stage, group) if each.starts_at == at and not each.is_cancelled]
    if not there:
        return ""
    is_itself = stage.known(DOING) == MOVE and stage.known(MEETING) in (each.id for each in there)
    return "same" if is_itself else "taken"


def _days(stage: "Stage") -> Iterator[Entry]:
    """Name the next days, today by the clock of the place first."""
    group = group_of(stage)
    if group is None:
        return
    today = stage.now.astimezone(stage.library.zone(group)).date()
    for number in range(DAYS):
        on = today + timedelta(days=number)
        said = weekday_date(stage.contact.language, on)
        names = {0: "today", 1: "tomorrow"}
        label = phrase(stage, names[number], day=said) if number in names else said
        yield Entry(on.isoformat(), label, {DAY: on.isoformat()}, called(stage, number))


def called(stage: "Stage", number: int) -> tuple[str, ...]:
    """Return what people type for the day in so many days, in every language."""
    name = {0: "today", 1: "tomorrow"}.get(number, "")
    speech = stage.library.speech
    return tuple(stage.library.phrase(each, name, day="") for each in speech.languages) if name else ()


def _new_time(stage: "Stage", _: str) -> str:
    group, at = group_of(stage), proposed_at(stage)
    return timetable(stage, group).when(at) if group and at else phrase(stage, "no_meeting")


def _old_time(stage: "Stage", _: str) -> str:
    group, meeting = group_of(stage), meeting_of(stage)
    return timetable(stage, group).when(meeting.starts_at) if group and meeting else phrase(stage, "meeting_over")


LISTS: Mapping[str, List] = {"days": _days}
ACTIONS: Mapping[str, Action] = {}
FILLS: Mapping[str, Fill] = {"new_time": _new_time, "old_time": _old_time}
KNOWN: Mapping[str, Known] = {"new_time": lambda stage: fault(stage) or "good"}
