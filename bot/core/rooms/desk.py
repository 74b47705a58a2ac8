"""Where a moderator works: her groups, and one meeting at a time moved, called off, added or taken up again.

Who is no moderator of a group can do nothing here, whatever she has before her: it is asked anew at each step.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.core.contact import Contact
from bot.core.directory import Group
from bot.core.house import GROUP, MEETING, Announced, Role, Settled, meeting_subject
from bot.core.meeting import Meeting, instant
from bot.core.message import token
from bot.core.notice import Notice, NoticeKind
from bot.core.plan import EXTRA, Change, Plan
from bot.core.rooms.groups import COMES, DOES_NOT, group_of, meeting_of, meeting_text, phrase, timetable, upcoming
from bot.core.rooms.hour import DAY, DOING, TIME, fault, proposed
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome, places
from bot.core.speech import DIRECTORY, enumerate_all

if TYPE_CHECKING:
    from bot.core.stage import Stage

SEEN = "seen"
"""Answer that says which state of a meeting a moderator has looked at: another may have changed it meanwhile."""
START, CHANGED, WHEN = "moderate.start", "moderate.changed", "moderate.when"
"""Where she is led who may not act, who is too late, and who has chosen a time that cannot be."""
LANDMARKS = places(START, CHANGED, WHEN)


@dataclass(frozen=True, slots=True)
class Shift:
    """What becomes of one meeting."""

    meeting: str
    starts_at: datetime | None = None
    """When it is now, where it takes place."""
    was_at: datetime | None = None
    """When it was to be, where who had that in mind is to be told."""


def desk(stage: "Stage") -> Group | None:
    """Return the group before her, if she answers for it."""
    staff, group = stage.house.staff, group_of(stage)
    return group if group and staff and staff.may(group.id) else None


def guarded(act: Callable[["Stage", Group], Outcome]) -> Action:
    """Let an action be taken only by who answers for the group before her."""

    def action(stage: "Stage") -> Outcome:
        group = desk(stage)
        return act(stage, group) if group else Outcome(stage.contact, go=START)

    return action


def without(contact: Contact, *names: str) -> Contact:
    """Forget some answers: what is done need not be kept."""
    return replace(contact, answers={name: value for name, value in contact.answers.items() if name not in names})


def _desks(stage: "Stage") -> Iterator[Entry]:
    for group in _hers(stage):
        yield Entry(group.id, f"{group.name} · {_city(stage, group)}", {GROUP: group.id})


def _hers(stage: "Stage") -> list[Group]:
    staff = stage.house.staff
    return [group for group in stage.library.directory.groups if staff and staff.may(group.id)]


def _city(stage: "Stage", group: Group) -> str:
    city = stage.library.cities.get(group.city)
    return stage.library.speech.say(stage.contact.language, DIRECTORY, city.name) if city else ""


def _names(stage: "Stage", _: str) -> str:
    """Name the groups that she answers for."""
    staff = stage.house.staff
    if staff and staff.role is Role.ADMIN:
        return phrase(stage, "every_group")
    return enumerate_all(stage.contact.language, [group.name for group in _hers(stage)]) or phrase(stage, "no_group")


def _designation(stage: "Stage", _: str) -> str:
    return stage.house.staff.designation if stage.house.staff else phrase(stage, "no_group")


def _group(stage: "Stage", _: str) -> str:
    """Say a group to who answers for it: when it meets next, and how many are in it."""
    group = desk(stage)
    if group is None:
        return phrase(stage, "not_yours")
    found = [meeting for meeting in upcoming(stage, group) if not meeting.is_cancelled]
    when = timetable(stage, group).when(found[0].starts_at) if found else ""
    lines = (
        group.name,
        phrase(stage, "next_meeting", when=when) if when else phrase(stage, "no_meeting"),
        phrase(stage, "members", number=str(members(stage))),
    )
    return "\n".join(lines)


def members(stage: "Stage") -> int:
    """Return how many have joined the group before her."""
    return stage.house.members


def _meeting(stage: "Stage", _: str) -> str:
    """Say a meeting to who answers for it: with numbers, and with nobody in them."""
    group, meeting = desk(stage), meeting_of(stage)
    if not group or not meeting:
        return phrase(stage, "meeting_over")
    tally = stage.house.tallies.get(meeting_subject(group.id, meeting.id), {})
    yes, no = (str(tally.get(answer, 0)) for answer in (COMES, DOES_NOT))
    proposed = sum(each.meeting == meeting.id for each in stage.house.state(group.id).agenda)
    lines = (
        meeting_text(stage, group, meeting),
        phrase(stage, "who_comes", yes=yes, no=no),
        phrase(stage, "proposals", number=str(proposed)) if proposed else "",
    )
    return "\n".join(line for line in lines if line)


def _state(stage: "Stage") -> str:
    """Tell what can be done about the meeting before her."""
    meeting = meeting_of(stage) if desk(stage) else None
    if meeting is None:
        return "over"
    if meeting.starts_at <= stage.now:
        return "begun"
    return "cancelled" if meeting.is_cancelled else "planned"


def _mark(meeting: Meeting) -> str:
    said = (meeting.starts_at.isoformat(), str(meeting.is_cancelled), meeting.place or "", meeting.note or "")
    return token(meeting.group, meeting.id, *said)


def _unchanged(stage: "Stage") -> Meeting | None:
    """Return the meeting before her, if it is yet to come and still as she saw it."""
    meeting = meeting_of(stage)
    is_so = meeting and meeting.starts_at > stage.now and stage.known(SEEN) == _mark(meeting)
    return meeting if is_so else None


def _look(stage: "Stage", _: Group) -> Outcome:
    """Note which state of the meeting she is about to see."""
    meeting = meeting_of(stage)
    if meeting is None:
        return Outcome(without(stage.contact, SEEN))
    return Outcome(replace(stage.contact, answers={**stage.contact.answers, SEEN: _mark(meeting)}))


def _move(stage: "Stage", group: Group) -> Outcome:
    meeting, start = _unchanged(stage), proposed(stage)
    if meeting is None:
        return Outcome(stage.contact, go=CHANGED)
    if start is None or fault(stage):
        return Outcome(stage.contact, go=WHEN)
    plan = stage.house.state(group.id).plan.move(meeting.id, start)
    starts_at = instant(start, stage.library.zone(group))
    return _settled(stage, group, plan, Shift(meeting.id, starts_at, meeting.starts_at))


def _cancel(stage: "Stage", group: Group) -> Outcome:
    meeting = _unchanged(stage)
    if meeting is None or meeting.is_cancelled:
        return Outcome(stage.contact, go=CHANGED)
    plan = stage.house.state(group.id).plan.cancel(meeting.id)
    return _settled(stage, group, plan, Shift(meeting.id, was_at=meeting.starts_at))


def _restore(stage: "Stage", group: Group) -> Outcome:
    meeting = _unchanged(stage)
    if meeting is None or not meeting.is_cancelled:
        return Outcome(stage.contact, go=CHANGED)
    plan = _uncancelled(stage.house.state(group.id).plan, meeting.id)
    return _settled(stage, group, plan, Shift(meeting.id, meeting.starts_at))


def _uncancelled(plan: Plan, meeting: str) -> Plan:
    """Let a meeting take place where and when it was to be before it was called off."""
    change = plan.changes.get(meeting, Change())
    plan = plan.restore(meeting)
    if change.start:
        plan = plan.move(meeting, change.start)
    if change.place:
        plan = plan.set_place(meeting, change.place)
    return plan.set_note(meeting, change.note) if change.note else plan


def _add(stage: "Stage", group: Group) -> Outcome:
    start = proposed(stage)
    if start is None or fault(stage):
        return Outcome(stage.contact, go=WHEN)
    plan = stage.house.state(group.id).plan
    mark = _free_mark(plan, start)
    starts_at = instant(start, stage.library.zone(group))
    return _settled(stage, group, plan.add(mark, start), Shift(f"{EXTRA}{mark}", starts_at))


def _free_mark(plan: Plan, start: datetime) -> str:
    """Name an added meeting by its time, and differently from one that was added for then and moved or called off."""
    taken = {each.id for each in plan.extras}
    mark = f"{start:%Y%m%dT%H%M}"
    while f"{EXTRA}{mark}" in taken:
        mark += "b"
    return mark


def _settled(stage: "Stage", group: Group, plan: Plan, shift: Shift) -> Outcome:
    """Change the plan, and tell everybody in the group."""
    state = stage.house.state(group.id).changed(plan=plan)
    kept = without(stage.contact, DAY, TIME, DOING, SEEN)
    contact = replace(kept, answers={**kept.answers, MEETING: shift.meeting})
    return Outcome(contact, (Settled(group.id, state), Announced(change_notice(stage, group, shift))))


def change_notice(stage: "Stage", group: Group, shift: Shift, key: str = "") -> Notice:
    """Return what tells of a change, from now until nobody can come too late or in vain any more.

    A meeting may be moved there and back: each time is news, so the moment is part of what makes it the same notice.
    """
    at = int(stage.now.timestamp())
    starts, was = (int(each.timestamp()) if each else 0 for each in (shift.starts_at, shift.was_at))
    return Notice(
        NoticeKind.CHANGE,
        (group.id,),
        due_at=at,
        until_at=max(starts, was),
        key=key or f"change {group.id} {shift.meeting} {was} {starts} {at}",
        meeting=shift.meeting,
        starts_at=starts,
        was_at=was,
    )


LISTS: Mapping[str, List] = {"desks": _desks}
ACTIONS: Mapping[str, Action] = {
    "look": guarded(_look),
    "move_meeting": guarded(_move),
    "cancel_meeting": guarded(_cancel),
    "restore_meeting": guarded(_restore),
    "add_meeting": guarded(_add),
}
FILLS: Mapping[str, Fill] = {
    "designation": _designation,
    "desks": _names,
    "desk": _group,
    "desk_meeting": _meeting,
    "members": lambda stage, _: str(members(stage) if desk(stage) else 0),
}
KNOWN: Mapping[str, Known] = {
    "desk": lambda stage: "yes" if desk(stage) else "no",
    "meeting_state": _state,
}
