"""Which known words a typed word may stand for: typing errors, spelling by ear, endings."""

import re
from collections.abc import Iterable

from rapidfuzz.distance import OSA

from bot.core.pattern import STAR

SHORTEST_FORGIVEN = 5
"""Shorter words are forgiven no error but a letter left out: `dead` is not `bed`, `rapd` is `raped`."""
SHORTEST_FORGIVEN_TWICE = 9
SHORTEST_HEARD = 4
"""Shorter words are not read by ear: too many sound alike."""
SHORTEST_STEM = 3

_SOUNDS = (
    ("ch", "X"), ("sh", "X"), ("x", "X"), ("ph", "f"), ("h", ""),
    ("qu", "q"), ("qa", "kua"), ("qo", "kuo"), ("q", "k"),
    ("gue", "Ge"), ("gui", "Gi"), ("ge", "je"), ("gi", "ji"),
    ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("c", "k"), ("z", "s"),
    ("v", "b"), ("y", "i"),
)  # fmt: skip
"""Letters that people swap because they sound alike, in this order: `kiero`, `biolo`, `ostia`, `geringa`."""
_SOFT = re.compile("ll(?=[aeiou])")
"""Sounds like `i` before a vowel only: `still` is not `sti`."""
_DOUBLED = re.compile(r"(.)\1+")
"""A letter written twice, or a stuck key: `helppp`."""


def sound(word: str) -> str:
    """Return how a word sounds, near enough for Spanish and Portuguese."""
    for letters, same in _SOUNDS:
        word = word.replace(letters, same)
    word = _SOFT.sub("i", word)
    return _DOUBLED.sub(r"\1", word)


class Spelling:
    """The words of all keywords of a language, ready to be looked up with errors in them."""

    def __init__(self, tokens: Iterable[str]) -> None:
        """Take the words of all keywords, stems among them."""
        every = frozenset(tokens)
        self._stems = frozenset(token for token in every if token.endswith(STAR))
        self.known = every - self._stems
        self._alike: dict[tuple[int, str], list[str]] = {}
        self._heard: dict[str, list[str]] = {}
        for token in sorted(self.known):
            self._alike.setdefault((len(token), token[0]), []).append(token)
            if len(token) >= SHORTEST_STEM:
                self._heard.setdefault(sound(token), []).append(token)

    def of(self, word: str, *, is_forgiven: bool = True) -> set[str]:
        """Return the known words and stems that `word` may stand for; an exact one leaves no doubt."""
        meant = {word} if word in self.known else self._forgiven(word) if is_forgiven else set()
        return meant.union(
            stem for end in range(SHORTEST_STEM, len(word) + 1) if (stem := word[:end] + STAR) in self._stems
        )

    def _forgiven(self, word: str) -> set[str]:
        """Forgive errors of a thumb and of the ear.

        The first letter is never forgiven an error: `conscious` is not `unconscious`.
        """
        length = len(word)
        meant = set(self._heard.get(sound(word), ())) if length >= SHORTEST_HEARD else set()
        if length < SHORTEST_FORGIVEN:
            longer = self._alike.get((length + 1, word[0]), ()) if length >= SHORTEST_HEARD else ()
            return meant.union(token for token in longer if token[-1] == word[-1] and OSA.distance(word, token) == 1)
        errors = 2 if length >= SHORTEST_FORGIVEN_TWICE else 1
        for near in range(max(length - errors, SHORTEST_FORGIVEN), length + errors + 1):
            for token in self._alike.get((near, word[0]), ()):
                if OSA.distance(word, token, score_cutoff=errors) <= errors:
                    meant.add(token)
        return meant
