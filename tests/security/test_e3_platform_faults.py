"""E3: whatever the platform does, every delivery is sent or settled, and only what was in the air comes twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.channels.telegram import Telegram
from bot.core.message import Address
from bot.core.notice import Notice, NoticeKind
from bot.services.outbox import Outbox
from bot.services.pace import Pace
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.bot_api.limits import Limits
from tests.bot_api.weather import Weather
from tests.fake_bot_api import FakeBotApi
from tests.fast_loop import run_fast
from tests.services.scene import START, join, judging, watch_the_end
from tests.storage.example import KEY
from tests.storage.test_notices import states

MANY = 300
FIRST = 1000


@dataclass
class Broadcast:
    """A broadcast to many over a real connection, on a loop whose time runs fast."""

    api: FakeBotApi
    store: Store
    telegram: Telegram
    ended: asyncio.Event

    def chats(self) -> range:
        """Return the recipients."""
        return range(FIRST, FIRST + MANY)

    def received(self) -> Counter[int]:
        """Count the messages in each chat."""
        return Counter({chat: len(self.api.chats[chat].visible()) for chat in self.chats()})

    async def over(self) -> dict[str, int]:
        """Wait for the end, and return the deliveries by state."""
        async with asyncio.timeout(3600):
            await self.ended.wait()
        return await states(self.store)

    async def reply(self, chat: int) -> float:
        """Answer somebody, and return how long that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        payload = {"chat_id": chat, "text": "An answer"}
        await self.telegram._say("sendMessage", payload, 0)
        return loop.time() - began


@asynccontextmanager
async def broadcast(folder: Path) -> AsyncIterator[Broadcast]:
    """Announce something to many; it goes out as soon as the block is entered."""
    loop = asyncio.get_running_loop()
    began = loop.time()

    def now() -> datetime:
        return START + timedelta(seconds=loop.time() - began)

    async with FakeBotApi(clock=loop.time, record=False) as api, Store.open(folder / "db", Vault(KEY)) as store:
        api.meet(*range(FIRST, FIRST + MANY))
        await asyncio.gather(*(join(store, Address("telegram", str(FIRST + each))) for each in range(MANY)))
        pace = Pace(30, now=loop.time)
        telegram = Telegram(api.token, api_url=api.url, pace=pace, random=Random(3).random)  # noqa: S311 - jitter
        outbox = Outbox(store, {"telegram": telegram}, now, judging, random=Random(3).random)  # noqa: S311 - jitter
        outbox.pace("telegram", pace)
        at = int(START.timestamp())
        await store.outbox.announce(Notice(NoticeKind.BROADCAST, ("porto",), at, at + 86400))
        outbox.start()
        try:
            yield Broadcast(api, store, telegram, watch_the_end(store))
        finally:
            await outbox.finish(5)
            await telegram.close()


def test_in_bad_weather_everybody_is_reached_and_only_what_was_carried_out_unseen_comes_twice(tmp_path: Path) -> None:
    async def main() -> None:
        async with broadcast(tmp_path) as sending:
            weather = Weather(Random(7), broken=0.02, lying=0.01, reset=0.02, stalled=0.01, throttled=0.01)  # noqa: S311
            sending.api.fault = weather
            sending.api.limits = Limits(overall=30, chat=1)
            sending.api.blocked = set(range(FIRST, FIRST + MANY, 20))
            found = await sending.over()
            received = sending.received()
        assert set(weather.met) == {"broken", "lying", "reset", "stalled", "throttled"}
        assert found == {"sent": MANY - MANY // 20, "gone": MANY // 20}
        assert {chat for chat in sending.chats() if not received[chat]} == sending.api.blocked
        assert {chat for chat, number in received.items() if number > 1} <= weather.doubtful

    run_fast(main())


def test_a_platform_that_is_gone_for_a_minute_costs_nobody_her_message(tmp_path: Path) -> None:
    async def main() -> None:
        async with broadcast(tmp_path) as sending:
            api = sending.api
            await api.until(lambda: sum(sending.received().values()) > MANY / 4, 300)
            port = int(api.url.rpartition(":")[2])
            await api.stop()
            gone = sum(sending.received().values())
            await asyncio.sleep(60)
            assert sum(sending.received().values()) == gone
            await api.start(port)
            found = await sending.over()
            received = sending.received()
        assert found == {"sent": MANY}
        assert set(received.values()) <= {1, 2}
        assert sum(number - 1 for number in received.values()) <= 2

    run_fast(main())


def test_a_platform_that_takes_less_than_it_said_slows_what_is_sent_first_and_no_answer(tmp_path: Path) -> None:
    async def main() -> None:
        async with broadcast(tmp_path) as sending:
            limits = sending.api.limits = Limits(overall=20, chat=0)
            sending.api.meet(1)
            await sending.api.until(lambda: limits.refused, 300)
            waits = []
            for _ in range(10):
                await asyncio.sleep(1)
                waits.append(await sending.reply(1))
            found = await sending.over()
            received = sending.received()
        assert found == {"sent": MANY}
        assert set(received.values()) == {1}
        assert limits.refused < MANY / 4
        assert sorted(waits)[len(waits) // 2] < 0.5

    run_fast(main())


@pytest.mark.parametrize("retry_after", [1, 30])
def test_a_storm_of_refusals_ends_and_everybody_gets_one(tmp_path: Path, retry_after: int) -> None:
    async def main() -> None:
        async with broadcast(tmp_path) as sending:
            sending.api.fault = weather = Weather(Random(7), throttled=0.9, retry_after=retry_after)  # noqa: S311
            await asyncio.sleep(30)
            storm = weather.met["throttled"]
            weather.throttled = 0.0
            found = await sending.over()
            assert set(sending.received().values()) == {1}
        assert found == {"sent": MANY}
        assert storm * retry_after < 30 * 10

    run_fast(main())
