"""What leaves a file before it goes on: all that it says beside what is seen or heard."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.bare_mp4 import bare_mp4
from bot.core.bare_picture import bare_jpeg, bare_png, bare_webp
from bot.core.bare_sound import bare_aac, bare_mp3, bare_ogg
from bot.core.metadata import bare, format_of, kind_of
from tests.files import (
    PLANTED,
    aac,
    box,
    chunk,
    exif,
    id3,
    jpeg,
    m4a,
    mp3,
    ogg,
    page,
    piece,
    png,
    segment,
    timed,
    track,
    webp,
)

XMP = b"http://ns.adobe.com/xap/1.0/\x00" + PLANTED
TEXT = b"Comment\x00" + PLANTED
WHOLE = {"jpeg": jpeg(), "png": png(), "webp": webp(), "ogg": ogg(), "mp3": mp3(), "aac": aac(), "m4a": m4a()}
SPOKEN = {
    "jpeg comment": jpeg(segment(0xFE, PLANTED)),
    "jpeg exif": jpeg(segment(0xE1, exif(1))),
    "jpeg exif turned": jpeg(segment(0xE1, exif(6))),
    "jpeg xmp": jpeg(segment(0xE1, XMP)),
    "jpeg profile": jpeg(segment(0xE2, b"ICC_PROFILE\x00" + PLANTED)),
    "jpeg iptc": jpeg(segment(0xED, b"Photoshop 3.0\x00" + PLANTED)),
    "jpeg adobe": jpeg(segment(0xEE, b"Adobe\x00\x64\x00\x00\x00\x00\x01" + PLANTED)),
    "jpeg short adobe": jpeg(segment(0xEE, b"Adobe" + b"\x00")) + PLANTED,
    "jpeg thumbnail": jpeg(segment(0xE0, b"JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x01\x01" + PLANTED)),
    "jpeg extension": jpeg(segment(0xE0, b"JFXX\x00\x10" + PLANTED)),
    "jpeg other": jpeg(*(segment(marker, PLANTED) for marker in (0xE3, 0xEF, 0xF0, 0xDE))),
    "jpeg behind": jpeg(after=PLANTED),
    "png text": png(chunk(b"tEXt", TEXT), chunk(b"zTXt", TEXT), chunk(b"iTXt", TEXT)),
    "png exif": png(chunk(b"eXIf", PLANTED)),
    "png profile": png(chunk(b"iCCP", TEXT)),
    "png time and more": png(chunk(b"tIME", bytes(7)), chunk(b"prVt", PLANTED)),
    "png behind": png(after=PLANTED),
    "webp exif": webp(piece(b"EXIF", PLANTED)),
    "webp xmp": webp(piece(b"XMP ", PLANTED)),
    "webp profile": webp(piece(b"ICCP", PLANTED)),
    "webp other": webp(piece(b"what", PLANTED)),
    "webp behind": webp(after=PLANTED),
    "ogg comment": ogg(b"TITLE=" + PLANTED, b"LOCATION=" + PLANTED),
    "ogg vendor": ogg(vendor=PLANTED),
    "ogg cover": ogg(b"METADATA_BLOCK_PICTURE=" + PLANTED * 6000),
    "mp3 tag": id3() + mp3(),
    "mp3 tag with a foot": id3(flags=0x10) + mp3(),
    "mp3 old tag": mp3() + b"TAG" + PLANTED.ljust(125),
    "mp3 ape": mp3() + b"APETAGEX" + PLANTED,
    "aac tag": id3() + aac(),
    "m4a udta": m4a(box(b"udta", box(b"\xa9nam", PLANTED))),
    "m4a meta": m4a(box(b"meta", bytes(4), PLANTED)),
    "m4a track udta": m4a(tracks=[track(box(b"udta", PLANTED))]),
    "m4a handler": m4a(tracks=[track(name=PLANTED)]),
    "m4a own": m4a(before=[box(b"uuid", PLANTED), box(b"free", PLANTED), box(b"meta", PLANTED)]),
}


@pytest.mark.parametrize("name", SPOKEN)
def test_no_planted_word_is_left(name: str) -> None:
    kind = "picture" if name.split(maxsplit=1)[0] in ("jpeg", "png", "webp") else "voice"
    found = bare(SPOKEN[name], kind)  # type: ignore[arg-type]  # one of the two
    assert found
    assert found.format == name.split(maxsplit=1)[0]
    assert PLANTED in SPOKEN[name] or "time" in name
    assert PLANTED not in found.data
    assert PLANTED[:8] not in found.data


@pytest.mark.parametrize("name", SPOKEN)
def test_what_is_bare_stays_as_it_is(name: str) -> None:
    kind = kind_of(SPOKEN[name])
    assert kind
    found = bare(SPOKEN[name], kind)
    assert found
    assert bare(found.data, kind) == found


@pytest.mark.parametrize("name", ["png", "mp3", "aac"])
def test_what_says_nothing_is_not_touched(name: str) -> None:
    kind = kind_of(WHOLE[name])
    assert kind
    found = bare(WHOLE[name], kind)
    assert found
    assert found.data == WHOLE[name]


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize("orientation", range(10))
def test_a_picture_stays_upright(orientation: int, order: str) -> None:
    """A camera turns nothing: it writes which way is up."""
    found = bare_jpeg(jpeg(segment(0xE1, exif(orientation, order))))
    assert found
    kept = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    assert (kept in found) == (orientation in range(2, 9))


def test_the_pages_of_a_recording_keep_their_size_and_have_a_right_sum() -> None:
    spoken = ogg(b"COVER=" + bytes(70_000))
    found = bare_ogg(spoken)
    assert found
    assert len(found) == len(spoken)
    # What was sealed once more is the same: the sum was right.
    assert bare_ogg(found) == found
    assert found.endswith(spoken[-30:])


def test_a_recording_forgets_when_it_was_made_and_keeps_its_length() -> None:
    for version in (0, 1):
        tree = box(b"moov", box(b"mvhd", timed(version)), track())
        found = bare_mp4(box(b"ftyp", b"M4A ") + tree + box(b"mdat", b"sound"))
        assert found
        head = found[found.index(b"mvhd") :][:32]
        assert b"\xe5\xaa" not in head
        assert b"\x03\xe8" in head


def test_boxes_keep_their_place() -> None:
    spoken = m4a(box(b"udta", PLANTED), before=[box(b"uuid", PLANTED)])
    found = bare_mp4(spoken)
    assert found
    assert found.index(b"soundsound") == spoken.index(b"soundsound")


def test_a_box_may_say_its_size_in_long() -> None:
    long = struct.pack(">I", 1) + b"uuid" + struct.pack(">Q", 16 + len(PLANTED)) + PLANTED
    found = bare_mp4(m4a(before=[long]))
    assert found
    assert PLANTED not in found
    to_the_end = m4a() + struct.pack(">I", 0) + b"uuid" + PLANTED
    found = bare_mp4(to_the_end)
    assert found
    assert PLANTED not in found


REFUSED: dict[str, tuple[Callable[[bytes], bytes | None], bytes]] = {
    "half a jpeg": (bare_jpeg, jpeg()[:-2]),
    "jpeg without a frame": (bare_jpeg, b"\xff\xd8" + segment(0xDA, bytes(6)) + b"\xff\xd9"),
    "jpeg without a scan": (bare_jpeg, b"\xff\xd8" + segment(0xC0, bytes(9)) + b"\xff\xd9"),
    "jpeg in jpeg": (bare_jpeg, b"\xff\xd8\xff\xd8" + jpeg()),
    "segment too long": (bare_jpeg, b"\xff\xd8\xff\xe1\xff\xff\x00"),
    "segment too short": (bare_jpeg, b"\xff\xd8\xff\xe1\x00\x01" + jpeg()[2:]),
    "words between segments": (bare_jpeg, b"\xff\xd8abc" + jpeg()[2:]),
    "half a png": (bare_png, png()[:-4]),
    "wrong sum": (bare_png, png()[:-1] + b"\x00"),
    "png without pixels": (bare_png, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"IEND", b"")),
    "png with words at its end": (bare_png, png()[:-12] + chunk(b"IEND", PLANTED)),
    "png that needs more": (bare_png, png(chunk(b"ABCD", b""))),
    "half a webp": (bare_webp, webp()[:-1]),
    "webp that moves": (bare_webp, webp(flags=0x02)),
    "webp without an image": (bare_webp, b"RIFF" + struct.pack("<I", 4) + b"WEBP"),
    "webp with a chunk too long": (bare_webp, webp()[:12] + b"VP8L\xff\xff\x00\x00" + webp()[12:]),
    "half an ogg": (bare_ogg, ogg()[:-1]),
    "ogg with words behind": (bare_ogg, ogg() + PLANTED),
    "ogg of another kind": (
        bare_ogg,
        page(0, b"\x80theora") + page(1, tags_alone := b"OpusTags" + bytes(8)) + page(2, b"x"),
    ),
    "ogg without sound": (bare_ogg, page(0, b"OpusHead") + page(1, tags_alone) + page(2, b"")[:0]),
    "ogg without tags": (bare_ogg, page(0, b"OpusHead") + page(1, b"x") + page(2, b"x")),
    "ogg of two streams": (bare_ogg, ogg() + page(0, b"x", serial=8)),
    "ogg whose tags do not end": (
        bare_ogg,
        page(0, b"OpusHead") + page(1, b"OpusTags" + bytes(247), has_more=True) * 2,
    ),
    "ogg with a great many tags": (bare_ogg, ogg(b"A=" + bytes(300_000))),
    "one frame": (bare_mp3, mp3(1)),
    "words between frames": (bare_mp3, mp3() + PLANTED + mp3()),
    "half a frame": (bare_aac, aac()[:-1]),
    "free rate": (bare_mp3, b"\xff\xfb\x00\x00" * 9),
    "reserved version": (bare_mp3, b"\xff\xeb\x90\x00" * 9),
    "video": (bare_mp4, m4a(tracks=[track(handler=b"vide")])),
    "two tracks": (bare_mp4, m4a(tracks=[track(), track()])),
    "no track": (bare_mp4, box(b"ftyp") + box(b"moov", box(b"mvhd", timed())) + box(b"mdat")),
    "in pieces": (bare_mp4, m4a() + box(b"moof")),
    "box too long": (bare_mp4, m4a() + b"\x00\x00\xff\xfffree"),
    "box without a name": (bare_mp4, m4a() + b"\x00\x00\x00\x01"),
    "no end inside": (bare_mp4, m4a(struct.pack(">I", 0) + b"free")),
    "very many boxes": (bare_mp4, m4a(*[box(b"free")] * 2000)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_to_its_end_is_refused(name: str) -> None:
    strip, data = REFUSED[name]
    assert strip(data) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"GIF89a", b"RIFF\x00\x00\x00\x00WAVE", b"<svg onload=x>", b"%PDF", b"#!AMR\n", b"\x1aE\xdf\xa3"],
)
def test_an_unknown_format_is_nothing_to_relay(data: bytes) -> None:
    assert format_of(data) is None
    assert kind_of(data) is None
    assert bare(data, "picture") is bare(data, "voice") is None


@pytest.mark.parametrize("name", WHOLE)
def test_a_sound_is_no_picture_and_a_picture_no_sound(name: str) -> None:
    assert format_of(WHOLE[name]) == name
    assert (bare(WHOLE[name], "picture") is None) != (bare(WHOLE[name], "voice") is None)


HEADS = [b"", *(data[:12] for data in WHOLE.values()), *(data[:60] for data in WHOLE.values())]


@given(st.sampled_from(HEADS), st.binary(max_size=200))
def test_no_garbage_raises(head: bytes, garbage: bytes) -> None:
    for kind in ("voice", "picture"):
        bare(head + garbage, kind)  # type: ignore[arg-type]  # the two that there are


@given(st.sampled_from([*SPOKEN.values(), *WHOLE.values()]), st.data())
def test_no_damage_raises(whole: bytes, data: st.DataObject) -> None:
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(damaged[: data.draw(st.integers(0, len(whole)))])
    for kind in ("voice", "picture"):
        bare(cut, kind)  # type: ignore[arg-type]  # the two that there are
