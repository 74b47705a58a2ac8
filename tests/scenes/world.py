"""A small world in one process: a store on disk, several phones, a clock that is moved by hand, and what is sent first.

Time passes in steps, as the bot's own ticks cut it; a machine that is off lets it pass in one.
"""

import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from bot.channels.base import Channel
from bot.core import mail, ringing, shift
from bot.core.contact import Contact
from bot.core.diary import Tended
from bot.core.house import Change, GroupState, House, Role, Settled
from bot.core.letter import LetterKind
from bot.core.library import Library
from bot.core.meeting import Meeting, meetings
from bot.core.message import Address, Incoming, Outgoing
from bot.core.notice import Notice, NoticeKind
from bot.core.plan import Plan
from bot.core.platform import OURS_ONLY
from bot.core.relay import Relay
from bot.core.telling import judge
from bot.services.carrier import Carrier
from bot.services.dispatcher import Dispatcher
from bot.services.door import Door
from bot.services.flood import Flood
from bot.services.lines import Lines
from bot.services.outbox import RANKS
from bot.services.reminders import Reminders
from bot.storage.letterbox import Ending, Parcel
from bot.storage.outbox import Outcome, Room
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.conversations.phone import Phone
from tests.services.chats import Chats
from tests.storage.example import KEY

STEP = timedelta(minutes=15)
LONG, MOST_STEPS = timedelta(days=8), 200
"""Where more days pass, there are only so many looks at the calendar."""
LOOKED_AHEAD = timedelta(days=60)
NO_FLOOD = 1_000_000.0
"""Messages a second: all that a scene says at one moment is let in."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Something that the bot sent first."""

    to: Address
    at: datetime
    outgoing: Outgoing
    notice: Notice | None = None
    """What it is about, where it is no letter."""
    taken_back: tuple[str, ...] = ()
    """What is gone from her chat: where nothing came, or what came in its place."""


@dataclass
class World:
    """Everything that a scene moves."""

    library: Library
    store: Store
    now: datetime
    """The hands of the clock."""
    chats: dict[str, Chats] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start the services."""
        self.start()

    def start(self) -> None:
        """Start the services, as after a restart: they remember nothing."""
        self.dispatcher = Dispatcher(self.store, self._current, self._time)
        self.dispatcher.channels.update(self.chats)
        self.dispatcher.door = Door(self.store, Flood(NO_FLOOD))
        self.dispatcher.carry = Carrier(self.dispatcher.channels, self._seconds).carry
        self.reminders = Reminders(self.store, self._current, self._time)
        self.lines = Lines(self.store, self._current, self._time, tend)

    def phone(self, address: Address, locale: str) -> Phone:
        """Return someone's phone, on a platform of that name."""
        chats = self.chats.setdefault(address.channel, Chats(address.channel))
        self.dispatcher.channels[address.channel] = chats
        return chats.phone(address, locale)

    async def receive(self, incoming: Incoming) -> list[Outgoing]:
        """Let someone do something; return what she is answered, and send what that has set free."""
        shown = self.chats[incoming.address.channel].shown
        before = len(shown)
        await self.dispatcher.receive(incoming)
        answered = shown[before:]
        await self.deliver()
        return answered

    async def move(self, until: datetime) -> None:
        """Let time pass while the bot runs."""
        passes = until - self.now
        step = STEP if passes <= LONG else passes / MOST_STEPS
        while self.now < until:
            await self.look(min(self.now + step, until))

    async def look(self, now: datetime) -> None:
        """Do what the bot's ticks do at one moment."""
        self.now = now
        await self.reminders.tick()
        await self.lines.tick()
        await self.store.purge(now)
        await self.deliver()

    async def deliver(self) -> None:
        """Send what is due, as the outbox does."""
        now, outbox = self.now, self.store.outbox
        await outbox.open_due(now)
        open_at = {(name, rank): now for name in self.chats for rank in RANKS}
        room = Room(50, dict.fromkeys(RANKS, 50), open_at)
        while deliveries := await outbox.claim(now, room, judge(self.library, now)):
            for delivery in deliveries:
                outgoing = Outgoing(delivery.to, await self.dispatcher.carry(delivery.screen, delivery.to.channel))
                channel: Channel = self.chats[delivery.to.channel]
                shown = await channel.show(outgoing)
                self.arrivals.append(Arrival(delivery.to, now, outgoing, delivery.notice))
                await outbox.settle([Outcome(delivery, "sent", shown.living)], now)
        await outbox.end(now)
        await self._post()

    async def _post(self) -> None:
        """Send what is written to one person, as the post does."""
        letters, open_at = self.store.letters, dict.fromkeys(self.chats, self.now)
        sort = mail.judge(self.library, self.now)
        while parcels := await letters.claim(self.now, dict.fromkeys(self.chats, 50), open_at, sort):
            for parcel in parcels:
                await letters.settle([await self._hand_over(parcel)], self.now)

    async def _hand_over(self, parcel: Parcel) -> Ending:
        to, old = parcel.to, parcel.letter.replaces
        chats = self.chats[to.channel]
        there = chats.phone(to).messages
        replaced = tuple(there[each] for each in old if each in there)
        # What is gone from the chat, or cannot be edited on that platform, comes anew.
        is_edited = replaced and to.channel not in OURS_ONLY
        screen = await self.dispatcher.carry(parcel.screen, to.channel)
        outgoing = Outgoing(to, screen, (*old, *parcel.swept), old[-1] if is_edited else "")
        if parcel.letter.kind is LetterKind.TAKEN_BACK:
            await chats.erase(to, old)
            self.arrivals.append(Arrival(to, self.now, outgoing, taken_back=replaced))
            return Ending(parcel, "sent", deleted=old)
        shown = await chats.show(outgoing)
        self.arrivals.append(Arrival(to, self.now, outgoing, taken_back=() if is_edited else replaced))
        return Ending(parcel, "sent", shown.living, shown.deleted)

    async def take_in(self, address: Address, lines: tuple[str, ...], languages: tuple[str, ...]) -> None:
        """Let somebody answer on some lines."""
        register = self.store.staff
        await register.redeem(await register.invite(Role.PEER, (), self.now, lines, languages), address, self.now)

    async def change(self, group: str, name: str, plan: Plan) -> None:
        """Let a moderator change a meeting, and tell the members."""
        was = await self.meeting(group, name)

        def act(states: Mapping[str, GroupState]) -> Tended:
            return Tended((Settled(group, replace(states.get(group) or GroupState(), plan=plan)),))

        await self.store.tend(act)
        now = await self.meeting(group, name)
        is_off = now is None or now.is_cancelled
        await self.store.outbox.announce(change_of(was, None if is_off else now, self.now))
        await self.look(self.now)

    async def state(self, group: str) -> GroupState:
        """Return what a group has settled in the chat."""
        found: list[GroupState] = []

        def act(states: Mapping[str, GroupState]) -> Tended:
            found.append(states.get(group) or GroupState())
            return Tended()

        await self.store.tend(act)
        return found[0]

    async def meeting(self, group: str, name: str) -> Meeting | None:
        """Return a meeting as it stands now, if there is one."""
        known, now = self.library.groups[group], self.now
        zone = self.library.zone(known)
        found = meetings(known, (await self.state(group)).plan, zone, now - timedelta(days=1), now + LOOKED_AHEAD)
        return next((each for each in found if each.id == name), None)

    async def contact(self, address: Address) -> Contact:
        """Return what is kept about somebody."""
        return await self.store.step(address, lambda contact, _: (contact, contact))

    async def count_rows(self, tables: list[str]) -> dict[str, int]:
        """Count the rows of some tables."""

        def work(connection: sqlite3.Connection) -> dict[str, int]:
            queries = {table: f"SELECT count(*) FROM {table}" for table in tables}  # noqa: S608 - our own names
            return {table: connection.execute(query).fetchone()[0] for table, query in queries.items()}

        return await self.store._database.run(work)

    async def counted(self, kind: str) -> dict[str, int]:
        """Return how often things of a kind have happened, also what is too little to be shown."""

        def work(connection: sqlite3.Connection) -> dict[str, int]:
            query = "SELECT kind, sum(n) FROM count WHERE kind LIKE ? || ' %' GROUP BY kind ORDER BY kind"
            return dict(connection.execute(query, (kind,)).fetchall())

        return await self.store._database.run(work)

    def _time(self) -> datetime:
        return self.now

    def _seconds(self) -> float:
        return self.now.timestamp()

    async def _current(self) -> Library:
        return self.library


def tend(library: Library, house: House, now: datetime) -> Iterator[Change]:
    """Do what conversations and duties are due for."""
    relay = Relay(library, house, now)
    for conversation in house.conversations:
        yield from ringing.tick(relay, conversation)
    for staff in house.team:
        yield from shift.tick(relay, staff)


def change_of(was: Meeting | None, now: Meeting | None, at: datetime) -> Notice:
    """Return what tells members that a meeting has moved, is off, or was added."""
    known = [each for each in (was, now) if each]
    due, until = int(at.timestamp()), max(int(each.ends_at.timestamp()) for each in known)
    starts_at, was_at = (int(each.starts_at.timestamp()) if each else 0 for each in (now, was))
    return Notice(
        NoticeKind.CHANGE, (known[0].group,), due, until, meeting=known[0].id, starts_at=starts_at, was_at=was_at
    )


@asynccontextmanager
async def world(folder: Path, library: Library, now: datetime) -> AsyncIterator[World]:
    """Open a world at a moment."""
    languages = library.speech.languages
    async with Store.open(folder / "data" / "comadre.sqlite3", Vault(KEY), languages=lambda: languages) as store:
        # The same letters in each run, so that whatever hangs on them comes in the same order.
        numbers = count()
        store._houses.draw = lambda length: f"{next(numbers):0{2 * length}x}"
        yield World(library, store, now.astimezone(UTC))
