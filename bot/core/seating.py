"""Who answers: taking a call, handing it over, calling a second one, and getting up."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.core.availability import is_here
from bot.core.company import taken
from bot.core.conversation import CALLED, Aim, Conversation, ConversationState, Seat
from bot.core.directory import Line
from bot.core.ending import end
from bot.core.errand import deleted
from bot.core.house import Posted, Served, Staff, Talked
from bot.core.letter import LetterKind
from bot.core.message import fold
from bot.core.relay import Changes, Relay, in_place, rings_replaced, told, told_staff
from bot.core.ringing import (
    HANDED,
    Caller,
    again,
    busy,
    call,
    declined,
    first_ring,
    is_on_duty,
    new_call,
    rings,
    speaks,
)
from bot.core.shift import counted, off_duty
from bot.core.talking import said_letter

NOTE, NOTE_IN = "note", "note_in"
"""Details of a conversation that was handed over: what the next one should know, and the language of who wrote it."""


@dataclass(frozen=True, slots=True)
class Note:
    """What one who hands over writes to the next."""

    text: str = field(default="", repr=False)
    language: str = ""
    """In which she reads the bot: in that she is likely to write."""


NO_NOTE = Note()


def may_take(relay: Relay, conversation: Conversation, staff: Staff) -> bool:
    """Tell whether a call is still there, and hers to take."""
    return (
        conversation.state in CALLED
        and relay.line(conversation) is not None
        and staff in relay.house.team
        and staff.answers(conversation.line)
        and staff.address not in ("", conversation.woman)
        and conversation.seat_of(staff.designation) is None
        and busy(relay, staff) < relay.house.rules.most_conversations
    )


def take(relay: Relay, conversation: Conversation, staff: Staff) -> Changes:
    """Let the first who presses answer: everybody else reads that it is taken."""
    if not may_take(relay, conversation, staff):
        return ()
    if conversation.state is ConversationState.SECOND:
        return _join(relay, conversation, staff)
    named = _named(relay, conversation, staff)
    ring = in_place(conversation, staff.address, LetterKind.RING)
    others = rings_replaced(relay, conversation, LetterKind.TAKEN, but=staff.designation)
    opened = new_call(named).changed(
        state=ConversationState.OPEN,
        seats=(Seat(staff.designation, staff.address),),
        held=(),
        since=0,
        left_until=0,
        details={name: value for name, value in conversation.details.items() if name not in (HANDED, NOTE, NOTE_IN)},
        **relay.renewed(),
    )
    opened, asked = taken(relay, opened)
    yours = told_staff(named, staff.address, LetterKind.YOURS).letter.changed(replaces=ring)
    letters = [told(named, named.woman, LetterKind.BEGUN), Posted(yours)]
    note = Note(conversation.details.get(NOTE, ""), conversation.details.get(NOTE_IN, ""))
    letters.extend(_noted(named, staff.address, note))
    held = (Posted(said_letter(named, staff.address, said)) for said in conversation.held)
    return (Talked(opened), *letters, *held, *others, *asked, Served(counted(staff, "talks", 1, relay.now)))


def _named(relay: Relay, conversation: Conversation, staff: Staff) -> Conversation:
    """Give it other words where she knows another by the same: two must never look alike to her."""
    others = (each for each in relay.house.conversations if each.id != conversation.id)
    if conversation.designation not in {each.designation for each in others if each.seat_of(staff.designation)}:
        return conversation
    return conversation.changed(designation=relay.new_words(conversation.id))


def _join(relay: Relay, conversation: Conversation, staff: Staff) -> Changes:
    if _named(relay, conversation, staff) is not conversation:
        return ()
    ring = in_place(conversation, staff.address, LetterKind.RING)
    others = rings_replaced(relay, conversation, LetterKind.TAKEN, but=staff.designation)
    seats = (*conversation.seats, Seat(staff.designation, staff.address))
    joined = conversation.changed(state=ConversationState.OPEN, seats=seats, rung=(), **relay.renewed())
    yours = told_staff(conversation, staff.address, LetterKind.YOURS).letter.changed(replaces=ring)
    letters = (told_staff(conversation, seat.address, LetterKind.JOINED) for seat in relay.answering(conversation))
    served = Served(counted(staff, "talks", 1, relay.now))
    hers = told(conversation, conversation.woman, LetterKind.JOINED)
    return (Talked(joined), Posted(yours), hers, *letters, *others, served)


def call_second(relay: Relay, conversation: Conversation, staff: str, *, speaking: bool = False) -> Changes:
    """Call one more of the line to it: in whatever language, or only who is `speaking` that of the woman."""
    seat = conversation.seat_of(staff)
    line = relay.line(conversation)
    if not seat or not line or conversation.state is not ConversationState.OPEN or len(conversation.seats) > 1:
        return ()
    conversation = new_call(conversation)
    called = first_ring(relay, conversation)
    if speaking:
        called = [each for each in called if speaks(relay, each, line.id, conversation.language)]
    if seat not in relay.answering(conversation) or not called:
        return ()
    rung = tuple(each.designation for each in called)
    calling = conversation.changed(state=ConversationState.SECOND, rung=rung, due_at=relay.due(line.ring))
    return (Talked(calling), *rings(calling, called))


def hand_over(relay: Relay, conversation: Conversation, staff: str, note: Note = NO_NOTE) -> Changes:
    """Give it to the next, with a note for her; where another answers too, it stays with her."""
    seat = conversation.seat_of(staff)
    if not seat or not conversation.is_open:
        return ()
    # Her yes may be taken back later, when nobody knows any more what stands in this chat.
    parted: Changes = (Talked(_parted(relay, conversation, seat)), *deleted(conversation, seat.address))
    left = _without(conversation, staff)
    if relay.answering(left):
        hers = told(left, left.woman, LetterKind.PARTED)
        return (Talked(left), *parted, hers, *_to_rest(relay, left, note))
    replaced = rings_replaced(relay, conversation, LetterKind.OVER)
    noted = {NOTE: note.text, NOTE_IN: note.language} if note.text else {}
    waiting = left.changed(seats=(), rung=(), details={**conversation.details, **noted}, is_code_asked=False)
    return (*parted, *replaced, *again(relay, declined(relay, waiting, seat.address)))


def _to_rest(relay: Relay, conversation: Conversation, note: Note) -> Iterator[Posted]:
    """Tell who stays that she goes on alone, and what she should know."""
    for seat in relay.answering(conversation):
        yield told_staff(conversation, seat.address, LetterKind.PARTED)
        yield from _noted(conversation, seat.address, note)


def _noted(conversation: Conversation, to: str, note: Note) -> Iterator[Posted]:
    if note.text:
        posted = told_staff(conversation, to, LetterKind.NOTE, **{NOTE_IN: note.language})
        yield Posted(posted.letter.changed(text=note.text))


def _without(conversation: Conversation, staff: str) -> Conversation:
    """Take her seat, and with it what the chat of hers had of it."""
    seat = conversation.seat_of(staff)
    address = seat.address if seat else ""
    return conversation.changed(
        seats=tuple(each for each in conversation.seats if each.staff != staff),
        pairs=tuple(each for each in conversation.pairs if address not in (each.of, each.to)),
    )


def _parted(relay: Relay, conversation: Conversation, seat: Seat) -> Conversation:
    """Leave to who got up that it is over for her: what she writes late must not go to another woman."""
    parted = conversation.ended(fold(relay.now)).changed(seats=(seat,))
    return parted.changed(id=relay.made("parted", conversation.id, seat.staff))


def mark_danger(relay: Relay, conversation: Conversation, staff: Staff, tutor: Line | None, language: str) -> Changes:
    """Note that it is a hard one, and call the tutor to who answers: never with anything of the woman's."""
    if not conversation.is_open or conversation.seat_of(staff.designation) not in relay.answering(conversation):
        return ()
    marked = () if conversation.is_hard else (Talked(conversation.changed(is_hard=True)),)
    return (*marked, *(support(relay, tutor, Caller(staff.address, language), "danger") if tutor else ()))


def support(relay: Relay, tutor: Line, caller: Caller, topic: str) -> Changes:
    """Call a tutor to who answers, if one is there now: nothing is promised to her where none is."""
    return call(relay, tutor, caller, Aim.SUPPORT, topic) if is_here(relay, tutor, caller.address) else ()


def get_up(relay: Relay, address: str, staff: Staff | None, *, forgets: bool = False) -> Changes:
    """Leave everything: what she has as a woman ends, what she answers goes to the others, and her duty is over."""
    changes: list[Changes] = []
    for conversation in relay.house.conversations:
        if conversation.is_live and conversation.woman == address:
            changes.append(end(relay, conversation, address))
        elif staff and conversation.is_open and conversation.seat_of(staff.designation):
            changes.append(hand_over(relay, conversation, staff.designation))
    if staff and is_on_duty(relay, staff) and not forgets:
        changes.append(off_duty(relay, staff))
    return tuple(change for each in changes for change in each if not _is_for(change, address))


def _is_for(change: object, address: str) -> bool:
    """Tell whether something would be written to who has just left: what is to go from her chat still does."""
    if not isinstance(change, Posted) or change.letter.kind is LetterKind.TAKEN_BACK:
        return False
    return change.letter.to == address
