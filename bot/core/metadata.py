"""What a picture or a sound says beside what it shows: it is taken off before a file goes on to somebody else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.core.bare_mp4 import bare_mp4
from bot.core.bare_picture import bare_jpeg, bare_png, bare_webp
from bot.core.bare_sound import bare_aac, bare_mp3, bare_ogg

Format = Literal["jpeg", "png", "webp", "ogg", "mp3", "aac", "m4a"]

MIME: Mapping[Format, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "ogg": "audio/ogg",
    "mp3": "audio/mpeg",
    "aac": "audio/aac",
    "m4a": "audio/mp4",
}
_PICTURES = frozenset({"jpeg", "png", "webp"})


@dataclass(frozen=True, slots=True)
class Bare:
    """A file with nothing in it but what is seen or heard."""

    format: Format
    data: bytes = field(repr=False)


def bare(data: bytes, kind: Literal["voice", "picture"]) -> Bare | None:
    """Take off all that a file says beside its content; `None` where we cannot be sure, or it is of another kind."""
    found = format_of(data)
    if found is None or (found in _PICTURES) != (kind == "picture"):
        return None
    stripped = _STRIP[found](data)
    return Bare(found, stripped) if stripped else None


def kind_of(data: bytes) -> Literal["voice", "picture"] | None:
    """Tell what a file is to be shown as, by how it begins."""
    found = format_of(data)
    if found is None:
        return None
    return "picture" if found in _PICTURES else "voice"


def format_of(data: bytes) -> Format | None:
    """Name the format of a file by how it begins; what it is called or said to be is not asked."""
    if data.startswith(b"RIFF"):
        return "webp" if data[8:12] == b"WEBP" else None
    if data[4:8] == b"ftyp":
        return "m4a"
    if data.startswith(b"ID3"):
        return "aac" if bare_aac(data) else "mp3"
    if data[:1] == b"\xff" and len(data) > 1 and data[1] & 0xE0 == 0xE0:  # noqa: PLR2004 - eleven bits of ones
        # The two bits of the layer are zero in AAC alone.
        return "mp3" if data[1] & 0x06 else "aac"
    return next((name for head, name in _HEADS.items() if data.startswith(head)), None)


_HEADS: Mapping[bytes, Format] = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"OggS": "ogg"}
_STRIP: Mapping[Format, Callable[[bytes], bytes | None]] = {
    "jpeg": bare_jpeg,
    "png": bare_png,
    "webp": bare_webp,
    "ogg": bare_ogg,
    "mp3": bare_mp3,
    "aac": bare_aac,
    "m4a": bare_mp4,
}
