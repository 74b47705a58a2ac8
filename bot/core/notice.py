"""What the bot sends first: one notice for many, and who gets it when, decided for each at the last moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from bot.core.message import Media

ANSWERED_WITHIN = timedelta(days=14)
"""How long we wait for her answer before we stop writing to her."""


class NoticeKind(StrEnum):
    """Why we write first; what peers may be told comes before what someone wants to say."""

    REMINDER = "reminder"
    CHANGE = "change"
    """A meeting has moved, is off, or was added."""
    QUESTION = "question"
    RESULT = "result"
    STILL = "still"
    """Whether she still wants to hear from us, after half a year."""
    BROADCAST = "broadcast"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell the members of some groups."""

    kind: NoticeKind
    groups: tuple[str, ...]
    due_at: int
    until_at: int
    """Seconds since 1970; from then on it is of no use and dropped."""
    key: str = ""
    """What makes it the same notice: written twice, it is sent once."""
    meeting: str = ""
    starts_at: int = 0
    """When that meeting was to start as the notice was made: if it has moved since, a reminder is of no use."""
    was_at: int = 0
    question: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What peers wrote, by language, the main one first."""
    media: Media | None = None
    author: str = ""
    """Designation of who wrote it."""
    repeat: str = ""
    """RRULE of a broadcast that comes again."""

    @property
    def rank(self) -> int:
        """Order of sending: what is due for somebody goes before what is for everybody."""
        return 2 if self.kind is NoticeKind.BROADCAST else 1

    def at(self, due_at: int) -> Self:
        """Return the same notice for another time."""
        return replace(self, due_at=due_at, until_at=due_at + self.until_at - self.due_at)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data without the empty parts, ready to be sealed."""
        data: dict[str, Any] = {"kind": self.kind.value, "groups": list(self.groups)}
        data |= {"due_at": self.due_at, "until_at": self.until_at, "texts": dict(self.texts)}
        for name in ("key", "meeting", "starts_at", "was_at", "question", "author", "repeat"):
            if value := getattr(self, name):
                data[name] = value
        if self.media:
            data["media"] = [self.media.channel, self.media.kind, self.media.ref]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        media = data.get("media")
        kept = {**data, "kind": NoticeKind(data["kind"]), "groups": tuple(data["groups"])}
        return cls(**{**kept, "media": Media(*media) if media else None})


def still(now: datetime) -> Notice:
    """Return the notice that asks whoever has long been silent whether to go on; it is the same for all of one day."""
    at = int(now.timestamp())
    until = at + int(ANSWERED_WITHIN.total_seconds())
    return Notice(NoticeKind.STILL, (), at, until, key=f"still {now.date().isoformat()}")
