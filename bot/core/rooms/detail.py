"""What a moderator says about one meeting: where it is, what is particular, and what members want to speak of there."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from bot.core.directory import Group
from bot.core.house import Announced, Proposal, Settled
from bot.core.meeting import Meeting
from bot.core.message import token
from bot.core.plan import Plan
from bot.core.rooms.desk import Shift, change_notice, desk, guarded, without
from bot.core.rooms.groups import meeting_of, phrase
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome, places

if TYPE_CHECKING:
    from bot.core.stage import Stage

LONG_PLACE, LONG_NOTE, LOOK = "moderate.long_place", "moderate.long_note", "moderate.look"
LANDMARKS = places(LONG_PLACE, LONG_NOTE, LOOK)
TYPED, ITEM = "typed", "item"
"""Answers: what she wrote just now, and the proposal that she reads."""
LONGEST_PLACE, LONGEST_NOTE = 160, 200
SHORT = 40
"""Characters of a proposal on a button."""


def _set_place(stage: "Stage", group: Group) -> Outcome:
    """Say where the meeting is; nothing written is where the group always meets."""
    text, meeting = stage.known(TYPED), meeting_of(stage)
    if not meeting or len(text) > LONGEST_PLACE:
        return _refused(stage, LONG_PLACE if meeting else LOOK)
    return _settled(stage, group, stage.house.state(group.id).plan.set_place(meeting.id, text or None))


def _set_note(stage: "Stage", group: Group) -> Outcome:
    text, meeting = stage.known(TYPED), meeting_of(stage)
    if not meeting or len(text) > LONGEST_NOTE:
        return _refused(stage, LONG_NOTE if meeting else LOOK)
    return _settled(stage, group, stage.house.state(group.id).plan.set_note(meeting.id, text or None))


def _refused(stage: "Stage", node: str) -> Outcome:
    return Outcome(without(stage.contact, TYPED), go=node)


def _settled(stage: "Stage", group: Group, plan: Plan) -> Outcome:
    state = stage.house.state(group.id).changed(plan=plan)
    return Outcome(without(stage.contact, TYPED), (Settled(group.id, state),))


def _tell(stage: "Stage", group: Group) -> Outcome:
    """Let the members know that something about the meeting is new, once for the same news."""
    meeting = meeting_of(stage)
    if not meeting or meeting.is_cancelled or meeting.starts_at <= stage.now:
        return Outcome(stage.contact, go=LOOK)
    news = token(meeting.starts_at.isoformat(), meeting.place or "", meeting.note or "")
    key = f"news {group.id} {meeting.id} {news}"
    at = meeting.starts_at
    return Outcome(stage.contact, (Announced(change_notice(stage, group, Shift(meeting.id, at, at), key)),))


def _agenda(stage: "Stage") -> tuple[Group, Meeting, list[Proposal]] | None:
    group, meeting = desk(stage), meeting_of(stage)
    if not group or not meeting:
        return None
    return group, meeting, [each for each in stage.house.state(group.id).agenda if each.meeting == meeting.id]


def _proposals(stage: "Stage") -> Iterator[Entry]:
    """Name what members want to speak of at the meeting, in the order in which it came."""
    found = _agenda(stage)
    for number, each in enumerate(found[2] if found else (), 1):
        short = each.text if len(each.text) <= SHORT else f"{each.text[:SHORT].rstrip()}…"
        yield Entry(f"{number}", f"{number} · {short}", {ITEM: _name(each)})


def _name(proposal: Proposal) -> str:
    return token(proposal.meeting, proposal.text)


def _proposal(stage: "Stage", _: str) -> str:
    found = _agenda(stage)
    texts = (each.text for each in (found[2] if found else ()) if _name(each) == stage.known(ITEM))
    return next(texts, phrase(stage, "no_proposal"))


def _drop(stage: "Stage", group: Group) -> Outcome:
    """Take a proposal off the list, as one that names somebody."""
    state = stage.house.state(group.id)
    agenda = tuple(each for each in state.agenda if _name(each) != stage.known(ITEM))
    contact = without(stage.contact, ITEM)
    return Outcome(contact, (Settled(group.id, state.changed(agenda=agenda)),) if agenda != state.agenda else ())


LISTS: Mapping[str, List] = {"proposals": _proposals}
ACTIONS: Mapping[str, Action] = {
    "set_place": guarded(_set_place),
    "set_note": guarded(_set_note),
    "tell_news": guarded(_tell),
    "drop_proposal": guarded(_drop),
}
FILLS: Mapping[str, Fill] = {"proposal": _proposal}
KNOWN: Mapping[str, Known] = {}
