"""The trail of what those who answer did: a chain in which no line can be changed, taken out or moved unseen."""

import hmac
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import orjson

from bot.storage.database import Database
from bot.storage.vault import SealError, Vault

KEPT = timedelta(days=730)
OPERATOR, BOT = "operator", "bot"
"""Who is named where nobody with two words did it: whoever has the command line, and the program itself."""
FIRST, LAST = "trail first", "trail last"
"""In the table `meta`: what the oldest line follows, and the newest line; without it, a cut end would not show."""

_LINKS = "SELECT number, CAST(day AS BLOB), CAST(sealed AS BLOB), CAST(chain AS BLOB) FROM audit ORDER BY number"
"""As bytes, whatever somebody put there: what cannot be read is found, and stops nobody."""
_NUMBER_LENGTH = 8
_CHAIN_LENGTH = 32
_BROKEN = b"broken"
"""What a line follows when nobody knows any more what came before: it never fits, so that a break stays to be seen."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done."""

    day: date
    who: str
    """The two words of whoever did it, `operator` or `bot`."""
    what: str
    about: str
    """Ids of groups or lines, apart by blanks."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A place in the chain."""

    number: int
    chain: bytes


class Audit:
    """Writes in the transaction of what a line tells of, and reads and checks what is there."""

    def __init__(self, database: Database, vault: Vault) -> None:
        """Keep the keys."""
        self._database = database
        self._vault = vault

    def append(self, connection: sqlite3.Connection, day: date, who: str, what: str, about: Iterable[str] = ()) -> None:
        """Write a line; `what` is a word of ours, never of a person."""
        # After what was last written, not after what is there: what was cut off or put in must not heal by writing on.
        last = self._read(connection, LAST) or _Link(0, _BROKEN)
        number = max(last.number, _newest(connection)) + 1
        data = orjson.dumps({"who": who, "what": what, "about": " ".join(about)})
        sealed = self._vault.seal("audit", _bytes(number), data)
        chain = self._chain(last, number, day.isoformat().encode(), sealed)
        row = (number, day.isoformat(), sealed, chain)
        connection.execute("INSERT INTO audit (number, day, sealed, chain) VALUES (?, ?, ?, ?)", row)
        self._write(connection, LAST, _Link(number, chain))

    async def lines(self) -> list[Line]:
        """Return what can be read, oldest first."""

        def work(connection: sqlite3.Connection) -> list[Line]:
            rows = connection.execute(_LINKS).fetchall()
            return [line for number, day, sealed, _ in rows if (line := self._open(number, day, sealed))]

        return await self._database.run(work)

    async def fault(self) -> str:
        """Say where the trail was tampered with; empty when every line is as it was written."""

        def work(connection: sqlite3.Connection) -> str:
            first, last = self._read(connection, FIRST), self._read(connection, LAST)
            if first is None or last is None:
                return "its beginning or its end is not as the bot wrote it"
            at = first
            for at, is_good in self._follow(connection, first):
                if not is_good:
                    return f"line {at.number} was changed, moved or put in, or the one before it is missing"
            if at != last:
                return f"lines after {at.number} are missing: the last one was {last.number}"
            return ""

        return await self._database.run(work)

    def purge(self, connection: sqlite3.Connection, today: date) -> None:
        """Drop the lines whose time is over, and let the chain begin after them; a broken one is kept as it is."""
        first, ends_before = self._read(connection, FIRST), (today - KEPT).isoformat()
        query = "SELECT max(number) FROM audit WHERE day < ?"
        (newest,) = connection.execute(query, (ends_before,)).fetchone()
        if newest is None or first is None:
            return
        for link, is_good in self._follow(connection, first):
            if not is_good:
                return
            if link.number == newest:
                self._write(connection, FIRST, link)
                connection.execute("DELETE FROM audit WHERE number <= ?", (newest,))
                return

    def _follow(self, connection: sqlite3.Connection, first: _Link) -> Iterator[tuple[_Link, bool]]:
        """Yield each link after `first`, and whether it belongs there."""
        at = first
        for number, day, sealed, chain in connection.execute(_LINKS).fetchall():
            expected = self._chain(at, number, day, sealed)
            is_good = number == at.number + 1 and hmac.compare_digest(chain, expected)
            at = _Link(number, chain)
            yield at, is_good and self._open(number, day, sealed) is not None

    def _open(self, number: int, day: bytes, sealed: bytes) -> Line | None:
        try:
            data = orjson.loads(self._vault.unseal("audit", _bytes(number), sealed))
            return Line(date.fromisoformat(day.decode()), **data)
        except (SealError, ValueError):
            return None

    def _chain(self, before: _Link, number: int, day: bytes, sealed: bytes) -> bytes:
        return self._vault.chain("line", before.chain + _bytes(number) + day + b"\0" + sealed)

    def _read(self, connection: sqlite3.Connection, name: str) -> _Link | None:
        row = connection.execute("SELECT CAST(value AS BLOB) FROM meta WHERE name = ?", (name,)).fetchone()
        value = (row and row[0]) or b""
        link = value[: _NUMBER_LENGTH + _CHAIN_LENGTH]
        if not hmac.compare_digest(link + self._vault.chain(name, link), value):
            return None
        return _Link(int.from_bytes(link[:_NUMBER_LENGTH], signed=True), link[_NUMBER_LENGTH:])

    def _write(self, connection: sqlite3.Connection, name: str, link: _Link) -> None:
        _mark(connection, self._vault, name, link)


def begin(connection: sqlite3.Connection, vault: Vault) -> None:
    """Begin a trail in a database that has none: later on, one without beginning and end was tampered with."""
    link = _Link(0, vault.chain("begin", b""))
    for name in (FIRST, LAST):
        _mark(connection, vault, name, link)


def _mark(connection: sqlite3.Connection, vault: Vault, name: str, link: _Link) -> None:
    place = _bytes(link.number) + link.chain
    value = place + vault.chain(name, place)
    connection.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def _newest(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("SELECT coalesce(max(number), 0) FROM audit").fetchone()
    return int(number)


def _bytes(number: int) -> bytes:
    return number.to_bytes(_NUMBER_LENGTH, signed=True)
