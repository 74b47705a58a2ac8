"""The person chatting, as the one small record that is kept about her, and when each part of it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from bot.core.message import fold
from bot.core.notice import ANSWERED_WITHIN
from bot.core.terms import Terms

POSITION_KEPT = timedelta(hours=24)
LANGUAGE_KEPT = timedelta(days=30)
HANDLE_KEPT = timedelta(hours=48)
MEMBERSHIP_KEPT = timedelta(days=180)
STILL_ASKED = MEMBERSHIP_KEPT - ANSWERED_WITHIN
"""After so long without a word a member is asked, once, whether she still wants to hear from us."""
TRAIL_LIMIT = 12
"""Steps that "back" can undo: enough to leave any flow, small enough to keep the record small."""
RECENT_LIMIT = 6
"""Update ids remembered against redelivery; a platform repeats only what was not confirmed."""
RECENT_TALKING = 40
"""The same for who is in a conversation: she writes many in a row, and what comes twice would be read twice."""
HANDLE_LIMIT = 250
"""Messages that a wipe reaches; a chat edited in place makes a few an hour."""

NUMBERS_KEPT = 24
"""Choices below what we wrote first that a number still means: those of about ten letters."""
HIGHEST_NUMBER = 999
"""After that they are counted anew, from after her screen: not soon, for old messages still show their numbers."""


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


class Told(StrEnum):
    """Whether she was told who can read the chat: once, at the first screen that gives something away."""

    DUE = ""
    HERE = "here"
    """It belongs to the screen that she sees now, however often that is shown."""
    GIVEN = "given"


class Timed(StrEnum):
    """Whether her chat disappears by itself, and whether she was told so: both once, for the time is hers to change."""

    DUE = ""
    SET = "set"
    """It is set, and she is told on the next screen that has room for it."""
    HERE = "here"
    """Said on the screen that she sees now, however often that is shown."""
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
    told: Told = Told.DUE
    timed: Timed = Timed.DUE
    recent: tuple[str, ...] = ()
    """Hashed ids of the last updates that were settled."""
    living: tuple[str, ...] = ()
    """Handles of the screen that she sees now, oldest first."""
    listed: tuple[str, ...] = ()
    """The tokens of what can be chosen there, where choices are numbered: a number means what stands in her chat."""
    handles: tuple[Handle, ...] = ()
    numbers: Mapping[int, str] = field(default_factory=dict)
    """The tokens that numbers stand for below what we wrote first, the newest last: where choices are numbered."""
    memberships: Mapping[str, Terms] = field(default_factory=dict)
    """Her groups, and when each may write to her."""
    address: str = ""
    """Kept only while a group may write to her first."""
    is_leaving: bool = False
    """She asked to have her chat wiped, and that is not done yet."""
    is_asked: bool = False
    """She was asked, after a long silence, whether to go on; until she writes that is not done again."""
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
            kept = replace(kept, position=None, trail=(), answers={}, timer=None, recent=(), living=(), listed=())
        if hour - self.seen >= _hours(MEMBERSHIP_KEPT):
            kept = kept.with_memberships({}, "")
        if hour - self.seen >= _hours(LANGUAGE_KEPT):
            # Her groups go on writing in her language.
            kept = replace(
                kept, language=kept.language if kept.memberships else "", city="", told=Told.DUE, timed=Timed.DUE
            )
        handles = tuple(handle for handle in kept.handles if hour - handle.hour < _hours(HANDLE_KEPT))
        if handles == kept.handles:
            return kept
        return replace(kept, handles=handles, numbers=kept.numbers if handles else {})

    def purge_hour(self) -> int | None:
        """Return the hour when the next part expires, `None` when nothing is left to expire."""
        hours = [min(handle.hour for handle in self.handles) + _hours(HANDLE_KEPT)] if self.handles else []
        if self.position or self.trail or self.answers or self.recent or self.living or self.timer:
            hours.append(self.seen + _hours(POSITION_KEPT))
        if self.city or self.told or self.timed or (self.language and not self.memberships):
            hours.append(self.seen + _hours(LANGUAGE_KEPT))
        if self.memberships:
            hours.append(self.seen + _hours(MEMBERSHIP_KEPT if self.is_asked else STILL_ASKED))
        return min(hours, default=None)

    def has_to_be_asked(self, now: datetime) -> bool:
        """Tell whether a member has not written for so long that she is asked, once, whether to go on."""
        return bool(self.memberships) and not self.is_asked and fold(now) - self.seen >= _hours(STILL_ASKED)

    def with_handles(self, ids: tuple[str, ...], now: datetime) -> Self:
        """Remember messages for a later wipe, the newest `HANDLE_LIMIT` of them."""
        known = {handle.id for handle in self.handles}
        new = tuple(Handle(each, fold(now)) for each in ids if each and each not in known)
        return replace(self, handles=(*self.handles, *new)[-HANDLE_LIMIT:]) if new else self

    def first_number(self, after: int, tokens: tuple[str, ...]) -> int:
        """Return where to count from, `after` what her screen counts: the same choices keep their numbers."""
        runs = {tuple(self.numbers.get(first + each) for each in range(len(tokens))): first for first in self.numbers}
        known, new = runs.get(tokens, 0), max((after, *self.numbers)) + 1
        if known > after:
            return known
        return new if new + len(tokens) <= HIGHEST_NUMBER else self._widest_gap(after)

    def _widest_gap(self, after: int) -> int:
        """Return where the most numbers in a row mean nothing: one that is in use never gets another meaning."""
        taken = sorted(number for number in self.numbers if number > after)
        gaps = zip((after, *taken), (*taken, HIGHEST_NUMBER + 1), strict=True)
        return max(gaps, key=lambda gap: gap[1] - gap[0])[0] + 1

    def with_offer(self, first: int, tokens: tuple[str, ...]) -> Self:
        """Remember what the numbers below a message mean that we wrote first; what counts from 1 stands alone."""
        new = dict(enumerate(tokens, first))
        is_alone = first == 1 and (not new or not new.items() <= self.numbers.items())
        others = {number: each for number, each in self.numbers.items() if number not in new and not is_alone}
        return replace(self, numbers=dict([*others.items(), *new.items()][-NUMBERS_KEPT:]))

    def with_memberships(self, memberships: Mapping[str, Terms], address: str) -> Self:
        """Change her groups; without any, nothing needs her address."""
        is_asked = self.is_asked and bool(memberships)
        return replace(self, memberships=memberships, address=address if memberships else "", is_asked=is_asked)

    def stopped(self) -> Self:
        """Let nothing be written to her first."""
        return replace(self, timer=None).with_memberships({}, "")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data without the empty parts, ready to be sealed."""
        data: dict[str, Any] = {"seen": self.seen}
        for name in (
            *("language", "city", "told", "timed", "recent", "living", "listed", "answers"),
            *("address", "is_leaving", "is_asked"),
        ):
            if value := getattr(self, name):
                data[name] = value
        if self.position:
            data["position"] = _pack(self.position)
        if self.trail:
            data["trail"] = [_pack(each) for each in self.trail]
        if self.numbers:
            data["numbers"] = {str(number): each for number, each in self.numbers.items()}
        if self.timer:
            data["timer"] = [self.timer.due_at, self.timer.node, self.timer.address]
        if self.memberships:
            data["memberships"] = {group: terms.to_dict() for group, terms in self.memberships.items()}
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
            told=Told(data.get("told", "")),
            timed=Timed(data.get("timed", "")),
            recent=tuple(data.get("recent", ())),
            living=tuple(data.get("living", ())),
            listed=tuple(data.get("listed", ())),
            handles=tuple(Handle(each, int(hour)) for hour, ids in data.get("handles", {}).items() for each in ids),
            memberships={group: Terms.from_dict(each) for group, each in data.get("memberships", {}).items()},
            address=data.get("address", ""),
            is_leaving=data.get("is_leaving", False),
            is_asked=data.get("is_asked", False),
            numbers={int(number): each for number, each in data.get("numbers", {}).items()},
            seen=data["seen"],
        )


def _pack(position: Position) -> list[str | int]:
    return [position.flow, position.node, position.page]


def _hours(duration: timedelta) -> int:
    return int(duration.total_seconds()) // 3600
