"""Deliveries on their way: taken in hand, judged and settled, each in one transaction."""

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.contact import Contact
from bot.core.message import Address, Screen
from bot.core.notice import Notice
from bot.core.verdict import Drop, Hold, Judge, Send, Wait
from bot.storage.database import Database
from bot.storage.house import Houses
from bot.storage.notices import Claimed, Notices
from bot.storage.vault import SealError


@dataclass(frozen=True, slots=True)
class Delivery:
    """One screen for one person, taken in hand."""

    to: Address
    screen: Screen
    notice: Notice
    tries: int
    notice_id: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: `sent`, `failed`, `gone`, or `pending` again from `due_at` on."""

    delivery: Delivery
    state: str
    handles: tuple[str, ...] = ()
    due_at: int | None = None


class Outbox:
    """The part of the store that sending needs; the rules are in docs/sending.md."""

    def __init__(
        self,
        database: Database,
        notices: Notices,
        houses: Houses,
        read: Callable[[sqlite3.Connection, bytes], Contact],
        write: Callable[[sqlite3.Connection, bytes, Contact, Contact], None],
    ) -> None:
        """Take how the store reads and writes records."""
        self._database = database
        self._notices = notices
        self._houses = houses
        self._read = read
        self._write = write

    async def announce(self, notice: Notice) -> bool:
        """Write a notice once; false when its key is there already."""
        return await self._database.commit_together(lambda connection: self._notices.announce(connection, notice))

    async def recover(self) -> int:
        """Take back what was in the air when the program died, and count it: those may get it twice."""
        return await self._database.commit_together(self._notices.recover)

    async def open_due(self, now: datetime) -> int:
        """Write the deliveries of what has come due."""
        return await self._database.commit_together(lambda connection: self._notices.open_due(connection, now))

    async def end(self, now: datetime) -> list[Notice]:
        """Drop what is too late and return the notices that have ended just now."""
        ended = await self._database.commit_together(lambda connection: self._notices.end(connection, now))
        return [notice for _, notice in ended]

    async def claim(self, now: datetime, most: int, judge: Judge) -> list[Delivery]:
        """Take the next deliveries in hand, so many at most; what is not to go now is settled on the way."""

        def work(connection: sqlite3.Connection) -> list[Delivery]:
            claimed = self._notices.claim(connection, now, most)
            return [each for one in claimed if (each := self._judge(connection, one, judge))]

        return await self._database.commit_together(work)

    async def settle(self, outcomes: Iterable[Outcome], now: datetime) -> None:
        """Note what became of deliveries, and with it what a wipe has to reach."""
        taken = list(outcomes)

        def work(connection: sqlite3.Connection) -> None:
            for outcome in taken:
                self._settle(connection, outcome, now)

        await self._database.commit_together(work)

    def _judge(self, connection: sqlite3.Connection, claimed: Claimed, judge: Judge) -> Delivery | None:
        try:
            contact = self._read(connection, claimed.key)
        except SealError:
            contact = Contact()
        house = replace(self._houses.find(connection, claimed.key, contact), has_written=claimed.has_written)
        match judge(contact, house, claimed.notice):
            case Send(to, screen):
                return Delivery(to, screen, claimed.notice, claimed.tries, claimed.notice_id, claimed.key)
            case Hold(until):
                self._put(connection, claimed, "pending", int(until.timestamp()))
            case Wait():
                self._put(connection, claimed, "waiting")
            case Drop(state):
                self._put(connection, claimed, state)
        return None

    def _put(self, connection: sqlite3.Connection, claimed: Claimed, state: str, due_at: int | None = None) -> None:
        self._notices.settle(connection, claimed.notice_id, claimed.key, state, due_at)

    def _settle(self, connection: sqlite3.Connection, outcome: Outcome, now: datetime) -> None:
        delivery = outcome.delivery
        self._notices.settle(connection, delivery.notice_id, delivery.key, outcome.state, outcome.due_at)
        if outcome.state not in ("sent", "gone"):
            return
        try:
            old = self._read(connection, delivery.key)
        except SealError:
            return
        new = old.with_memberships({}, "") if outcome.state == "gone" else old.with_handles(outcome.handles, now)
        if old and new != old:
            self._write(connection, delivery.key, new, old)
