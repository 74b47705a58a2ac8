"""What a conversation is for beside talking: what she agreed to, how it begins, and how she takes her yes back."""

from collections.abc import Iterable, Mapping

from bot.core.conversation import WITHDRAWN, Aim, Conversation
from bot.core.directory import Line
from bot.core.house import Change, Posted, Talked
from bot.core.letter import LetterKind
from bot.core.library import Library
from bot.core.message import fold, token
from bot.core.relay import Changes, Relay, told_staff
from bot.core.ringing import HANDED, Caller, call, leave_message
from bot.core.speech import DIRECTORY

AIMS = (Aim.COMPANY, Aim.REFERRAL)
PURPOSE, AGREED = "purpose", "agreed"
"""Details and answers: the need that she named, and the mark of the text that she said yes to."""


def begin(relay: Relay, line: Line, caller: Caller, aim: Aim, details: Mapping[str, str]) -> Changes:
    """Ask a line; while nobody is there, it waits for who comes next."""
    topic = aim.value
    changes = leave_message(relay, line, caller, aim, topic) or call(relay, line, caller, aim, topic)
    return tuple(_with(change, details) for change in changes)


def _with(change: Change, details: Mapping[str, str]) -> Change:
    if isinstance(change, Talked) and change.conversation.is_live:
        return Talked(change.conversation.changed(details={name: value for name, value in details.items() if value}))
    return change


def take_yes_back(relay: Relay, conversation: Conversation) -> Changes:
    """End it, drop what is not delivered, and delete what is, as far as the platforms let us."""
    if not conversation.is_live or conversation.aim not in AIMS:
        return ()
    ended = conversation.ended(fold(relay.now)).changed(topic=WITHDRAWN)
    return (Talked(ended), *deleted(conversation), *_told(relay, conversation))


def is_read(conversation: Conversation) -> bool:
    """Tell whether anybody may have read it: who was called to it reads what is asked for before she takes it."""
    is_called = bool(conversation.rung) or any(each.to != conversation.woman for each in conversation.pairs)
    return is_called or conversation.is_open or HANDED in conversation.details


def deleted(conversation: Conversation, to: str = "") -> Iterable[Posted]:
    """Delete what was passed on, for one who was asked or for all of them; a talk like any other stays with them."""
    for pair in conversation.pairs if conversation.aim in AIMS else ():
        if pair.to != conversation.woman and to in ("", pair.to):
            letter = told_staff(conversation, pair.to, LetterKind.TAKEN_BACK).letter
            yield Posted(letter.changed(replaces=pair.there))


def _told(relay: Relay, conversation: Conversation) -> Iterable[Posted]:
    """Who answered reads that it has ended, and nothing else."""
    for seat in relay.answering(conversation):
        yield told_staff(conversation, seat.address, LetterKind.ENDED)


def read_again(relay: Relay, conversation: Conversation, staff: str) -> Changes:
    """Write once more to who answers what the woman agreed to: a letter, for a letter can be deleted again."""
    seat = conversation.seat_of(staff)
    if not seat or seat not in relay.answering(conversation) or not conversation.is_open:
        return ()
    return (told_staff(conversation, seat.address, LetterKind.YOURS),) if conversation.aim in AIMS else ()


def mark(text: str) -> str:
    """Return what a text is known by: her yes is to exactly this one."""
    return token("agreed", text)


def need_said(library: Library, language: str, need: str) -> str:
    """Say a need in a language."""
    known = library.needs.get(need)
    return library.speech.say(language, DIRECTORY, known.name) if known else ""
