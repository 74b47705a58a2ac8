"""How long words take between two people who talk through the bot, where many do at once, and after a kill."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bot.core.contact import Contact, Position, Timed
from bot.core.conversation import ROUTE_KEPT, Aim, Conversation, ConversationState, Seat
from bot.core.house import House, Role, Staff, Talked
from bot.core.message import Address, fold
from bot.core.turn import Turn
from bot.settings import Settings
from bot.storage.store import Store
from bot.storage.vault import open_vault
from tests.bench.crowd import Crowd, Plan, words
from tests.bench.measure import percentile, settled
from tests.bench.phones import Phones
from tests.bench.process import KINDS, RELAY, Bot, running
from tests.fake_signal import ACCOUNT

LINE = "porto-peers"
WARM = 4.0
KILLS = 5
LONGEST = 180.0
"""Seconds after which what has not arrived is lost: a machine that does other work has much to make good."""


@dataclass(frozen=True, slots=True)
class Size:
    """Round trip to the platforms, how many seconds are measured, and with how many the woman is on Signal."""

    round_trip: float
    window: float
    on_signal: int = 0
    talks: int = 200

    @property
    def plan(self) -> Plan:
        """Who talks with whom."""
        return Plan(self.talks, self.on_signal)


FULL = (Size(0.0, 20.0), Size(0.04, 20.0), Size(0.04, 12.0, on_signal=30), Size(0.04, 12.0, on_signal=100))
QUICK = (Size(0.0, 8.0), Size(0.04, 8.0), Size(0.04, 6.0, on_signal=30), Size(0.04, 6.0, on_signal=100))


async def prepare(folder: Path, plan: Plan) -> None:
    """Let everybody be in the middle of a conversation."""
    settings = Settings(data_dir=folder / "data", key_file=folder / "key" / "comadre.key")
    vault, _ = open_vault(settings.key_file, settings.database, settings.data_dir)
    now = datetime.now(UTC)
    async with Store.open(settings.database, vault) as store:
        peers = {plan.peer(number): number for number in range(plan.talks)}
        staff = {
            address: Staff(f"peer number{place}", Role.PEER, (), str(address), (LINE,), ("en",))
            for place, address in enumerate(peers)
        }

        def hire(connection: sqlite3.Connection) -> None:
            for address, each in staff.items():
                key = vault.pseudonym(address)
                sealed = vault.seal("staff", key, orjson.dumps(each.to_dict()))
                connection.execute("INSERT INTO staff (key, sealed) VALUES (?, ?)", (key, sealed))

        await store._database.commit_together(hire)
        for number in range(plan.talks):
            woman, answers = plan.woman(number), staff[plan.peer(number)]
            await store.step(woman, _begun(now, Talked(_talk(number, woman, answers, now))))
        for address in staff:
            await store.step(address, _begun(now))


def _talk(number: int, woman: Address, staff: Staff, now: datetime) -> Conversation:
    return Conversation(
        *(f"{number:024}", LINE, Aim.TALK, words(number), str(woman), "en"),
        state=ConversationState.OPEN,
        seats=(Seat(staff.designation, staff.address),),
        touched=fold(now),
        due_at=int((now + ROUTE_KEPT).timestamp()),
    )


def _begun(now: datetime, *changes: Talked) -> Any:
    """Return what puts somebody at her menu, and a woman into her conversation."""
    contact = Contact("en", position=Position("start", "menu"), timed=Timed.GIVEN, seen=fold(now))

    def act(_contact: Contact, _house: House) -> tuple[Contact, Turn]:
        return contact, Turn(contact, None, changes=changes)

    return act


async def talks(folder: Path, size: Size) -> list[dict[str, Any]]:
    """Let many talk for a while: through a relay that does nothing else, and through ours, which is also killed."""
    floor = await _through_floor(folder / "floor", size)
    ours = await _through_ours(folder / "ours", size)
    for name in ("p50_ms", "p95_ms"):
        if floor[name] is not None and ours[name] is not None:
            ours[f"above_{name}"] = round(ours[name] - floor[name], 2)
    return [floor, ours]


async def _through_floor(folder: Path, size: Size) -> dict[str, Any]:
    more = {"BENCH_TABLE": str(_table(folder, size.plan))}
    async with running(RELAY, folder, round_trip=size.round_trip, more=more) as bot:
        crowd = Crowd(size.plan, bot.api)
        measured = await _listen(bot, crowd, size)
        await crowd.stop()
        return measured | {"strayed": crowd.strayed}


def _table(folder: Path, plan: Plan) -> Path:
    """Write down who talks with whom."""
    table = {plan.woman(each).id: (words(each), int(plan.peer(each).id)) for each in range(plan.talks)}
    folder.mkdir(parents=True)
    written = folder / "table.json"
    written.write_text(json.dumps(table))
    return written


async def _through_ours(folder: Path, size: Size) -> dict[str, Any]:
    await prepare(folder, size.plan)
    async with running(KINDS["ours"], folder, round_trip=size.round_trip) as bot:
        crowd = Crowd(size.plan, bot.api)
        measured = await _listen(bot, crowd, size)
        for _ in range(KILLS):
            await bot.kill()
            await bot.start()
            await asyncio.sleep(crowd.chance.uniform(0.5, 2.0))
        await crowd.stop()
        await settled(lambda: not any(crowd.missing()), LONGEST)
        return measured | {
            "said": len(crowd.asked),
            "kills": KILLS,
            "lost": sum(1 for _ in crowd.missing()),
            "doubled": sum(number - 1 for number in crowd.got.values()),
            "strayed": crowd.strayed,
        }


async def both(folder: Path, size: Size) -> list[dict[str, Any]]:
    """Let many talk for a while, some of the women on Signal: a row for each way that words go."""
    await prepare(folder, size.plan)
    async with AsyncExitStack() as stack:
        phones = await stack.enter_async_context(Phones(size.round_trip))
        more = {"COMADRE_SIGNAL_SOCKET": phones.where, "COMADRE_SIGNAL_ACCOUNT": ACCOUNT}
        ours = running(KINDS["ours"], folder, round_trip=size.round_trip, more=more)
        bot = await stack.enter_async_context(ours)
        crowd = Crowd(size.plan, bot.api, phones)
        await _listen(bot, crowd, size)
        await crowd.stop()
        ways = sorted({said.way for said in crowd.asked.values()})
        return [_way(crowd, way, size) for way in ways]


def _way(crowd: Crowd, way: str, size: Size) -> dict[str, Any]:
    seen = (took for each, took in crowd.took if each == way)
    waiting = sum(1 for text in crowd.missing() if crowd.asked[text].way == way)
    return {"way": way, "on_signal": size.on_signal} | _figures(seen, size, size.window) | {"waiting": waiting}


async def _listen(bot: Bot, crowd: Crowd, size: Size) -> dict[str, Any]:
    """Let them talk, and after a while measure."""
    crowd.start()
    await asyncio.sleep(WARM)
    crowd.took, cpu, at = [], bot.cpu(), time.perf_counter()
    await asyncio.sleep(size.window)
    seen, took, cpu = [each for _, each in crowd.took], time.perf_counter() - at, bot.cpu() - cpu
    return {"title": bot.kind.title} | _figures(seen, size, took) | {
        "cpu_s_per_1000": round(1000 * cpu / len(seen), 3) if seen else None,
        "bot_busy": round(cpu / took, 2),
    }  # fmt: skip


def _figures(times: Iterable[float], size: Size, within: float) -> dict[str, Any]:
    seen = sorted(times)
    return {
        "talks": size.talks,
        "round_trip_ms": round(1000 * size.round_trip),
        "messages_a_second": round(len(seen) / within, 1),
        "p50_ms": percentile(seen, 0.50),
        "p95_ms": percentile(seen, 0.95),
        "p99_ms": percentile(seen, 0.99),
    }
