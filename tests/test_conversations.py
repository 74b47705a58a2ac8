"""Whole conversations, one a file in `tests/conversations`, through the engine and the content that we ship.

`pytest tests/test_conversations.py --update-conversations` writes what the bot says now: read the difference.
"""

import difflib
from pathlib import Path

import pytest

from bot.core.library import Library
from tests.conversations.transcript import FOLDER, play, read, renamed, write

FILES = sorted(FOLDER.glob("*.yaml"))
FEWEST = 28


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_conversation_goes_as_written(path: Path, library: Library, *, update_conversations: bool) -> None:
    transcript = read(path)
    rename = renamed(transcript) if update_conversations else lambda _, step: step
    now = write(transcript, play(library, transcript, rename))
    if update_conversations:
        path.write_text(now, encoding="utf-8")
    written = path.read_text(encoding="utf-8")
    difference = difflib.unified_diff(written.splitlines(), now.splitlines(), path.name, "the bot now", lineterm="")
    assert written == now, "\n" + "\n".join(difference)


def test_there_are_conversations_in_each_language(library: Library) -> None:
    spoken = [read(path).locale.partition("-")[0] for path in FILES]
    assert len(spoken) >= FEWEST
    assert all(spoken.count(language) >= 8 for language in library.speech.languages)


def test_each_conversation_has_a_title_of_its_own() -> None:
    titles = [read(path).head[0].partition("title: ")[2].partition("\n")[0] for path in FILES]
    assert all(titles)
    assert len(set(titles)) == len(titles)
