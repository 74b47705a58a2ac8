"""Rules about how the bot speaks: short sentences, in words that judge nobody, in every language."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from bot.content.finding import Finding, Level
from bot.content.library import Content
from bot.content.rules.text import written
from bot.core.directory import Hotline, Organization, Service
from bot.core.speech import SOURCE, normalise
from bot.core.wordlist import WordList

MOST_WORDS = 15
"""Words of one sentence: twelve are the aim, more than these are read twice."""
SHOWN = 5
"""Words of a sentence that are enough to find it."""

_END = re.compile(r"(?<=[.?!…:;\u061b\u061f])(?=[\s\"'”\u2019»)\]]|$)|\n")
"""Where a sentence ends; the point in `3.5` and the colon in `18:00` end none."""
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_LOUD = re.compile(r"[!¡]")
_APART = " . "
"""Stands between words that are not said in one breath."""

Point = Callable[[str], Finding]


def long_sentence(content: Content) -> Iterator[Finding]:
    """Protect her who reads in danger, or in her third language: a sentence is read once."""
    for _, text, point in _said(content):
        for sentence in _END.split(text):
            words = _words(sentence)
            if len(words) > MOST_WORDS:
                start = " ".join(words[:SHOWN])
                yield point(
                    f"'{start}…' has {len(words)} words in one sentence; make two of it, of {MOST_WORDS} at most"
                )


def avoided_word(content: Content) -> Iterator[Finding]:
    """Protect her from being judged, labelled or lectured: `avoid` of each language lists the words that do."""
    lists = {code: WordList(language.avoid) for code, language in content.languages.items()}
    suspects = [
        (text, avoided, point)
        for language, text, point in _said(content)
        if (avoided := lists.get(language)) and avoided.first_in(normalise(text))
    ]
    names = _names(content) if suspects else []
    for text, avoided, point in suspects:
        if entry := _avoided(text, avoided, names):
            yield point(f"{entry!r} is a word to avoid; say it as she would, without a label or an order")


def exclamation_mark(content: Content) -> Iterator[Finding]:
    """Protect her from being shouted at."""
    for _, text, point in _said(content):
        if mark := _LOUD.search(text):
            yield point(f"{mark[0]!r} sounds like shouting; write a full stop")


def _said(content: Content) -> Iterator[tuple[str, str, Point]]:
    """Name every text that she reads: its language, its words, and what says where it is written."""
    known = set()
    for document, path, context, text in written(content):
        if path[-1] != "keywords":
            known.add((context, text))
            yield SOURCE, text, partial(document.at, path, level=Level.WARNING)
    for language, entries in content.translations.items():
        for entry in entries:
            if (entry.context, entry.text) in known and not entry.is_fuzzy:
                yield language, entry.translated, partial(content.in_catalogue, language, entry, level=Level.WARNING)


def _words(sentence: str) -> list[str]:
    """Return what is read as a word; a placeholder is one, a lone dash is none."""
    return [word for word in _PLACEHOLDER.sub("x", sentence).split() if any(map(str.isalnum, word))]


def _avoided(text: str, avoided: WordList, names: list[str]) -> str:
    """Return the first avoided word that the bot itself says: not in a quotation, nor in the name of a place."""
    said = f" {_normalised(_QUOTED.sub(_APART, text))} "
    for name in names:
        said = said.replace(f" {name} ", _APART)
    return avoided.first_in(said)


def _names(content: Content) -> list[str]:
    """Return how places call themselves, the longest first, for one may hold another."""
    directory = content.directory
    if not directory:
        return []
    named: list[Organization | Service | Hotline] = [
        *directory.organizations, *directory.services, *directory.hotlines
    ]  # fmt: skip
    return sorted({_normalised(each.name).strip(_APART) for each in named} - {""}, key=len, reverse=True)


def _normalised(text: str) -> str:
    """Return the sentences of a text, normalised and kept apart."""
    return _APART.join(map(normalise, _END.split(text)))
