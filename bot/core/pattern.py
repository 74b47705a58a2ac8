"""How a peer writes a keyword: plain words, and a few marks that stand for many spellings."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import product

from bot.core.speech import normalise

Place = frozenset[str]
"""What may stand in one place: words as `normalise` leaves them, stems with a star, groups, or a gap."""
Spelled = tuple[Place, ...]

GAP = ".."
"""Stands for a few words, whatever they are: `cant .. wake`."""
ANY = frozenset({GAP})
STAR = "*"
"""Stands for any ending: `strangl* me`."""
OR = "/"
"""Stands between words of which any one will do: `hit/hits me`."""

WHOLE = "="
"""Stands before a keyword that counts only where she typed nothing else: `=he is here`."""

_GROUP = re.compile(r"<([a-z]+)>")
"""Stands for any word of a group in `languages.yaml`: `<who> is blue`."""
_CLITIC = re.compile(r"-(me|te|se|lhe|nos)$")
"""Portuguese says `bateu-me`, `me bateu` and, typed in haste, `bateume`: one mark for all three."""


def group(name: str) -> str:
    """Write a group as it stands in a place."""
    return f"<{name}>"


def groups_in(phrase: str) -> list[str]:
    """Name the groups that a keyword asks for."""
    return _GROUP.findall(phrase)


def read(phrase: str, shorthand: Mapping[str, str]) -> Iterator[Spelled]:
    """Return what a keyword stands for, with what is written for short written out."""
    words = phrase.strip().removeprefix(WHOLE).split()
    for chosen in product(*(list(_ways(word, shorthand)) for word in words)):
        if places := tuple(place for part in chosen for place in part):
            yield places


def written_out(words: Iterable[str], shorthand: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Return each word as who writes it for short, `isnt` or `tou`, means it, and which of the words it came from."""
    for number, word in enumerate(words):
        for full in shorthand.get(word, word).split():
            yield number, full


def _ways(word: str, shorthand: Mapping[str, str]) -> Iterator[Spelled]:
    """Return what one written word may stand for: one place for all single words, and each longer choice."""
    shared = _pronoun(word)
    single: dict[str, set[str]] = {}
    for choice in word.split(OR):
        own = _pronoun(choice)
        tokens = _tokens(choice.removesuffix(f"-{own}"))
        if len(tokens) == 1 and tokens[0] not in shorthand:
            single.setdefault(own or shared, set()).add(tokens[0])
        elif written := tuple(_one(token) for _, token in written_out(tokens, shorthand)):
            yield from _around(written, own or shared)
    for pronoun, verbs in single.items():
        yield from _around((frozenset(verbs) if len(verbs) > 1 else _one(*verbs),), pronoun)


@lru_cache(maxsize=1 << 14)
def _one(token: str) -> Place:
    """Return the place of a single word, the same for all keywords: it is most places, and takes room."""
    return frozenset({token})


def _pronoun(written: str) -> str:
    """Return the pronoun that hangs on a verb; on the last of several it hangs on all."""
    found = "-" in written and _CLITIC.search(written)
    return found[1] if found else ""


@lru_cache(maxsize=1 << 14)
def _tokens(choice: str) -> tuple[str, ...]:
    if choice == GAP or _GROUP.fullmatch(choice):
        return (choice,)
    # Most words are plain already, and there are tens of thousands.
    tokens = (choice.lower(),) if choice.isascii() and choice.isalnum() else tuple(normalise(choice).split())
    return (*tokens[:-1], tokens[-1] + STAR) if tokens and choice.endswith(STAR) else tokens


def _around(verb: Spelled, pronoun: str) -> Iterator[Spelled]:
    if not pronoun:
        yield verb
        return
    yield (*verb, _one(pronoun))
    yield (_one(pronoun), *verb)
    if joined := frozenset(each + pronoun for each in verb[-1] if not each.endswith(STAR)):
        yield (*verb[:-1], joined)
