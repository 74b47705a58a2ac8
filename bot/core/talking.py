"""What is said in a conversation: by copy to whoever is on the other side at that time, and to nobody else."""

from hashlib import blake2b

from bot.core.conversation import MOST_HELD, Conversation, ConversationState, Said
from bot.core.delivery import in_its_place, is_of
from bot.core.ending import orphaned
from bot.core.house import Posted, Recalled, Reworded, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.pairing import first_of, of_message, renaming
from bot.core.relay import Changes, Relay, told, told_staff
from bot.core.speech import normalise

READY = "ready"
"""What a letter keeps of a ready answer: its name."""


def say(relay: Relay, conversation: Conversation, of: str, said: Said) -> Changes:
    """Say something: nothing comes of it where `of` is no part of it, and she has to be told so."""
    if conversation.state in (ConversationState.WAITING, ConversationState.LEFT):
        return _held(relay, conversation, said) if of == conversation.woman else ()
    if gone := orphaned(relay, conversation):
        return gone
    to = relay.counterparts(conversation, of)
    if not to or _is_known(conversation, of, said.handle):
        return ()
    if of == conversation.woman and _is_to_compare(relay, conversation, said):
        return _compared(relay, conversation, said)
    renewed = relay.renewed()
    if conversation.state is ConversationState.SECOND:
        del renewed["due_at"]
    letters = (Posted(_letter(relay, conversation, of, each, said)) for each in to)
    return (Talked(conversation.changed(**renewed)), *letters)


def _held(relay: Relay, conversation: Conversation, said: Said) -> Changes:
    """Keep what she says until somebody is there."""
    if _is_word(relay, conversation, said):
        return (Talked(conversation),)
    is_known = said.handle and any(each.handle == said.handle for each in conversation.held)
    if is_known or is_full(conversation):
        return ()
    return (Talked(conversation.changed(held=(*conversation.held, said))),)


def is_full(conversation: Conversation) -> bool:
    """Tell whether no more of what she says can be kept until somebody is there."""
    return len(conversation.held) >= MOST_HELD


def _is_known(conversation: Conversation, of: str, handle: str) -> bool:
    return bool(of_message(conversation, of, handle))


def _letter(relay: Relay, conversation: Conversation, of: str, to: str, said: Said) -> Letter:
    letter = said_letter(conversation, to, said)
    if of == conversation.woman:
        return letter
    ready = {READY: said.ready, "line": conversation.line} if said.ready else {}
    if to == conversation.woman:
        return letter.changed(values={"line": conversation.line, **ready}, of=of)
    return letter.changed(values={**letter.values, **ready, "by": _designation(relay, conversation, of)}, of=of)


def said_letter(conversation: Conversation, to: str, said: Said) -> Letter:
    """Return what was said, as who answers gets it."""
    letter = told_staff(conversation, to, LetterKind.SAID).letter
    return letter.changed(text=said.text, media=said.media, handle=said.handle)


def _designation(relay: Relay, conversation: Conversation, of: str) -> str:
    return next((seat.staff for seat in relay.answering(conversation) if seat.address == of), "")


def named_anew(relay: Relay, conversation: Conversation, of: str, handle: str, name: str) -> Conversation | None:
    """Return the conversation that knows a message by another name too; `None` where nobody has it, or will."""
    first = first_of(conversation, handle)
    if not first or not (_is_held(conversation, of, first) or _readers(relay, conversation, of, first)):
        return None
    return renaming(conversation, first, name, relay.now)


def change(relay: Relay, conversation: Conversation, of: str, handle: str, said: Said) -> Changes:
    """Say something anew: where it waits, or to those who have read it and are still there."""
    first = first_of(conversation, handle)
    if of == conversation.woman and _is_word(relay, conversation, said):
        return _compared(relay, conversation, said)
    if _is_held(conversation, of, first):
        held = (_anew(each, said) if each.handle == first else each for each in conversation.held)
        return (Talked(conversation.changed(held=tuple(held))),)
    letters = []
    for to in _readers(relay, conversation, of, first):
        letter = _letter(relay, conversation, of, to, Said(said.text, said.media, first))
        letters.append(Reworded(in_its_place(conversation, letter.changed(kind=LetterKind.CHANGED))))
    return (Talked(conversation), *letters) if letters else ()


def _anew(old: Said, new: Said) -> Said:
    return Said(new.text, new.media or old.media, old.handle)


def _is_held(conversation: Conversation, of: str, handle: str) -> bool:
    is_there = any(each.handle == handle for each in conversation.held)
    return bool(handle) and of == conversation.woman and is_there


def _readers(relay: Relay, conversation: Conversation, of: str, handle: str) -> list[str]:
    """Return who has a message and is still there, and to whom it is on its way."""
    there = relay.counterparts(conversation, of)
    having = {each.to for each in of_message(conversation, of, handle) if each.to in there}
    coming = relay.house.on_its_way(conversation.id)
    return sorted(having | {each.to for each in coming if is_of(conversation, each, of, handle)})


def take_back(relay: Relay, conversation: Conversation, of: str, handle: str) -> Changes:
    """Take something back, from those of its readers who are still there, and from those who do not have it yet."""
    first = first_of(conversation, handle)
    if _is_held(conversation, of, first):
        held = tuple(each for each in conversation.held if each.handle != first)
        return (Talked(conversation.changed(held=held)),)
    recalled = (Recalled(conversation.id, of, first),) if first else ()
    there = relay.counterparts(conversation, of)
    copies = [pair for pair in of_message(conversation, of, first) if pair.to in there]
    if not copies:
        return recalled
    pairs = tuple(pair for pair in conversation.pairs if pair not in copies)
    letters = []
    for pair in copies:
        letter = _letter(relay, conversation, of, pair.to, Said())
        letters.append(Posted(letter.changed(kind=LetterKind.TAKEN_BACK, replaces=pair.there)))
    return (Talked(conversation.changed(pairs=pairs)), *recalled, *letters)


def last_said(relay: Relay, conversation: Conversation, of: str) -> str:
    """Return the handle of the newest message of `of` that waits, is on its way, or that a reader has who is there."""
    there = relay.counterparts(conversation, of)
    found = [each.handle for each in conversation.held if of == conversation.woman]
    found += [pair.handle for pair in conversation.pairs if pair.of == of and pair.to in there]
    coming = (each for each in relay.house.on_its_way(conversation.id) if each.to in there)
    found += [each.handle for each in coming if is_of(conversation, each, of, each.handle)]
    # What is changed later is not said later: platforms count their messages, and the first name of one stays.
    return max(filter(None, found), key=lambda handle: (len(handle), handle), default="")


def with_code(conversation: Conversation, code: str) -> Conversation:
    """Keep what the word is known by which says later that it is still her."""
    return conversation.changed(code=fingerprint(code))


def fingerprint(code: str) -> str:
    """Return what a word is known by: never the word."""
    # Of signs alone, such as a flower, nothing is left without them: any other would be the same word.
    known = normalise(code) or " ".join(code.split())
    return blake2b(known.encode(), digest_size=12).hexdigest()


def ask_code(relay: Relay, conversation: Conversation, staff: str) -> Changes:
    """Ask her for her word: what could be meant as one is compared and goes to nobody."""
    seat = conversation.seat_of(staff)
    if not seat or seat not in relay.answering(conversation) or not conversation.is_open:
        return ()
    if not conversation.code:
        return (told_staff(conversation, seat.address, LetterKind.CODE_NONE),)
    if conversation.is_code_asked:
        return ()
    asked = conversation.changed(is_code_asked=True)
    return (Talked(asked), told(conversation, conversation.woman, LetterKind.CODE_ASKED))


LONGEST_TRY = 3
"""Words of what may be meant as her word while it is asked for; what is longer is said to somebody."""


def _is_to_compare(relay: Relay, conversation: Conversation, said: Said) -> bool:
    """Tell whether it is her word, whenever she writes it, or could be meant as it while it is asked for."""
    if _is_word(relay, conversation, said):
        return True
    is_short = len(normalise(said.text).split()) <= LONGEST_TRY
    return conversation.is_code_asked and is_short and _may_be_word(relay, said)


def _is_word(relay: Relay, conversation: Conversation, said: Said) -> bool:
    is_set = conversation.code and fingerprint(said.text) == conversation.code
    return bool(is_set) and _may_be_word(relay, said)


def _may_be_word(relay: Relay, said: Said) -> bool:
    """Tell whether it is a text and no cry for help: that goes across, whatever her word is."""
    if not said.text or said.media:
        return False
    return not any(each.keyword.urgency for each in relay.library.vocabulary.find(normalise(said.text)))


def _compared(relay: Relay, conversation: Conversation, said: Said) -> Changes:
    """Tell who answers only whether it was her word, and her where it was not: it went to nobody."""
    is_right = _is_word(relay, conversation, said)
    kind = LetterKind.CODE_RIGHT if is_right else LetterKind.CODE_WRONG
    seats = relay.answering(conversation)
    hers = () if is_right else (told(conversation, conversation.woman, LetterKind.CODE_NOT_IT),)
    answered = conversation.changed(is_code_asked=False)
    return (Talked(answered), *hers, *(told_staff(conversation, seat.address, kind) for seat in seats))
