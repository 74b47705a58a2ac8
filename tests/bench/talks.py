"""How long words take between two people who talk through the bot, where many do at once, and after a kill."""

import asyncio
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bot.core.contact import Contact, Position
from bot.core.conversation import ROUTE_KEPT, Aim, Conversation, ConversationState, Seat
from bot.core.house import House, Role, Staff, Talked
from bot.core.message import Address, fold
from bot.core.turn import Turn
from bot.settings import Settings
from bot.storage.store import Store
from bot.storage.vault import open_vault
from tests.bench.measure import percentile, settled
from tests.bench.process import KINDS, running
from tests.fake_bot_api import FakeBotApi, Message

TALKS = 200
EACH = 5
"""Conversations that one who answers has open."""
WOMAN, PEER = 10_000, 50_000
THINKS = (2.0, 6.0)
"""Seconds, from and to, between two messages of one person in one conversation."""
LINE = "porto-peers"
WARM = 4.0
KILLS = 5
LONGEST = 180.0
"""Seconds after which what has not arrived is lost: a machine that does other work has much to make good."""


@dataclass(frozen=True, slots=True)
class Size:
    """Round trip to the platform, and how many seconds are measured."""

    round_trip: float
    window: float


FULL = (Size(0.0, 30.0), Size(0.04, 30.0))
QUICK = (Size(0.0, 8.0), Size(0.04, 8.0))


def words(number: int) -> str:
    """Return the two words of a conversation."""
    return f"talk number{number}"


def peer(number: int) -> int:
    """Return who answers in a conversation."""
    return PEER + number // EACH


async def prepare(folder: Path) -> None:
    """Let everybody be in the middle of a conversation."""
    settings = Settings(data_dir=folder / "data", key_file=folder / "key" / "comadre.key")
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    now = datetime.now(UTC)
    async with Store.open(settings.database, vault) as store:
        staff = [
            Staff(f"peer number{each}", Role.PEER, (), f"telegram:{PEER + each}", (LINE,), ("en",))
            for each in range(TALKS // EACH)
        ]

        def hire(connection: sqlite3.Connection) -> None:
            for each in staff:
                key = vault.pseudonym(Address.parse(each.address))
                sealed = vault.seal("staff", key, orjson.dumps(each.to_dict()))
                connection.execute("INSERT INTO staff (key, sealed) VALUES (?, ?)", (key, sealed))

        await store._database.commit_together(hire)
        for number in range(TALKS):
            answers = staff[number // EACH]
            await store.step(Address("telegram", str(WOMAN + number)), _begun(number, answers, now))
        for each in staff:
            await store.step(Address.parse(each.address), _begun(-1, each, now))


def _begun(number: int, staff: Staff, now: datetime) -> Any:
    """Return what puts somebody at her menu, and a woman into her conversation."""
    contact = Contact("en", position=Position("start", "menu"), seen=fold(now))
    talk = Conversation(
        *(f"{number:024}", LINE, Aim.TALK, words(number), f"telegram:{WOMAN + number}", "en"),
        state=ConversationState.OPEN,
        seats=(Seat(staff.designation, staff.address),),
        touched=fold(now),
        due_at=int((now + ROUTE_KEPT).timestamp()),
    )
    changes = (Talked(talk),) if number >= 0 else ()

    def act(_contact: Contact, _house: House) -> tuple[Contact, Turn]:
        return contact, Turn(contact, None, changes=changes)

    return act


class Crowd:
    """All who talk, and how long their words took."""

    def __init__(self, api: FakeBotApi, chance: random.Random) -> None:
        """Let everybody have met the bot."""
        self._api = api
        self._chance = chance
        self._numbers = iter(range(10**9))
        self._tasks: list[asyncio.Task[None]] = []
        self.asked: dict[str, tuple[int, float]] = {}
        """What is on its way: to which chat, and since when."""
        self.got: Counter[str] = Counter()
        self.strayed = 0
        self.latencies: list[float] = []
        api.on_shown = self._saw
        api.meet(*{chat for each in range(TALKS) for chat in (WOMAN + each, peer(each))})

    def start(self) -> None:
        """Let them talk."""
        sides = ((number, is_hers) for number in range(TALKS) for is_hers in (True, False))
        self._tasks = [asyncio.create_task(self._talk(*side)) for side in sides]

    async def stop(self) -> None:
        """Let nobody say anything more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _talk(self, number: int, is_hers: bool) -> None:  # noqa: FBT001 - one of two sides
        await asyncio.sleep(self._chance.uniform(0, THINKS[1]))
        while True:
            text = f"word{next(self._numbers)}"
            self.asked[text] = (peer(number) if is_hers else WOMAN + number, time.perf_counter())
            if is_hers:
                self._api.say(WOMAN + number, text)
            else:
                self._api.say(peer(number), f"{words(number)}: {text}")
            await asyncio.sleep(self._chance.uniform(*THINKS))

    def _saw(self, chat: int, message: Message) -> None:
        text = message.text.rpartition("\n")[2]
        if text not in self.asked:
            return
        to, at = self.asked[text]
        self.strayed += chat != to
        self.got[text] += 1
        if self.got[text] == 1:
            self.latencies.append(time.perf_counter() - at)

    def missing(self) -> Iterator[str]:
        """Return what was said and has not arrived."""
        return (text for text in self.asked if not self.got[text])


async def talks(folder: Path, size: Size) -> dict[str, Any]:
    """Let many talk for a while, then kill the bot some times in the middle of it."""
    await prepare(folder)
    async with running(KINDS["ours"], folder, round_trip=size.round_trip) as bot:
        crowd = Crowd(bot.api, random.Random(7))  # noqa: S311 - the same talk in every run
        crowd.start()
        await asyncio.sleep(WARM)
        crowd.latencies, cpu, at = [], bot.cpu(), time.perf_counter()
        await asyncio.sleep(size.window)
        seen, took, cpu = sorted(crowd.latencies), time.perf_counter() - at, bot.cpu() - cpu
        for _ in range(KILLS):
            await bot.kill()
            await bot.start()
            await asyncio.sleep(crowd._chance.uniform(0.5, 2.0))
        await crowd.stop()
        await settled(lambda: not any(crowd.missing()), LONGEST)
        return {
            "talks": TALKS,
            "round_trip_ms": round(1000 * size.round_trip),
            "messages_a_second": round(len(seen) / took, 1),
            "p50_ms": percentile(seen, 0.50),
            "p95_ms": percentile(seen, 0.95),
            "p99_ms": percentile(seen, 0.99),
            "above_p95_ms": round((percentile(seen, 0.95) or 0.0) - 1000 * size.round_trip, 2),
            "cpu_s_per_1000": round(1000 * cpu / len(seen), 3) if seen else None,
            "bot_busy": round(cpu / took, 2),
            "said": len(crowd.asked),
            "kills": KILLS,
            "lost": sum(1 for _ in crowd.missing()),
            "doubled": sum(number - 1 for number in crowd.got.values()),
            "strayed": crowd.strayed,
        }
