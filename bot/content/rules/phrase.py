"""Rules about `phrases.yaml`: what the program says is there, and says what the program fills in."""

from collections.abc import Iterator

from bot.content.finding import Finding, Level, nearest
from bot.content.library import PHRASES_FILE, Content
from bot.content.rules.text import stray_braces
from bot.core.phrase import USED
from bot.core.speech import placeholders


def missing_phrase(content: Content) -> Iterator[Finding]:
    """Protect her from silence where the program has something to say."""
    if content.phrases:
        for name in USED.keys() - content.phrases.phrases.keys():
            yield content.at(PHRASES_FILE, ("phrases",), f"the phrase {name!r} is missing; add it")


def unused_phrase(content: Content) -> Iterator[Finding]:
    """Protect translators from work on a text that is never said."""
    if content.phrases:
        for name in content.phrases.phrases.keys() - USED.keys():
            message = f"the program never says {name!r}; {nearest(name, USED, 'remove it')}"
            yield content.at(PHRASES_FILE, ("phrases", name), message, level=Level.WARNING)


def phrase_placeholder(content: Content) -> Iterator[Finding]:
    """Protect a phrase from losing what the program fills in, and from braces on her screen."""
    if not content.phrases:
        return
    for name, text in content.phrases.phrases.items():
        path = ("phrases", name)
        wanted, has = USED.get(name, frozenset[str]()), placeholders(text)
        if lost := wanted - has:
            yield content.at(
                PHRASES_FILE, path, f"{', '.join(sorted(lost))} is missing; write it where the value belongs"
            )
        if name in USED and (surplus := has - wanted):
            yield content.at(PHRASES_FILE, path, f"{', '.join(sorted(surplus))} is not filled in here; remove it")
        if stray := stray_braces(text):
            yield content.at(PHRASES_FILE, path, f"{stray!r} is shown as it is; remove the braces")
