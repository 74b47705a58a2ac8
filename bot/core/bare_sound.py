"""Ogg Opus, MP3 and AAC without what is written about them: titles, names, places, covers, programs."""

from collections.abc import Callable
from functools import cache
from itertools import pairwise

_PAGE_HEAD = 27
_TAGS_LIMIT = 256 * 1024
"""Bytes of tags that are worth the sum over them."""
_CONTINUED = 0x01
_NO_TAGS = b"OpusTags" + bytes(8)

_ID3_HEAD = 10
_ID3_FOOTER = 0x10
_ID3V1 = 128
_TAILS = (b"TAG", b"APETAGEX", b"LYRICSBEGIN", b"3DI")

_AAC_HEAD = 7
_MP3_RATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
"""Thousands of bits a second, of version 1 and of the later ones."""
_MP3_SAMPLES = (44100, 48000, 32000)


def bare_ogg(data: bytes) -> bytes | None:
    """Return an Opus recording with its tags emptied in their place; `None` where it is anything else."""
    pages = _pages(data)
    if len(pages) < 3 or len({data[at + 14 : at + 18] for at, _, _ in pages}) != 1:  # noqa: PLR2004 - head, tags, sound
        return None
    head, *rest = pages
    if data[head[1] : head[1] + 8] != b"OpusHead" or not data[rest[0][1] :].startswith(b"OpusTags"):
        return None
    tags = []
    for page in rest:
        tags.append(page)
        if _ends_packet(data, page):
            break
    body = sum(end - start for _, start, end in tags)
    if not len(_NO_TAGS) <= body <= _TAGS_LIMIT or not _is_one_packet(data, tags) or tags[-1] == pages[-1]:
        return None
    # What follows no tag is padding: every page keeps its size and its number.
    empty = _NO_TAGS + bytes(body - len(_NO_TAGS))
    parts, taken = [data[: rest[0][0]]], 0
    for at, start, end in tags:
        parts.append(_sealed(data[at:start], empty[taken : taken + end - start]))
        taken += end - start
    return b"".join((*parts, data[tags[-1][2] :]))


def _pages(data: bytes) -> list[tuple[int, int, int]]:
    """Return where each page, its content and the next page begin; nothing where there is anything else."""
    pages, at = [], 0
    while at < len(data):
        start = at + _PAGE_HEAD + (data[at + 26] if at + 26 < len(data) else 0)
        if data[at : at + 5] != b"OggS\x00" or start > len(data):
            return []
        end = start + sum(data[at + _PAGE_HEAD : start])
        if end > len(data):
            return []
        pages.append((at, start, end))
        at = end
    return pages


def _ends_packet(data: bytes, page: tuple[int, int, int]) -> bool:
    at, start, _ = page
    return any(size < 255 for size in data[at + _PAGE_HEAD : start])  # noqa: PLR2004 - a full piece has more to come


def _is_one_packet(data: bytes, pages: list[tuple[int, int, int]]) -> bool:
    """Tell whether these pages are one packet, and nothing but that."""
    sizes = b"".join(data[at + _PAGE_HEAD : start] for at, start, _ in pages)
    is_linked = all(data[at + 5] & _CONTINUED for at, _, _ in pages[1:])
    return is_linked and bool(sizes) and sizes[-1] < 255 and all(size == 255 for size in sizes[:-1])  # noqa: PLR2004


def _sealed(head: bytes, body: bytes) -> bytes:
    """Return a page with its sum, which is over the page with no sum in it."""
    total, table = 0, _sums()
    for byte in head[:22] + bytes(4) + head[26:] + body:
        total = (total << 8 & 0xFFFFFFFF) ^ table[total >> 24 ^ byte]
    return head[:22] + total.to_bytes(4, "little") + head[26:] + body


@cache
def _sums() -> tuple[int, ...]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = value << 1 & 0xFFFFFFFF ^ (0x04C11DB7 if value >> 31 else 0)
        table.append(value)
    return tuple(table)


def bare_mp3(data: bytes) -> bytes | None:
    """Return the frames of an MP3; `None` where there is anything but frames between its tags."""
    return _frames(data, _mp3_length)


def bare_aac(data: bytes) -> bytes | None:
    """Return the frames of a stream of AAC; `None` where there is anything but frames between its tags."""
    return _frames(data, _aac_length)


def _frames(data: bytes, length: Callable[[bytes], int]) -> bytes | None:
    ends = [_after_id3(data)]
    while (size := length(data[ends[-1] : ends[-1] + _AAC_HEAD])) and ends[-1] + size <= len(data):
        ends.append(ends[-1] + size)
    rest = data[ends[-1] :]
    if len(ends) < 3 or (rest and not rest.startswith(_TAILS)):  # noqa: PLR2004 - one frame may be an accident
        return None
    return b"".join(data[start:end] for start, end in pairwise(ends))


def _after_id3(data: bytes) -> int:
    """Return where the sound begins behind an ID3 tag."""
    if not data.startswith(b"ID3") or len(data) < _ID3_HEAD:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    return _ID3_HEAD + size + (_ID3_HEAD if data[5] & _ID3_FOOTER else 0)


def _aac_length(head: bytes) -> int:
    """Return the bytes of a frame, 0 where there is none."""
    if len(head) < _AAC_HEAD or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:  # noqa: PLR2004 - twelve ones, layer 0
        return 0
    size = (head[3] & 0x03) << 11 | head[4] << 3 | head[5] >> 5
    return size if size > _AAC_HEAD else 0


def _mp3_length(head: bytes) -> int:
    """Return the bytes of a frame of layer III, 0 where there is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:  # noqa: PLR2004 - eleven ones, layer III
        return 0
    version, rate, samples = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or samples == 3:  # noqa: PLR2004 - reserved or free
        return 0
    is_first = version == 3  # noqa: PLR2004 - two ones
    per_second = _MP3_SAMPLES[samples] >> {3: 0, 2: 1, 0: 2}[version]
    return (144 if is_first else 72) * 1000 * _MP3_RATES[0 if is_first else 1][rate] // per_second + (head[2] >> 1 & 1)
