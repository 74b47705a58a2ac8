"""E3: a program that is killed again and again in one broadcast reaches everybody, and few of them twice."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bot.core.message import Address
from bot.core.notice import Notice, NoticeKind
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.bot_api.chats import Message
from tests.fake_bot_api import FakeBotApi
from tests.services.scene import join
from tests.storage.example import KEY

ROOT = Path(__file__).parents[2]
MANY = 800
KILLS = 50
RATE = 100
FIRST = 1000
CHATS = range(FIRST, FIRST + MANY)


async def prepare(path: Path) -> None:
    """Fill a database with members, and a notice for them."""
    async with Store.open(path, Vault(KEY)) as store:
        await asyncio.gather(*(join(store, Address("telegram", str(chat))) for chat in CHATS))
        at = int(datetime.now(UTC).timestamp())
        await store.outbox.announce(Notice(NoticeKind.BROADCAST, ("porto",), at, at + 86400))


def read(path: Path, query: str) -> list[tuple[bytes]]:
    """Ask the file, as it lies there after a kill."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def in_the_air(path: Path) -> set[bytes]:
    """Return the pseudonyms of those whose delivery nobody knows the end of."""
    return {key for (key,) in read(path, "SELECT contact FROM delivery WHERE state = 'sending'")}


class Senders:
    """Senders, one after the other."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take the process that forks them."""
        self._process = process
        self._handle = -1
        self.has_ended = asyncio.Event()

    async def start(self) -> None:
        """Start one."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(b"\n")
        self._handle = os.pidfd_open(int(await self._process.stdout.readline()))
        self.has_ended.clear()
        asyncio.get_running_loop().add_reader(self._handle, self._end)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._handle >= 0:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
        os.close(self._handle)
        self._handle = -1
        self.has_ended.set()


@asynccontextmanager
async def senders(api: FakeBotApi, path: Path, work: str = "broadcast") -> AsyncIterator[Senders]:
    """Start what starts senders, and leave none behind."""
    arguments = (work, str(path), api.url, api.token, str(RATE))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.security.sender",
        *arguments,
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    found = Senders(process)
    try:
        yield found
    finally:
        found.kill()
        assert process.stdin
        process.stdin.close()
        await process.wait()


async def test_fifty_kills_in_a_broadcast_miss_nobody_and_double_only_what_was_in_the_air(tmp_path: Path) -> None:
    path, chance = tmp_path / "data" / "comadre.sqlite3", Random(7)  # noqa: S311 - the same points in every run
    doubtful: Counter[bytes] = Counter()
    await prepare(path)
    async with FakeBotApi() as api, senders(api, path) as sender:
        api.meet(*CHATS)
        for _ in range(KILLS):
            await sender.start()
            await one_kill(api, sender, chance)
            await sender.has_ended.wait()
            doubtful.update(in_the_air(path))
        await sender.start()
        async with asyncio.timeout(60):
            await sender.has_ended.wait()
        assert api.called("getMe")
        received = {chat: len(api.chats[chat].visible()) for chat in CHATS}
    vault = Vault(KEY)
    keys = {chat: vault.pseudonym(Address("telegram", str(chat))) for chat in CHATS}
    assert min(received.values()) == 1
    assert all(number - 1 <= doubtful[keys[chat]] for chat, number in received.items())
    assert 0 < sum(received.values()) - MANY <= sum(doubtful.values())
    assert read(path, "SELECT state, count(*) FROM delivery GROUP BY state") == [("sent", MANY)]
    assert read(path, "PRAGMA integrity_check") == [("ok",)]


async def one_kill(api: FakeBotApi, sender: Senders, chance: Random) -> None:
    """Kill the sender after some more messages: between two of them, or before it hears of the last."""
    seen = len(api.calls)
    wanted = seen + chance.randrange(1, 25)
    if chance.random() < 0.5:
        await api.until(lambda: len(api.calls) >= wanted, 30)
        sender.kill()
        return

    def kill(_chat: int, _message: Message) -> None:
        if len(api.calls) >= wanted - 1:
            sender.kill()

    api.on_shown = kill
    async with asyncio.timeout(30):
        await sender.has_ended.wait()
    api.on_shown = None
