"""What we send first: taken from the store a little at a time, and sent as the conversation leaves room."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.channels.base import WithdrawnError
from bot.core.message import Address, Outgoing
from bot.core.verdict import Judge
from bot.services.miss import Miss
from bot.services.pace import Pace
from bot.services.sender import Flight, Sender
from bot.storage.outbox import Delivery, Outcome, Room

RANKS = (1, 2)
"""Reminders, then broadcasts."""
TICK = 1.0
"""Seconds between looks at what has come due; a clock that jumps is noticed as soon."""
BREATH = 0.02
"""Seconds between looks at the least: what lands meanwhile is noted with one wait for the disk."""
IN_HAND = 200
"""Most deliveries in hand at once."""
COURTESY = 1.0
"""Seconds that an answer waits for a delivery that is on its way to the same woman, so that they arrive in order."""


class Outbox(Sender[Judge, Delivery, Outcome]):
    """Sends what is due; the rules are in docs/sending.md."""

    things = "deliveries"
    soon = timedelta(seconds=1)
    _looks_at = 0.0

    def pace(self, name: str, pace: Pace) -> None:
        """Keep to the pace of a channel."""
        super().pace(name, pace)
        pace.on_room = self._news.set
        pace.is_talking = lambda chat: self._is_talking(Address(name, chat))

    def wake(self) -> None:
        """Look at once: something was announced."""
        self._looks_at = 0.0
        super().wake()

    async def give_way(self, to: Address) -> None:
        """Let her be answered first: what has not left for her stays, what has is soon there."""
        tasks = [flight.task for flight in self._under_way(to) if flight.task and not flight.task.done()]
        if not tasks:
            return
        if pace := self._line(to.channel).pace:
            pace.withdraw(to.id)
        await asyncio.wait(tasks, timeout=COURTESY)

    async def finish(self, patience: float) -> None:
        """Stop: what waits for its turn on the platform waits for the next start instead."""
        for line in self._lines.values():
            if line.pace:
                line.pace.withdraw()
        await super().finish(patience)

    async def _recover(self) -> int:
        return await self._store.outbox.recover(self._now())

    async def _claim(self, now: datetime) -> Iterable[Delivery]:
        if self._time() >= self._looks_at:
            self._looks_at = self._time() + TICK
            await self._store.outbox.open_due(now)
            await self._store.outbox.end(now)
        room = self._room(now)
        if not room.of_rank:
            return ()
        judge = await self._judging(now)
        return await self._store.outbox.claim(now, room, judge)

    async def _rest(self) -> None:
        """Wait for news, or for the end of a pause, or for the next look."""
        waits = [pause for pause in self._pauses().values() if pause > 0.0]
        with suppress(TimeoutError):
            async with asyncio.timeout(min([max(self._looks_at - self._time(), 0.0), *waits])):
                await self._news.wait()
        await self._sleep(BREATH)

    def _pauses(self) -> dict[tuple[str, int], float]:
        """Tell for how many seconds each channel takes nothing of each rank."""
        return {(name, rank): self._line(name).pause(rank, self._time()) for name in self._channels for rank in RANKS}

    def _room(self, now: datetime) -> Room:
        """Tell how many deliveries there is room for."""
        in_all = IN_HAND - len(self._flights)
        rooms = {(name, rank): self._line(name).room(rank, self._time()) for name in self._channels for rank in RANKS}
        wanted = {rank: max((room for (_, each), room in rooms.items() if each == rank), default=0) for rank in RANKS}
        narrow = {place: room for place, room in rooms.items() if room < wanted[place[1]]}
        open_at = {at: now + timedelta(seconds=pause) for at, pause in self._pauses().items()}
        return Room(
            in_all, {rank: min(most, in_all) for rank, most in wanted.items() if most and in_all}, open_at, narrow
        )

    def _send_off(self, load: Delivery) -> None:
        if self._under_way(load.to):  # one after the other
            self._land(Flight(load), self._put_back(load))
        else:
            super()._send_off(load)

    async def _send(self, flight: Flight[Delivery]) -> Outcome:
        delivery = flight.load
        if self._is_talking(delivery.to):
            raise WithdrawnError("she is being answered")
        screen = await self._carry(delivery.screen, delivery.to.channel)
        outgoing = Outgoing(delivery.to, screen, rank=delivery.notice.rank)
        shown = await self._channels[delivery.to.channel].show(outgoing)
        return Outcome(delivery, "sent", shown.living)

    def _missed(self, load: Delivery, miss: Miss) -> Outcome:
        if miss.state == "again":
            return Outcome(load, "pending", due_at=self._now() + miss.pause, has_failed=miss.has_failed)
        return Outcome(load, "waiting" if miss.state == "unsure" else miss.state, has_failed=miss.has_failed)

    def _tries(self, load: Delivery) -> int:
        return load.tries

    async def _note(self, ends: Iterable[Outcome]) -> Collection[Outcome]:
        return await self._store.outbox.settle(ends, self._now())
