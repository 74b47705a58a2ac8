"""What is said in a conversation: by copy to whoever is on the other side at that time, and to nobody else."""

from hashlib import blake2b

from bot.core.conversation import MOST_HELD, Conversation, ConversationState, Said
from bot.core.ending import orphaned
from bot.core.house import Posted, Recalled, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.pairing import of_message
from bot.core.relay import Changes, Relay, told, told_staff
from bot.core.speech import normalise


def say(relay: Relay, conversation: Conversation, of: str, said: Said) -> Changes:
    """Say something: nothing comes of it where `of` is no part of it, and she has to be told so."""
    if conversation.state in (ConversationState.WAITING, ConversationState.LEFT):
        return _held(conversation, said) if of == conversation.woman else ()
    if gone := orphaned(relay, conversation):
        return gone
    to = relay.counterparts(conversation, of)
    if not to or _is_known(conversation, of, said.handle):
        return ()
    if of == conversation.woman and conversation.is_code_asked and said.text and not said.media:
        return _compared(relay, conversation, said.text)
    renewed = relay.renewed()
    if conversation.state is ConversationState.SECOND:
        del renewed["due_at"]
    letters = (Posted(_letter(relay, conversation, of, each, said)) for each in to)
    return (Talked(conversation.changed(**renewed)), *letters)


def _held(conversation: Conversation, said: Said) -> Changes:
    """Keep what she says until somebody is there."""
    is_known = said.handle and any(each.handle == said.handle for each in conversation.held)
    if is_known or len(conversation.held) >= MOST_HELD:
        return ()
    return (Talked(conversation.changed(held=(*conversation.held, said))),)


def _is_known(conversation: Conversation, of: str, handle: str) -> bool:
    return bool(of_message(conversation, of, handle))


def _letter(relay: Relay, conversation: Conversation, of: str, to: str, said: Said) -> Letter:
    if of == conversation.woman:
        return said_letter(conversation, to, said)
    if to == conversation.woman:
        return said_letter(conversation, to, said).changed(values={"line": conversation.line}, of=of)
    letter = said_letter(conversation, to, said)
    return letter.changed(values={**letter.values, "by": _designation(relay, conversation, of)}, of=of)


def said_letter(conversation: Conversation, to: str, said: Said) -> Letter:
    """Return what a woman said, for who answers."""
    letter = told_staff(conversation, to, LetterKind.SAID).letter
    return letter.changed(text=said.text, media=said.media, handle=said.handle)


def _designation(relay: Relay, conversation: Conversation, of: str) -> str:
    return next((seat.staff for seat in relay.answering(conversation) if seat.address == of), "")


def change(relay: Relay, conversation: Conversation, of: str, handle: str, text: str) -> Changes:
    """Say something anew in its place, to those of its readers who are still there."""
    if any(each.handle == handle for each in conversation.held) and of == conversation.woman and handle:
        held = tuple(Said(text, each.media, handle) if each.handle == handle else each for each in conversation.held)
        return (Talked(conversation.changed(held=held)),)
    there = relay.counterparts(conversation, of)
    letters = []
    for pair in of_message(conversation, of, handle):
        if pair.to in there:
            letter = _letter(relay, conversation, of, pair.to, Said(text, handle=handle))
            letters.append(Posted(letter.changed(kind=LetterKind.CHANGED, replaces=pair.there)))
    return tuple(letters)


def take_back(relay: Relay, conversation: Conversation, of: str, handle: str) -> Changes:
    """Take something back, from those of its readers who are still there."""
    if any(each.handle == handle for each in conversation.held) and of == conversation.woman and handle:
        held = tuple(each for each in conversation.held if each.handle != handle)
        return (Talked(conversation.changed(held=held)),)
    there = relay.counterparts(conversation, of)
    copies = [pair for pair in of_message(conversation, of, handle) if pair.to in there]
    # To some of its readers it may be still on its way, or its change is.
    recalled = (Recalled(conversation.id, of, handle),) if handle else ()
    if not copies:
        return recalled
    pairs = tuple(pair for pair in conversation.pairs if pair not in copies)
    letters = []
    for pair in copies:
        letter = _letter(relay, conversation, of, pair.to, Said())
        letters.append(Posted(letter.changed(kind=LetterKind.TAKEN_BACK, replaces=pair.there)))
    return (*recalled, Talked(conversation.changed(pairs=pairs)), *letters)


def with_code(conversation: Conversation, code: str) -> Conversation:
    """Keep what the word is known by which says later that it is still her."""
    return conversation.changed(code=fingerprint(code) if normalise(code) else "")


def fingerprint(code: str) -> str:
    """Return what a word is known by: never the word."""
    return blake2b(normalise(code).encode(), digest_size=12).hexdigest()


def ask_code(relay: Relay, conversation: Conversation, staff: str) -> Changes:
    """Ask her for her word: what she writes next is compared and goes to nobody."""
    seat = conversation.seat_of(staff)
    if not seat or seat not in relay.answering(conversation) or not conversation.is_open:
        return ()
    if not conversation.code:
        return (told_staff(conversation, seat.address, LetterKind.CODE_NONE),)
    if conversation.is_code_asked:
        return ()
    asked = conversation.changed(is_code_asked=True)
    return (Talked(asked), told(conversation, conversation.woman, LetterKind.CODE_ASKED))


def _compared(relay: Relay, conversation: Conversation, text: str) -> Changes:
    is_right = fingerprint(text) == conversation.code
    kind = LetterKind.CODE_RIGHT if is_right else LetterKind.CODE_WRONG
    seats = relay.answering(conversation)
    answered = conversation.changed(is_code_asked=False)
    return (Talked(answered), *(told_staff(conversation, seat.address, kind) for seat in seats))
