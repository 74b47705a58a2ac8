"""One turn after the other for each person, and what is on its way at the end of one."""

import asyncio
from collections.abc import Generator
from typing import Any


class Queue:
    """One person's updates, in the order in which they came."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = asyncio.Lock()
        self.length = 0

    async def enter(self) -> None:
        """Wait until those before are settled."""
        self.length += 1
        await self._lock.acquire()

    def leave(self) -> None:
        """Let the next one in."""
        self.length -= 1
        self._lock.release()


class Showing:
    """A screen on its way, which may be waited for."""

    def __init__(self, task: "asyncio.Task[None]", *, is_owed: bool) -> None:
        """Know the work, and whether the screen could be shown again after a crash."""
        self.is_owed = is_owed
        self._task = task

    def __await__(self) -> Generator[Any, None, None]:
        """Wait until it is shown or given up."""
        return self._task.__await__()
