"""What is measured; nothing here judges a figure."""

import asyncio
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.process import ROOT, Bot, Kind, running
from tests.bench.women import Women

OPEN_STEPS = 20
REST = 1.0
IN_FLIGHT = 0.2
"""What the bot sent before it was killed still arrives."""
BETWEEN_EDITS = 3.0
CONTENT = ("flows", "locales", "directory.yaml")


@dataclass(frozen=True, slots=True)
class Length:
    """How long each part takes, in seconds."""

    warm: float
    window: float
    patience: float
    """How long an open step may stay unanswered after a restart."""
    crowd: int
    """How many women come once, for the memory that they cost."""
    reloads: int


FULL = Length(warm=1.0, window=4.0, patience=10.0, crowd=10_000, reloads=5)
QUICK = Length(warm=0.3, window=1.2, patience=2.0, crowd=1_000, reloads=1)


def percentile(sorted_values: Sequence[float], share: float) -> float | None:
    """Return the value below which this share lies, in ms, if anything was measured."""
    if not sorted_values:
        return None
    return round(1000 * sorted_values[min(int(share * len(sorted_values)), len(sorted_values) - 1)], 2)


async def load(kind: Kind, folder: Path, women: int, round_trip: float, length: Length) -> dict[str, Any]:
    """Run a closed loop for a window: steps a second, CPU, latency."""
    async with running(kind, folder, round_trip=round_trip) as bot:
        crowd = Women(bot.api, women)
        crowd.start()
        await asyncio.sleep(length.warm)
        crowd.clear()
        cpu, own, at = bot.cpu(), time.process_time(), time.perf_counter()
        await asyncio.sleep(length.window)
        took, own, cpu = time.perf_counter() - at, time.process_time() - own, bot.cpu() - cpu
        crowd.stop()
        seen = with_open(crowd)
        return {
            "women": women,
            "round_trip_ms": round(1000 * round_trip),
            "steps_a_second": round(crowd.answered / took, 1),
            "cpu_s_per_1000": round(1000 * cpu / crowd.answered, 3) if crowd.answered else None,
            "p50_ms": percentile(seen, 0.50),
            "p95_ms": percentile(seen, 0.95),
            "p99_ms": percentile(seen, 0.99),
            "steps": crowd.answered,
            "stages": dict(crowd.stages),
            "lost": dict(crowd.lost.most_common(3)),
            "bot_busy": round(cpu / took, 2),
            "server_busy": round(own / took, 2),
            "to_first_poll_s": round(bot.to_first_poll, 3),
        }


async def crowd(kind: Kind, folder: Path, length: Length) -> dict[str, Any]:
    """Read the memory of a bot after many women came once."""
    async with running(kind, folder) as bot:
        women = Women(bot.api, length.crowd, once=True)
        women.start(together=50)
        await settled(lambda: women.answered >= length.crowd, 60.0)
        return {"women": women.answered, "resident_mb": round(bot.resident(), 1)}


def with_open(women: Women) -> list[float]:
    """Return the latencies in order, with what open steps have waited so far when that is already long.

    Without them, a bot so slow that most steps outlast the window would look quick.
    """
    seen, now = sorted(women.latencies), time.perf_counter()
    median = seen[len(seen) // 2] if seen else 0.0
    return sorted(seen + [now - woman.asked_at for woman in women.open() if now - woman.asked_at > median])


async def life(kind: Kind, folder: Path, length: Length) -> dict[str, Any]:
    """Read the memory at rest, kill under load, start again, and count the open steps that nobody ever answers."""
    async with running(kind, folder) as bot:
        to_first_poll = bot.to_first_poll
        await asyncio.sleep(REST)
        resident = bot.resident()
        women = Women(bot.api, OPEN_STEPS)
        women.start()
        await asyncio.sleep(length.warm)
        women.stop()
        await bot.kill()
        await asyncio.sleep(IN_FLIGHT)
        waiting = len(women.open())
        women.clear()
        await bot.start()
        polled_at = time.perf_counter()
        first = await settled(lambda: women.answered > 0, length.patience)
        to_first_reply = time.perf_counter() - bot.started_at if first else None
        await settled(lambda: not women.open(), length.patience - (time.perf_counter() - polled_at))
        return {
            "to_first_poll_s": round(to_first_poll, 3),
            "resident_mb": round(resident, 1),
            "open": waiting,
            "never_answered": len(women.open()),
            "restart_to_first_reply_s": round(to_first_reply, 3) if to_first_reply else None,
        }


async def reload(kind: Kind, folder: Path, length: Length) -> dict[str, Any]:
    """Look for the longest answer to one woman while the content is loaded again."""
    content = folder / "content"
    content.mkdir(parents=True)
    for name in CONTENT:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, content / name)
    async with running(kind, folder, content=content) as bot:
        woman = Women(bot.api, 1)
        woman.start()
        await asyncio.sleep(length.warm)
        calm = await _longest(bot, woman, None, length)
        return {"longest_calm_ms": calm, "longest_ms": await _longest(bot, woman, content / CONTENT[-1], length)}


async def _longest(bot: Bot, woman: Women, edited: Path | None, length: Length) -> float | None:
    woman.clear()
    for _ in range(length.reloads):
        if edited:
            with edited.open("a") as text:
                text.write(f"# edited for {bot.kind.name}\n")
        await asyncio.sleep(BETWEEN_EDITS)
    return percentile(sorted(woman.latencies), 1.0)


async def settled(holds: Any, within: float) -> bool:
    """Wait until it holds; false when it does not in time."""
    end = time.perf_counter() + within
    while not holds():
        if time.perf_counter() > end:
            return False
        await asyncio.sleep(0.005)
    return True
