"""Which message in one chat is which in the other, so that answers, changes and deletions find their way."""

from datetime import datetime

from bot.core.conversation import MOST_PAIRS, PAIR_KEPT, Conversation, Pair, Renamed
from bot.core.message import fold

_PAIR_HOURS = int(PAIR_KEPT.total_seconds()) // 3600


def of_message(conversation: Conversation, of: str, handle: str) -> tuple[Pair, ...]:
    """Return the copies of what `of` wrote under `handle`."""
    return tuple(each for each in conversation.pairs if handle and each.of == of and each.handle == handle)


def knows(conversation: Conversation, address: str, handle: str) -> bool:
    """Tell whether a message in somebody's chat belongs to a conversation: it came from it, or went into it."""
    first = first_of(conversation, handle)
    return bool(handle) and any(
        (each.to == address and handle in each.there) or (each.of == address and each.handle == first)
        for each in conversation.pairs
    )


def first_of(conversation: Conversation, handle: str) -> str:
    """Return the handle that a message had at first: some platforms name what was changed by its last change."""
    return next((each.first for each in conversation.renamed if each.handle == handle), handle)


def renaming(conversation: Conversation, first: str, handle: str, now: datetime) -> Conversation:
    """Return the conversation that knows a message by another handle too."""
    if not handle or handle == first:
        return conversation
    new = Renamed(handle, first, fold(now))
    young = [each for each in (*conversation.renamed, new) if is_young(each.hour, now)]
    return conversation.changed(renamed=tuple(young[-MOST_PAIRS:]))


def is_young(hour: int, now: datetime) -> bool:
    """Tell whether it is still remembered which message is which."""
    return fold(now) - hour < _PAIR_HOURS
