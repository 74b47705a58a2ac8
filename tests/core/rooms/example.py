"""A library with groups, and somebody at her phone who goes through the rooms of the house by the engine alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from bot.core.contact import Contact
from bot.core.directory import Group
from bot.core.engine import Turn, respond
from bot.core.house import Announced, Change, GroupState, House, Role, Staff, Wrote
from bot.core.library import MENU, Library
from bot.core.message import Address, Incoming, Screen, fold
from bot.core.notice import Notice
from bot.core.terms import Terms
from bot.services.dispatcher import remember
from tests.conversations.phone import Phone
from tests.shipped import shipped

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
"""A Saturday; the group below meets next on Wednesday 25 November, at 18:00."""
MUSA, NIGHT, RAVAL = "porto-musa", "porto-night", "raval"
FACT = {"source": ["https://example.org"], "read_on": "2026-11-01", "confidence": "high"}
_GROUPS = (
    {
        "id": MUSA,
        "name": "Musa",
        "city": "porto",
        "languages": ["pt", "en"],
        "rrule": "FREQ=WEEKLY;BYDAY=WE",
        "since": "2026-11-04",
        "start": "18:00",
        "place": "Rua do Exemplo 1",
        "place_for": "members",
        "agreement": "What is said here stays here.",
    },
    {"id": NIGHT, "name": "Night", "city": "porto"},
    {
        "id": RAVAL,
        "name": "Raval",
        "city": "barcelona",
        "languages": ["es"],
        "rrule": "FREQ=DAILY",
        "since": "2026-11-01",
        "start": "20:00",
    },
)


@cache
def with_groups() -> Library:
    """Return what we ship, with three groups in its directory."""
    library = shipped()
    groups = tuple(Group.model_validate(group | FACT) for group in _GROUPS)
    directory = library.directory.model_copy(update={"groups": groups})
    return Library(library.flows, library.phrases, directory, library.speech).warm()


def staff(*groups: str, role: Role = Role.MODERATOR) -> Staff:
    """Return somebody who answers for some groups."""
    return Staff("amber birch", role, groups, "telegram:9")


@dataclass
class Somebody:
    """One person, what is settled around her, and what became of it."""

    house: House
    language: str = "en"
    memberships: tuple[str, ...] = ()
    now: datetime = NOW
    library: Library = field(default_factory=with_groups)
    phone: Phone = field(default_factory=lambda: Phone(Address("telegram", "9")))
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put her at the menu."""
        terms: Mapping[str, Terms] = {group: Terms() for group in self.memberships}
        contact = Contact(self.language, position=MENU, seen=fold(self.now))
        self.contact = contact.with_memberships(terms, str(self.phone.address))
        self.types("menu")

    def types(self, *texts: str) -> Screen:
        """Write, one message after the other, and return what she sees last."""
        for text in texts:
            self.take(self.phone.types(text))
        return self.screen

    def presses(self, *labels: str) -> Screen:
        """Press buttons, one after the other, and return what she sees last."""
        for label in labels:
            self.take(self.phone.presses(label))
        return self.screen

    def take(self, incoming: Incoming) -> Turn:
        """Take one step, as the store does it."""
        turn = respond(self.library, self.contact, incoming, self.now, self.house)
        # That she wrote at all changes nothing of hers.
        self.changes += [change for change in turn.changes if not isinstance(change, Wrote)]
        self.house = self.house.after(turn.changes)
        shown = self.phone.see(turn, incoming)
        self.contact = remember(turn.contact, shown, self.now) if shown else turn.contact
        return turn

    def waits(self, **duration: int) -> None:
        """Let time pass."""
        self.now += timedelta(**duration)

    def settles(self, group: str, **parts: object) -> None:
        """Let somebody else change what a group has settled."""
        groups = {**self.house.groups, group: self.house.state(group).changed(**parts)}
        self.house = replace(self.house, groups=groups)

    @property
    def screen(self) -> Screen:
        """What she sees."""
        assert self.phone.screen
        return self.phone.screen

    @property
    def text(self) -> str:
        """All that she reads."""
        return "\n".join(self.screen.texts)

    @property
    def labels(self) -> list[str]:
        """The buttons that she sees, without the ways out."""
        return [choice.label for choice in self.screen.choices]

    @property
    def notices(self) -> list[Notice]:
        """Everything that went out to others."""
        return [change.notice for change in self.changes if isinstance(change, Announced)]

    def state(self, group: str = MUSA) -> GroupState:
        """Return what a group has settled."""
        return self.house.state(group)


def moderator(*groups: str, role: Role = Role.MODERATOR, **known: object) -> Somebody:
    """Return a moderator at the menu."""
    return Somebody(House(staff=staff(*groups, role=role)), **known)  # type: ignore[arg-type]  # as the fields say
