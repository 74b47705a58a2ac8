"""The pictures of the steps where seconds count: drawn from what we have, small, opaque, without words."""

import hashlib
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

MEDIA = Path(__file__).resolve().parents[2] / "locales/media"
NAMES = sorted(path.stem for path in MEDIA.glob("*.svg"))
LARGEST = 25 * 1024
SIGNATURE = b"\x89PNG\r\n\x1a\n"
OPAQUE = {0, 2, 3}
"""Kinds of PNG in which only a tRNS chunk can make anything transparent."""
ELEMENTS = {"svg", "defs", "clipPath", "g", "use", "path", "rect", "circle", "ellipse"}
MOST_WORDS = 15


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    """Return what `pictures.yaml` says."""
    document: dict[str, Any] = yaml.safe_load((MEDIA / "pictures.yaml").read_text(encoding="utf-8"))
    return document


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Return the name and content of each chunk of a PNG."""
    assert png.startswith(SIGNATURE)
    at = len(SIGNATURE)
    while at < len(png):
        length, name = struct.unpack_from(">I4s", png, at)
        yield name, png[at + 8 : at + 8 + length]
        at += length + 12


def test_every_drawing_has_its_picture_and_every_picture_its_drawing() -> None:
    assert NAMES
    assert sorted(path.stem for path in MEDIA.glob("*.png")) == NAMES


def test_every_picture_is_drawn_from_the_drawing_that_we_have() -> None:
    written = (MEDIA / "drawn.txt").read_text(encoding="utf-8").splitlines()
    files = sorted((*MEDIA.glob("*.svg"), *MEDIA.glob("*.png")))
    present = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files]
    assert sorted(written) == sorted(present), "run: make pictures"


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_small_enough_for_a_slow_phone(name: str) -> None:
    assert (MEDIA / f"{name}.png").stat().st_size <= LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_has_the_size_and_the_opaque_ground_that_every_chat_shows_alike(name: str) -> None:
    found = dict(chunks((MEDIA / f"{name}.png").read_bytes()))
    width, height, _, kind = struct.unpack_from(">IIBB", found[b"IHDR"])
    assert (width, height) == (640, 480)
    assert kind in OPAQUE
    assert b"tRNS" not in found
    assert b"IEND" in found


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_has_no_words_and_nothing_from_elsewhere(name: str) -> None:
    """Letters need translating and a font; links and scripts have no place in a picture."""
    drawing = (MEDIA / f"{name}.svg").read_text(encoding="utf-8")
    assert 'viewBox="0 0 640 480"' in drawing
    assert set(re.findall(r"<([A-Za-z][\w:-]*)", drawing)) <= ELEMENTS
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', drawing))


def test_every_picture_is_told_in_words_and_no_other(told: dict[str, Any]) -> None:
    assert told["spec"] == 1
    assert sorted(told["pictures"]) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_is_told_in_few_words(name: str, told: dict[str, Any]) -> None:
    text = told["pictures"][name]
    assert text.endswith(".")
    assert len(text.split()) <= MOST_WORDS
