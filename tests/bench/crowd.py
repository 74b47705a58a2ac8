"""Who talks with whom, on which platform, and how long their words take."""

import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from bot.core.message import Address
from tests.bench.phones import Phones
from tests.fake_bot_api import FakeBotApi, Message

EACH = 5
"""Conversations that one who answers has open."""
WOMAN, PEER = 10_000, 50_000
THINKS = (2.0, 6.0)
"""Seconds, from and to, between two messages of one person in one conversation."""
WORD = re.compile(r"word\d+")


def words(number: int) -> str:
    """Return the two words of a conversation."""
    return f"talk number{number}"


@dataclass(frozen=True, slots=True)
class Plan:
    """So many conversations, and with so many of them the woman is on Signal."""

    talks: int
    on_signal: int = 0

    def woman(self, number: int) -> Address:
        """Return where the woman of a conversation is; those on Signal are spread evenly over who answers."""
        before, after = (each * self.on_signal // self.talks for each in (number, number + 1))
        if after > before:
            return Address("signal", str(UUID(int=WOMAN + number)))
        return Address("telegram", str(WOMAN + number))

    def peer(self, number: int) -> Address:
        """Return where who answers in a conversation is."""
        return Address("telegram", str(PEER + number // EACH))

    def peers(self) -> int:
        """Count who answers."""
        return -(-self.talks // EACH)

    def addresses(self) -> set[Address]:
        """Return everybody."""
        return {side(number) for number in range(self.talks) for side in (self.woman, self.peer)}


@dataclass(frozen=True, slots=True)
class Said:
    """Something that is on its way: to whom, from which platform, and since when."""

    to: Address
    of: str
    at: float

    @property
    def way(self) -> str:
        """From where to where."""
        return f"{self.of} to {self.to.channel}"


class Crowd:
    """All who talk, and how long their words took."""

    def __init__(self, plan: Plan, api: FakeBotApi, phones: Phones | None = None) -> None:
        """Let everybody have met the bot."""
        self._plan = plan
        self._api = api
        self._phones = phones
        self.chance = random.Random(7)  # noqa: S311 - the same talk in every run
        self._numbers = iter(range(10**9))
        self._tasks: list[asyncio.Task[None]] = []
        self.asked: dict[str, Said] = {}
        self.got: Counter[str] = Counter()
        self.strayed = 0
        self.took: list[tuple[str, float]] = []
        """Of each text that has arrived, from where to where, and in how many seconds."""
        api.on_shown = self._saw_on_telegram
        api.meet(*(int(each.id) for each in plan.addresses() if each.channel == "telegram"))
        if phones:
            phones.on_shown = lambda who, text: self._saw(Address("signal", who), text)

    def start(self) -> None:
        """Let them talk."""
        sides = ((number, is_hers) for number in range(self._plan.talks) for is_hers in (True, False))
        self._tasks = [asyncio.create_task(self._talk(*side)) for side in sides]

    async def stop(self) -> None:
        """Let nobody say anything more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def missing(self) -> Iterator[str]:
        """Return what was said and has not arrived."""
        return (text for text in self.asked if not self.got[text])

    async def _talk(self, number: int, is_hers: bool) -> None:  # noqa: FBT001 - one of two sides
        woman, peer = self._plan.woman(number), self._plan.peer(number)
        await asyncio.sleep(self.chance.uniform(0, THINKS[1]))
        while True:
            text = f"word{next(self._numbers)}"
            of, to = (woman, peer) if is_hers else (peer, woman)
            self.asked[text] = Said(to, of.channel, time.perf_counter())
            self._say(of, text if is_hers else f"{words(number)}: {text}")
            await asyncio.sleep(self.chance.uniform(*THINKS))

    def _say(self, of: Address, text: str) -> None:
        if of.channel == "telegram":
            self._api.say(int(of.id), text)
        elif self._phones:
            self._phones.say_from_afar(of.id, text)

    def _saw_on_telegram(self, chat: int, message: Message) -> None:
        self._saw(Address("telegram", str(chat)), message.text)

    def _saw(self, by: Address, text: str) -> None:
        found = WORD.search(text)
        said = self.asked.get(found[0]) if found else None
        if not found or not said:
            return
        self.strayed += by != said.to
        self.got[found[0]] += 1
        if self.got[found[0]] == 1:
            self.took.append((said.way, time.perf_counter() - said.at))
