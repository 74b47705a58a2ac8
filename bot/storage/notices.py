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
from bot.log import EVENTS
from bot.storage.vault import SealError, Vault

KEPT = timedelta(days=14)
"""After its end a notice is kept so long, so that it is never written a second time, and then erased."""
HIDDEN_FOR = 2
"""Hours, the present one included, in which who has just hidden the chat hears nothing of what was on its way."""
ID_LENGTH = 16
FIRST = 1
"""The rank of what is due for somebody."""
AWAITED = 0
"""The rank of what waited for somebody to write, once she did: it belongs to the conversation."""
PURGE_BATCH = 1000
"""Rows erased in one go: women who write meanwhile wait for these, not for all."""


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose turn has come."""

    notice_id: bytes
    notice: Notice
    key: bytes
    """Pseudonym of the recipient."""
    tries: int
    has_written: bool
    """It has waited for her to write, and she did."""


class Notices:
    """Reads and writes them in the database's thread.

    A notice is `asked` (a second person has to agree), `due`, `sending`, `ended` or `halted`. A delivery is `pending`,
    `waiting` (until she writes), `sending`, `sent`, `failed`, `gone` (she blocked us), `left` (she left before),
    `declined` (she said that she does not come), `late` or `halted`.
    """

    def __init__(self, vault: Vault, random: Callable[[int], bytes] = token_bytes) -> None:
        """Keep the keys."""
        self._vault = vault
        self._random = random

    def announce(self, connection: sqlite3.Connection, notice: Notice, stage: str = "due") -> bool:
        """Write a notice once; false when it is there already."""
        name = self._name(notice)
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
        opened = [(name, notice) for name, sealed in rows if (notice := self._open(connection, name, sealed))]
        for name, notice in opened:
            for group in notice.groups:
                connection.execute(
                    "INSERT OR IGNORE INTO delivery (notice, contact, state, rank, due_at)"
                    " SELECT ?, contact, 'pending', ?, ? FROM member WHERE \"group\" = ?"
                    " AND contact NOT IN (SELECT key FROM blocked)",
                    (name, notice.rank, at, self._vault.index("group", group)),
                )
            connection.execute("UPDATE notice SET stage = 'sending' WHERE id = ?", (name,))
        return len(opened)

    def ask(self, connection: sqlite3.Connection, notice: Notice, key: bytes, now: datetime) -> None:
        """Write a delivery for one person only; all of one day share the notice, which says nothing of her."""
        self.announce(connection, notice)
        name = self._name(notice)
        connection.execute("UPDATE notice SET stage = 'sending' WHERE id = ?", (name,))
        connection.execute(
            "INSERT OR IGNORE INTO delivery (notice, contact, state, rank, due_at) SELECT ?, ?, 'pending', ?, ?"
            " WHERE ? NOT IN (SELECT key FROM blocked)",
            (name, key, notice.rank, int(now.timestamp()), key),
        )

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
            notice = self._salvage(name, sealed)
            if notice and notice.kind is NoticeKind.BROADCAST and notice.author == author:
                self.halt(connection, name)

    def approve(self, connection: sqlite3.Connection, name: bytes) -> None:
        """Let go of what waited for a second person; said twice, it is once."""
        connection.execute("UPDATE notice SET stage = 'due' WHERE id = ? AND stage = 'asked'", (name,))

    def under_way(self, connection: sqlite3.Connection) -> Iterator[Progress]:
        """Return every notice that is kept, newest first."""
        rows = connection.execute("SELECT id, sealed, stage FROM notice ORDER BY due_at DESC").fetchall()
        for name, sealed, stage in rows:
            if notice := self._salvage(name, sealed):
                yield Progress(name.hex(), notice, stage)

    def groups(self, connection: sqlite3.Connection, name: bytes) -> tuple[str, ...]:
        """Name the groups that a notice is for."""
        row = connection.execute("SELECT sealed FROM notice WHERE id = ?", (name,)).fetchone()
        notice = self._salvage(name, row[0]) if row else None
        return notice.groups if notice else ()

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

    def next(self, connection: sqlite3.Connection, now: datetime, rank: int, most: int) -> list[Due]:
        """Return the deliveries of a rank whose turn has come, so many at most."""
        rows = connection.execute(
            "SELECT notice, contact, tries FROM delivery"
            " WHERE state = 'pending' AND rank = ? AND due_at <= ? ORDER BY due_at LIMIT ?",
            (rank, int(now.timestamp()), most),
        ).fetchall()
        notices = {name: self._find(connection, name) for name in {name for name, *_ in rows}}
        found = ((name, notices[name], key, tries) for name, key, tries in rows)
        return [
            Due(name, notice, key, tries, has_written=rank == AWAITED) for name, notice, key, tries in found if notice
        ]

    def settle(  # noqa: PLR0913 - a row and what becomes of it
        self,
        connection: sqlite3.Connection,
        name: bytes,
        key: bytes,
        state: str,
        *,
        due_at: int | None = None,
        tries: int = 0,
    ) -> None:
        """Note what became of a delivery; `pending` with a time puts it off, unless the notice was halted meanwhile."""
        connection.execute(
            "UPDATE delivery SET due_at = max(due_at, coalesce(?, due_at)), tries = tries + ?, state = CASE"
            " WHEN ? = 'pending' AND (SELECT stage FROM notice WHERE id = delivery.notice) = 'halted' THEN 'halted'"
            " ELSE ? END WHERE notice = ? AND contact = ?",
            (due_at, tries, state, state, name, key),
        )

    def release(self, connection: sqlite3.Connection, key: bytes) -> None:
        """She wrote: what waited for that may go, before all else."""
        connection.execute(
            "UPDATE delivery SET state = 'pending', rank = ? WHERE contact = ? AND state = 'waiting'", (AWAITED, key)
        )

    def put_off(self, connection: sqlite3.Connection, key: bytes, hour: int) -> None:
        """She hid the chat in this hour: for a while nothing of what was on its way appears there."""
        connection.execute(
            "UPDATE delivery SET due_at = max(due_at, ?) WHERE contact = ? AND state IN ('pending', 'sending')",
            ((hour + HIDDEN_FOR) * 3600, key),
        )

    def leave(self, connection: sqlite3.Connection, key: bytes) -> None:
        """She is no member any more: nothing that has not left is for her."""
        connection.execute(
            "UPDATE delivery SET state = 'left' WHERE contact = ? AND state IN ('pending', 'waiting')", (key,)
        )

    def forget(self, connection: sqlite3.Connection, key: bytes) -> None:
        """Keep how many deliveries there were, and not that any was hers."""
        connection.execute(
            "UPDATE delivery SET state = 'left' WHERE contact = ? AND state IN ('pending', 'waiting', 'sending')",
            (key,),
        )
        connection.execute("UPDATE delivery SET contact = randomblob(32) WHERE contact = ?", (key,))

    def recover(self, connection: sqlite3.Connection, now: datetime) -> int:
        """After a crash, make the deliveries again that nobody knows the end of, after all others, and count them."""
        rows = connection.execute("SELECT notice, contact FROM delivery WHERE state = 'sending'").fetchall()
        for name, key in rows:
            self.settle(connection, name, key, "pending", due_at=int(now.timestamp()))
        return len(rows)

    def end(self, connection: sqlite3.Connection, now: datetime) -> list[tuple[bytes, Notice]]:
        """Drop what is too late, and return the notices that have just ended."""
        at = int(now.timestamp())
        ended = []
        for name, sealed in connection.execute("SELECT id, sealed FROM notice WHERE stage = 'sending'").fetchall():
            notice = self._open(connection, name, sealed)
            if notice and at >= notice.until_at:
                connection.execute(
                    "UPDATE delivery SET state = 'late' WHERE notice = ? AND state IN ('pending', 'waiting')", (name,)
                )
            if notice and not self._is_open(connection, name):
                connection.execute("UPDATE notice SET stage = 'ended' WHERE id = ?", (name,))
                ended.append((name, notice))
        return ended

    def purge(self, connection: sqlite3.Connection, now: datetime) -> int:
        """Erase some of what is over, and count it; what is left is for the next call."""
        row = connection.execute(
            "SELECT id FROM notice WHERE purge_at <= ? LIMIT 1", (int(now.timestamp()) // 3600,)
        ).fetchone()
        if row is None:
            return 0
        erased = connection.execute(
            "DELETE FROM delivery WHERE notice = ?"
            " AND contact IN (SELECT contact FROM delivery WHERE notice = ? LIMIT ?)",
            (*row, *row, PURGE_BATCH),
        ).rowcount
        return erased or connection.execute("DELETE FROM notice WHERE id = ?", row).rowcount

    def _is_open(self, connection: sqlite3.Connection, name: bytes) -> bool:
        return bool(
            connection.execute(
                "SELECT 1 FROM delivery WHERE notice = ? AND state IN ('pending', 'waiting', 'sending') LIMIT 1",
                (name,),
            ).fetchone()
        )

    def _find(self, connection: sqlite3.Connection, name: bytes) -> Notice | None:
        row = connection.execute("SELECT sealed FROM notice WHERE id = ?", (name,)).fetchone()
        return self._open(connection, name, row[0] if row else b"")

    def _open(self, connection: sqlite3.Connection, name: bytes, sealed: bytes) -> Notice | None:
        """Read a notice; one that was tampered with is said by nobody, and must not stop the others."""
        notice = self._salvage(name, sealed)
        if notice is None:
            EVENTS.error("a notice was tampered with: it is not sent")
            connection.execute("UPDATE notice SET stage = 'ended' WHERE id = ?", (name,))
            connection.execute(
                "UPDATE delivery SET state = 'failed' WHERE notice = ? AND state IN ('pending', 'waiting')", (name,)
            )
        return notice

    def _salvage(self, name: bytes, sealed: bytes) -> Notice | None:
        try:
            return Notice.from_dict(orjson.loads(self._vault.unseal("notice", name, sealed)))
        except SealError:
            return None

    def _name(self, notice: Notice) -> bytes:
        return self._vault.index("notice", notice.key)[:ID_LENGTH] if notice.key else self._random(ID_LENGTH)

    def _seal(self, name: bytes, notice: Notice) -> bytes:
        return self._vault.seal("notice", name, orjson.dumps(notice.to_dict()))
