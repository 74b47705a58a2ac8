"""What people send along in scenes: real files, with words of the phone planted in them."""

from collections.abc import Callable, Mapping

from bot.core.message import MEDIA_LIMIT
from bot.core.metadata import kind_of
from tests.files import PLANTED, exif, jpeg, ogg, segment

FILES: Mapping[str, Callable[[], bytes]] = {
    "a voice note with the name of the phone": lambda: ogg(PLANTED),
    "a voice note that is too large": lambda: ogg(PLANTED) + bytes(MEDIA_LIMIT),
    "a picture with the place where it was taken": lambda: jpeg(segment(0xE1, exif(6))),
    "a picture that is too large": lambda: jpeg(segment(0xE1, exif(1))) + bytes(MEDIA_LIMIT),
}
"""As a scene says what a file is."""


def made(what: str) -> bytes:
    """Return a file; raises `ValueError` with what to write instead."""
    if what not in FILES:
        raise ValueError(f"{what!r} is not known here; write one of {', '.join(FILES)}")
    return FILES[what]()


def said(data: bytes) -> str:
    """Say in what state a file has crossed."""
    if PLANTED in data:
        return "with what the phone wrote into it"
    return "bare" if kind_of(data) else "broken"
