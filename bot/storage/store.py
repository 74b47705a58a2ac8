"""What is kept about people, sealed and under pseudonyms: her record, and the parts that keep all else."""

import hmac
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import orjson

from bot.core import calls, monitoring
from bot.core.contact import Contact
from bot.core.decision import Tally
from bot.core.diary import Tended
from bot.core.house import USUAL, Change, GroupState, House, Rules
from bot.core.message import Address, fold
from bot.core.notice import still
from bot.storage import counts
from bot.storage.audit import Audit, begin
from bot.storage.blocked import Blocked
from bot.storage.database import Database, StoreProblem, connect
from bot.storage.house import Houses
from bot.storage.letterbox import LetterBox
from bot.storage.migrations import TRAILED, VERSION, migrate
from bot.storage.notices import Notices
from bot.storage.outbox import Outbox
from bot.storage.series import Series
from bot.storage.staff import Register
from bot.storage.vault import KeyProblem, Vault

__all__ = ["FEWEST_SHOWN", "Description", "Store", "StoreProblem"]

T = TypeVar("T")

PATIENCE = timedelta(seconds=5)
"""How long a backup or `comadre doctor` may hold the file before a step fails."""
COUNT_KEPT = timedelta(days=730)
FEWEST_SHOWN = 5
"""Of fewer than this, a number could point at someone."""
PURGE_BATCH = 256
"""Rows purged in one go: women who write meanwhile wait for these, not for all."""
SCRUB_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Description:
    """What an operator may know about the database."""

    version: int
    contacts: str
    """In words, and rough."""
    size: int
    """Bytes on disk, those not yet checkpointed included."""
    integrity: str
    """`ok`, or what SQLite found."""


class Store:
    """The one door to the database: no row goes in or out unsealed."""

    def __init__(
        self,
        path: Path,
        database: Database,
        vault: Vault,
        languages: Callable[[], Iterable[str]] = tuple,
        rules: Rules = USUAL,
    ) -> None:
        """Take an open database; `Store.open` is the way to get one. `languages` are those that the bot speaks."""
        self.path = path
        self._database = database
        self._vault = vault
        self._notices = Notices(vault)
        self.audit = Audit(database, vault)
        self._houses = Houses(vault, self._notices, self.audit, languages, rules)
        self.outbox = Outbox(database, self._notices, self._houses, self._read, self._write)
        self.series = Series(database, self._notices, self._houses)
        self.letters = LetterBox(database, self._houses, self._read, self._write)
        self.staff = Register(database, vault, self._notices, self._houses, self.audit)
        self.blocked = Blocked(database, vault, self._notices, self.audit)
        self._houses.block = self.blocked.block
        self._settled: deque[bytes] = deque()

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        path: Path,
        vault: Vault,
        patience: timedelta = PATIENCE,
        languages: Callable[[], Iterable[str]] = tuple,
        rules: Rules = USUAL,
    ) -> AsyncIterator[Self]:
        """Open the database, made or brought up to date if need be; raises `StoreProblem` or `KeyProblem`."""
        async with Database(lambda: _open(path, vault, patience)) as database:
            store = cls(path, database, vault, languages, rules)
            try:
                yield store
            finally:
                await store.flush()

    async def step(
        self,
        address: Address,
        act: Callable[[Contact, House], tuple[Contact, T]],
        owes: Callable[[T], bool] = lambda _: False,
    ) -> T:
        """Let `act` change what is kept about one person, and return its answer when the change is on disk.

        What the answer lists as `changes` is written with it, or nothing is. Where `owes` finds that the answer calls
        for a reply, her address is kept, sealed, until `settle`: whoever starts after a crash knows to whom the current
        screen is still due.

        `act` runs in the database's thread, after every earlier step of this address, and must be pure. What it raises
        reaches the caller, and nothing is written. An unknown person is an empty contact; one who becomes empty is
        deleted. Raises `SealError` for a row that was tampered with, and `StoreProblem`.
        """

        def work(connection: sqlite3.Connection) -> T:
            self._forget_settled(connection)
            key = self._vault.pseudonym(address)
            old = self._read(connection, key)
            new, answer = self._act(connection, key, old, act)
            if new != old:
                self._write(connection, key, new, old)
                self._hush(connection, key, new, old)
            self._houses.apply(connection, key, getattr(answer, "changes", ()), new.seen)
            if new.is_leaving:
                self._houses.hush(connection, key)
            if owes(answer):
                sealed = self._vault.seal("reply", key, str(address).encode())
                connection.execute("INSERT OR REPLACE INTO reply (key, sealed) VALUES (?, ?)", (key, sealed))
            return answer

        return await self._database.commit_together(work)

    def _act(
        self,
        connection: sqlite3.Connection,
        key: bytes,
        old: Contact,
        act: Callable[[Contact, House], tuple[Contact, T]],
    ) -> tuple[Contact, T]:
        """Let staff see in the same step what depends on their choice; `act` is pure, so that twice does no harm."""
        house = self._houses.find(connection, key, old)
        new, answer = act(old, house)
        if house.staff and new.answers != old.answers:
            seen = self._houses.find(connection, key, replace(old, answers=new.answers))
            new, answer = act(old, seen)
        return new, answer

    async def tend(self, act: Callable[[Mapping[str, GroupState]], Tended]) -> Tended:
        """Let `act`, which is pure, look at what all groups have settled, and write what it leads to."""

        def work(connection: sqlite3.Connection) -> Tended:
            tended = act(self._houses.groups(connection))
            self._houses.apply(connection, b"", tended.changes)
            if tended.subjects is not None:
                self._houses.keep_answers(connection, tended.subjects)
            return tended

        return await self._database.commit_together(work)

    async def tend_conversations(
        self, now: datetime, act: Callable[[House], Iterable[Change]], lines: Iterable[str] | None = None
    ) -> tuple[Change, ...]:
        """Let `act`, which is pure, do what conversations are due for, also those of none of `lines`; return that."""

        def work(connection: sqlite3.Connection) -> tuple[Change, ...]:
            house = self._houses.due(connection, now, lines)
            changes = tuple(act(house)) if house.conversations or house.team else ()
            self._houses.apply(connection, b"", changes)
            return changes

        return await self._database.commit_together(work)

    def _hush(self, connection: sqlite3.Connection, key: bytes, new: Contact, old: Contact) -> None:
        """She hides the chat: what is on its way to her does not appear there at once."""
        if new.memberships and new.is_leaving and new.recent != old.recent:
            self._notices.put_off(connection, key, new.seen)

    def settle(self, address: Address) -> None:
        """Note that a reply was given; the next step of anybody takes its row away, at no cost of its own."""
        self._settled.append(self._vault.pseudonym(address))

    async def flush(self) -> None:
        """Take away the rows of replies that were given, when nobody writes."""
        if self._settled:
            await self._database.commit_together(self._forget_settled)

    async def owing(self) -> list[Address]:
        """Return to whom a reply is due."""

        def work(connection: sqlite3.Connection) -> list[Address]:
            rows = connection.execute("SELECT key, sealed FROM reply").fetchall()
            return [address for key, sealed in rows if (address := self._owed(connection, key, sealed))]

        return await self._database.run(work)

    def _owed(self, connection: sqlite3.Connection, key: bytes, sealed: bytes) -> Address | None:
        """Read to whom a reply is due; a row that was tampered with leads to nobody, and goes."""
        if data := self._vault.salvage("reply", key, sealed):
            return Address.parse(data.decode())
        connection.execute("DELETE FROM reply WHERE key = ?", (key,))
        return None

    def _forget_settled(self, connection: sqlite3.Connection) -> None:
        while self._settled:
            connection.execute("DELETE FROM reply WHERE key = ?", (self._settled.popleft(),))

    async def due(self, now: datetime) -> list[Address]:
        """Return whom a timer has come due for, earliest first."""

        def work(connection: sqlite3.Connection) -> list[Address]:
            rows = connection.execute(
                "SELECT key, sealed FROM contact WHERE due_at <= ? ORDER BY due_at", (int(now.timestamp()),)
            ).fetchall()
            timers = [
                contact.forget_expired(now).timer for key, sealed in rows if (contact := self._salvage(key, sealed))
            ]
            return [Address.parse(timer.address) for timer in timers if timer]

        return await self._database.run(work)

    async def decide(self, act: Callable[[Mapping[str, GroupState], Tally], tuple[Change, ...]]) -> bool:
        """Let `act`, which is pure, close questions: counted, forgotten and told in one transaction, or not at all.

        Tells whether anything changed; then no byte of who answered what is left in any file. Raises `StoreProblem`.
        """

        def work(connection: sqlite3.Connection) -> bool:
            changes = act(self._houses.groups(connection), partial(self._houses.tally, connection))
            self._houses.apply(connection, b"", changes)
            return bool(changes)

        has_changed = await self._database.commit_together(work)
        if has_changed:
            await self.scrub()
        return has_changed

    async def purge(self, now: datetime) -> int:
        """Drop everything whose time is over, bytes included, and return how many contacts that touched."""
        total = 0
        while touched := await self._database.commit_together(lambda connection: self._purge(connection, now)):
            total += touched
        await self._database.commit_together(lambda connection: self._purge_others(connection, now))
        while await self._database.commit_together(lambda connection: self._notices.purge(connection, now)):
            pass
        # Always, for an earlier scrub may have failed after its rows were gone.
        await self.scrub()
        return total

    async def scrub(self) -> None:
        """Leave no byte of what was deleted in the write-ahead log; raises `StoreProblem` while someone reads it."""

        def work(connection: sqlite3.Connection) -> None:
            for _ in range(SCRUB_ATTEMPTS):
                busy, *_pages = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
            raise StoreProblem(f"{self.path} is read by another program, so deleted bytes stay for now: close that one")

        await self._database.run(work)

    async def count(self, kind: str, on: date) -> None:
        """Count one thing that happened in the week of `on`; `kind` is a word of ours, never of a person."""
        await self._database.commit_together(lambda connection: counts.count(connection, kind, on))

    async def counts(self) -> list[tuple[str, str, int]]:
        """Return week, kind and number, oldest first, without the numbers that are small enough to point at someone."""
        return await self._database.run(
            lambda connection: connection.execute(
                "SELECT week, kind, n FROM count WHERE n >= ? ORDER BY week, kind", (FEWEST_SHOWN,)
            ).fetchall()
        )

    async def received(self, today: date) -> dict[str, monitoring.Service]:
        """Return what women and partners said of each service in the last full weeks, where it points at nobody."""
        return monitoring.read(await self._lately(today))

    async def doubted(self, today: date) -> Mapping[str, str]:
        """Return where many were not received well in the last full weeks, and since which week."""
        return await self._database.run(lambda connection: counts.doubted(connection, today))

    async def called(self, today: date) -> dict[str, calls.Calls]:
        """Return what conversations on each line were about in the last full weeks, where it points at nobody."""
        return calls.read(await self._lately(today))

    async def _lately(self, today: date) -> list[tuple[str, int]]:
        first = today - timedelta(weeks=monitoring.WEEKS)
        return await self._database.run(lambda connection: counts.sums(connection, first, today))

    async def describe(self) -> Description:
        """Tell an operator how the database is, and nothing about anyone in it."""

        def work(connection: sqlite3.Connection) -> Description:
            (integrity,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            contacts = _rough(connection) if integrity == "ok" else "unknown"
            files = (self.path, self.path.with_name(self.path.name + "-wal"))
            size = sum(file.stat().st_size for file in files if file.exists())
            return Description(VERSION, contacts, size, integrity)

        return await self._database.run(work)

    def _salvage(self, key: bytes, sealed: bytes) -> Contact:
        """Read a row among many, where one that was tampered with must not stop the others."""
        data = self._vault.salvage("contact", key, sealed)
        return Contact.from_dict(orjson.loads(data)) if data else Contact()

    def _read(self, connection: sqlite3.Connection, key: bytes) -> Contact:
        row = connection.execute("SELECT sealed FROM contact WHERE key = ?", (key,)).fetchone()
        return Contact.from_dict(orjson.loads(self._vault.unseal("contact", key, row[0]))) if row else Contact()

    def _write(self, connection: sqlite3.Connection, key: bytes, contact: Contact, old: Contact) -> None:
        self._houses.enrol(connection, key, old, contact)
        purge_at = contact.purge_hour()
        if purge_at is None:
            self._houses.forget(connection, key)
            connection.execute("DELETE FROM contact WHERE key = ?", (key,))
            return
        sealed = self._vault.seal("contact", key, orjson.dumps(contact.to_dict()))
        connection.execute(
            "INSERT INTO contact (key, sealed, due_at, purge_at) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET sealed = excluded.sealed, due_at = excluded.due_at, purge_at = excluded.purge_at",
            (key, sealed, contact.timer.due_at if contact.timer else None, purge_at),
        )

    def _purge(self, connection: sqlite3.Connection, now: datetime) -> int:
        rows = connection.execute(
            "SELECT key, sealed FROM contact WHERE purge_at <= ? LIMIT ?", (fold(now), PURGE_BATCH)
        ).fetchall()
        for key, sealed in rows:
            old = self._salvage(key, sealed)
            new = old.forget_expired(now)
            if new.has_to_be_asked(now):
                self._notices.ask(connection, still(now), key, now)
                new = replace(new, is_asked=True)
            self._write(connection, key, new, old)
        return len(rows)

    def _purge_others(self, connection: sqlite3.Connection, now: datetime) -> None:
        connection.execute("DELETE FROM invitation WHERE purge_at <= ?", (fold(now),))
        self._houses.letters.purge(connection, now)
        self._houses.conversations.purge(connection, now)
        self.blocked.purge(connection, now)
        self.audit.purge(connection, now.date())
        connection.execute("DELETE FROM count WHERE week < ?", (monitoring.week((now - COUNT_KEPT).date()),))


def _open(path: Path, vault: Vault, patience: timedelta) -> sqlite3.Connection:
    try:
        connection = connect(path, patience)
        try:
            migrate(connection, path, partial(_greet, connection, path, vault))
        except BaseException:
            connection.close()
            raise
    except sqlite3.Error as error:
        raise StoreProblem(f"{path} cannot be opened ({error}): restore it from a backup or move it away") from None
    return connection


def _greet(connection: sqlite3.Connection, path: Path, vault: Vault, version: int) -> None:
    """See that the key is the right one before anything is written with it."""
    _recognise(connection, path, vault)
    if version < TRAILED:
        begin(connection, vault)


def _recognise(connection: sqlite3.Connection, path: Path, vault: Vault) -> None:
    """Leave the mark of the key in a new database, and refuse any other key from then on."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'check'").fetchone()
    if row is None and connection.execute("SELECT 1 FROM contact LIMIT 1").fetchone() is None:
        connection.execute("INSERT INTO meta (name, value) VALUES ('check', ?)", (vault.check(),))
    elif row is None or not hmac.compare_digest(row[0], vault.check()):
        raise KeyProblem(f"{path} was sealed with another key: give the path of the key that it was made with")


def _rough(connection: sqlite3.Connection) -> str:
    (number,) = connection.execute("SELECT count(*) FROM contact").fetchone()
    if number < FEWEST_SHOWN:
        return f"fewer than {FEWEST_SHOWN}"
    return f"about {number - number % FEWEST_SHOWN}"
