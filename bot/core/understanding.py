"""What she means by what she typed or pressed, in the order of design.md section 3."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz import fuzz

from bot.core.availability import lines_for
from bot.core.day import read_day
from bot.core.item import Item
from bot.core.library import Library
from bot.core.message import Incoming, Kind, Media
from bot.core.platform import NUMBERED, counts
from bot.core.relay import Relay
from bot.core.speech import Word, normalise
from bot.core.stage import Stage
from bot.core.tongue import Match, Sense, Urgency

LONGEST_READ = 1000
"""Characters that are looked at; a longer message is still searched for a cry for help at its beginning."""
LONGEST_ANSWER = 500
LONGEST_CONTENT = 1000
"""Characters of what peers write to others: with a picture, and with a line in front of it, it is still one message."""
NEAR_MISS = 80.0
"""Similarity from which a typed label counts, in rapidfuzz per cent."""
CLEARLY = 5.0
"""How far the best near miss must be ahead of the next one."""
SHORTEST_NEAR_MISS = 4

_TIME = re.compile(r"^(\d{1,2})(?:\s*(?:[:.h]|uhr|\s)\s*(\d{2}))?\s*(am|pm|h|uhr)?$")


@dataclass(frozen=True, slots=True)
class Command:
    """A word that always works."""

    word: Word


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice on the screen."""

    item: Item


@dataclass(frozen=True, slots=True)
class Answered:
    """Free text that a node asked for, or what she sent along with it."""

    value: str
    media: Media | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A city, at a node that asked for one."""

    city: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """The name of a language."""

    language: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Keywords of a flow, or of a node: `ways.wound`."""

    target: str


@dataclass(frozen=True, slots=True)
class Sought:
    """A need, a city or both."""

    need: str
    city: str


@dataclass(frozen=True, slots=True)
class Found:
    """Names of services; the ids are kept, her words are not."""

    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing that we know; `phrase` says so."""

    phrase: str


@dataclass(frozen=True)
class _Said:
    """What she typed, and the keywords in it, looked for once."""

    library: Library
    text: str

    @cached_property
    def found(self) -> list[Match]:
        return self.library.vocabulary.find(self.text)

    @cached_property
    def meant(self) -> frozenset[str]:
        """The words of keywords that are no typing errors: only a label that has them too is near."""
        words, knows = self.text.split(), self.library.vocabulary.knows
        return frozenset(word for match in self.found for word in words[match.start : match.end + 1] if knows(word))

    def names_node_of(self, flow: str) -> bool:
        """Tell whether all of it is the keyword of one node of a flow."""
        last = len(self.text.split()) - 1
        named = (each.keyword.target for each in self.found[:1] if (each.start, each.end) == (0, last))
        return any(target.startswith(f"{flow}.") for target in named)


Meaning = Command | Chosen | Answered | Placed | Spoken | Opened | Sought | Found | Unclear


def understand(library: Library, incoming: Incoming, stage: Stage | None) -> Meaning:
    """Return what `incoming` means to someone who has `stage` before her (`None`: nothing yet)."""
    if incoming.kind is Kind.PRESS:
        return _pressed(incoming, stage)
    if incoming.kind is not Kind.TEXT:
        return _wordless(incoming, stage)
    text = normalise(incoming.text[:LONGEST_READ])
    if command := library.vocabulary.commands.get(text):
        return Command(command)
    if stage and (answered := _answered(stage, incoming, text)):
        return answered
    said = _Said(library, text)
    if stage and stage.node.unsent:
        return _unguessed(stage, said)
    return (
        (stage and _choice(stage, said))
        or _language(library, text)
        or _keyword(stage, said)
        or _name(library, stage, text)
        or Unclear(_why_unclear(incoming, stage))
    )


def _answered(stage: Stage, incoming: Incoming, text: str) -> Meaning | None:
    """Take what a node asked for; where there are no buttons, the number of a choice is no free text."""
    asked = stage.node.ask
    if asked == "content":
        return _exactly(stage, text) or _content(incoming)
    if not asked or asked == "place":
        return None
    chosen = _exactly(stage, text) if asked == "text" and stage.channel in NUMBERED else None
    answer = _answer(stage, incoming.text)
    return chosen or (Answered(answer) if answer else None)


def _unguessed(stage: Stage, said: _Said) -> Meaning:
    """Take a choice, a language or a cry for help: all else she believes to be with somebody."""
    if chosen := _exactly(stage, said.text):
        return chosen
    if near := _labelled(stage, said):
        return Chosen(near)
    cry = next((match.keyword for match in said.found if match.keyword.urgency), None)
    return _language(stage.library, said.text) or (Opened(cry.target) if cry else Unclear("unsent"))


def _pressed(incoming: Incoming, stage: Stage | None) -> Meaning:
    return (stage and _by_token(stage, incoming.token)) or Unclear("moved_on")


def _by_token(stage: Stage, token: str) -> Meaning | None:
    for word, way in stage.ways:
        if way.token == token:
            return Command(word)
    item = stage.find(token)
    return Chosen(item) if item else None


def _wordless(incoming: Incoming, stage: Stage | None) -> Meaning:
    """Take a voice note or a picture where something for others is asked for; nothing else is looked at."""
    if incoming.kind is Kind.EDIT:
        return Unclear("edited")
    if not stage or stage.node.ask != "content":
        return Unclear("only_text")
    return _content(incoming) if incoming.media else Unclear("not_to_send")


def _content(incoming: Incoming) -> Meaning:
    """Take what is for others as it is written, but for what no screen shows."""
    text = incoming.text.encode(errors="ignore").decode().replace("\t", " ")
    plain = "".join(char for char in text if char == "\n" or unicodedata.category(char) != "Cc").strip()
    if len(plain) > LONGEST_CONTENT:
        return Unclear("too_long_to_send")
    return Answered(plain, incoming.media) if plain or incoming.media else Unclear("unclear")


def _why_unclear(incoming: Incoming, stage: Stage | None) -> str:
    if stage and stage.node.ask:
        by_kind = {"place": "unknown_place", "number": "not_a_number", "day": "not_a_day", "time": "not_a_time"}
        if stage.node.ask in by_kind:
            return by_kind[stage.node.ask]
    if stage and stage.is_urgent:
        return "unclear_urgent"
    if len(incoming.text) > LONGEST_READ:
        return "too_long"
    return "unclear_talk" if stage and _may_talk(stage) else "unclear"


def _may_talk(stage: Stage) -> bool:
    """Tell whether a line would be offered to her where she can choose one."""
    relay = Relay(stage.library, stage.house, stage.now)
    return bool(lines_for(relay, stage.contact.city, stage.address))


def _answer(stage: Stage, text: str) -> str:
    asked = stage.node.ask
    # Half a surrogate pair, which some keyboards send, cannot be stored.
    plain = " ".join(text.encode(errors="ignore").decode().split())[:LONGEST_ANSWER]
    if asked == "number":
        return str(int(plain)) if plain.isdecimal() and len(plain) <= 9 else ""  # noqa: PLR2004 - fits any count
    if asked == "day":
        return read_day(plain, stage.now.date())
    return read_time(plain) if asked == "time" else plain


def read_time(text: str) -> str:
    """Return a time of day as HH:MM, from `18:30`, `18h30`, `6 pm`; empty when it is none."""
    match = _TIME.match(text.casefold())
    if not match:
        return ""
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3] in ("am", "pm"):
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else ""  # noqa: PLR2004 - hours and minutes


def _choice(stage: Stage, said: _Said) -> Meaning | None:
    """Find the choice by its number, its label in any language, or a near miss of it."""
    text = said.text
    if (exact := _exactly(stage, text)) or not text or text.isdecimal():
        return exact
    if said.names_node_of(stage.position.flow):
        # "On duty" where "Off duty" is a choice: what has a word of its own is no half of another.
        return None
    near = _guessed(stage, said)
    return Chosen(near) if near else None


def _exactly(stage: Stage, text: str) -> Meaning | None:
    """Find the choice by its number or its whole label; where anything may be written, nothing less means a choice."""
    if not text:
        return None
    if text.isdecimal():
        return None if counts(stage.channel, stage.node.ask) else _numbered(stage, int(text))
    for word, way in stage.ways:
        if normalise(way.label) == text:
            return Command(word)
    exact = next((item for label, item in _all_labels(stage) if label == text), None)
    return Chosen(exact) if exact else None


def is_exact(stage: Stage, text: str) -> bool:
    """Tell whether she typed a number or a whole label that stands before her."""
    return _exactly(stage, normalise(text[:LONGEST_READ])) is not None


def _all_labels(stage: Stage) -> list[tuple[str, Item]]:
    return [(label, item) for item in stage.shown for label in _labels(stage, item)]


def _guessed(stage: Stage, said: _Said) -> Item | None:
    """Guess the choice she means, by all that she typed or by the keyword in it."""
    keyword = ""
    if said.found:
        keyword = " ".join(said.text.split()[said.found[0].start : said.found[0].end + 1])
    return _labelled(stage, said) or _partly(_alike(stage, said), keyword)


def _labelled(stage: Stage, said: _Said) -> Item | None:
    """Find the choice whose label is near to all that she typed, or holds it."""
    if said.text.isdecimal():
        return None
    alike = _alike(stage, said)
    near = [(label, item) for label, item in alike if said.meant.issubset(label.split())]
    return _near(near, said.text) or _partly(alike, said.text)


def _alike(stage: Stage, said: _Said) -> list[tuple[str, Item]]:
    """Return labels that may be near, never across a negation: `not breathing` must not become `breathing`."""
    is_negated = stage.library.vocabulary.is_negated
    return [(label, item) for label, item in _all_labels(stage) if is_negated(label) == is_negated(said.text)]


def _labels(stage: Stage, item: Item) -> set[str]:
    """Return the ways of saying a choice, normalised; what a service is called changes with the hour."""
    if item.service:
        return {normalise(item.service.name), normalise(stage.label(item))}
    if item.said:
        return {normalise(each) for each in (item.said, *item.also)}
    return stage.library.once(
        ("said", stage.position.flow, item.text, item.city, item.language, item.turns_page),
        lambda: {normalise(stage.label(item, language)) for language in stage.library.speech.languages},
    )


def _numbered(stage: Stage, number: int) -> Meaning | None:
    """Find what bore a number when she was shown it: a list may have changed since, as no button does."""
    now = (*(item.token for item in stage.shown), *(way.token for _, way in stage.ways))
    tokens = stage.contact.listed or now
    if not 1 <= number <= len(tokens):
        return None
    return _by_token(stage, tokens[number - 1]) or Unclear("moved_on")


def _near(labels: list[tuple[str, Item]], text: str) -> Item | None:
    if len(text) < SHORTEST_NEAR_MISS:
        return None
    best: dict[str, tuple[float, Item]] = {}
    for label, item in labels:
        score = fuzz.ratio(text, label, score_cutoff=NEAR_MISS - CLEARLY)
        if score > best.get(item.token, (0.0, item))[0]:
            best[item.token] = (score, item)
    ranked = sorted(best.values(), key=lambda scored: scored[0], reverse=True)
    if not ranked or ranked[0][0] < NEAR_MISS:
        return None
    is_clear = len(ranked) == 1 or ranked[0][0] - ranked[1][0] >= CLEARLY
    return ranked[0][1] if is_clear else None


def _partly(labels: list[tuple[str, Item]], text: str) -> Item | None:
    """Take the only choice that has all of her words in its label, in order."""
    if len(text) < SHORTEST_NEAR_MISS:
        return None
    holding = {item.token: item for label, item in labels if f" {text} " in f" {label} "}
    return next(iter(holding.values())) if len(holding) == 1 else None


def _language(library: Library, text: str) -> Meaning | None:
    code = library.vocabulary.languages.get(text)
    return Spoken(code) if code else None


def _keyword(stage: Stage | None, said: _Said) -> Meaning | None:
    """Urgent flows, then whichever of a need and a flow she said more of, then a city."""
    found = [match.keyword for match in said.found]
    if found and found[0].urgency:
        is_helped = stage and stage.is_urgent and found[0].urgency is Urgency.HELP
        return None if is_helped else Opened(found[0].target)
    if stage and stage.is_urgent and said.library.vocabulary.is_negated(said.text):
        # "No naloxone" asks for no place that has it: nothing takes her out of an emergency by a guess.
        return None
    city = next((keyword.target for keyword in found if keyword.sense is Sense.CITY), "")
    if city and stage and stage.node.ask == "place":
        return Placed(city)
    subject = next((keyword for keyword in found if keyword.sense is not Sense.CITY), None)
    if subject and subject.sense is Sense.FLOW:
        return Opened(subject.target)
    return Sought(subject.target if subject else "", city) if found else None


def _name(library: Library, stage: Stage | None, text: str) -> Meaning | None:
    if len(text) < SHORTEST_NEAR_MISS or (stage and stage.is_urgent):
        return None
    hits = library.names.find(text)
    return Found(tuple(hit.id for hit in hits)) if hits else None
