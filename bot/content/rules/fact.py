"""Rules about facts: whatever may harm her when it is wrong can be traced to where it was read."""

from collections.abc import Iterator

from bot.content.document import Path_
from bot.content.facts import places, states_figure
from bot.content.finding import Finding, nearest
from bot.content.library import Content
from bot.content.rules.flow import nodes
from bot.core.contact import Position
from bot.core.fact import Statement, matching

EXAMPLE = "facts: B tips.md 9 from example.org"
ABSENT = "is in no source of this flow; add the page to sources:, or copy a piece of an address from there"


def unsourced_figure(content: Content) -> Iterator[Finding]:
    """Protect her from a number that nobody can trace: a time, a dose or a share has its facts."""
    for at, node in nodes(content):
        if "facts" in node.model_fields_set:
            continue
        path: Path_ = ("nodes", at.node)
        found: list[Path_] = [(*path, "say", number) for number, text in enumerate(node.say) if states_figure(text)]
        found += [(*path, "choices", label) for label in node.choices if states_figure(label)]
        # One `facts:` is for the whole screen, so the first figure is enough.
        for place in found[:1]:
            message = f"nobody can trace this figure; add {EXAMPLE}, or facts: [] if it is about this program"
            yield content.in_flow(at.flow, place, message)


def unknown_source(content: Content) -> Iterator[Finding]:
    """Protect whoever signs a fact from a page that its flow does not name, or names twice."""
    for at, number, fact in _facts(content):
        sources = content.flows[at.flow].sources
        for piece in fact.pages:
            if len(found := matching(piece, sources)) != 1:
                why = f"fits {len(found)} sources of this flow; write more of its address" if found else ABSENT
                yield content.in_flow(at.flow, ("nodes", at.node, "facts", number), f"{piece!r} {why}")


def unknown_place(content: Content) -> Iterator[Finding]:
    """Protect her from what a text still says of a place or line that the directory has lost."""
    if not content.directory:
        return
    known = places(content.directory)
    for at, number, fact in _facts(content):
        if fact.place and fact.place not in known:
            message = f"there is no {fact.place!r} in directory.yaml; {nearest(fact.place, known, 'mend the text too')}"
            yield content.in_flow(at.flow, ("nodes", at.node, "facts", number), message)


def _facts(content: Content) -> Iterator[tuple[Position, int, Statement]]:
    for at, node in nodes(content):
        for number, fact in enumerate(node.statements()):
            yield at, number, fact
