"""The rooms of the house: what each adds to flows as lists, actions, placeholders and things known.

A room is one file for one subject. Its functions get the stage and are pure, as the engine is.
"""

from collections.abc import Mapping

from bot.core.rooms import broadcasts, groups, sent
from bot.core.rooms.room import Action, Fill, Known, List, Living, Shown

LISTS: Mapping[str, List] = {**groups.LISTS, **broadcasts.LISTS, **sent.LISTS}
"""`list:` of a node -> its entries."""
ACTIONS: Mapping[str, Action] = {**groups.ACTIONS, **broadcasts.ACTIONS, **sent.ACTIONS}
"""`do:` of a node -> what it does."""
FILLS: Mapping[str, Fill] = {**groups.FILLS, **broadcasts.FILLS, **sent.FILLS}
"""Placeholder -> what is filled in."""
KNOWN: Mapping[str, Known] = {**groups.KNOWN, **broadcasts.KNOWN, **sent.KNOWN}
"""Subject of a `switch:` -> what is the case."""
MEDIA: Mapping[str, Shown] = {**broadcasts.MEDIA, **sent.MEDIA}
"""Placeholder -> the picture or voice note that its screen shows."""
LIVING: Mapping[str, Living] = {**sent.LIVING}
"""Placeholder -> how its screen is kept true while she stands there."""
