"""What is wrong in a file that people write, said so that they can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Level(StrEnum):
    """`error` keeps the old library live; `gap` is done without (a translation, a picture); `warning` waits."""

    ERROR = "error"
    GAP = "gap"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding: where, what, and what to write instead."""

    file: str
    line: int
    column: int
    message: str
    level: Level = Level.ERROR

    def __str__(self) -> str:
        """Return `file:line:column: message`, which editors can jump to."""
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


def nearest(word: str, names: Iterable[str], otherwise: str) -> str:
    """Return which of `names` was probably meant by `word`, or else what to do instead."""
    near = get_close_matches(word, sorted(names), 1)
    return f"did you mean {near[0]!r}?" if near else otherwise
