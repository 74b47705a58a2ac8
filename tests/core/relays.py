"""Lines, people on both sides and the mail between them, as the store and the clock would run them."""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count

from bot.core.conversation import CALLED, WITHDRAWN, Conversation, ConversationState
from bot.core.delivery import delivered, handed_back, in_its_place, is_lost, is_of, reworded, sender
from bot.core.directory import Line
from bot.core.house import (
    USUAL,
    Blocked,
    Change,
    House,
    Noted,
    Posted,
    Recalled,
    Reworded,
    Role,
    Rules,
    Served,
    Staff,
    Talked,
)
from bot.core.letter import Letter, LetterKind
from bot.core.library import Library
from bot.core.queue import in_order, moved_up, waits_no_more
from bot.core.relay import Relay
from tests.shipped import shipped

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
PORTO, NIGHT, SHELTER, TUTOR = "porto-peers", "night-peers", "shelter", "tutors"
HOUSE = "opo-catju"
"""A place of which the shelter answers, and that takes referrals here."""
_LINES = (
    {"id": PORTO, "name": "Peers in Porto", "cities": ["porto"], "languages": ["pt", "en"]},
    {"id": NIGHT, "name": "Peers at night", "languages": ["es"], "hours": "20:00-23:00", "takes_messages": False},
    {"id": SHELTER, "name": "A shelter", "kind": "partner", "cities": ["porto"], "service": HOUSE},
    {"id": TUTOR, "name": "For peers", "kind": "tutor"},
)


@cache
def with_lines() -> Library:
    """Return what we ship, with four lines in its directory."""
    library = shipped()
    lines = tuple(Line.model_validate(line) for line in _LINES)
    services = tuple(
        each.model_copy(update={"referrals": True}) if each.id == HOUSE else each for each in library.directory.services
    )
    directory = library.directory.model_copy(update={"lines": lines, "services": services})
    return replace(library, directory=directory).warm()


def peer(name: str, *lines: str, role: Role = Role.PEER, languages: tuple[str, ...] = ("pt", "en")) -> Staff:
    """Return somebody who answers, reached under her name."""
    return Staff(name, role, (), f"telegram:{name.replace(' ', '-')}", lines or (PORTO,), languages)


@dataclass
class World:
    """All conversations, all people, and the letters on their way."""

    now: datetime = NOW
    team: dict[str, Staff] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    post: dict[str, deque[Letter]] = field(default_factory=dict)
    chats: dict[str, list[Letter]] = field(default_factory=dict)
    """What each person was sent, in order."""
    standing: dict[tuple[str, str], tuple[Letter, datetime]] = field(default_factory=dict)
    """What stands in each chat, by its place there, and since when."""
    lost: list[Letter] = field(default_factory=list)
    """What did not leave: its reader sits there no more, or it was taken back."""
    noted: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    rules: Rules = USUAL
    _numbers: "count[int]" = field(default_factory=count)

    def hire(self, *staff: Staff) -> None:
        """Let somebody answer."""
        self.team |= {each.designation: each for each in staff}

    def staff(self, address: str) -> Staff | None:
        """Return who answers at an address."""
        return next((each for each in self.team.values() if each.address == address), None)

    def house(self, address: str) -> House:
        """Return what a step of somebody finds."""
        staff = self.staff(address)
        found = [each for each in self.conversations.values() if self._finds(each, address, staff)]
        busy = Counter(seat.staff for each in self.conversations.values() if each.is_open for seat in each.seats)
        return House(
            staff=staff,
            conversations=tuple(found),
            team=tuple(each for each in self.team.values() if each.lines),
            busy=busy,
            queue=lambda line: tuple(each.id for each in in_order(self._of_line(line))),
            fresh=f"fresh {next(self._numbers)}",
            on_its_way=lambda name: [
                each for letters in self.post.values() for each in letters if each.conversation == name
            ],
            rules=self.rules,
        )

    @staticmethod
    def _finds(conversation: Conversation, address: str, staff: Staff | None) -> bool:
        if address == conversation.woman or any(seat.address == address for seat in conversation.seats):
            return True
        return staff is not None and conversation.state in CALLED and staff.answers(conversation.line)

    def relay(self, address: str) -> Relay:
        """Return what a transition of somebody sees."""
        return Relay(with_lines(), self.house(address), self.now)

    def apply(self, changes: Iterable[Change]) -> tuple[Change, ...]:
        """Write what a transition changed."""
        changes = tuple(changes)
        for change in changes:
            match change:
                case Talked(conversation):
                    self._talk(conversation)
                case Posted(letter):
                    self.post.setdefault(letter.to, deque()).append(letter)
                case Reworded(letter):
                    self._reword(letter)
                case Recalled(name, of, handle):
                    self._recall(self.conversations[name], of, handle)
                case Served(staff) if staff.designation in self.team:
                    self.team[staff.designation] = staff
                case Noted(kind):
                    self.noted.append(kind)
                case Blocked(address):
                    self.blocked.append(address)
        return changes

    def _reword(self, change: Letter) -> None:
        conversation, letters = self.conversations[change.conversation], self.post.setdefault(change.to, deque())
        waiting = [each for each in letters if is_of(conversation, each, sender(conversation, change), change.handle)]
        anew = reworded(waiting, change)
        if anew is None:
            letters.append(change)
            return
        letters[letters.index(waiting[0])] = anew
        for each in waiting[1:]:
            letters.remove(each)

    def _recall(self, conversation: Conversation, of: str, handle: str) -> None:
        self.lost += self._remove(lambda each: is_of(conversation, each, of, handle))

    def _talk(self, conversation: Conversation) -> None:
        was = self.conversations.get(conversation.id)
        if conversation.topic == WITHDRAWN:
            kept = LetterKind.TAKEN_BACK
            self.lost += self._remove(lambda each: each.conversation == conversation.id and each.kind is not kept)
        lost = self._remove(lambda each: each.conversation == conversation.id and is_lost(conversation, each))
        self.lost += lost
        new = handed_back(conversation, lost)
        self.conversations[new.id] = new if new.is_live else new.bare()
        if was and waits_no_more(was, conversation):
            self._move_up(was)

    def _of_line(self, line: str) -> list[Conversation]:
        return [each for each in self.conversations.values() if each.line == line]

    def _move_up(self, was: Conversation) -> None:
        for letter in moved_up(was, self._of_line(was.line)):
            mark = (letter.conversation, letter.kind)
            self._remove(lambda each, mark=mark: (each.conversation, each.kind) == mark)
            self.post.setdefault(letter.to, deque()).append(letter)

    def _remove(self, is_meant: Callable[[Letter], bool]) -> list[Letter]:
        """Take letters away that have not left, and return them."""
        gone = [each for waiting in self.post.values() for each in waiting if is_meant(each)]
        for to, waiting in self.post.items():
            self.post[to] = deque(each for each in waiting if not is_meant(each))
        return gone

    def hush(self, address: str) -> None:
        """Ask somebody nothing any more of what is over."""
        live = {each.id for each in self.live()}
        self.lost += self._remove(
            lambda each: each.to == address and bool(each.conversation) and each.conversation not in live
        )

    def deliver(self, address: str = "") -> list[Letter]:
        """Bring somebody, or everybody, the letters that are due, the oldest first; return them."""
        brought = []
        for to in [address] if address else list(self.post):
            waiting = self.post.pop(to, deque())
            later = [each for each in waiting if each.due_at > self.now.timestamp()]
            waiting = deque(each for each in waiting if each not in later)
            if later:
                self.post[to] = deque(later)
            while waiting:
                letter = waiting.popleft()
                conversation = self.conversations.get(letter.conversation)
                brought.append(self._bring(in_its_place(conversation, letter) if conversation else letter))
        return brought

    def _bring(self, letter: Letter) -> Letter:
        self.chats.setdefault(letter.to, []).append(letter)
        conversation = self.conversations.get(letter.conversation)
        there = letter.replaces or (f"m{next(self._numbers)}",)
        self.standing |= {(letter.to, handle): (letter, self.now) for handle in there}
        if letter.kind is LetterKind.TAKEN_BACK:
            self.standing = {place: each for place, each in self.standing.items() if place[1] not in there}
        if conversation and conversation.is_live:
            self.conversations[conversation.id] = delivered(conversation, letter, there, self.now)
        return letter

    def waits(self, **duration: int) -> None:
        """Let time pass, and what is due be done."""
        self.now += timedelta(**duration)
        self.tick()

    def tick(self) -> None:
        """Do what is due, as the clock does it."""
        from bot.core import ringing, shift  # noqa: PLC0415 - only here

        for conversation in list(self.conversations.values()):
            relay = replace(self.relay(""), house=replace(self.house(""), conversations=(conversation,)))
            self.apply(ringing.tick(relay, conversation))
        for staff in list(self.team.values()):
            self.apply(shift.tick(self.relay(staff.address), staff))

    def live(self) -> list[Conversation]:
        """Return what has not ended."""
        return [each for each in self.conversations.values() if each.is_live]

    def only(self) -> Conversation:
        """Return the one that has not ended."""
        (found,) = self.live()
        return found

    def read(self, address: str, kind: LetterKind | None = None) -> list[Letter]:
        """Return what somebody was sent, of one kind."""
        return [each for each in self.chats.get(address, []) if kind in (None, each.kind)]


def is_waiting(conversation: Conversation) -> bool:
    """Tell whether somebody is called to it, or will be."""
    return conversation.state in (ConversationState.WAITING, ConversationState.LEFT)
