"""Pictures as files: what is taken as one, and what is wrong with the others."""

from hashlib import blake2b
from pathlib import Path

from bot.core.message import Picture

MEDIA = "locales/media"
PICTURES_FILE = f"{MEDIA}/pictures.yaml"
LARGEST_PICTURE = 100 * 1024
"""Bytes: she may pay for each of them, and wait for it on a bad line."""
LONGEST_SIDE = 1280
"""Pixels: more is cut down by the platform anyway."""

_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_TAIL = b"IEND\xaeB\x60\x82"


def picture_file(name: str) -> str:
    """Name the file of a picture, inside a content folder."""
    return f"{MEDIA}/{name}.png"


def read_drawings(folder: Path) -> dict[str, bytes]:
    """Read every picture file of a content folder, each as far as it may go; one that cannot be read is empty."""
    return {path.stem: _read(path) for path in sorted((folder / MEDIA).glob("*.png"))}


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST_PICTURE + 1)
    except OSError:
        return b""


def fault(data: bytes) -> str:
    """Say why a file cannot be shown as a picture, and what to do; nothing when it can."""
    if len(data) > LARGEST_PICTURE:
        return f"the picture has over {LARGEST_PICTURE // 1024} KB; save it with fewer colours, or smaller"
    if not (data.startswith(_HEAD) and data.endswith(_TAIL)):
        return "this is not a whole PNG picture; save it as PNG again"
    width, height = picture("", "", data).size
    if not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        return f"the picture has {width} by {height} pixels; save it with at most {LONGEST_SIDE} on each side"
    return ""


def picture(name: str, alt: str, data: bytes) -> Picture:
    """Return a picture that is known by its bytes: a changed one is another."""
    return Picture(name, alt, blake2b(data, digest_size=12).hexdigest(), data)
