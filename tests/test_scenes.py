"""Whole scenes, one a file in `tests/scenes`: several people, a clock, the real store, and what the bot sends first.

`pytest tests/test_scenes.py --update-conversations` writes what happens now: read the difference.
"""

import asyncio
import difflib
from pathlib import Path

import pytest

from tests.scenes.content import library
from tests.scenes.scene import FOLDER, play, read, write

FILES = sorted(path for path in FOLDER.glob("*.yaml") if path.name != "groups.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_scene_goes_as_written(path: Path, tmp_path: Path, *, update_conversations: bool) -> None:
    scene = read(path)
    now = write(scene, asyncio.run(play(scene, library(), tmp_path)))
    if update_conversations:
        path.write_text(now, encoding="utf-8")
    written = path.read_text(encoding="utf-8")
    difference = difflib.unified_diff(written.splitlines(), now.splitlines(), path.name, "the bot now", lineterm="")
    assert written == now, "\n" + "\n".join(difference)
