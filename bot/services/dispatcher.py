"""From what came in to what she sees: one step a time for one woman, all women at once."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.channels.base import Acquaintance, Channel, SendError, Shown
from bot.core.contact import Contact, Timed
from bot.core.engine import Counted, Effect, Forgotten, Met, Turn, Wiped, apologise, finish_leaving, respond
from bot.core.house import Announced, House, Posted
from bot.core.invitation import invitation_in
from bot.core.library import Library
from bot.core.message import Address, Incoming, Kind, Outgoing, Screen
from bot.core.platform import SPARING
from bot.log import EVENTS, place_of
from bot.services.carrier import Carry, leave
from bot.services.door import Door
from bot.services.erasure import scrub, wipe
from bot.services.outbox import Outbox
from bot.services.post import Post
from bot.services.turns import Queue, Showing
from bot.storage.store import Store, StoreProblem
from bot.storage.vault import SealError

T = TypeVar("T")

PATIENCE = (0.5, 2.0, 8.0)
"""Seconds between tries of what the platform refused for now; her next press shows the screen anyway."""
LONGEST_WAIT = 30.0
"""Seconds that the platform may ask us to wait for one chat before its screen is given up."""
STORE_PAUSE = 1.0
"""Seconds between tries to store a step on a full or locked disk: the update stays unconfirmed meanwhile."""


OURS = (Kind.TIMER, Kind.INVITED, Kind.AGAIN, Kind.LIVING)
"""What nobody sent."""


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
        self.carry: Carry = leave
        """Brings over what goes along with a screen."""
        self.channels: dict[str, Channel] = {}
        self.outbox: Outbox | None = None
        """What we send first, which gives way to whoever writes."""
        self.post: Post | None = None
        """What people write to each other, which comes after what they are answered."""
        self.door: Door | None = None
        """Who is let in; everybody, where there is none."""
        self._store = store
        self._library = library
        self._now = now
        self._sleep = sleep
        self._queues: dict[Address, Queue] = {}
        self._deliveries: set[asyncio.Task[None]] = set()
        self._living: dict[Address, Screen | None] = {}
        """Who stands on a screen that changes by itself, and what it said last; only moderators have such."""
        self._is_finishing = False

    async def receive(self, incoming: Incoming) -> None:
        """Settle one update: when this returns, her step is stored and its screen sent or given up."""
        if await self._is_let_in(incoming):
            await (await self._take(incoming, is_owed=False))

    async def accept(self, incoming: Incoming) -> None:
        """Settle one update as soon as it cannot be lost: her step is stored, and with it that a screen is due.

        A platform that repeats what is not confirmed is free, then, to hand over the next.
        """
        if not await self._is_let_in(incoming):
            return
        delivery = await self._take(incoming, is_owed=True)
        if self._is_finishing or not delivery.is_owed:
            await delivery

    async def ring(self) -> None:
        """Show the screens whose time has come; nobody waits for a chat that the platform keeps busy."""
        found = await self._store.due(self._now())
        # Who is being answered has her turn at the next look: a platform that is away must not hold up the others.
        free = [each for each in found if each.channel in self.channels and not self.is_talking(each)]
        due = [each for each in free if self.door is None or not await self.door.is_shut(each)]
        rings = (self._take(Incoming(address, Kind.TIMER, "timer"), is_owed=True) for address in due)
        await asyncio.gather(*rings)

    async def resume(self, owed: Iterable[Address]) -> None:
        """Show the screens that were due when the program died, as the store named them before the first update."""
        by_channel: dict[str, list[Address]] = {}
        for address in owed:
            by_channel.setdefault(address.channel, []).append(address)
        await asyncio.gather(*map(self._resume, by_channel.values()))
        await self._store.flush()

    async def _resume(self, owed: Iterable[Address]) -> None:
        for address in owed:
            if address.channel in self.channels:
                await self.receive(Incoming(address, Kind.AGAIN, "again"))
            self._store.settle(address)

    def watch(self, address: Address) -> None:
        """Look at the next `refresh` whether someone stands on a screen that changes by itself."""
        if address.channel not in SPARING:
            self._living.setdefault(address, None)

    async def refresh(self) -> None:
        """Show what changes by itself anew, in its place, where it says something new; who is writing comes first."""
        for address, screen in list(self._living.items()):
            if address not in self._queues and address.channel in self.channels:
                await self._refresh(address, screen)

    async def _refresh(self, address: Address, seen: Screen | None) -> None:
        queue = self._queues.setdefault(address, Queue())
        await queue.enter()
        try:
            turn = await self._step(Incoming(address, Kind.LIVING, "living"), is_owed=False)
            if turn.screen is None:
                self._living.pop(address, None)
            elif turn.screen != seen:
                await self._replace(address, turn, turn.screen)
        finally:
            self._leave(address, queue)

    async def _replace(self, address: Address, turn: Turn, screen: Screen) -> None:
        """Try once: a screen that nobody waits for must not keep her next press waiting."""
        pressed = turn.replaces[-1] if turn.replaces else ""
        try:
            carried = await self.carry(screen, address.channel)
            shown = await self.channels[address.channel].show(Outgoing(address, carried, turn.replaces, pressed))
        except SendError as error:
            EVENTS.info("a living screen was not shown: %s", error)
            self._living.pop(address, None)
            return
        await self._note(address, turn, shown)

    async def _is_let_in(self, incoming: Incoming) -> bool:
        """Ask the door; who asks for too much is told so, and what she sent is settled without a step."""
        if self.door is None or incoming.kind in OURS:
            return True
        answer = await self.door.judge(await self._library(), incoming, self._now())
        if answer.is_told:
            task = asyncio.create_task(self._slow_down(self.door, incoming))
            self._deliveries.add(task)
            task.add_done_callback(self._deliveries.discard)
        return answer.is_let_in

    async def _slow_down(self, door: Door, incoming: Incoming) -> None:
        library, address = await self._library(), incoming.address
        language = door.flood.language(address) or library.speech.negotiate(incoming.locale)
        screen = Screen((library.phrase(language, "slowly"),))
        outgoing = Outgoing(address, screen, press=incoming.press)
        if shown := await self._insist(partial(self.channels[address.channel].show, outgoing)):
            door.flood.keep(address, shown.living)

    def is_talking(self, address: Address) -> bool:
        """Tell whether someone is being answered just now."""
        return address in self._queues

    async def finish(self, patience: float) -> None:
        """Wait, so many seconds at most, until every screen that is due has been sent; from now on none is put off."""
        self._is_finishing = True
        if self._deliveries:
            await asyncio.wait(set(self._deliveries), timeout=patience)

    async def _take(self, incoming: Incoming, *, is_owed: bool) -> Showing:
        """Store her step and begin to show its screen; the next update of hers waits for that."""
        queue = self._queues.setdefault(incoming.address, Queue())
        await queue.enter()
        try:
            if self.outbox:
                await self.outbox.give_way(incoming.address)
            turn = await self._step(incoming, is_owed=is_owed)
        except BaseException:
            self._leave(incoming.address, queue)
            raise
        if self.outbox and turn.changes:
            self.outbox.wake()
        if self.post and any(isinstance(each, Posted | Announced) for each in turn.changes):
            self.post.wake()
        task = asyncio.create_task(self._deliver(turn, incoming))
        self._deliveries.add(task)
        task.add_done_callback(self._deliveries.discard)
        task.add_done_callback(lambda _: self._leave(incoming.address, queue))
        return Showing(task, is_owed=_is_owed(turn))

    def _leave(self, address: Address, queue: Queue) -> None:
        queue.leave()
        if not queue.length:
            del self._queues[address]
            if self.post:
                self.post.answered(address)

    async def _step(self, incoming: Incoming, *, is_owed: bool) -> Turn:
        library = await self._library()
        now = self._now()
        unread = self.door.flood.unread(incoming.address) if self.door and incoming.kind not in OURS else ()
        code = invitation_in(incoming)
        if code:
            await self._persist(partial(self._store.staff.redeem, code, incoming.address, now))

        def act(contact: Contact, house: House) -> tuple[Contact, Turn]:
            # Who has a role and opens the link once more is where she was led the first time, not a stranger.
            taken = replace(incoming, kind=Kind.INVITED) if code and house.staff else incoming
            contact = contact.with_handles(unread, now)
            try:
                turn = respond(library, contact, taken, now, house)
            except Exception as error:  # noqa: BLE001 - a bug must not leave her in silence
                EVENTS.error("step failed: %s", place_of(error))
                turn = apologise(library, contact, taken, now)
            return turn.contact, turn

        turn = await self._stored(incoming.address, act, _is_owed if is_owed else _never)
        if self.door:
            self.door.note(library, incoming.address, turn.contact)
        return turn

    async def _deliver(self, turn: Turn, incoming: Incoming) -> None:
        try:
            await self._carry_out(turn.effects, incoming.address)
            await self._show(turn, incoming)
            if any(isinstance(effect, Forgotten) for effect in turn.effects):
                await self._part(incoming.address)
        except Exception as error:  # noqa: BLE001 - a bug here must not stop the next update of hers
            EVENTS.error("delivery failed: %s", place_of(error))
        finally:
            if _is_owed(turn):
                self._store.settle(incoming.address)

    async def _stored(
        self, address: Address, act: Callable[[Contact, House], tuple[Contact, Turn]], owes: Callable[[Turn], bool]
    ) -> Turn:
        try:
            return await self._persist(partial(self._store.step, address, act, owes))
        except SealError:
            EVENTS.error("a record was tampered with; it is answered as a stranger's until it is purged")
            return act(Contact(), House())[1]

    async def _persist(self, write: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await write()
            except SealError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever the disk says, the update is not lost
                EVENTS.error("cannot store, trying again; free some disk space: %s", place_of(error))
                await self._sleep(STORE_PAUSE)

    async def _carry_out(self, effects: tuple[Effect, ...], address: Address) -> None:
        for effect in effects:
            if self.outbox and isinstance(effect, Wiped | Forgotten):
                self.outbox.left(address)
            if self.post and isinstance(effect, Wiped | Forgotten):
                self.post.left(address)
            match effect:
                case Wiped(handles):
                    is_wiped = await self._wipe(address, handles)
                    act = partial(finish_leaving, is_wiped=is_wiped)
                    await self._change(address, act)
                case Forgotten(handles):
                    await scrub(self._store)
                    await self._wipe(address, handles)
                case Met():
                    await self._meet(address)
                case Counted(kind):
                    await self._count(kind)

    async def _show(self, turn: Turn, incoming: Incoming) -> None:
        if turn.screen is None:
            await self._acknowledge(incoming)
            return
        outgoing = Outgoing(
            incoming.address,
            await self.carry(turn.screen, incoming.address.channel),
            replaces=turn.replaces,
            pressed=incoming.handle if incoming.press and not turn.stays else "",
            press=incoming.press,
        )
        shown = await self._insist(partial(self.channels[incoming.address.channel].show, outgoing))
        if shown:
            await self._note(incoming.address, turn, shown)

    async def _acknowledge(self, incoming: Incoming) -> None:
        """Answer a press whose answer is a letter, or its button would go on waiting."""
        if incoming.press:
            outgoing = Outgoing(incoming.address, Screen(()), press=incoming.press)
            await self._insist(partial(self.channels[incoming.address.channel].show, outgoing))

    async def _note(self, address: Address, turn: Turn, shown: Shown) -> None:
        """Remember what she sees now, for the next wipe, and whether it changes by itself."""
        if turn.screen and turn.screen.is_living and address.channel not in SPARING:
            self._living[address] = turn.screen
        else:
            self._living.pop(address, None)
        if turn.contact.position and (shown.living != turn.contact.living or shown.deleted):
            now = self._now()
            await self._change(address, lambda contact: remember(contact, shown, now))

    async def _wipe(self, address: Address, handles: tuple[str, ...]) -> bool:
        """Delete her messages; tells whether the platform did."""

        async def ask() -> bool:
            await wipe(self.channels[address.channel], address, handles)
            return True

        return bool(await self._insist(ask))

    async def _meet(self, address: Address) -> None:
        """Let her chat forget by itself; what fails is tried again at her next step, and nobody waits for it."""
        channel = self.channels[address.channel]
        if not isinstance(channel, Acquaintance):
            return
        try:
            timed = Timed.SET if await channel.meet(address) else Timed.GIVEN
        except SendError as error:
            EVENTS.warning("a chat does not forget by itself yet: %s", error)
            return
        await self._change(address, lambda contact: replace(contact, timed=timed) if contact.position else contact)

    async def _part(self, address: Address) -> None:
        """Let the platform's program forget her too: last, for whatever it sends it remembers."""
        channel = self.channels[address.channel]
        if isinstance(channel, Acquaintance):
            await self._insist(partial(channel.forget, address))

    async def _change(self, address: Address, change: Callable[[Contact], Contact]) -> None:
        await self._stored(address, lambda contact, _: (change(contact), Turn(contact, None)), _never)

    async def _count(self, kind: str) -> None:
        try:
            await self._store.count(kind, self._now().date())
        except StoreProblem as problem:  # her screen matters more
            EVENTS.error("not counted: %s", place_of(problem))

    async def _insist(self, ask: Callable[[], Awaitable[T]]) -> T | None:
        """Ask the platform for something, again while it is busy; `None` when that was in vain."""
        for pause in (*PATIENCE, None):
            try:
                return await ask()
            except SendError as error:
                if error.gone:
                    EVENTS.info("someone is gone")
                    return None
                if not error.retryable or pause is None or error.after > LONGEST_WAIT:
                    EVENTS.warning("given up: %s", error)
                    return None
                await self._sleep(max(pause * random.uniform(0.5, 1.5), error.after))  # noqa: S311 - jitter
        return None


def _is_owed(turn: Turn) -> bool:
    """Tell whether a screen could be shown again after a crash: a wiped chat is not written into once more."""
    return turn.screen is not None and not any(isinstance(effect, Wiped | Forgotten) for effect in turn.effects)


def _never(_turn: Turn) -> bool:
    return False


def remember(contact: Contact, shown: Shown, now: datetime) -> Contact:
    """Note what she sees now; who has left meanwhile is not remembered again."""
    if not contact:
        return contact
    gone = set(shown.deleted)
    handles = tuple(handle for handle in contact.handles if handle.id not in gone)
    return replace(contact, living=shown.living, handles=handles).with_handles(shown.living, now)
