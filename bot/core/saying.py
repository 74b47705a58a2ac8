"""What stands in a letter of a conversation, in the language of who reads it, and what the buttons under it do."""

from collections.abc import Iterator
from datetime import datetime

from bot.core import absence, availability, speech
from bot.core.beneath import beneath
from bot.core.contact import Contact, Position
from bot.core.conversation import Conversation
from bot.core.delivery import ACROSS, WHAT, WHY
from bot.core.ending import FOR_GOOD
from bot.core.house import LINE, TALK, House
from bot.core.item import Item
from bot.core.letter import Letter, LetterKind
from bot.core.library import Library
from bot.core.message import Address, Choice, Screen, token
from bot.core.platform import AFRESH, NUMBERED
from bot.core.queue import AHEAD
from bot.core.ready import ready_answer
from bot.core.relay import Relay, in_house
from bot.core.ringing import UNREAD
from bot.core.seating import NOTE_IN
from bot.core.speech import Word
from bot.core.talking import READY
from bot.core.telling import way
from bot.core.written import said_of

TAKE = "letter_take"
_GO = {
    TAKE: Position("answer", "take"),
    "letter_not_now": Position("answer", "not_now"),
    "letter_answer": Position("answer", "write"),
    "letter_more": Position("answer", "talk"),
    "letter_support": Position("answer", "support"),
    "letter_duty": Position("answer", "start"),
    "letter_end": Position("peer", "end"),
    "letter_helplines": Position("peer", "helplines"),
    "letter_again": Position("peer", "start"),
}
"""Buttons: where each leads."""
_OFFERED = {
    LetterKind.RING: (TAKE, "letter_not_now"),
    LetterKind.YOURS: ("letter_answer", "letter_more"),
    LetterKind.NOTE: ("letter_answer", "letter_more"),
    LetterKind.SAID: ("letter_answer", "letter_more"),
    LetterKind.CHANGED: ("letter_answer", "letter_more"),
    LetterKind.CODE_RIGHT: ("letter_answer", "letter_more"),
    LetterKind.CODE_WRONG: ("letter_answer", "letter_more"),
    LetterKind.CODE_NONE: ("letter_answer", "letter_more"),
    LetterKind.JOINED: ("letter_answer", "letter_more"),
    LetterKind.ALONE: ("letter_answer", "letter_more"),
    LetterKind.PARTED: ("letter_answer", "letter_more"),
    LetterKind.DEBRIEF: ("letter_support", "letter_duty"),
    LetterKind.DUTY_ENDS: ("letter_duty",),
}
"""Under what who answers reads."""
_OFFERED_HER = {
    LetterKind.BEGUN: ("letter_end",),
    LetterKind.HANDED_OVER: ("letter_end",),
    LetterKind.PARTED: ("letter_end",),
    LetterKind.NOBODY: ("letter_helplines", "letter_again"),
    LetterKind.ENDED: ("letter_helplines", "letter_again"),
    LetterKind.EXPIRED: ("letter_helplines", "letter_again"),
}
"""Under what a woman reads."""
_OFFERED_SUPPORT = _OFFERED_HER | dict.fromkeys(
    (LetterKind.NOBODY, LetterKind.ENDED, LetterKind.EXPIRED), ("letter_support", "letter_helplines")
)
"""Under what who answers reads of a tutor whom she has called for herself."""
WAYS: tuple[Word, ...] = ("menu", "exit")
LONGEST_BELOW = 450
"""Characters below a picture or a voice note: with two words in front they fit on every platform, whatever they are."""


def render(library: Library, house: House, contact: Contact, letter: Letter, now: datetime) -> Screen:
    """Say a letter to who reads it."""
    language = contact.language or speech.SOURCE
    if name := letter.values.get(READY, ""):
        said = ready_answer(library, language, letter.values.get("line", ""), name, now)
        letter = letter.changed(text=said or letter.text)
    talk = in_house(house, letter.conversation)
    is_hers = talk is not None and talk.woman == letter.to
    if letter.kind is LetterKind.NOBODY:
        texts: tuple[str, ...] = (absence.said(Relay(library, house, now), contact, letter, talk),)
    else:
        texts = tuple(each for each in _texts(library, language, letter, house) if each)
    items = _items(library, letter, is_hers=is_hers)
    choices = tuple(Choice(item.token, library.phrase(language, item.said)) for item in items)
    ways = tuple(Choice(way(word), library.phrase(language, word)) for word in _ways(letter))
    instead = library.phrase(language, said_of(letter.media)) if letter.media else ""
    return Screen(texts, choices, ways, media=letter.media, instead=instead)


def _ways(letter: Letter) -> tuple[Word, ...]:
    """Return the ways out below it: what somebody said has the one that wipes it, where that is one tap."""
    if letter.kind in ACROSS:
        return () if Address.parse(letter.to).channel in NUMBERED else ("exit",)
    return () if letter.kind in _BARE or FOR_GOOD in letter.values else WAYS


_BARE = (LetterKind.TAKEN_BACK, LetterKind.TAKEN, LetterKind.OVER, LetterKind.PLACE)
"""One short line stands alone: the words that always work do so here too."""


def _texts(library: Library, language: str, letter: Letter, house: House) -> Iterator[str]:
    if letter.kind is LetterKind.PLACE:
        yield availability.place(library, language, int(letter.values.get(AHEAD, "0")))
        return
    if letter.kind in ACROSS:
        if letter.media and len(letter.text) > LONGEST_BELOW:
            # Too long to stand below it everywhere, and no message is without the words in front.
            yield _said(library, language, letter.changed(text=""), house)
        yield _said(library, language, letter, house)
        return
    if letter.kind is LetterKind.LEFT_OUT:
        what, why = letter.values.get(WHAT, "picture"), letter.values.get(WHY, "missing")
        yield _named(letter, library.phrase(language, f"letter_{what}_{why}"))
        return
    name, values = _phrase(library, letter, in_house(house, letter.conversation)), _values(library, language, letter)
    yield library.phrase(language, name, **values) + _tongue_of_note(library, language, letter)
    if letter.text:
        yield letter.text


def _phrase(library: Library, letter: Letter, talk: Conversation | None) -> str:
    """Return the name of what a letter of ours says, to who answers or to a woman."""
    name = f"letter_{letter.kind.value}"
    if letter.kind is LetterKind.RING:
        return "letter_ring_second" if talk and talk.is_open else name
    if "designation" in letter.values and f"{name}_staff" in library.phrases:
        return f"{name}_staff"
    if FOR_GOOD in letter.values:
        return "letter_closed"
    if letter.kind is LetterKind.ENDED and _is_support(library, letter):
        return "letter_ended_support"
    return "letter_expired_unread" if UNREAD in letter.values else name


def _tongue_of_note(library: Library, language: str, letter: Letter) -> str:
    """Say in which language a note is, where its reader may not read it."""
    code = letter.values.get(NOTE_IN, "")
    if code in ("", language):
        return ""
    said = library.phrase(language, "note_in", language=speech.language_name(language, code))
    return f" {said}"


def _said(library: Library, language: str, letter: Letter, house: House) -> str:
    """Say what somebody wrote: who answers reads in front of it from whom it is, a woman only what was written."""
    text = letter.text
    if text and _is_news(letter):
        text = library.phrase(language, "letter_changed", text=text)
    return _named(letter, text, _line_of_hers(library, language, letter, house))


def _named(letter: Letter, text: str, line: str = "") -> str:
    """Put in front from whom it is, where who answers reads it: two words, or her own line."""
    name = letter.values.get("designation", "") or line
    if not name:
        return text
    if by := letter.values.get("by", ""):
        name = f"{name} ({by})"
    return f"{name}:\n{text}" if text else f"{name}:"


def _line_of_hers(library: Library, language: str, letter: Letter, house: House) -> str:
    """Name the line that writes to somebody who answers women herself: it must not look like one of them."""
    line = library.lines.get(letter.values.get("line", ""))
    return availability.name(library, language, line) if line and house.staff and house.staff.lines else ""


def _is_news(letter: Letter) -> bool:
    """Tell whether a change comes as a message of its own, so that it has to be said that it is one."""
    is_in_place = letter.replaces and not letter.media and Address.parse(letter.to).channel not in AFRESH
    return letter.kind is LetterKind.CHANGED and not is_in_place


def _values(library: Library, language: str, letter: Letter) -> dict[str, str]:
    """Return the words for what a letter names: in which language, and about what, as far as she said so."""
    code, topic = letter.values.get("language", ""), letter.values.get("topic", "")
    known = (speech.language_name(language, code) if code else "", availability.topic(library, language, topic))
    return {"designation": letter.values.get("designation", ""), "about": " · ".join(filter(None, known))}


def _items(library: Library, letter: Letter, *, is_hers: bool) -> Iterator[Item]:
    if FOR_GOOD in letter.values:
        return iter(())
    to_her = _OFFERED_SUPPORT if _is_support(library, letter) else _OFFERED_HER
    offered = to_her if is_hers or _is_for_woman(letter) else _OFFERED
    return (_item(name, letter.conversation) for name in offered.get(letter.kind, ()))


def _is_support(library: Library, letter: Letter) -> bool:
    """Tell whether it is about a tutor: only who answers women has called one."""
    line = library.lines.get(letter.values.get(LINE, ""))
    return line is not None and line.kind == "tutor"


def _is_for_woman(letter: Letter) -> bool:
    """Tell whether a woman reads it, where nothing is left of the conversation: staff have two words for it."""
    return bool(letter.conversation) and "designation" not in letter.values


_FOR_HERSELF = ("letter_support", "letter_duty")
"""Buttons that lead who answers to what is there for her: also where nothing is left of what they stand below."""


def _item(name: str, conversation: str) -> Item:
    """Return what a button does; what leads a woman on does so when nothing is left of a conversation, too."""
    is_bound = name == "letter_end" or (_GO[name].flow != "peer" and name not in _FOR_HERSELF)
    answers = {TALK: conversation} if is_bound and name != "letter_end" else {}
    parts = ("letter", name, conversation if is_bound else "")
    mark = f"{_CALL}{token(*parts)}" if name == TAKE else beneath(*parts)
    return Item(mark, _GO[name], answers, said=name)


_CALL = beneath("letter", TAKE)[:4]
"""What the mark of every call begins with: pressed too late it is known as one, though nothing is left of it."""
_TAKEN = Position("answer", "taken")


def pressed(house: House, pressed_token: str) -> Item | None:
    """Return what a button under a letter does: it works wherever she is, as long as there is something to do."""
    talks = ("", *(each.id for each in house.conversations))
    found = (_item(name, talk) for name in _GO for talk in talks)
    hers = next((each for each in found if each.token == pressed_token), None)
    is_late = pressed_token.startswith(_CALL) and len(pressed_token) == len(_CALL) + len(token())
    return hers or (Item(pressed_token, _TAKEN, said=TAKE) if is_late else None)
