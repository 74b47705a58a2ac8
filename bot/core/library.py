"""Flows, directory and languages, loaded together and never changed: a new one takes the place of the old."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from bot.core import hours, vocabulary
from bot.core.canned import Ready
from bot.core.contact import Position
from bot.core.directory import City, Directory, Group, Hotline, Line, Need, Service
from bot.core.flow import Flow, Node, place
from bot.core.message import Picture
from bot.core.search import NameIndex
from bot.core.speech import DIRECTORY, PHRASES, PICTURES, SOURCE, Speech, fill, normalise
from bot.core.tongue import Sense, Tongue, Urgency
from bot.core.vocabulary import Vocabulary

T = TypeVar("T")

GREETING = Position("start", "start")
GREETINGS = {"signal": Position("start", "start_signal")}
"""By channel, where what can be promised there is something else; content without them greets everybody alike."""
MENU = Position("start", "menu")
HELP = Position("now", "start")
GONE = Position("me", "gone")
FORGOTTEN = Position("me", "forgotten")
STOPPED = Position("me", "stopped")
FIND_WHAT = Position("find", "start")
FIND_WHERE = Position("find", "where")
FIND_RESULTS = Position("find", "results")
FIND_FOUND = Position("find", "found")
DESK = Position("moderate", "welcome")
"""Where an invitation leads; content without groups has none."""
WELCOME = Position("answer", "welcome")
"""Where an invitation to answer on a line leads."""
LANDMARKS = (GREETING, MENU, HELP, GONE, FORGOTTEN, STOPPED, FIND_WHAT, FIND_WHERE, FIND_RESULTS, FIND_FOUND)
"""Places that the engine goes to by itself; `comadre check` says when a flow lost one."""

SIGNAL_LINK = "{link:signal}"

KEYWORDS_SEPARATOR = ", "
"""Keywords are one text to a translator, so that each language may have as many as it needs."""


@dataclass(frozen=True)
class Library:
    """All that the bot knows, as of one moment."""

    flows: Mapping[str, Flow]
    phrases: Mapping[str, str]
    directory: Directory
    speech: Speech
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    """By name, with what they show in English."""
    canned: Mapping[str, Ready] = field(default_factory=dict)
    """Ready answers for who answers, by id."""
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Work something out the first time only: a library never changes, so what is true of it stays true."""
        if key not in self._known:
            self._known[key] = make()
        known: T = self._known[key]
        return known

    def node(self, position: Position) -> Node | None:
        """Return the node at `position`, `None` when an edit took it away."""
        flow = self.flows.get(position.flow)
        return flow.nodes.get(position.node) if flow else None

    def is_urgent(self, position: Position) -> bool:
        """Tell whether a place is in the middle of an emergency."""
        flow = self.flows.get(position.flow)
        return bool(flow and flow.urgent)

    def resolve(self, target: str, flow: str) -> Position:
        """Return where `target`, written in `flow`, leads."""
        return self.once(("target", target, flow), lambda: Position(*place(target, flow, self.flows)))

    def phrase(self, language: str, name: str, /, **values: str) -> str:
        """Say what the bot says between the flows, with `values` for its placeholders."""
        text = self.speech.say(language, PHRASES, self.phrases[name])
        if not values:
            return text
        named = {f"{{{key}}}": value for key, value in values.items()}
        return fill(text, named, isolate=self.speech.is_right_to_left(language))

    def picture(self, language: str, name: str | None) -> Picture | None:
        """Return a picture with what it shows in her language, `None` where there is none."""
        picture = self.pictures.get(name or "")
        return replace(picture, alt=self.speech.say(language, PICTURES, picture.alt)) if picture else None

    @cached_property
    def services(self) -> Mapping[str, Service]:
        """Services by id."""
        return {service.id: service for service in self.directory.services}

    @cached_property
    def cities(self) -> Mapping[str, City]:
        """Cities by id."""
        return {city.id: city for city in self.directory.cities}

    @cached_property
    def needs(self) -> Mapping[str, Need]:
        """Needs by id."""
        return {need.id: need for need in self.directory.needs}

    @cached_property
    def services_by_city(self) -> Mapping[str, tuple[Service, ...]]:
        """Services of each city, in the order of the file."""
        return {
            city: tuple(service for service in self.directory.services if service.city == city) for city in self.cities
        }

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """Groups by id."""
        return {group.id: group for group in self.directory.groups}

    @cached_property
    def groups_by_city(self) -> Mapping[str, tuple[Group, ...]]:
        """Groups of each city, in the order of the file."""
        return {city: tuple(group for group in self.directory.groups if group.city == city) for city in self.cities}

    @cached_property
    def lines(self) -> Mapping[str, Line]:
        """Lines by id."""
        return {line.id: line for line in self.directory.lines}

    def zone(self, group: Group) -> ZoneInfo:
        """Return the zone of the clock that a group meets by."""
        city = self.cities.get(group.city)
        return ZoneInfo(group.zone or (city.zone if city else "UTC"))

    @cached_property
    def hotlines(self) -> Mapping[tuple[str, str], tuple[Hotline, ...]]:
        """Hotlines by (country, topic), best first as staff wrote them."""
        grouped: dict[tuple[str, str], list[Hotline]] = {}
        for hotline in self.directory.hotlines:
            grouped.setdefault((hotline.country, hotline.topic), []).append(hotline)
        return {key: tuple(hotlines) for key, hotlines in grouped.items()}

    @cached_property
    def names(self) -> NameIndex:
        """The names of services and of who runs them."""
        runs = {organization.id: organization.name for organization in self.directory.organizations}
        return NameIndex(
            (service.id, normalise(name))
            for service in self.directory.services
            for name in dict.fromkeys((service.name, runs.get(service.organization, "")))
            if name
        )

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Every word that means something, in every language."""
        languages = self.speech.languages
        return Vocabulary(
            commands=vocabulary.commands(languages),
            languages=vocabulary.language_names(languages),
            tongues=(self._cities, *map(self._tongue, languages)),
        )

    @property
    def _cities(self) -> Tongue:
        """The names of cities, which belong to no language."""
        cities = self.directory.cities
        return Tongue(
            tuple(
                keyword
                for city in cities
                for keyword in vocabulary.keywords((city.name, *city.aliases), Sense.CITY, city.id)
            )
        )

    def _tongue(self, code: str) -> Tongue:
        language = self.speech.languages[code]
        habits = vocabulary.habits(language)
        make = partial(vocabulary.keywords, shorthand=habits.shorthand)
        found = [
            keyword
            for target, sense, words, urgency in self._meanings()
            for keyword in make(self._spoken(words, target, sense, code), sense, target, urgency=urgency)
        ]
        return Tongue((*found, *make(language.sayings, Sense.SAYING, "")), habits)

    def _meanings(self) -> Iterator[tuple[str, Sense, tuple[str, ...], Urgency]]:
        for name, flow in self.flows.items():
            danger = Urgency.HELP if name == HELP.flow else Urgency.DANGER
            urgency = danger if flow.urgent else Urgency.NONE
            for target, _, words in flow.spoken(name):
                yield target, Sense.FLOW, words, urgency
        for need in self.directory.needs:
            yield need.id, Sense.NEED, need.keywords, Urgency.NONE

    def _spoken(self, words: tuple[str, ...], target: str, sense: Sense, language: str) -> tuple[str, ...]:
        """Return the keywords of one language, none where its translator has written none."""
        if language == SOURCE:
            return words
        source = KEYWORDS_SEPARATOR.join(words)
        context = flow_keywords(target) if sense is Sense.FLOW else need_keywords(target)
        translated = self.speech.say(language, context, source)
        return () if translated == source else tuple(translated.split(","))

    def leads_on(self, position: Position, channel: str) -> bool:
        """Tell whether a screen has something for who is on `channel`: the way to Signal is for nobody who is there."""
        node = self.node(position)
        if node is None or not any(SIGNAL_LINK in text for text in node.say):
            return True
        return channel != "signal" and self.directory.links.signal is not None

    def warm(self) -> "Library":
        """Build every index now, on the loading thread, so that no woman waits for it."""
        for index in (self.services, self.cities, self.needs, self.services_by_city, self.hotlines, self.names):
            len(index) if isinstance(index, Mapping) else index
        self.vocabulary  # noqa: B018 - the first look builds it
        return self

    def warm_hours(self) -> None:
        """Read all opening hours now, for the same reason; it can wait until the first poll is out."""
        cities = self.cities
        hours.warm(
            (service.hours, cities[service.city].zone, cities[service.city].country)
            for service in self.directory.services
            if service.hours and service.city in cities
        )


def flow_keywords(target: str) -> str:
    """Name the context in which a translator finds the keywords of a flow, or of a node: `ways.wound`."""
    return f"keywords:{target}"


def need_keywords(need: str) -> str:
    """Name the context in which a translator finds the keywords of a need."""
    return f"keywords:{DIRECTORY}:{need}"
