"""A walk to every screen of every flow, in every language, city, country and channel, through the engine alone."""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.content.catalogue import needs_translation
from bot.core.contact import Contact, Position
from bot.core.conversation import Aim, Conversation, ConversationState, Pair, Seat
from bot.core.directory import Links
from bot.core.engine import respond
from bot.core.flow import Node
from bot.core.house import GroupState, House, Proposal, Role, Staff, meeting_subject, question_subject
from bot.core.library import FORGOTTEN, GONE, GREETING, GREETINGS, MENU, Library
from bot.core.message import Address, Incoming, Kind, Screen, fold
from bot.core.plan import Plan
from bot.core.platform import counts
from bot.core.question import About, Question
from bot.core.rooms.groups import GO_ON, MOST_PROPOSALS
from bot.core.speech import SOURCE, Speech
from bot.core.stage import Stage
from bot.core.terms import Terms
from tests.core.rooms.errands import errands
from tests.core.rooms.stands import stands
from tests.scenes import content

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CHANNELS = ("telegram", "signal", "web", "terminal")
EXAMPLES = {
    "text": "an example",
    "number": "3",
    "day": "26/11",
    "time": "18:30",
    "place": "porto",
    "content": "an example",
}
LONGEST_TEXT = 4096
LONGEST_LABEL = 64
LONGEST_TOKEN = 64
MOST_BUTTONS = 100
NEAR_TALK = Position("peer", "helplines")
OF_TALK = ("talking", "line_is", "topic")
"""What a screen about a talk depends on, beside who is there."""
ASKING = Position("violence", "ask_city")
"""Asks for the city on the way to five different screens."""
LAST = (GONE, FORGOTTEN)
"""Shown when she leaves, when nothing is kept of where she is."""

Key = tuple[str, ...]
WOMAN, STAFF = House(), House(staff=Staff("amber badger", Role.ADMIN))
PEER = Staff("amber badger", Role.PEER, address="telegram:2", lines=("porto-peers",))
SEAT = Seat(PEER.designation, PEER.address)
TALK = Conversation("1", "porto-peers", Aim.TALK, "silver feather", "telegram:1", "en", seats=(SEAT,))
OPEN_TALK = TALK.changed(state=ConversationState.OPEN)
ON_DUTY = PEER.changed(duty_until=int(NOW.timestamp()) + 3600)
SAID = Pair(TALK.woman, "5", SEAT.address, ("7",), fold(NOW))
TALKING = (
    House(team=(PEER,)),
    House(team=(ON_DUTY,)),
    *(House(team=(ON_DUTY,), conversations=(OPEN_TALK.changed(pairs=pairs),)) for pairs in ((), (SAID,))),
)
"""Nobody is on duty; somebody is; she talks with her; she has said something to her."""
OPEN = Question("open", About.FREE, {"pt": "Onde?"}, {}, int(NOW.timestamp()) + 60, 3)
QUESTIONS = (
    OPEN,
    replace(OPEN, id="voted"),
    replace(OPEN, id="over", closes_at=0),
    replace(OPEN, id="closed").count({"0": 3}, shows_small=False),
)
FULL = GroupState(Plan().cancel("2026-11-25"), (Proposal("2026-12-02", "something"),) * MOST_PROPOSALS, QUESTIONS)
OWN = {meeting_subject("trial-barcelona", "2026-12-03"): "yes", question_subject("trial-porto", "voted"): "0"}
MEMBER = House({"trial-porto": FULL}, OWN)
MEMBERSHIPS = {group: Terms() for group in ("trial-porto", "trial-barcelona", "trial-open")}
"""Of three groups: one tells its members where, one who comes, one has no meeting."""
LATE = {"group": "trial-porto", "meeting": "2026-11-18"}
"""She stands before a meeting that is over by now."""


class Listening(dict[tuple[str, str], str]):
    """A catalogue that notes what was asked of it in vain."""

    def __init__(self, catalogue: Mapping[tuple[str, str], str]) -> None:
        """Take the entries of a catalogue."""
        super().__init__(catalogue)
        self.missed: set[tuple[str, str]] = set()

    def get(self, key: tuple[str, str], default: str | None = None) -> str | None:  # type: ignore[override]  # texts only
        """Look a text up, and note when it is not there."""
        if key not in self:
            self.missed.add(key)
        return super().get(key, default)


@dataclass
class Crawler:
    """Walks breadth first from the greeting, and takes notes of what is wrong."""

    library: Library
    language: str
    findings: set[str] = field(default_factory=set)
    visited: set[tuple[str, str]] = field(default_factory=set)
    screens: int = 0
    channels: tuple[str, ...] = CHANNELS
    """The first is walked in every city."""
    types: bool = False
    """She has no buttons: she types the number that stands before what she means."""
    _seen: set[Key] = field(default_factory=set)
    _waiting: deque[tuple[Contact, str, House]] = field(default_factory=deque)

    def crawl(self) -> None:
        """Visit everything that can be reached in this language."""
        for channel in self.channels:
            # No flow says another thing in another city on another channel: one city there is enough.
            cities = ("", *self.library.cities) if channel == self.channels[0] else ("",)
            for city in cities:
                at = GREETINGS.get(channel, GREETING)
                self._arrive(Contact(self.language, city, at, seen=fold(NOW)), channel, WOMAN)
        member = Contact(self.language, "porto", MENU, seen=fold(NOW)).with_memberships(
            MEMBERSHIPS, f"{self.channels[0]}:1"
        )
        for position in (MENU, GO_ON, Position("groups", "meeting_member"), Position("groups", "question_gone")):
            self._arrive(replace(member, position=position, answers=LATE), self.channels[0], MEMBER)
        self._arrive(Contact(self.language, "porto", MENU, seen=fold(NOW)), self.channels[0], STAFF)
        for house in TALKING:
            self._arrive(Contact(self.language, "porto", NEAR_TALK, seen=fold(NOW)), self.channels[0], house)
        for position, answers, house in (*errands(self.library, content.PARTNER), *stands("trial-porto", NOW)):
            contact = Contact(self.language, "porto", position, (MENU,), answers, seen=fold(NOW))
            self._arrive(contact, self.channels[0], house)
        while self._waiting:
            contact, channel, house = self._waiting.popleft()
            for incoming, now in self._ways_on(contact, channel, house):
                turn = respond(self.library, contact, incoming, now, house)
                self._judge(turn.screen, turn.contact, contact)
                self._arrive(turn.contact, channel, house)

    def _arrive(self, contact: Contact, channel: str, house: House) -> None:
        if contact.position is None or contact.language != self.language:
            return
        key = self._key(contact, contact.position, channel, house)
        if key not in self._seen:
            self._seen.add(key)
            self.visited.add((contact.position.flow, contact.position.node))
            kept = replace(contact, trail=contact.trail[-1:], recent=(), handles=())
            self._waiting.append((kept, channel, house))

    def _key(self, contact: Contact, position: Position, channel: str, house: House) -> Key:
        """Name a screen: two contacts with the same name see the same and go on the same way."""
        stage = Stage(self.library, contact, position, channel, NOW, house, f"{channel}:1")
        place = {"find": contact.city, "me": ""}.get(position.flow, stage.country)
        what = stage.known("need") if position.flow == "find" else ""
        if position.flow == "groups":
            place = contact.city if stage.node.list == "groups" else ""
            what = _of_group(stage)
        if "found" in stage.node.where:
            what = stage.known("found")
        if position.flow == "peer":
            what = " ".join((str(TALKING.index(house) if house in TALKING else ""), *map(stage.known, OF_TALK)))
        if position == ASKING:
            what = stage.known("wanted")
        if "{service}" in stage.node.say:
            place, what = "", stage.known("service")
        on = channel if position.flow in ("me", "start") else ""
        role = stage.known("role") if position.flow in ("start", "moderate") else ""
        return position.flow, position.node, str(position.page), place, what, on, role

    def _ways_on(self, contact: Contact, channel: str, house: House) -> Iterator[tuple[Incoming, datetime]]:
        position = contact.position
        assert position
        address = Address(channel, "1")
        stage = Stage(self.library, contact, position, channel, NOW, house, str(address))
        for number, item in enumerate(stage.shown):
            if self.types:
                text = stage.label(item) if counts(channel, stage.node.ask) else str(number + 1)
                yield Incoming(address, Kind.TEXT, f"number {number}", text=text), NOW
            else:
                yield Incoming(address, Kind.PRESS, f"press {number}", token=item.token), NOW
        # While she talks with a peer, what she types goes across.
        if stage.node.ask and (not house.conversations or position.flow == "peer"):
            yield Incoming(address, Kind.TEXT, "answer", text=EXAMPLES[stage.node.ask]), NOW
        if position == MENU and channel == self.channels[0] and not contact.city:
            for number, text in enumerate(self._typed()):
                yield Incoming(address, Kind.TEXT, f"typed {number}", text=text), NOW
        if contact.timer:
            yield Incoming(address, Kind.TIMER, "timer"), NOW + timedelta(hours=12)

    def _typed(self) -> Iterator[str]:
        """Say what somebody may type at the menu: the words that always work, keywords, names of services."""
        yield from (words[0] for words in self.library.speech.languages[self.language].words.values())
        for flow in self.library.flows.values():
            yield from flow.keywords[:1]
        yield from (service.name for service in self.library.directory.services)

    def _judge(self, screen: Screen | None, contact: Contact, before: Contact) -> None:
        """Hold a screen against what a platform takes and a person can read."""
        self.screens += 1
        at = f"{self.language} {before.position} -> {contact.position}"
        if screen is None:
            self.findings.add(f"{at}: nothing is shown")
            return
        labels = [choice.label for choice in (*screen.choices, *screen.ways)]
        tokens = [choice.token for choice in (*screen.choices, *screen.ways)]
        rules = {
            "no way on": not labels,
            "no way out": contact.position is not None and not screen.ways,
            "an empty text or label": not screen.texts or not all(each.strip() for each in (*screen.texts, *labels)),
            "a placeholder is left": any(mark in text for text in screen.texts for mark in "{}…"),
            "a text is too long": any(len(text.encode("utf-16-le")) > 2 * LONGEST_TEXT for text in screen.texts),
            "a picture has no words": screen.picture is not None and not screen.picture.alt.strip(),
            "a label is too long": any(len(label) > LONGEST_LABEL for label in labels),
            "a token is too long": any(len(token.encode()) > LONGEST_TOKEN for token in tokens),
            "too many buttons": len(labels) > MOST_BUTTONS,
            f"a label twice in {labels}": len(set(labels)) < len(labels),
            "a token twice": len(set(tokens)) < len(tokens),
        }
        self.findings.update(f"{at}: {rule}" for rule, is_broken in rules.items() if is_broken)


def _of_group(stage: Stage) -> str:
    """Name what a screen about a group depends on, by what it says."""
    said = " ".join(stage.node.say)
    asked = {
        "{meeting}": ("meeting",),
        "{terms}": ("terms", "first", "last"),
        "I won't remind": ("meeting",),
        "{question}": ("question",),
        "{result}": ("question",),
    }
    names = {name for mark, names in asked.items() if mark in said for name in names}
    group = stage.known("group") if stage.node.list != "groups" else ""
    return " ".join((group, stage.known("member"), stage.known("in_groups"), *map(stage.known, sorted(names))))


@pytest.fixture(scope="module")
def listening() -> Library:
    """Return what we ship, with groups, and with catalogues that note what they lack."""
    library = content.library()
    speech, links = library.speech, Links(signal="https://signal.example.org/#eu/us")
    catalogues = {code: Listening(speech.catalogues.get(code, {})) for code in speech.languages if code != SOURCE}
    directory = library.directory.model_copy(update={"links": links})
    return replace(library, directory=directory, speech=Speech(speech.languages, catalogues)).warm()


@pytest.fixture(scope="module", params=["en", "pt", "es"])
def crawler(request: pytest.FixtureRequest, listening: Library) -> Crawler:
    """Return a crawler that has been everywhere in one language."""
    crawler = Crawler(listening, request.param)
    crawler.crawl()
    return crawler


def test_every_screen_can_be_read_pressed_and_left(crawler: Crawler) -> None:
    assert not crawler.findings, "\n".join(sorted(crawler.findings)[:40])


def test_the_crawler_is_everywhere_that_somebody_can_rest(crawler: Crawler, listening: Library) -> None:
    resting = {
        (flow, name) for flow, body in listening.flows.items() for name, node in body.nodes.items() if rests(node)
    }
    # What staff see hangs on what is half written: tests/core/rooms holds each of their screens to the same rules.
    staff = {(flow, name) for flow, name in resting if listening.flows[flow].audience != "woman"}
    last = {(position.flow, position.node) for position in LAST}
    assert resting - last - staff == crawler.visited - staff


def test_every_text_on_the_way_is_said_in_her_language(crawler: Crawler, listening: Library) -> None:
    catalogue = listening.speech.catalogues.get(crawler.language)
    missed = catalogue.missed if isinstance(catalogue, Listening) else set()
    assert not sorted(f"{context}: {text}" for context, text in missed if text and needs_translation(text))


def test_every_language_is_crawled(library: Library) -> None:
    assert set(library.speech.languages) == {"en", "pt", "es"}


def rests(node: Node) -> bool:
    """Tell whether someone can be at a node, and not only pass through it."""
    return not node.is_passing


def test_on_signal_typing_numbers_leads_everywhere_that_pressing_does(listening: Library) -> None:
    typing = Crawler(listening, SOURCE, channels=("signal",), types=True)
    typing.crawl()
    assert not typing.findings, "\n".join(sorted(typing.findings)[:40])
    pressing = Crawler(listening, SOURCE, channels=("signal",))
    pressing.crawl()
    assert pressing.visited - typing.visited == set()


def test_a_dead_end_is_found(library: Library) -> None:
    crawler = Crawler(library, "en")
    contact = Contact("en", position=MENU, seen=fold(NOW))
    crawler._judge(Screen(("{hotline:moon}",)), contact, contact)
    assert {finding.rpartition(": ")[2] for finding in crawler.findings} == {
        "no way on",
        "no way out",
        "a placeholder is left",
    }
