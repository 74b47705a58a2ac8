"""Files and folders that only the bot may open, because whoever else reads them reads about women."""

import os
from pathlib import Path

OTHERS = 0o077
"""Permission bits of anyone but the owner."""


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, closed to others from the first moment."""
    for each in reversed((folder, *folder.parents)):
        if not each.exists():
            each.mkdir(mode=0o700, exist_ok=True)


def make_file(path: Path, data: bytes = b"", mode: int = 0o600) -> None:
    """Make a file that was not there, closed to others and safe on disk when this returns.

    Raises `FileExistsError` instead of touching a file that is there.
    """
    make_folder(path.parent)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
