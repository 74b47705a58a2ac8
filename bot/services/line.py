"""How the line to a platform is: whether it takes what we send first, and since when it has not."""

from bot.services.pace import Pace

OUT_AFTER = 3
"""So many failures in a row are the platform's, not those of the recipients."""
LONGEST_OUTAGE_PAUSE = 60.0
UNPACED = 20
"""Deliveries at once where nothing limits them."""


class Line:
    """One platform, as far as deliveries know it.

    While it is out, one delivery at a time tries whether it is back, and no failure counts against a recipient.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        """Begin in good weather; without a `pace` nothing limits it."""
        self.pace = pace
        self.in_air = 0
        self.gone = 0
        """Recipients that were gone, one after the other."""
        self._failures = 0
        self._shut_until = 0.0

    @property
    def is_out(self) -> bool:
        """Tell whether the platform fails whoever is written to."""
        return self._failures >= OUT_AFTER

    def failed(self, now: float) -> None:
        """Note a failure that says nothing about the recipient."""
        self._failures += 1
        if self.is_out:
            self._shut_until = now + min(2.0 ** (self._failures - OUT_AFTER), LONGEST_OUTAGE_PAUSE)

    def succeeded(self) -> None:
        """Note that it works."""
        self._failures = self.gone = 0

    def lost_one(self) -> None:
        """Note that a recipient is gone, which the platform could say since it works."""
        self._failures = 0
        self.gone += 1

    def pause(self, rank: int, now: float) -> float:
        """Tell for how many seconds it takes nothing of a rank."""
        return max(self._shut_until - now if self.is_out else 0.0, self.pace.pause(rank) if self.pace else 0.0)

    def room(self, rank: int, now: float) -> int:
        """Tell how many more deliveries of a rank it would take soon."""
        if self.pause(rank, now) > 0.0:
            return 0
        if self.is_out:
            return 0 if self.in_air else 1
        return self.pace.room(rank) if self.pace else UNPACED - self.in_air
