"""Signal as far away as Telegram is, which tells at once what somebody is shown."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.fake_signal import FakeSignal, Fault, Payload


class Phones(FakeSignal):
    """The daemon, and the phones of those who write to the bot through it."""

    def __init__(self, round_trip: float) -> None:
        """Take half of `round_trip` (seconds) each way; the daemon keeps what comes before somebody listens."""
        super().__init__(is_manual=True)
        self.on_shown: Callable[[str, str], None] = lambda *_: None
        self._half = round_trip / 2
        self.fault = self._far

    def say_from_afar(self, who: str, text: str) -> None:
        """Write to the bot: it comes in after half of the round trip."""
        asyncio.get_running_loop().call_later(self._half, self.say, who, text)

    def answer(self, method: str, params: Payload) -> Any:
        """Answer, and tell what appears."""
        result = super().answer(method, params)
        if method == "send":
            for who in params["recipient"]:
                self.on_shown(who, params["message"])
        return result

    def _far(self, _method: str, _params: Payload) -> Fault | None:
        if not self._half:
            return None
        gate = asyncio.Event()
        asyncio.get_running_loop().call_later(self._half, gate.set)
        return Fault(gate=gate)
