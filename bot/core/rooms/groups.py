"""Groups as a woman finds them: which there are, when they meet, how she joins on her own terms, and leaves."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING

from bot.core import speech
from bot.core.directory import Group
from bot.core.house import GROUP, MEETING, Answered, Proposal, Settled, meeting_subject
from bot.core.meeting import Meeting, meetings
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


def group_of(stage: "Stage") -> Group | None:
    """Return the group that she has before her; staff may have taken it out meanwhile."""
    return stage.library.groups.get(stage.known(GROUP))


def upcoming(stage: "Stage", group: Group) -> list[Meeting]:
    """Return the next meetings of a group, the one that has begun included."""
    plan, zone = stage.house.state(group.id).plan, stage.library.zone(group)
    found = meetings(group, plan, zone, stage.now - group.length, stage.now + AHEAD)
    return [meeting for meeting in found if meeting.ends_at > stage.now]


def meeting_of(stage: "Stage") -> Meeting | None:
    """Return the meeting that she has before her; it may be over."""
    group = group_of(stage)
    found = upcoming(stage, group) if group else []
    return next((meeting for meeting in found if meeting.id == stage.known(MEETING)), None)


def is_member(stage: "Stage", group: str) -> bool:
    """Tell whether she joined a group."""
    return group in stage.contact.memberships


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
    lines = (
        group.name,
        _said(stage, group.description),
        "",
        timetable(stage, group).rule(group),
        _next(stage, group),
        _place(stage, group, group.place),
        f"{phrase(stage, 'languages')} {speech.enumerate_all(language, names)}" if names else "",
        "",
        stage.teller.checked(group),
    )
    return "\n".join(lines).replace("\n\n\n", "\n\n").strip()


def _next(stage: "Stage", group: Group) -> str:
    found = [meeting for meeting in upcoming(stage, group) if not meeting.is_cancelled]
    if not found:
        return phrase(stage, "no_meeting")
    return phrase(stage, "next_meeting", when=timetable(stage, group).when(found[0].starts_at))


def _place(stage: "Stage", group: Group, place: str | None, *, comes: bool = False) -> str:
    """Say where, to whom may know it."""
    staff = stage.house.staff
    is_told = (
        group.place_for == EVERYBODY
        or (staff is not None and staff.may(group.id))
        or (is_member(stage, group.id) and (group.place_for == "members" or comes))
    )
    if not place:
        return ""
    return place if is_told else phrase(stage, f"place_for_{group.place_for}")


def meeting_text(stage: "Stage", group: Group, meeting: Meeting) -> str:
    """Say a meeting: when, whether it has moved or is off, where, and what its moderators noted."""
    comes = stage.house.own.get(meeting_subject(group.id, meeting.id), "")
    said = timetable(stage, group).when(meeting.starts_at)
    was = timetable(stage, group).when(meeting.was_at) if meeting.was_at else ""
    lines = (
        phrase(stage, "meeting_off", when=said) if meeting.is_cancelled else said,
        phrase(stage, "meeting_was", when=was) if was and not meeting.is_cancelled else "",
        _place(stage, group, meeting.place, comes=comes == COMES),
        meeting.note or "",
        phrase(stage, f"you_{comes}") if comes else "",
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


def _lock_screen(stage: "Stage", _: str) -> str:
    """Show a reminder as it will look."""
    group = group_of(stage)
    found = [each for each in upcoming(stage, group) if not each.is_cancelled] if group else []
    if group and found:
        return timetable(stage, group).reminder(found[0].starts_at)
    return phrase(stage, "reminder_tomorrow", time=speech.clock(stage.contact.language, time(18)))


def _terms(stage: "Stage", _: str) -> str:
    terms = stage.contact.memberships.get(stage.known(GROUP)) or _chosen(stage)
    if terms.kind != "hours":
        return phrase(stage, f"terms_{terms.kind}")
    first, last = (speech.clock(stage.contact.language, each) for each in (terms.first, terms.last))
    return phrase(stage, "terms_hours", first=first, last=last)


def _chosen(stage: "Stage") -> Terms:
    answers = stage.contact.answers
    if answers.get("terms") == "hours" and answers.get("first") and answers.get("last"):
        return Terms("hours", time.fromisoformat(answers["first"]), time.fromisoformat(answers["last"]))
    return Terms("quiet") if answers.get("terms") == "quiet" else Terms()


def _join(stage: "Stage") -> Outcome:
    """Make her a member, on the terms that she chose."""
    group = group_of(stage)
    if group is None or not stage.address:
        return Outcome(stage.contact, go="start")
    memberships = {**stage.contact.memberships, group.id: _chosen(stage)}
    kept = {name: value for name, value in stage.contact.answers.items() if name not in ("terms", "first", "last")}
    return Outcome(replace(stage.contact, answers=kept).with_memberships(memberships, stage.address))


def _leave(stage: "Stage") -> Outcome:
    left = stage.known(GROUP)
    kept = {name: terms for name, terms in stage.contact.memberships.items() if name != left}
    return Outcome(stage.contact.with_memberships(kept, stage.contact.address))


def _answer(stage: "Stage", value: str) -> Outcome:
    group, meeting = group_of(stage), meeting_of(stage)
    if not group or not meeting or not is_member(stage, group.id):
        return Outcome(stage.contact, go="start")
    return Outcome(stage.contact, (Answered(meeting_subject(group.id, meeting.id), value),))


def _propose(stage: "Stage") -> Outcome:
    """Put what she wants to speak of on the list for the next meeting; nothing says whose it is."""
    group, text = group_of(stage), stage.known("proposal")[:LONGEST_PROPOSAL]
    answers = {name: value for name, value in stage.contact.answers.items() if name != "proposal"}
    contact = replace(stage.contact, answers=answers)
    found = [each for each in upcoming(stage, group) if not each.is_cancelled] if group else []
    if not group or not text or not found or not is_member(stage, group.id):
        return Outcome(contact, go="no_next")
    state = stage.house.state(group.id)
    agenda = (*state.agenda, Proposal(found[0].id, text))[-MOST_PROPOSALS:]
    return Outcome(contact, (Settled(group.id, state.changed(agenda=agenda)),))


def _membership(stage: "Stage") -> str:
    return "yes" if is_member(stage, stage.known(GROUP)) else "no"


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
}
KNOWN: Mapping[str, Known] = {
    "member": _membership,
    "in_groups": lambda stage: "yes" if stage.contact.memberships else "no",
}
