"""The whole bot between a database and a fake daemon of Signal, with another platform in memory beside it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.channels.signal import Signal
from bot.channels.signal_daemon import Daemon
from bot.clock import Clock
from bot.core.contact import Contact
from bot.core.library import Library
from bot.core.message import Address
from bot.core.notice import Notice
from bot.services.dispatcher import Dispatcher
from bot.services.outbox import Outbox
from bot.services.pace import Pace
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.fake_signal import ACCOUNT, PARAMETERS, FakeSignal, Message
from tests.services.chats import Chats
from tests.services.scene import join, judging
from tests.shipped import shipped
from tests.storage.example import KEY, read
from tests.storage.test_notices import states
from tests.waiting import until

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Sleeper:
    """A sleep that takes no time, but as long as it is told to last."""

    def __init__(self) -> None:
        """Begin rested, and let long naps last until `wake`."""
        self.naps: list[float] = []
        self.longest = 10.0
        self._woken = asyncio.Event()

    async def __call__(self, seconds: float) -> None:
        """Let the others work."""
        self.naps.append(seconds)
        if seconds > self.longest:
            await self._woken.wait()
        await asyncio.sleep(0)

    def wake(self) -> None:
        """End all naps."""
        self._woken.set()


class Watch:
    """Seconds that only the test counts."""

    now = 1000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Suspicious(FakeSignal):
    """A daemon that takes a new key of somebody only when it is told to."""

    def __init__(self) -> None:
        """Listen on TCP, and keep what nobody has subscribed for yet."""
        super().__init__(is_manual=True)
        PARAMETERS.setdefault("trust", {"recipient", "trustAllKnownKeys"})
        self._unread: dict[str, list[str]] = {}

    def say_with_new_key(self, who: str, text: str) -> None:
        """Write from a phone whose key nobody has seen yet: the daemon keeps it without reading it."""
        self._unread.setdefault(who, []).append(text)
        self.deliver(who, exception="UntrustedIdentityException")

    def _trust(self, params: dict[str, object]) -> dict[str, object]:
        who = str(params["recipient"])
        self.refuse.pop(who, None)
        for text in self._unread.pop(who, ()):
            self.say(who, text)
        return {}


@dataclass(frozen=True)
class SignalScene:
    """All that meets on Signal."""

    store: Store
    dispatcher: Dispatcher
    outbox: Outbox
    channel: Signal
    signal: Suspicious
    chats: Chats
    """Telegram, in memory."""
    clock: Clock
    watch: Watch
    sleeper: Sleeper

    def last(self, who: str) -> Message:
        """Return the last message of the bot that somebody sees."""
        return self.signal.phones[who].shown[-1]

    async def asks(self, who: str, text: str) -> str:
        """Let somebody write, and return what she sees when the answer is there and the old screen is not."""
        before = set(self.signal.phones[who].messages) if who in self.signal.phones else set()
        self.signal.say(who, text)
        await self.signal.until(lambda: self._is_answered(who, before))
        await self.settled(who)
        return self.last(who).text

    async def settled(self, who: str) -> None:
        """Wait until nobody is being answered."""
        await until(lambda: not self.dispatcher.is_talking(Address("signal", who)))

    def _is_answered(self, who: str, before: set[int]) -> bool:
        return any(each.timestamp not in before for each in self.signal.phones[who].shown)

    async def known(self, who: str) -> Contact:
        """Return what is kept about somebody."""
        return await read(self.store, Address("signal", who))

    async def join(self, *addresses: Address) -> None:
        """Let women join the group."""
        for address in addresses:
            await join(self.store, address)

    async def announce(self, notice: Notice) -> None:
        """Let something be said to the group."""
        await self.store.outbox.announce(notice)
        self.outbox.wake()

    async def arrive(self, **wanted: int) -> None:
        """Wait until the deliveries are in these states."""
        found: dict[str, int] = {}
        try:
            async with asyncio.timeout(10):
                while (found := await states(self.store)) != wanted:
                    self.outbox.wake()
        except TimeoutError:
            assert found == wanted


@asynccontextmanager
async def on_signal(
    folder: Path, judge: Callable[[datetime], Awaitable[object]] = judging, *, first_rate: float = 100.0
) -> AsyncIterator[SignalScene]:
    """Run the bot on Signal, with Telegram in memory beside it."""
    clock, watch, sleeper, chats = Clock(), Watch(), Sleeper(), Chats()
    clock.set(START)

    async def current() -> Library:
        return shipped()

    async with Suspicious() as signal, Store.open(folder / "data" / "comadre.sqlite3", Vault(KEY)) as store:
        dispatcher = Dispatcher(store, current, clock.now, sleeper)
        outbox = Outbox(store, dispatcher.channels, clock.now, judge, is_talking=dispatcher.is_talking)  # type: ignore[arg-type]
        dispatcher.outbox = outbox
        pace = Pace(10, first_rate=first_rate)
        outbox.pace("signal", pace)
        daemon = Daemon(signal.where, sleep=lambda _: asyncio.sleep(0.01))
        channel = Signal(daemon, ACCOUNT, pace=pace, sleep=sleeper, clock=watch)
        dispatcher.channels |= {"signal": channel, "telegram": chats}
        running = asyncio.create_task(channel.run(dispatcher.accept))
        outbox.start()
        try:
            yield SignalScene(store, dispatcher, outbox, channel, signal, chats, clock, watch, sleeper)
        finally:
            sleeper.wake()
            await asyncio.gather(dispatcher.finish(5.0), outbox.finish(5.0))
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
