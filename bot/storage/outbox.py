"""Deliveries on their way: judged and taken in hand, then settled, each in one transaction."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core.contact import Contact
from bot.core.message import Address, Screen
from bot.core.notice import Notice
from bot.core.platform import NUMBERED
from bot.core.verdict import Drop, Hold, Judge, Send, Verdict, Wait
from bot.log import EVENTS, place_of
from bot.storage.database import Database
from bot.storage.house import Houses
from bot.storage.notices import AWAITED, FIRST, Due, Notices
from bot.storage.vault import SealError

ABSENT_FOR = timedelta(minutes=5)
"""How long a delivery stays where it is when its channel is not running."""
CROWDED_FOR = timedelta(seconds=30)
"""How long a delivery steps back when its channel has no room for it, though others have."""
MISJUDGED_FOR = timedelta(minutes=5)
MOST_MISJUDGED = 3
"""Tries of a delivery that a bug of ours keeps from being judged."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One screen for one person, taken in hand."""

    to: Address
    screen: Screen
    notice: Notice
    tries: int
    """How often it has failed."""
    notice_id: bytes
    key: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: `sent`, `failed`, `gone`, or `pending` again from `due_at` on."""

    delivery: Delivery
    state: str
    handles: tuple[str, ...] = ()
    due_at: datetime | None = None
    has_failed: bool = False
    """It was tried, and counts as a try."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the channels have room for."""

    in_all: int
    of_rank: Mapping[int, int]
    open_at: Mapping[tuple[str, int], datetime]
    """From when a channel takes deliveries of a rank; one that is not here is not running."""
    of_channel: Mapping[tuple[str, int], int] = field(default_factory=dict)
    """How many of a rank a channel takes, where that is fewer than others do: it must not fill the room for all."""


@dataclass(frozen=True, slots=True)
class _Row:
    """What is written about a delivery that was judged."""

    state: str
    due_at: datetime | None = None
    tries: int = 0
    delivery: Delivery | None = None


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

    async def recover(self, now: datetime) -> int:
        """Take back what was in the air when the program died, and count it: those may get it twice."""
        return await self._database.commit_together(lambda connection: self._notices.recover(connection, now))

    async def open_due(self, now: datetime) -> int:
        """Write the deliveries of what has come due."""
        return await self._database.commit_together(lambda connection: self._notices.open_due(connection, now))

    async def end(self, now: datetime) -> list[Notice]:
        """Drop what is too late and return the notices that have ended just now; who wrote one hears how it went."""

        def work(connection: sqlite3.Connection) -> list[Notice]:
            ended = [notice for _, notice in self._notices.end(connection, now)]
            for notice in ended:
                self._houses.report(connection, notice)
            return ended

        return await self._database.commit_together(work)

    async def claim(self, now: datetime, room: Room, judge: Judge) -> list[Delivery]:
        """Take the next deliveries in hand, as there is room; what is not to go now is settled on the way."""

        def work(connection: sqlite3.Connection) -> list[Delivery]:
            taken = []
            left = dict(room.of_channel)
            for each in self._next(connection, now, room):
                row = self._judged(connection, each, judge, now, replace(room, of_channel=left))
                due_at = int(row.due_at.timestamp()) if row.due_at else None
                self._notices.settle(connection, each.notice_id, each.key, row.state, due_at=due_at, tries=row.tries)
                if row.delivery:
                    taken.append(row.delivery)
                    place = (row.delivery.to.channel, each.notice.rank)
                    if place in left:
                        left[place] -= 1
            return taken

        return await self._database.commit_together(work)

    async def settle(self, outcomes: Iterable[Outcome], now: datetime) -> list[Outcome]:
        """Note what became of deliveries, and with it what a wipe has to reach.

        Returns those that have reached someone who has left or is leaving: they are to be taken back.
        """
        taken = list(outcomes)

        def work(connection: sqlite3.Connection) -> list[Outcome]:
            return [each for each in taken if not self._settle(connection, each, now)]

        return await self._database.commit_together(work)

    def _next(self, connection: sqlite3.Connection, now: datetime, room: Room) -> list[Due]:
        due: list[Due] = []
        of_rank = dict(room.of_rank)
        if FIRST in of_rank:
            of_rank[AWAITED] = of_rank[FIRST]
        for rank, most in sorted(of_rank.items()):
            due += self._notices.next(connection, now, rank, min(most, room.in_all - len(due)))
        return due

    def _judged(self, connection: sqlite3.Connection, due: Due, judge: Judge, now: datetime, room: Room) -> _Row:
        try:
            contact = self._read(connection, due.key)
        except SealError:
            contact = Contact()
        house = replace(self._houses.find(connection, due.key, contact), has_written=due.has_written)
        try:
            verdict = judge(contact, house, due.notice)
        except sqlite3.Error:
            raise
        except Exception as bug:  # noqa: BLE001 - one delivery must not hold up the others
            EVENTS.error("a delivery could not be judged: %s", place_of(bug))
            state = "pending" if due.tries + 1 < MOST_MISJUDGED else "failed"
            return _Row(state, now + MISJUDGED_FOR, 1)
        return _row(due, verdict, now, room)

    def _settle(self, connection: sqlite3.Connection, outcome: Outcome, now: datetime) -> bool:
        """Write it down; false when she does not want it any more."""
        delivery = outcome.delivery
        due_at = int(outcome.due_at.timestamp()) if outcome.due_at else None
        row = (delivery.notice_id, delivery.key, outcome.state)
        self._notices.settle(connection, *row, due_at=due_at, tries=int(outcome.has_failed))
        if outcome.state not in ("sent", "gone"):
            return True
        try:
            old = self._read(connection, delivery.key)
        except SealError:
            return True
        if not old or old.is_leaving:
            return outcome.state != "sent"
        new = old.with_memberships({}, "") if outcome.state == "gone" else _reached(old, outcome, now)
        if new != old:
            self._write(connection, delivery.key, new, old)
        return True


def _reached(contact: Contact, outcome: Outcome, now: datetime) -> Contact:
    """Remember what a wipe has to reach, and what can be chosen there where she can only write its number."""
    screen = outcome.delivery.screen
    known = contact.with_handles(outcome.handles, now)
    if outcome.delivery.to.channel not in NUMBERED:
        return known
    return known.with_offer(screen.first, tuple(each.token for each in (*screen.choices, *screen.ways)))


def _row(due: Due, verdict: Verdict, now: datetime, room: Room) -> _Row:
    match verdict:
        case Send(to, screen):
            opens_at = room.open_at.get((to.channel, due.notice.rank), now + ABSENT_FOR)
            if opens_at > now:
                return _Row("pending", opens_at)
            if room.of_channel.get((to.channel, due.notice.rank), 1) <= 0:
                return _Row("pending", now + CROWDED_FOR)
            delivery = Delivery(to, screen, due.notice, due.tries, due.notice_id, due.key)
            return _Row("sending", delivery=delivery)
        case Hold(until):
            return _Row("pending", until)
        case Wait():
            return _Row("waiting")
        case Drop(state):
            return _Row(state)
