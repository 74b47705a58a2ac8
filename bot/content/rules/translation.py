"""Rules about the catalogues: whatever is said in English is said in every language, with the same values."""

from collections.abc import Collection, Iterator

from bot.content.catalogue import Translation, catalogue_file, needs_translation
from bot.content.document import Document, Path_
from bot.content.finding import Finding, Level
from bot.content.library import LANGUAGES_FILE, Content
from bot.content.rules.text import stray_braces, written
from bot.core.speech import SOURCE, placeholders

READY = 0.9
"""Share of all texts from which a language may be offered while the rest is being translated."""
SHOWN = 40
"""Characters of a text that are enough to recognise it."""


def _to_translate(content: Content) -> dict[tuple[str, str], tuple[Document, Path_]]:
    """Return every text that a translator translates, with the place where it is written first."""
    found: dict[tuple[str, str], tuple[Document, Path_]] = {}
    for document, path, context, text in written(content):
        if needs_translation(text):
            found.setdefault((context, text), (document, path))
    return found


def _entries(content: Content) -> Iterator[tuple[str, Translation]]:
    for language, entries in content.translations.items():
        for entry in entries:
            yield language, entry


def _short(text: str) -> str:
    first = text.strip().split("\n")[0]
    return first if len(first) <= SHOWN else f"{first[:SHOWN].rstrip()}…"


def missing_catalogue(content: Content) -> Iterator[Finding]:
    """Protect a language from being offered before anybody translated it."""
    for language, entries in content.translations.items():
        if not entries:
            message = f"nothing is translated into {language!r}; write {catalogue_file(language)}"
            yield content.at(LANGUAGES_FILE, ("languages", language), message)


def _level(known: Collection[object], wanted: Collection[object]) -> Level:
    """Let a sentence that lags be said in English meanwhile, and keep back a language that is hardly there."""
    return Level.GAP if len(known) >= READY * len(wanted) else Level.ERROR


def missing_translation(content: Content) -> Iterator[Finding]:
    """Protect her from a screen in a language that she does not read."""
    spoken = {
        language: {(entry.context, entry.text) for entry in entries if entry.translated and not entry.is_fuzzy}
        for language, entries in content.translations.items()
        if entries
    }
    wanted = _to_translate(content)
    levels = {language: _level(known & wanted.keys(), wanted) for language, known in spoken.items()}
    for key, (document, path) in wanted.items():
        for language, known in spoken.items():
            if key not in known:
                name = content.languages[language].name
                message = f"{_short(key[1])!r} is not in {name}; translate it in {catalogue_file(language)}"
                yield document.at(path, message, level=levels[language])


def stale_translation(content: Content) -> Iterator[Finding]:
    """Protect translators from keeping up what is no longer said."""
    if content.broken:
        return
    known = _to_translate(content)
    for language, entry in _entries(content):
        if (entry.context, entry.text) not in known:
            message = f"{_short(entry.text)!r} is no longer said; remove it (`make messages` does)"
            yield content.in_catalogue(language, entry, message, level=Level.WARNING)


def fuzzy_translation(content: Content) -> Iterator[Finding]:
    """Protect her from a guess: what nobody confirmed is not said, so somebody should."""
    for language, entry in _entries(content):
        if entry.is_fuzzy:
            message = f"{_short(entry.text)!r} is marked fuzzy and not used; mend it and remove the mark"
            yield content.in_catalogue(language, entry, message, level=Level.WARNING)


def translated_placeholder(content: Content) -> Iterator[Finding]:
    """Protect a translation from losing the number to call."""
    for language, entry in _entries(content):
        wanted, has = placeholders(entry.text), placeholders(entry.translated)
        if not entry.translated or entry.is_fuzzy:
            continue
        if lost := wanted - has:
            message = f"{', '.join(sorted(lost))} is missing in the translation; write it where the value belongs"
            yield content.in_catalogue(language, entry, message)
        if surplus := has - wanted:
            message = f"{', '.join(sorted(surplus))} is not in the English text; remove it from the translation"
            yield content.in_catalogue(language, entry, message)
        if stray := stray_braces(entry.translated):
            yield content.in_catalogue(
                language, entry, f"{stray!r} is shown as it is; copy the placeholder as it stands"
            )


def lost_source(content: Content) -> Iterator[Finding]:
    """Protect the greeting of a stranger: English is what is said when nothing else is known."""
    if content.languages and SOURCE not in content.languages:
        message = f"{SOURCE!r} is missing, and the program falls back on it; bring it back"
        yield content.at(LANGUAGES_FILE, ("languages",), message)
