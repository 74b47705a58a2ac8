"""Lists of words as `languages.yaml` has them: whole words, case and accents aside; a star stands for any ending."""

from collections.abc import Iterable

from bot.core.speech import normalise

ANY_ENDING = "*"


class WordList:
    """One list, ready to be held against many texts."""

    def __init__(self, entries: Iterable[str]) -> None:
        """Take the entries as they are written; several words in a row may be one entry."""
        self._sought = [
            (entry, f" {word}{'' if entry.endswith(ANY_ENDING) else ' '}")
            for entry in entries
            if (word := normalise(entry))
        ]

    def first_in(self, normalised: str) -> str:
        """Return the first entry that a normalised text holds, nothing where there is none."""
        held = f" {normalised} "
        return next((entry for entry, sought in self._sought if sought in held), "")
