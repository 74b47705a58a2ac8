"""Small pictures for the tests: each has one shade of grey."""

import struct
import zlib

from bot.content.picture import picture
from bot.core.message import Picture


def png(width: int = 4, height: int = 3, shade: int = 200) -> bytes:
    """Return a whole PNG file."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes([shade]) * width) * height, 9)
    return b"\x89PNG\r\n\x1a\n" + _part(b"IHDR", head) + _part(b"IDAT", rows) + _part(b"IEND", b"")


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def drawn(name: str = "wake", shade: int = 200) -> Picture:
    """Return a picture as the content has it."""
    return picture(name, f"This is {name}.", png(shade=shade))
