"""The library in use: loaded off the loop, swapped whole when a file changes, the last good one kept."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from bot.content.catalogue import CATALOGUE
from bot.content.finding import Finding, Level
from bot.content.library import read_content
from bot.content.picture import MEDIA
from bot.core.library import Library
from bot.log import EVENTS

DEBOUNCE = 300
"""Milliseconds in which an editor may write its several files before they are read."""


class Shelf:
    """Holds the library that everybody reads from."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        """Take the content folder; nothing is read yet."""
        self.folder = folder
        self.findings: tuple[Finding, ...] = ()
        self._now = now
        self._library: asyncio.Future[Library] | None = None

    async def library(self) -> Library:
        """Return the library, waiting for the first one."""
        return await asyncio.shield(self._first())

    @property
    def current(self) -> Library | None:
        """The library in use, `None` before the first is loaded."""
        return self._library.result() if self._library and self._library.done() else None

    @property
    def errors(self) -> list[Finding]:
        """What keeps the last edit from being used, or from being read in every language."""
        return [finding for finding in self.findings if finding.level is not Level.WARNING]

    def _first(self) -> "asyncio.Future[Library]":
        if self._library is None:
            self._library = asyncio.get_running_loop().create_future()
        return self._library

    async def open(self) -> bool:
        """Load for the first time; a library with small faults is better than silence."""
        content, library = await asyncio.to_thread(_read, self.folder)
        self.findings = tuple(content)
        if library is None:
            _report(self.findings)
            return False
        self._first().set_result(library)
        await asyncio.to_thread(library.warm_hours)
        return True

    async def reload(self) -> bool:
        """Check everything; take the new library when it has no error, else keep the old one and say why."""
        from bot.content.check import check  # noqa: PLC0415 - the rules are not needed before the first edit

        report = await asyncio.to_thread(check, self.folder, self._now().date())
        self.findings = tuple(report.findings)
        _report(self.findings)
        if report.library is None or not report.is_usable:
            EVENTS.error("content not reloaded; the last good one stays")
            return False
        await asyncio.to_thread(report.library.warm)
        await asyncio.to_thread(report.library.warm_hours)
        fresh: asyncio.Future[Library] = asyncio.get_running_loop().create_future()
        fresh.set_result(report.library)
        self._library = fresh
        EVENTS.info("content loaded")
        return True

    async def watch(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Reload on every edit until cancelled, and tell `changed`."""
        from watchfiles import awatch  # noqa: PLC0415 - not needed before the first answer

        # Not all of the folder: in a checkout the virtual environment is in it too.
        catalogues = (path.parent for path in (self.folder / "locales").glob(f"*/{CATALOGUE}"))
        media = (path for path in (self.folder / MEDIA,) if path.is_dir())
        folders = (self.folder, self.folder / "flows", self.folder / "locales", *media, *catalogues)
        async for changes in awatch(*folders, recursive=False, debounce=DEBOUNCE, step=50, watch_filter=_is_content):
            if changes:
                await self.reload()
                await changed()


def _read(folder: Path) -> tuple[list[Finding], Library | None]:
    content, library = read_content(folder)
    return content.findings, library.warm() if library else None


def _is_content(_change: object, path: str) -> bool:
    return path.endswith((".yaml", ".po", ".png"))


def _report(findings: tuple[Finding, ...]) -> None:
    """Tell the operator the errors; warnings are for `comadre check`."""
    for finding in findings:
        if finding.level is not Level.WARNING:
            EVENTS.error("%s", finding)
