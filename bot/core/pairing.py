"""Which message in one chat is which in the other, so that answers, changes and deletions find their way."""

from bot.core.conversation import Conversation, Pair


def of_message(conversation: Conversation, of: str, handle: str) -> tuple[Pair, ...]:
    """Return the copies of what `of` wrote under `handle`."""
    return tuple(each for each in conversation.pairs if handle and each.of == of and each.handle == handle)


def knows(conversation: Conversation, address: str, handle: str) -> bool:
    """Tell whether a message in somebody's chat belongs to a conversation: it came from it, or went into it."""
    return bool(handle) and any(
        (each.to == address and handle in each.there) or (each.of == address and each.handle == handle)
        for each in conversation.pairs
    )
