"""The library in use follows the pictures while it runs."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.content.shelf import Shelf
from tests.content.folder import lay
from tests.drawn import png

NOW = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)


async def test_a_new_drawing_takes_effect_while_it_runs(tmp_path: Path) -> None:
    shelf, news = Shelf(lay(tmp_path), lambda: NOW), asyncio.Event()

    async def changed() -> None:
        news.set()

    assert await shelf.open()
    watching = asyncio.create_task(shelf.watch(changed))
    async with asyncio.timeout(20):
        while not news.is_set():
            # Nobody says when the watch is set up: an edit before that is made again.
            (tmp_path / "locales/media/recovery.png").write_bytes(png(5, 5))
            try:
                await asyncio.wait_for(news.wait(), 2)
            except TimeoutError:
                continue
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching
    assert shelf.current
    assert shelf.current.pictures["recovery"].size == (5, 5)


async def test_a_bad_drawing_leaves_her_the_words(tmp_path: Path) -> None:
    shelf = Shelf(lay(tmp_path), lambda: NOW)
    assert await shelf.open()
    (tmp_path / "locales/media/recovery.png").write_bytes(b"half a pict")
    assert await shelf.reload()
    assert [finding.file for finding in shelf.errors] == ["locales/media/recovery.png"]
    assert shelf.current
    assert shelf.current.pictures == {}
