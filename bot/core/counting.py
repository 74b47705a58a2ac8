"""From where what we write first counts, where there are no buttons: no number may mean two things in one chat."""

from dataclasses import replace

from bot.core.house import House
from bot.core.message import Screen
from bot.core.platform import NUMBERED
from bot.core.stage import Stage

MOST_ON_A_SCREEN = 20
"""No screen counts further."""


def answers_women(house: House) -> bool:
    """Tell whether a number of hers can lead to a wrong person."""
    return bool(house.staff and house.staff.lines)


def numbered(screen: Screen, stage: Stage) -> Screen:
    """Count, where there are no buttons, from after what has a number before her: two women never share one.

    For who answers women from after any screen, also one that she calls up later: "Who is it for?" is one of them.
    """
    tokens = tuple(each.token for each in (*screen.choices, *screen.ways))
    if not tokens or stage.channel not in NUMBERED:
        return screen
    after = len(stage.shown) + len(stage.ways) if stage.contact.position else 0
    after = max(after, MOST_ON_A_SCREEN) if answers_women(stage.house) else after
    return replace(screen, first=stage.contact.first_number(after, tokens))
