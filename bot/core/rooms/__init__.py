"""The rooms of the house: what each adds to flows as lists, actions, placeholders and things known.

A room is one file for one subject. Its functions get the stage and are pure, as the engine is.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bot.core.contact import Position
from bot.core.rooms import (
    ballots,
    broadcasts,
    company,
    decisions,
    desk,
    detail,
    duty,
    groups,
    hour,
    lines,
    referrals,
    sent,
    talks,
    tutors,
    visits,
)
from bot.core.rooms.room import Action, Fill, Gate, Known, List, Living, Shown

if TYPE_CHECKING:
    from bot.core.stage import Stage

ROOMS = (
    groups,
    desk,
    hour,
    detail,
    ballots,
    decisions,
    broadcasts,
    sent,
    lines,
    duty,
    talks,
    tutors,
    company,
    referrals,
    visits,
)
LISTS: Mapping[str, List] = {name: each for room in ROOMS for name, each in room.LISTS.items()}
"""`list:` of a node -> its entries."""
ACTIONS: Mapping[str, Action] = {name: each for room in ROOMS for name, each in room.ACTIONS.items()}
"""`do:` of a node -> what it does."""
FILLS: Mapping[str, Fill] = {name: each for room in ROOMS for name, each in room.FILLS.items()}
"""Placeholder -> what is filled in."""
KNOWN: Mapping[str, Known] = {name: each for room in ROOMS for name, each in room.KNOWN.items()}
"""Subject of a `switch:` -> what is the case."""
MEDIA: Mapping[str, Shown] = {**broadcasts.MEDIA, **sent.MEDIA}
"""Placeholder -> the picture or voice note that its screen shows."""
LIVING: Mapping[str, Living] = {**sent.LIVING}
"""Placeholder -> how its screen is kept true while she stands there."""
GATES: Mapping[Position, Gate] = {**company.GATES, **referrals.GATES}
"""Place -> whether a button that leads there is shown."""
UNTRUE: Mapping[Position, Callable[["Stage"], str]] = {
    **lines.UNTRUE,
    **talks.UNTRUE,
    **company.UNTRUE,
    **referrals.UNTRUE,
}
"""Place -> where it leads on to once what it says is not so any more, nothing while it is."""
LANDMARKS: tuple[Position, ...] = (
    *(*groups.LANDMARKS, *desk.LANDMARKS, *detail.LANDMARKS, *ballots.LANDMARKS, *decisions.LANDMARKS),
    *(*broadcasts.LANDMARKS, *sent.LANDMARKS, *lines.LANDMARKS, *talks.LANDMARKS),
    *(*referrals.LANDMARKS, *visits.LANDMARKS),
)
"""Places that the rooms go to by themselves, where there is a flow of that name."""
