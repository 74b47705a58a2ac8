"""What one update leads to: the next record, a screen, what is written beside them, and what the world is asked for."""

from dataclasses import dataclass, replace
from typing import Self

from bot.core import sight
from bot.core.contact import Contact, Timed
from bot.core.house import Change, House, Wrote
from bot.core.library import Library
from bot.core.message import Screen
from bot.core.platform import DISAPPEARING, NUMBERED


@dataclass(frozen=True, slots=True)
class Wiped:
    """The messages in her chat are to be deleted."""

    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Her messages are to be deleted, and the store is to be cleaned of her record."""

    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Something happened that is counted by week, without a person."""

    kind: str


@dataclass(frozen=True, slots=True)
class Met:
    """She writes for the first time where a chat can forget by itself: it is to, before anything is said there."""


Effect = Wiped | Forgotten | Counted | Met


@dataclass(frozen=True, slots=True)
class Turn:
    """What one update leads to."""

    contact: Contact
    screen: Screen | None
    """`None`: there is nothing to say, as when a timer came too late."""
    effects: tuple[Effect, ...] = ()
    replaces: tuple[str, ...] = ()
    """Handles of the screen that this one takes the place of."""
    changes: tuple[Change, ...] = ()
    """What is written beside her record, in the same transaction."""
    stays: bool = False
    """The message whose button was pressed is not taken away: she was told something there."""

    def noting_that_she_wrote(self, library: Library) -> Self:
        """Let come what has waited for her: not while she hides, nor into an emergency."""
        position = self.contact.position
        if not self.contact.memberships or position is None or library.is_urgent(position):
            return self
        return replace(self, changes=(*self.changes, Wrote()))

    def looked_at(self, address: str, house: House) -> Self:
        """Note what she had been sent when she saw this: what she types then may be a choice on it."""
        if not (house.conversations or self.changes):
            return self
        return replace(self, contact=sight.looked(self.contact, house.after(self.changes), address))

    def listed(self, channel: str) -> Self:
        """Note what each number means on the screen that she is shown, where choices are numbered."""
        if self.screen is None or channel not in NUMBERED or not self.contact.position:
            return self
        tokens = tuple(each.token for each in (*self.screen.choices, *self.screen.ways))
        return replace(self, contact=replace(self.contact, listed=tokens))

    def meeting(self, channel: str) -> Self:
        """Let the chat forget by itself, once, where it can: not as she leaves it."""
        if channel not in DISAPPEARING or self.contact.timed or not self.contact.position:
            return self
        return replace(self, effects=(Met(), *self.effects))


def finish_leaving(contact: Contact, *, is_wiped: bool) -> Contact:
    """Keep only her groups and what lasts as long as her language; what could not be wiped waits for the next time."""
    handles = () if is_wiped else contact.handles
    timed = contact.timed and Timed.GIVEN
    left = Contact(contact.language, contact.city, told=contact.told, timed=timed, handles=handles, seen=contact.seen)
    return left.with_memberships(contact.memberships, contact.address)
