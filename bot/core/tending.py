"""What time does to conversations and to who answers, whenever somebody looks at the clock."""

from collections.abc import Iterator
from datetime import datetime

from bot.core import ringing, shift
from bot.core.house import Change, House
from bot.core.library import Library
from bot.core.relay import Relay


def tend(library: Library, house: House, now: datetime) -> Iterator[Change]:
    """Do what is due: the next ring, the end of waiting or of a silence, the end of a duty."""
    relay = Relay(library, house, now)
    for conversation in house.conversations:
        yield from ringing.tick(relay, conversation)
    for staff in house.team:
        yield from shift.tick(relay, staff)
