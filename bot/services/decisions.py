"""Closing what groups decide, when its time has come."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.core.decision import decide
from bot.storage.store import Store

DECIDE_EVERY = 60
"""Seconds between looks: "until 18:00" may become a minute past."""


class Decisions:
    """Counts, forgets who said what, and tells: all of it in one transaction, so that a crash does none of it twice."""

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        """Take where answers are and what time it is."""
        self._store = store
        self._now = now

    async def tick(self) -> None:
        """Close what is due; raises `StoreProblem` while somebody else reads the old bytes."""
        await self._store.decide(partial(decide, now=self._now()))
