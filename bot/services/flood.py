"""How much one person, and all together, may ask of the bot: counted in memory, before anything costs anything."""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from secrets import token_bytes
from typing import TypeVar

from bot.core.message import Address

T = TypeVar("T")

SLOWEST = 30.0
"""Messages a second that a platform takes from us, at least: what we may say is what a flood would use up."""
PERSON_SHARE = 1 / 30
"""Of that, what one person may ask for in the long run: one message a second, more than anybody types."""
PERSON_BURST = 30.0
"""Seconds of her share at once: two albums of ten pictures, and ten lines sent one after the other."""
ALL_BURST = 10.0
"""Seconds of the whole rate at once: when a broadcast has gone out, everybody answers."""
STRANGER_SHARE = 1 / 3
"""Of the whole, what may go to those who are new: whoever is in a conversation keeps the rest."""
STRANGER_BURST = 3.0
TELLING_SHARE = 1 / 10
"""Of the whole, what may be said to those who are held back."""
TELLING_BURST = 3.0
TOLD_EVERY = 60.0
"""Seconds: who is held back is told so once in this time."""
READINGS, READING_BURST = 100.0, 1.0
"""Messages a second of those held back that are searched for a cry for help with typing errors: a millisecond each."""
MOST_KNOWN = MOST_HELD = 20_000
"""People who are remembered, the latest: 300 bytes each."""
MOST_HANDLES = 20_000
"""Messages that were held back and are remembered for a wipe, of all people together, and of one."""
MOST_HANDLES_OF_ONE = 250
LONGEST_HANDLE = 64
KEY_LENGTH = 16


class Bucket:
    """Holds so many seconds of a rate: one number, the moment at which it is full again."""

    __slots__ = ("full_at",)

    def __init__(self) -> None:
        """Begin full."""
        self.full_at = 0.0

    def has_room(self, now: float, rate: float, burst: float) -> bool:
        """Tell whether one more can be taken at `rate` a second, after `burst` seconds of it at once."""
        self.full_at = min(self.full_at, now + burst)  # the clock may have been set back
        return max(self.full_at, now) + 1 / rate <= now + burst

    def take(self, now: float, rate: float) -> None:
        """Take one."""
        self.full_at = max(self.full_at, now) + 1 / rate

    def gives(self, now: float, rate: float, burst: float) -> bool:
        """Take one if there is room."""
        has_room = self.has_room(now, rate, burst)
        if has_room:
            self.take(now, rate)
        return has_room


class _Known(Bucket):
    """Somebody who was answered."""

    __slots__ = ("is_urgent", "language")

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.is_urgent = False


class _Held:
    """Somebody who was held back."""

    __slots__ = ("handles", "told_at")

    def __init__(self) -> None:
        self.handles: tuple[str, ...] = ()
        self.told_at: float | None = None


class Flood:
    """Knows who asked for how much lately, under names that end with this run of the program.

    A name is a hash of the address with a key that was made up at the start and is never written: it has the same size
    whatever a platform sends, and nobody who looks into the memory, or has the master key, can tell whose it is.
    """

    def __init__(self, rate: float = SLOWEST, random: Callable[[int], bytes] = token_bytes) -> None:
        """Take how many messages a second the platform takes from us."""
        self._rate = max(rate, SLOWEST)
        self._salt = random(KEY_LENGTH)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._held: OrderedDict[bytes, _Held] = OrderedDict()
        self._handles = 0
        self._all, self._strangers, self._telling, self._readings = Bucket(), Bucket(), Bucket(), Bucket()

    def admits(self, address: Address, now: float, *, was_answered: bool) -> bool:
        """Take one message of somebody's if there is room; `was_answered`: only who was can press a button."""
        name = self._name(address)
        person = self._known.get(name) or _Known()
        is_new = name not in self._known and not was_answered
        share = self._rate * PERSON_SHARE
        if not person.has_room(now, share, PERSON_BURST):
            return False
        if not person.is_urgent:
            if not self._all.has_room(now, self._rate, ALL_BURST):
                return False
            if is_new and not self._strangers.gives(now, self._rate * STRANGER_SHARE, STRANGER_BURST):
                return False
        self._all.take(now, self._rate)
        person.take(now, share)
        _keep(self._known, name, person, MOST_KNOWN)
        return True

    def hold(self, address: Address, now: float, handle: str) -> bool:
        """Note a message that is not answered; tells whether to say so."""
        held = self._hold(address, (handle,))
        if held.told_at is not None and 0 <= now - held.told_at < TOLD_EVERY:
            return False
        if not self._telling.gives(now, self._rate * TELLING_SHARE, TELLING_BURST):
            return False
        held.told_at = now
        return True

    def keep(self, address: Address, handles: tuple[str, ...]) -> None:
        """Remember more messages that a wipe has to reach."""
        self._hold(address, handles)

    def unread(self, address: Address) -> tuple[str, ...]:
        """Return, once, the messages that are in her chat and in no record."""
        held = self._held.get(self._name(address))
        if held is None:
            return ()
        handles, held.handles = held.handles, ()
        self._handles -= len(handles)
        return handles

    def reads(self, now: float) -> bool:
        """Take one careful reading if there is room."""
        return self._readings.gives(now, READINGS, READING_BURST)

    def note(self, address: Address, language: str, *, is_urgent: bool) -> None:
        """Remember what to say slowly in, and whether she is in the middle of an emergency."""
        if person := self._known.get(self._name(address)):
            person.language, person.is_urgent = language, is_urgent

    def is_in_emergency(self, address: Address) -> bool:
        """Tell whether her last answer was one for an emergency."""
        person = self._known.get(self._name(address))
        return bool(person and person.is_urgent)

    def language(self, address: Address) -> str:
        """Return the language in which she was answered last; empty when nobody knows."""
        person = self._known.get(self._name(address))
        return person.language if person else ""

    def forget(self, address: Address) -> None:
        """Know nothing of her."""
        name = self._name(address)
        self._known.pop(name, None)
        if held := self._held.pop(name, None):
            self._handles -= len(held.handles)

    def _hold(self, address: Address, handles: tuple[str, ...]) -> _Held:
        name = self._name(address)
        held = self._held.get(name) or _Held()
        new = tuple(each for each in handles if each and len(each) <= LONGEST_HANDLE)
        if self._handles + len(new) <= MOST_HANDLES:
            before = len(held.handles)
            held.handles = (*held.handles, *new)[-MOST_HANDLES_OF_ONE:]
            self._handles += len(held.handles) - before
        if gone := _keep(self._held, name, held, MOST_HELD):
            self._handles -= len(gone.handles)
        return held

    def _name(self, address: Address) -> bytes:
        return blake2b(str(address).encode(errors="surrogatepass"), key=self._salt, digest_size=KEY_LENGTH).digest()


def _keep(people: OrderedDict[bytes, T], name: bytes, person: T, most: int) -> T | None:
    """Put somebody last; whoever was silent longest goes where there are too many, and is returned."""
    people[name] = person
    people.move_to_end(name)
    return people.popitem(last=False)[1] if len(people) > most else None
