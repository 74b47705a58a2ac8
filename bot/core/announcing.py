"""Letters of company and of referrals: what stands in them, and what the buttons under them do."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from bot.core import referral, saying
from bot.core.agreed import agreed
from bot.core.beneath import beneath
from bot.core.contact import Contact, Position
from bot.core.conversation import Aim, Conversation
from bot.core.directory import Service
from bot.core.errand import AIMS
from bot.core.follow_up import REFUSED_BY, SERVICE, VISIT, terms, zone_of
from bot.core.house import TALK, House
from bot.core.item import Item
from bot.core.letter import Letter, LetterKind
from bot.core.library import Library
from bot.core.message import Choice, Screen, fold
from bot.core.relay import in_house
from bot.core.ringing import HANDED
from bot.core.telling import EMERGENCY_KEPT, way
from bot.core.terms import next_allowed
from bot.core.verdict import Drop, Hold, Verdict

_TO_STAFF = {
    "letter_accept": Position("receive", "accept"),
    "letter_ask": Position("answer", "write"),
    "letter_refuse": Position("receive", "reasons"),
}
_TO_HER = {"letter_back": Position("referral", "back")}
_OF_SERVICE = {
    "letter_place": (Position("find", "card"), "service"),
    "letter_others": (Position("referral", "others"), REFUSED_BY),
    "letter_tell": (Position("visit", "start"), VISIT),
}
"""Buttons that know a place and no conversation: they work when that is over."""
_OF_KIND = {
    LetterKind.ACCEPTED: ("letter_place",),
    LetterKind.REFUSED: ("letter_others",),
    LetterKind.FOLLOW_UP: ("letter_tell",),
}


def render(library: Library, house: House, contact: Contact, letter: Letter, now: datetime) -> Screen | None:
    """Say a letter of an errand; `None` for any other."""
    if letter.kind in _OF_KIND:
        return _news(library, contact.language, letter)
    talk = in_house(house, letter.conversation)
    if talk is None or talk.aim not in AIMS or letter.kind not in _SAID:
        return None
    usual = saying.render(library, house, contact, letter, now)
    return _SAID[letter.kind](library, contact.language, talk, usual)


def _news(library: Library, language: str, letter: Letter) -> Screen:
    reason = letter.values.get("reason", "")
    values = {"reason": library.phrase(language, f"reason_{reason}")} if reason in referral.REASONS else {}
    text = library.phrase(language, f"letter_{letter.kind.value}", **values)
    place = library.services.get(letter.values.get(SERVICE, ""))
    known = [_placed(name, place) for name in _OF_KIND[letter.kind]] if place else []
    if letter.kind is LetterKind.ACCEPTED:
        known.append(_bound("letter_back", letter.conversation))
    return _screen(library, language, text, known)


def _ring(library: Library, language: str, talk: Conversation, usual: Screen) -> Screen:
    """Let read, behind a beginning that says nothing, what she agreed to."""
    name = f"letter_ring_{talk.aim.value}"
    text = library.phrase(language, name, designation=talk.designation)
    return Screen((f"{text}\n\n{agreed(library, language, talk)}",), usual.choices, usual.ways)


def _yours(library: Library, language: str, talk: Conversation, usual: Screen) -> Screen:
    text = library.phrase(language, "letter_yours_agreed", designation=talk.designation)
    texts = (f"{text}\n\n{agreed(library, language, talk)}",)
    if talk.aim is not Aim.REFERRAL or talk.details.get(referral.ACCEPTED):
        return Screen(texts, usual.choices, usual.ways)
    return _screen(library, language, texts[0], [_bound(name, talk.id) for name in _TO_STAFF])


def _kept(library: Library, language: str, talk: Conversation, usual: Screen) -> Screen:
    """Tell her that nobody has read it yet, and that it waits; after a hand-over, that who had read it has left."""
    if not talk.is_live:
        return usual
    text = usual.texts[0] if HANDED in talk.details else library.phrase(language, "letter_nobody_yet")
    return _screen(library, language, text, [_bound("letter_back", talk.id)])


def _begun(library: Library, language: str, talk: Conversation, usual: Screen) -> Screen:
    text = library.phrase(language, "letter_read") if talk.aim is Aim.REFERRAL else usual.texts[0]
    return _screen(library, language, text, [_bound("letter_back", talk.id)])


_Said = Callable[[Library, str, Conversation, Screen], Screen]
_SAID: Mapping[LetterKind, _Said] = {
    LetterKind.RING: _ring,
    LetterKind.YOURS: _yours,
    LetterKind.NOBODY: _kept,
    LetterKind.BEGUN: _begun,
}


def _screen(library: Library, language: str, text: str, items: list[Item]) -> Screen:
    choices = tuple(Choice(item.token, library.phrase(language, item.said)) for item in items)
    ways = tuple(Choice(way(word), library.phrase(language, word)) for word in saying.WAYS)
    return Screen((text,), choices, ways)


def _bound(name: str, talk: str) -> Item:
    """Return a button that is for one conversation."""
    if name in _TO_HER:
        return Item(beneath("letter", name, talk), _TO_HER[name], said=name)
    return Item(beneath("letter", name, talk), _TO_STAFF[name], {TALK: talk}, said=name)


def _placed(name: str, place: Service) -> Item:
    """Return a button that is about one place."""
    go, answer = _OF_SERVICE[name]
    # Told about, it is the place before her too: who asks for company there need not look for it again.
    answers = {answer: place.id, SERVICE: place.id} if answer == VISIT else {answer: place.id}
    return Item(beneath("letter", name, place.id), go, answers, said=name)


def pressed(library: Library, house: House, pressed_token: str) -> Item | None:
    """Return what a button under such a letter does."""
    return next((each for each in _items(library, house) if each.token == pressed_token), None)


def _items(library: Library, house: House) -> Iterator[Item]:
    for talk in house.conversations:
        if talk.aim in AIMS:
            yield from (_bound(name, talk.id) for name in (*_TO_HER, *_TO_STAFF))
    for place in library.directory.services:
        yield from (_placed(name, place) for name in _OF_SERVICE)


def judge_follow_up(library: Library, contact: Contact, letter: Letter, now: datetime) -> Verdict | None:
    """Decide whether she is asked now: in her hours, not in an emergency, and not about a place that is gone."""
    place = library.services.get(letter.values.get(SERVICE, ""))
    if place is None:
        return Drop("left")
    has_just_written = fold(now) - contact.seen <= 1
    if contact.position and has_just_written and library.is_urgent(contact.position):
        return Hold(now + EMERGENCY_KEPT)
    at = next_allowed(now, zone_of(library, place), terms(letter))
    return Hold(at) if at and at > now else None
