"""Those who answer, as every step finds them: read anew each time, opened once."""

import sqlite3
from collections.abc import Mapping

import orjson

from bot.core.house import Staff
from bot.core.message import Address
from bot.storage.vault import Vault


class Team:
    """Reads and writes their rows in the database's thread."""

    def __init__(self, vault: Vault) -> None:
        """Keep the keys."""
        self._vault = vault
        self._rows: list[tuple[bytes, bytes]] = []
        self._people: Mapping[bytes, Staff] = {}
        """What stands in the rows: as long as they are the same, so is this, and a rollback leaves no trace."""

    def everyone(self, connection: sqlite3.Connection) -> Mapping[bytes, Staff]:
        """Return all who answer, by pseudonym; a row that was tampered with is nobody's role.

        Who is blocked cannot write, so nobody may be left to her.
        """
        query = "SELECT key, sealed FROM staff WHERE key NOT IN (SELECT key FROM blocked)"
        rows = connection.execute(query).fetchall()
        if rows != self._rows:
            opened = ((key, self._open(key, sealed)) for key, sealed in rows)
            self._people = {key: staff for key, staff in opened if staff}
            self._rows = rows
        return self._people

    def serve(self, connection: sqlite3.Connection, staff: Staff) -> None:
        """Note what somebody changed about herself; what she may do is not for her to change."""
        key = self._vault.pseudonym(Address.parse(staff.address))
        known = self.everyone(connection).get(key)
        if known and known.designation == staff.designation:
            duty = {"duty_until": staff.duty_until, "duty_since": staff.duty_since}
            self.keep(connection, key, known.changed(languages=staff.languages, served=staff.served, **duty))

    def keep(self, connection: sqlite3.Connection, key: bytes, staff: Staff) -> None:
        """Write the role of somebody."""
        sealed = self._vault.seal("staff", key, orjson.dumps(staff.to_dict()))
        connection.execute("INSERT OR REPLACE INTO staff (key, sealed) VALUES (?, ?)", (key, sealed))

    def dismiss(self, connection: sqlite3.Connection, key: bytes) -> None:
        """Take a role away: from the next step on nobody has it."""
        connection.execute("DELETE FROM staff WHERE key = ?", (key,))

    def _open(self, key: bytes, sealed: bytes) -> Staff | None:
        data = self._vault.salvage("staff", key, sealed)
        return Staff.from_dict(orjson.loads(data)) if data else None
