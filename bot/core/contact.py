"""The person chatting, as the one small record that is kept about her, and when each part of it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from bot.core.message import fold

POSITION_KEPT = timedelta(hours=24)
LANGUAGE_KEPT = timedelta(days=30)
HANDLE_KEPT = timedelta(hours=48)
TRAIL_LIMIT = 12
"""Steps that "back" can undo: enough to leave any flow, small enough to keep the record small."""
RECENT_LIMIT = 6
"""Update ids remembered against redelivery; a platform repeats only what was not confirmed."""
HANDLE_LIMIT = 250
"""Messages that a wipe reaches; a chat edited in place makes a few an hour."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a contact is in a flow."""

    flow: str
    node: str
    page: int = 0


@dataclass(frozen=True, slots=True)
class Handle:
    """One message in her chat that a wipe can still reach."""

    id: str
    hour: int


@dataclass(frozen=True, slots=True)
class Timer:
    """What a screen asked to be shown later, if she has not moved on."""

    due_at: int
    """Seconds since 1970."""
    node: str
    """In the flow of her position."""
    address: str
    """Kept only while the timer runs: the bot must write first."""


class Notice(StrEnum):
    """Whether she was told who can read the chat: once, at the first screen that gives something away."""

    DUE = ""
    HERE = "here"
    """It belongs to the screen that she sees now, however often that is shown."""
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Contact:
    """One person, without anything that says who she is."""

    language: str = ""
    city: str = ""
    position: Position | None = None
    trail: tuple[Position, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)
    timer: Timer | None = None
    notice: Notice = Notice.DUE
    recent: tuple[str, ...] = ()
    """Hashed ids of the last updates that were settled."""
    living: tuple[str, ...] = ()
    """Handles of the screen that she sees now, oldest first."""
    handles: tuple[Handle, ...] = ()
    is_leaving: bool = False
    """She asked to have her chat wiped, and that is not done yet."""
    seen: int = 0
    """Hour of her last message (`fold`)."""

    def __bool__(self) -> bool:
        """Tell whether anything is kept at all: an empty contact is not stored."""
        return self != Contact(seen=self.seen)

    def forget_expired(self, now: datetime) -> Self:
        """Drop every part whose time is over, so that what is read is never older than promised."""
        hour = fold(now)
        kept = self
        if hour - self.seen >= _hours(POSITION_KEPT):
            kept = replace(kept, position=None, trail=(), answers={}, timer=None, recent=(), living=())
        if hour - self.seen >= _hours(LANGUAGE_KEPT):
            kept = replace(kept, language="", city="", notice=Notice.DUE)
        handles = tuple(handle for handle in kept.handles if hour - handle.hour < _hours(HANDLE_KEPT))
        return kept if handles == kept.handles else replace(kept, handles=handles)

    def purge_hour(self) -> int | None:
        """Return the hour when the next part expires, `None` when nothing is left to expire."""
        hours = [min(handle.hour for handle in self.handles) + _hours(HANDLE_KEPT)] if self.handles else []
        if self.position or self.trail or self.answers or self.recent or self.living or self.timer:
            hours.append(self.seen + _hours(POSITION_KEPT))
        if self.language or self.city or self.notice:
            hours.append(self.seen + _hours(LANGUAGE_KEPT))
        return min(hours, default=None)

    def with_handles(self, ids: tuple[str, ...], now: datetime) -> Self:
        """Remember messages for a later wipe, the newest `HANDLE_LIMIT` of them."""
        known = {handle.id for handle in self.handles}
        new = tuple(Handle(each, fold(now)) for each in ids if each and each not in known)
        return replace(self, handles=(*self.handles, *new)[-HANDLE_LIMIT:]) if new else self

    def to_dict(self) -> dict[str, Any]:
        """Return plain data without the empty parts, ready to be sealed."""
        data: dict[str, Any] = {"seen": self.seen}
        for name in ("language", "city", "notice", "recent", "living", "answers", "is_leaving"):
            if value := getattr(self, name):
                data[name] = value
        if self.position:
            data["position"] = _pack(self.position)
        if self.trail:
            data["trail"] = [_pack(each) for each in self.trail]
        if self.timer:
            data["timer"] = [self.timer.due_at, self.timer.node, self.timer.address]
        if self.handles:
            by_hour: dict[str, list[str]] = {}
            for handle in self.handles:
                by_hour.setdefault(str(handle.hour), []).append(handle.id)
            data["handles"] = by_hour
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(
            language=data.get("language", ""),
            city=data.get("city", ""),
            position=Position(*data["position"]) if "position" in data else None,
            trail=tuple(Position(*each) for each in data.get("trail", ())),
            answers=data.get("answers", {}),
            timer=Timer(*data["timer"]) if "timer" in data else None,
            notice=Notice(data.get("notice", "")),
            recent=tuple(data.get("recent", ())),
            living=tuple(data.get("living", ())),
            handles=tuple(Handle(each, int(hour)) for hour, ids in data.get("handles", {}).items() for each in ids),
            is_leaving=data.get("is_leaving", False),
            seen=data["seen"],
        )


def _pack(position: Position) -> list[str | int]:
    return [position.flow, position.node, position.page]


def _hours(duration: timedelta) -> int:
    return int(duration.total_seconds()) // 3600
