"""The whole program on a file, a fake Telegram, a fake Signal and a platform in memory: to be stopped, and killed."""

import asyncio
import shutil
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import orjson

from bot.channels.signal import Signal
from bot.channels.signal_daemon import Daemon
from bot.channels.telegram import Telegram
from bot.clock import Clock
from bot.core import mail
from bot.core.contact import Contact
from bot.core.conversation import Conversation
from bot.core.house import Role, Staff
from bot.core.library import Library
from bot.core.message import Address, Incoming, Kind
from bot.core.telling import judge
from bot.core.tending import tend
from bot.core.verdict import Judge
from bot.services.carrier import Carrier
from bot.services.dispatcher import Dispatcher
from bot.services.door import Door
from bot.services.flood import Flood
from bot.services.lines import Lines
from bot.services.outbox import Outbox
from bot.services.pace import Pace
from bot.services.post import Post
from bot.storage.letterbox import Sort
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.fake_bot_api import FakeBotApi
from tests.fake_signal import ACCOUNT, FakeSignal
from tests.services.chats import Chats
from tests.shipped import shipped
from tests.storage.example import KEY

START = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
A_MOMENT = timedelta(seconds=20)
LONGEST = 30.0
T = TypeVar("T")
_RUN: ContextVar[int] = ContextVar("run", default=0)
"""Which start of the program a task belongs to; 0 is what goes on when that one is killed."""
_RECORDED = ("letter", "conversation")
SOON = 3600
"""Seconds: what is put off for so long is waited for, as a second try is; what has its day is not."""


class Calm(Flood):
    """Lets everybody write as much as she likes, for the clock of a test stands still."""

    def admits(self, address: Address, now: float, *, was_answered: bool) -> bool:  # noqa: ARG002 - whoever it is
        """Admit."""
        return True


class Witness(Vault):
    """A vault that remembers what it has sealed, so that a test can look for it when it is to be gone."""

    def __init__(self, key: bytes) -> None:
        """Begin with nothing sealed."""
        super().__init__(key)
        self.sealed: set[bytes] = set()

    def seal(self, table: str, row: bytes, plain: bytes) -> bytes:
        """Seal, and remember what of conversations and letters lies on the disk."""
        found = super().seal(table, row, plain)
        if table in _RECORDED:
            self.sealed.add(found)
        return found


@dataclass
class Program:
    """What is left of the program between two starts, and the one that runs."""

    folder: Path
    api: FakeBotApi
    signal: FakeSignal
    web: Chats = field(default_factory=lambda: Chats("web"))
    library: Library = field(default_factory=shipped)
    clock: Clock = field(default_factory=Clock)
    vault: Witness = field(default_factory=lambda: Witness(KEY))
    taken: set[str] = field(default_factory=set)
    """Handles of what came in on Signal and is stored."""
    withdrawn: Counter[Address] = field(default_factory=Counter)
    """How often the word that something is taken back came in on Signal."""
    runs: int = 0
    _tasks: set["asyncio.Task[Any]"] = field(default_factory=set)
    _receiving: set["asyncio.Task[Any]"] = field(default_factory=set)
    _is_up: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Set the clock, and let every task know to which start of the program it belongs."""
        self.clock.set(START)
        self.data = self.folder / "data"
        asyncio.get_running_loop().set_task_factory(self._task)  # type: ignore[arg-type]  # as asyncio calls it

    def _task(self, loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], **how: Any) -> "asyncio.Task[T]":
        task = asyncio.Task(work, loop=loop, **how)
        if _RUN.get():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return task

    async def start(self) -> None:
        """Start, as after a restart: nothing is remembered but what is on the disk."""
        self.runs += 1
        token = _RUN.set(self.runs)
        try:
            await self._start()
        finally:
            _RUN.reset(token)
        self._is_up.set()

    async def _start(self) -> None:
        self._stack = AsyncExitStack()
        opened = Store.open(self.data / "comadre.sqlite3", self.vault, languages=lambda: self.library.speech.languages)
        self.store = await self._stack.enter_async_context(opened)
        dispatcher = self.dispatcher = Dispatcher(self.store, self._current, self.clock.now, nap)
        dispatcher.door = Door(self.store, Calm())
        channels = dispatcher.channels
        telegram = Telegram(self.api.token, api_url=self.api.url, sleep=nap, pace=Pace(1000, 1000))
        signal = Signal(Daemon(self.signal.where, sleep=nap), ACCOUNT, pace=Pace(1000), sleep=nap)
        channels |= {"telegram": telegram, "signal": signal, "web": self.web}
        carry = dispatcher.carry = Carrier(channels, time.monotonic).carry
        usual = {"is_talking": dispatcher.is_talking, "carry": carry}
        self.outbox = dispatcher.outbox = Outbox(self.store, channels, self.clock.now, self._judging, **usual)  # type: ignore[arg-type]
        self.post = dispatcher.post = Post(self.store, channels, self.clock.now, self._sorting, **usual)  # type: ignore[arg-type]
        self.lines = Lines(self.store, self._current, self.clock.now, tend, self.post.wake)
        owed = await self.store.owing()
        self._channels = [
            asyncio.create_task(telegram.run(dispatcher.accept)),
            asyncio.create_task(signal.run(self._accept)),
        ]
        await signal._daemon.connected.wait()  # type: ignore[attr-defined]  # what a test says before would be lost
        self.outbox.start()
        self.post.start()
        await dispatcher.resume(owed)

    async def _accept(self, incoming: Incoming) -> None:
        await self.dispatcher.accept(incoming)
        self.taken |= {incoming.handle, incoming.renamed}
        self.withdrawn[incoming.address] += incoming.kind is Kind.TAKEN_BACK

    async def _current(self) -> Library:
        return self.library

    async def _judging(self, now: datetime) -> Judge:
        return judge(self.library, now)

    async def _sorting(self, now: datetime) -> Sort:
        return mail.judge(self.library, now)

    async def receive(self, incoming: Incoming) -> None:
        """Take what somebody does on the platform in memory, which waits with it until somebody is there to take it."""
        await self._is_up.wait()
        task = asyncio.create_task(self._owned(self.dispatcher.receive(incoming)))
        self._receiving.add(task)
        task.add_done_callback(self._receiving.discard)
        await task

    async def _owned(self, work: Awaitable[None]) -> None:
        token = _RUN.set(self.runs)
        try:
            await asyncio.ensure_future(work)
        finally:
            _RUN.reset(token)

    async def stop(self) -> None:
        """Stop cleanly, as the program does when it is told to."""
        self._is_up.clear()
        if self._receiving:
            await asyncio.wait(self._receiving)
        await asyncio.gather(self.dispatcher.finish(5), self.outbox.finish(5), self.post.finish(5))
        for task in self._channels:
            task.cancel()
        await asyncio.gather(*self._channels, return_exceptions=True)
        await self._stack.aclose()

    async def kill(self) -> Path:
        """End as in a power cut, between two transactions; what is on the disk is where it goes on."""
        self._is_up.clear()
        copied, released = asyncio.Event(), threading.Event()
        loop, place = asyncio.get_running_loop(), self.folder / f"after-{self.runs}"

        def cut(_connection: object) -> None:
            shutil.copytree(self.data, place)
            loop.call_soon_threadsafe(copied.set)
            released.wait()

        cutting = asyncio.ensure_future(self.store._database.run(cut))
        await copied.wait()
        mine = asyncio.current_task()
        try:
            async with asyncio.timeout(LONGEST):
                while left := {each for each in self._tasks if each is not mine and not each.done()}:
                    for task in left:
                        task.cancel()
                    await asyncio.wait(left, timeout=1)
        finally:
            released.set()
        await cutting
        await self._stack.aclose()
        old, self.data = self.data, place
        return old

    async def settled(self) -> None:
        """Wait until everything that was said is where it belongs; time passes where something waits for it."""
        async with asyncio.timeout(LONGEST):
            while not await self._is_quiet():
                self.post.wake()
                self.outbox.wake()

    async def _is_quiet(self) -> bool:
        due = await self._waiting()
        is_idle = not self.dispatcher._queues and not self.dispatcher._deliveries and not self.post._landed
        # What runs beside the post itself takes messages back.
        if not is_idle or self.post._flights or len(self.post._tasks) > 1:
            return False
        if due and (later := min(due)) > self.clock.now().timestamp():
            self.clock.set(datetime.fromtimestamp(later, UTC) + timedelta(seconds=1))
        return not due and is_idle and not self.post._flights and len(self.post._tasks) == 1

    async def _waiting(self) -> list[int]:
        """Return when each letter, notice and delivery is due that is not for another day."""
        queries = (
            "SELECT due_at FROM letter WHERE due_at <= ?",
            "SELECT due_at FROM notice WHERE stage = 'due' AND due_at <= ?",
            "SELECT due_at FROM delivery WHERE state IN ('pending', 'sending') AND due_at <= ?",
        )
        until = int(self.clock.now().timestamp()) + SOON

        def work(connection: Any) -> list[int]:
            return [due for query in queries for (due,) in connection.execute(query, (until,)).fetchall()]

        return await self.store._database.run(work)

    async def passes(self, time: timedelta) -> None:
        """Let time pass, and do what is due."""
        self.clock.set(self.clock.now() + time)
        await self.lines.tick()

    async def talks(self) -> list[Conversation]:
        """Return all conversations, as they lie on the disk."""
        query = "SELECT id, sealed FROM conversation"
        opened = self.store._houses.conversations._opened
        return await self.store._database.run(lambda connection: list(opened(connection.execute(query))))

    async def contact(self, address: Address) -> Contact:
        """Return what is kept about somebody."""
        return await self.store.step(address, lambda contact, _: (contact, contact))

    async def staff(self) -> dict[str, Staff]:
        """Return who answers, by address."""
        return {each.address: each for each in await self.store.staff.everyone()}

    async def hire(self, address: Address, lines: tuple[str, ...], languages: tuple[str, ...]) -> None:
        """Let somebody answer on some lines, on duty for long."""
        code = await self.store.staff.invite(Role.PEER, (), self.clock.now())
        await self.store.staff.redeem(code, address, self.clock.now())
        key, until = self.vault.pseudonym(address), int(self.clock.now().timestamp()) + 30 * 86400

        def work(connection: Any) -> None:
            staff = self.store._houses.staff(connection, key)
            assert staff
            hired = staff.changed(lines=lines, languages=languages, duty_since=until - 1, duty_until=until)
            sealed = self.vault.seal("staff", key, orjson.dumps(hired.to_dict()))
            connection.execute("UPDATE staff SET sealed = ? WHERE key = ?", (sealed, key))

        await self.store._database.commit_together(work)

    async def current_rows(self) -> set[bytes]:
        """Return what is sealed in the tables now."""
        queries = [f"SELECT sealed FROM {table}" for table in _RECORDED]  # noqa: S608 - our own names

        def work(connection: Any) -> Iterator[bytes]:
            return iter([row for query in queries for (row,) in connection.execute(query).fetchall()])

        return set(await self.store._database.run(work))


async def nap(_seconds: float) -> None:
    """Sleep, without taking time."""
    await asyncio.sleep(0.001)


Running = Callable[[], Awaitable[None]]


@asynccontextmanager
async def program(folder: Path, library: Library | None = None) -> Any:
    """Run it on a folder of its own."""
    async with FakeBotApi() as api, FakeSignal(is_manual=True) as signal:
        found = Program(folder, api, signal, library=library or shipped())
        await found.start()
        try:
            yield found
        finally:
            await found.stop()
            asyncio.get_running_loop().set_task_factory(None)
