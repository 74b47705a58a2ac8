"""Who answers: invitations that work once, and the roles that they gave."""

import secrets
import sqlite3
from datetime import datetime, timedelta

import orjson

from bot.core.deed import Deed
from bot.core.designation import designation
from bot.core.house import Role, Staff
from bot.core.invitation import LETTERS, PARTS, spaced
from bot.core.message import Address, fold
from bot.storage.audit import OPERATOR, Audit
from bot.storage.database import Database
from bot.storage.house import Houses
from bot.storage.notices import Notices
from bot.storage.vault import Vault

OPEN_FOR = timedelta(hours=24)


class Register:
    """Invites, takes in, lists and dismisses the people who answer."""

    def __init__(self, database: Database, vault: Vault, notices: Notices, houses: Houses, audit: Audit) -> None:
        """Keep the keys; what is revoked silences what she wrote, and what is written to her."""
        self._letters = houses.letters
        self._team = houses.team
        self._audit = audit
        self._notices = notices
        self._database = database
        self._vault = vault

    async def invite(
        self,
        role: Role,
        groups: tuple[str, ...],
        now: datetime,
        lines: tuple[str, ...] = (),
        languages: tuple[str, ...] = (),
    ) -> str:
        """Return a code that makes whoever sends it first, within a day, one of the staff; only its hash is kept."""
        code = spaced("".join(secrets.choice(LETTERS) for _ in range(sum(PARTS))))
        index = self._vault.index("invitation", code)
        invited = {"role": role.value, "groups": groups, "lines": lines, "languages": languages}
        sealed = self._vault.seal("invitation", index, orjson.dumps(invited))
        until = fold(now + OPEN_FOR)

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO invitation (code, sealed, purge_at) VALUES (?, ?, ?)", (index, sealed, until)
            )
            self._audit.append(connection, now.date(), OPERATOR, Deed.INVITED, groups)

        await self._database.commit_together(work)
        return code

    async def redeem(self, code: str, address: Address, now: datetime) -> bool:
        """Make the sender of a code one of the staff, once; false when it is unknown, used or too old."""
        index = self._vault.index("invitation", code)

        def work(connection: sqlite3.Connection) -> bool:
            row = connection.execute(
                "DELETE FROM invitation WHERE code = ? AND purge_at > ? RETURNING sealed", (index, fold(now))
            ).fetchone()
            data = self._vault.salvage("invitation", index, row[0]) if row else None
            if data is None:
                return False
            invited = orjson.loads(data)
            role, lists = Role(invited["role"]), ("groups", "lines", "languages")
            asked = Staff("", role, address=str(address)).changed(
                **{name: tuple(invited.get(name, ())) for name in lists}
            )
            name = self._take_in(connection, address, asked)
            self._audit.append(connection, now.date(), name, Deed.JOINED, (*asked.groups, *asked.lines))
            return True

        return await self._database.commit_together(work)

    async def everyone(self) -> list[Staff]:
        """Return all who answer, by designation."""
        people = await self._database.run(self._team.everyone)
        return sorted(people.values(), key=lambda staff: staff.designation)

    async def revoke(self, name: str, now: datetime) -> bool:
        """Take a role away by its designation: from her next step on she has none; false where nobody has it."""

        def work(connection: sqlite3.Connection) -> bool:
            people = self._team.everyone(connection)
            found = [(key, staff) for key, staff in people.items() if staff.designation == name]
            for key, staff in found:
                self._team.dismiss(connection, key)
                self._letters.forget(connection, key)
                self._notices.silence(connection, name)
                self._audit.append(
                    connection, now.date(), OPERATOR, f"{Deed.REVOKED}: {name}", (*staff.groups, *staff.lines)
                )
            return bool(found)

        return await self._database.commit_together(work)

    def _take_in(self, connection: sqlite3.Connection, address: Address, asked: Staff) -> str:
        people = self._team.everyone(connection)
        key = self._vault.pseudonym(address)
        if known := people.get(key):
            staff = _more(known, asked)
        else:
            taken = frozenset(each.designation for each in people.values())
            staff = asked.changed(designation=designation(secrets.choice, taken))
        self._team.keep(connection, key, staff)
        return staff.designation


def _more(known: Staff, asked: Staff) -> Staff:
    """Add what somebody is invited to: nobody loses by an invitation what she had, and her two words stay."""
    lists = {
        name: tuple(dict.fromkeys((*getattr(known, name), *getattr(asked, name))))
        for name in ("groups", "lines", "languages")
    }
    more = known.changed(**lists, address=asked.address)
    # Who moderates goes on moderating: what she does on a line depends on the line alone.
    return more.changed(role=Role.ADMIN, groups=()) if Role.ADMIN in (known.role, asked.role) else more
