"""What becomes of a delivery at the moment when its turn has come."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.contact import Contact
from bot.core.house import House
from bot.core.message import Address, Screen
from bot.core.notice import Notice


@dataclass(frozen=True, slots=True)
class Send:
    """She gets it now."""

    to: Address
    screen: Screen
    swept: tuple[str, ...] = ()
    """Messages of the screen before her that is not so any more, and goes as this comes."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Her hours have not come."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """She wants to hear from us when she writes first."""


@dataclass(frozen=True, slots=True)
class Drop:
    """She is not to get it."""

    state: Literal["left", "late", "declined", "silent"]
    """She left before, it is of no more use, she said that she does not come, or has not written for long."""


Verdict = Send | Hold | Wait | Drop
Judge = Callable[[Contact, House, Notice], Verdict]
"""Pure: it runs in the database's thread, in the transaction that takes the delivery in hand."""
