"""What a group decides together: the question, its answers, and what came of it, without who said what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

FEWEST_TOLD = 5
"""Of fewer than this, a number could point at someone, in a group where all know each other."""
HIDDEN = -1
"""Stands where a number was too small to be kept: nobody can look it up later."""
FEWEST_ANSWERS, MOST_ANSWERS = 2, 5
LEAST_QUORUM = 3
"""Of two who answered, each would know what the other said."""
YES = 0
"""The first answer of a question that changes something."""


class About(StrEnum):
    """What a yes would change."""

    FREE = "free"
    """Nothing here: the group does what it decided."""
    AGREEMENT = "agreement"
    """`texts` takes the place of what the group agreed on."""
    SHOW_SMALL = "show_small"
    HIDE_SMALL = "hide_small"
    """Whether results say numbers below five."""


class Result(StrEnum):
    """How a question ended."""

    OPEN = ""
    TOO_FEW = "too_few"
    """The quorum was not reached, and nothing changes."""
    TIE = "tie"
    CHOSEN = "chosen"


@dataclass(frozen=True, slots=True)
class Question:
    """One answer each, changed at will until it closes."""

    id: str
    about: About
    texts: Mapping[str, str]
    """The question by language, the main one of the group first; empty where the program has words for it."""
    answers: Mapping[str, tuple[str, ...]]
    """As typed, in the order of the buttons, by language; empty for yes and no."""
    closes_at: int
    """Seconds since 1970."""
    quorum: int
    shows_small: bool = False
    """Who answers is promised, when it is asked, whether small numbers are told: that cannot be taken back later."""
    result: Result = Result.OPEN
    chosen: int = YES
    """Which answer had the most, where `result` says so."""
    counts: tuple[int, ...] = ()
    """How many chose each answer, or `HIDDEN`; before it closes nobody is told."""

    @property
    def is_closed(self) -> bool:
        """Tell whether its result stands."""
        return self.result is not Result.OPEN

    @property
    def is_agreed(self) -> bool:
        """Tell whether enough members said yes, and more of them than no."""
        return self.result is Result.CHOSEN and self.chosen == YES

    @property
    def size(self) -> int:
        """Return how many answers there are."""
        return len(next(iter(self.answers.values()), ("", "")))

    def takes(self, now: int) -> bool:
        """Tell whether it can be answered still."""
        return not self.is_closed and now < self.closes_at

    def count(self, tally: Mapping[str, int], *, shows_small: bool) -> Self:
        """Close it with what each answer got; what is too small to be told is not kept either.

        Small numbers are told where the group wants that now, and wanted it when it was asked.
        """
        votes = [tally.get(str(number), 0) for number in range(self.size)]
        if sum(votes) < self.quorum:
            return replace(self, result=Result.TOO_FEW)
        most = max(votes)
        result = Result.TIE if votes.count(most) > 1 else Result.CHOSEN
        is_told = shows_small and self.shows_small
        counts = tuple(each if is_told or each >= FEWEST_TOLD else HIDDEN for each in votes)
        return replace(self, result=result, chosen=votes.index(most), counts=counts)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, ready to be sealed."""
        return {
            "id": self.id,
            "about": self.about.value,
            "texts": dict(self.texts),
            "answers": {language: list(each) for language, each in self.answers.items()},
            "closes_at": self.closes_at,
            "quorum": self.quorum,
            "shows_small": self.shows_small,
            "result": self.result.value,
            "chosen": self.chosen,
            "counts": list(self.counts),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        return cls(
            **{
                **data,
                "about": About(data["about"]),
                "answers": {language: tuple(each) for language, each in data["answers"].items()},
                "result": Result(data["result"]),
                "counts": tuple(data["counts"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """A question while its moderator writes it, piece by piece."""

    about: About = About.FREE
    tongue: str = ""
    """The language that she writes in now."""
    texts: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def main(self) -> str:
        """Return the language that it was begun in."""
        return next(iter(self.texts), self.tongue)

    @property
    def missing(self) -> int:
        """Return how many answers are still to be written in the language that she writes in."""
        wanted = len(self.answers.get(self.main, ())) if self.tongue != self.main else MOST_ANSWERS
        return max(0, wanted - len(self.answers.get(self.tongue, ())))

    @property
    def is_whole(self) -> bool:
        """Tell whether it can be asked: it has its words, and two answers where it is not for yes and no."""
        answers = self.answers.get(self.main)
        has_text = bool(self.texts) or self.about in (About.SHOW_SMALL, About.HIDE_SMALL)
        return has_text and (answers is None or len(answers) >= FEWEST_ANSWERS)

    def whole_tongues(self) -> tuple[str, ...]:
        """Name the languages that are written to the end, the main one first."""
        wanted = len(self.answers.get(self.main, ()))
        return tuple(each for each in self.texts if len(self.answers.get(each, ())) == wanted)

    def with_text(self, text: str) -> Self:
        """Write the question in the language that she writes in."""
        return replace(self, texts={**self.texts, self.tongue: text})

    def with_answer(self, text: str) -> Self:
        """Write one answer more."""
        return replace(self, answers={**self.answers, self.tongue: (*self.answers.get(self.tongue, ()), text)})

    def in_tongue(self, tongue: str) -> Self:
        """Begin anew in a language, and leave the others as they are."""
        if tongue == self.main:
            return replace(self, tongue=tongue)
        texts = {each: text for each, text in self.texts.items() if each != tongue}
        answers = {each: text for each, text in self.answers.items() if each != tongue}
        return replace(self, tongue=tongue, texts=texts, answers=answers)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        answers = {language: list(each) for language, each in self.answers.items()}
        return {"about": self.about.value, "tongue": self.tongue, "texts": dict(self.texts), "answers": answers}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read back what `to_dict` wrote."""
        answers = {language: tuple(each) for language, each in data["answers"].items()}
        return cls(About(data["about"]), data["tongue"], data["texts"], answers)
