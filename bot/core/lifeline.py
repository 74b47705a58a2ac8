"""What always gets through, however much somebody writes: the words that always work, and a cry for help."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from bot.core import telling
from bot.core.contact import Position
from bot.core.library import Library
from bot.core.message import Incoming, Kind, token
from bot.core.speech import Word, normalise
from bot.core.tongue import Sense

WORDS: frozenset[Word] = frozenset(("exit", "forget", "help", "menu", "stop"))
READ = 80
"""Characters that are looked at: a cry for help names itself early, and a flood must not make us read novels."""
LONGEST_HEARD = 1000
"""Characters of what somebody writes to us that are searched for a cry for help."""
_ACTS = ("exit", "forget_me", "stop")


def always_passes(library: Library, incoming: Incoming, *, carefully: bool) -> bool:
    """Tell whether something gets through; only who reads `carefully`, which takes long, forgives typing errors."""
    incoming = in_words(library, incoming)
    match incoming.kind:
        case Kind.PRESS:
            return incoming.token in library.once("lifeline", lambda: frozenset(_tokens(library)))
        case Kind.TEXT:
            return _is_heard(library, normalise(incoming.text[:READ]), carefully=carefully)
        case Kind.TAKEN_BACK:
            return True  # what she takes back must not stay with somebody else
    return False


def asks_to_be_forgotten(library: Library, incoming: Incoming) -> bool:
    """Tell whether somebody typed the word that erases what is kept about her."""
    incoming = in_words(library, incoming)
    if incoming.kind is not Kind.TEXT or len(incoming.text) > READ:
        return False
    return library.vocabulary.commands.get(normalise(incoming.text)) == "forget"


def cries(library: Library, incoming: Incoming) -> bool:
    """Tell whether somebody typed, without errors, that a life is in danger."""
    return incoming.kind is Kind.TEXT and library.vocabulary.holds_cry(normalise(incoming.text[:READ]))


def cry(library: Library, text: str) -> str:
    """Return where a cry for help leads, nothing where there is none; typing errors are forgiven."""
    found = library.vocabulary.find(normalise(text[:LONGEST_HEARD]))
    return found[0].keyword.target if found and found[0].keyword.urgency else ""


def names_only(library: Library, text: str, senses: Collection[Sense] = tuple(Sense)) -> bool:
    """Tell whether normalised `text` is made of keywords of ours, of some sorts, and of nothing else."""
    words = range(len(text.split()))
    taken = [each for each in library.vocabulary.find(text) if each.keyword.sense in senses]
    return bool(words) and {at for each in taken for at in range(each.start, each.end + 1)} >= set(words)


def in_words(library: Library, incoming: Incoming) -> Incoming:
    """Return a file below which nothing stands but a word that always works as that word: it is not for others."""
    is_file = incoming.kind in (Kind.VOICE, Kind.PICTURE, Kind.FILE)
    is_word = is_file and normalise(incoming.text[:READ]) in library.vocabulary.commands
    return replace(incoming, kind=Kind.TEXT, media=None) if is_word else incoming


def _is_heard(library: Library, text: str, *, carefully: bool) -> bool:
    vocabulary = library.vocabulary
    if vocabulary.commands.get(text) in WORDS or vocabulary.holds_cry(text):
        return True
    found = vocabulary.find(text) if carefully else ()
    return any(match.keyword.urgency for match in found)


def _tokens(library: Library) -> Iterator[str]:
    """Name the buttons, on whatever screen, that lead out or into an emergency."""
    yield from map(telling.way, telling.WAYS)
    for name, flow in library.flows.items():
        for place, node in flow.nodes.items():
            for word in ("menu", "exit"):
                yield token(name, place, "way", word)
            for text, option in node.choices.items():
                if _leads_out(library, library.resolve(option.go, name)):
                    yield token(name, place, text)


def _leads_out(library: Library, position: Position) -> bool:
    node = library.node(position)
    return library.is_urgent(position) or (node is not None and node.do in _ACTS)
