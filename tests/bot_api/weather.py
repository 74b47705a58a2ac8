"""A platform that fails by chance, and in the same way in every run."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from tests.bot_api.state import Payload
from tests.fake_bot_api import Fault

STALL = 7.0
"""Seconds: longer than many clients wait, shorter than ours."""


@dataclass
class Weather:
    """How often a call that writes into a chat meets each kind of bad luck; `api.fault = Weather(…)`."""

    chance: Random
    broken: float = 0.0
    """A 502 that did nothing."""
    lying: float = 0.0
    """A 502 for what was done."""
    reset: float = 0.0
    """A connection that is closed without an answer; every other time after the call was carried out."""
    stalled: float = 0.0
    throttled: float = 0.0
    retry_after: int = 1
    is_down: bool = False
    """Every call is refused."""
    doubtful: set[int] = field(default_factory=set)
    """Chats that got a message which the bot does not know of."""
    met: Counter[str] = field(default_factory=Counter)

    def __call__(self, method: str, payload: Payload) -> Fault | None:
        """Return what befalls a call."""
        if self.is_down:
            return Fault(status=503)
        if method not in ("sendMessage", "sendPhoto", "sendVoice"):
            return None
        at = self.chance.random()
        for kind in ("broken", "lying", "reset", "stalled", "throttled"):
            at -= getattr(self, kind)
            if at < 0:
                self.met[kind] += 1
                return self._fault(kind, int(payload["chat_id"]))
        return None

    def _fault(self, kind: str, chat: int) -> Fault:
        is_done = kind == "lying" or (kind == "reset" and self.chance.random() < 0.5)
        if is_done:
            self.doubtful.add(chat)
        faults = {
            "broken": Fault(status=502, html="<html>502</html>"),
            "lying": Fault(status=502, before=False),
            "reset": Fault(drop=True, before=not is_done),
            "stalled": Fault(delay=STALL),
            "throttled": Fault(status=429, retry_after=self.retry_after),
        }
        return faults[kind]
