"""G4: a bad file keeps the old library live; a good one is taken within seconds."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.content.shelf import Shelf

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
GREETING = "What do you need?"


@pytest.fixture
def folder(tmp_path: Path, content_folder: Path) -> Path:
    """Return a copy of the content that may be edited."""
    for name in ("flows", "locales"):
        shutil.copytree(content_folder / name, tmp_path / name)
    shutil.copy(content_folder / "directory.yaml", tmp_path)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    """Change a file as an editor does: beside it, then in its place."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    beside = file.with_suffix(".tmp")
    beside.write_text(text.replace(old, new, 1), encoding="utf-8")
    beside.replace(file)


def said(shelf: Shelf) -> tuple[str, ...]:
    """Return what the menu of the library in use says."""
    assert shelf.current
    return shelf.current.flows["start"].nodes["menu"].say


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("flows/start.yaml", "say:", "sya:"),
        ("flows/start.yaml", "nodes:", "nodes: ["),
        ("flows/find.yaml", "go: card", "go: nowhere_at_all"),
        ("flows/phrases.yaml", "unclear:", "unclaer:"),
        ("directory.yaml", "zone: Europe/Lisbon", "zone: Europe/Lisboa"),
        ("locales/languages.yaml", "name: English", "nmae: English"),
    ],
)
async def test_a_bad_file_keeps_the_old_library_and_says_where(folder: Path, name: str, old: str, new: str) -> None:
    shelf = Shelf(folder, lambda: NOW)
    assert await shelf.open()
    before = shelf.current
    edit(folder / name, old, new)
    assert not await shelf.reload()
    assert shelf.current is before
    assert any(str(finding).startswith(f"{name}:") for finding in shelf.errors)


async def test_a_mended_file_is_taken_and_the_findings_go(folder: Path) -> None:
    shelf = Shelf(folder, lambda: NOW)
    assert await shelf.open()
    edit(folder / "flows/start.yaml", "say:", "sya:")
    assert not await shelf.reload()
    edit(folder / "flows/start.yaml", "sya:", "say:")
    assert await shelf.reload()
    assert shelf.errors == []


async def test_who_asked_first_waits_for_the_first_library(folder: Path) -> None:
    shelf = Shelf(folder, lambda: NOW)
    waiting = asyncio.create_task(shelf.library())
    await asyncio.sleep(0)
    assert not waiting.done()
    assert shelf.current is None
    assert await shelf.open()
    assert await waiting is shelf.current


async def test_content_without_a_meaning_is_never_opened(folder: Path) -> None:
    (folder / "directory.yaml").write_text("spec: 2\n", encoding="utf-8")
    assert not await Shelf(folder, lambda: NOW).open()


Change = Callable[[], None]


@pytest.fixture
async def watched(folder: Path) -> AsyncIterator[tuple[Shelf, Callable[[Change], "asyncio.Future[None]"]]]:
    """Watch the folder; the second value makes a change and waits until it was noticed."""
    shelf, news = Shelf(folder, lambda: NOW), asyncio.Event()

    async def changed() -> None:
        news.set()

    assert await shelf.open()
    watching = asyncio.create_task(shelf.watch(changed))

    async def after(change: Change) -> None:
        news.clear()
        async with asyncio.timeout(20):
            while not news.is_set():
                # Nobody says when the watch is set up: an edit before that is made again.
                change()
                try:
                    await asyncio.wait_for(news.wait(), 2)
                except TimeoutError:
                    continue

    yield shelf, after
    watching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await watching


async def test_an_edit_of_a_flow_takes_effect_while_it_runs_and_a_bad_one_does_not(folder: Path, watched) -> None:  # noqa: ANN001 - as the fixture says
    shelf, after = watched
    assert said(shelf) == (GREETING,)
    flow = folder / "flows/start.yaml"
    good, bad = flow.read_text(encoding="utf-8"), "spec: 1\nnodes: [\n"
    await after(lambda: flow.write_text(bad, encoding="utf-8"))
    assert said(shelf) == (GREETING,)
    assert shelf.errors
    await after(lambda: flow.write_text(good.replace("reviewed: 2026-11-21", "reviewed: 2026-11-20"), encoding="utf-8"))
    assert shelf.errors == []
    assert str(shelf.current.flows["start"].reviewed) == "2026-11-20"


async def test_an_edit_of_a_catalogue_takes_effect_while_it_runs(folder: Path, watched) -> None:  # noqa: ANN001 - as the fixture says
    shelf, after = watched
    file = folder / "locales/pt/LC_MESSAGES/comadre.po"
    text = file.read_text(encoding="utf-8")
    spoken = shelf.current.speech.say("pt", "start", GREETING)
    await after(lambda: file.write_text(text.replace(f'"{spoken}"', '"Diz o que precisas."'), encoding="utf-8"))
    assert shelf.current.speech.say("pt", "start", GREETING) == "Diz o que precisas."
