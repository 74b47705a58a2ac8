"""One language: its keywords, how people write it, and where the keywords stand in what she typed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from itertools import chain
from typing import NamedTuple

from bot.core import pattern
from bot.core.pattern import ANY, Place, Spelled
from bot.core.spelling import Spelling

GAP_WORDS = 4
"""Words that a gap in a keyword may hold."""


class Sense(StrEnum):
    """What a keyword points to."""

    FLOW = "flow"
    NEED = "need"
    CITY = "city"
    SAYING = "saying"
    """Nothing: it only sounds like danger."""


class Urgency(IntEnum):
    """How much goes before how much."""

    NONE = 0
    HELP = 1
    """She cries for help, whatever for."""
    DANGER = 2
    """She names the danger, so that we know more than that she needs help."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word or phrase that means something."""

    places: Spelled
    sense: Sense
    target: str
    urgency: Urgency = Urgency.NONE
    is_whole: bool = False
    """It means this only where she typed nothing else."""


@dataclass(frozen=True, slots=True)
class Match:
    """A keyword, and the typed words that it took."""

    keyword: Keyword
    start: int
    end: int
    """The number of the first typed word, and of the last."""
    words: int
    """How many words it took, those that it passed over left out, and how many letters they had."""
    letters: int

    @property
    def weight(self) -> tuple[Urgency, int, int]:
        """Rank matches: danger first, then the longer phrase, for it says more."""
        return self.keyword.urgency, self.words, self.letters

    def is_within(self, other: "Match") -> bool:
        """Tell whether another match took these words too, but perhaps for a first one: `I`, `he`."""
        return other.start <= self.start + 1 and self.end <= other.end


@dataclass(frozen=True, slots=True)
class Habits:
    """How people write a language."""

    negations: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    """Words that may stand inside any keyword: articles, `really`, `my`."""
    shorthand: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Node:
    """What keywords have come to after some words: what they end here, and how they may go on."""

    ends: list[Keyword] = field(default_factory=list)
    next: dict[int, "_Node"] = field(default_factory=dict)
    """By the number of the next place."""
    gap: "_Node | None" = None
    is_gap: bool = False
    is_urgent: bool = False
    """A cry for help goes on from here."""


class _Step(NamedTuple):
    """How far a keyword has been followed."""

    node: _Node
    at: int
    words: int
    letters: int
    skipped: int
    has_strayed: bool


class Tongue:
    """The keywords of one language, ready to be found."""

    def __init__(self, keywords: Sequence[Keyword], habits: Habits | None = None) -> None:
        """Index the keywords by their places, one after the other, and the places by the words that may stand there."""
        self.keywords = tuple(keywords)
        self.habits = habits or Habits()
        self._numbers: dict[Place, int] = {}
        self._root = _Node()
        for keyword in self.keywords:
            self._plant(keyword)
        groups = {pattern.group(name): members for name, members in self.habits.groups.items()}
        self._places: dict[str, set[int]] = {}
        for place, number in self._numbers.items():
            for token in chain.from_iterable(groups.get(each, (each,)) for each in place):
                self._places.setdefault(token, set()).add(number)
        self.spelling = Spelling(self._places)

    def _plant(self, keyword: Keyword) -> None:
        node = self._root
        for place in keyword.places:
            if place == ANY:
                node.gap = node = node.gap or _Node(is_gap=True)
            else:
                node = node.next.setdefault(self._numbers.setdefault(place, len(self._numbers)), _Node())
            node.is_urgent = node.is_urgent or bool(keyword.urgency)
        node.ends.append(keyword)

    def find(self, typed: Sequence[str], is_forgiven: Callable[[str], bool] = lambda _: True) -> Iterator[Match]:
        """Yield each keyword that the typed words hold; a word that `is_forgiven` refuses must be exact."""
        read = list(pattern.written_out(typed, self.habits.shorthand))
        words = [word for _, word in read]
        meant = [self._may_be(word, is_forgiven=is_forgiven(word)) for word in words]
        search = _Search(words, meant, self.habits)
        for start in range(len(words)):
            for step in search.follow(self._root, start):
                is_whole = not start and step.at + 1 == len(words)
                for keyword in step.node.ends:
                    if (keyword.urgency or not step.has_strayed) and (is_whole or not keyword.is_whole):
                        yield Match(keyword, read[start][0], read[step.at][0], step.words, step.letters)

    def _may_be(self, word: str, *, is_forgiven: bool) -> set[int]:
        """Return the places that a word may stand in."""
        meant = self.spelling.of(word, is_forgiven=is_forgiven)
        return set().union(*(self._places[token] for token in meant))


class _Search:
    """One look through the typed words."""

    def __init__(self, words: list[str], meant: list[set[int]], habits: Habits) -> None:
        self._words, self._meant, self._habits, self._last = words, meant, habits, len(words) - 1
        self._present: set[int] = set().union(*meant)

    def follow(self, root: _Node, start: int) -> Iterator[_Step]:
        """Yield each step at whose word a keyword ends that began at the word `start`."""
        waiting = [_Step(root, start, 0, 0, 0, has_strayed=False)]
        while waiting:
            step = waiting.pop()
            node, at, words, letters, _, has_strayed = step
            for place in node.next.keys() & self._meant[at]:
                taken = _Step(node.next[place], at, words + 1, letters + len(self._words[at]), 0, has_strayed)
                if taken.node.ends:
                    yield taken
                if at < self._last:
                    self._go_on(taken, waiting)
            if start < at < self._last:
                self._pass_over(step, waiting)

    def _go_on(self, step: _Step, waiting: list[_Step]) -> None:
        """Go on to the next word, where she typed any that the keyword goes on with: for most she did not."""
        node, at, words, letters, _, has_strayed = step
        waiting.extend(
            _Step(following, at + 1, words, letters, 0, has_strayed)
            for following in (node, node.gap)
            if following and not self._present.isdisjoint(following.next)
        )

    def _pass_over(self, step: _Step, waiting: list[_Step]) -> None:
        """Pass over a word that stands inside a keyword: never one that turns it round.

        A filler stands anywhere, a few words in a gap, and one stray word in a cry for help, `lips are so blue`.
        """
        node, at, words, letters, skipped, has_strayed = step
        word = self._words[at]
        if word in self._habits.negations:
            return
        if word not in self._habits.fillers:
            if node.is_gap and skipped < GAP_WORDS:
                skipped += 1
            elif node.is_urgent and not node.is_gap and not has_strayed:
                has_strayed = True
            else:
                return
        waiting.append(_Step(node, at + 1, words, letters, skipped, has_strayed))
