"""The rule about what a stranger may read when the bot writes first."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.content.finding import Finding
from bot.content.library import PHRASES_FILE, Content
from bot.content.rules.flow import nodes
from bot.core.contact import Position
from bot.core.flow import place
from bot.core.lock_screen import LOCK_SCREEN, shown
from bot.core.phrase import SENT_FIRST
from bot.core.speech import PHRASES, SOURCE, normalise
from bot.core.wordlist import WordList

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


def unsafe_lock_screen(content: Content) -> Iterator[Finding]:
    """Protect her from who sees her phone: what comes by itself begins with nothing that gives her away."""
    flows = content.flows
    landings: dict[Position, None] = {}
    for at, node in nodes(content):
        for target in node.after.values():
            landings |= dict.fromkeys(_landings(content, Position(*place(target, at.flow, flows)), set()))
    for at in landings:
        node = content.flows[at.flow].nodes[at.node]
        if node.image:
            message = "comes by itself and shows its picture on a lock screen; put the picture on the next screen"
            yield content.in_flow(at.flow, ("nodes", at.node, "image"), message)
        text = node.say[0]
        yield from _unsafe(content, at.flow, text, content.in_flow(at.flow, ("nodes", at.node, "say", 0), ""))
    phrases = content.phrases.phrases if content.phrases else {}
    for name in SENT_FIRST:
        if name in phrases:
            yield from _unsafe(content, PHRASES, phrases[name], content.at(PHRASES_FILE, ("phrases", name), ""))


def _landings(content: Content, at: Position, passed: set[Position]) -> Iterator[Position]:
    """Name where a timer brings her, through nodes that only go on."""
    flow = content.flows.get(at.flow)
    node = flow.nodes.get(at.node) if flow else None
    if node is None or at in passed:
        return
    passed.add(at)
    if node.say:
        yield at
    if node.is_passing:
        for target in node.targets():
            yield from _landings(content, Position(*place(target, at.flow, content.flows)), passed)


def _unsafe(content: Content, context: str, text: str, written: Finding) -> Iterator[Finding]:
    """Look for what gives her away in a text, as it is written and in its translations."""
    if (english := content.languages.get(SOURCE)) and (word := _sensitive(text, english.sensitive)):
        yield replace(written, message=_message(word))
    for language, entries in content.translations.items():
        for entry in entries:
            if (entry.context, entry.text) == (context, text):
                word = _sensitive(entry.translated, content.languages[language].sensitive)
                if word:
                    yield content.in_catalogue(language, entry, _message(word))


def _message(word: str) -> str:
    return f"comes by itself and shows {word!r} on a lock screen; keep it out of the first {LOCK_SCREEN} characters"


def _sensitive(text: str, sensitive: tuple[str, ...]) -> str:
    """Return the first sensitive entry that begins where a lock screen still shows it."""
    # What is filled in may be short: the words around it come nearer then.
    return WordList(sensitive).first_in(normalise(shown(_PLACEHOLDER.sub("", text))))
