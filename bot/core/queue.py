"""Who waits on a line, in the order in which they began, and who is told that fewer are before her."""

from collections.abc import Iterable, Iterator

from bot.core.conversation import Aim, Conversation, ConversationState
from bot.core.letter import Letter, LetterKind
from bot.core.relay import in_place

AHEAD = "ahead"
"""Value of a letter: how many wait before its reader, and nothing else of them."""


def in_order(waiting: Iterable[Conversation]) -> list[Conversation]:
    """Return those who wait, whoever began first before all others."""
    return sorted((each for each in waiting if each.state is ConversationState.WAITING), key=_turn)


def _turn(conversation: Conversation) -> tuple[int, str]:
    return conversation.since, conversation.id


def waits_no_more(was: Conversation, now: Conversation) -> bool:
    """Tell whether a conversation leaves the queue of its line: it is taken, has ended, or is kept for later."""
    return was.state is ConversationState.WAITING and now.state is not ConversationState.WAITING


def moved_up(was: Conversation, waiting: Iterable[Conversation]) -> Iterator[Letter]:
    """Tell those who began after one that waits no more, among the others of its line, how many are before them now."""
    queue = in_order(each for each in waiting if each.id != was.id)
    for ahead, each in enumerate(queue):
        # Company and referrals wait for an answer, not for a turn.
        if _turn(each) > _turn(was) and each.aim is Aim.TALK:
            yield _place(each, ahead)


def _place(conversation: Conversation, ahead: int) -> Letter:
    kind, woman = LetterKind.PLACE, conversation.woman
    replaces = in_place(conversation, woman, kind)
    return Letter(woman, kind, conversation.id, {AHEAD: str(ahead)}, handle=kind.value, replaces=replaces)
