"""What somebody had been sent when she last called up a screen: what came since may be what she answers."""

from dataclasses import replace

from bot.core.contact import Contact, Position
from bot.core.conversation import Conversation
from bot.core.house import TALK, House
from bot.core.letter import LetterKind
from bot.core.message import token
from bot.core.relay import in_house

WRITE = Position("answer", "write")
"""Where who answers writes after choosing to whom."""
LOOKING, ANSWERING, TALKING = "looking", "answering", "with_her"
"""Answers: what she had been sent when she last called up a screen, and when she chose to whom she writes.

And whether somebody was there for her at that screen: who has come since invites her to write.
"""
_PLACE = LetterKind.PLACE.value
"""Her place in the queue is no word of anybody: to have got it changes nothing of what she means."""


def looked(contact: Contact, house: House, address: str) -> Contact:
    """Note what she had been sent when a screen was shown, as long as something may be said across."""
    is_hers = any(
        each.is_live and address in (each.woman, *(seat.address for seat in each.seats)) for each in house.conversations
    )
    if not is_hers or contact.position is None:
        return contact
    answers = {**contact.answers, LOOKING: seen(house, address), TALKING: is_talking(house, address)}
    if contact.position == WRITE:
        answers[ANSWERING] = others_seen(house, address, in_house(house, answers.get(TALK, "")))
    return replace(contact, answers=answers)


def is_talking(house: House, address: str) -> str:
    """Say, as an answer is kept, whether somebody is there for a woman."""
    return "yes" if any(each.is_open and each.woman == address for each in house.conversations) else "no"


def seen(house: House, address: str) -> str:
    """Return a mark of what somebody was sent last, in each conversation."""
    return _last(house, address, None)


def others_seen(house: House, address: str, but: Conversation | None) -> str:
    """Return a mark of what somebody was sent last from all conversations but one."""
    return _last(house, address, but)


def _last(house: House, address: str, but: Conversation | None) -> str:
    marks = []
    for talk in sorted(house.conversations, key=lambda each: each.id):
        if talk.is_live and (but is None or talk.id != but.id):
            hers = (pair for pair in talk.pairs if pair.to == address and pair.handle != _PLACE)
            there = [handle for pair in hers for handle in pair.there]
            marks.append(f"{talk.id} {there[-1] if there else ''}")
    return token("seen", address, *marks)
