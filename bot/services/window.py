"""The last second as the platform may have counted it, seen from the other end of the line."""

from bisect import bisect_left, insort
from collections import deque

SPAN = 1.0
"""Seconds over which the platform counts."""
SURE = 0.003
"""Seconds that a message counts longer at least: clocks and timers are no finer than that."""
UNSURE = 1.0
"""Seconds that it counts longer at most, when it may have lingered on its way, or was not answered at all."""
REMEMBERED = 200
"""Answers from which the quickest way there and back is known, and how many it takes to know it."""
ENOUGH = 8


class Window:
    """When one more message may leave, so that no more than so many ever arrive within a second.

    What counts for the platform is when a message arrives, which is not known here. But it left before it arrived and
    arrived before it was answered, and no way is shorter than the quickest: what an answer took longer than the
    quickest one is the most that the message can have lingered on its way, and by so much it counts longer.
    """

    def __init__(self, most: int) -> None:
        """Let `most` messages through in a second."""
        self._most = most
        self._ends: list[float] = []
        """When each message stops counting, the last so many, in order."""
        self._took: deque[float] = deque(maxlen=REMEMBERED)

    @property
    def opens_at(self) -> float:
        """The time from which one more may leave."""
        return self._ends[0] if len(self._ends) == self._most else 0.0

    def take(self, now: float) -> float:
        """Let a message leave; returns when it stops counting, as long as nothing is heard of it."""
        if len(self._ends) == self._most:
            del self._ends[0]
        ends_at = now + SPAN + UNSURE
        insort(self._ends, ends_at)
        return ends_at

    def answered(self, left_at: float, ends_at: float, now: float) -> None:
        """Learn from an answer how long the message that left at `left_at` can have been on its way."""
        took = now - left_at
        self._took.append(took)
        quickest = min(self._took) if len(self._took) >= ENOUGH else 0.0
        place = bisect_left(self._ends, ends_at)
        if place < len(self._ends) and self._ends[place] == ends_at:
            del self._ends[place]
            insort(self._ends, left_at + SPAN + min(took - quickest + SURE, UNSURE))
