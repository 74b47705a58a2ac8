"""How a conversation ends: both sides are told, and nothing is left in it by which anybody could be found."""

from collections.abc import Iterator, Mapping

from bot.core.calls import TALK
from bot.core.conversation import COUNTED, Aim, Conversation
from bot.core.house import Blocked, Noted, Posted, Talked
from bot.core.letter import LetterKind
from bot.core.message import fold
from bot.core.relay import Changes, Relay, rings_replaced, told, told_staff

FOR_GOOD = "for_good"
"""Value of a letter: she is not answered any more, so that nothing is offered to her."""


def end(
    relay: Relay,
    conversation: Conversation,
    by: str = "",
    kind: LetterKind = LetterKind.ENDED,
    *,
    is_for_good: bool = False,
) -> Changes:
    """End it; whoever ended it, at the address `by`, reads so on her screen, and the others by a letter."""
    if not conversation.is_live:
        return ()
    more = {FOR_GOOD: "yes"} if is_for_good else {}
    letters = _farewells(relay, conversation, by, kind, more)
    return (Talked(conversation.ended(fold(relay.now))), *letters)


def _farewells(
    relay: Relay, conversation: Conversation, by: str, kind: LetterKind, more: Mapping[str, str]
) -> Iterator[Posted]:
    if conversation.woman != by:
        yield told(conversation, conversation.woman, kind, **more)
    for seat in relay.answering(conversation):
        if seat.address != by:
            yield told_staff(conversation, seat.address, kind)
        if conversation.is_hard and conversation.aim is not Aim.SUPPORT:
            yield told_staff(conversation, seat.address, LetterKind.DEBRIEF)
    # Who was called reads only that it is over, never why.
    yield from rings_replaced(relay, conversation, LetterKind.ENDED)


def close(relay: Relay, conversation: Conversation, staff: str, word: str) -> Changes:
    """Say, in one of our words, what it was about; what the woman has ended already can still be counted, once."""
    seat = conversation.seat_of(staff)
    if not seat or seat not in relay.answering(conversation) or not word:
        return ()
    noted = Noted(f"{TALK} {conversation.line} {word}", relay.now.date())
    if conversation.is_live:
        ended, *letters = end(relay, conversation, seat.address)
        closed = ended.conversation.changed(topic=COUNTED) if isinstance(ended, Talked) else conversation
        return (Talked(closed), *letters, noted)
    if conversation.topic == COUNTED:
        return ()
    return (Talked(conversation.changed(topic=COUNTED)), noted)


def block(relay: Relay, conversation: Conversation, staff: str) -> Changes:
    """End it, and answer whoever wrote no more."""
    seat = conversation.seat_of(staff)
    if not seat or seat not in relay.answering(conversation) or not conversation.is_open:
        return ()
    return (*end(relay, conversation, seat.address, is_for_good=True), Blocked(conversation.woman))


def orphaned(relay: Relay, conversation: Conversation) -> Changes:
    """End a conversation in which everybody who answered was revoked, or whose line is gone."""
    is_empty = conversation.is_open and not relay.answering(conversation)
    return end(relay, conversation) if is_empty or relay.line(conversation) is None else ()
