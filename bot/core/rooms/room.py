"""What a room can add to a flow, as types."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.core.contact import Contact, Position
from bot.core.flow import place
from bot.core.house import Change
from bot.core.message import Media

if TYPE_CHECKING:
    from bot.core.stage import Stage


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: what it says, in her language, and the answers that choosing it gives."""

    id: str
    label: str
    answers: Mapping[str, str]
    also: tuple[str, ...] = ()
    """What else she may type for it, in any language."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action leads to."""

    contact: Contact
    changes: tuple[Change, ...] = ()
    go: str = ""
    """Where to instead of the node's `go:`, as when she may not do it."""


@dataclass(frozen=True, slots=True)
class Living:
    """What a screen says by itself, again and again, while she stands there."""

    target: str
    """The node that decides which screen it is now."""
    is_so: Callable[["Stage"], bool]
    """Tells whether it still changes."""


List = Callable[["Stage"], Iterable[Entry]]
Action = Callable[["Stage"], Outcome]
Fill = Callable[["Stage", str], str]
"""With the argument of `{name:argument}`."""
Known = Callable[["Stage"], str]
Shown = Callable[["Stage"], Media | None]
Gate = Callable[["Stage"], bool]
"""Tells whether a button that leads to a place is there for her."""
Truth = Callable[["Stage"], bool]
"""Tells whether what a place says is so."""


def untrue(target: str, is_so: Truth, *targets: str) -> Mapping[Position, Callable[["Stage"], str]]:
    """Lead to `target` from places that say what is not so any more, as after a step back into a talk that is over."""
    return dict.fromkeys(places(*targets), lambda stage: "" if is_so(stage) else target)


def places(*targets: str) -> tuple[Position, ...]:
    """Return what a room goes to by itself, written like `groups.question`; `comadre check` says when it is lost."""
    return tuple(Position(*place(target, "", ())) for target in targets)
