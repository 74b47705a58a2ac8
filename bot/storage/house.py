"""What a step finds beside her record, and what it changes there: groups, answers, staff, notices."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from secrets import token_hex
from typing import Any

import orjson

from bot.core.contact import Contact
from bot.core.conversation import WITHDRAWN, Conversation
from bot.core.delivery import handed_back, is_lost
from bot.core.house import (
    AUDIENCE,
    GROUP,
    MEETING,
    NOTICE,
    USUAL,
    Announced,
    Answered,
    Approved,
    Blocked,
    Change,
    Closed,
    GroupState,
    Halted,
    House,
    Moderated,
    Noted,
    Posted,
    Progress,
    Recalled,
    Relayed,
    Resigned,
    Reworded,
    Role,
    Rules,
    Served,
    Settled,
    Staff,
    Talked,
    Unasked,
    Wrote,
    group_of_subject,
    meeting_subject,
)
from bot.core.letter import Letter
from bot.core.message import Address
from bot.core.notice import Notice, NoticeKind
from bot.core.queue import moved_up, waits_no_more
from bot.core.reporting import report, to_approve
from bot.storage.audit import Audit
from bot.storage.conversations import Busy, Conversations
from bot.storage.counts import count, doubted
from bot.storage.letters import Letters
from bot.storage.notices import Notices
from bot.storage.team import Team
from bot.storage.trail import Trail
from bot.storage.vault import Vault

FRESH_LENGTH = 16
"""Random bytes that a step may make an id and two words of."""


class Houses:
    """Reads and writes those tables in the database's thread, inside the transaction of the step."""

    def __init__(
        self,
        vault: Vault,
        notices: Notices,
        audit: Audit,
        languages: Callable[[], Iterable[str]],
        rules: Rules = USUAL,
    ) -> None:
        """Keep the keys."""
        self._vault = vault
        self._notices = notices
        self._languages = languages
        self._rules = rules
        self.conversations = Conversations(vault)
        self.letters = Letters(vault)
        self.team = Team(vault)
        self._trail = Trail(audit, notices, self.conversations, self.groups)
        self.draw: Callable[[int], str] = token_hex
        """Where random letters come from."""
        self.block: Callable[[sqlite3.Connection, bytes], None] = lambda *_: None
        """Lets nobody with this pseudonym in any more; set by who keeps the list of them."""
        self._opened_plans: dict[bytes, tuple[str, GroupState] | None] = {}
        """By what is sealed: opening each once is enough, and a transaction that was rolled back leaves no trace."""

    def find(self, connection: sqlite3.Connection, key: bytes, contact: Contact) -> House:
        """Return what she finds, as far as it concerns her."""
        people = self.team.everyone(connection)
        staff = people.get(key)
        house = self._relay(
            connection,
            people,
            groups=self.groups(connection),
            own=self._own(connection, key) if contact.memberships else {},
            staff=staff,
            conversations=self._talks(connection, key, staff),
            is_asked_later=self.letters.has_later(connection, key),
        )
        if staff is None:
            return house
        return replace(
            house,
            tallies=self._tallies(connection, staff, contact.answers),
            audience=self.audience(connection, _addressed(staff, contact.answers, AUDIENCE)),
            members=sum(self.audience(connection, _addressed(staff, contact.answers, GROUP)).values()),
            notices=self._under_way(connection, staff, contact.answers.get(NOTICE, "")),
        )

    def due(self, connection: sqlite3.Connection, now: datetime, lines: Iterable[str] | None = None) -> House:
        """Return the conversations that something is to happen to by itself, and who answers."""
        due = self.conversations.due(connection, now, lines)
        return self._relay(connection, self.team.everyone(connection), conversations=due)

    def _relay(self, connection: sqlite3.Connection, people: Mapping[bytes, Staff], **more: Any) -> House:
        """Return who answers on the lines, and how busy each is, with whatever else is known."""
        team = tuple(each for each in people.values() if each.lines)

        def count() -> Mapping[str, int]:
            counts = self.conversations.busy(connection)
            return {people[key].designation: number for key, number in counts.items() if key in people}

        def on_its_way(conversation: str) -> list[Letter]:
            rows = self.letters.of(connection, self.conversations.name(conversation), also_in_air=True)
            return [row.letter for row in rows]

        more |= {"busy": Busy(count), "on_its_way": on_its_way, "queue": partial(self._queue, connection)}
        more["doubts"] = partial(doubted, connection)
        return House(rules=self._rules, team=team, fresh=self.draw(FRESH_LENGTH), **more)

    def _talks(self, connection: sqlite3.Connection, key: bytes, staff: Staff | None) -> tuple[Conversation, ...]:
        """Return the conversations that she takes part in, and for who answers those that nobody has taken."""
        found = self.conversations.of(connection, key)
        if staff and staff.lines:
            found += self.conversations.unanswered(connection, staff.lines)
        return tuple({each.id: each for each in found}.values())

    def _queue(self, connection: sqlite3.Connection, line: str) -> tuple[str, ...]:
        return tuple(each.id for each in self.conversations.waiting(connection, line))

    def groups(self, connection: sqlite3.Connection) -> Mapping[str, GroupState]:
        """Return what each group has settled."""
        rows = connection.execute("SELECT key, sealed FROM plan").fetchall()
        known = self._opened_plans
        self._opened_plans = {
            sealed: known[sealed] if sealed in known else self._open_plan(key, sealed) for key, sealed in rows
        }
        return dict(plan for plan in self._opened_plans.values() if plan)

    def _open_plan(self, key: bytes, sealed: bytes) -> tuple[str, GroupState] | None:
        data = self._open("plan", key, sealed)
        return (data["group"], GroupState.from_dict(data["state"])) if data else None

    def staff(self, connection: sqlite3.Connection, key: bytes) -> Staff | None:
        """Return the role of who has `key`, read at every step, so that revoking works at once."""
        return self.team.everyone(connection).get(key)

    def _open(self, table: str, row: bytes, sealed: bytes) -> Any:
        data = self._vault.salvage(table, row, sealed)
        return orjson.loads(data) if data else None

    def apply(
        self, connection: sqlite3.Connection, key: bytes, changes: Iterable[Change], hour: int | None = None
    ) -> None:
        """Write what a step changed, and in the trail what somebody who answers did in this `hour`."""
        taken = tuple(changes)
        self._trail.note(connection, partial(self.staff, connection, key), taken, hour)
        is_resigning = Resigned() in taken
        if is_resigning:
            self._resign(connection, key)
        for change in taken:
            if isinstance(change, Relayed):
                self._relayed(connection, change)
            else:
                self._moderated(connection, key, change)
        if any(isinstance(change, Talked) for change in taken):
            self.letters.release(connection, key)
        if is_resigning:
            self.conversations.forget(connection, key)
            self.letters.forget(connection, key)

    def _moderated(self, connection: sqlite3.Connection, key: bytes, change: Moderated) -> None:
        match change:
            case Settled(group, state):
                self._settle(connection, group, state)
            case Answered(subject, value):
                self._answer(connection, key, subject, value)
            case Closed(subject):
                self.close(connection, subject)
            case Announced(notice, asks):
                self._announce(connection, notice, asks=asks)
            case Halted(name):
                self._notices.halt(connection, bytes.fromhex(name))
            case Approved(name):
                self._notices.approve(connection, bytes.fromhex(name))
            case Wrote():
                self._notices.release(connection, key)
            case Unasked():
                self.letters.hush(connection, key)

    def _relayed(self, connection: sqlite3.Connection, change: Relayed) -> None:
        match change:
            case Talked(conversation):
                self._talk(connection, conversation)
            case Posted(letter):
                self.letters.post(connection, letter)
            case Reworded(letter):
                self.letters.reword(connection, letter, self.conversations.find(connection, letter.conversation))
            case Recalled(name, of, handle):
                self.letters.recall(connection, self.conversations.find(connection, name), of, handle)
            case Served(staff):
                self.team.serve(connection, staff)
            case Noted(kind, on):
                count(connection, kind, on)
            case Blocked(address):
                key = self._vault.pseudonym(Address.parse(address))
                self.block(connection, key)
                self.letters.shut(connection, key)

    def _talk(self, connection: sqlite3.Connection, conversation: Conversation) -> None:
        """Write a conversation; what has not reached who sits there no more is for who comes next, or for nobody."""
        name = self.conversations.name(conversation.id)
        if conversation.topic == WITHDRAWN:
            self.letters.drop(connection, name)
        undelivered = self.letters.of(connection, name)
        lost = [row for row in undelivered if is_lost(conversation, row.letter)]
        for row in lost:
            self.letters.remove(connection, row)
        was = self.conversations.find(connection, conversation.id)
        self.conversations.keep(connection, handed_back(conversation, [row.letter for row in lost]))
        if was and waits_no_more(was, conversation):
            self._move_up(connection, was)

    def _move_up(self, connection: sqlite3.Connection, was: Conversation) -> None:
        """Tell who waits behind somebody that waits no more; what she has not read of her place yet is over."""
        for letter in moved_up(was, self.conversations.waiting(connection, was.line)):
            for row in self.letters.of(connection, self.conversations.name(letter.conversation)):
                if row.letter.kind is letter.kind:
                    self.letters.remove(connection, row)
            self.letters.post(connection, letter)

    def _announce(self, connection: sqlite3.Connection, notice: Notice, *, asks: bool) -> None:
        """Write a notice, and who has to read it before it goes out hears of it."""
        is_new = self._notices.announce(connection, notice, "asked" if asks else "due")
        if is_new and asks:
            for letter in to_approve(notice, self.team.everyone(connection).values()):
                self.letters.post(connection, letter)

    def report(self, connection: sqlite3.Connection, notice: Notice) -> None:
        """Write to the author of a broadcast that has ended how it went."""
        for letter in report(notice, self.team.everyone(connection).values()):
            self.letters.post(connection, letter)

    def enrol(self, connection: sqlite3.Connection, key: bytes, old: Contact, new: Contact) -> None:
        """Keep the rows of members equal to what the records say, for a notice finds its readers there."""
        if (old.memberships, old.language) == (new.memberships, new.language):
            return
        if not new.memberships:
            self.expel(connection, key)
            return
        self._strike(connection, key)
        if left := old.memberships.keys() - new.memberships.keys():
            self._forget_answers(connection, key, left)
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

    def _resign(self, connection: sqlite3.Connection, key: bytes) -> None:
        if staff := self.staff(connection, key):
            self._notices.silence(connection, staff.designation)
        self.team.dismiss(connection, key)
        for conversation in self.conversations.of(connection, key):
            if conversation.woman and self._vault.pseudonym(Address.parse(conversation.woman)) == key:
                self.letters.drop(connection, self.conversations.name(conversation.id))

    def hush(self, connection: sqlite3.Connection, key: bytes) -> None:
        """She hides the chat: nothing more of what is over."""
        self.letters.hush(connection, key)

    def _forget_answers(self, connection: sqlite3.Connection, key: bytes, groups: Collection[str]) -> None:
        for subject in self._own(connection, key):
            if group_of_subject(subject) in groups:
                self._answer(connection, key, subject, "")

    def keep_answers(self, connection: sqlite3.Connection, subjects: Iterable[str]) -> None:
        """Forget every answer to something else: that is over."""
        kept = {self._vault.index("answer", subject) for subject in subjects}
        for (index,) in connection.execute("SELECT DISTINCT subject FROM answer").fetchall():
            if index not in kept:
                connection.execute("DELETE FROM answer WHERE subject = ?", (index,))

    def _strike(self, connection: sqlite3.Connection, key: bytes) -> None:
        connection.execute("DELETE FROM member WHERE contact = ?", (key,))

    def audience(self, connection: sqlite3.Connection, groups: Iterable[str]) -> Mapping[str, int]:
        """Count the members of some groups by language, each of them once."""
        keys = [self._vault.index("group", group) for group in groups]
        if not keys:
            return {}
        marks = ", ".join("?" * len(keys))
        once = f'SELECT DISTINCT contact, language FROM member WHERE "group" IN ({marks})'  # noqa: S608 - question marks
        query = f"SELECT language, count(*) FROM ({once}) GROUP BY language"  # noqa: S608 - the same
        counted = connection.execute(query, keys).fetchall()
        codes = {self._vault.index("language", code): code for code in self._languages()}
        # Who speaks a language that is no longer shipped is still somebody.
        known: Counter[str] = Counter()
        for language, number in counted:
            known[codes.get(language, "")] += number
        return known

    def tally(self, connection: sqlite3.Connection, subject: str) -> Mapping[str, int]:
        """Count the answers to one subject."""
        index = self._vault.index("answer", subject)
        rows = connection.execute("SELECT contact, sealed FROM answer WHERE subject = ?", (index,)).fetchall()
        opened = (self._open("answer", index + contact, sealed) for contact, sealed in rows)
        return Counter(each["value"] for each in opened if each)

    def close(self, connection: sqlite3.Connection, subject: str) -> None:
        """Forget who answered what."""
        connection.execute("DELETE FROM answer WHERE subject = ?", (self._vault.index("answer", subject),))

    def settle_all(self, connection: sqlite3.Connection, states: Mapping[str, GroupState]) -> None:
        """Write what some groups have settled."""
        for group, state in states.items():
            self._settle(connection, group, state)

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
        opened = (self._open("answer", subject + key, sealed) for subject, sealed in rows)
        return {each["subject"]: each["value"] for each in opened if each}

    def _tallies(
        self, connection: sqlite3.Connection, staff: Staff, answers: Mapping[str, str]
    ) -> Mapping[str, Mapping[str, int]]:
        """Count who comes to the meeting before her, where she answers for it; what is voted is counted for nobody."""
        group = answers.get(GROUP, "")
        if not answers.get(MEETING) or not staff.may(group):
            return {}
        subject = meeting_subject(group, answers[MEETING])
        return {subject: self.tally(connection, subject)}

    def _under_way(self, connection: sqlite3.Connection, staff: Staff, looked_at: str) -> tuple[Progress, ...]:
        """Return the broadcasts of the groups that she answers for, all of them; the one before her is counted."""
        if not staff.groups and staff.role is not Role.ADMIN:
            return ()
        return tuple(
            self._counted(connection, progress) if progress.notice.key == looked_at else progress
            for progress in self._notices.under_way(connection)
            if progress.notice.kind is NoticeKind.BROADCAST and all(map(staff.may, progress.notice.groups))
        )

    def _counted(self, connection: sqlite3.Connection, progress: Progress) -> Progress:
        if progress.stage in ("asked", "due"):
            return replace(progress, audience=self.audience(connection, progress.notice.groups))
        counts, later = self._notices.counts(connection, bytes.fromhex(progress.id))
        return replace(progress, counts=counts, later=later)


def _addressed(staff: Staff, answers: Mapping[str, str], name: str) -> list[str]:
    """Name the groups whose members she may have counted."""
    return [group for group in answers.get(name, "").split() if staff.may(group)]
