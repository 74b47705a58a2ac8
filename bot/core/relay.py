"""What every step of a conversation rests on: who may answer in it, who is on the other side, and how they are told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.core.conversation import ROUTE_KEPT, Conversation, Seat
from bot.core.designation import designation
from bot.core.directory import Line
from bot.core.house import Change, House, Posted, Staff
from bot.core.letter import Letter, LetterKind
from bot.core.library import Library
from bot.core.message import fold

Changes = tuple[Change, ...]
"""What a transition changes; without any, it was not for her, or is done already."""
HOUR = 3600


@dataclass(frozen=True)
class Relay:
    """All that a transition sees: the lines, who answers on them, and the time."""

    library: Library
    house: House
    now: datetime

    @property
    def seconds(self) -> int:
        """The time, as due dates are kept."""
        return int(self.now.timestamp())

    def line(self, conversation: Conversation) -> Line | None:
        """Return the line of a conversation, `None` when an edit took it away."""
        return self.library.lines.get(conversation.line)

    def answering(self, conversation: Conversation) -> tuple[Seat, ...]:
        """Return who answers in it now: whoever was revoked, or left the line, is not written to any more."""
        return tuple(seat for seat in conversation.seats if self.staff_of(conversation.line, seat))

    def staff_of(self, line: str, seat: Seat) -> Staff | None:
        """Return who has a seat, as long as she answers on the line."""
        found = (each for each in self.house.team if each.designation == seat.staff and each.address == seat.address)
        return next((each for each in found if each.answers(line)), None)

    def counterparts(self, conversation: Conversation, of: str) -> tuple[str, ...]:
        """Return the addresses that something from the address `of` goes to now, none for a stranger to it."""
        if not conversation.is_open or not of:
            return ()
        seats = tuple(seat.address for seat in self.answering(conversation))
        if of == conversation.woman:
            return seats
        if of not in seats:
            return ()
        return (conversation.woman, *(seat for seat in seats if seat != of))

    def renewed(self) -> dict[str, int]:
        """Return until when a conversation stays open without another word, no finer than an hour."""
        hour = fold(self.now)
        return {"touched": hour, "due_at": (hour + 1) * HOUR + int(ROUTE_KEPT.total_seconds())}

    def made(self, *parts: str) -> str:
        """Make up a name that says nothing, another for other `parts`."""
        return blake2b("\x1f".join((self.house.fresh, *parts)).encode(), digest_size=12).hexdigest()

    def new_words(self, *parts: str, taken: frozenset[str] = frozenset()) -> str:
        """Make up two words that nothing is called that this step knows of."""
        numbers = iter(range(10_000))
        known = frozenset(each.designation for each in self.house.conversations)
        known |= frozenset(each.designation for each in self.house.team)

        def choose(words: Sequence[str]) -> str:
            return words[int(self.made("words", *parts, str(next(numbers))), 16) % len(words)]

        return designation(choose, taken | known)

    def due(self, after: timedelta) -> int:
        """Return when something is due that is waited for."""
        return self.seconds + int(after.total_seconds())


def in_house(house: House, name: str) -> Conversation | None:
    """Return the conversation of that id, if the one who takes this step may know of it."""
    return next((each for each in house.conversations if name and each.id == name), None)


def told(conversation: Conversation, to: str, kind: LetterKind, **more: str) -> Posted:
    """Write to a woman: never who answers."""
    return Posted(Letter(to, kind, conversation.id, {"line": conversation.line} | more))


def told_staff(conversation: Conversation, to: str, kind: LetterKind, **more: str) -> Posted:
    """Write to who answers: two words, a language and a topic, and never who it is."""
    values = {"designation": conversation.designation, "language": conversation.language}
    values |= {"topic": conversation.topic, "line": conversation.line}
    # A call is found again by its handle, to be replaced once it is over.
    handle = kind.value if kind is LetterKind.RING else ""
    return Posted(Letter(to, kind, conversation.id, values | more, handle=handle))


DECLINED = "declined"
"""Stands in the place of a call, among what is known of her chat, once she has left that call to others."""


def in_place(conversation: Conversation, to: str, kind: LetterKind) -> tuple[str, ...]:
    """Return the messages in her chat that stand for a letter of that kind about a conversation."""
    found = (each for each in conversation.pairs if each.to == to and not each.of and each.handle == kind.value)
    return tuple(there for each in found for there in each.there)


def rings_replaced(relay: Relay, conversation: Conversation, kind: LetterKind, but: str = "") -> Iterator[Posted]:
    """Tell those who were called, and have not answered, that there is nothing to take any more."""
    seated = {seat.staff for seat in conversation.seats}
    for staff in relay.house.team:
        replaces = in_place(conversation, staff.address, LetterKind.RING)
        is_called = staff.designation in conversation.rung and not has_declined(conversation, staff.address)
        if (replaces or is_called) and staff.designation not in {but, *seated}:
            yield Posted(told_staff(conversation, staff.address, kind).letter.changed(replaces=replaces))


def has_declined(conversation: Conversation, address: str) -> bool:
    """Tell whether a call is gone from somebody's chat because she left it to others."""
    return any(each.to == address and each.handle == DECLINED for each in conversation.pairs)
