"""Rules about what she reads: it fits her screen, it is filled in, and it is safe on a lock screen."""

from collections.abc import Iterator
from typing import TypeVar

from bot.content.catalogue import messages
from bot.content.document import Document, Path_
from bot.content.finding import Finding, nearest
from bot.content.library import PHRASES_FILE, Content
from bot.content.rules.flow import nodes
from bot.core import ago
from bot.core.directory import Links
from bot.core.rooms import FILLS
from bot.core.speech import normalise, placeholders, split_placeholder

LONGEST_TEXT = 1000
"""Characters of one message: more is not read in danger, and a Signal message folds at 2 000."""
LONGEST_LABEL = 60
"""Characters on a button: more is cut on a small phone."""
MOST_CHOICES = 14
FILLED = frozenset(("service", "kept", "city", "need", "language", *FILLS))
"""Placeholders that the engine fills without an argument."""
LINES = frozenset(("hotline", "hotlines"))
"""Placeholders that name a topic of hotlines."""
OF_HER_NEED = "need"
"""The topic of `{hotlines:need}`: that of what she is looking for."""
LINK = "link"
AGO = "ago"
PLACEHOLDERS = FILLED | LINES | {LINK, AGO}
"""All that may stand in braces, without what comes after the colon."""
EXAMPLES = frozenset(("{hotline:emergency}", "{hotlines:violence}", "{link:source}", "{ago:72 hours}"))

Each = TypeVar("Each")


def written(content: Content) -> Iterator[tuple[Document, Path_, str, str]]:
    """Name every text that is translated: its file, place, context and English."""
    for name, document in content.documents.items():
        if name in content.models:
            for path, context, text in messages(document):
                yield document, path, context, text


def stray_braces(text: str) -> str:
    """Return what stands in braces, or what brace stands alone, without being a placeholder."""
    rest = text
    for each in placeholders(text):
        rest = rest.replace(each, "")
    start = min((rest.find(brace) for brace in "{}" if brace in rest), default=-1)
    return "" if start < 0 else rest[start : rest.find("}", start) + 1 or start + 20].split("\n")[0]


def unknown_placeholder(content: Content) -> Iterator[Finding]:
    """Protect her from braces on her screen, and from "call" without a number."""
    topics = {hotline.topic for hotline in content.directory.hotlines} if content.directory else None
    for document, path, _, text in written(content):
        if not document.name.startswith("flows/") or document.name == PHRASES_FILE:
            continue
        if stray := stray_braces(text):
            yield document.at(path, f"{stray!r} is shown as it is; write a placeholder like {{hotline:emergency}}")
        for each in sorted(placeholders(text)):
            if message := _why_unknown(each, topics):
                yield document.at(path, f"{each} {message}")


def _why_unknown(placeholder: str, topics: set[str] | None) -> str:
    name, argument = split_placeholder(placeholder)
    if name in LINES:
        return why_no_line(name, argument, topics)
    if name == LINK:
        return _why_no_link(argument)
    if name == AGO:
        wrong = ago.span(argument) is None
        return f"is no time that has passed; write 1 to {ago.LONGEST} hours, like {{ago:72 hours}}" if wrong else ""
    if name in FILLED and not argument:
        return ""
    braces = {f"{{{each}}}" for each in FILLED} | EXAMPLES
    return f"is not a placeholder; {nearest(placeholder, braces, 'write one of ' + ', '.join(sorted(braces)))}"


def why_no_line(name: str, topic: str, topics: set[str] | None) -> str:
    """Say why a placeholder for a number gives none; nothing when it does."""
    if name == "hotlines" and topic == OF_HER_NEED:
        return ""
    if not topic:
        return f"needs a topic; write {{{name}:emergency}} or another topic of hotlines"
    if topics is not None and topic not in topics:
        return f"names a topic without any hotline; {nearest(topic, topics, 'add a hotline for it to directory.yaml')}"
    return ""


def _why_no_link(named: str) -> str:
    known = Links.model_fields
    return "" if named in known else f"names no link; {nearest(named, known, 'write one of ' + ', '.join(known))}"


def silent_country(content: Content) -> Iterator[Finding]:
    """Protect her from an empty line where a number belongs, in every country that is served."""
    if not content.directory:
        return
    lines = {(hotline.country, hotline.topic) for hotline in content.directory.hotlines}
    topics = {topic for _, topic in lines}
    countries = {city.country for city in content.directory.cities}
    for document, path, _, text in written(content):
        for each in sorted(placeholders(text)):
            name, topic = split_placeholder(each)
            missing = sorted(country for country in countries if (country, topic) not in lines)
            if name == "hotline" and topic in topics and missing:
                instead = f"add one to directory.yaml, or write {{hotlines:{topic}}}"
                yield document.at(path, f"{each} has no number in {', '.join(missing)}; {instead}")


def _is_label(path: Path_) -> bool:
    return path[-1] in ("title", "name", "label") or path[2:3] == ("choices",)


def _longest(path: Path_) -> int:
    return LONGEST_LABEL if _is_label(path) else LONGEST_TEXT


def _too_long(path: Path_, text: str) -> str:
    if len(text) <= _longest(path):
        return ""
    what = "on a button" if _is_label(path) else "in one message"
    return f"{len(text)} characters {what} are too many; write at most {_longest(path)}"


def text_too_long(content: Content) -> Iterator[Finding]:
    """Protect her eyes: a message is read at once, a button is read whole, in every language."""
    places: dict[tuple[str, str], Path_] = {}
    for document, path, context, text in written(content):
        if path[-1] == "keywords":
            continue
        places.setdefault((context, text), path)
        if message := _too_long(path, text):
            yield document.at(path, message)
    for language, entries in content.translations.items():
        for entry in entries:
            path = places.get((entry.context, entry.text), ())
            if path and (message := _too_long(path, entry.translated)):
                yield content.in_catalogue(language, entry, message)


def too_many_choices(content: Content) -> Iterator[Finding]:
    """Protect her from a screen that she must scroll to find the way out."""
    for at, node in nodes(content):
        if len(node.choices) > MOST_CHOICES:
            message = f"{len(node.choices)} choices are too many for a phone; write at most {MOST_CHOICES}"
            yield content.in_flow(at.flow, ("nodes", at.node, "choices"), message)


def twin_choices(content: Content) -> Iterator[Finding]:
    """Protect typed answers: two choices of a screen differ in every language, case and accents aside."""
    spoken = {
        language: {(entry.context, entry.text): entry for entry in entries}
        for language, entries in content.translations.items()
    }
    for at, node in nodes(content):
        seen = _twins((normalise(label), label) for label in node.choices)
        for first, second in seen:
            message = f"{second!r} reads like {first!r}; make the two choices differ"
            yield content.in_flow(at.flow, ("nodes", at.node, "choices", second), message)
        for language, entries in spoken.items():
            said = [entries[at.flow, label] for label in node.choices if (at.flow, label) in entries]
            for one, other in _twins((normalise(entry.translated), entry) for entry in said if entry.translated):
                message = (
                    f"{other.translated!r} stands for {one.text!r} and {other.text!r} on one screen; make them differ"
                )
                yield content.in_catalogue(language, other, message)


def _twins(items: Iterator[tuple[str, Each]]) -> Iterator[tuple[Each, Each]]:
    first: dict[str, Each] = {}
    for key, item in items:
        if key in first:
            yield first[key], item
        first.setdefault(key, item)
