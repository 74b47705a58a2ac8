"""What a locked screen shows of a message, and which of its words a stranger must not read there."""

import re

from bot.core.speech import normalise
from bot.core.wordlist import WordList

LOCK_SCREEN = 60
"""Characters that a lock screen shows of a message."""

_SHOWN = re.compile(rf"(?s).{{{LOCK_SCREEN}}}(?:(?<=\w)\w*)?")
"""What is cut in the middle of a word is read to its end."""


def shown(text: str) -> str:
    """Return the beginning of a text, as far as a stranger reads it."""
    cut = _SHOWN.match(text)
    return cut[0] if cut else text


def line(text: str) -> str:
    """Return the same as one line, with a sign where it is cut."""
    bare = " ".join(text.split())
    seen = shown(bare)
    return seen if seen == bare else f"{seen.rstrip()}…"


def telling_words(text: str, sensitive: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a text that give her away on a lock screen, as they are written, each once."""
    seen, known = shown(" ".join(text.split())), WordList(sensitive)
    words = (word for word in re.findall(r"[\w'\u2019-]+", seen) if known.first_in(normalise(word)))
    # An entry of several words is named as the list has it.
    return tuple(dict.fromkeys(words)) or tuple(filter(None, (known.first_in(normalise(seen)),)))
