"""Letters after which the screen before her says what is not so any more: it goes as they come."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.core.across import BEFORE_HER
from bot.core.contact import Contact, Position
from bot.core.house import TALK, House
from bot.core.letter import Letter, LetterKind
from bot.core.library import MENU
from bot.core.rooms import talks

_WAITING = (Position("peer", "waiting"), Position("peer", "left"))
_SENT = (Position("referral", "sent"), Position("referral", "waits"))
_ASKED = (Position("company", "called"), Position("company", "waits"))
_OPEN = Position("peer", "open")
_CALL, _WHO_WAITS = Position("answer", "call"), Position("answer", "waiting")


@dataclass(frozen=True, slots=True)
class _Overtaken:
    """Screens that a letter makes untrue, and where she stands without them."""

    screens: frozenset[Position]
    then: Position


_HERS = {
    LetterKind.BEGUN: _Overtaken(frozenset((*_WAITING, *_SENT, Position("company", "waits"))), _OPEN),
    LetterKind.NOBODY: _Overtaken(frozenset((*_WAITING, _SENT[0], _ASKED[0])), MENU),
    **dict.fromkeys(
        (LetterKind.ENDED, LetterKind.EXPIRED, LetterKind.REFUSED),
        _Overtaken(frozenset((*_WAITING, *_SENT, *_ASKED, _OPEN)), MENU),
    ),
}
"""Of a woman."""
_IN_TALK = frozenset(each for each in talks.UNTRUE if each not in (_CALL, Position("answer", "closing")))
"""What it was about can still be counted when she has ended it meanwhile."""
_OF_STAFF = {
    # What she still types there is for whom it was over by then, and she is told so.
    LetterKind.ENDED: _Overtaken(_IN_TALK, BEFORE_HER),
    LetterKind.EXPIRED: _Overtaken(_IN_TALK, BEFORE_HER),
    **dict.fromkeys((LetterKind.TAKEN, LetterKind.OVER), _Overtaken(frozenset((_CALL,)), _WHO_WAITS)),
    # She was told that this would come.
    **dict.fromkeys(
        (LetterKind.JOINED, LetterKind.ALONE), _Overtaken(frozenset((Position("answer", "called"),)), BEFORE_HER)
    ),
    **dict.fromkeys(
        (LetterKind.CODE_RIGHT, LetterKind.CODE_WRONG, LetterKind.CODE_NONE),
        _Overtaken(frozenset((Position("answer", "asked"),)), BEFORE_HER),
    ),
}
"""Of who answers, where that conversation is the one before her."""


def overtaken(contact: Contact, house: House, letter: Letter) -> tuple[str, ...]:
    """Return the messages of her screen, if a letter makes it untrue; one about a call that she began since stays."""
    own = (each.id for each in house.conversations if each.is_live and each.woman == letter.to)
    is_about_it = next(own, letter.conversation) == letter.conversation
    return contact.living if is_about_it and _by(contact, letter) else ()


def without(contact: Contact, letter: Letter, gone: tuple[str, ...]) -> Contact:
    """Return what is kept of her once that screen is gone; another that she called up meanwhile stays."""
    found = _by(contact, letter)
    if not found or not gone or contact.living != gone:
        return contact
    return replace(contact, living=(), position=found.then, timer=None)


def _by(contact: Contact, letter: Letter) -> _Overtaken | None:
    is_staff = "designation" in letter.values
    if is_staff and contact.answers.get(TALK) != letter.conversation:
        return None
    known: Mapping[LetterKind, _Overtaken] = _OF_STAFF if is_staff else _HERS
    found = known.get(letter.kind)
    here = contact.position and replace(contact.position, page=0)
    return found if found and here in found.screens else None
