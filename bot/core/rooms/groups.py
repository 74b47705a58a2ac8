"""Groups as a woman finds them: which there are, when they meet, how she joins on her own terms, and leaves."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

from bot.core import speech
from bot.core.contact import Position
from bot.core.directory import Group
from bot.core.duration import LONGEST_LENGTH
from bot.core.flow import place
from bot.core.house import GROUP, MEETING, Answered, Proposal, Settled, meeting_subject
from bot.core.meeting import Meeting, meetings
from bot.core.reminder import reminders
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome
from bot.core.speech import DIRECTORY
from bot.core.terms import Terms
from bot.core.timetable import Timetable

if TYPE_CHECKING:
    from bot.core.stage import Stage

AHEAD = timedelta(days=60)
"""How far ahead meetings are shown."""
MOST_PROPOSALS = 30
LONGEST_PROPOSAL = 300
COMES, DOES_NOT = "yes", "no"
EVERYBODY = "everyone"
_SEEN_LATER = {"members": "place_for_members", "coming": "place_for_coming"}
_HER_ANSWER = {COMES: "you_yes", DOES_NOT: "you_no"}
_TERMS = {"any": "terms_any", "quiet": "terms_quiet"}
START, GROUP_NODE, MEETING_NODE = "groups.start", "groups.group", "groups.meeting"
NO_NEXT, FULL = "groups.no_next", "groups.full"
COME, NOT_COME, SHOW = Position("groups", "come"), Position("groups", "not_come"), Position("groups", "meeting")
GO_ON, STOP = Position("groups", "still"), Position("groups", "stop")
"""Where the buttons lead that stand under what we wrote first."""
LANDMARKS = (
    *(COME, NOT_COME, SHOW, GO_ON, STOP),
    *(Position(*place(target, "groups", ())) for target in (START, GROUP_NODE, MEETING_NODE, NO_NEXT, FULL)),
)


def group_of(stage: "Stage") -> Group | None:
    """Return the group that she has before her; staff may have taken it out meanwhile."""
    return stage.library.groups.get(stage.known(GROUP))


def upcoming(stage: "Stage", group: Group) -> list[Meeting]:
    """Return the next meetings of a group, the one that has begun included."""
    plan, zone = stage.house.state(group.id).plan, stage.library.zone(group)
    found = meetings(group, plan, zone, stage.now - LONGEST_LENGTH, stage.now + AHEAD)
    return [meeting for meeting in found if meeting.ends_at > stage.now]


def meeting_of(stage: "Stage") -> Meeting | None:
    """Return the meeting that she has before her; it may be over."""
    group = group_of(stage)
    found = upcoming(stage, group) if group else []
    return next((meeting for meeting in found if meeting.id == stage.known(MEETING)), None)


def is_member(stage: "Stage", group: str) -> bool:
    """Tell whether she joined a group."""
    return group in stage.contact.memberships


def is_staff(stage: "Stage", group: str) -> bool:
    """Tell whether she answers for a group."""
    return bool(stage.house.staff and stage.house.staff.may(group))


def timetable(stage: "Stage", group: Group) -> Timetable:
    """Say times in her language, by the clock of the group."""
    return Timetable(stage.library, stage.contact.language, stage.library.zone(group), stage.now)


def phrase(stage: "Stage", name: str, **values: str) -> str:
    """Say a phrase in her language."""
    return stage.library.phrase(stage.contact.language, name, **values)


def _said(stage: "Stage", text: str | None) -> str:
    return stage.library.speech.say(stage.contact.language, DIRECTORY, text) if text else ""


def _near(stage: "Stage") -> Iterator[Entry]:
    """Name the groups of her city, then those of her country."""
    library, city = stage.library, stage.contact.city
    here = library.groups_by_city.get(city, ())
    there = [each for each in library.directory.groups if each.city != city and _country(stage, each) == stage.country]
    for group in (*here, *there):
        name = _said(stage, library.cities[group.city].name)
        yield Entry(group.id, f"{group.name} · {name}", {GROUP: group.id})


def _country(stage: "Stage", group: Group) -> str:
    city = stage.library.cities.get(group.city)
    return city.country if city else ""


def _hers(stage: "Stage") -> Iterator[Entry]:
    for name in stage.contact.memberships:
        if group := stage.library.groups.get(name):
            yield Entry(name, group.name, {GROUP: name})


def _meetings(stage: "Stage") -> Iterator[Entry]:
    group = group_of(stage)
    for meeting in upcoming(stage, group) if group else ():
        said = timetable(stage, group).when(meeting.starts_at) if group else ""
        label = phrase(stage, "meeting_off", when=said) if meeting.is_cancelled else said
        yield Entry(meeting.id, label, {MEETING: meeting.id})


def _group(stage: "Stage", _: str) -> str:
    """Say a group: who meets, when, where as far as she may know, in which languages, and how we know."""
    group = group_of(stage)
    if group is None:
        return phrase(stage, "place_gone")
    language = stage.contact.language
    names = [speech.language_name(language, code) for code in group.languages or ()]
    parts = (
        (group.name, _said(stage, group.description)),
        (timetable(stage, group).rule(group), _next(stage, group), _place(stage, group, group.place)),
        (f"{phrase(stage, 'languages')} {speech.enumerate_all(language, names)}" if names else "",),
        (stage.teller.checked(group),),
    )
    said = ("\n".join(line for line in part if line) for part in parts)
    return "\n\n".join(part for part in said if part)


def _next(stage: "Stage", group: Group) -> str:
    found = [meeting for meeting in upcoming(stage, group) if not meeting.is_cancelled]
    if not found:
        return phrase(stage, "no_meeting")
    return phrase(stage, "next_meeting", when=timetable(stage, group).when(found[0].starts_at))


def _place(stage: "Stage", group: Group, place: str | None, *, comes: bool = False) -> str:
    """Say where, to whom may know it."""
    if not place:
        return ""
    is_told = (
        group.place_for == EVERYBODY
        or is_staff(stage, group.id)
        or (is_member(stage, group.id) and (group.place_for == "members" or comes))
    )
    return place if is_told else phrase(stage, _SEEN_LATER[group.place_for])


def meeting_text(stage: "Stage", group: Group, meeting: Meeting) -> str:
    """Say a meeting: when, whether it has moved or is off, where, and what its moderators noted."""
    comes = stage.house.own.get(meeting_subject(group.id, meeting.id), "")
    said = timetable(stage, group).when(meeting.starts_at)
    was = timetable(stage, group).when(meeting.was_at) if meeting.was_at else ""
    lines = (
        phrase(stage, "meeting_off", when=said) if meeting.is_cancelled else said,
        phrase(stage, "meeting_was", when=was) if was and not meeting.is_cancelled else "",
        _place(stage, group, meeting.place, comes=comes == COMES),
        # A note may say where, in other words.
        (meeting.note or "") if is_member(stage, group.id) or is_staff(stage, group.id) else "",
        phrase(stage, _HER_ANSWER[comes]) if comes else "",
    )
    return "\n".join(line for line in lines if line)


def _meeting(stage: "Stage", _: str) -> str:
    group, meeting = group_of(stage), meeting_of(stage)
    return meeting_text(stage, group, meeting) if group and meeting else phrase(stage, "meeting_over")


def agreement(stage: "Stage", _: str = "") -> str:
    """Say what the members of a group agreed on: what they voted, else what the directory says."""
    group = group_of(stage)
    if group is None:
        return phrase(stage, "place_gone")
    voted = stage.house.state(group.id).agreement
    if voted:
        return voted.get(stage.contact.language) or next(iter(voted.values()))
    return _said(stage, group.agreement) or phrase(stage, "no_agreement")


def _has_agreement(stage: "Stage") -> bool:
    group = group_of(stage)
    return bool(group and (group.agreement or stage.house.state(group.id).agreement))


def _lock_screen(stage: "Stage", _: str) -> str:
    """Show the reminders of the next meeting, each as it will be on the day that it comes."""
    group = group_of(stage)
    found = [each for each in upcoming(stage, group) if not each.is_cancelled] if group else []
    said: dict[str, None] = {}
    if group and found:
        meeting, zone = found[0], stage.library.zone(group)
        for each in reminders(group, meeting, zone):
            as_of = replace(timetable(stage, group), now=each.due_at)
            said[as_of.reminder(meeting.starts_at)] = None
    if not said:
        said[phrase(stage, "reminder_tomorrow", time=speech.clock(stage.contact.language, time(18)))] = None
    return "\n".join(said)


def _terms(stage: "Stage", _: str) -> str:
    """Say the terms that she is choosing."""
    return _told(stage, _chosen(stage))


def _your_terms(stage: "Stage", _: str) -> str:
    """Say the terms that she agreed to."""
    terms = stage.contact.memberships.get(stage.known(GROUP))
    return _told(stage, terms) if terms else ""


def _told(stage: "Stage", terms: Terms) -> str:
    if terms.kind != "hours":
        return phrase(stage, _TERMS[terms.kind])
    if terms.first == terms.last:
        return phrase(stage, "terms_always")
    first, last = (speech.clock(stage.contact.language, each) for each in (terms.first, terms.last))
    return phrase(stage, "terms_hours", first=first, last=last)


def _chosen(stage: "Stage") -> Terms:
    answers = stage.contact.answers
    if "terms" not in answers:
        # She came back to a screen after her yes.
        return stage.contact.memberships.get(stage.known(GROUP)) or Terms()
    if answers.get("terms") == "hours" and answers.get("first") and answers.get("last"):
        return Terms("hours", time.fromisoformat(answers["first"]), time.fromisoformat(answers["last"]))
    return Terms("quiet") if answers.get("terms") == "quiet" else Terms()


def _join(stage: "Stage") -> Outcome:
    """Make her a member, on the terms that she chose."""
    group = group_of(stage)
    if group is None or not stage.address:
        return Outcome(stage.contact, go=START)
    memberships = {**stage.contact.memberships, group.id: _chosen(stage)}
    kept = {name: value for name, value in stage.contact.answers.items() if name not in ("terms", "first", "last")}
    return Outcome(replace(stage.contact, answers=kept).with_memberships(memberships, stage.address))


def _leave(stage: "Stage") -> Outcome:
    left = stage.known(GROUP)
    kept = {name: terms for name, terms in stage.contact.memberships.items() if name != left}
    return Outcome(stage.contact.with_memberships(kept, stage.contact.address))


def _answer(stage: "Stage", value: str) -> Outcome:
    group, meeting = group_of(stage), meeting_of(stage)
    if not group or not is_member(stage, group.id):
        return Outcome(stage.contact, go=START)
    if not meeting or meeting.is_cancelled:
        return Outcome(stage.contact, go=MEETING_NODE)
    return Outcome(stage.contact, (Answered(meeting_subject(group.id, meeting.id), value),))


def _next_meeting(stage: "Stage") -> Meeting | None:
    """Return the meeting that something can still be proposed for."""
    group = group_of(stage)
    found = upcoming(stage, group) if group else []
    return next((each for each in found if not each.is_cancelled and each.starts_at > stage.now), None)


def _propose(stage: "Stage") -> Outcome:
    """Put what she wants to speak of on the list for the next meeting; nothing says whose it is."""
    group, text = group_of(stage), stage.known("proposal")[:LONGEST_PROPOSAL]
    answers = {name: value for name, value in stage.contact.answers.items() if name != "proposal"}
    contact = replace(stage.contact, answers=answers)
    if not group or not text or not is_member(stage, group.id):
        return Outcome(contact, go=GROUP_NODE)
    meeting, state = _next_meeting(stage), stage.house.state(group.id)
    if meeting is None:
        return Outcome(contact, go=NO_NEXT)
    if len(state.agenda) >= MOST_PROPOSALS:
        return Outcome(contact, go=FULL)
    proposal = Proposal(meeting.id, text)
    agenda = (*(each for each in state.agenda if each != proposal), proposal)
    return Outcome(contact, (Settled(group.id, state.changed(agenda=agenda)),))


def _meeting_is(stage: "Stage") -> str:
    meeting = meeting_of(stage)
    if meeting is None:
        return "over"
    return "off" if meeting.is_cancelled else "set"


def _yes_or_no(*, is_so: bool) -> str:
    return "yes" if is_so else "no"


LISTS: Mapping[str, List] = {"groups": _near, "my_groups": _hers, "meetings": _meetings}
ACTIONS: Mapping[str, Action] = {
    "join_group": _join,
    "leave_group": _leave,
    "come": lambda stage: _answer(stage, COMES),
    "not_come": lambda stage: _answer(stage, DOES_NOT),
    "propose": _propose,
}
FILLS: Mapping[str, Fill] = {
    "group": _group,
    "meeting": _meeting,
    "agreement": agreement,
    "lock_screen": _lock_screen,
    "terms": _terms,
    "your_terms": _your_terms,
}
KNOWN: Mapping[str, Known] = {
    "member": lambda stage: _yes_or_no(is_so=is_member(stage, stage.known(GROUP))),
    "in_groups": lambda stage: _yes_or_no(is_so=bool(stage.contact.memberships)),
    "has_agreement": lambda stage: _yes_or_no(is_so=_has_agreement(stage)),
    "has_next": lambda stage: _yes_or_no(is_so=_next_meeting(stage) is not None),
    "meeting_is": _meeting_is,
}
