"""Who is let in: whom nobody blocked, and who does not ask for more than there is for everybody."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.contact import Contact
from bot.core.house import House
from bot.core.library import Library
from bot.core.lifeline import always_passes, asks_to_be_forgotten, cries
from bot.core.message import Address, Incoming, Kind
from bot.services.flood import Flood
from bot.storage.store import Store


@dataclass(frozen=True, slots=True)
class Answer:
    """What the door says to something that came in."""

    is_let_in: bool = True
    is_told: bool = False
    """She hears why she is not answered."""


LET_IN, SILENCE, SLOWLY = Answer(), Answer(is_let_in=False), Answer(is_let_in=False, is_told=True)


class Door:
    """Judges what comes in, before anybody's lock and record."""

    def __init__(self, store: Store, flood: Flood) -> None:
        """Take who is blocked, and how much was asked lately."""
        self.flood = flood
        self._store = store

    async def judge(self, library: Library, incoming: Incoming, now: datetime) -> Answer:
        """Let something in, or not; what always works gets through, but from whom somebody blocked."""
        address, at = incoming.address, now.timestamp()
        if await self._store.blocked.is_blocked(address):
            return LET_IN if await self._is_let_in_all_the_same(library, incoming, at) else SILENCE
        if self.flood.admits(address, at, was_answered=incoming.kind is Kind.PRESS):
            return LET_IN
        if always_passes(library, incoming, carefully=False):
            return LET_IN
        if incoming.kind is Kind.TEXT and self.flood.reads(at) and always_passes(library, incoming, carefully=True):
            return LET_IN
        return SLOWLY if self.flood.hold(address, at, incoming.handle) else SILENCE

    async def is_shut(self, address: Address) -> bool:
        """Tell whether somebody is written to no more: not in the middle of an emergency, which is nobody's to end."""
        return await self._store.blocked.is_blocked(address) and not self.flood.is_in_emergency(address)

    async def _is_let_in_all_the_same(self, library: Library, incoming: Incoming, at: float) -> bool:
        """Let in a cry for help and what follows, and the word that erases what is kept, though she is blocked."""
        is_urgent = self.flood.is_in_emergency(incoming.address) or cries(library, incoming)
        if not (is_urgent or asks_to_be_forgotten(library, incoming)):
            return False
        if not self.flood.admits(incoming.address, at, was_answered=True):
            return False
        return is_urgent or await self._store.step(incoming.address, _is_kept)

    def note(self, library: Library, address: Address, contact: Contact) -> None:
        """Remember how she is to be spoken to; of who was forgotten, nothing."""
        if not contact:
            self.flood.forget(address)
            return
        position = contact.position
        self.flood.note(address, contact.language, is_urgent=bool(position and library.is_urgent(position)))


def _is_kept(contact: Contact, _: House) -> tuple[Contact, bool]:
    return contact, bool(contact)
