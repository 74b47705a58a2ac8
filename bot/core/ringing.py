"""Who is called, in which order, and what happens when nobody comes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.core.calls import NOBODY, TALK
from bot.core.conversation import CALLED, WAITING_KEPT, Aim, Conversation, ConversationState, Pair
from bot.core.directory import Line
from bot.core.ending import end, orphaned
from bot.core.house import Change, Noted, Posted, Staff, Talked
from bot.core.letter import LetterKind
from bot.core.message import fold
from bot.core.relay import (
    DECLINED,
    HOUR,
    Changes,
    Relay,
    has_declined,
    in_place,
    rings_replaced,
    told,
    told_staff,
)

HANDED = "handed"
"""Detail of a conversation, and value of a letter: who answered before has left it, and nobody has taken it since."""
UNREAD = "unread"
"""Value of a letter: nobody has read what waited."""
FIRST = 3
"""As many are called at first; the others rest."""
LOOK_EVERY = timedelta(minutes=10)
"""How often what was left is called out to who is there and was not called since."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls."""

    address: str
    language: str


def call(relay: Relay, line: Line, caller: Caller, aim: Aim = Aim.TALK, topic: str = "") -> Changes:
    """Call those on duty; who is in a conversation as a woman already begins no second one."""
    began = _began(relay, line, caller, aim, topic)
    if began is None:
        return ()
    first = first_ring(relay, began)
    return _rung(relay, began, first) if first else nobody(relay, began)


def leave_message(relay: Relay, line: Line, caller: Caller, aim: Aim = Aim.TALK, topic: str = "") -> Changes:
    """Let her write for whoever comes on duty next."""
    began = _began(relay, line, caller, aim, topic) if line.takes_messages else None
    if began is None:
        return ()
    first = first_ring(relay, began)
    return _rung(relay, began, first) if first else (Talked(_left(relay, began)),)


def _began(relay: Relay, line: Line, caller: Caller, aim: Aim, topic: str) -> Conversation | None:
    to = caller.address
    if not to or any(each.is_live and each.woman == to for each in relay.house.conversations):
        return None
    parts = (line.id, aim.value)
    began = Conversation(relay.made(*parts), line.id, aim, relay.new_words(*parts), to, caller.language, topic)
    return began.changed(touched=fold(relay.now), since=relay.seconds)


def _left(relay: Relay, conversation: Conversation) -> Conversation:
    # Nobody needs to know from a file when in the hour she wrote.
    until = fold(relay.now) * HOUR + int(WAITING_KEPT.total_seconds())
    left = conversation.changed(state=ConversationState.LEFT, since=0, left_until=until)
    # Who overlooked a call is called again: nobody has it.
    return left.changed(rung=(), due_at=_next_look(relay, left))


def _next_look(relay: Relay, conversation: Conversation) -> int:
    """Return when it is looked at next: for all at the same times, so that none says when it began."""
    look = int(LOOK_EVERY.total_seconds())
    return min((relay.seconds // look + 1) * look, conversation.left_until)


def is_on_duty(relay: Relay, staff: Staff) -> bool:
    """Tell whether somebody is on duty now."""
    return staff.duty_until > relay.seconds


def speaks(relay: Relay, staff: Staff, line: str, language: str) -> bool:
    """Tell whether somebody answers in a language: her own words for it, else those of her line."""
    known = relay.library.lines.get(line)
    return language in (staff.languages or (known.languages if known else ()) or (language,))


def within_reach(relay: Relay, conversation: Conversation) -> list[Staff]:
    """Return who may be called to it now, the least busy first: who was not called yet, nor left it to others."""
    found = [
        staff
        for staff in relay.house.team
        if _is_free(relay, conversation, staff)
        and staff.designation not in conversation.rung
        and not has_declined(conversation, staff.address)
    ]
    return sorted(found, key=lambda staff: busy(relay, staff))


def _is_free(relay: Relay, conversation: Conversation, staff: Staff) -> bool:
    """Tell whether somebody could take it: on duty, not in it, and never herself."""
    return (
        staff.answers(conversation.line)
        and is_on_duty(relay, staff)
        and staff.address not in ("", conversation.woman)
        and conversation.seat_of(staff.designation) is None
        and busy(relay, staff) < relay.house.rules.most_conversations
    )


def busy(relay: Relay, staff: Staff) -> int:
    """Return how many conversations somebody has open."""
    return relay.house.busy.get(staff.designation, 0)


def first_ring(relay: Relay, conversation: Conversation) -> list[Staff]:
    """Return the few who are called first: who shares her language, and without any everybody."""
    found = within_reach(relay, conversation)
    hers = [staff for staff in found if speaks(relay, staff, conversation.line, conversation.language)]
    return hers[:FIRST] or found


def _rung(relay: Relay, conversation: Conversation, called: list[Staff]) -> Changes:
    line = relay.line(conversation)
    due_at = relay.due(line.ring) if line else relay.seconds
    return _called(conversation.changed(due_at=due_at), called)


def _called(conversation: Conversation, called: list[Staff]) -> Changes:
    """Call some, each beneath all else: a call that she has overlooked stands somewhere above."""
    gone = tuple(each for staff in called for each in _ring_gone(conversation, staff))
    for staff in called:
        conversation = _without_calls(conversation, staff.address)
    names = (*conversation.rung, *(staff.designation for staff in called))
    ringing = conversation.changed(rung=tuple(dict.fromkeys(names)))
    return (Talked(ringing), *gone, *rings(ringing, called))


def rings(conversation: Conversation, called: list[Staff]) -> Iterator[Posted]:
    """Call somebody: two words, a language, a topic."""
    return (told_staff(conversation, staff.address, LetterKind.RING) for staff in called)


def decline(relay: Relay, conversation: Conversation, staff: Staff) -> Changes:
    """Take a call out of the chat of who leaves it to others: nothing more is written to her about it."""
    ring = in_place(conversation, staff.address, LetterKind.RING)
    if conversation.state not in CALLED or not ring:
        return ()
    return (Talked(declined(relay, conversation, staff.address)), *_ring_gone(conversation, staff))


def declined(relay: Relay, conversation: Conversation, address: str) -> Conversation:
    """Note that somebody leaves it to others: she is called to it again only when her next duty begins."""
    kept = _without_calls(conversation, address)
    return kept.changed(pairs=(*kept.pairs, Pair("", DECLINED, address, (), fold(relay.now))))


def new_call(conversation: Conversation) -> Conversation:
    """Forget who was called, and who left it to others: the next call is another one."""
    return conversation.changed(rung=(), pairs=tuple(each for each in conversation.pairs if each.handle != DECLINED))


def _without_calls(conversation: Conversation, address: str) -> Conversation:
    """Forget what is known of calls to it in the chat of somebody."""
    calls = (LetterKind.RING.value, DECLINED)
    kept = (each for each in conversation.pairs if each.of or each.to != address or each.handle not in calls)
    return conversation.changed(pairs=tuple(kept))


def _ring_gone(conversation: Conversation, staff: Staff) -> Iterator[Posted]:
    if ring := in_place(conversation, staff.address, LetterKind.RING):
        gone = told_staff(conversation, staff.address, LetterKind.TAKEN_BACK).letter
        yield Posted(gone.changed(replaces=ring))


def again(relay: Relay, conversation: Conversation) -> Changes:
    """Call anew after a hand-over, and tell her what is true: somebody is called, or nobody is there."""
    details = {**conversation.details, HANDED: "yes"}
    handed = conversation.changed(state=ConversationState.WAITING, since=relay.seconds, details=details)
    first = first_ring(relay, handed)
    if not first:
        return nobody(relay, handed)
    return (told(handed, handed.woman, LetterKind.HANDED_OVER), *_rung(relay, handed, first))


def nobody(relay: Relay, conversation: Conversation) -> Changes:
    """Tell her that nobody is there; where the line takes messages, hers wait for who comes, also after a hand-over."""
    line = relay.line(conversation)
    noted = Noted(f"{TALK} {conversation.line} {NOBODY}", relay.now.date())
    handed = {HANDED: "yes"} if HANDED in conversation.details else {}
    letter = told(conversation, conversation.woman, LetterKind.NOBODY, **handed)
    if line and line.takes_messages and (conversation.held or conversation.details):
        return (Talked(_left(relay, conversation)), letter, noted)
    replaced = rings_replaced(relay, conversation, LetterKind.ENDED)
    return (Talked(conversation.ended(fold(relay.now))), letter, noted, *replaced)


def come_on_duty(relay: Relay, staff: Staff, *, anew: bool) -> Iterator[Change]:
    """Call somebody on duty to what waits on her lines: as her duty begins also to what she was called to before."""
    for conversation in relay.house.conversations:
        if conversation.state not in (ConversationState.WAITING, ConversationState.LEFT):
            continue
        is_called = _is_free(relay, conversation, staff) if anew else staff in within_reach(relay, conversation)
        if is_called:
            yield from _called(conversation, [staff])


def tick(relay: Relay, conversation: Conversation) -> Changes:
    """Do what is due: the next ring, the end of waiting, the end of a silence, or what a revoked role leaves behind."""
    if lost := orphaned(relay, conversation):
        return lost
    is_due = conversation.is_live and 0 < conversation.due_at <= relay.seconds
    return _due(relay, conversation) if is_due else ()


def _due(relay: Relay, conversation: Conversation) -> Changes:
    match conversation.state:
        case ConversationState.WAITING:
            rest = within_reach(relay, conversation)
            return _rung(relay, conversation, rest) if rest else nobody(relay, conversation)
        case ConversationState.LEFT if relay.seconds < conversation.left_until:
            return _looked_at(relay, conversation)
        case ConversationState.SECOND:
            return alone(relay, conversation)
    return _expired(relay, conversation)


def _expired(relay: Relay, conversation: Conversation) -> Changes:
    """End it after a silence; what nobody has read did not end for want of words, and she is told so."""
    ended = end(relay, conversation, kind=LetterKind.EXPIRED)
    if conversation.is_open:
        return ended
    hers = told(conversation, conversation.woman, LetterKind.EXPIRED, **{UNREAD: "yes"})
    return tuple(hers if isinstance(each, Posted) and each.letter.to == hers.letter.to else each for each in ended)


def _looked_at(relay: Relay, conversation: Conversation) -> Changes:
    """Call who is there by now: one who had too much open may have it no more."""
    again = conversation.changed(due_at=_next_look(relay, conversation))
    return _called(again, first_ring(relay, conversation))


def alone(relay: Relay, conversation: Conversation) -> Changes:
    """Call no second one any more: who asked for her is told, and who was called that it is over."""
    renewed = relay.renewed()
    going_on = conversation.changed(state=ConversationState.OPEN, due_at=renewed["due_at"])
    replaced = rings_replaced(relay, conversation, LetterKind.OVER)
    told = (told_staff(conversation, seat.address, LetterKind.ALONE) for seat in relay.answering(conversation))
    return (Talked(going_on.changed(rung=())), *replaced, *told)
