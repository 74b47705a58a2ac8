"""Letters: to each reader one after the other, in the order they were written, and beside what she is answered."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from bot.channels.base import Channel, SendError
from bot.core.letter import LetterKind
from bot.core.message import Address, Outgoing
from bot.core.verdict import Drop
from bot.log import EVENTS, place_of
from bot.services.carrier import Carry, leave
from bot.services.erasure import take_back
from bot.services.line import Line
from bot.services.outbox import FIRST_PAUSE, LONGEST_PAUSE, MANY_GONE, MOST_REFUSED, MOST_TRIES, STORE_PAUSE
from bot.services.pace import Pace
from bot.storage.letterbox import Ending, Parcel, Sort
from bot.storage.store import Store

TICK = 1.0
"""Seconds between looks at what has come due; what is written meanwhile is seen at once."""
IN_AIR = 40
"""Most letters at once on one channel: connections have to be left for answers."""
COURTESY = 15.0
"""Seconds that a letter waits while its reader is being answered, so that they arrive in order."""
UNSURE_FOR = timedelta(minutes=15)
"""How long the letters wait for somebody whose keys have changed: with what she writes the new ones are taken."""

Sorting = Callable[[datetime], Awaitable[Sort]]
"""Returns what stands in a letter at that time."""


async def sort_nothing(_now: datetime) -> Sort:
    """Return what holds until letters can be written."""
    return lambda *_: Drop("left")


class Post:
    """Sends what is written to one person at once; the rules are in docs/sending.md."""

    def __init__(  # noqa: PLR0913 - time and chance come from outside
        self,
        store: Store,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        sorting: Sorting = sort_nothing,
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
        self._sorting = sorting
        self._is_talking = is_talking
        self._carry = carry
        self._sleep = sleep
        self._random = random
        self._lines: dict[str, Line] = {}
        self._unwanted: dict[Address, bool] = {}
        """Readers whose letter is in the air, and whether they have left meanwhile."""
        self._silences: dict[Address, asyncio.Event] = {}
        self._landed: list[Ending] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self._is_finishing = False

    def pace(self, name: str, pace: Pace) -> None:
        """Pass the gate of a channel, as answers do."""
        self._lines[name] = Line(pace)

    def start(self) -> None:
        """Begin to send, with what was in the air when the program died."""
        self._keep(self._run())

    def wake(self) -> None:
        """Look at once: something was written."""
        self._news.set()

    def answered(self, to: Address) -> None:
        """Let go on what waited until somebody had her answer."""
        if silence := self._silences.get(to):
            silence.set()

    def left(self, to: Address) -> None:
        """Take back what is on its way to someone who has left or hidden the chat."""
        if to in self._unwanted:
            self._unwanted[to] = True

    async def finish(self, patience: float) -> None:
        """Stop: what is in the air may land, so many seconds at most, and the rest waits for the next start."""
        self._is_finishing = True
        self._news.set()
        for silence in self._silences.values():
            silence.set()
        await self._wait(patience)
        try:
            await self._settle()
        except Exception as error:  # noqa: BLE001 - the next start takes them for being in the air
            EVENTS.error("letters not noted: %s", place_of(error))
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
            except Exception as error:  # noqa: BLE001 - whatever it is, women wait for what was written to them
                EVENTS.error("letters stopped for a moment: %s", place_of(error))
                await self._sleep(STORE_PAUSE)
                continue
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK):
                    await self._news.wait()

    async def _recover(self) -> bool:
        if number := await self._store.letters.recover():
            EVENTS.warning("%d letters were in the air at the last stop: they are sent again", number)
        return True

    async def _look(self) -> None:
        """Note what has landed, and send off the next letter of each reader, both with one wait for the disk."""
        settling = asyncio.ensure_future(self._settle())
        try:
            if not self._is_finishing:
                now = self._now()
                sort = await self._sorting(now)
                for parcel in await self._store.letters.claim(now, self._room(), self._open_at(now), sort):
                    self._unwanted[parcel.to] = False
                    self._keep(self._fly(parcel))
        finally:
            await settling

    def _room(self) -> dict[str, int]:
        """Tell how many letters each channel has room for; one that fails whoever is written to is tried with one."""
        lines = {name: self._line(name) for name in self._channels}
        return {name: (1 if line.is_out else IN_AIR) - line.in_air for name, line in lines.items()}

    def _open_at(self, now: datetime) -> dict[str, datetime]:
        at = asyncio.get_running_loop().time()
        return {name: now + timedelta(seconds=max(0.0, self._line(name).pause(0, at))) for name in self._channels}

    def _line(self, name: str) -> Line:
        return self._lines.setdefault(name, Line())

    def _keep(self, work: Awaitable[None]) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _fly(self, parcel: Parcel) -> None:
        line = self._line(parcel.to.channel)
        line.in_air += 1
        try:
            ending = await self._attempt(parcel, line)
        finally:
            line.in_air -= 1
        self._landed.append(ending)
        self._news.set()

    async def _attempt(self, parcel: Parcel, line: Line) -> Ending:
        await self._silence(parcel.to)
        if self._is_finishing or self._unwanted[parcel.to]:
            return Ending(parcel, "held", due_at=self._now())
        try:
            ending = await self._hand_over(parcel)
        except SendError as error:
            return self._failed(parcel, line, error)
        except Exception as bug:  # noqa: BLE001 - it must not stop the others
            EVENTS.error("letter failed: %s", place_of(bug))
            return self._failed(parcel, line, SendError("a bug"))
        line.succeeded()
        return ending

    async def _silence(self, to: Address) -> None:
        """Wait until she has her answer: it was asked for before."""
        with suppress(TimeoutError):
            async with asyncio.timeout(COURTESY):
                while self._is_talking(to) and not self._is_finishing:
                    silence = self._silences[to] = asyncio.Event()
                    await silence.wait()
        self._silences.pop(to, None)

    async def _hand_over(self, parcel: Parcel) -> Ending:
        channel, old = self._channels[parcel.to.channel], parcel.letter.replaces
        if parcel.letter.kind is LetterKind.TAKEN_BACK:
            await channel.erase(parcel.to, old)
            return Ending(parcel, "sent", deleted=old)
        screen = await self._carry(parcel.screen, parcel.to.channel)
        # As if she had pressed there: what is replaced is edited in its place. What is swept only goes.
        outgoing = Outgoing(parcel.to, screen, (*old, *parcel.swept), old[-1] if old else "")
        shown = await channel.show(outgoing)
        return Ending(parcel, "sent", shown.living, shown.deleted)

    def _failed(self, parcel: Parcel, line: Line, error: SendError) -> Ending:
        if error.gone:
            return self._gone(parcel, line)
        if error.changed:
            EVENTS.warning("letters wait until she writes: whoever has her number now may be somebody else")
            return Ending(parcel, "held", due_at=self._now() + UNSURE_FOR)
        if error.after:  # surely not sent: the platform only wants more time
            return Ending(parcel, "held", due_at=self._now() + timedelta(seconds=error.after))
        line.failed(asyncio.get_running_loop().time())
        tries, has_failed = parcel.row.tries, not line.is_out
        if has_failed and tries + 1 >= (MOST_TRIES if error.retryable else MOST_REFUSED):
            return Ending(parcel, "failed", has_failed=True)
        pause = min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE) * (0.75 + self._random() / 2)
        return Ending(parcel, "held", due_at=self._now() + pause, has_failed=has_failed)

    def _gone(self, parcel: Parcel, line: Line) -> Ending:
        line.lost_one()
        if line.gone > MANY_GONE:
            EVENTS.error("more than %d in a row are gone, so nothing is ended: is the token right?", MANY_GONE)
            return Ending(parcel, "failed", has_failed=True)
        return Ending(parcel, "gone", has_failed=True)

    async def _settle(self) -> None:
        """Note what has landed; what has reached someone who has left is taken back."""
        landed, self._landed = self._landed, []
        if not landed:
            return
        try:
            unwanted = await self._store.letters.settle(landed, self._now())
        except BaseException:
            self._landed = landed + self._landed
            raise
        for ending in landed:
            to = ending.parcel.to
            has_left = self._unwanted.pop(to, False)
            if ending.handles and (ending in unwanted or has_left):
                self._keep(take_back(self._channels[to.channel], to, ending.handles, self._sleep))
        # Their readers may have more, and what was decided just now may be a letter itself.
        self._news.set()
