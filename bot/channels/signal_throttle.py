"""What becomes of sending while Signal throttles: answers are still tried, what we send first waits."""

import logging
from collections.abc import Callable

from bot.channels.base import SendError
from bot.channels.signal_answer import ThrottledError

LOOK_AGAIN = 300.0
"""Seconds that what we send first waits at most before it asks again: a person may have solved the captcha."""
SURE = 60.0
"""Seconds after a refusal from which a message that passes means that it is over."""
SAID_FOR = 3600.0
"""Seconds in which the operator is not told again."""

_LOG = logging.getLogger("comadre.signal")


class Throttle:
    """Knows for how long Signal wants less, and tells the operator once how to end it."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Count seconds by `clock`."""
        self._clock = clock
        self._until = self._hit_at = 0.0
        self._said_at = -SAID_FOR

    def check(self, rank: int) -> None:
        """Let answers pass; raises `SendError` for what we send first, with the time after which to ask again."""
        pause = min(self._until - self._clock(), LOOK_AGAIN)
        if rank and pause > 0.0:
            raise SendError("Signal asks to wait", retryable=True, after=pause)

    def refused(self, error: ThrottledError) -> None:
        """Note what Signal wants."""
        now = self._clock()
        self._hit_at, self._until = now, max(self._until, now + error.after)
        if now - self._said_at >= SAID_FOR:
            self._said_at = now
            _LOG.error(
                "Signal throttles us for %d s; %s. Only what we send first waits; see docs/signal.md",
                error.after,
                f"submitRateLimitChallenge ends it, with the challenge {error.challenge} and a captcha"
                if error.challenge
                else "it ends by itself",
            )

    def passed(self) -> None:
        """Note that Signal took a message."""
        if self._until and self._clock() - self._hit_at > SURE:
            self._until = 0.0
            _LOG.warning("Signal takes messages again")
