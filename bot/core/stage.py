"""What one person has before her: the choices and the texts of her position, in her language."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from bot.core import ago, speech
from bot.core.card import Teller
from bot.core.contact import (
    Contact,
    Position,
    Timed,
    Told,
)
from bot.core.directory import Confidence, Service
from bot.core.flow import Node
from bot.core.house import House, Role
from bot.core.item import Item
from bot.core.kept import kept
from bot.core.library import MENU, Library
from bot.core.message import Choice, Screen, token
from bot.core.platform import counts
from bot.core.rooms import FILLS, GATES, KNOWN, LISTS, LIVING, MEDIA
from bot.core.speech import DIRECTORY, Word
from bot.core.written import said_of

T = TypeVar("T")

NOTHING_SETTLED = House()
PAGE = 6
"""Entries of a list on one screen: what fits on a small phone above the ways out."""
READABLE = frozenset(("telegram",))
"""Channels whose platform can read along."""
NO_COUNTRY = ""
UNKNOWN = "…"
"""Shown for what should have been filled in; `comadre check` lets no such text pass."""
EMERGENCY = "emergency"
NEXT_TOPIC = {"sexual_violence": "violence", "crime_victims": "violence", "spiking": "sexual_violence"}
"""Which lines help where a country has none for a topic."""


@dataclass(frozen=True)
class Stage:
    """One position of one contact at one moment."""

    library: Library
    contact: Contact
    position: Position
    channel: str
    now: datetime
    house: House = NOTHING_SETTLED
    address: str = ""
    """Where she is reached, for what is to be written to her later."""

    @cached_property
    def node(self) -> Node:
        """The node of the position; the menu when an edit took it away."""
        node = self.library.node(self.position)
        return node or self.library.flows[MENU.flow].nodes[MENU.node]

    @property
    def is_urgent(self) -> bool:
        """Tell whether she is in the middle of an emergency."""
        return self.library.is_urgent(self.position)

    @property
    def is_readable(self) -> bool:
        """Tell whether being here gives something away to the platform: she is told so, once."""
        flow = self.library.flows.get(self.position.flow)
        return self.channel in READABLE and bool(flow and flow.sensitive and self.node.sensitive)

    @cached_property
    def teller(self) -> Teller:
        """Says the directory in her language."""
        return Teller(self.library, self.contact.language, self.now, self.house.doubts)

    @property
    def country(self) -> str:
        """Return the country of her city, or nothing."""
        city = self.library.cities.get(self.contact.city)
        return city.country if city else NO_COUNTRY

    def known(self, name: str) -> str:
        """Return what is known under `name`: about her, the channel, or an answer she gave."""
        known = {
            "city": self.contact.city,
            "country": self.country,
            "language": self.contact.language,
            "channel": self.channel,
            "role": self.house.staff.role.value if self.house.staff else "woman",
        }
        if name in KNOWN:
            return KNOWN[name](self)
        return known[name] if name in known else self.contact.answers.get(name, "")

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Everything that she can choose here, on whatever page, listed entries first."""
        if self._is_dynamic:
            return (*self.listed, *self._written())
        return self._once("items", lambda: (*self.listed, *self._written()))

    @cached_property
    def listed(self) -> tuple[Item, ...]:
        """What the list of this node finds, in the order of its source."""
        return tuple(self._listed())

    @property
    def _is_dynamic(self) -> bool:
        """Tell whether what can be chosen here differs from one woman or moment to the next."""
        return self.node.list not in (None, "cities") or any(
            self._resolve(each.go) in GATES for each in self.node.choices.values()
        )

    def _once(self, name: str, make: Callable[[], T]) -> T:
        """Work out once what is the same for all on her channel who speak her language and may do and undo the same."""
        seen_by = (self.channel, self.contact.language, bool(self.contact.trail))
        key = (name, self.position.flow, self.position.node, *seen_by, *self._roles)
        return self.library.once(key, make)

    def find(self, pressed: str) -> Item | None:
        """Return the choice that bears a token, on whatever page; sorting what is open is not needed for that."""
        listed = next((item for item in self.items if item.token == pressed), None)
        return listed or next((item for item in self.shown if item.token == pressed), None)

    def _written(self) -> Iterator[Item]:
        for text, option in self.node.choices.items():
            go = self._resolve(option.go)
            if self.admits(go) and (go not in GATES or GATES[go](self)):
                yield Item(self._token(text), go, option.set, text=text)

    def admits(self, position: Position) -> bool:
        """Tell whether a place is for her: what is for staff is nobody else's, however she came there."""
        flow = self.library.flows.get(position.flow)
        moderates, answers = self._roles
        is_hers = {"woman": True, "moderator": moderates}.get(flow.audience if flow else "woman", answers)
        return is_hers and self.library.leads_on(position, self.channel)

    @property
    def _roles(self) -> tuple[bool, bool]:
        """Tell whether she moderates, and whether she answers on a line."""
        staff = self.house.staff
        if staff is None:
            return False, False
        return bool(staff.groups) or staff.role in (Role.MODERATOR, Role.ADMIN), bool(staff.lines)

    def _listed(self) -> Iterator[Item]:
        node = self.node
        if node.ask == "place" or node.list == "cities":
            for city in self.library.directory.cities:
                yield Item(self._token("city", city.id), self._next, city=city.id)
        elif node.list == "languages":
            codes = sorted(self.library.speech.languages, key=lambda code: code != self.contact.language)
            for code in codes:
                yield Item(self._token("language", code), self._next, language=code)
        elif node.list == "services":
            for service in self.services:
                answers = {node.name or "service": service.id}
                yield Item(self._token("service", service.id), self._next, answers, service=service)
        elif node.list:
            for entry in LISTS[node.list](self):
                yield Item(
                    self._token(node.list, entry.id), self._next, entry.answers, said=entry.label, also=entry.also
                )

    @property
    def _next(self) -> Position:
        return self._resolve(self.node.go or MENU.node)

    def _resolve(self, target: str) -> Position:
        return self.library.resolve(target, self.position.flow)

    def _token(self, *parts: str) -> str:
        return token(self.position.flow, self.position.node, *parts)

    @cached_property
    def services(self) -> tuple[Service, ...]:
        """What the list of this node finds, in the order of the file."""
        where = self._where
        if "found" in where:
            return tuple(
                self.library.services[each] for each in where["found"].split() if each in self.library.services
            )
        return tuple(
            service
            for service in self._around(where)
            if where.get("need", "") in ("", *service.needs) and self._is_welcome(service, where) is not False
        )

    @cached_property
    def _where(self) -> dict[str, str]:
        return {filtered: self.known(name) for filtered, name in self.node.where.items()}

    def _around(self, where: Mapping[str, str]) -> tuple[Service, ...]:
        if "city" in where:
            return self.library.services_by_city.get(where["city"], ())
        cities = self.library.cities
        return tuple(
            each for each in self.library.directory.services if self.country in (NO_COUNTRY, cities[each.city].country)
        )

    @staticmethod
    def _is_welcome(service: Service, where: Mapping[str, str]) -> bool | None:
        wanted = where.get("welcome", "")
        return getattr(service.welcome, wanted) if wanted else None

    @cached_property
    def shown(self) -> tuple[Item, ...]:
        """The choices of this page in the order that she sees them: open now first."""
        if not self._is_dynamic:
            return self.items
        listed, written = list(self.listed), tuple(self._written())
        if self.node.list == "services":
            listed.sort(key=self._rank)
        pages = max(1, -(-len(listed) // PAGE)) if self.node.list != "languages" else 1
        if pages == 1:
            return (*listed, *written)
        page = self.position.page % pages
        more = Item(
            self._token("more"), Position(self.position.flow, self.position.node, (page + 1) % pages), turns_page=True
        )
        return (*listed[page * PAGE : (page + 1) * PAGE], more, *written)

    def _rank(self, item: Item) -> tuple[bool, int, bool]:
        service = item.service
        if service is None:  # pragma: no cover - only services are ranked
            return False, 0, False
        openness = {True: 0, None: 1, False: 2}[self.teller.is_open(service)]
        return self._is_welcome(service, self._where) is not True, openness, service.confidence is Confidence.LOW

    def label(self, item: Item, language: str = "") -> str:
        """Say an item in her language, or in the one given."""
        spoken = language or self.contact.language
        if item.service:
            return self.teller.label(item.service)
        if item.said:
            return item.said
        if item.language:
            return self.library.speech.languages[item.language].name
        if item.city:
            return self.library.speech.say(spoken, DIRECTORY, self.library.cities[item.city].name)
        if item.turns_page:
            return self.library.phrase(spoken, "more")
        return self.library.speech.say(spoken, self.position.flow, item.text)

    @cached_property
    def ways(self) -> tuple[tuple[Word, Choice], ...]:
        """The ways that are on every screen without being written."""
        return self._once("ways", self._ways)

    def _ways(self) -> tuple[tuple[Word, Choice], ...]:
        words: list[Word] = []
        if self.contact.trail:
            words.append("back")
        if self.position != MENU:
            words.append("menu")
        words.append("exit")
        return tuple(
            (word, Choice(self._token("way", word), self.library.phrase(self.contact.language, word))) for word in words
        )

    def screen(self, note: str = "") -> Screen:
        """Say the position; `note`, a phrase, comes before it."""
        if self._is_dynamic or any("{" in text for text in self.node.say):
            screen = self._screen(note)
        else:
            screen = self._once(f"screen {note}", lambda: self._screen(note))
        if self.contact.told is Told.HERE and self.is_readable:
            return replace(screen, texts=(*screen.texts, self._told()))
        if self.contact.timed is Timed.HERE:
            time = speech.span(self.contact.language, self.house.rules.disappears_after)
            said = self.library.phrase(self.contact.language, "disappears", time=time)
            return replace(screen, texts=(*screen.texts, said))
        return screen

    def _told(self) -> str:
        """Say who can read along, and where nobody but her can."""
        phrase, language = self.library.phrase, self.contact.language
        here, is_there = phrase(language, "readable_here"), self.library.directory.links.signal
        return f"{here}\n\n{self._fill(phrase(language, 'readable_here_signal'))}" if is_there else here

    def _screen(self, note: str) -> Screen:
        texts = [
            self._fill(self.library.speech.say(self.contact.language, self.position.flow, text))
            for text in self.node.say
        ]
        if note:
            texts[0] = f"{self.library.phrase(self.contact.language, note)}\n\n{texts[0]}"
        choices = tuple(Choice(item.token, self.label(item)) for item in self.shown)
        picture = self.library.picture(self.contact.language, self.node.image)
        media = next((found for name in self._fills if name in MEDIA and (found := MEDIA[name](self))), None)
        instead = self.library.phrase(self.contact.language, said_of(media)) if media else ""
        is_living = any(LIVING[name].is_so(self) for name in self._fills if name in LIVING)
        first, ways = int(not counts(self.channel, self.node.ask)), tuple(way for _, way in self.ways)
        return Screen(tuple(texts), choices, ways, picture, media, is_living, instead, first)

    @property
    def living(self) -> str:
        """Return where to look for what to show when what is said here changes by itself; nothing where it does not."""
        return next((LIVING[name].target for name in self._fills if name in LIVING), "")

    @property
    def _fills(self) -> tuple[str, ...]:
        """Name the placeholders of this node."""
        return tuple(speech.split_placeholder(each)[0] for text in self.node.say for each in speech.placeholders(text))

    def _fill(self, text: str) -> str:
        if "{" not in text:
            return text
        values = {each: self._value(*speech.split_placeholder(each)) for each in speech.placeholders(text)}
        isolate = self.library.speech.is_right_to_left(self.contact.language)
        return speech.fill(text, values, isolate=isolate)

    def _value(self, name: str, argument: str) -> str:
        if name in ("hotline", "hotlines"):
            return self._lines(name, argument)
        if name == "ago":
            return self._ago(argument)
        if name == "link":
            return self._link(argument)
        if name == "service":
            return self._service()
        if name in FILLS:
            return FILLS[name](self, argument)
        return kept(self) if name == "kept" else self.name_of(name)

    def _lines(self, name: str, argument: str) -> str:
        if name == "hotline":
            return self._numbers(argument)
        topic = self._topic(argument)
        told = self.teller.hotlines(self.country, topic, self.contact.city) if self.country else ""
        return told or self._numbers(topic)

    def _service(self) -> str:
        service = self.library.services.get(self.known("service"))
        # Staff may have taken it out while she was reading.
        return self.teller.service(service) if service else self.library.phrase(self.contact.language, "place_gone")

    def _link(self, name: str) -> str:
        link: str | None = getattr(self.library.directory.links, name, None)
        return link or self.library.phrase(self.contact.language, "no_link")

    def _ago(self, written: str) -> str:
        """Say a moment that long ago by the clock of her city; where she may be anywhere, only the day."""
        since, language = ago.span(written), self.contact.language
        if since is None:
            return UNKNOWN
        if city := self.library.cities.get(self.contact.city):
            return speech.weekday_clock(language, ago.full_hour(since, self.now, city.zone))
        zones = {each.zone for each in self.library.directory.cities}
        return speech.weekday_date(language, ago.full_day(since, self.now, zones))

    def _topic(self, argument: str) -> str:
        """Return the topic to show: the nearest that her country has a line for."""
        need = self.library.needs.get(self.known("need"))
        topic = (need.topic if need else EMERGENCY) if argument == "need" else argument
        while self.country and topic != EMERGENCY and not self.library.hotlines.get((self.country, topic)):
            topic = NEXT_TOPIC.get(topic, EMERGENCY)
        return topic

    def _numbers(self, topic: str) -> str:
        countries = (
            [self.country] if self.country else sorted({each.country for each in self.library.directory.hotlines})
        )
        return self.teller.numbers(countries, topic) or self.teller.numbers(countries, EMERGENCY)

    def name_of(self, subject: str) -> str:
        """Name her city, what she looks for, or her language."""
        say, language = self.library.speech.say, self.contact.language
        if subject == "city" and (city := self.library.cities.get(self.contact.city)):
            return say(language, DIRECTORY, city.name)
        if subject == "need" and (need := self.library.needs.get(self.known("need"))):
            return say(language, DIRECTORY, need.name)
        if subject == "language":
            return self.library.speech.languages[language].name
        return UNKNOWN
