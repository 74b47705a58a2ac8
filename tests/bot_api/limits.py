"""How many messages the platform takes, by when they arrive."""

from collections import deque
from dataclasses import dataclass, field

SECOND = 1.0


@dataclass(slots=True)
class Limits:
    """So many messages in any second, and so many of them to one chat (0: as many as you like)."""

    overall: int = 30
    chat: int = 1
    taken: int = 0
    refused: int = 0
    _recent: deque[tuple[float, int]] = field(default_factory=deque)

    def take(self, chat: int, now: float) -> bool:
        """Count a message; false when it is one too many."""
        while self._recent and self._recent[0][0] <= now - SECOND:
            self._recent.popleft()
        here = sum(1 for _, each in self._recent if each == chat) if self.chat else 0
        if len(self._recent) >= self.overall or (self.chat and here >= self.chat):
            self.refused += 1
            return False
        self._recent.append((now, chat))
        self.taken += 1
        return True
