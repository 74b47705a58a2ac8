"""Broadcasts that come again: the next time of each, written once, however often somebody looks."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping

from bot.core.house import GroupState, Progress
from bot.core.notice import Notice
from bot.storage.database import Database
from bot.storage.house import Houses
from bot.storage.notices import Notices

Count = Callable[[Mapping[str, GroupState], Notice], Mapping[str, GroupState]]
"""Pure: returns what its groups have settled once a notice counts for the limit of its day."""


class Series:
    """The part of the store that repeating needs."""

    def __init__(self, database: Database, notices: Notices, houses: Houses) -> None:
        """Take how notices and groups are read and written."""
        self._database = database
        self._notices = notices
        self._houses = houses

    async def known(self) -> list[Progress]:
        """Return every notice that comes again, as far as it is kept."""

        def work(connection: sqlite3.Connection) -> list[Progress]:
            return [each for each in self._notices.under_way(connection) if each.notice.repeat]

        return await self._database.run(work)

    async def announce(self, notices: Iterable[Notice], count: Count) -> int:
        """Write those that are not there yet, and count each for the limit of its day; returns how many were new."""
        taken = list(notices)

        def work(connection: sqlite3.Connection) -> int:
            new = [each for each in taken if self._notices.announce(connection, each)]
            for notice in new:
                self._houses.settle_all(connection, count(self._houses.groups(connection), notice))
            return len(new)

        return await self._database.commit_together(work)
