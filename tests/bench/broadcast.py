"""What a broadcast costs the women who write meanwhile, and how much of the platform's limit it uses."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.measure import percentile, settled, with_open
from tests.bench.process import Bot, Kind, running
from tests.bench.women import Women
from tests.bot_api.limits import Limits
from tests.fake_bot_api import FakeBotApi, Message

ROUND_TRIP = 0.04
WOMEN = 50
FIRST = 100_000
READS = (5.0, 15.0)
"""Seconds that a woman reads a screen, from and to."""
WARM = 5.0
SILENCE = 15.0
"""Seconds without a recipient after which no more is expected."""
LONGEST = 600.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much is sent: messages a second that the platform takes, recipients, seconds of calm before."""

    rate: int
    many: int
    calm: float


FULL = (Size(30, 900, 30.0), Size(300, 3000, 20.0))
QUICK = (Size(30, 150, 8.0),)


class Watch:
    """Counts what recipients got, and when, beside the women."""

    def __init__(self, api: FakeBotApi, limits: Limits) -> None:
        """Listen to all that is shown."""
        self._limits, self._women = limits, api.on_shown
        self.received: Counter[int] = Counter()
        self.first: tuple[float, int] | None = None
        self.last = (0.0, 0)
        api.on_shown = self._saw

    def _saw(self, chat: int, message: Message) -> None:
        if chat >= FIRST:
            self.received[chat] += 1
            self.last = time.perf_counter(), self._limits.taken
            self.first = self.first or self.last
        elif self._women:
            self._women(chat, message)

    async def over(self, many: int) -> None:
        """Wait until everybody has it, or nobody gets it any more."""
        began = time.perf_counter()

        def is_over() -> bool:
            return len(self.received) >= many or time.perf_counter() > max(began, self.last[0]) + SILENCE

        await settled(is_over, LONGEST)

    def share(self, rate: int) -> float | None:
        """Return how much of the limit was used between the first recipient and the last, answers included."""
        if self.first is None or self.last == self.first:
            return None
        (began, before), (ended, after) = self.first, self.last
        return round((after - before) / (ended - began) / rate, 3)


async def broadcast(kind: Kind, folder: Path, size: Size) -> dict[str, Any]:
    """Let women talk, first in calm and then beside a broadcast."""
    more = {"BENCH_RECIPIENTS": f"{FIRST}:{size.many}", "BENCH_RATE": str(size.rate), "COMADRE_RATE": str(size.rate)}
    async with running(kind, folder, round_trip=ROUND_TRIP, more=more) as bot:
        return await _measure(bot, size)


async def _measure(bot: Bot, size: Size) -> dict[str, Any]:
    chance = random.Random(7)  # noqa: S311 - the same women for every bot
    limits = bot.api.limits = Limits(size.rate, chat=0)
    bot.api.meet(*range(FIRST, FIRST + size.many))
    women = Women(bot.api, WOMEN, think=lambda: chance.uniform(*READS))
    watch = Watch(bot.api, limits)
    women.start()
    await asyncio.sleep(READS[1] + WARM)
    women.clear()
    await asyncio.sleep(size.calm)
    calm = percentile(with_open(women), 0.95)
    women.clear()
    refused, cpu = limits.refused, bot.cpu()
    bot.begin()
    await watch.over(size.many)
    during, women_answered = percentile(with_open(women), 0.95), women.answered
    women.stop()
    return {
        "rate": size.rate,
        "recipients": size.many,
        "share": watch.share(size.rate),
        "took_s": round(watch.last[0] - watch.first[0], 1) if watch.first else None,
        "refused": limits.refused - refused,
        "answers": women_answered,
        "p95_calm_ms": calm,
        "p95_ms": during,
        "times_calm": round(during / calm, 2) if calm and during else None,
        "missing": size.many - len(watch.received),
        "doubled": sum(watch.received.values()) - len(watch.received),
        "cpu_s": round(bot.cpu() - cpu, 2),
    }
