"""Which message in one chat is which in the other, so that answers, changes and deletions find their way."""

from collections.abc import Iterator
from datetime import datetime

from bot.core.conversation import MOST_PAIRS, PAIR_KEPT, Conversation, Pair
from bot.core.letter import Letter, LetterKind
from bot.core.message import fold

ACROSS = (LetterKind.SAID, LetterKind.CHANGED)


def delivered(conversation: Conversation, letter: Letter, there: tuple[str, ...], now: datetime) -> Conversation:
    """Note that a letter stands in the reader's chat under the handles `there`."""
    if not (conversation.is_live and letter.handle and there and letter.conversation == conversation.id):
        return conversation
    of = _writer(conversation, letter)
    pair = Pair(of, letter.handle, letter.to, there, fold(now))
    others = (each for each in conversation.pairs if (each.of, each.handle, each.to) != (of, letter.handle, letter.to))
    return conversation.changed(pairs=(*recent(others, now), pair)[-MOST_PAIRS:])


def _writer(conversation: Conversation, letter: Letter) -> str:
    if letter.kind not in ACROSS:
        return ""
    if not letter.sender:
        return conversation.woman
    seat = conversation.seat_of(letter.sender)
    return seat.address if seat else ""


def recent(pairs: Iterator[Pair], now: datetime) -> Iterator[Pair]:
    """Leave out what no platform lets us change any more."""
    first = fold(now) - int(PAIR_KEPT.total_seconds()) // 3600
    return (each for each in pairs if each.hour > first)


def of_message(conversation: Conversation, of: str, handle: str) -> tuple[Pair, ...]:
    """Return the copies of what `of` wrote under `handle`."""
    return tuple(each for each in conversation.pairs if handle and each.of == of and each.handle == handle)


def knows(conversation: Conversation, address: str, handle: str) -> bool:
    """Tell whether a message in somebody's chat belongs to a conversation: it came from it, or went into it."""
    return bool(handle) and any(
        (each.to == address and handle in each.there) or (each.of == address and each.handle == handle)
        for each in conversation.pairs
    )
