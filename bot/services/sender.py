"""What letters and deliveries have in common: taken in hand, in the air, noted, and a decent stop."""

import asyncio
import random
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Generic, TypeVar

from bot.channels.base import Channel, SendError, WithdrawnError
from bot.core.message import Address
from bot.log import EVENTS, place_of
from bot.services.carrier import Carry, leave
from bot.services.erasure import take_back
from bot.services.line import Line
from bot.services.miss import Miss
from bot.services.pace import Pace
from bot.storage.letterbox import Ending, Parcel
from bot.storage.outbox import Delivery, Outcome
from bot.storage.store import Store

STORE_PAUSE = 1.0
"""Seconds until the next look after one that failed, as on a full disk."""

Judge = TypeVar("Judge")
Load = TypeVar("Load", Parcel, Delivery)
End = TypeVar("End", Ending, Outcome)


@dataclass(slots=True, eq=False)
class Flight(Generic[Load]):
    """One load under way."""

    load: Load
    task: "asyncio.Task[None] | None" = None
    is_unwanted: bool = False
    """She has left or hidden the chat meanwhile."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when she has the answer that this waits for."""


class Sender(ABC, Generic[Judge, Load, End]):
    """A loop that looks what has come due, sends it, and notes what became of it."""

    things: ClassVar[str]
    """How the log calls them."""
    soon: ClassVar[timedelta]
    """How long what was not to leave waits until it is its turn again."""

    def __init__(  # noqa: PLR0913 - time and chance come from outside
        self,
        store: Store,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        judging: Callable[[datetime], Awaitable[Judge]],
        *,
        is_talking: Callable[[Address], bool] = lambda _: False,
        carry: Carry = leave,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] = random.random,
    ) -> None:
        """Take the world: `judging` returns who gets what at that time, `is_talking` tells who is being answered.

        `carry` brings over what goes along.
        """
        self._store = store
        self._channels = channels
        self._now = now
        self._judging = judging
        self._is_talking = is_talking
        self._carry = carry
        self._sleep = sleep
        self._random = random
        self._lines: dict[str, Line] = {}
        self._flights: set[Flight[Load]] = set()
        """What is in the air, and what has landed and is not noted yet."""
        self._landed: list[tuple[Flight[Load], End]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._is_finishing = False

    def pace(self, name: str, pace: Pace) -> None:
        """Keep to the pace of a channel."""
        self._lines[name] = Line(pace)

    def start(self) -> None:
        """Begin to send, with what was in the air when the program died."""
        self._keep(self._run())

    def wake(self) -> None:
        """Look at once: something was written."""
        self._news.set()

    def left(self, to: Address) -> None:
        """Take back what is on its way to someone who has left or hidden the chat."""
        for flight in self._under_way(to):
            flight.is_unwanted = True

    async def finish(self, patience: float) -> None:
        """Stop: what is in the air may land, so many seconds at most, and the rest waits for the next start."""
        self._is_finishing = True
        self._news.set()
        await self._wait(patience)
        try:
            await self._settle()
        except Exception as error:  # noqa: BLE001 - the next start takes them for being in the air
            EVENTS.error("%s not noted: %s", self.things, place_of(error))
        await self._wait(patience)

    @abstractmethod
    async def _recover(self) -> int:
        """Take back in the store what was in the air when the program died, and count it."""

    @abstractmethod
    async def _claim(self, now: datetime) -> Iterable[Load]:
        """Take in hand what has come due, as much as there is room for."""

    @abstractmethod
    async def _rest(self) -> None:
        """Wait until the next look."""

    @abstractmethod
    async def _send(self, flight: Flight[Load]) -> End:
        """Bring it there; raises `SendError`, and `WithdrawnError` where it is not to leave now."""

    @abstractmethod
    def _missed(self, load: Load, miss: Miss) -> End:
        """Return what becomes of it now that it has not arrived."""

    @abstractmethod
    def _tries(self, load: Load) -> int:
        """Tell how often it has failed."""

    @abstractmethod
    async def _note(self, ends: Iterable[End]) -> Collection[End]:
        """Write down what became of them, and return what has reached someone who does not want it any more."""

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
                if not is_recovered and (number := await self._recover()):
                    EVENTS.warning("%d %s were in the air at the last stop: they are sent again", number, self.things)
                is_recovered = True
                await self._look()
            except Exception as error:  # noqa: BLE001 - whatever it is, women wait for what is due
                EVENTS.error("%s stopped for a moment: %s", self.things, place_of(error))
                await self._sleep(STORE_PAUSE)
                continue
            await self._rest()

    async def _look(self) -> None:
        """Note what has landed, and send off what has come due: asked for together, with one wait for the disk."""
        settling = asyncio.ensure_future(self._settle())
        try:
            for load in await self._claim(self._now()):
                self._send_off(load)
        finally:
            await settling

    def _send_off(self, load: Load) -> None:
        flight = Flight(load)
        if self._is_finishing:
            self._land(flight, self._put_back(load))
            return
        self._flights.add(flight)
        flight.task = self._keep(self._fly(flight))

    async def _fly(self, flight: Flight[Load]) -> None:
        line = self._line(flight.load.to.channel)
        line.in_air += 1
        try:
            end = await self._attempt(flight, line)
        finally:
            line.in_air -= 1
        self._land(flight, end)

    async def _attempt(self, flight: Flight[Load], line: Line) -> End:
        try:
            end = await self._send(flight)
        except WithdrawnError:
            return self._put_back(flight.load)
        except SendError as error:
            why = error
        except Exception as bug:  # noqa: BLE001 - it must not stop the others
            EVENTS.error("one of the %s failed: %s", self.things, place_of(bug))
            why = SendError("a bug")
        else:
            line.succeeded()
            return end
        miss = Miss.of(why, self._tries(flight.load), line, self._time(), self._random())
        return self._missed(flight.load, miss)

    def _put_back(self, load: Load) -> End:
        return self._missed(load, Miss("again", self.soon))

    def _land(self, flight: Flight[Load], end: End) -> None:
        self._landed.append((flight, end))
        self._news.set()

    async def _settle(self) -> None:
        """Note what has landed; what has reached someone who has left is taken back."""
        landed, self._landed = self._landed, []
        if not landed:
            return
        try:
            unwanted = await self._note([end for _, end in landed])
        except BaseException:
            self._landed = landed + self._landed
            raise
        for flight, end in landed:
            self._flights.discard(flight)
            to = flight.load.to
            if end.handles and (flight.is_unwanted or end in unwanted):
                self._keep(take_back(self._channels[to.channel], to, end.handles, self._sleep))

    def _under_way(self, to: Address) -> list[Flight[Load]]:
        return [flight for flight in self._flights if flight.load.to == to]

    def _keep(self, work: Awaitable[None]) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _line(self, name: str) -> Line:
        return self._lines.setdefault(name, Line())

    def _time(self) -> float:
        return asyncio.get_running_loop().time()
