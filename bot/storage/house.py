"""What a step finds beside her record, and what it changes there: groups, answers, staff, notices."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from bot.core.contact import Contact
from bot.core.house import (
    AUDIENCE,
    GROUP,
    MEETING,
    Announced,
    Answered,
    Approved,
    Change,
    GroupState,
    Halted,
    House,
    Progress,
    Settled,
    Staff,
    meeting_subject,
)
from bot.core.notice import NoticeKind
from bot.storage.notices import Notices
from bot.storage.vault import Vault


class Houses:
    """Reads and writes those tables in the database's thread, inside the transaction of the step."""

    def __init__(self, vault: Vault, notices: Notices, languages: Callable[[], Iterable[str]]) -> None:
        """Keep the keys."""
        self._vault = vault
        self._notices = notices
        self._languages = languages
        self._opened_plans: dict[bytes, tuple[str, GroupState]] = {}
        """By what is sealed: opening each once is enough, and a transaction that was rolled back leaves no trace."""

    def find(self, connection: sqlite3.Connection, key: bytes, contact: Contact) -> House:
        """Return what she finds, as far as it concerns her."""
        groups = self.groups(connection)
        staff = self.staff(connection, key)
        own = self._own(connection, key) if contact.memberships else {}
        if staff is None:
            return House(groups, own)
        return House(
            groups,
            own,
            staff,
            self._tallies(connection, contact.answers),
            self.audience(connection, contact.answers.get(AUDIENCE, "").split()),
            self._under_way(connection, staff),
        )

    def groups(self, connection: sqlite3.Connection) -> Mapping[str, GroupState]:
        """Return what each group has settled."""
        rows = connection.execute("SELECT key, sealed FROM plan").fetchall()
        known = self._opened_plans
        self._opened_plans = {sealed: known.get(sealed) or self._open_plan(key, sealed) for key, sealed in rows}
        return dict(self._opened_plans.values())

    def _open_plan(self, key: bytes, sealed: bytes) -> tuple[str, GroupState]:
        data = orjson.loads(self._vault.unseal("plan", key, sealed))
        return data["group"], GroupState.from_dict(data["state"])

    def staff(self, connection: sqlite3.Connection, key: bytes) -> Staff | None:
        """Return the role of who has `key`, read at every step, so that revoking works at once."""
        row = connection.execute("SELECT sealed FROM staff WHERE key = ?", (key,)).fetchone()
        return Staff.from_dict(orjson.loads(self._vault.unseal("staff", key, row[0]))) if row else None

    def apply(self, connection: sqlite3.Connection, key: bytes, changes: Iterable[Change]) -> None:
        """Write what a step changed."""
        for change in changes:
            match change:
                case Settled(group, state):
                    self._settle(connection, group, state)
                case Answered(subject, value):
                    self._answer(connection, key, subject, value)
                case Announced(notice):
                    self._notices.announce(connection, notice)
                case Halted(name):
                    self._notices.halt(connection, bytes.fromhex(name))
                case Approved(name):
                    self._notices.approve(connection, bytes.fromhex(name))

    def enrol(self, connection: sqlite3.Connection, key: bytes, old: Contact, new: Contact) -> None:
        """Keep the rows of members equal to what the records say, for a notice finds its readers there."""
        if (old.memberships, old.language) == (new.memberships, new.language):
            return
        if not new.memberships:
            self.expel(connection, key)
            return
        self._strike(connection, key)
        language = self._vault.index("language", new.language)
        rows = [(self._vault.index("group", group), key, language) for group in new.memberships]
        connection.executemany('INSERT INTO member ("group", contact, language) VALUES (?, ?, ?)', rows)

    def expel(self, connection: sqlite3.Connection, key: bytes) -> None:
        """Take away what belongs to a member: she has left, and nothing more is to reach her."""
        self._strike(connection, key)
        connection.execute("DELETE FROM answer WHERE contact = ?", (key,))
        self._notices.leave(connection, key)

    def forget(self, connection: sqlite3.Connection, key: bytes) -> None:
        """Leave no row with her pseudonym."""
        self.expel(connection, key)
        self._notices.forget(connection, key)

    def _strike(self, connection: sqlite3.Connection, key: bytes) -> None:
        connection.execute("DELETE FROM member WHERE contact = ?", (key,))

    def audience(self, connection: sqlite3.Connection, groups: Iterable[str]) -> Mapping[str, int]:
        """Count the members of some groups by language, each of them once."""
        keys = [self._vault.index("group", group) for group in groups]
        marks = ", ".join("?" * len(keys))
        query = f'SELECT language, count(DISTINCT contact) FROM member WHERE "group" IN ({marks}) GROUP BY language'  # noqa: S608 - question marks
        counted = connection.execute(query, keys).fetchall()
        codes = {self._vault.index("language", code): code for code in self._languages()}
        return {codes.get(language, ""): number for language, number in counted}

    def tally(self, connection: sqlite3.Connection, subject: str) -> Mapping[str, int]:
        """Count the answers to one subject."""
        index = self._vault.index("answer", subject)
        rows = connection.execute("SELECT contact, sealed FROM answer WHERE subject = ?", (index,)).fetchall()
        return Counter(self._opened(index + contact, sealed)["value"] for contact, sealed in rows)

    def close(self, connection: sqlite3.Connection, subject: str) -> None:
        """Forget who answered what."""
        connection.execute("DELETE FROM answer WHERE subject = ?", (self._vault.index("answer", subject),))

    def _settle(self, connection: sqlite3.Connection, group: str, state: GroupState) -> None:
        key = self._vault.index("group", group)
        sealed = self._vault.seal("plan", key, orjson.dumps({"group": group, "state": state.to_dict()}))
        connection.execute("INSERT OR REPLACE INTO plan (key, sealed) VALUES (?, ?)", (key, sealed))

    def _answer(self, connection: sqlite3.Connection, key: bytes, subject: str, value: str) -> None:
        index = self._vault.index("answer", subject)
        connection.execute("DELETE FROM answer WHERE subject = ? AND contact = ?", (index, key))
        if value:
            sealed = self._vault.seal("answer", index + key, orjson.dumps({"subject": subject, "value": value}))
            connection.execute("INSERT INTO answer (subject, contact, sealed) VALUES (?, ?, ?)", (index, key, sealed))

    def _own(self, connection: sqlite3.Connection, key: bytes) -> Mapping[str, str]:
        rows = connection.execute("SELECT subject, sealed FROM answer WHERE contact = ?", (key,)).fetchall()
        opened = (self._opened(subject + key, sealed) for subject, sealed in rows)
        return {each["subject"]: each["value"] for each in opened}

    def _opened(self, row: bytes, sealed: bytes) -> Any:
        return orjson.loads(self._vault.unseal("answer", row, sealed))

    def _tallies(self, connection: sqlite3.Connection, answers: Mapping[str, str]) -> Mapping[str, Mapping[str, int]]:
        if not answers.get(MEETING):
            return {}
        subject = meeting_subject(answers.get(GROUP, ""), answers[MEETING])
        return {subject: self.tally(connection, subject)}

    def _under_way(self, connection: sqlite3.Connection, staff: Staff) -> tuple[Progress, ...]:
        """Return the broadcasts of the groups that she answers for, all of them."""
        return tuple(
            progress
            for progress in self._notices.under_way(connection)
            if progress.notice.kind is NoticeKind.BROADCAST and all(map(staff.may, progress.notice.groups))
        )
