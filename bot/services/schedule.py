"""The ticks: APScheduler only says when to look, the tables say what is due."""

from collections.abc import Awaitable, Callable
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from bot.log import EVENTS, place_of

RING_EVERY = 2
"""Seconds between looks for timers: "two minutes" may become two minutes and two seconds."""
LOOK_EVERY = 60
"""Seconds between looks at the calendar: reminders are said to the minute."""
PURGE_EVERY = 600
"""Seconds between purges; reading never shows what expired, this takes the bytes away."""


class Schedule:
    """Calls a few coroutines again and again, whatever one of them throws."""

    def __init__(self) -> None:
        """Keep jobs in memory only: nothing about anyone is in the scheduler."""
        # A late tick is still wanted, many late ticks are one, and one never overtakes itself.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler: Any = AsyncIOScheduler(timezone="UTC", job_defaults=defaults)

    def every(self, seconds: int, task: Callable[[], Awaitable[object]]) -> None:
        """Run `task` now and then every so many seconds."""

        async def run() -> None:
            try:
                await task()
            except Exception as error:  # noqa: BLE001 - the next tick must come
                EVENTS.error("scheduled task failed: %s", place_of(error))

        self._scheduler.add_job(run, IntervalTrigger(seconds=seconds, timezone="UTC"))

    def start(self) -> None:
        """Begin to tick."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop ticking."""
        self._scheduler.shutdown(wait=False)
