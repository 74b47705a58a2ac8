"""What the moderators of a group said about single meetings: moved, cancelled, added, somewhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Self

EXTRA = "x"
"""How the id of an added meeting begins; that of a regular one is the day that the rule gives, as in 2026-11-25."""


def is_added(meeting: str) -> bool:
    """Tell by its id whether a meeting was added, and by no rule."""
    return meeting.startswith(EXTRA)


def day_of(meeting: str) -> date | None:
    """Return the day that the rule gave a meeting, by its id; `None` for one that was added."""
    try:
        return None if is_added(meeting) else date.fromisoformat(meeting)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class Change:
    """What a moderator changed of one meeting; `None` is as planned."""

    start: datetime | None = None
    """On the clock of the place, without a zone."""
    is_cancelled: bool = False
    place: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Extra:
    """A meeting that no rule gives."""

    id: str
    start: datetime
    """On the clock of the place, without a zone."""
    length: timedelta | None = None
    """As the group's, where it is not said."""
    place: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the moderators of a group said about single meetings."""

    changes: Mapping[str, Change] = field(default_factory=dict)
    """By the id of the meeting."""
    extras: tuple[Extra, ...] = ()

    def move(self, meeting: str, start: datetime) -> Self:
        """Let a meeting start at another time, on the clock of the place; it takes place even if it was cancelled."""
        return self._changed(meeting, start=start, is_cancelled=False)

    def cancel(self, meeting: str) -> Self:
        """Let a meeting not take place; it stays in the list, so that who wanted to come is told."""
        return self._changed(meeting, is_cancelled=True)

    def restore(self, meeting: str) -> Self:
        """Take back whatever was changed of a meeting."""
        return replace(self, changes={key: change for key, change in self.changes.items() if key != meeting})

    def set_place(self, meeting: str, place: str | None) -> Self:
        """Say where this one meeting is; `None` is where the group always meets."""
        return self._changed(meeting, place=place)

    def set_note(self, meeting: str, note: str | None) -> Self:
        """Say what is particular about this one meeting."""
        return self._changed(meeting, note=note)

    def add(
        self,
        mark: str,
        start: datetime,
        length: timedelta | None = None,
        place: str | None = None,
        note: str | None = None,
    ) -> Self:
        """Add a meeting under a mark of the caller's; the same mark twice is the same meeting."""
        extra = Extra(f"{EXTRA}{mark}", start, length, place, note)
        return replace(self, extras=(*(each for each in self.extras if each.id != extra.id), extra))

    def forget_before(self, day: date) -> Self:
        """Drop what was said about meetings that are over: before `day`, as planned and as moved."""
        planned = {each.id: each.start.date() for each in self.extras}
        planned |= {meeting: on for meeting in self.changes if (on := day_of(meeting))}
        kept = {meeting for meeting, on in planned.items() if self._last_day(meeting, on) >= day}
        changes = {meeting: change for meeting, change in self.changes.items() if meeting in kept}
        return replace(self, changes=changes, extras=tuple(each for each in self.extras if each.id in kept))

    def _last_day(self, meeting: str, planned: date) -> date:
        change = self.changes.get(meeting)
        return max(planned, change.start.date()) if change and change.start else planned

    def _changed(self, meeting: str, **what: Any) -> Self:
        change = replace(self.changes.get(meeting, Change()), **what)
        return replace(self, changes={**self.changes, meeting: change})

    def to_dict(self) -> dict[str, Any]:
        """Return plain data without the empty parts, ready to be sealed."""
        return {
            "changes": {key: _pack(change) for key, change in self.changes.items()},
            "extras": [_pack(extra) for extra in self.extras],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(
            {key: Change(**_unpack(change)) for key, change in data.get("changes", {}).items()},
            tuple(Extra(**_unpack(extra)) for extra in data.get("extras", ())),
        )


def _pack(said: Change | Extra) -> dict[str, Any]:
    data = {name: value for name in said.__slots__ if (value := getattr(said, name))}
    if start := data.get("start"):
        data["start"] = start.isoformat(timespec="minutes")
    if length := data.get("length"):
        data["length"] = int(length.total_seconds()) // 60
    return data


def _unpack(data: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(data)
    if "start" in said:
        said["start"] = datetime.fromisoformat(said["start"])
    if "length" in said:
        said["length"] = timedelta(minutes=said["length"])
    return said
