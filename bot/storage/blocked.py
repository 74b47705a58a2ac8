"""Whom the bot does not answer any more, as keyed hashes: who it is cannot be read from them."""

import sqlite3
from datetime import datetime

from bot.core.deed import Deed
from bot.core.message import Address, fold
from bot.storage.audit import OPERATOR, Audit
from bot.storage.database import Database
from bot.storage.notices import Notices
from bot.storage.vault import Vault


class Blocked:
    """Blocks in the transaction of a step, and tells at the door, at the cost of one hash and one look-up."""

    def __init__(self, database: Database, vault: Vault, notices: Notices, audit: Audit) -> None:
        """Keep the keys; nothing more is sent to who is blocked."""
        self._audit = audit
        self._database = database
        self._vault = vault
        self._notices = notices
        self._known: frozenset[bytes] | None = None
        """All of them, `None` when that has to be read anew; read and dropped in the database's thread only, so that a
        transaction that was rolled back leaves no trace."""

    def block(self, connection: sqlite3.Connection, key: bytes, until: datetime | None = None) -> None:
        """Block whoever has this pseudonym, for good or for a time, and send her nothing of what is on its way."""
        self._known = None
        purge_at = None if until is None else fold(until)
        connection.execute("INSERT OR REPLACE INTO blocked (key, purge_at) VALUES (?, ?)", (key, purge_at))
        connection.execute("DELETE FROM reply WHERE key = ?", (key,))
        self._notices.leave(connection, key)

    async def lift(self, now: datetime) -> None:
        """Let everybody in again: who was blocked by mistake cannot be told from the others, and need not be known."""

        def work(connection: sqlite3.Connection) -> None:
            self._known = None
            connection.execute("DELETE FROM blocked")
            self._audit.append(connection, now.date(), OPERATOR, Deed.LIFTED)

        await self._database.commit_together(work)

    def purge(self, connection: sqlite3.Connection, now: datetime) -> None:
        """Let in whose time is over."""
        self._known = None
        connection.execute("DELETE FROM blocked WHERE purge_at <= ?", (fold(now),))

    async def is_blocked(self, address: Address) -> bool:
        """Tell whether nobody is to answer there."""
        key, known = self._vault.pseudonym(address), self._known
        if known is None:
            known = await self._database.run(self._load)
        return key in known

    def _load(self, connection: sqlite3.Connection) -> frozenset[bytes]:
        self._known = frozenset(key for (key,) in connection.execute("SELECT key FROM blocked"))
        return self._known
