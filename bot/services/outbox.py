"""What we send first: taken from the store a little at a time, and sent as the conversation leaves room."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.base import Channel, SendError, WithdrawnError
from bot.core.message import Address, Outgoing
from bot.core.verdict import Drop, Judge
from bot.log import EVENTS, place_of
from bot.services.carrier import Carry, leave
from bot.services.erasure import take_back
from bot.services.line import Line
from bot.services.pace import Pace
from bot.storage.outbox import Delivery, Outcome, Room
from bot.storage.store import Store

RANKS = (1, 2)
TICK = 1.0
"""Seconds between looks at what has come due; a clock that jumps is noticed as soon."""
BREATH = 0.02
"""Seconds between looks at the least: what lands meanwhile is noted with one wait for the disk."""
IN_HAND = 200
"""Most deliveries in hand at once."""
SOON = timedelta(seconds=1)
"""How long a delivery waits for the end of a conversation before it asks again."""
COURTESY = 1.0
"""Seconds that an answer waits for a delivery that is on its way to the same woman, so that they arrive in order."""
MOST_TRIES = 8
MOST_REFUSED = 2
"""Tries of what the platform refuses, in case that it was mistaken."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
MANY_GONE = 10
"""So many gone in a row are more likely a wrong token than so many women: from there on no membership ends."""
STORE_PAUSE = 1.0

Judging = Callable[[datetime], Awaitable[Judge]]
"""Returns who may get what at that time."""


async def write_to_nobody(_now: datetime) -> Judge:
    """Return the judge that holds until there is another."""
    return lambda *_: Drop("left")


@dataclass(slots=True, eq=False)
class _Flight:
    """A delivery under way."""

    delivery: Delivery
    task: "asyncio.Task[None] | None" = None
    is_unwanted: bool = False
    """She has left or hidden the chat meanwhile."""


class Outbox:
    """Sends what is due; the rules are in docs/sending.md."""

    def __init__(  # noqa: PLR0913 - time and chance come from outside
        self,
        store: Store,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        judging: Judging = write_to_nobody,
        *,
        is_talking: Callable[[Address], bool] = lambda _: False,
        carry: Carry = leave,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
    ) -> None:
        """Take the world; `is_talking` tells who is being answered just now, `carry` brings over what goes along."""
        self._store = store
        self._channels = channels
        self._now = now
        self._judging = judging
        self._is_talking = is_talking
        self._carry = carry
        self._sleep = sleep
        self._random = random
        self._lines: dict[str, Line] = {}
        self._flights: dict[Address, _Flight] = {}
        self._landed: list[tuple[_Flight | None, Outcome]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._looks_at = 0.0
        self._is_finishing = False

    def pace(self, name: str, pace: Pace) -> None:
        """Keep to the pace of a channel."""
        self._lines[name] = Line(pace)
        pace.on_room = self._news.set
        pace.is_talking = lambda chat: self._is_talking(Address(name, chat))

    def start(self) -> None:
        """Begin to send, with what was in the air when the program died."""
        self._keep(self._run())

    def wake(self) -> None:
        """Look at once: something was announced."""
        self._looks_at = 0.0
        self._news.set()

    async def give_way(self, to: Address) -> None:
        """Let her be answered first: what has not left for her stays, what has is soon there."""
        flight = self._flights.get(to)
        if flight is None or flight.task is None or flight.task.done():
            return
        if pace := self._line(to.channel).pace:
            pace.withdraw(to.id)
        await asyncio.wait({flight.task}, timeout=COURTESY)

    def left(self, to: Address) -> None:
        """Take back what is on its way to someone who has left or hidden the chat."""
        if flight := self._flights.get(to):
            flight.is_unwanted = True

    async def finish(self, patience: float) -> None:
        """Stop: what is in the air may land, so many seconds at most, and the rest waits for the next start."""
        self._is_finishing = True
        self._news.set()
        for line in self._lines.values():
            if line.pace:
                line.pace.withdraw()
        await self._wait(patience)
        try:
            await self._settle()
        except Exception as error:  # noqa: BLE001 - the next start takes them for being in the air
            EVENTS.error("deliveries not noted: %s", place_of(error))
        await self._wait(patience)

    async def _wait(self, patience: float) -> None:
        """Wait for what is going on, and end what takes longer."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=patience)
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        is_recovered = False
        while not self._is_finishing:
            self._news.clear()
            try:
                is_recovered = is_recovered or await self._recover()
                await self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, women wait for what is due
                EVENTS.error("outbox stopped for a moment: %s", place_of(error))
                await self._sleep(STORE_PAUSE)
                continue
            await self._rest()
            await self._sleep(BREATH)

    async def _recover(self) -> bool:
        if number := await self._store.outbox.recover(self._now()):
            EVENTS.warning("%d deliveries were in the air at the last stop: they are made again", number)
        return True

    async def _look(self) -> None:
        """Note what has landed, open what has come due, and send off as much as there is room for."""
        now = self._now()
        if self._time() >= self._looks_at:
            self._looks_at = self._time() + TICK
            await self._store.outbox.open_due(now)
            await self._store.outbox.end(now)
        room = self._room(now)
        if not room.of_rank or self._is_finishing:
            await self._settle()
            return
        judge = await self._judging(now)
        # Asked for together, both are on disk with one wait.
        settling = asyncio.ensure_future(self._settle())
        try:
            for delivery in await self._store.outbox.claim(now, room, judge):
                self._send_off(delivery)
        finally:
            await settling

    async def _rest(self) -> None:
        """Wait for news, or for the end of a pause, or for the next look."""
        waits = [pause for pause in self._pauses().values() if pause > 0.0]
        try:
            async with asyncio.timeout(min([max(self._looks_at - self._time(), 0.0), *waits])):
                await self._news.wait()
        except TimeoutError:
            pass

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

    def _line(self, name: str) -> Line:
        return self._lines.setdefault(name, Line())

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    def _send_off(self, delivery: Delivery) -> None:
        if delivery.to in self._flights or self._is_finishing:
            self._land(None, self._put_back(delivery))
            return
        flight = self._flights[delivery.to] = _Flight(delivery)
        flight.task = self._keep(self._fly(flight))

    def _keep(self, work: Awaitable[None]) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _fly(self, flight: _Flight) -> None:
        line = self._line(flight.delivery.to.channel)
        line.in_air += 1
        try:
            outcome = await self._attempt(flight.delivery, line)
        finally:
            line.in_air -= 1
        self._land(flight, outcome)

    def _land(self, flight: _Flight | None, outcome: Outcome) -> None:
        self._landed.append((flight, outcome))
        self._news.set()

    async def _attempt(self, delivery: Delivery, line: Line) -> Outcome:
        if self._is_talking(delivery.to):
            return self._put_back(delivery)
        try:
            screen = await self._carry(delivery.screen, delivery.to.channel)
            outgoing = Outgoing(delivery.to, screen, rank=delivery.notice.rank)
            shown = await self._channels[delivery.to.channel].show(outgoing)
        except WithdrawnError:
            return self._put_back(delivery)
        except SendError as error:
            return self._failed(delivery, line, error)
        except Exception as bug:  # noqa: BLE001 - it must not stop the others
            EVENTS.error("delivery failed: %s", place_of(bug))
            return self._failed(delivery, line, SendError("a bug"))
        line.succeeded()
        return Outcome(delivery, "sent", shown.living)

    def _put_back(self, delivery: Delivery, after: timedelta = SOON) -> Outcome:
        return Outcome(delivery, "pending", due_at=self._now() + after)

    def _failed(self, delivery: Delivery, line: Line, error: SendError) -> Outcome:
        if error.gone:
            return self._gone(delivery, line)
        if error.changed:
            EVENTS.warning("a delivery waits until she writes: whoever has her number now may be somebody else")
            return Outcome(delivery, "waiting")
        if error.after:  # surely not sent: the platform only wants more time
            return self._put_back(delivery, timedelta(seconds=error.after))
        line.failed(self._time())
        has_failed = not line.is_out
        if has_failed and delivery.tries + 1 >= (MOST_TRIES if error.retryable else MOST_REFUSED):
            return Outcome(delivery, "failed", has_failed=True)
        pause = min(FIRST_PAUSE * 2**delivery.tries, LONGEST_PAUSE) * (0.75 + self._random() / 2)
        return Outcome(delivery, "pending", due_at=self._now() + pause, has_failed=has_failed)

    def _gone(self, delivery: Delivery, line: Line) -> Outcome:
        line.lost_one()
        if line.gone > MANY_GONE:
            EVENTS.error("more than %d in a row are gone, so nobody is removed: is the token right?", MANY_GONE)
            return Outcome(delivery, "failed", has_failed=True)
        return Outcome(delivery, "gone", has_failed=True)

    async def _settle(self) -> None:
        """Note what has landed; what has reached someone who has left is taken back."""
        landed, self._landed = self._landed, []
        if not landed:
            return
        try:
            unwanted = await self._store.outbox.settle([outcome for _, outcome in landed], self._now())
        except BaseException:
            self._landed = landed + self._landed
            raise
        for flight, outcome in landed:
            if flight:
                del self._flights[outcome.delivery.to]
            if outcome.handles and (outcome in unwanted or (flight and flight.is_unwanted)):
                to = outcome.delivery.to
                self._keep(take_back(self._channels[to.channel], to, outcome.handles, self._sleep))
