"""The rooms of the house: what each adds to flows as lists, actions, placeholders and things known.

A room is one file for one subject. Its functions get the stage and are pure, as the engine is.
"""

from collections.abc import Mapping

from bot.core.rooms.room import Action, Fill, Known, List

LISTS: Mapping[str, List] = {}
"""`list:` of a node -> its entries."""
ACTIONS: Mapping[str, Action] = {}
"""`do:` of a node -> what it does."""
FILLS: Mapping[str, Fill] = {}
"""Placeholder -> what is filled in."""
KNOWN: Mapping[str, Known] = {}
"""Subject of a `switch:` -> what is the case."""
