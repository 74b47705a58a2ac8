"""When updates are fetched, in which order they are served, and when they are confirmed."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.base import SendError
from bot.channels.telegram_request import BadTokenError, Random, Sleep

SHORTEST_PAUSE = 0.025
"""Seconds that new updates are given to be settled, before a poll that the platform answers with them again."""
LONGEST_PAUSE = 0.1
FIRST_BACK_OFF = 0.5
LONGEST_BACK_OFF = 30.0
PATIENCE = 10.0
"""Seconds that a stop waits for what is in hand."""

_LOG = logging.getLogger("comadre.telegram")

Fetch = Callable[[int, int], Awaitable[list[Any]]]
"""Asks for updates from an offset on, waiting so many seconds for the first; raises `SendError`."""
Job = Callable[[], Awaitable[None]]
Sort = Callable[[Any], tuple[str, Job] | None]
"""Tells whose update it is and what to do about it; `None`: nothing."""


class Window:
    """Which updates are open and which are settled, so that none is confirmed before its time or served twice."""

    def __init__(self) -> None:
        """Begin with what the platform has not seen confirmed."""
        self._open: set[int] = set()
        self._settled: set[int] = set()
        self._next = 0

    @property
    def is_open(self) -> bool:
        """Tell whether anything is not settled."""
        return bool(self._open)

    @property
    def offset(self) -> int:
        """The lowest open update: all below it may be confirmed."""
        if self._open:
            lowest = min(self._open)
            self._settled = {number for number in self._settled if number > lowest}
            return lowest
        if self._settled:
            self._next = max(self._settled) + 1
            self._settled.clear()
        return self._next

    def take(self, number: int) -> bool:
        """Open an update; false when it is here already."""
        if number in self._open or number in self._settled:
            return False
        self._open.add(number)
        return True

    def settle(self, number: int) -> None:
        """Let an update be confirmed."""
        self._open.discard(number)
        self._settled.add(number)


class Poll:
    """The loop that fetches: several chats at once, the updates of one chat strictly in order."""

    def __init__(  # noqa: PLR0913 - time and chance come from outside
        self, fetch: Fetch, sort: Sort, *, wait: int, sleep: Sleep, random: Random, patience: float = PATIENCE
    ) -> None:
        """Fetch with `wait` seconds a poll and sort what comes; `patience` bounds the stop, in seconds."""
        self._fetch = fetch
        self._wait = wait
        self._sort = sort
        self._sleep = sleep
        self._random = random
        self._patience = patience
        self._window = Window()
        self._chains: dict[str, deque[tuple[int, Job]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._pause = SHORTEST_PAUSE
        self._is_stopping = False

    async def run(self) -> None:
        """Poll until cancelled, then finish what is in hand and confirm it; raises `BadTokenError`."""
        failures = 0
        loop = asyncio.get_running_loop()
        try:
            while True:
                started = loop.time()
                try:
                    updates = await self._fetch(self._window.offset, self._wait)
                except BadTokenError:
                    raise
                except SendError as error:
                    failures += 1
                    await self._back_off(failures, error)
                    continue
                failures = 0
                is_fresh = self._take(updates)
                await self._rest(started, is_fresh=is_fresh)
        finally:
            await self._stop()

    async def _back_off(self, failures: int, error: SendError) -> None:
        _LOG.warning("telegram poll failed: %s (%d in a row)", error, failures)
        pause = min(FIRST_BACK_OFF * 2.0 ** min(failures - 1, 10), LONGEST_BACK_OFF)
        await self._sleep(max(error.after, pause * (0.5 + self._random() / 2)))

    def _take(self, updates: list[Any]) -> bool:
        """Put new updates in the chains of their chats; tells whether there was any."""
        is_fresh = False
        for update in updates:
            number = update.get("update_id") if isinstance(update, dict) else None
            if type(number) is not int or not self._window.take(number):
                continue
            is_fresh = True
            if sorted_out := self._sort(update):
                self._chain(number, *sorted_out)
            else:
                self._settle(number)
        return is_fresh

    def _chain(self, number: int, key: str, job: Job) -> None:
        if chain := self._chains.get(key):
            chain.append((number, job))
            return
        self._chains[key] = deque([(number, job)])
        task = asyncio.create_task(self._serve(key))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, key: str) -> None:
        """Work through the chain of one chat."""
        chain = self._chains[key]
        while chain and not self._is_stopping:
            number, job = chain[0]
            try:
                await job()
            except Exception as error:  # noqa: BLE001 - a bug above must neither stall everybody nor put words in the log
                _LOG.error("telegram update failed: %s", type(error).__name__)
            chain.popleft()
            self._settle(number)
        del self._chains[key]

    def _settle(self, number: int) -> None:
        self._window.settle(number)
        if not self._window.is_open:
            self._wake.set()

    async def _rest(self, started: float, *, is_fresh: bool) -> None:
        """Wait until all is settled, or until the next poll may bring something new: updates in hand come again.

        What is new is settled in a moment; a poll that goes out before comes back with the same at once, and costs a
        round trip in which nobody else is heard.
        """
        self._pause = SHORTEST_PAUSE if is_fresh else min(self._pause * 2, LONGEST_PAUSE)
        loop = asyncio.get_running_loop()
        left = self._pause if is_fresh else started + self._pause - loop.time()
        if left <= 0 or (is_fresh and not self._window.is_open):
            return
        self._wake.clear()
        timer = loop.call_later(left, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            timer.cancel()

    async def _stop(self) -> None:
        self._is_stopping = True
        try:
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self._patience)
        finally:
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if offset := self._window.offset:
            try:
                await self._fetch(offset, 0)
            except SendError as error:
                _LOG.warning("telegram offset not acknowledged: %s", error)
