"""Small pictures and sounds, whole as far as a reader of their structure can tell, with words planted in them."""

import struct
import zlib
from collections.abc import Iterable

from bot.core.bare_sound import _sealed

PLANTED = b"Rua do Segredo 7, Ana Silva"


def segment(marker: int, body: bytes) -> bytes:
    """Return one segment of a JPEG."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def exif(orientation: int, order: str = ">", words: bytes = PLANTED) -> bytes:
    """Return what a camera writes: which way is up, and words."""
    mark = b"MM\x00\x2a" if order == ">" else b"II\x2a\x00"
    entries = [(0x010E, 2, len(words), 38), (0x0112, 3, 1, orientation << (16 if order == ">" else 0))]
    body = mark + struct.pack(order + "IH", 8, len(entries))
    body += b"".join(struct.pack(order + "HHII", *entry) for entry in entries) + bytes(4) + words
    return b"Exif\x00\x00" + body


def jpeg(*extra: bytes, after: bytes = b"") -> bytes:
    """Return a JPEG with these segments after its head, and something behind its end."""
    head = segment(0xE0, b"JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x00\x00")
    tables = segment(0xDB, bytes(65)) + segment(0xC4, bytes(20))
    frame = segment(0xC0, b"\x08\x00\x01\x00\x01\x01\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"\xff\xd8" + head + b"".join(extra) + tables + frame + scan + b"\xff\xd9" + after


def chunk(name: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra: bytes, after: bytes = b"") -> bytes:
    """Return a PNG with these chunks before its pixels, and something behind its end."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 2, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\x00\x00\xff"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + pixels + chunk(b"IEND", b"") + after


def piece(name: bytes, body: bytes) -> bytes:
    """Return one chunk of a WebP."""
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)


def webp(*extra: bytes, flags: int = 0x2C, after: bytes = b"") -> bytes:
    """Return a WebP with these chunks around its image, and something behind its end."""
    head = piece(b"VP8X", bytes((flags, 0, 0, 0)) + bytes(6))
    body = b"WEBP" + head + piece(b"VP8L", b"\x2f\x00\x00\x00\x00") + b"".join(extra)
    return b"RIFF" + struct.pack("<I", len(body)) + body + after


def page(  # noqa: PLR0913 - what a page says of itself
    number: int, body: bytes, *, flags: int = 0, serial: int = 7, has_more: bool = False, at: int = 0
) -> bytes:
    """Return one page of an Ogg stream with one packet, or a part of one that goes on; `at` counts samples."""
    full, rest = divmod(len(body), 255)
    lacing = b"\xff" * full + (b"" if has_more else bytes((rest,)))
    head = b"OggS\x00" + bytes((flags,)) + struct.pack("<QIII", at, serial, number, 0) + bytes((len(lacing),))
    return _sealed(head + lacing, body)


def tags(*comments: bytes, vendor: bytes = b"libopus") -> bytes:
    """Return the tags of an Opus recording."""
    told = b"".join(struct.pack("<I", len(each)) + each for each in comments)
    return b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(comments)) + told


def ogg(*comments: bytes, vendor: bytes = b"libopus", sound: bytes = b"\xfc\xff\xfe") -> bytes:
    """Return an Opus recording with these comments, on as many pages as they need: 40 ms of silence."""
    head = page(0, b"OpusHead\x01\x01\x38\x01\x80\xbb\x00\x00\x00\x00\x00", flags=2)
    written, pages, number = tags(*comments, vendor=vendor), [head], 1
    while len(written) > 255 * 255:
        pages.append(page(number, written[: 255 * 255], flags=int(number > 1), has_more=True))
        written, number = written[255 * 255 :], number + 1
    pages.append(page(number, written, flags=int(number > 1)))
    return b"".join((*pages, page(number + 1, sound, at=960), page(number + 2, sound, flags=4, at=1920)))


def id3(words: bytes = PLANTED, *, flags: int = 0) -> bytes:
    """Return a tag as it stands before a sound."""
    size = len(words)
    footer = b"3DI\x03\x00\x10" + bytes(4) if flags & 0x10 else b""
    return (
        b"ID3\x04\x00"
        + bytes((flags, size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127))
        + words
        + footer
    )


def mp3(count: int = 3) -> bytes:
    """Return frames of 128 kbit a second at 44.1 kHz."""
    return (b"\xff\xfb\x90\x00" + bytes(413)) * count


def aac(count: int = 3, size: int = 20) -> bytes:
    """Return frames of AAC."""
    head = bytes((0xFF, 0xF1, 0x50, 0x80 | size >> 11, size >> 3 & 0xFF, (size & 7) << 5 | 0x1F, 0xFC))
    return (head + bytes(size - 7)) * count


def box(name: bytes, *inside: bytes) -> bytes:
    """Return one box of an MP4."""
    body = b"".join(inside)
    return struct.pack(">I", len(body) + 8) + name + body


def track(*extra: bytes, handler: bytes = b"soun", name: bytes = PLANTED) -> bytes:
    """Return a track of sound."""
    stbl = box(b"stbl", *(box(each, bytes(8)) for each in (b"stsd", b"stts", b"stsc", b"stsz", b"stco")))
    minf = box(b"minf", box(b"smhd", bytes(8)), box(b"dinf", box(b"dref", bytes(8))), stbl)
    hdlr = box(b"hdlr", bytes(8), handler, bytes(12), name, b"\x00")
    mdia = box(b"mdia", box(b"mdhd", timed()), hdlr, minf)
    return box(b"trak", box(b"tkhd", timed()), mdia, *extra)


def timed(version: int = 0) -> bytes:
    """Return a head that says when it was made."""
    return bytes((version, 0, 0, 0)) + b"\xe5\xaa" * (8 if version else 4) + b"\x00\x00\x03\xe8" * 2


def m4a(*extra: bytes, tracks: Iterable[bytes] = (), before: Iterable[bytes] = ()) -> bytes:
    """Return a recording with these boxes beside its track, and others before all that."""
    moov = box(b"moov", box(b"mvhd", timed()), *(tracks or (track(),)), *extra)
    return b"".join((box(b"ftyp", b"M4A isom"), *before, moov, box(b"mdat", b"sound" * 20)))
