"""Two made-up words differ in each run: a scene names them in the order in which they appear."""

import re
from dataclasses import dataclass, field
from typing import Any

from bot.core import designation

STAND_INS = ("silver feather", "golden lily", "quiet river", "wild thistle", "calm harbour", "red poppy", "tall pine")
_MADE_UP = re.compile(rf"\b(?:{'|'.join(designation._FIRST.split())}) (?:{'|'.join(designation._SECOND.split())})\b")


@dataclass
class Words:
    """Which made-up words stand for which in the file."""

    known: dict[str, str] = field(default_factory=dict)

    def written(self, value: Any) -> Any:
        """Return what a file says of something that was shown."""
        if isinstance(value, str):
            return _MADE_UP.sub(lambda found: self._stand_in(found[0]), value)
        if isinstance(value, list):
            return [self.written(each) for each in value]
        return value

    def meant(self, text: str) -> str:
        """Return what a text of the file is in this run."""
        for made_up, stand_in in self.known.items():
            text = text.replace(stand_in, made_up)
        return text

    def _stand_in(self, made_up: str) -> str:
        return self.known.setdefault(made_up, STAND_INS[len(self.known)])
