"""The rooms of the house: what each adds to flows as lists, actions, placeholders and things known.

A room is one file for one subject. Its functions get the stage and are pure, as the engine is.
"""

from collections.abc import Mapping

from bot.core.contact import Position
from bot.core.rooms import groups
from bot.core.rooms.room import Action, Fill, Known, List

LISTS: Mapping[str, List] = {**groups.LISTS}
"""`list:` of a node -> its entries."""
ACTIONS: Mapping[str, Action] = {**groups.ACTIONS}
"""`do:` of a node -> what it does."""
FILLS: Mapping[str, Fill] = {**groups.FILLS}
"""Placeholder -> what is filled in."""
KNOWN: Mapping[str, Known] = {**groups.KNOWN}
"""Subject of a `switch:` -> what is the case."""
LANDMARKS: tuple[Position, ...] = (*groups.LANDMARKS,)
"""Places that the rooms go to by themselves, where there is a flow of that name."""
