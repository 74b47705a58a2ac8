"""The sign that we are writing, for answers that take long: a silent chat looks like nobody is there."""

import asyncio
from collections.abc import Awaitable, Callable

from bot.channels.base import SendError

SLOW = 1.0
"""Seconds from which an answer is slow."""
LONGEST = 15.0
"""Seconds after which the apps take the sign away by themselves."""

Sleep = Callable[[float], Awaitable[None]]
Show = Callable[[str, bool], Awaitable[None]]
"""Shows the sign to somebody, or takes it away (`True`)."""


class Typing:
    """Who waits for an answer, and sees that it is being written."""

    def __init__(self, show: Show, sleep: Sleep = asyncio.sleep) -> None:
        """Take how the sign is shown, and where the time comes from."""
        self._show = show
        self._sleep = sleep
        self._waits: dict[str, asyncio.Task[None]] = {}
        self._tasks: dict[asyncio.Task[None], str] = {}

    def begin(self, chat: str) -> None:
        """Somebody waits from now on."""
        self.end(chat)
        task = self._waits[chat] = asyncio.create_task(self._wait(chat))
        self._tasks[task] = chat
        task.add_done_callback(self._tasks.pop)

    def end(self, chat: str) -> None:
        """She has her answer."""
        if task := self._waits.pop(chat, None):
            task.cancel()

    async def stop(self, chat: str) -> None:
        """Take the sign away, and return when nothing of it is left to be sent."""
        self.end(chat)
        tasks = (task for task, whose in self._tasks.items() if whose == chat)
        await asyncio.gather(*tasks, return_exceptions=True)

    async def close(self) -> None:
        """Show nothing any more."""
        for chat in list(self._waits):
            self.end(chat)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _wait(self, chat: str) -> None:
        await self._sleep(SLOW)
        try:
            await self._try(chat, stop=False)
            await self._sleep(LONGEST)
        finally:
            await self._try(chat, stop=True)
            if self._waits.get(chat) is asyncio.current_task():
                del self._waits[chat]

    async def _try(self, chat: str, *, stop: bool) -> None:
        try:
            await self._show(chat, stop)
        except SendError:
            return  # only a sign
