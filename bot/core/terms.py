"""When a group may write to her first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self


@dataclass(frozen=True, slots=True)
class Terms:
    """Her own terms: any time, between two hours of the day, or only after she wrote."""

    kind: Literal["any", "hours", "quiet"] = "any"
    first: str = ""
    last: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        return {"kind": self.kind, "first": self.first, "last": self.last}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(**data)
