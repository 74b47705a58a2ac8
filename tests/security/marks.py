"""What was said in a walk: each thing carries a mark, and it is known who may read it."""

import zlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from tests.files import chunk, exif, jpeg, ogg, png, segment
from tests.services.people import Person


@dataclass(eq=False)
class Mark:
    """One thing that somebody said."""

    text: str
    by: Person
    at: datetime
    talk: str = ""
    to: frozenset[str] = frozenset()
    """Names of those who were on the other side."""
    never: frozenset[str] = frozenset()
    """Names of those who may not read it, whatever happens."""
    is_sure: bool = False
    """Nothing happened meanwhile: it reaches each of them."""
    is_held: bool = False
    """It waits for whoever comes."""
    is_shaken: bool = False
    """Something happened meanwhile: whoever has a seat afterwards may read it too."""
    is_quiet: bool = False
    """That it does not arrive is no news to its author: her code word, what she took back, what she agreed to."""
    is_unsent: bool = False
    """Its author was asked whom it is for."""
    is_text: bool = False
    """It was typed."""
    is_file: bool = False
    """It is a voice note or a picture: where it cannot be had, a line says that there was one."""
    is_back: bool = False
    """Its author took it back."""
    heard: int = 0
    """How much had come to its author when she said it."""
    most: int = 1
    """How often it may come: more where the program was killed as it was on its way."""
    handle: str = ""
    """In the chat of its author."""
    instead: str = ""
    """Handle of what it changes."""
    seen: Counter[str] = field(default_factory=Counter)
    """How often it came, and to whom."""
    frozen: Counter[str] | None = None
    """How often it had come when it was taken back: it comes to nobody any more."""

    def __str__(self) -> str:
        """Say it, for who looks into what went wrong."""
        flags = [name for name, value in vars(self).items() if name.startswith("is_") and value]
        to, seen = sorted(self.to), dict(self.seen)
        return f"{self.by.name} said {self.text[:4]} to {to} ({', '.join(flags)}), seen by {seen}"

    def freeze(self) -> None:
        """Let it come to nobody from now on."""
        self.is_back = self.is_quiet = True
        self.is_sure = self.is_held = False
        self.frozen = Counter(self.seen)


@dataclass(eq=False)
class Errand:
    """What a woman agreed to: words of ours, and of hers as a mark."""

    woman: Person
    talk: str
    designation: str
    at: datetime
    texts: frozenset[str]
    """What is read of it, in each language."""
    mark: Mark | None = None
    later: int = 0
    """How often she may be asked afterwards how it went."""


def sound(mark: Mark) -> bytes:
    """Return a voice note that says it, with her name in its tags."""
    name = mark.by.secret.encode()
    return ogg(b"TITLE=" + name, vendor=name, sound=b"\xfc" + mark.text.encode())


def picture(mark: Mark, kind: str) -> bytes:
    """Return a picture that shows it, with her name wherever a camera writes."""
    name, shown = mark.by.secret.encode(), b"\x00" + mark.text.encode() + b"\x00"
    if kind == "png":
        pixels = chunk(b"IDAT", zlib.compress(b"\x00\x00\xff"))
        told = png(chunk(b"tEXt", b"Author\x00" + name), after=name)
        return told.replace(pixels, chunk(b"IDAT", zlib.compress(shown, 0)))
    told = jpeg(segment(0xE1, exif(6, words=name)), segment(0xFE, name), after=name)
    return told.replace(b"\x12\xff\x00\x34", b"\x12\xff\x00\x34" + shown)
