"""Meetings of a group: what the directory says, and what its moderators changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Plan:
    """What moderators changed."""

    def forget_before(self, _day: date) -> Self:
        """Drop what is over."""
        return self

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        return {}

    @classmethod
    def from_dict(cls, _data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls()
