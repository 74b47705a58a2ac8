"""Conversations, each sealed as a whole, and who takes part in them, as pseudonyms."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import cached_property

import orjson

from bot.core.conversation import ENDED_KEPT, ROUTE_KEPT, Conversation, ConversationState
from bot.core.message import Address, fold
from bot.core.queue import in_order
from bot.storage.vault import Vault

OVERDUE = 24
"""Hours after which one whose end nobody could tell is erased all the same."""


class Busy(Mapping[str, int]):
    """How many conversations each who answers has open, by designation: counted only for who asks, in her own step."""

    def __init__(self, count: Callable[[], Mapping[str, int]]) -> None:
        """Keep how to count."""
        self._count = count

    @cached_property
    def _counts(self) -> Mapping[str, int]:
        return self._count()

    def __getitem__(self, designation: str) -> int:
        """Return the number of one."""
        return self._counts[designation]

    def __iter__(self) -> Iterator[str]:
        """Name those who have any."""
        return iter(self._counts)

    def __len__(self) -> int:
        """Count those who have any."""
        return len(self._counts)


class Conversations:
    """Reads and writes them in the database's thread; what they lead to is decided elsewhere."""

    def __init__(self, vault: Vault) -> None:
        """Keep the keys."""
        self._vault = vault
        self._known: dict[bytes, tuple[bytes, Conversation]] = {}
        """By name, with what it is sealed as: opening each once is enough, and a rollback leaves no trace."""

    def name(self, conversation: str) -> bytes:
        """Return the pseudonym of a conversation."""
        return self._vault.index("conversation", conversation)

    def of(self, connection: sqlite3.Connection, key: bytes) -> tuple[Conversation, ...]:
        """Return those that somebody takes part in, in an order that stays: ids are random, two words are not."""
        query = "SELECT id, sealed FROM conversation JOIN party ON conversation = id WHERE contact = ?"
        found = self._opened(connection.execute(query, (key,)))
        return tuple(sorted(found, key=lambda each: (each.designation, each.id)))

    def unanswered(self, connection: sqlite3.Connection, lines: Iterable[str]) -> tuple[Conversation, ...]:
        """Return those that wait on some lines for somebody to take them."""
        query = "SELECT id, sealed FROM conversation WHERE line = ? AND state IN ('waiting', 'left', 'second')"
        found = (connection.execute(query, (self._vault.index("line", line),)) for line in lines)
        return tuple(each for rows in found for each in self._opened(rows))

    def find(self, connection: sqlite3.Connection, conversation: str) -> Conversation | None:
        """Return one by its id."""
        if not conversation:
            return None
        query = "SELECT id, sealed FROM conversation WHERE id = ?"
        return next(self._opened(connection.execute(query, (self.name(conversation),))), None)

    def waiting(self, connection: sqlite3.Connection, line: str) -> list[Conversation]:
        """Return those that wait on a line while it rings, in the order in which they began."""
        query = "SELECT id, sealed FROM conversation WHERE line = ? AND state = 'waiting'"
        return in_order(self._opened(connection.execute(query, (self._vault.index("line", line),))))

    def busy(self, connection: sqlite3.Connection) -> Mapping[bytes, int]:
        """Count the conversations that each who answers has open."""
        query = "SELECT contact, count(*) FROM party WHERE seats = 1 GROUP BY contact"
        return dict(connection.execute(query).fetchall())

    def due(
        self, connection: sqlite3.Connection, now: datetime, lines: Iterable[str] | None = None
    ) -> tuple[Conversation, ...]:
        """Return those whose time has come or is over, where nobody with a role sits, and of no line that is known."""
        query = (
            "SELECT id, sealed FROM conversation WHERE due_at <= ?"
            " UNION SELECT id, sealed FROM conversation WHERE purge_at <= ? AND state <> 'ended'"
            " UNION SELECT id, sealed FROM conversation JOIN party ON conversation = id"
            " WHERE seats = 1 AND (contact IN (SELECT key FROM blocked)"
            " OR NOT EXISTS (SELECT 1 FROM staff WHERE key = contact))"
        )
        values: list[int | bytes] = [int(now.timestamp()), fold(now)]
        if lines is not None:
            known = [self._vault.index("line", line) for line in lines]
            marks = ", ".join("?" * len(known))
            query += f" UNION SELECT id, sealed FROM conversation WHERE state <> 'ended' AND line NOT IN ({marks})"  # noqa: S608 - marks alone
            values += known
        return tuple(self._opened(connection.execute(query, values)))

    def keep(self, connection: sqlite3.Connection, conversation: Conversation) -> None:
        """Write one, and who takes part in it; of one that has ended only what a late answer is stopped by.

        Most words change nothing of it but which message is which, and many not even that.
        """
        kept = conversation if conversation.is_live else conversation.bare()
        name = self.name(kept.id)
        before = self.find(connection, kept.id)
        if kept == before:
            return
        sealed = self._vault.seal("conversation", name, orjson.dumps(kept.to_dict()))
        if before and _columns(before) == _columns(kept):
            connection.execute("UPDATE conversation SET sealed = ? WHERE id = ?", (sealed, name))
        else:
            line = self._vault.index("line", kept.line)
            connection.execute(
                "INSERT OR REPLACE INTO conversation (id, line, state, due_at, purge_at, sealed)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (name, line, *_columns(kept)[1:], sealed),
            )
        self._known[name] = (sealed, kept)
        if before is None or _parties(before) != _parties(kept):
            self._seat(connection, name, kept)

    def _seat(self, connection: sqlite3.Connection, name: bytes, conversation: Conversation) -> None:
        """Write who takes part."""
        connection.execute("DELETE FROM party WHERE conversation = ?", (name,))
        parties = {self._key(seat.address): int(conversation.is_live) for seat in conversation.seats}
        if conversation.woman:
            parties.setdefault(self._key(conversation.woman), 0)
        rows = [(key, name, seats) for key, seats in parties.items()]
        connection.executemany("INSERT INTO party (contact, conversation, seats) VALUES (?, ?, ?)", rows)

    def forget(self, connection: sqlite3.Connection, key: bytes) -> None:
        """Leave nothing of somebody: hers end, and where she answered or was called she has no seat and no message."""
        for conversation in self._opened(connection.execute("SELECT id, sealed FROM conversation")):
            if conversation.woman and self._key(conversation.woman) == key:
                self.keep(connection, conversation.changed(state=ConversationState.ENDED))
                continue
            known = {each.address for each in conversation.seats}
            known |= {address for each in conversation.pairs for address in (each.of, each.to) if address}
            gone = {address for address in known if self._key(address) == key}
            if gone:
                seats = tuple(each for each in conversation.seats if each.address not in gone)
                pairs = tuple(each for each in conversation.pairs if not {each.of, each.to} & gone)
                self.keep(connection, conversation.changed(seats=seats, pairs=pairs))

    def purge(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Erase those that are over."""
        hour = fold(now)
        rows = connection.execute(
            "SELECT id FROM conversation WHERE purge_at <= ? AND (state = 'ended' OR purge_at <= ?)",
            (hour, hour - OVERDUE),
        ).fetchall()
        connection.executemany("DELETE FROM party WHERE conversation = ?", rows)
        connection.executemany("DELETE FROM conversation WHERE id = ?", rows)
        for (name,) in rows:
            self._known.pop(name, None)

    def _key(self, address: str) -> bytes:
        return self._vault.pseudonym(Address.parse(address))

    def _opened(self, rows: Iterable[tuple[bytes, bytes]]) -> Iterator[Conversation]:
        """Open rows; one that was tampered with is nobody's, and must not stop the others."""
        for name, sealed in list(rows):
            known = self._known.get(name)
            if known is None or known[0] != sealed:
                data = self._vault.salvage("conversation", name, sealed)
                if data is None:
                    continue
                known = self._known[name] = (sealed, Conversation.from_dict(orjson.loads(data)))
            yield known[1]


def _columns(conversation: Conversation) -> tuple[str, str, int | None, int]:
    """Return what can be asked for without opening it."""
    due_at, purge_at = conversation.due_at or None, _purge_at(conversation)
    return conversation.line, conversation.state.value, due_at, purge_at


def _parties(conversation: Conversation) -> tuple[object, ...]:
    """Return what the rows of those who take part are made of."""
    return conversation.seats, conversation.woman, conversation.is_live


def _purge_at(conversation: Conversation) -> int:
    """Return the hour from which on it is over; an hour that has begun counts as none."""
    if conversation.is_live:
        return conversation.touched + int(ROUTE_KEPT.total_seconds()) // 3600
    return conversation.touched + 1 + int(ENDED_KEPT.total_seconds()) // 3600
