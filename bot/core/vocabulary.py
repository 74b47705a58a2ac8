"""Words in all languages at once: commands, languages, and keywords with typing errors forgiven."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rapidfuzz.distance import OSA

from bot.core.speech import Language, Word, normalise

WORDS_READ = 60
"""Words of a message that are looked at: a cry for help names itself early, a novel is not read."""
SHORTEST_FORGIVEN = 5
"""Shorter words are not forgiven an error: `dead` is not `bed`."""
SHORTEST_FORGIVEN_TWICE = 9


class Sense(StrEnum):
    """What a keyword points to."""

    FLOW = "flow"
    NEED = "need"
    CITY = "city"


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word or phrase that means something, as tokens of normalised text."""

    tokens: tuple[str, ...]
    sense: Sense
    target: str
    is_urgent: bool = False

    @property
    def weight(self) -> tuple[bool, int, int]:
        """Rank matches: urgent first, then the longer phrase, for it says more."""
        return self.is_urgent, len(self.tokens), sum(map(len, self.tokens))


@dataclass(frozen=True)
class Vocabulary:
    """Everything that she may type, ready to be looked up."""

    commands: Mapping[str, Word]
    languages: Mapping[str, str]
    keywords: tuple[Keyword, ...]
    negations: frozenset[str] = frozenset()
    _by_first: dict[str, list[Keyword]] = field(init=False, repr=False, compare=False)
    _tokens: dict[int, list[str]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the keywords by first token, and all tokens by length, for the forgiving look-up."""
        by_first: dict[str, list[Keyword]] = {}
        for keyword in self.keywords:
            by_first.setdefault(keyword.tokens[0], []).append(keyword)
        tokens: dict[int, list[str]] = {}
        for token in sorted({token for keyword in self.keywords for token in keyword.tokens}):
            tokens.setdefault(len(token), []).append(token)
        object.__setattr__(self, "_by_first", by_first)
        object.__setattr__(self, "_tokens", tokens)

    def find(self, text: str) -> list[Keyword]:
        """Return the keywords that normalised `text` holds, the weightiest first."""
        words = text.split()[:WORDS_READ]
        spellings = [self._spellings(word) for word in words]
        found = {
            keyword: None
            for start in range(len(words))
            for first in spellings[start]
            for keyword in self._by_first.get(first, ())
            if _follows(keyword.tokens, spellings[start:])
            or (keyword.is_urgent and self._follows_loosely(keyword.tokens, words[start:], spellings[start:]))
        }
        return sorted(found, key=lambda keyword: keyword.weight, reverse=True)

    def _follows_loosely(self, tokens: tuple[str, ...], words: list[str], spellings: list[frozenset[str]]) -> bool:
        """Let one word stand inside a cry for help, `lips are so blue`, unless it turns the cry round."""
        return any(
            words[stray] not in self.negations and _follows(tokens, spellings[:stray] + spellings[stray + 1 :])
            for stray in range(1, min(len(tokens), len(words)))
        )

    def is_negated(self, text: str) -> bool:
        """Tell whether normalised `text` says no to something, in any language."""
        return not self.negations.isdisjoint(text.split())

    def _spellings(self, word: str) -> frozenset[str]:
        """Return the known tokens that `word` may stand for; an exact one leaves no doubt.

        The first letter is never forgiven: `conscious` is not `unconscious`.
        """
        length = len(word)
        if word in self._tokens.get(length, ()):
            return frozenset((word,))
        if length < SHORTEST_FORGIVEN:
            return frozenset()
        errors = 2 if length >= SHORTEST_FORGIVEN_TWICE else 1
        return frozenset(
            token
            for near in range(max(length - errors, SHORTEST_FORGIVEN), length + errors + 1)
            for token in self._tokens.get(near, ())
            if token[0] == word[0] and OSA.distance(word, token, score_cutoff=errors) <= errors
        )


def _follows(tokens: tuple[str, ...], spellings: list[frozenset[str]]) -> bool:
    return len(tokens) <= len(spellings) and all(
        token in spelling for token, spelling in zip(tokens, spellings, strict=False)
    )


def commands(languages: Mapping[str, Language]) -> dict[str, Word]:
    """Return what each normalised word that always works means, in all languages."""
    return {
        normalise(word): command
        for language in languages.values()
        for command, words in language.words.items()
        for word in words
    }


def language_names(languages: Mapping[str, Language]) -> dict[str, str]:
    """Return which language each normalised name means."""
    return {
        normalise(name): code for code, language in languages.items() for name in (language.name, *language.aliases)
    }


def keywords(phrases: Iterable[str], sense: Sense, target: str, *, is_urgent: bool = False) -> list[Keyword]:
    """Turn what a peer wrote into keywords, once each."""
    normalised = dict.fromkeys(tuple(normalise(phrase).split()) for phrase in phrases)
    return [Keyword(tokens, sense, target, is_urgent) for tokens in normalised if tokens]
