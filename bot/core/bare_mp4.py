"""M4A without what is written about it: every box that no player needs is emptied in its place."""

from collections.abc import Iterator, Mapping

_Inside = Mapping[bytes, "_Inside | None"]

_SAMPLES: _Inside = dict.fromkeys((b"stsd", b"stts", b"ctts", b"stsc", b"stsz", b"stz2", b"stco", b"co64", b"stss"))
_TREE: _Inside = {
    b"ftyp": None,
    b"mdat": None,
    b"moov": {
        b"mvhd": None,
        b"trak": {
            b"tkhd": None,
            b"edts": {b"elst": None},
            b"mdia": {
                b"mdhd": None,
                b"hdlr": None,
                b"minf": {b"smhd": None, b"dinf": {b"dref": None}, b"stbl": _SAMPLES},
            },
        },
    },
}
"""What is kept, and what in it; nothing else tells a player how it sounds."""
_TIMED = frozenset({b"mvhd", b"tkhd", b"mdhd"})
_NEEDED = (b"ftyp", b"mdat", b"mvhd", b"stsd")
_MOST = 1000
"""Boxes of a file that is no trap."""


def bare_mp4(data: bytes) -> bytes | None:
    """Return a recording without tags, places, times and names; `None` where it is more than one sound.

    Boxes keep their place, for others say where in the file the sound lies.
    """
    bare, found = bytearray(data), list[bytes]()
    try:
        _strip(bare, 0, len(bare), _TREE, found)
    except ValueError:
        return None
    is_one = found.count(b"trak") == 1 and found.count(b"moov") == 1
    return bytes(bare) if is_one and all(name in found for name in _NEEDED) else None


def _strip(data: bytearray, start: int, end: int, tree: _Inside, found: list[bytes]) -> None:
    for name, at, body, after in _boxes(data, start, end):
        found.append(name)
        if len(found) > _MOST:
            raise ValueError("too many boxes")
        if name not in tree:
            if name == b"moof":
                raise ValueError("in pieces, which lie in boxes of their own")
            data[at + 4 : at + 8] = b"free"
            data[body:after] = bytes(after - body)
        elif (inside := tree[name]) is not None:
            _strip(data, body, after, inside, found)
        elif name in _TIMED:
            size = 16 if data[body : body + 1] == b"\x01" else 8
            _clear(data, body + 4, min(body + 4 + size, after))
        elif name == b"hdlr":
            if data[body + 8 : body + 12] != b"soun":
                raise ValueError("not a sound")
            _clear(data, body + 24, after)


def _clear(data: bytearray, start: int, end: int) -> None:
    data[start:end] = bytes(max(end - start, 0))


def _boxes(data: bytearray, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Return each box: its name, where it and its content begin, and its end; raises `ValueError`."""
    at = start
    while at < end:
        size, body = int.from_bytes(data[at : at + 4]), at + 8
        if size == 1:
            size, body = int.from_bytes(data[at + 8 : at + 16]), at + 16
        after = end if size == 0 and start == 0 else at + size
        if body > after or after > end:
            raise ValueError("a box that does not fit")
        yield bytes(data[at + 4 : at + 8]), at, body, after
        at = after
