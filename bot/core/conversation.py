"""A relay between one woman and one line: neither side learns who the other is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

from bot.core.message import Media

ROUTE_KEPT = timedelta(days=7)
"""After so long without a word of either side it ends, and both are told."""
WAITING_KEPT = timedelta(hours=72)
"""How long what she wrote waits for somebody to read it."""
ENDED_KEPT = timedelta(hours=1)
"""How long it is remembered that one has ended, so that a late answer does not end up in another."""
MOST_HELD = 20
"""Messages of hers that wait until somebody is there."""
MOST_PAIRS = 200
"""Messages of which it is remembered which is which in the other chat, the newest."""
PAIR_KEPT = timedelta(hours=48)
COUNTED = "counted"
"""Topic of one that has ended and is counted: it is counted once."""
WITHDRAWN = "withdrawn"
"""Topic of one in which she took her yes back, at the moment when it ends: what is on its way is not wanted."""


class Aim(StrEnum):
    """What a conversation is for."""

    TALK = "talk"
    COMPANY = "company"
    """Somebody comes along to a service."""
    REFERRAL = "referral"
    """She is handed, with her yes, to a service."""
    SUPPORT = "support"
    """Somebody who answers needs somebody herself: the tutor."""


class ConversationState(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    """Those on duty are being called."""
    LEFT = "left"
    """Nobody was there: what she left is read by who comes on duty next."""
    OPEN = "open"
    SECOND = "second"
    """Open, and one more is called to it."""
    ENDED = "ended"


CALLED = (ConversationState.WAITING, ConversationState.LEFT, ConversationState.SECOND)
"""What whoever answers on its line may find and take."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody who answers in it."""

    staff: str
    """Her designation."""
    address: str


@dataclass(frozen=True, slots=True)
class Said:
    """Something that is said, or waits until somebody is there to read it."""

    text: str = field(default="", repr=False)
    media: Media | None = None
    handle: str = ""
    ready: str = ""
    """Name of the ready answer that it is: each reads it in her own language."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One message that both chats have."""

    of: str
    """Address of who wrote it."""
    handle: str
    """In her chat."""
    to: str
    """Address of who got it."""
    there: tuple[str, ...]
    """In that chat."""
    hour: int
    is_media: bool = False
    """A voice note or a picture stands there."""


@dataclass(frozen=True, slots=True)
class Renamed:
    """Another name of a message that was changed, in the chat of who wrote it."""

    handle: str
    first: str
    """The handle that it had at first, by which all else knows it."""
    hour: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation, sealed as a whole."""

    id: str
    line: str
    aim: Aim
    designation: str
    """Two words made up for it: all that who answers ever learns about who writes."""
    woman: str
    """Her address."""
    language: str
    topic: str = ""
    """Flow or need from which she came, in a word of ours."""
    state: ConversationState = ConversationState.WAITING
    seats: tuple[Seat, ...] = ()
    """Who answers, whoever took it first."""
    rung: tuple[str, ...] = ()
    """Designations of those who were called."""
    due_at: int = 0
    """When the next ring, or the end of waiting, is due; 0 while nothing is."""
    touched: int = 0
    """Hour of the last message of either side."""
    left_until: int = 0
    """Until when what she left waits, at a full hour; 0 while it is not left."""
    since: int = 0
    """Since when she waits, in seconds: by that she has her turn. 0 once she does not: nobody needs to know it then."""
    held: tuple[Said, ...] = ()
    pairs: tuple[Pair, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    """Where a platform gives a message another handle with each change."""
    code: str = ""
    """Digest of the word by which a peer can know that it is still her."""
    is_code_asked: bool = False
    is_hard: bool = False
    """Somebody marked danger in it."""
    details: Mapping[str, str] = field(default_factory=dict)
    """Of a referral or of company: which service, which day, what would help, the text that she agreed to."""

    def changed(self, **parts: Any) -> Self:
        """Return this conversation with some parts replaced."""
        return replace(self, **parts)

    def seat_of(self, staff: str) -> Seat | None:
        """Return the seat of somebody who answers in it."""
        return next((seat for seat in self.seats if seat.staff == staff), None)

    @property
    def is_open(self) -> bool:
        """Tell whether somebody answers in it."""
        return self.state in (ConversationState.OPEN, ConversationState.SECOND)

    @property
    def is_live(self) -> bool:
        """Tell whether something may still be said in it."""
        return self.state is not ConversationState.ENDED

    def ended(self, hour: int) -> Self:
        """Keep only that it has ended, so that a late answer does not end up in another."""
        return replace(self, state=ConversationState.ENDED, touched=hour).bare()

    def bare(self) -> Self:
        """Return what is left of one that has ended: no woman, and nothing that was said or agreed to."""
        return type(self)(
            id=self.id,
            line=self.line,
            aim=self.aim,
            designation=self.designation,
            woman="",
            language="",
            topic=COUNTED if self.topic == COUNTED else "",
            state=self.state,
            seats=self.seats,
            touched=self.touched,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        data = {name: getattr(self, name) for name in _PLAIN}
        return data | {
            "aim": self.aim.value,
            "state": self.state.value,
            "seats": [[each.staff, each.address] for each in self.seats],
            "rung": list(self.rung),
            "held": [[each.text, str(each.media) if each.media else "", each.handle] for each in self.held],
            "pairs": [[each.of, each.handle, each.to, each.there, each.hour, each.is_media] for each in self.pairs],
            "renamed": [[each.handle, each.first, each.hour] for each in self.renamed],
            "details": dict(self.details),
            "since": self.since,
            "left_until": self.left_until,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(
            **{name: data[name] for name in _PLAIN},
            aim=Aim(data["aim"]),
            state=ConversationState(data["state"]),
            seats=tuple(Seat(*each) for each in data["seats"]),
            rung=tuple(data["rung"]),
            held=tuple(Said(text, Media.parse(media), handle) for text, media, handle in data["held"]),
            pairs=tuple(Pair(of, handle, to, tuple(there), *rest) for of, handle, to, there, *rest in data["pairs"]),
            renamed=tuple(Renamed(*each) for each in data.get("renamed", ())),
            details=data["details"],
            since=data.get("since", 0),
            left_until=data.get("left_until", 0),
        )


_PLAIN = (
    *("id", "line", "designation", "woman", "language", "topic"),
    *("due_at", "touched", "code", "is_code_asked", "is_hard"),
)
