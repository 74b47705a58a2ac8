"""Finding a service by its name, typing errors and all, among thousands in well under three milliseconds."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest

from rapidfuzz import fuzz, process

CANDIDATES = 40
"""Names that share the most trigrams with the question and are then compared in full."""
GOOD = 72.0
"""Similarity from which a name is shown: below, "I don't know" is the better answer."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One service that the words may mean."""

    id: str
    score: float


class NameIndex:
    """Trigrams of all names, so that a question is compared with a few and never with all."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """Take (service id, normalised name) pairs; a service may have several names."""
        self._names = list(names)
        self._postings: dict[str, list[int]] = {}
        for number, (_, name) in enumerate(self._names):
            for trigram in _trigrams(name):
                self._postings.setdefault(trigram, []).append(number)

    def find(self, text: str, most: int = 8) -> list[Hit]:
        """Return the services whose names are near normalised `text`, the nearest first."""
        candidates = self._candidates(text)
        scored = process.extract(
            text,
            {number: self._names[number][1] for number in candidates},
            scorer=_similarity,
            limit=None,
            score_cutoff=GOOD,
        )
        best: dict[str, float] = {}
        for _, score, number in scored:
            identifier = self._names[number][0]
            best[identifier] = max(score, best.get(identifier, 0.0))
        return nlargest(most, (Hit(identifier, score) for identifier, score in best.items()), key=lambda hit: hit.score)

    def _candidates(self, text: str) -> list[int]:
        trigrams = [trigram for trigram in _trigrams(text) if trigram in self._postings]
        # Rare trigrams tell names apart; common ones ("cen", "tro") only cost time.
        trigrams.sort(key=lambda trigram: len(self._postings[trigram]))
        shared: dict[int, float] = {}
        read = 0
        for trigram in trigrams:
            posting = self._postings[trigram]
            read += len(posting)
            if read > _POSTINGS_READ and shared:
                break
            weight = 1.0 / len(posting) ** 0.5
            for number in posting:
                shared[number] = shared.get(number, 0.0) + weight
        return nlargest(CANDIDATES, shared, key=shared.__getitem__)


_POSTINGS_READ = 6000
"""Postings that one question reads at most: what bounds the time whatever the number of services."""


def _trigrams(text: str) -> set[str]:
    return {
        padded[start : start + 3]
        for word in text.split()
        for padded in (f"  {word} ",)
        for start in range(len(padded) - 2)
    }


def _similarity(question: str, name: str, *, score_cutoff: float | None = None) -> float:
    """Compare as words in any order, a part of the name being enough, yet the whole name better."""
    return 0.5 * fuzz.token_set_ratio(question, name) + 0.5 * fuzz.WRatio(question, name, score_cutoff=score_cutoff)
