"""Conversations by the clock: the next ring, the end of waiting, and whose seat is empty."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.core.delivery import abandoned
from bot.core.house import Change, House, Talked
from bot.core.library import Library
from bot.storage.store import Store

TEND_EVERY = 3
"""Seconds between looks at what is due: "three minutes" may become three minutes and three seconds."""
Act = Callable[[Library, House, datetime], Iterable[Change]]
"""Pure: does what the conversations of a house are due for."""


class Lines:
    """Looks at what is due, once or many times: the tables know what was done."""

    def __init__(
        self,
        store: Store,
        library: Callable[[], Awaitable[Library]],
        now: Callable[[], datetime],
        act: Act,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        """Take where the library and the time come from; `wake` is called when something was written to somebody."""
        self._store = store
        self._library = library
        self._now = now
        self._act = act
        self._wake = wake

    async def tick(self) -> None:
        """Look once."""
        library, now = await self._library(), self._now()

        def act(house: House) -> Iterator[Change]:
            left = tuple(abandoned(house, now))
            yield from left
            changed = {change.conversation.id for change in left if isinstance(change, Talked)}
            due = tuple(each for each in house.conversations if each.id not in changed)
            yield from self._act(library, replace(house, conversations=due), now)

        if await self._store.tend_conversations(now, act, tuple(library.lines)):
            self._wake()
