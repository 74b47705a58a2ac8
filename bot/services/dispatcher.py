"""From what came in to what she sees: one step a time for one woman, all women at once."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from bot.channels.base import Channel, SendError, Shown
from bot.core.contact import Contact
from bot.core.engine import Counted, Effect, Forgotten, Turn, Wiped, apologise, respond
from bot.core.library import Library
from bot.core.message import Address, Incoming, Kind, Outgoing
from bot.log import EVENTS, place_of
from bot.services.erasure import forget, wipe
from bot.storage.store import Store

PATIENCE = (0.5, 2.0, 8.0)
"""Seconds between tries to show a screen that the platform refused for now; her next press shows it anyway."""
LONGEST_WAIT = 30.0
"""Seconds that the platform may ask us to wait for one chat before its screen is given up."""
STORE_PAUSE = 1.0
"""Seconds between tries to store a step on a full or locked disk: the update stays unconfirmed meanwhile."""


class Dispatcher:
    """Settles updates: reads and writes her record, shows the screen, carries out the effects."""

    def __init__(
        self,
        store: Store,
        library: Callable[[], Awaitable[Library]],
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take where the library, the time and the patience come from."""
        self.channels: dict[str, Channel] = {}
        self._store = store
        self._library = library
        self._now = now
        self._sleep = sleep
        self._locks: dict[Address, asyncio.Lock] = {}

    async def receive(self, incoming: Incoming) -> None:
        """Settle one update: when this returns, her step is stored and its screen sent or given up."""
        async with self._turn_of(incoming.address):
            turn = await self._step(incoming)
            await self._carry_out(turn.effects, incoming.address)
            await self._show(turn, incoming)

    async def ring(self) -> None:
        """Show the screens whose time has come."""
        for address in await self._store.due(self._now()):
            if address.channel in self.channels:
                await self.receive(Incoming(address, Kind.TIMER, "timer"))

    @asynccontextmanager
    async def _turn_of(self, address: Address) -> AsyncIterator[None]:
        """Let one update of a person in at a time; nothing is kept about who is not writing."""
        lock = self._locks.setdefault(address, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked() and not lock._waiters:  # noqa: SLF001 - asyncio tells no other way
                self._locks.pop(address, None)

    async def _step(self, incoming: Incoming) -> Turn:
        library = await self._library()
        now = self._now()

        def act(contact: Contact) -> tuple[Contact, Turn]:
            try:
                turn = respond(library, contact, incoming, now)
            except Exception as error:  # noqa: BLE001 - a bug must not leave her in silence
                EVENTS.error("step failed: %s", place_of(error))
                turn = apologise(library, contact, incoming, now)
            return turn.contact, turn

        return await self._stored(incoming.address, act)

    async def _stored(self, address: Address, act: Callable[[Contact], tuple[Contact, Turn]]) -> Turn:
        while True:
            try:
                return await self._store.step(address, act)
            except Exception as error:  # noqa: BLE001 - whatever the disk says, the update is not lost
                EVENTS.error("cannot store, trying again; free some disk space: %s", place_of(error))
                await self._sleep(STORE_PAUSE)

    async def _carry_out(self, effects: tuple[Effect, ...], address: Address) -> None:
        channel = self.channels[address.channel]
        for effect in effects:
            match effect:
                case Wiped(handles):
                    await wipe(channel, address, handles)
                case Forgotten(handles):
                    await forget(channel, self._store, address, handles)
                case Counted(kind):
                    await self._store.count(kind, self._now().date())

    async def _show(self, turn: Turn, incoming: Incoming) -> None:
        if turn.screen is None:
            return
        outgoing = Outgoing(
            incoming.address,
            turn.screen,
            replaces=turn.replaces,
            pressed=incoming.handle if incoming.press else "",
            press=incoming.press,
        )
        shown = await self._sent(outgoing)
        if shown and turn.contact.position and (shown.living != turn.contact.living or shown.deleted):
            await self._store.step(incoming.address, lambda contact: (remember(contact, shown, self._now()), None))

    async def _sent(self, outgoing: Outgoing) -> Shown | None:
        for pause in (*PATIENCE, None):
            try:
                return await self.channels[outgoing.to.channel].show(outgoing)
            except SendError as error:
                if error.gone:
                    EVENTS.info("someone is gone")
                    return None
                if not error.retryable or pause is None or error.after > LONGEST_WAIT:
                    EVENTS.warning("screen given up: %s", error)
                    return None
                await self._sleep(max(pause * random.uniform(0.5, 1.5), error.after))  # noqa: S311 - jitter
        return None


def remember(contact: Contact, shown: Shown, now: datetime) -> Contact:
    """Note what she sees now; who has left meanwhile is not remembered again."""
    if not contact:
        return contact
    gone = set(shown.deleted)
    handles = tuple(handle for handle in contact.handles if handle.id not in gone)
    return replace(contact, living=shown.living, handles=handles).with_handles(shown.living, now)
