"""Broadcasts that come again, and the screens on which moderators watch them go out."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.core.broadcast import coming, counted_for
from bot.core.house import GroupState
from bot.core.library import Library
from bot.core.message import Address
from bot.core.notice import Notice
from bot.services.dispatcher import Dispatcher
from bot.storage.store import Store

REPEAT_EVERY = 60
"""Seconds between looks for what comes again: the next time is announced long before it is due."""
REFRESH_EVERY = 3
"""Seconds between two states of a screen that shows how far something has come."""


class Broadcasts:
    """Announces the next time of what comes again, once, whoever asks and however often."""

    def __init__(self, store: Store, library: Callable[[], Awaitable[Library]], now: Callable[[], datetime]) -> None:
        """Take where the library and the time come from."""
        self._store = store
        self._library = library
        self._now = now

    async def tick(self) -> int:
        """Announce what comes again after the last time has begun, and count it."""
        known = await self._store.series.known()
        if not known:
            return 0
        library, staff = await self._library(), await self._store.staff.everyone()
        notices = list(coming(library, known, staff, self._now()))

        def count(states: Mapping[str, GroupState], notice: Notice) -> Mapping[str, GroupState]:
            return counted_for(library, states, notice)

        return await self._store.series.announce(notices, count) if notices else 0

    async def resume(self, dispatcher: Dispatcher) -> None:
        """Find, after a start, who stands on a screen that changes by itself: only moderators have such."""
        for staff in await self._store.staff.everyone():
            dispatcher.watch(Address.parse(staff.address))
