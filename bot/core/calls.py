"""What conversations on a line were about, and calls that nobody took: counted by week, and never who called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.monitoring import MANY

TALK, NOBODY = "talk", "nobody"
"""First word of what is counted on a line, and what stands for a topic where nobody came."""


@dataclass(frozen=True)
class Calls:
    """What was counted on one line. No sum is in it: less what is shown, it would tell what is too few to be shown."""

    topics: Mapping[str, int] = field(default_factory=dict)
    """The most frequent first."""
    nobody: int = 0


def read(sums: Iterable[tuple[str, int]]) -> dict[str, Calls]:
    """Return what was counted by line; no number below `MANY` is in it."""
    found: dict[str, dict[str, int]] = {}
    for kind, number in sums:
        first, *rest = kind.split(" ")
        if first == TALK and len(rest) > 1 and number >= MANY:
            found.setdefault(rest[0], {})[rest[1]] = number
    return {line: _calls(counted) for line, counted in sorted(found.items())}


def _calls(counted: Mapping[str, int]) -> Calls:
    often = sorted(counted, key=lambda word: (-counted[word], word))
    return Calls({word: counted[word] for word in often if word != NOBODY}, counted.get(NOBODY, 0))
