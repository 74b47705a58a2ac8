"""The sign that we are writing, for answers that take long: a silent chat looks like nobody is there."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

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
        self._tasks: dict[asyncio.Task[None], str] = {}

    @contextmanager
    def during(self, chat: str) -> Iterator[None]:
        """Show it as soon as what is done inside takes long, and take it away after."""
        task = asyncio.create_task(self._wait(chat))
        self._tasks[task] = chat
        task.add_done_callback(self._tasks.pop)
        try:
            yield
        finally:
            task.cancel()

    async def stop(self, chat: str = "") -> None:
        """Return when nothing of it is left to be sent to somebody, or to anybody."""
        tasks = [task for task, whose in self._tasks.items() if chat in ("", whose)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _wait(self, chat: str) -> None:
        await self._sleep(SLOW)
        try:
            await self._try(chat, stop=False)
            await self._sleep(LONGEST)
        finally:
            await self._try(chat, stop=True)

    async def _try(self, chat: str, *, stop: bool) -> None:
        try:
            await self._show(chat, stop)
        except SendError:
            return  # only a sign
