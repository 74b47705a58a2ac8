"""Time that stands still until a test moves it."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count
from typing import cast


class Timer:
    """What `call_later` returns."""

    def __init__(self, call: Callable[[], None]) -> None:
        """Keep what is to be called."""
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Call nothing."""
        self.call = None


class Clockwork:
    """A clock, and what it is to ring for."""

    def __init__(self, at: float = 1000.0) -> None:
        """Begin somewhere."""
        self.at = at
        self.rings = 0
        self._numbers = count()
        self._timers: list[tuple[float, int, Timer]] = []

    def now(self) -> float:
        """Return the time."""
        return self.at

    def call_later(self, seconds: float, call: Callable[[], None]) -> asyncio.TimerHandle:
        """Call something when the time has come."""
        timer = Timer(call)
        heapq.heappush(self._timers, (self.at + seconds, next(self._numbers), timer))
        return cast("asyncio.TimerHandle", timer)

    async def advance(self, seconds: float) -> None:
        """Let time pass, with all that happens meanwhile."""
        end = self.at + seconds
        await settle()
        while self._timers and self._timers[0][0] <= end:
            self.at, _, timer = heapq.heappop(self._timers)
            if timer.call:
                self.rings += 1
                timer.call()
                await settle()
        self.at = end


async def settle() -> None:
    """Let every task go on until it waits for something else."""
    for _ in range(5):
        await asyncio.sleep(0)
