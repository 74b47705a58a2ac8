"""What becomes of a conversation when a letter of it has arrived, has not, or has nobody to go to."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from bot.core.conversation import (
    CALLED,
    MOST_HELD,
    MOST_PAIRS,
    Conversation,
    ConversationState,
    Pair,
    Said,
)
from bot.core.house import Change, House, Posted, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.message import Missed, fold
from bot.core.pairing import is_young, of_message

Fate = Literal["gone", "failed", "late"]
"""She blocked us, the platform would not take it, or its time is over."""
ACROSS = (LetterKind.SAID, LetterKind.CHANGED)
"""What somebody wrote, and would believe to have been read."""
WHAT, WHY = "what", "why"
"""Values of a letter: what did not go along, and why."""


def delivered(
    conversation: Conversation, letter: Letter, there: tuple[str, ...], now: datetime, *, is_whole: bool = True
) -> Conversation:
    """Return the conversation that knows which message of one chat is which in the other.

    One that is not whole is words alone, whatever was to go along.
    """
    if letter.kind is LetterKind.TAKEN_BACK:
        kept = [
            each for each in conversation.pairs if each.to != letter.to or not set(each.there) & set(letter.replaces)
        ]
        return conversation.changed(pairs=tuple(kept))
    if not there or not (letter.handle or letter.to != conversation.woman):
        return conversation
    beside = [each for each in _copies(conversation, letter) if _is_beside(each, letter)]
    there = (*(handle for pair in beside for handle in pair.there), *there)
    is_media = bool(beside or (letter.media and is_whole))
    new = Pair(sender(conversation, letter), letter.handle, letter.to, there, fold(now), is_media)
    kept = [each for each in conversation.pairs if not _is_replaced(each, new, letter)]
    young = [each for each in (*kept, new) if is_young(each.hour, now)]
    return conversation.changed(pairs=tuple(young[-MOST_PAIRS:]))


def _copies(conversation: Conversation, letter: Letter) -> list[Pair]:
    """Return what stands in the reader's chat for the message that a letter changes."""
    if letter.kind is not LetterKind.CHANGED:
        return []
    copies = of_message(conversation, sender(conversation, letter), letter.handle)
    return [each for each in copies if each.to == letter.to]


def _is_beside(copy: Pair, letter: Letter) -> bool:
    """Tell whether a change comes beside what it changes: words alone take no voice note or picture away."""
    return copy.is_media and letter.media is None


def in_its_place(conversation: Conversation, letter: Letter) -> Letter:
    """Return a letter with the messages that it changes, as they stand when it leaves."""
    copies = _copies(conversation, letter)
    if not copies:
        return letter
    return letter.changed(replaces=tuple(at for each in copies if not _is_beside(each, letter) for at in each.there))


def is_of(conversation: Conversation, letter: Letter, of: str, handle: str) -> bool:
    """Tell whether a letter brings what `of` wrote under `handle`, or a change of it."""
    is_across = bool(handle) and letter.kind in ACROSS and letter.handle == handle
    return is_across and sender(conversation, letter) == of


def reworded(waiting: Sequence[Letter], change: Letter) -> Letter | None:
    """Return the first of the letters that wait with the new words, so that only these arrive; `None` without any."""
    if not waiting:
        return None
    return waiting[0].changed(text=change.text, media=change.media or waiting[0].media)


def _is_replaced(old: Pair, new: Pair, letter: Letter) -> bool:
    """Tell whether the message stands in the place of an older one."""
    if old.to != new.to:
        return False
    return bool(set(old.there) & {*new.there, *letter.replaces}) or (
        bool(new.handle) and (old.of, old.handle) == (new.of, new.handle)
    )


def sender(conversation: Conversation, letter: Letter) -> str:
    """Return who wrote a letter: where it does not say so, the other side, if that is one person."""
    if letter.of or letter.kind not in (*ACROSS, LetterKind.TAKEN_BACK):
        return letter.of
    if letter.to != conversation.woman:
        return conversation.woman
    return conversation.seats[0].address if len(conversation.seats) == 1 else ""


def is_lost(conversation: Conversation, letter: Letter) -> bool:
    """Tell whether a letter that has not left is of no use: to who sits there no more, or of a call that is over."""
    if letter.kind is LetterKind.RING:
        return conversation.state not in CALLED
    if letter.kind is LetterKind.PLACE:
        return conversation.state is not ConversationState.WAITING
    is_to_seat = letter.kind in ACROSS and letter.to != conversation.woman
    return conversation.is_live and is_to_seat and all(seat.address != letter.to for seat in conversation.seats)


def handed_back(conversation: Conversation, lost: Iterable[Letter]) -> Conversation:
    """Return a conversation that nobody answers now with what its last reader did not get, for the next one."""
    if conversation.seats or not conversation.is_live:
        return conversation
    known = {each.handle for each in conversation.held if each.handle}
    said = (each for each in lost if each.kind is LetterKind.SAID and each.handle not in known)
    held = (*(Said(each.text, each.media, each.handle) for each in said), *conversation.held)
    return conversation.changed(held=held[:MOST_HELD])


def undelivered(conversation: Conversation | None, letter: Letter, fate: Fate, now: datetime) -> tuple[Change, ...]:
    """Return what follows from a letter that does not arrive: whoever counts on it is told."""
    if conversation is None or not conversation.is_live:
        return ()
    if fate == "gone" and letter.to == conversation.woman:
        return tuple(_ended(conversation, [seat.address for seat in conversation.seats], now))
    if fate == "gone" and any(seat.address == letter.to for seat in conversation.seats):
        return tuple(_unseated(conversation, (letter.to,), now))
    to = sender(conversation, letter) if letter.kind in ACROSS else ""
    if not to:
        return ()
    return (Posted(Letter(to, LetterKind.NOT_DELIVERED, conversation.id, _values(conversation, to))),)


def left_out(conversation: Conversation, letter: Letter, missed: Missed) -> tuple[Change, ...]:
    """Tell who sent a voice note or a picture that its reader has a line in its place: once, however many read it."""
    to = sender(conversation, letter) if letter.kind in ACROSS and letter.media and missed else ""
    copies = of_message(conversation, to, letter.handle)
    if not to or not letter.media or any(each.to != letter.to and not each.is_media for each in copies):
        return ()
    values = {**_values(conversation, to), WHAT: letter.media.kind, WHY: missed}
    return (Posted(Letter(to, LetterKind.LEFT_OUT, conversation.id, values)),)


def abandoned(house: House, now: datetime) -> Iterator[Change]:
    """Take the seats of those who answer no more, and tell whom they answered."""
    known = {staff.address for staff in house.team}
    for conversation in house.conversations:
        gone = tuple(seat.address for seat in conversation.seats if seat.address not in known)
        if gone and conversation.is_live:
            yield from _unseated(conversation, gone, now)


def _unseated(conversation: Conversation, gone: tuple[str, ...], now: datetime) -> Iterator[Change]:
    """Let some leave; with the last of them it ends."""
    seats = tuple(seat for seat in conversation.seats if seat.address not in gone)
    left = conversation.changed(seats=seats)
    if seats:
        yield Talked(left)
    else:
        yield from _ended(left, [left.woman], now)


def _ended(conversation: Conversation, told: Sequence[str], now: datetime) -> Iterator[Change]:
    """End it; whoever is still there is told, and who has a call to it in her chat."""
    yield Talked(conversation.ended(fold(now)))
    calls = {pair.to: pair.there for pair in conversation.pairs if _is_call(pair) and pair.to not in told}
    for to, replaces in (dict.fromkeys(told, ()) | calls).items():
        yield Posted(Letter(to, LetterKind.ENDED, conversation.id, _values(conversation, to), replaces=replaces))


def _is_call(pair: Pair) -> bool:
    return not pair.of and pair.handle == LetterKind.RING.value


def _values(conversation: Conversation, to: str) -> dict[str, str]:
    """Return what a letter leaves open: who writes bears two words for who answers, and nobody has any for her."""
    return {"line": conversation.line} if to == conversation.woman else {"designation": conversation.designation}
