"""One SQLite file behind one thread, where those who write at the same time share one wait for the disk."""

import asyncio
import shlex
import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

import aiosqlite

from bot.storage.file import OTHERS, make_file

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]
"""Runs in the database's thread, and happens wholly or not at all."""

BATCH = 64
"""Most works of one commit: enough to make the disk's share small, few enough to answer the first soon."""
PRAGMAS: dict[str, tuple[str, int | str]] = {
    "secure_delete": ("ON", 1),
    "journal_mode": ("WAL", "wal"),
    "synchronous": ("FULL", 2),
    "temp_store": ("MEMORY", 2),
    "foreign_keys": ("ON", 1),
    "trusted_schema": ("OFF", 0),
}
"""What is asked of every connection, and what it must answer then: defaults differ between builds of SQLite."""


class StoreProblem(Exception):  # noqa: N818 - the operator's problem, not an error of the program
    """A database that cannot be used, or a change that it did not take, in one line for the operator."""


class Database(aiosqlite.Connection):
    """A connection that commits in groups: 500 women at once cost a few waits for the disk, not 500."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        """Keep `connector`, which opens the file in the thread; it may raise `StoreProblem`."""
        super().__init__(connector, iter_chunk_size=BATCH)
        self._waiting: deque[tuple[Work[Any], asyncio.Future[Any]]] = deque()
        self._draining: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Open, or leave no thread behind: it reports its end to this loop, which must be there to hear it."""
        try:
            await self
        except BaseException:
            await asyncio.to_thread(self._thread.join)
            raise
        return self

    async def close(self) -> None:
        """Close after all that was asked for is committed."""
        try:
            if self._draining:
                await asyncio.wait((self._draining,))
        finally:
            await super().close()

    async def run(self, work: Work[T]) -> T:
        """Run `work` in the thread, outside of a transaction; raises `StoreProblem` where SQLite fails."""
        if self._connection is None:
            raise StoreProblem("the database is closed")
        try:
            # In a closure, since aiosqlite logs what it runs together with its arguments.
            outcome: T = await self._execute(lambda: work(self._conn))  # type: ignore[no-untyped-call] # aiosqlite has no public way to run a function
        except sqlite3.Error as error:
            raise StoreProblem(f"the database did not do its work: {error}") from error
        return outcome

    async def commit_together(self, work: Work[T]) -> T:
        """Run `work` and return when it is on disk, in one transaction with whatever else is waiting.

        What `work` raises is its own. If SQLite fails, nothing of the group is written and all get `StoreProblem`.
        """
        loop = asyncio.get_running_loop()
        settled: asyncio.Future[T] = loop.create_future()
        self._waiting.append((work, settled))
        if self._draining is None or self._draining.done():
            self._draining = loop.create_task(self._drain())
        return await settled

    async def _drain(self) -> None:
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            batch = [(work, settled) for work, settled in taken if not settled.done()]
            try:
                outcomes = await self.run(partial(_commit, [work for work, _ in batch]))
            except Exception as failure:  # noqa: BLE001 - whatever it is belongs to those who wait
                outcomes = [(None, failure)] * len(batch)
            for (_, settled), (result, error) in zip(batch, outcomes, strict=True):
                _settle(settled, result, error)


def connect(path: Path, patience: timedelta) -> sqlite3.Connection:
    """Open a database that nobody else can read, made if missing, and see that SQLite obeys.

    `patience` is how long it waits for another process that holds the file. Raises `StoreProblem`.
    """
    _guard(path)
    connection = sqlite3.connect(path, timeout=patience.total_seconds(), isolation_level=None)
    try:
        _configure(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _guard(path: Path) -> None:
    try:
        make_file(path)
    except FileExistsError:
        for file in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
            if file.exists() and file.stat().st_mode & OTHERS:
                raise StoreProblem(f"{file} can be read by others: run chmod 600 {shlex.quote(str(file))}") from None
    except OSError as error:
        raise StoreProblem(f"{path} cannot be made ({error.strerror}): choose another data folder") from None


def _configure(connection: sqlite3.Connection, path: Path) -> None:
    for name, (wanted, expected) in PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={wanted}").fetchall()
        if connection.execute(f"PRAGMA {name}").fetchone() != (expected,):
            raise StoreProblem(f"{path} does not take {name}={wanted}: use a local disk and SQLite 3.31 or newer")


def _commit(works: Sequence[Work[Any]], connection: sqlite3.Connection) -> list[tuple[Any, Exception | None]]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        outcomes = [_attempt(connection, work) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        # A full disk may have ended the transaction already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return outcomes


def _attempt(connection: sqlite3.Connection, work: Work[Any]) -> tuple[Any, Exception | None]:
    outcome: tuple[Any, Exception | None]
    connection.execute("SAVEPOINT work")
    try:
        outcome = work(connection), None
    except sqlite3.Error:
        raise
    except Exception as error:  # noqa: BLE001 - it fails its own caller only
        connection.execute("ROLLBACK TO work")
        outcome = None, error
    connection.execute("RELEASE work")
    return outcome


def _settle(settled: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if settled.done():
        return
    if error is None:
        settled.set_result(result)
    else:
        settled.set_exception(error)
