"""Where somebody answers: who waits on her lines, her conversations, and what she can do in one.

Whoever has no seat in a conversation can do nothing in it, whatever she has before her: it is asked anew at each step.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.core import availability, speech
from bot.core.conversation import CALLED, COUNTED, Aim, Conversation, ConversationState, Said
from bot.core.ending import block, close, end
from bot.core.house import TALK, Staff
from bot.core.message import Media
from bot.core.ready import ready_answer
from bot.core.relay import HOUR, Changes, in_house
from bot.core.ringing import decline
from bot.core.rooms.desk import without
from bot.core.rooms.duty import staff_of
from bot.core.rooms.lines import line_name, own, relay_of
from bot.core.rooms.room import Action, Entry, Fill, Known, List, Outcome, places, untrue
from bot.core.rooms.tutors import tutor_of
from bot.core.seating import Note, call_second, hand_over, mark_danger, take
from bot.core.speech import CANNED as CONTEXT
from bot.core.talking import ask_code, say

if TYPE_CHECKING:
    from bot.core.stage import Stage

WRITE, WHOM, ONE, WELCOME = "answer.write", "answer.whom", "answer.talk", "answer.welcome"
LANDMARKS = places(WRITE, WHOM, ONE, WELCOME, "answer.late")
NOTE, CANNED, CLOSED_AS = "note", "canned", "closed_as"
UNSENT, UNSENT_MEDIA, UNSENT_HANDLE = "unsent", "unsent_media", "unsent_handle"
"""Answers: what she wrote without saying to whom, until she has said so."""
CLOSINGS = ("violence", "overdose", "safer_use", "substances", "body", "find", "rights", "groups", "low", "peer")
"""Flows that a conversation can have been about."""
WANTED, OTHER = "wanted", "other"


def before_her(stage: "Stage") -> Conversation | None:
    """Return the conversation before her, if she has a seat in it or may take it; of another there is none."""
    staff = staff_of(stage)
    talk = in_house(stage.house, stage.contact.answers.get(TALK, "")) if staff else None
    if talk is None or staff is None:
        return None
    if talk.seat_of(staff.designation) or talk.woman == stage.address:
        return talk
    return talk if talk.state in CALLED and staff.answers(talk.line) else None


def live(stage: "Stage") -> list[Conversation]:
    """Return what she has open, always in one order, for a number on a list means what stands there: her own last."""
    staff, mine = staff_of(stage), own(stage)
    found = [each for each in stage.house.conversations if staff and each.is_open and each.seat_of(staff.designation)]
    found.sort(key=lambda each: (each.designation, each.id))
    return [*found, mine] if mine else found


def _seated(stage: "Stage") -> tuple[Staff, Conversation] | None:
    staff, talk = staff_of(stage), before_her(stage)
    return (staff, talk) if staff and talk and talk.seat_of(staff.designation) else None


def _acting(act: Callable[["Stage", Staff, Conversation], Changes], *done: str) -> Action:
    """Let an action be taken only by who has a seat, and forget the answers that it used."""

    def action(stage: "Stage") -> Outcome:
        seated = _seated(stage)
        return Outcome(without(stage.contact, *done), act(stage, *seated) if seated else ())

    return action


def topic_said(stage: "Stage", topic: str) -> str:
    """Say in her language what a conversation is about."""
    return availability.topic(stage.library, stage.contact.language, topic)


def _label(stage: "Stage", talk: Conversation) -> str:
    """Say one of hers: where she is the woman by its line, for the two words stand for her and she never saw them."""
    line = stage.library.lines.get(talk.line)
    if talk.woman == stage.address and line:
        return line_name(stage, line)
    language = speech.language_name(stage.contact.language, talk.language) if talk.language else ""
    return _joined(talk.designation, language)


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))


def _waiting(stage: "Stage") -> Iterator[Entry]:
    """Name who waits on her lines, whoever began first before all others, without what she calls herself."""
    staff = staff_of(stage)
    found = sorted(stage.house.conversations, key=lambda talk: (talk.since or talk.touched * HOUR, talk.id))
    for talk in found if staff else ():
        is_hers = talk.woman == stage.address or (staff and talk.seat_of(staff.designation))
        if talk.state in CALLED and staff and staff.answers(talk.line) and not is_hers:
            yield Entry(talk.id, _joined(_label(stage, talk), topic_said(stage, talk.topic))[:60], {TALK: talk.id})


def _talks(stage: "Stage") -> Iterator[Entry]:
    for talk in live(stage):
        yield Entry(talk.id, _label(stage, talk), {TALK: talk.id})


def _canned(stage: "Stage") -> Iterator[Entry]:
    """Name the ready answers in her own language; the woman reads them in hers."""
    if _seated(stage):
        for name, ready in stage.library.canned.items():
            label = stage.library.speech.say(stage.contact.language, CONTEXT, ready.label)
            yield Entry(name, label, {CANNED: name})


def _closings(stage: "Stage") -> Iterator[Entry]:
    for name in (*(each for each in CLOSINGS if each in stage.library.flows), OTHER):
        said = stage.library.phrase(stage.contact.language, "closing_other") if name == OTHER else ""
        yield Entry(name, said or topic_said(stage, name), {CLOSED_AS: name})


def _take(stage: "Stage") -> Outcome:
    staff, talk = staff_of(stage), before_her(stage)
    return Outcome(stage.contact, take(relay_of(stage), talk, staff) if staff and talk else ())


def _decline(stage: "Stage") -> Outcome:
    staff, talk = staff_of(stage), before_her(stage)
    return Outcome(stage.contact, decline(relay_of(stage), talk, staff) if staff and talk else ())


def _say_canned(stage: "Stage", staff: Staff, talk: Conversation) -> Changes:
    name = stage.contact.answers.get(CANNED, "")
    text = _ready(stage, talk)
    return say(relay_of(stage), talk, staff.address, Said(text, ready=name)) if text else ()


def _ready(stage: "Stage", talk: Conversation) -> str:
    """Say the ready answer that she chose last, in her own language."""
    name = stage.contact.answers.get(CANNED, "")
    return ready_answer(stage.library, stage.contact.language, talk.line, name, stage.now)


def _hand_over(stage: "Stage", staff: Staff, talk: Conversation) -> Changes:
    note = Note(stage.contact.answers.get(NOTE, ""), stage.contact.language)
    return hand_over(relay_of(stage), talk, staff.designation, note)


def _ready_answer(stage: "Stage", _: str) -> str:
    talk = before_her(stage)
    return (talk and _ready(stage, talk)) or stage.library.phrase(stage.contact.language, "nothing_there")


def _close(stage: "Stage", staff: Staff, talk: Conversation) -> Changes:
    if talk.aim is not Aim.TALK:
        return end(relay_of(stage), talk, staff.address)
    word = stage.contact.answers.get(CLOSED_AS, "")
    allowed = word in (OTHER, *CLOSINGS)
    return close(relay_of(stage), talk, staff.designation, word if allowed else OTHER)


def _mark_danger(stage: "Stage", staff: Staff, talk: Conversation) -> Changes:
    return mark_danger(relay_of(stage), talk, staff, tutor_of(stage, staff), stage.contact.language)


def _send_unsent(stage: "Stage") -> Outcome:
    """Send what she had written without saying to whom, now that she has chosen."""
    answers, talk, staff = stage.contact.answers, before_her(stage), staff_of(stage)
    kept = without(stage.contact, UNSENT, UNSENT_MEDIA, UNSENT_HANDLE)
    text, media = answers.get(UNSENT, ""), Media.parse(answers.get(UNSENT_MEDIA, ""))
    if not (text or media) or talk is None or staff is None:
        return Outcome(kept, go=ONE)
    said = Said(text, media, answers.get(UNSENT_HANDLE, ""))
    return Outcome(kept, say(relay_of(stage), talk, stage.address, said))


def _drop_unsent(stage: "Stage") -> Outcome:
    return Outcome(without(stage.contact, UNSENT, UNSENT_MEDIA, UNSENT_HANDLE))


def _talk_is(stage: "Stage") -> str:
    staff, talk = staff_of(stage), before_her(stage)
    if staff is None or not stage.contact.answers.get(TALK):
        return "none"
    if talk is None:
        return "taken"
    if not talk.is_live:
        return "ended"
    if talk.woman == stage.address:
        return "mine"
    return "open" if talk.seat_of(staff.designation) else "waiting"


def _is_to_count(stage: "Stage") -> bool:
    """Tell whether she may say what it was about: once, also where the woman has ended it."""
    seated = _seated(stage)
    return seated is not None and seated[1].topic != COUNTED


def _talk_for(stage: "Stage") -> str:
    talk = before_her(stage)
    return talk.aim.value if talk else "none"


def _talk(stage: "Stage", _: str) -> str:
    """Say a conversation to who answers: two words, a language, a topic, and since when nothing was said."""
    talk = before_her(stage)
    if talk is None or not talk.is_live:
        return stage.library.phrase(stage.contact.language, "talk_over")
    line = stage.library.lines.get(talk.line)
    zone = ZoneInfo(availability.zone(stage.library, line)[0] if line else "UTC")
    since = datetime.fromtimestamp(talk.touched * HOUR, UTC).astimezone(zone)
    said = speech.weekday_clock(stage.contact.language, since)
    return _joined(_label(stage, talk), topic_said(stage, talk.topic), said)


def _call_second(stage: "Stage", staff: Staff, talk: Conversation) -> Changes:
    is_for_language = stage.contact.answers.get(WANTED) == "language"
    return call_second(relay_of(stage), talk, staff.designation, speaking=is_for_language)


def _second_is(stage: "Stage") -> str:
    talk = before_her(stage)
    if talk and talk.state is ConversationState.SECOND:
        return "called"
    if talk and len(talk.seats) > 1:
        return "there"
    return "unspoken" if stage.contact.answers.get(WANTED) == "language" else "none"


def _handed_is(stage: "Stage") -> str:
    """Tell what became of the one that she has just handed over, as far as she may know."""
    talk = in_house(stage.house, stage.contact.answers.get(TALK, ""))
    if talk is None or not talk.is_live:
        return "ended"
    return {ConversationState.WAITING: "called", ConversationState.LEFT: "left"}.get(talk.state, "stays")


LISTS: Mapping[str, List] = {"waiting": _waiting, "talks": _talks, "canned": _canned, "closings": _closings}
ACTIONS: Mapping[str, Action] = {
    "take": _take,
    "decline": _decline,
    "say_canned": _acting(_say_canned),
    "hand_over": _acting(_hand_over, NOTE),
    "call_second": _acting(_call_second),
    "ask_code": _acting(lambda stage, staff, talk: ask_code(relay_of(stage), talk, staff.designation)),
    "mark_danger": _acting(_mark_danger),
    "block": _acting(lambda stage, staff, talk: block(relay_of(stage), talk, staff.designation)),
    "close_talk": _acting(_close, CLOSED_AS),
    "send_unsent": _send_unsent,
    "drop_unsent": _drop_unsent,
}
FILLS: Mapping[str, Fill] = {"talk": _talk, "ready_answer": _ready_answer}
KNOWN: Mapping[str, Known] = {
    "talk_is": _talk_is,
    "talk_for": _talk_for,
    "second_is": _second_is,
    "handed_is": _handed_is,
}
UNTRUE = {
    **untrue(ONE, lambda stage: _talk_is(stage) in ("open", "mine"), WRITE),
    **untrue(ONE, lambda stage: _talk_is(stage) == "waiting", "answer.call"),
    **untrue(ONE, _is_to_count, "answer.closing"),
    **untrue(
        ONE,
        lambda stage: _talk_is(stage) == "open",
        *("answer.one", "answer.canned", "answer.said", "answer.danger", "answer.marked", "answer.ask_code"),
        *("answer.asked", "answer.language", "answer.second", "answer.called", "answer.two", "answer.nobody_more"),
        *("answer.marked_busy", "answer.marked_alone", "answer.taken_back", "answer.nothing_back"),
        *("answer.nobody_speaks", "answer.ending_errand", "answer.marked_away", "answer.note", "answer.blocking"),
    ),
}
