"""A bot as a process of its own, on a core of its own."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.fake_bot_api import FakeBotApi

ROOT = Path(__file__).parents[2]
PEERS = Path(__file__).parent / "peers"
PEER_PYTHON = ROOT / ".bench" / "venv" / "bin" / "python"
TICK = os.sysconf("SC_CLK_TCK")
SERVER_CORE, BOT_CORE = (sorted(os.sched_getaffinity(0)) * 2)[:2]
START_WITHIN = 20.0


class BotFailedError(Exception):
    """The bot did not come up: its last words."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A bot that can be measured."""

    name: str
    title: str
    command: tuple[str, ...]


def _ours() -> tuple[str, ...]:
    script = Path(sys.executable).with_name("comadre")
    # A script from elsewhere runs what is installed there, and not the program beside this bench.
    is_here = script.exists() and script.is_relative_to(ROOT)
    return (str(script), "run") if is_here else (sys.executable, "-m", "bot", "run")


KINDS = {
    kind.name: kind
    for kind in (
        Kind("ours", "Comadre", _ours()),
        Kind(
            "conversation", "PTB ConversationHandler + pickle", (str(PEER_PYTHON), str(PEERS / "ptb_conversation.py"))
        ),
        Kind("aiogram", "aiogram FSM + SQLite", (str(PEER_PYTHON), str(PEERS / "aiogram_sqlite.py"))),
        Kind("echo", "PTB echo, no state", (str(PEER_PYTHON), str(PEERS / "ptb_echo.py"))),
        Kind("floor", "no framework, SQLite", (str(PEER_PYTHON), str(PEERS / "floor.py"))),
    )
}
BROADCASTERS = (
    Kind("ours", "Comadre", (sys.executable, "-m", "tests.bench.herald")),
    Kind("limiter", "PTB AIORateLimiter", (str(PEER_PYTHON), str(PEERS / "ptb_broadcast.py"))),
    Kind("bucket", "token bucket", (str(PEER_PYTHON), str(PEERS / "bucket_broadcast.py"))),
)
"""Bots that begin to broadcast when they get SIGUSR1."""
RELAY = Kind("relay", "floor: no disk", (sys.executable, str(PEERS / "relay.py")))
"""What the platform itself takes, where two people talk through a bot: the table is in BENCH_TABLE."""


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Let what is started here run on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass(slots=True)
class Bot:
    """A running bot and what it costs."""

    kind: Kind
    api: FakeBotApi
    folder: Path
    content: Path | None = None
    more: dict[str, str] = field(default_factory=dict)
    """Environment besides the usual."""
    to_first_poll: float = 0.0
    started_at: float = 0.0
    _process: asyncio.subprocess.Process | None = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process
        return self._process.pid

    async def start(self) -> None:
        """Start it and wait for its first poll; raises `BotFailedError`."""
        polls = self.api.updates.polls
        self.folder.mkdir(parents=True, exist_ok=True)
        with on_core(BOT_CORE), (self.folder / "words").open("ab") as words:
            self.started_at = time.perf_counter()
            self._process = await asyncio.create_subprocess_exec(
                *self.kind.command, cwd=ROOT, env=self._environment(), stdout=words, stderr=words
            )
        polled = asyncio.ensure_future(self.api.until(lambda: self.api.updates.polls > polls, START_WITHIN))
        died = asyncio.ensure_future(self._process.wait())
        await asyncio.wait({polled, died}, return_when=asyncio.FIRST_COMPLETED)
        self.to_first_poll = time.perf_counter() - self.started_at
        failed = died.done() or polled.exception()
        for waiting in (polled, died):
            waiting.cancel()
        if failed:
            await self.kill()
            raise BotFailedError(" / ".join((self.folder / "words").read_text().splitlines()[-3:]) or "no word")

    async def kill(self) -> None:
        """End it as a power cut would."""
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGKILL)
        if self._process:
            await self._process.wait()

    def begin(self) -> None:
        """Let it broadcast."""
        os.kill(self.pid, signal.SIGUSR1)

    def cpu(self) -> float:
        """Return the CPU seconds it used, all threads together."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def resident(self) -> float:
        """Return its resident memory in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    def _environment(self) -> dict[str, str]:
        content = {"COMADRE_CONTENT_DIR": str(self.content)} if self.content else {}
        return {name: value for name, value in os.environ.items() if not name.startswith("COMADRE_")} | content | {
            "COMADRE_TELEGRAM_TOKEN": self.api.token,
            "COMADRE_TELEGRAM_API_URL": self.api.url,
            "COMADRE_DATA_DIR": str(self.folder / "data"),
            "COMADRE_KEY_FILE": str(self.folder / "key" / "comadre.key"),
            "COMADRE_LOG_LEVEL": "WARNING",
            "COMADRE_PREVIEW": "off",
            "COMADRE_RATE": "100000",
        } | self.more  # fmt: skip


@contextlib.asynccontextmanager
async def running(
    kind: Kind,
    folder: Path,
    *,
    round_trip: float = 0.0,
    content: Path | None = None,
    more: dict[str, str] | None = None,
) -> AsyncIterator[Bot]:
    """Run a bot against a server of its own, from nothing."""
    async with FakeBotApi(round_trip=round_trip, record=False) as api:
        bot = Bot(kind, api, folder, content, more or {})
        try:
            await bot.start()
            yield bot
        finally:
            await bot.kill()
