"""Who takes a call reads one thing: the letter that says that it is hers now, in the place of what she pressed."""

from dataclasses import replace

from bot.core.contact import Contact
from bot.core.house import Change, Posted
from bot.core.letter import LetterKind
from bot.core.message import Incoming, Kind
from bot.core.sight import LOOKING
from bot.core.turn import Turn


def by_letter(turn: Turn, was: Contact, incoming: Incoming) -> Turn:
    """Leave out the screen where such a letter says the same, and let her former screen go with it.

    A letter can be answered in the way of her app, and is deleted when the woman takes back what stands in it.
    """
    reader = str(incoming.address)
    if not any(_says_it(each, reader) for each in turn.changes):
        return turn
    pressed = (incoming.handle,) if incoming.kind is Kind.PRESS and not turn.stays else ()
    changes = tuple(_in_place(each, reader, (*pressed, *was.living)) for each in turn.changes)
    answers = {name: value for name, value in turn.contact.answers.items() if name != LOOKING}
    # What is said once on the first screen of its kind has not been said yet.
    contact = replace(turn.contact, living=(), answers=answers, told=was.told, timed=was.timed)
    return replace(turn, contact=contact, screen=None, replaces=(), changes=changes)


def _says_it(change: Change, reader: str) -> bool:
    return isinstance(change, Posted) and (change.letter.kind, change.letter.to) == (LetterKind.YOURS, reader)


def _in_place(change: Change, reader: str, old: tuple[str, ...]) -> Change:
    if not isinstance(change, Posted) or not _says_it(change, reader):
        return change
    # The first of them is the one that is edited where that can be done.
    replaces = dict.fromkeys((*old, *change.letter.replaces))
    return Posted(change.letter.changed(replaces=tuple(replaces)))
