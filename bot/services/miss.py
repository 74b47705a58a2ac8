"""What follows when something that we send did not arrive: another try, or the end of it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from bot.channels.base import SendError
from bot.log import EVENTS
from bot.services.line import Line

MOST_TRIES = 8
MOST_REFUSED = 2
"""Tries of what the platform refuses, in case that it was mistaken."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
MANY_GONE = 10
"""So many gone in a row are more likely a wrong token than so many women: from there on nothing of theirs ends."""


@dataclass(frozen=True, slots=True)
class Miss:
    """What follows: `again` after a pause, `unsure` until she writes, or the end, `failed` or `gone`."""

    state: str
    pause: timedelta = timedelta()
    has_failed: bool = False
    """It was tried, and counts as a try."""

    @classmethod
    def of(cls, error: SendError, tries: int, line: Line, at: float, chance: float) -> Self:
        """Judge an error after so many failures before; the line learns from it, and chance spreads the next tries."""
        if error.gone:
            return cls(_gone(line), has_failed=True)
        if error.changed:
            EVENTS.warning("something waits until she writes: whoever has her number now may be somebody else")
            return cls("unsure")
        if error.after:  # surely not sent: the platform only wants more time
            return cls("again", timedelta(seconds=error.after))
        line.failed(at)
        has_failed = not line.is_out
        if has_failed and tries + 1 >= (MOST_TRIES if error.retryable else MOST_REFUSED):
            return cls("failed", has_failed=True)
        return cls("again", min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE) * (0.75 + chance / 2), has_failed)


def _gone(line: Line) -> str:
    line.lost_one()
    if line.gone <= MANY_GONE:
        return "gone"
    EVENTS.error("more than %d in a row are gone, so nothing of theirs is ended: is the token right?", MANY_GONE)
    return "failed"
