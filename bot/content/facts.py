"""The list of facts: each medical or legal statement with its grade, its pages, its review and who has yet to sign."""

import re
from collections import Counter
from collections.abc import Iterator

from bot.core.directory import Directory
from bot.core.fact import Statement, matching
from bot.core.flow import Flow, Node
from bot.core.library import Library

SHOWN = 200
"""Characters of a message that tell a reader which statement is meant; the flow has the rest."""
HEAD = """\
| flow.node | what it says | grade | where it comes from | reviewed | not signed by |
|---|---|---|---|---|---|
"""
NO_PAGE = "no page"
WHOLE = 30
"""Characters of an address that may stand for itself."""

_FIGURE = re.compile(
    r"\d[\s-]*(%|°|(second|minute|hour|day|week|month|year)s?\b|(mg|ml|g|h|min)\b)",
    re.IGNORECASE,
)


def states_figure(text: str) -> bool:
    """Tell whether a text states a time, a dose or a share: a number that somebody may act on."""
    return bool(_FIGURE.search(text))


def places(directory: Directory) -> dict[str, tuple[str, ...]]:
    """Return the pages of every service and line, by its id."""
    services = {service.id: service.source for service in directory.services}
    return services | {hotline.id: hotline.source for hotline in directory.hotlines}


def addresses(fact: Statement, flow: Flow, directory: Directory | None) -> tuple[str, ...]:
    """Return the pages of a fact: those that it names among the sources of its flow, or those of its place."""
    if fact.place:
        return places(directory).get(fact.place, ()) if directory else ()
    return tuple(address for piece in fact.pages for address in matching(piece, flow.sources))


def fact_list(library: Library) -> str:
    """Return the list as a Markdown table, a row for each screen that states a fact, and the pages below it."""
    labels = _labels(library)
    rows = [_row(name, node, library, labels) for name, node in _stating(library)]
    pages = "\n".join(f"[{label}]: {address}" for address, label in sorted(labels.items(), key=lambda each: each[1]))
    return f"{HEAD}{''.join(rows)}\n{pages}\n"


def _stating(library: Library) -> Iterator[tuple[tuple[str, str], Node]]:
    for name, flow in library.flows.items():
        for node_name, node in flow.nodes.items():
            if node.facts:
                yield (name, node_name), node


def _row(place: tuple[str, str], node: Node, library: Library, labels: dict[str, str]) -> str:
    flow = library.flows[place[0]]
    facts = sorted(node.statements(), key=lambda fact: fact.grade)
    cells = (
        ".".join(place),
        "<br>".join(_said(node)),
        " ".join(sorted({fact.grade for fact in facts})),
        "<br>".join(f"{fact.grade}: {_origin(fact, flow, library.directory, labels)}" for fact in facts),
        str(flow.reviewed),
        ", ".join(flow.unsigned()) or "all signed",
    )
    return f"| {' | '.join(cells)} |\n"


def _said(node: Node) -> Iterator[str]:
    """Name its messages, and the buttons that state a figure."""
    for text in node.say:
        yield _short(text)
    for label in node.choices:
        if states_figure(label):
            yield f"({_short(label)})"


def _short(text: str) -> str:
    line = " ".join(text.replace("|", "/").split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN].rpartition(' ')[0]} …"


def _origin(fact: Statement, flow: Flow, directory: Directory, labels: dict[str, str]) -> str:
    pages = ", ".join(f"[{labels[address]}]" for address in addresses(fact, flow, directory)) or NO_PAGE
    return f"{fact.origin}, {pages}" if fact.origin else pages


def _labels(library: Library) -> dict[str, str]:
    """Name each page: in full where that is short, by its site, or by its last part too where a site has several."""
    found: dict[str, None] = {}
    for (name, _), node in _stating(library):
        for fact in node.statements():
            found |= dict.fromkeys(addresses(fact, library.flows[name], library.directory))
    pages = {address: address.partition("://")[2].removeprefix("www.").rstrip("/") for address in found}
    sites = Counter(page.partition("/")[0] for page in pages.values())
    return {address: _label(page, sites) for address, page in pages.items()}


def _label(page: str, sites: Counter[str]) -> str:
    site, _, path = page.partition("/")
    if len(page) <= WHOLE:
        return page
    return f"{site}/{path.rpartition('/')[2]}" if sites[site] > 1 else site
