"""The look at the calendar: what is due goes into the outbox, what is over goes for good."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.core import diary
from bot.core.diary import Tended
from bot.core.house import GroupState
from bot.core.library import Library
from bot.core.message import fold
from bot.storage.store import Store


class Reminders:
    """Announces each reminder once: the tables know which are written, this only when it last looked."""

    def __init__(self, store: Store, library: Callable[[], Awaitable[Library]], now: Callable[[], datetime]) -> None:
        """Take where the library and the time come from."""
        self._store = store
        self._library = library
        self._now = now
        self._looked_at: datetime | None = None
        self._swept = -1
        """Hour of the last look at the answers."""

    async def tick(self) -> None:
        """Look once; whatever keeps us from it, the next look makes up for."""
        library, now = await self._library(), self._now()
        since, sweeps = self._looked_at, fold(now) != self._swept

        def act(states: Mapping[str, GroupState]) -> Tended:
            return diary.tend(library, states, since, now, sweeps=sweeps)

        await self._store.tend(act)
        self._looked_at, self._swept = now, fold(now)
