"""What crosses the border between a platform and the engine, the same for every platform."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

MEDIA_LIMIT = 10 * 1024 * 1024
"""Bytes of a voice note or a picture that are brought into memory at most: twenty minutes of speech, or any photo."""
NAMELESS = "[…]"
"""Stands for what goes along where nobody said what it is."""
Missed = Literal["", "large", "unreadable", "missing"]
"""Why a file does not go along: it is over the limit, of no format that can be made bare, or nobody hands it out."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a channel reaches someone: `telegram:123`, `signal:<ACI uuid>`."""

    channel: str
    id: str

    def __str__(self) -> str:
        """Return the one spelling that pseudonyms are made from."""
        return f"{self.channel}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read back what `str` wrote."""
        channel, _, identifier = text.partition(":")
        return cls(channel, identifier)


class Kind(StrEnum):
    """What sort of thing came in; an adapter maps everything its platform knows to one of these."""

    TEXT = "text"
    PRESS = "press"
    START = "start"
    """She opened the chat, perhaps by a link that carries a payload."""
    VOICE = "voice"
    PICTURE = "picture"
    FILE = "file"
    STICKER = "sticker"
    LOCATION = "location"
    CARD = "card"
    """A shared contact card: never read, never kept."""
    EDIT = "edit"
    """She changed a message that was answered already."""
    TAKEN_BACK = "taken back"
    """She deleted a message of hers, for everybody."""
    TIMER = "timer"
    """Ours: the time that a screen asked for has come."""
    INVITED = "invited"
    """Ours: what she sent was an invitation, and she is one of the staff now."""
    AGAIN = "again"
    """Ours: she may not have seen her screen, for we stopped in the middle."""
    LIVING = "living"
    """Ours: what her screen says may have changed by itself."""


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or a voice note that somebody sent: where it lies, and only on its way elsewhere what it is."""

    channel: str
    kind: Literal["voice", "picture"]
    ref: str = field(repr=False)
    data: bytes = field(default=b"", repr=False, compare=False)
    """Its bytes, on their way to another platform: in memory only, and never stored."""
    size: int = field(default=0, compare=False)
    """How many these are, where the platform says so as it comes in; never stored."""

    @property
    def is_too_large(self) -> bool:
        """Tell whether it is known already that it cannot go along."""
        return self.size > MEDIA_LIMIT

    def __str__(self) -> str:
        """Return the one spelling that an answer is kept in."""
        return f"{self.channel} {self.kind} {self.ref}"

    @classmethod
    def parse(cls, text: str) -> "Media | None":
        """Read back what `str` wrote."""
        channel, _, rest = text.partition(" ")
        kind, _, ref = rest.partition(" ")
        return cls(channel, "picture" if kind == "picture" else "voice", ref) if ref else None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that a person did, without her name, number or profile."""

    address: Address
    kind: Kind
    id: str
    """The platform's own id of the update: the same id twice is one step."""
    text: str = field(default="", repr=False)
    token: str = ""
    """Which choice was pressed (`Choice.token`)."""
    payload: str = ""
    """What a deep link carried, as in `/start pt-porto`."""
    locale: str = ""
    """Language of her app, used once, for the greeting."""
    handle: str = ""
    """Her message (or, for a press, the message that bears the button), so that it can be wiped."""
    press: str = ""
    """What the platform wants acknowledged when a button was pressed."""
    media: Media | None = None
    """Of a voice note or a picture, for a screen that asked for one; `text` is what stands below it, then."""
    reply_to: str = ""
    """Handle of the message that she answers, where she said which, in the platform's own way."""
    has_more: bool = False
    """More came along in the same message than `media`: it was left where it lies."""
    renamed: str = ""
    """Of an edit: the handle that the message has from now on, where the platform gives it another."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that she can press, or type by number or by name."""

    token: str
    """Opaque to the platform and stable for the same choice on the same screen, at most 16 bytes."""
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing of what the first text of a screen says."""

    name: str
    alt: str
    """The same in words, for who cannot see it."""
    digest: str
    """Of the bytes: what platforms have under it already need not be sent again."""
    data: bytes = field(repr=False, compare=False)
    """A whole PNG file."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, as the head of every PNG file has them."""
        return int.from_bytes(self.data[16:20]), int.from_bytes(self.data[20:24])


@dataclass(frozen=True, slots=True)
class Screen:
    """What she sees after one step: each text a message, the choices under the last."""

    texts: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    ways: tuple[Choice, ...] = ()
    """Back, menu and exit: on every screen, apart from the choices."""
    picture: Picture | None = None
    """Belongs to the first text, and never holds it up."""
    media: Media | None = None
    """What a peer sent along; the first text, if there is one, stands below it."""
    is_living: bool = False
    """What it says changes by itself: it is shown anew, in its place, while she stands there."""
    instead: str = ""
    """In her language: the line that stands for `media` where it cannot be had."""
    first: int = 1
    """The number of the first choice, where there are no buttons: no two things before her have the same.

    0: a number would be an answer here, so none has one.
    """
    missed: Missed = ""
    """Why a line stands in the place of what was to go along."""

    def in_words(self, why: Missed = "") -> "Screen":
        """Return the screen with a line in the place of what goes along, so that she knows that there was something."""
        if self.media is None:
            return self
        # Behind the words: what is written across begins with who wrote it, whatever became of the file.
        first, rest = "\n".join((*self.texts[:1], self.instead or NAMELESS)), self.texts[1:]
        return replace(self, texts=(first, *rest), media=None, missed=why)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A screen on its way to one person."""

    to: Address
    screen: Screen
    replaces: tuple[str, ...] = ()
    """Handles of the living screen, oldest first: edited in place or deleted, so the chat stays short."""
    pressed: str = ""
    """Handle of the message whose button brought her here; empty when she typed."""
    press: str = ""
    """What the platform wants acknowledged."""
    rank: int = 0
    """Whose turn it is when there is much to send: 0 answers her, 1 is a reminder, 2 a broadcast."""


@lru_cache(maxsize=8192)
def token(*parts: str) -> str:
    """Name a choice so that a platform, and whoever reads its logs, learns nothing from it."""
    return blake2b("\x1f".join(parts).encode(), digest_size=6).hexdigest()


def fold(at: datetime) -> int:
    """Return whole hours since 1970: the finest time that is ever stored about a person."""
    return int(at.timestamp()) // 3600
