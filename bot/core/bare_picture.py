"""JPEG, PNG and WebP without what cameras and programs write into them: place, time, device, names, thumbnails."""

import re
import zlib
from collections.abc import Iterator

_SOI, _EOI, _SOS, _APP0, _APP1, _APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xEE
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDD, _SOS})
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""Ends coded data: neither a stuffed byte nor a restart."""
_JFIF = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
"""The head without a thumbnail."""
_ADOBE_LENGTH = 12
_ORIENTATION = 0x0112
_UPRIGHT = 1
_LAST_ORIENTATION = 8

_PNG = b"\x89PNG\r\n\x1a\n"
_KEPT_IN_PNG = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"})

_KEPT_IN_WEBP = frozenset({b"VP8X", b"ALPH", b"VP8 ", b"VP8L"})
_IMAGES_IN_WEBP = frozenset({b"VP8 ", b"VP8L"})
_ANIMATED = 0x02
_ALPHA = 0x10


def bare_jpeg(data: bytes) -> bytes | None:
    """Return the picture and which way is up, nothing else; `None` where it is no whole JPEG."""
    parts, has_frame, has_scan = [b"\xff\xd8"], False, False
    try:
        for marker, body in _segments(data):
            if marker == _EOI:
                return b"".join((*parts, b"\xff\xd9")) if has_frame and has_scan else None
            has_frame = has_frame or marker in _FRAMES
            has_scan = has_scan or marker == _SOS
            parts.append(_kept_in_jpeg(marker, body))
    except IndexError:
        return None
    return None


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Return each segment: its marker, its content, and for a scan the coded data behind it; raises `IndexError`."""
    at = 2
    while True:
        match = _MARKER.match(data, at)
        if match is None:
            raise IndexError
        marker, at = match[1][0], match.end()
        if marker == _EOI:
            yield marker, b""
            return
        size = data[at] << 8 | data[at + 1]
        end = at + size
        if marker == _SOI or size < 2 or end > len(data):  # noqa: PLR2004 - the size counts itself
            raise IndexError
        if marker == _SOS:
            following = _MARKER.search(data, end)
            if following is None:
                raise IndexError
            end = following.start()
        yield marker, data[at:end]
        at = end


def _kept_in_jpeg(marker: int, body: bytes) -> bytes:
    """Return what is kept of a segment; `body` begins with its size."""
    content = body[2:]
    if marker in _FRAMES or marker in _TABLES:
        return bytes((0xFF, marker)) + body
    if marker == _APP0 and content.startswith(b"JFIF\x00"):
        return _segment(_APP0, _JFIF)
    if marker == _APP14 and content.startswith(b"Adobe"):
        # It says how the colours are coded.
        return _segment(_APP14, content[:_ADOBE_LENGTH]) if len(content) >= _ADOBE_LENGTH else b""
    if marker == _APP1 and content.startswith(b"Exif\x00\x00") and (up := _orientation(content[6:])) > _UPRIGHT:
        one = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00%c\x00\x00\x00\x00\x00\x00" % up
        return _segment(_APP1, b"Exif\x00\x00" + one)
    return b""


def _segment(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(content) + 2).to_bytes(2) + content


def _orientation(tiff: bytes) -> int:
    """Return which way is up, as a camera writes it; 0 where it does not say."""
    order = {b"MM": "big", b"II": "little"}.get(tiff[:2])
    if order is None:
        return 0

    def number(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "big" if order == "big" else "little")

    first = number(4, 4)
    for entry in range(min(number(first, 2), 100)):
        at = first + 2 + 12 * entry
        if number(at, 2) == _ORIENTATION:
            found = number(at + 8, 2)
            return found if found <= _LAST_ORIENTATION else 0
    return 0


def bare_png(data: bytes) -> bytes | None:
    """Return the picture without text, time and device; `None` where it is no whole PNG."""
    parts, at, names = [_PNG], len(_PNG), []
    while at + 12 <= len(data):
        size, name = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        chunk, at = data[at : at + 12 + size], at + 12 + size
        is_whole = len(chunk) == 12 + size and int.from_bytes(chunk[-4:]) == zlib.crc32(chunk[4:-4])
        is_needed = name[:1].isupper()
        if not is_whole or (is_needed and name not in _KEPT_IN_PNG):
            return None
        if name in _KEPT_IN_PNG:
            parts.append(chunk)
            names.append(name)
        if name == b"IEND":
            return b"".join(parts) if names[0] == b"IHDR" and b"IDAT" in names and not size else None
    return None


def bare_webp(data: bytes) -> bytes | None:
    """Return the picture without EXIF, XMP and colour profile; `None` where it is no whole WebP, or moves."""
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        return None
    parts, at, has_image = [b"WEBP"], 12, False
    while at < end:
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        chunk, at = data[at : at + 8 + size], at + 8 + size + size % 2
        if len(chunk) != 8 + size or at > end:
            return None
        if name == b"VP8X":
            if size != 10 or chunk[8] & _ANIMATED:  # noqa: PLR2004 - flags and two sides
                return None
            chunk = chunk[:8] + bytes((chunk[8] & _ALPHA,)) + chunk[9:]
        has_image = has_image or name in _IMAGES_IN_WEBP
        if name in _KEPT_IN_WEBP:
            parts.append(chunk + b"\x00" * (size % 2))
    body = b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body if has_image else None
