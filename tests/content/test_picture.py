"""Pictures: what is taken as one, and what a flow gets of it."""

from datetime import date
from pathlib import Path

import pytest

from bot.content.catalogue import messages, read_translations
from bot.content.check import check
from bot.content.finding import Level
from bot.content.library import read_content
from bot.content.picture import LARGEST_PICTURE, LONGEST_SIDE, PICTURES_FILE, fault, picture
from tests.content.folder import lay
from tests.drawn import png

TODAY = date(2026, 12, 1)
FILE = "locales/media/recovery.png"


def test_a_picture_comes_with_what_it_shows_and_with_its_bytes(tmp_path: Path) -> None:
    _, library = read_content(lay(tmp_path))
    assert library
    (recovery,) = library.pictures.values()
    assert (recovery.name, recovery.alt) == ("recovery", "Someone lies on their side, one knee bent.")
    assert recovery.data == (tmp_path / FILE).read_bytes()
    assert recovery.size == (2, 3)


def test_a_changed_picture_has_another_digest_and_the_same_one_the_same() -> None:
    digests = [picture("wake", "", png(shade=shade)).digest for shade in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


def test_a_picture_is_not_written_out_where_it_is_named() -> None:
    assert "IHDR" not in repr(picture("wake", "A hand.", png()))


def test_a_folder_without_pictures_is_a_library(tmp_path: Path) -> None:
    lay(tmp_path)
    (tmp_path / FILE).unlink()
    (tmp_path / PICTURES_FILE).unlink()
    content, library = read_content(tmp_path)
    assert content.findings == []
    assert library
    assert library.pictures == {}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (png(), ""),
        (png(LONGEST_SIDE, LONGEST_SIDE), ""),
        (png(LONGEST_SIDE + 1, 1), "1281 by 1 pixels"),
        (png(1, LONGEST_SIDE + 1), "1 by 1281 pixels"),
        (png()[:-12] + b"\0" * LARGEST_PICTURE + png()[-12:], "over 100 KB"),
        (b"", "not a whole PNG"),
        (png()[:-1], "not a whole PNG"),
        (b"\xff\xd8\xff\xe0 a photograph", "not a whole PNG"),
        (b"<svg/>", "not a whole PNG"),
        (png()[:8] + png()[-12:], "not a whole PNG"),
    ],
    ids=["small", "largest", "wide", "high", "heavy", "empty", "cut off", "jpeg", "svg", "headless"],
)
def test_a_picture_is_a_whole_png_that_is_not_too_large(data: bytes, said: str) -> None:
    assert said in fault(data)
    assert bool(fault(data)) is bool(said)


@pytest.mark.parametrize("data", [b"no picture", None])
def test_a_picture_that_is_bad_or_gone_keeps_no_text_from_going_live(data: bytes | None, tmp_path: Path) -> None:
    lay(tmp_path)
    if data:
        (tmp_path / FILE).write_bytes(data)
    else:
        (tmp_path / FILE).unlink()
    report = check(tmp_path, TODAY)
    assert [finding.level for finding in report.findings] == [Level.GAP]
    assert report.is_usable
    assert not report.is_good
    assert report.library
    assert report.library.pictures == {}


def test_words_for_pictures_that_cannot_be_read_leave_the_rest_to_be_said(tmp_path: Path) -> None:
    (lay(tmp_path) / PICTURES_FILE).write_text("pictures: [\n")
    content, library = read_content(tmp_path)
    assert [finding.file for finding in content.findings] == [PICTURES_FILE]
    assert library
    assert library.pictures == {}
    assert not check(tmp_path, TODAY).is_usable


def test_what_a_picture_shows_is_translated_like_every_text(tmp_path: Path) -> None:
    content, _ = read_content(lay(tmp_path))
    said = "Someone lies on their side, one knee bent."
    assert [*messages(content.documents[PICTURES_FILE])] == [(("pictures", "recovery"), "pictures", said)]
    assert ("pictures", said) in {(entry.context, entry.text) for entry in read_translations(tmp_path, "pt")}
    path = tmp_path / PICTURES_FILE
    path.write_text(path.read_text().replace("one knee bent", "both knees bent"))
    gaps = [finding for finding in check(tmp_path, TODAY).findings if finding.level is Level.GAP]
    assert [(gap.file, gap.line) for gap in gaps] == [(PICTURES_FILE, 4)]


def test_what_pictures_show_is_read_again_each_year(tmp_path: Path) -> None:
    lay(tmp_path)
    found = [finding.file for finding in check(tmp_path, date(2027, 12, 1)).findings if "a year ago" in finding.message]
    assert PICTURES_FILE in found
