"""Women in a closed loop: each presses the next button as soon as she sees the answer to the last."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.fake_bot_api import FakeBotApi, Message

WAYS = r"back|menu|home|exit|hide|close|more|next|previous|another|else|again|forget|wrong|help|language|all"


@dataclass(frozen=True, slots=True)
class Stage:
    """One press of the way to a service: the button that she looks for, by its label."""

    name: str
    label: str
    must: bool = False
    """Whether she is lost without it; the other stages a bot may leave out."""


WAY = (
    Stage("language", r"english"),
    Stage("find", r"find", must=True),
    Stage("need", r"\bbed\b|shelter|sleep", must=True),
    Stage("city", r"^\W*porto\b"),
    Stage("who", r"show me all|anyone|doesn.t matter|skip"),
    Stage("result", rf"^(?!.*\b({WAYS})\b).*\w", must=True),
)


@dataclass(slots=True)
class Woman:
    """Where she is on the way, and since when she waits (0: she does not)."""

    chat: int
    stage: int = -1
    asked_at: float = 0.0


class Women:
    """All of them, and what they measured."""

    def __init__(
        self,
        api: FakeBotApi,
        count: int,
        *,
        first: int = 1000,
        once: bool = False,
        think: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """Let `count` women talk to the bot of `api`; `once` means one /start each, for what many of them cost.

        `think` says how many seconds each reads before she presses.
        """
        self._api = api
        self._think = think
        self._once = once
        self._women = {first + place: Woman(first + place) for place in range(count)}
        self._fresh = iter(list(self._women.values()))
        self._acting = False
        self.latencies: list[float] = []
        self.stages: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.answered = 0
        api.on_shown = self._saw

    def start(self, together: int | None = None) -> None:
        """Let them begin: all, or so many `together`, each followed by the next when she has her answer."""
        self._acting = True
        for _, woman in zip(range(together or len(self._women)), self._fresh, strict=False):
            asyncio.get_running_loop().call_later(self._think(), self._say_start, woman)

    def stop(self) -> None:
        """Let them press nothing more; what they wait for stays open."""
        self._acting = False

    def clear(self) -> None:
        """Begin to measure."""
        self.latencies, self.stages, self.lost, self.answered = [], Counter(), Counter(), 0

    def open(self) -> list[Woman]:
        """Return those who still wait for an answer."""
        return [woman for woman in self._women.values() if woman.asked_at]

    def _say_start(self, woman: Woman) -> None:
        woman.stage = -1
        self._asked(woman)
        self._api.say(woman.chat, "/start")

    def _asked(self, woman: Woman) -> None:
        woman.asked_at = time.perf_counter()

    def _saw(self, chat: int, message: Message) -> None:
        woman = self._women.get(chat)
        if woman is None or not woman.asked_at:
            return
        done = woman.stage == len(WAY) - 1
        if not message.buttons and not done:
            return  # the buttons are still to come: the screen has several messages
        self.latencies.append(time.perf_counter() - woman.asked_at)
        self.answered += 1
        self.stages[WAY[woman.stage].name if woman.stage >= 0 else "start"] += 1
        woman.asked_at = 0.0
        if self._acting:
            asyncio.get_running_loop().call_later(self._think(), self._go_on, woman, message, done)

    def _go_on(self, woman: Woman, message: Message, done: bool) -> None:  # noqa: FBT001 - call_later takes no keywords
        if not self._acting:
            return
        if self._once:
            if following := next(self._fresh, None):
                self._say_start(following)
        elif done or not self._press(woman, message):
            self._say_start(woman)

    def _press(self, woman: Woman, message: Message) -> bool:
        """Press the button of the next stage that this screen offers, or say that she is lost."""
        for place in range(woman.stage + 1, len(WAY)):
            button = message.button(WAY[place].label)
            if button and "callback_data" in button:
                woman.stage = place
                self._asked(woman)
                self._api.press(woman.chat, button["callback_data"], message.id)
                return True
            if WAY[place].must:
                break
        self.lost[f"{' '.join(message.text.split())[:60]} | {message.labels()[:8]}"] += 1
        return False
