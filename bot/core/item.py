"""One thing that she can choose, and what choosing it does."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.core.contact import Position
from bot.core.directory import Service


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that she can choose here, and what choosing it does."""

    token: str
    go: Position
    answers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    """The English label of a written choice."""
    said: str = ""
    """The label of a listed entry, in her language already."""
    also: tuple[str, ...] = ()
    """What else she may type for it, in any language."""
    service: Service | None = None
    language: str = ""
    city: str = ""
    turns_page: bool = False
