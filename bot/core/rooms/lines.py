"""Where a woman calls a line: which there are for her, who is there now, and what she has begun."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.core import availability
from bot.core.conversation import Aim, Conversation, ConversationState
from bot.core.directory import Line
from bot.core.ending import end
from bot.core.house import LINE, TALK, Talked
from bot.core.relay import Changes, Relay, in_house
from bot.core.ringing import Caller, call, leave_message
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome, places, untrue
from bot.core.talking import fingerprint, last_said, take_back, with_code

if TYPE_CHECKING:
    from bot.core.stage import Stage

CODE, CODE_KEPT, TOPIC = "code", "code_kept", "topic"
"""Answers: the word that she typed, its fingerprint until there is a conversation, and where she comes from."""
UNSAID = "unsaid_last"
"""Answer: something of hers was there to be taken back, the last time that she wanted that."""
OWN_FLOWS = ("peer", "start", "me", "now")
"""From these she comes for nothing in particular."""
STARTED = "peer.start"
LANDMARKS = places(STARTED)
_TALKING = {
    ConversationState.WAITING: "waiting",
    ConversationState.LEFT: "left",
    ConversationState.OPEN: "open",
    ConversationState.SECOND: "open",
}


def relay_of(stage: "Stage") -> Relay:
    """Return what a transition sees from here."""
    return Relay(stage.library, stage.house, stage.now)


def own(stage: "Stage") -> Conversation | None:
    """Return the conversation in which she is the woman."""
    found = (each for each in stage.house.conversations if each.is_live and each.woman == stage.address)
    return next(found, None) if stage.address else None


def line_name(stage: "Stage", line: Line) -> str:
    """Say a line as a woman reads it."""
    return availability.name(stage.library, stage.contact.language, line)


def _for_her(stage: "Stage") -> list[Line]:
    return availability.lines_for(relay_of(stage), stage.contact.city, stage.address)


def _is_here(stage: "Stage", line: Line) -> bool:
    return availability.is_here(relay_of(stage), line, stage.address)


def _lines(stage: "Stage") -> Iterator[Entry]:
    for line in _for_her(stage):
        label = stage.library.phrase(stage.contact.language, "line_here" if _is_here(stage, line) else "line_away")
        yield Entry(line.id, f"{line_name(stage, line)} · {label}", {LINE: line.id})


def _line(stage: "Stage") -> Line | None:
    """Return the line before her; those for who answers are not for her."""
    line = stage.library.lines.get(stage.known(LINE))
    return line if line and line.kind != "tutor" else None


def _line_is(stage: "Stage") -> str:
    line = _line(stage)
    if line is None or not availability.has_staff(stage.house, line, stage.address):
        return "none"
    if _is_here(stage, line):
        return "open"
    return "waiting_hours" if availability.moment(stage.library, line, stage.now).is_open is False else "nobody"


def _call_line(stage: "Stage") -> Outcome:
    line = _line(stage)
    if line is None:
        return Outcome(stage.contact)
    return _begun(stage, call(relay_of(stage), line, caller_of(stage), Aim.TALK, _topic(stage)))


def _leave_message(stage: "Stage") -> Outcome:
    line = _line(stage)
    if line is None:
        return Outcome(stage.contact)
    return _begun(stage, leave_message(relay_of(stage), line, caller_of(stage), Aim.TALK, _topic(stage)))


def caller_of(stage: "Stage") -> Caller:
    """Return her as who calls."""
    return Caller(stage.address, stage.contact.language)


def _topic(stage: "Stage") -> str:
    """Name what it is about by a word of ours: one that she pressed, or the flow that she comes from."""
    known = stage.library.flows
    if (said := stage.contact.answers.get(TOPIC, "")) in known:
        return said
    left = (each.flow for each in reversed(stage.contact.trail) if each.flow in known and each.flow not in OWN_FLOWS)
    return next((flow for flow in left if known[flow].audience == "woman"), "")


def _begun(stage: "Stage", changes: Changes) -> Outcome:
    """Take along the code word that she chose before."""
    kept = stage.contact.answers.get(CODE_KEPT, "")
    answers = {name: value for name, value in stage.contact.answers.items() if name != CODE_KEPT or not changes}
    if kept:
        changes = tuple(_coded(change, kept) if isinstance(change, Talked) else change for change in changes)
    return Outcome(replace(stage.contact, answers=answers), changes)


def _coded(change: Talked, kept: str) -> Talked:
    live = change.conversation.is_live
    return Talked(change.conversation.changed(code=kept)) if live else change


def _set_code(stage: "Stage") -> Outcome:
    """Keep only the fingerprint of her word, in the conversation or until there is one."""
    word, mine = stage.contact.answers.get(CODE, ""), own(stage)
    answers = {name: value for name, value in stage.contact.answers.items() if name not in (CODE, CODE_KEPT)}
    if word and not mine:
        answers[CODE_KEPT] = fingerprint(word)
    contact = replace(stage.contact, answers=answers)
    return Outcome(contact, (Talked(with_code(mine, word)),) if word and mine else ())


def _end_talk(stage: "Stage") -> Outcome:
    """End the one before her."""
    talk = _meant(stage)
    return Outcome(stage.contact, end(relay_of(stage), talk, stage.address) if talk else ())


def _meant(stage: "Stage") -> Conversation | None:
    """Return the one before her: in a flow for who answers that with a seat of hers, else her own."""
    flow, staff = stage.library.flows.get(stage.position.flow), stage.house.staff
    if not flow or flow.audience == "woman":
        return own(stage)
    talk = in_house(stage.house, stage.contact.answers.get(TALK, ""))
    is_hers = talk and (talk.woman == stage.address or (staff and talk.seat_of(staff.designation)))
    return talk if is_hers else None


def _unsay(stage: "Stage") -> Outcome:
    """Take back what she wrote last there, from whoever has it or would get it."""
    talk, relay = _meant(stage), relay_of(stage)
    last = last_said(relay, talk, stage.address) if talk and talk.is_live else ""
    changes = take_back(relay, talk, stage.address, last) if talk and last else ()
    said = {name: value for name, value in stage.contact.answers.items() if name != UNSAID}
    answers = {**said, UNSAID: "yes"} if changes else said
    return Outcome(replace(stage.contact, answers=answers), changes)


def _place(stage: "Stage", _: str) -> str:
    """Say how many wait before her."""
    mine = own(stage)
    if mine is None or mine.state is not ConversationState.WAITING:
        return ""
    waiting = stage.house.queue(mine.line)
    # Who has only just called is not among them yet.
    ahead = waiting.index(mine.id) if mine.id in waiting else len(waiting)
    return availability.place(stage.library, stage.contact.language, ahead)


def _line_hours(stage: "Stage", _: str) -> str:
    line = _line(stage)
    return availability.hours_said(stage.library, stage.contact.language, line, stage.now) if line else ""


def _other_lines(stage: "Stage", _: str) -> str:
    contact = stage.contact
    known = (contact.language, contact.city, stage.known(LINE), stage.address)
    return availability.others_here(relay_of(stage), *known)


def _talking(stage: "Stage") -> str:
    mine = own(stage)
    return _TALKING[mine.state] if mine else "no"


def _name(stage: "Stage", _: str) -> str:
    line = _line(stage)
    return line_name(stage, line) if line else ""


LISTS: Mapping[str, List] = {"lines": _lines}
ACTIONS: Mapping[str, Action] = {
    "call_line": _call_line,
    "leave_message": _leave_message,
    "set_code": _set_code,
    "end_talk": _end_talk,
    "unsay": _unsay,
}
FILLS: Mapping[str, Fill] = {
    "line": _name,
    "line_hours": _line_hours,
    "place": _place,
    "other_lines": _other_lines,
}
KNOWN: Mapping[str, Known] = {
    "line_is": _line_is,
    "talking": _talking,
    "unsaid": lambda stage: "done" if stage.contact.answers.get(UNSAID) else "nothing",
}
UNTRUE = {
    **untrue(STARTED, lambda stage: _talking(stage) == "waiting", "peer.waiting"),
    **untrue(STARTED, lambda stage: _talking(stage) == "left", "peer.left"),
    **untrue(STARTED, lambda stage: _talking(stage) == "open", "peer.open", "peer.taken_back", "peer.nothing_back"),
}
