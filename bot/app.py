"""Where the layers meet: everything that lives as long as the program does."""

import asyncio
import resource
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Self

from bot.channels.base import Channel, Receive, SendError
from bot.clock import Clock
from bot.content.shelf import Shelf
from bot.core import mail
from bot.core.house import Rules
from bot.core.message import Address
from bot.core.speech import SOURCE
from bot.core.telling import judge
from bot.core.tending import tend
from bot.core.verdict import Judge
from bot.log import EVENTS, place_of
from bot.services.broadcasts import REFRESH_EVERY, REPEAT_EVERY, Broadcasts
from bot.services.carrier import Carrier
from bot.services.decisions import DECIDE_EVERY, Decisions
from bot.services.dispatcher import Dispatcher
from bot.services.door import Door
from bot.services.flood import Flood
from bot.services.lines import TEND_EVERY, Lines
from bot.services.outbox import Outbox
from bot.services.pace import Pace
from bot.services.post import Post
from bot.services.reminders import Reminders
from bot.settings import Settings
from bot.storage.letterbox import Sort
from bot.storage.store import Store
from bot.storage.vault import open_vault

if TYPE_CHECKING:
    from bot.channels.signal import Signal
    from bot.channels.telegram import Telegram
    from bot.channels.web import Status, Web

COMMANDS = ("menu", "help", "back", "exit", "forget", "stop")
"""What Telegram's menu offers: the words that always work."""


PLATFORMS = frozenset(("telegram", "signal"))
"""Where people are, rather than whoever tries the content."""
SIGNAL_RATE = 10
"""Messages in a second, answers among them: Signal does not say how many it takes."""
PATIENCE = 5.0
"""Seconds that a stop waits for the screens that are on their way."""


class StartProblem(Exception):  # noqa: N818 - the operator's problem, not an error of the program
    """What keeps the program from serving anyone, in one line that says the way out."""


class App:
    """The running bot: `async with App(settings) as app: await app.run()`."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        """Take the settings; nothing is opened yet."""
        self.settings = settings
        self.clock = clock or Clock()
        self.shelf = Shelf(settings.content_dir, self.clock.now)
        self.has_new_key = False
        self.store: Store
        self.dispatcher: Dispatcher
        self.reminders: Reminders
        self.outbox: Outbox
        self.post: Post
        self.carrier: Carrier
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open key, database and content; raises `KeyProblem` or `StoreProblem` with one clear line."""
        # A core dump would carry the key and what women wrote.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        settings = self.settings
        vault, self.has_new_key = open_vault(settings.key_file, settings.database, settings.data_dir)
        rules = Rules(
            settings.broadcasts_a_day,
            needs_two=settings.broadcast_approval == "two",
            most_conversations=settings.most_conversations,
            disappears_after=settings.signal_timer,
        )
        opened = Store.open(settings.database, vault, languages=self._languages, rules=rules)
        self.store = await self._stack.enter_async_context(opened)
        self.dispatcher = Dispatcher(self.store, self.shelf.library, self.clock.now)
        self.dispatcher.door = Door(self.store, Flood(settings.rate))
        self.reminders = Reminders(self.store, self.shelf.library, self.clock.now)
        channels, is_talking = self.dispatcher.channels, self.dispatcher.is_talking
        self.carrier = Carrier(channels, time.monotonic)
        carry = self.dispatcher.carry = self.carrier.carry
        self.outbox = Outbox(self.store, channels, self.clock.now, self._judging, is_talking=is_talking, carry=carry)
        self.dispatcher.outbox = self.outbox
        self.post = Post(self.store, channels, self.clock.now, self._sorting, is_talking=is_talking, carry=carry)
        self.dispatcher.post = self.post
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close what was opened, last first."""
        await self._stack.aclose()

    def add(self, channel: Channel) -> None:
        """Let people be reached through `channel`."""
        self.dispatcher.channels[channel.name] = channel

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM or SIGINT; what is in hand is finished, what is not is left to the platform."""
        self._add_configured()
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        owed = await self.store.owing()
        channels = [asyncio.create_task(each.run(self._intake(each))) for each in self.dispatcher.channels.values()]
        try:
            if not await self.shelf.open():
                raise StartProblem(f"{self.shelf.folder}: cannot be used; comadre check says why")
            ready()
            self.outbox.start()
            self.post.start()
            await self._attend(channels, stopping, owed)
        finally:
            works = (self.dispatcher.finish(PATIENCE), self.outbox.finish(PATIENCE), self.post.finish(PATIENCE))
            await asyncio.gather(*works)
            for task in channels:
                task.cancel()
            await asyncio.gather(*channels, return_exceptions=True)

    async def _judging(self, now: datetime) -> Judge:
        return judge(await self.shelf.library(), now)

    async def _sorting(self, now: datetime) -> Sort:
        return mail.judge(await self.shelf.library(), now)

    def _intake(self, channel: Channel) -> Receive:
        """Choose when an update is settled: where a screen that is due survives a crash, as soon as it is stored."""
        return self.dispatcher.accept if channel.name in PLATFORMS else self.dispatcher.receive

    async def talk(self, channel: Channel) -> None:
        """Serve one channel until its person leaves: the terminal."""
        if not await self.shelf.open():
            raise StartProblem(f"{self.shelf.folder}: cannot be used; comadre check says why")
        await channel.run(self.dispatcher.receive)

    async def _attend(
        self, channels: "list[asyncio.Task[None]]", stopping: asyncio.Event, owed: Sequence[Address]
    ) -> None:
        """Do what can wait until the first answers: watch the files, tick, introduce ourselves."""
        # Imported late: not needed before the first poll.
        from bot.services.schedule import LOOK_EVERY, PURGE_EVERY, RING_EVERY, Schedule  # noqa: PLC0415

        schedule = Schedule()
        schedule.every(RING_EVERY, self.dispatcher.ring)
        schedule.every(RING_EVERY, self.store.flush)
        broadcasts = Broadcasts(self.store, self.shelf.library, self.clock.now)
        schedule.every(REPEAT_EVERY, broadcasts.tick)
        schedule.every(REFRESH_EVERY, self.dispatcher.refresh)
        schedule.every(DECIDE_EVERY, Decisions(self.store, self.clock.now).tick)
        schedule.every(LOOK_EVERY, self.reminders.tick)
        lines = Lines(self.store, self.shelf.library, self.clock.now, tend, self.post.wake)
        schedule.every(TEND_EVERY, lines.tick)
        schedule.every(LOOK_EVERY, self.carrier.forget)
        schedule.every(PURGE_EVERY, lambda: self.store.purge(self.clock.now()))
        schedule.start()
        stopped = asyncio.create_task(_until(stopping))
        watched = broadcasts.resume(self.dispatcher)
        works = (self.dispatcher.resume(owed), watched, self.shelf.watch(self._announce), self._introduce())
        beside = [asyncio.create_task(work) for work in works]
        try:
            await asyncio.wait([*channels, stopped], return_when=asyncio.FIRST_COMPLETED)
            for task in channels:
                if task.done() and (error := task.exception()):
                    raise _explain(error, self.settings) from None
        finally:
            schedule.stop()
            for task in (stopped, *beside):
                task.cancel()
            for result in await asyncio.gather(stopped, *beside, return_exceptions=True):
                if isinstance(result, Exception):
                    EVENTS.error("task beside the channels failed: %s", place_of(result))

    def _add_configured(self) -> None:
        settings = self.settings
        if settings.telegram_token:
            self.add(self._telegram(settings.telegram_token.get_secret_value()))
        if settings.signal_socket and settings.signal_account:
            self.add(self._signal(settings.signal_socket, settings.signal_account))
        if settings.preview_port is not None:
            self.add(self._web(settings.preview_port))

    def _telegram(self, token: str) -> "Telegram":
        from bot.channels.telegram import Telegram  # noqa: PLC0415 - slow to import, needed only with a token

        settings = self.settings
        pace = Pace(settings.rate, settings.chat_rate)
        self.outbox.pace(Telegram.name, pace)
        self.post.pace(Telegram.name, pace)
        return Telegram(
            token,
            api_url=settings.telegram_api_url,
            protect_content=settings.protect_content,
            group_notice=self._group_notice,
            pace=pace,
        )

    def _signal(self, where: str, account: str) -> "Signal":
        from bot.channels.signal import Signal  # noqa: PLC0415 - needed only with an account
        from bot.channels.signal_daemon import Daemon  # noqa: PLC0415 - the same
        from bot.channels.signal_guard import danger  # noqa: PLC0415 - the same

        look = partial(danger, where, allows_remote=self.settings.signal_remote)
        if why := look():
            raise StartProblem(why)
        pace = Pace(SIGNAL_RATE, first_rate=self.settings.signal_rate / 60)
        self.outbox.pace(Signal.name, pace)
        self.post.pace(Signal.name, pace)
        return Signal(Daemon(where, danger=look), account, pace=pace, timer=self.settings.signal_timer)

    def _web(self, port: int) -> "Web":
        from bot.channels.web import Web  # noqa: PLC0415 - not needed on a server

        return Web(port, clock=self.clock, describe=self._describe)

    def _describe(self) -> "Status":
        library = self.shelf.current
        languages = library.speech.languages if library else {}
        return {
            "languages": {code: {"name": each.name, "direction": each.direction} for code, each in languages.items()},
            "findings": [str(finding) for finding in self.shelf.errors],
            "clock": self.clock.now().isoformat(timespec="seconds"),
            # Moving the clock would move the timers of real people.
            "clock_settable": PLATFORMS.isdisjoint(self.dispatcher.channels),
        }

    def _languages(self) -> Iterable[str]:
        library = self.shelf.current
        return library.speech.languages if library else ()

    def _group_notice(self, locale: str) -> str:
        library = self.shelf.current
        return library.phrase(library.speech.negotiate(locale), "group_notice") if library else ""

    async def _announce(self) -> None:
        for channel in self.dispatcher.channels.values():
            if channel.name == "web":
                await channel.announce()  # type: ignore[attr-defined]  # only the preview has a page to tell

    async def _introduce(self) -> None:
        telegram = self.dispatcher.channels.get("telegram")
        if telegram is None:
            return
        library = await self.shelf.library()
        commands, descriptions = {}, {}
        for code in ("", *library.speech.languages):
            say = partial(library.phrase, code or SOURCE)
            commands[code] = [(word, say(f"command_{word}")) for word in COMMANDS]
            descriptions[code] = say("introduction")
        await telegram.introduce(commands, descriptions)  # type: ignore[attr-defined]  # only Telegram has a menu


async def _until(event: asyncio.Event) -> None:
    await event.wait()


def _explain(error: BaseException, settings: Settings) -> BaseException:
    if isinstance(error, OSError):
        return StartProblem(f"port {settings.preview_port} is taken; set COMADRE_PREVIEW to another")
    if isinstance(error, SendError):
        return StartProblem(f"{error}; check COMADRE_TELEGRAM_TOKEN")
    return error
