"""Notices and their deliveries, a row for each recipient: what is written here survives whatever happens to us."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_bytes

import orjson

from bot.core.house import Progress
from bot.core.notice import Notice, NoticeKind
from bot.storage.vault import Vault

KEPT = timedelta(days=14)
"""After its end a notice is kept so long, so that it is never written a second time, and then erased."""
ID_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that somebody is about to make."""

    notice_id: bytes
    notice: Notice
    key: bytes
    """Pseudonym of the recipient."""
    tries: int


class Notices:
    """Reads and writes them in the database's thread.

    A notice is `asked` (a second person has to agree), `due`, `sending`, `ended` or `halted`. A delivery is `pending`,
    `waiting` (until she writes), `sending`, `sent`, `failed`, `gone` (she blocked us), `left` (she left before) or
    `late`.
    """

    def __init__(self, vault: Vault, random: Callable[[int], bytes] = token_bytes) -> None:
        """Keep the keys."""
        self._vault = vault
        self._random = random

    def announce(self, connection: sqlite3.Connection, notice: Notice, stage: str = "due") -> bool:
        """Write a notice once; false when it is there already."""
        name = self._vault.index("notice", notice.key)[:ID_LENGTH] if notice.key else self._random(ID_LENGTH)
        purge_at = (notice.until_at + int(KEPT.total_seconds())) // 3600
        row = (name, self._seal(name, notice), stage, notice.due_at, purge_at)
        written = connection.execute(
            "INSERT OR IGNORE INTO notice (id, sealed, stage, due_at, purge_at) VALUES (?, ?, ?, ?, ?)", row
        )
        return bool(written.rowcount)

    def open_due(self, connection: sqlite3.Connection, now: datetime) -> int:
        """Write a delivery for each member of what has come due, everybody once, and count the notices."""
        at = int(now.timestamp())
        rows = connection.execute("SELECT id, sealed FROM notice WHERE stage = 'due' AND due_at <= ?", (at,)).fetchall()
        for name, sealed in rows:
            notice = self._unseal(name, sealed)
            for group in notice.groups:
                connection.execute(
                    "INSERT OR IGNORE INTO delivery (notice, contact, state, rank, due_at)"
                    " SELECT ?, contact, 'pending', ?, ? FROM member WHERE \"group\" = ?",
                    (name, notice.rank, at, self._vault.index("group", group)),
                )
            connection.execute("UPDATE notice SET stage = 'sending' WHERE id = ?", (name,))
        return len(rows)

    def halt(self, connection: sqlite3.Connection, name: bytes) -> None:
        """Send no more of it; what is in the air still arrives. One that had ended does not come again."""
        connection.execute("UPDATE notice SET stage = 'halted' WHERE id = ?", (name,))
        connection.execute(
            "UPDATE delivery SET state = 'halted' WHERE notice = ? AND state IN ('pending', 'waiting')", (name,)
        )

    def silence(self, connection: sqlite3.Connection, author: str) -> None:
        """Stop whatever somebody wrote who has no role any more, and what others have still to read of hers."""
        query = "SELECT id, sealed FROM notice WHERE stage IN ('asked', 'due', 'sending')"
        for name, sealed in connection.execute(query).fetchall():
            notice = self._unseal(name, sealed)
            if notice.kind is NoticeKind.BROADCAST and notice.author == author:
                self.halt(connection, name)

    def approve(self, connection: sqlite3.Connection, name: bytes) -> None:
        """Let go of what waited for a second person; said twice, it is once."""
        connection.execute("UPDATE notice SET stage = 'due' WHERE id = ? AND stage = 'asked'", (name,))

    def under_way(self, connection: sqlite3.Connection) -> Iterator[Progress]:
        """Return every notice that is kept, newest first."""
        rows = connection.execute("SELECT id, sealed, stage FROM notice ORDER BY due_at DESC").fetchall()
        for name, sealed, stage in rows:
            yield Progress(name.hex(), self._unseal(name, sealed), stage)

    def counts(self, connection: sqlite3.Connection, name: bytes) -> tuple[Mapping[str, int], Mapping[int, int]]:
        """Count the deliveries of a notice by state, and those that are pending by when they are due."""
        counts: Counter[str] = Counter()
        later: dict[int, int] = {}
        for state, due_at, number in connection.execute(
            "SELECT state, CASE state WHEN 'pending' THEN due_at END AS later, count(*) FROM delivery"
            " WHERE notice = ? GROUP BY state, later",
            (name,),
        ):
            counts[state] += number
            if due_at is not None:
                later[due_at] = number
        return counts, later

    def claim(self, connection: sqlite3.Connection, now: datetime, most: int) -> list[Claimed]:
        """Take the deliveries that are next and mark them as being made, in the order of their class and time."""
        rows = connection.execute(
            "SELECT d.notice, d.contact, d.tries, n.sealed FROM delivery d JOIN notice n ON n.id = d.notice"
            " WHERE d.state = 'pending' AND d.due_at <= ? ORDER BY d.rank, d.due_at LIMIT ?",
            (int(now.timestamp()), most),
        ).fetchall()
        opened: dict[bytes, Notice] = {}
        for name, _, _, sealed in rows:
            if name not in opened:
                opened[name] = self._unseal(name, sealed)
        connection.executemany(
            "UPDATE delivery SET state = 'sending', tries = tries + 1 WHERE notice = ? AND contact = ?",
            [row[:2] for row in rows],
        )
        return [Claimed(name, opened[name], key, tries + 1) for name, key, tries, _ in rows]

    def settle(
        self, connection: sqlite3.Connection, name: bytes, key: bytes, state: str, due_at: int | None = None
    ) -> None:
        """Note what became of a delivery; `pending` with a time puts it off."""
        connection.execute(
            "UPDATE delivery SET state = ?, due_at = coalesce(?, due_at) WHERE notice = ? AND contact = ?",
            (state, due_at, name, key),
        )

    def release(self, connection: sqlite3.Connection, key: bytes, now: datetime) -> None:
        """She wrote: what waited for that may go."""
        connection.execute(
            "UPDATE delivery SET state = 'pending', due_at = ? WHERE contact = ? AND state = 'waiting'",
            (int(now.timestamp()), key),
        )

    def recover(self, connection: sqlite3.Connection) -> int:
        """After a crash, make the deliveries again that nobody knows the end of, and count them."""
        return connection.execute("UPDATE delivery SET state = 'pending' WHERE state = 'sending'").rowcount

    def end(self, connection: sqlite3.Connection, now: datetime) -> list[tuple[bytes, Notice]]:
        """Drop what is too late, and return the notices that have just ended."""
        at = int(now.timestamp())
        ended = []
        for name, sealed in connection.execute("SELECT id, sealed FROM notice WHERE stage = 'sending'").fetchall():
            notice = self._unseal(name, sealed)
            if at >= notice.until_at:
                connection.execute(
                    "UPDATE delivery SET state = 'late' WHERE notice = ? AND state IN ('pending', 'waiting')", (name,)
                )
            (open_ones,) = connection.execute(
                "SELECT EXISTS (SELECT 1 FROM delivery WHERE notice = ?"
                " AND state IN ('pending', 'waiting', 'sending'))",
                (name,),
            ).fetchone()
            if not open_ones:
                connection.execute("UPDATE notice SET stage = 'ended' WHERE id = ?", (name,))
                ended.append((name, notice))
        return ended

    def purge(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Erase notices whose time is over, and their rows."""
        hour = int(now.timestamp()) // 3600
        connection.execute("DELETE FROM delivery WHERE notice IN (SELECT id FROM notice WHERE purge_at <= ?)", (hour,))
        connection.execute("DELETE FROM notice WHERE purge_at <= ?", (hour,))

    def _seal(self, name: bytes, notice: Notice) -> bytes:
        return self._vault.seal("notice", name, orjson.dumps(notice.to_dict()))

    def _unseal(self, name: bytes, sealed: bytes) -> Notice:
        return Notice.from_dict(orjson.loads(self._vault.unseal("notice", name, sealed)))
