"""Letters on their way: taken in hand, then settled, each in one transaction with whatever follows from it."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.contact import Contact
from bot.core.conversation import Conversation
from bot.core.delivery import ACROSS, Fate, delivered, in_its_place, left_out, undelivered
from bot.core.house import NOTICE, House, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.message import Address, Missed, Screen
from bot.core.overtaking import without
from bot.core.platform import NUMBERED
from bot.core.verdict import Hold, Send, Verdict
from bot.log import EVENTS, place_of
from bot.storage.database import Database
from bot.storage.house import Houses
from bot.storage.letters import Row
from bot.storage.outbox import ABSENT_FOR, MISJUDGED_FOR, MOST_MISJUDGED
from bot.storage.vault import SealError

MOST_HEADS = 100
"""Readers looked at in one go: women who write meanwhile wait for these, not for all."""
MOST_SEARCHED = 1000
"""Readers looked at where a channel still has room: behind those of one that is slow or out may be hers."""
Sort = Callable[[Contact, House, Letter], Verdict]
"""Pure: says what stands in a letter, or when it is time for it, or that it is of no use any more."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One letter, taken in hand."""

    row: Row
    to: Address
    screen: Screen
    """What stands in it; empty where something is only taken back."""
    swept: tuple[str, ...] = ()
    """Messages of the screen before its reader that go as it comes."""

    @property
    def letter(self) -> Letter:
        """The letter."""
        return self.row.letter


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of a letter: `sent`, `failed`, `gone`, or `held` until `due_at`."""

    parcel: Parcel
    state: str
    handles: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    """Messages that are gone from the chat."""
    due_at: datetime | None = None
    has_failed: bool = False
    """It was tried, and counts as a try."""
    missed: Missed = ""
    """Why a line stands in the place of what was to go along."""


class LetterBox:
    """The part of the store that sending letters needs; the rules are in docs/sending.md."""

    def __init__(
        self,
        database: Database,
        houses: Houses,
        read: Callable[[sqlite3.Connection, bytes], Contact],
        write: Callable[[sqlite3.Connection, bytes, Contact, Contact], None],
    ) -> None:
        """Take how the store reads and writes records."""
        self._database = database
        self._houses = houses
        self._letters = houses.letters
        self._conversations = houses.conversations
        self._read = read
        self._write = write

    async def recover(self) -> int:
        """Take back what was in the air when the program died, and count it: those may get it twice."""
        return await self._database.commit_together(self._letters.recover)

    async def claim(
        self, now: datetime, room: Mapping[str, int], open_at: Mapping[str, datetime], sort: Sort
    ) -> list[Parcel]:
        """Take the next letter of each reader in hand, as the channels have room.

        A channel takes letters from its `open_at` on; one that has none is not running.
        """

        def work(connection: sqlite3.Connection) -> list[Parcel]:
            left = dict(room)
            self._letters.date(connection, now)
            taken = []
            for place, row in enumerate(self._letters.heads(connection, now, MOST_HEADS)):
                if place >= (MOST_SEARCHED if any(room > 0 for room in left.values()) else MOST_HEADS):
                    break
                channel = Address.parse(row.letter.to).channel
                opens_at = open_at.get(channel, now + ABSENT_FOR)
                if row.until_at <= now.timestamp():
                    self._lose(connection, row, "late", now)
                elif opens_at > now:
                    self._letters.put_off(connection, row, opens_at)
                elif left.get(channel, 0) > 0 and (parcel := self._sorted(connection, row, sort, now)):
                    left[channel] -= 1
                    taken.append(parcel)
            return taken

        return await self._database.commit_together(work)

    async def settle(self, endings: Iterable[Ending], now: datetime) -> list[Ending]:
        """Note what became of letters, and with it what a wipe has to reach.

        Returns those that have reached someone who does not want them any more: they are to be taken back.
        """
        taken = list(endings)

        def work(connection: sqlite3.Connection) -> list[Ending]:
            return [each for each in taken if not self._settle(connection, each, now)]

        return await self._database.commit_together(work)

    def _sorted(self, connection: sqlite3.Connection, row: Row, sort: Sort, now: datetime) -> Parcel | None:
        letter = row.letter
        conversation = self._conversations.find(connection, letter.conversation)
        if self._is_barred(connection, row, conversation):
            self._lose(connection, row, "gone", now)
            return None
        if letter.kind is LetterKind.TAKEN_BACK:
            self._letters.take(connection, row)
            return Parcel(row, Address.parse(letter.to), Screen(()))
        if conversation:
            letter = in_its_place(conversation, letter)
            row = replace(row, letter=letter)
        contact = self._contact(connection, row.key)
        answers = {**contact.answers, NOTICE: letter.values.get(NOTICE, "")}
        house = self._houses.find(connection, row.key, replace(contact, answers=answers))
        try:
            verdict = sort(contact, house, letter)
        except sqlite3.Error:
            raise
        except Exception as bug:  # noqa: BLE001 - one letter must not hold up the others
            EVENTS.error("a letter could not be written: %s", place_of(bug))
            self._misjudged(connection, row, now)
            return None
        return self._obey(connection, row, verdict)

    def _obey(self, connection: sqlite3.Connection, row: Row, verdict: Verdict) -> Parcel | None:
        match verdict:
            case Send(to, screen, swept):
                self._letters.take(connection, row)
                return Parcel(row, to, screen, swept)
            case Hold(until):
                self._letters.put_off(connection, row, until, keeps_turn=False)
            case _:
                self._letters.remove(connection, row)
        return None

    def _misjudged(self, connection: sqlite3.Connection, row: Row, now: datetime) -> None:
        if row.tries + 1 < MOST_MISJUDGED:
            self._letters.put_off(connection, row, now + MISJUDGED_FOR, tries=1)
        else:
            self._lose(connection, row, "failed", now)

    def _is_barred(self, connection: sqlite3.Connection, row: Row, conversation: Conversation | None) -> bool:
        """Tell whether the reader answers no more: whoever was revoked reads nothing from that moment on."""
        letter = row.letter
        is_for_staff = letter.kind in FOR_STAFF or (
            conversation is not None and any(seat.address == letter.to for seat in conversation.seats)
        )
        return is_for_staff and self._houses.staff(connection, row.key) is None

    def _contact(self, connection: sqlite3.Connection, key: bytes) -> Contact:
        try:
            return self._read(connection, key)
        except SealError:
            return Contact()

    def _lose(self, connection: sqlite3.Connection, row: Row, fate: Fate, now: datetime) -> None:
        """Give a letter up, and tell whoever counts on it."""
        self._letters.remove(connection, row)
        conversation = self._conversations.find(connection, row.letter.conversation)
        self._houses.apply(connection, b"", undelivered(conversation, row.letter, fate, now))

    def _settle(self, connection: sqlite3.Connection, ending: Ending, now: datetime) -> bool:
        """Write it down; false when it is not wanted any more."""
        row = ending.parcel.row
        if not self._letters.is_there(connection, row):
            return ending.state != "sent"
        match ending.state:
            case "sent":
                self._letters.remove(connection, row)
                return self._arrived(connection, ending, now)
            case "gone":
                self._gone(connection, row)
                self._lose(connection, row, "gone", now)
            case "failed":
                self._lose(connection, row, "failed", now)
            case _:
                self._letters.put_off(connection, row, ending.due_at or now, tries=int(ending.has_failed))
        return True

    def _arrived(self, connection: sqlite3.Connection, ending: Ending, now: datetime) -> bool:
        letter, key = ending.parcel.letter, ending.parcel.row.key
        conversation = self._conversations.find(connection, letter.conversation)
        is_live = conversation is not None and conversation.is_live
        try:
            old = self._read(connection, key)
        except SealError:
            old = None
        if old and old.is_leaving and letter.conversation and not is_live:
            return False
        if old is not None:
            self._rewrite(connection, key, old, _reached(old, ending, now))
        if conversation and is_live:
            new = delivered(conversation, letter, _there(ending), now, is_whole=not ending.missed)
            told = left_out(conversation, letter, ending.missed)
            if new != conversation or told:
                self._houses.apply(connection, b"", (Talked(new), *told))
        return True

    def _gone(self, connection: sqlite3.Connection, row: Row) -> None:
        """She blocked us: her memberships end too."""
        old = self._contact(connection, row.key)
        self._rewrite(connection, row.key, old, old.with_memberships({}, ""))

    def _rewrite(self, connection: sqlite3.Connection, key: bytes, old: Contact, new: Contact) -> None:
        if new != old:
            self._write(connection, key, new, old)


def _there(ending: Ending) -> tuple[str, ...]:
    """Return what stands for a letter in the chat: with an old text that would not go, for the next change to try."""
    letter, there = ending.parcel.letter, ending.handles
    if letter.kind is not LetterKind.CHANGED:
        return there
    return (*(each for each in letter.replaces if each not in (*there, *ending.deleted)), *there)


def _reached(contact: Contact, ending: Ending, now: datetime) -> Contact:
    """Remember what a wipe has to reach, and what can be chosen there where she can only write its number."""
    gone, screen = set(ending.deleted), ending.parcel.screen
    kept = tuple(each for each in contact.handles if each.id not in gone)
    known = without(contact, ending.parcel.letter, ending.parcel.swept)
    known = replace(known, handles=kept).with_handles(ending.handles, now)
    tokens = tuple(each.token for each in (*screen.choices, *screen.ways))
    # What a woman types below somebody's words is said to her, whatever number stood above them.
    letter = ending.parcel.letter
    is_hers = letter.kind in ACROSS and "designation" not in letter.values
    is_offer = (tokens or is_hers) and ending.parcel.to.channel in NUMBERED
    return known.with_offer(screen.first, tokens) if is_offer else known


FOR_STAFF = frozenset(
    {
        LetterKind.RING,
        LetterKind.TAKEN,
        LetterKind.OVER,
        LetterKind.ALONE,
        LetterKind.YOURS,
        LetterKind.NOTE,
        LetterKind.CODE_RIGHT,
        LetterKind.CODE_WRONG,
        LetterKind.CODE_NONE,
        LetterKind.DEBRIEF,
        LetterKind.DUTY_ENDS,
        LetterKind.REPORT,
        LetterKind.APPROVE,
    }
)
"""What only somebody who answers may read."""
