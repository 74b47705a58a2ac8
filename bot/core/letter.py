"""What is written to one person at once: a message across, a call to a peer, news of what concerns her."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from bot.core.message import Media


class LetterKind(StrEnum):
    """What a letter says; the phrase `letter_<kind>` says it in the language of who reads it."""

    # Across, in both directions.
    SAID = "said"
    CHANGED = "changed"
    """The other side changed what she had said: the message is edited in its place."""
    TAKEN_BACK = "taken_back"
    """The other side took it back: it is deleted where that is possible."""
    # To who answers.
    RING = "ring"
    TAKEN = "taken"
    """Another was faster."""
    YOURS = "yours"
    """She has it now: by pressing, or because it was handed to her."""
    NOTE = "note"
    CODE_RIGHT = "code_right"
    CODE_WRONG = "code_wrong"
    CODE_NONE = "code_none"
    JOINED = "joined"
    """A second one answers too."""
    OVER = "over"
    """Nobody is to come any more to what she was called to."""
    ALONE = "alone"
    """The second one whom she asked for does not come."""
    DEBRIEF = "debrief"
    DUTY_ENDS = "duty_ends"
    REPORT = "report"
    """How a broadcast went, for its author who is elsewhere by now."""
    APPROVE = "approve"
    """A broadcast waits for a second person."""
    # To a woman.
    BEGUN = "begun"
    PLACE = "place"
    HANDED_OVER = "handed_over"
    NOBODY = "nobody"
    CODE_ASKED = "code_asked"
    CODE_NOT_IT = "code_not_it"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    FOLLOW_UP = "follow_up"
    # To both.
    PARTED = "parted"
    """One of two who answer has left, the other one stays."""
    ENDED = "ended"
    EXPIRED = "expired"
    NOT_DELIVERED = "not_delivered"
    LEFT_OUT = "left_out"
    """Her words arrived, and her voice note or picture did not."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing for one person, kept sealed until it is delivered and no longer."""

    to: str
    """Her address."""
    kind: LetterKind
    conversation: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """What the phrase leaves open; never who she is."""
    text: str = field(default="", repr=False)
    """What somebody wrote, as it stands."""
    media: Media | None = None
    handle: str = ""
    """The message in the sender's chat, so that answers, changes and deletions find their way."""
    replaces: tuple[str, ...] = ()
    """Messages in the reader's chat that it changes or takes away."""
    of: str = ""
    """Address of who wrote it: she hears it when it does not arrive. It is never shown."""
    due_at: int = 0
    until_at: int = 0
    """Seconds since 1970: not before, and of no use from then on; 0 is at once and 72 hours."""

    def changed(self, **parts: Any) -> Self:
        """Return this letter with some parts replaced."""
        return replace(self, **parts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data without the empty parts, ready to be sealed."""
        data: dict[str, Any] = {"to": self.to, "kind": self.kind.value}
        for name in ("conversation", "text", "handle", "of", "due_at", "until_at"):
            if value := getattr(self, name):
                data[name] = value
        if self.values:
            data["values"] = dict(self.values)
        if self.replaces:
            data["replaces"] = list(self.replaces)
        if self.media:
            data["media"] = str(self.media)
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        media = Media.parse(data["media"]) if "media" in data else None
        kept = {**data, "kind": LetterKind(data["kind"]), "replaces": tuple(data.get("replaces", ()))}
        return cls(**{**kept, "media": media})
