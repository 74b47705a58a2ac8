"""Where who answers women finds somebody for herself: a tutor, or what is true where none can come."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import availability
from bot.core.conversation import Aim, Conversation, ConversationState
from bot.core.directory import Line
from bot.core.house import TALK, Staff
from bot.core.relay import Changes
from bot.core.ringing import leave_message
from bot.core.rooms.duty import for_staff, staff_of
from bot.core.rooms.lines import caller_of, own, relay_of
from bot.core.rooms.room import Action, Fill, Known, List, Outcome
from bot.core.seating import support

if TYPE_CHECKING:
    from bot.core.stage import Stage

_STANDS = {ConversationState.WAITING: "called", ConversationState.LEFT: "left"}


def tutor_of(stage: "Stage", staff: Staff) -> Line | None:
    """Return the tutors' line of her city, or of everywhere, as long as anybody but her answers on it."""
    known = stage.library.lines
    cities = {city for each in staff.lines if each in known for city in known[each].cities}
    tutors = [line for line in known.values() if line.kind == "tutor"]
    tutors = [line for line in tutors if availability.has_staff(stage.house, line, stage.address)]
    near = (line for line in tutors if cities.intersection(line.cities))
    return next(near, next((line for line in tutors if not line.cities), None))


def _call(stage: "Stage", staff: Staff) -> Changes:
    tutor = tutor_of(stage, staff)
    return support(relay_of(stage), tutor, caller_of(stage), "") if tutor else ()


def _leave(stage: "Stage", staff: Staff) -> Changes:
    tutor = tutor_of(stage, staff)
    return leave_message(relay_of(stage), tutor, caller_of(stage), Aim.SUPPORT) if tutor else ()


def _choose(stage: "Stage") -> Outcome:
    """Let what she writes next be for the tutor, whoever else she answers."""
    mine = own(stage)
    answers = {**stage.contact.answers, TALK: mine.id} if mine else stage.contact.answers
    return Outcome(replace(stage.contact, answers=answers))


def _tutor_is(stage: "Stage") -> str:
    staff, mine = staff_of(stage), own(stage)
    if mine:
        return _own_is(mine)
    tutor = tutor_of(stage, staff) if staff else None
    if tutor is None:
        return "none"
    if availability.is_here(relay_of(stage), tutor, stage.address):
        return "here"
    return "away" if tutor.takes_messages else "none"


def _own_is(mine: Conversation) -> str:
    return _STANDS.get(mine.state, "open") if mine.aim is Aim.SUPPORT else "busy"


LISTS: Mapping[str, List] = {}
FILLS: Mapping[str, Fill] = {}
ACTIONS: Mapping[str, Action] = {
    "call_tutor": for_staff(_call),
    "leave_for_tutor": for_staff(_leave),
    "write_to_tutor": _choose,
}
KNOWN: Mapping[str, Known] = {"tutor_is": _tutor_is}
