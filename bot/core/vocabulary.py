"""Words in all languages at once: commands, languages, and keywords found in what she typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core import pattern
from bot.core.speech import Language, Word, normalise
from bot.core.tongue import Habits, Keyword, Match, Sense, Tongue, Urgency

WORDS_READ = 60
"""Words of a message that are looked at: a cry for help names itself early, a novel is not read."""


@dataclass(frozen=True)
class Vocabulary:
    """Everything that she may type, ready to be looked up."""

    commands: Mapping[str, Word]
    languages: Mapping[str, str]
    tongues: tuple[Tongue, ...]
    _known: frozenset[str] = field(init=False, repr=False, compare=False)
    _negations: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Bring together what the languages know."""
        known = frozenset(word for tongue in self.tongues for word in tongue.spelling.known)
        negations = frozenset(word for tongue in self.tongues for word in tongue.habits.negations)
        object.__setattr__(self, "_known", known)
        object.__setattr__(self, "_negations", negations)

    def find(self, text: str) -> list[Match]:
        """Return the keywords that normalised `text` holds, the weightiest first."""
        words = text.split()[:WORDS_READ]
        # A word of one language is no typing error in another.
        matches = [match for tongue in self.tongues for match in tongue.find(words, self._is_strange)]
        sayings = [match for match in matches if match.keyword.sense is Sense.SAYING]
        found: dict[Keyword, Match] = {}
        for match in sorted(matches, key=lambda match: match.weight, reverse=True):
            if _is_meant(match, sayings):
                found.setdefault(match.keyword, match)
        return list(found.values())

    def holds_cry(self, text: str) -> bool:
        """Tell whether normalised `text` holds a cry for help without typing errors: found much faster than all."""
        words = text.split()[:WORDS_READ]
        return any(match.keyword.urgency for tongue in self.tongues for match in tongue.find(words, _never))

    def _is_strange(self, word: str) -> bool:
        return word not in self._known

    def knows(self, word: str) -> bool:
        """Tell whether a normalised word stands in some keyword just so, and so is no typing error."""
        return word in self._known

    def is_negated(self, text: str) -> bool:
        """Tell whether normalised `text` says no to something, in any language."""
        return not self._negations.isdisjoint(text.split())


def _never(_word: str) -> bool:
    return False


def _is_meant(match: Match, sayings: list[Match]) -> bool:
    """Tell whether a keyword points somewhere: a cry for help inside a saying only sounds like one."""
    if match.keyword.urgency:
        return not any(match.is_within(saying) for saying in sayings)
    return match.keyword.sense is not Sense.SAYING


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


def habits(language: Language) -> Habits:
    """Return how people write a language; what says no is never passed over."""
    negations = _normalised(language.negations)
    return Habits(
        negations,
        _normalised(language.fillers) - negations,
        {normalise(short): normalise(full) for short, full in language.shorthand.items()},
        {name: _normalised(members) for name, members in language.groups.items()},
    )


def _normalised(words: Iterable[str]) -> frozenset[str]:
    return frozenset(map(normalise, words))


def keywords(
    phrases: Iterable[str],
    sense: Sense,
    target: str,
    *,
    urgency: Urgency = Urgency.NONE,
    shorthand: Mapping[str, str] | None = None,
) -> list[Keyword]:
    """Turn what a peer wrote into keywords, once each."""
    every = dict.fromkeys(
        (places, phrase.strip().startswith(pattern.WHOLE))
        for phrase in phrases
        for places in pattern.read(phrase, shorthand or {})
    )
    return [Keyword(places, sense, target, urgency, is_whole) for places, is_whole in every]
