"""Letters: to each reader one after the other, in the order they were written, and beside what she is answered."""

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from bot.channels.base import WithdrawnError
from bot.core.letter import LetterKind
from bot.core.message import Address, Missed, Outgoing
from bot.services.miss import Miss
from bot.services.sender import Flight, Sender
from bot.storage.letterbox import Ending, Parcel, Sort

TICK = 1.0
"""Seconds between looks at what has come due; what is written meanwhile is seen at once."""
IN_AIR = 20
"""Most letters at once on one channel: answers need connections, and what is in the air at a crash comes twice."""
COURTESY = 15.0
"""Seconds that a letter waits while its reader is being answered, so that they arrive in order."""
UNSURE_FOR = timedelta(minutes=15)
"""How long the letters wait for somebody whose keys have changed: with what she writes the new ones are taken."""


class Post(Sender[Sort, Parcel, Ending]):
    """Sends what is written to one person at once; the rules are in docs/sending.md.

    Nobody has two letters in the air, unless the first was taken back there.
    """

    things = "letters"
    soon = timedelta()

    def answered(self, to: Address) -> None:
        """Let go on what waited until somebody had her answer."""
        for flight in self._under_way(to):
            flight.answered.set()

    async def finish(self, patience: float) -> None:
        """Stop: what waits for the end of an answer waits for the next start instead."""
        for flight in self._flights:
            flight.answered.set()
        await super().finish(patience)

    async def _recover(self) -> int:
        return await self._store.letters.recover()

    async def _claim(self, now: datetime) -> Iterable[Parcel]:
        sort = await self._judging(now)
        return await self._store.letters.claim(now, self._room(), self._open_at(now), sort)

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK):
                await self._news.wait()

    def _room(self) -> dict[str, int]:
        """Tell how many letters each channel has room for; one that fails whoever is written to is tried with one."""
        lines = {name: self._line(name) for name in self._channels}
        return {name: (1 if line.is_out else IN_AIR) - line.in_air for name, line in lines.items()}

    def _open_at(self, now: datetime) -> dict[str, datetime]:
        at = self._time()
        return {name: now + timedelta(seconds=max(0.0, self._line(name).pause(0, at))) for name in self._channels}

    async def _send(self, flight: Flight[Parcel]) -> Ending:
        await self._silence(flight)
        if self._is_finishing or flight.is_unwanted:
            raise WithdrawnError("nobody waits for it now")
        parcel = flight.load
        channel, old = self._channels[parcel.to.channel], parcel.letter.replaces
        if parcel.letter.kind is LetterKind.TAKEN_BACK:
            await channel.erase(parcel.to, old)
            return Ending(parcel, "sent", deleted=old)
        screen = await self._carry(parcel.screen, parcel.to.channel)
        # As if she had pressed there: what is replaced is edited in its place. What is swept only goes.
        outgoing = Outgoing(parcel.to, screen, (*old, *parcel.swept), old[-1] if old else "")
        shown = await channel.show(outgoing)
        missed: Missed = screen.missed or ("" if shown.is_whole else "missing")
        return Ending(parcel, "sent", shown.living, shown.deleted, missed=missed)

    async def _silence(self, flight: Flight[Parcel]) -> None:
        """Wait until she has her answer: it was asked for before."""
        with suppress(TimeoutError):
            async with asyncio.timeout(COURTESY):
                while self._is_talking(flight.load.to) and not self._is_finishing:
                    flight.answered.clear()
                    await flight.answered.wait()

    def _missed(self, load: Parcel, miss: Miss) -> Ending:
        if miss.state in ("failed", "gone"):
            return Ending(load, miss.state, has_failed=True)
        pause = UNSURE_FOR if miss.state == "unsure" else miss.pause
        return Ending(load, "held", due_at=self._now() + pause, has_failed=miss.has_failed)

    def _tries(self, load: Parcel) -> int:
        return load.row.tries

    async def _note(self, ends: Iterable[Ending]) -> Collection[Ending]:
        return await self._store.letters.settle(ends, self._now())
