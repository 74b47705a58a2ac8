"""Letters, a row each until they are delivered: one after the other to each reader, in the order they were written."""

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

from bot.core.conversation import WAITING_KEPT, Conversation
from bot.core.delivery import is_of, reworded, sender
from bot.core.letter import Letter, LetterKind
from bot.core.message import Address, fold
from bot.storage.vault import SealError, Vault

OVERDUE = 2
"""Hours after which a letter that nobody could settle is erased all the same."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    """A letter as it lies there."""

    id: int
    key: bytes
    """Pseudonym of the reader."""
    tries: int
    until_at: int
    """From then on, in seconds, it is of no use."""
    sealed: bytes
    """Different for any two letters, also where a number comes again."""
    letter: Letter


class Letters:
    """Reads and writes them in the database's thread.

    A letter is `pending`, `sending` (in the air) or `held` (it had its turn, and has it again before any other).
    """

    def __init__(self, vault: Vault) -> None:
        """Keep the keys."""
        self._vault = vault

    def post(self, connection: sqlite3.Connection, letter: Letter) -> None:
        """Write a letter; until when it is of use is reckoned from the next look, if it does not say so itself."""
        key = self._vault.pseudonym(Address.parse(letter.to))
        conversation = self._vault.index("conversation", letter.conversation) if letter.conversation else None
        sealed = self._vault.seal("letter", key, orjson.dumps(letter.to_dict()))
        purge_at = -(-letter.until_at // 3600)
        connection.execute(
            "INSERT INTO letter (contact, conversation, state, due_at, purge_at, sealed)"
            " VALUES (?, ?, 'pending', ?, ?, ?)",
            (key, conversation, letter.due_at, purge_at, sealed),
        )

    def date(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Note until when the letters are of use that were written since the last look."""
        connection.execute(
            "UPDATE letter SET purge_at = max(?, due_at / 3600) + ? WHERE purge_at = 0",
            (fold(now), int(WAITING_KEPT.total_seconds()) // 3600),
        )

    def heads(self, connection: sqlite3.Connection, now: datetime, page: int) -> Iterator[Row]:
        """Return the next letter of each reader who has none in the air, the oldest first, so many read at once.

        What is written meanwhile has no date yet, and its turn at the next look.
        """
        query = (
            "SELECT id, contact, tries, purge_at, sealed FROM letter WHERE id IN ("
            " SELECT min(id) FROM letter AS next WHERE state <> 'sending' AND due_at <= ? AND purge_at > 0"
            " AND NOT EXISTS ("
            " SELECT 1 FROM letter AS first WHERE first.contact = next.contact AND"
            " (first.state = 'sending' OR (first.state = 'held' AND first.id <> next.id)))"
            " GROUP BY contact HAVING min(id) > ? ORDER BY min(id) LIMIT ?) ORDER BY id"
        )
        last, has_more = 0, True
        while has_more:
            rows = connection.execute(query, (int(now.timestamp()), last, page)).fetchall()
            for number, key, tries, purge_at, sealed in rows:
                if letter := self._open(connection, number, key, sealed):
                    yield Row(number, key, tries, letter.until_at or purge_at * 3600, sealed, letter)
                last = number
            has_more = len(rows) == page

    def take(self, connection: sqlite3.Connection, row: Row) -> None:
        """Note that a letter is in the air."""
        connection.execute("UPDATE letter SET state = 'sending' WHERE id = ?", (row.id,))

    def put_off(
        self, connection: sqlite3.Connection, row: Row, until: datetime, *, tries: int = 0, keeps_turn: bool = True
    ) -> None:
        """Let a letter wait; it keeps its turn, unless it is one that others need not wait for."""
        connection.execute(
            "UPDATE letter SET state = ?, due_at = ?, tries = tries + ? WHERE id = ?",
            ("held" if keeps_turn else "pending", int(until.timestamp()), tries, row.id),
        )

    def remove(self, connection: sqlite3.Connection, row: Row) -> None:
        """Take a letter away, if it is still there."""
        connection.execute("DELETE FROM letter WHERE id = ? AND sealed = ?", (row.id, row.sealed))

    def is_there(self, connection: sqlite3.Connection, row: Row) -> bool:
        """Tell whether a letter is still wanted."""
        query = "SELECT 1 FROM letter WHERE id = ? AND sealed = ?"
        return connection.execute(query, (row.id, row.sealed)).fetchone() is not None

    def release(self, connection: sqlite3.Connection, key: bytes) -> None:
        """She is there, for she wrote: what was not taken before is tried at once."""
        connection.execute("UPDATE letter SET due_at = 0 WHERE contact = ? AND state = 'held'", (key,))

    def recover(self, connection: sqlite3.Connection) -> int:
        """After a crash, send again what nobody knows the end of, before any other to the same reader."""
        return connection.execute("UPDATE letter SET state = 'held' WHERE state = 'sending'").rowcount

    def of(self, connection: sqlite3.Connection, conversation: bytes, *, also_in_air: bool = False) -> list[Row]:
        """Return what is not delivered yet of one conversation."""
        rows = connection.execute(
            "SELECT id, contact, tries, sealed FROM letter WHERE conversation = ? AND (? OR state <> 'sending')"
            " ORDER BY id",
            (conversation, also_in_air),
        ).fetchall()
        return [
            Row(number, key, tries, 0, sealed, letter)
            for number, key, tries, sealed in rows
            if (letter := self._open(connection, number, key, sealed))
        ]

    def reword(self, connection: sqlite3.Connection, change: Letter, conversation: Conversation | None) -> None:
        """Change what waits, so that only the new words arrive; behind what is in the air they follow."""
        of = sender(conversation, change) if conversation else ""
        found = self._of_message(connection, conversation, of, change.handle)
        waiting = [row for row in found if row.letter.to == change.to]
        anew = reworded([row.letter for row in waiting], change)
        if anew is None:
            self.post(connection, change)
            return
        sealed = self._vault.seal("letter", waiting[0].key, orjson.dumps(anew.to_dict()))
        connection.execute("UPDATE letter SET sealed = ? WHERE id = ?", (sealed, waiting[0].id))
        for row in waiting[1:]:
            self.remove(connection, row)

    def recall(self, connection: sqlite3.Connection, conversation: Conversation | None, of: str, handle: str) -> None:
        """Take away what somebody took back; what is in the air is deleted again once it is there."""
        for row in self._of_message(connection, conversation, of, handle, also_in_air=True):
            self.remove(connection, row)

    def _of_message(
        self,
        connection: sqlite3.Connection,
        conversation: Conversation | None,
        of: str,
        handle: str,
        *,
        also_in_air: bool = False,
    ) -> list[Row]:
        """Return what is not delivered yet of one message and its changes."""
        if conversation is None:
            return []
        rows = self.of(connection, self._vault.index("conversation", conversation.id), also_in_air=also_in_air)
        return [row for row in rows if is_of(conversation, row.letter, of, handle)]

    def drop(self, connection: sqlite3.Connection, conversation: bytes) -> None:
        """Take away all that is not delivered yet of one conversation, but for what takes something away itself."""
        for row in self.of(connection, conversation, also_in_air=True):
            if row.letter.kind is not LetterKind.TAKEN_BACK:
                self.remove(connection, row)

    def forget(self, connection: sqlite3.Connection, key: bytes) -> None:
        """Take away all that is for one person; what is in the air is deleted again once it is there."""
        connection.execute("DELETE FROM letter WHERE contact = ?", (key,))

    def has_later(self, connection: sqlite3.Connection, key: bytes) -> bool:
        """Tell whether something waits for its day: of what is from a conversation only a question afterwards does."""
        query = "SELECT 1 FROM letter WHERE contact = ? AND state = 'pending' AND due_at > 0 AND conversation > x''"
        return connection.execute(query, (key,)).fetchone() is not None

    def shut(self, connection: sqlite3.Connection, key: bytes) -> None:
        """She is blocked: she is asked nothing on a later day, and reads nothing as somebody who answers."""
        query = "SELECT id, sealed FROM letter WHERE contact = ?"
        for number, sealed in connection.execute(query, (key,)).fetchall():
            letter = self._open(connection, number, key, sealed)
            if letter and (letter.due_at or "designation" in letter.values):
                connection.execute("DELETE FROM letter WHERE id = ?", (number,))

    def hush(self, connection: sqlite3.Connection, key: bytes) -> None:
        """She hides the chat: nothing of a conversation that is over appears there."""
        connection.execute(
            "DELETE FROM letter WHERE contact = ? AND conversation IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM conversation WHERE id = letter.conversation AND state <> 'ended')",
            (key,),
        )

    def purge(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Erase what is over and was not settled, as when nothing is sent at all."""
        self.date(connection, now)
        connection.execute("DELETE FROM letter WHERE purge_at <= ?", (fold(now) - OVERDUE,))

    def _open(self, connection: sqlite3.Connection, number: int, key: bytes, sealed: bytes) -> Letter | None:
        """Read a letter; one that was tampered with is nobody's, and goes."""
        try:
            return Letter.from_dict(orjson.loads(self._vault.unseal("letter", key, sealed)))
        except SealError:
            _log.warning("letter_unreadable")
            connection.execute("DELETE FROM letter WHERE id = ?", (number,))
            return None
