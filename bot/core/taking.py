"""Who takes a call reads one thing: the letter that says that it is hers now, in the place of what she pressed."""

from dataclasses import replace

from bot.core.contact import Contact
from bot.core.house import Change, Posted
from bot.core.letter import Letter, LetterKind
from bot.core.message import Incoming, Kind
from bot.core.sight import LOOKING
from bot.core.turn import Turn


def by_letter(turn: Turn, was: Contact, incoming: Incoming) -> Turn:
    """Leave out the screen where such a letter says the same, and let her former screen go with it.

    A letter can be answered in the way of her app, and is deleted when the woman takes back what stands in it.
    """
    reader = str(incoming.address)
    if not any(_yours(each, reader) for each in turn.changes):
        return turn
    pressed = (incoming.handle,) if incoming.kind is Kind.PRESS and not turn.stays else ()
    changes = tuple(_in_place(each, reader, (*pressed, *was.living)) for each in turn.changes)
    answers = {name: value for name, value in turn.contact.answers.items() if name != LOOKING}
    # What is said once on the first screen of its kind has not been said yet.
    contact = replace(turn.contact, living=(), answers=answers, told=was.told, timed=was.timed)
    return replace(turn, contact=contact, screen=None, replaces=(), changes=changes)


def _yours(change: Change, reader: str) -> Letter | None:
    """Return the letter that says to its reader that a call is hers now."""
    letter = change.letter if isinstance(change, Posted) else None
    return letter if letter and (letter.kind, letter.to) == (LetterKind.YOURS, reader) else None


def _in_place(change: Change, reader: str, old: tuple[str, ...]) -> Change:
    letter = _yours(change, reader)
    if letter is None:
        return change
    # The first of them is the one that is edited where that can be done.
    return Posted(letter.changed(replaces=tuple(dict.fromkeys((*old, *letter.replaces)))))
