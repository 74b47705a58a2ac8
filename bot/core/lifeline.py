"""What always gets through, however much somebody writes: the words that always work, and a cry for help."""

from collections.abc import Iterator

from bot.core import telling
from bot.core.contact import Position
from bot.core.library import Library
from bot.core.message import Incoming, Kind, token
from bot.core.speech import Word, normalise

WORDS: frozenset[Word] = frozenset(("exit", "forget", "help", "menu", "stop"))
READ = 80
"""Characters that are looked at: a cry for help names itself early, and a flood must not make us read novels."""
_ACTS = ("exit", "forget_me", "stop")


def always_passes(library: Library, incoming: Incoming, *, carefully: bool) -> bool:
    """Tell whether something gets through; only who reads `carefully`, which takes long, forgives typing errors."""
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
    if incoming.kind is not Kind.TEXT or len(incoming.text) > READ:
        return False
    return library.vocabulary.commands.get(normalise(incoming.text)) == "forget"


def cries(library: Library, incoming: Incoming) -> bool:
    """Tell whether somebody typed, without errors, that a life is in danger."""
    return incoming.kind is Kind.TEXT and library.vocabulary.holds_cry(normalise(incoming.text[:READ]))


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
