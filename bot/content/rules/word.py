"""Rules about words that she types: each means one thing, in all languages at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice, product
from typing import get_args

from babel import Locale, UnknownLocaleError

from bot.content.document import Path_
from bot.content.finding import Finding
from bot.content.library import DIRECTORY_FILE, LANGUAGES_FILE, Content, flow_file
from bot.core import pattern
from bot.core.library import flow_keywords, need_keywords
from bot.core.speech import SOURCE, Word, normalise

MOST_SPELLINGS = 2000
"""Ways of writing that are looked at for each keyword."""


@dataclass(frozen=True, slots=True)
class Use:
    """One word where it is written, and what it stands for there."""

    word: str
    stands_for: str
    place: Finding
    """Where; its message is not said."""
    language: str = SOURCE


def _plainly(use: Use) -> Iterable[str]:
    return (normalise(use.word),)


def _collisions(
    uses: Iterable[Use], taken: dict[str, Use], spelled: Callable[[Use], Iterable[str]] = _plainly
) -> Iterator[Finding]:
    """Report each use of a word that stands for something else already; `taken` learns the others."""
    for use in uses:
        for key in spelled(use):
            first = taken.setdefault(key, use)
            if first.stands_for != use.stands_for:
                at = f"{first.place.file}:{first.place.line}"
                said = f"{use.word!r} already stands for {first.stands_for} ({at})"
                message = f"{said}; take it out in one of the two places"
                yield Finding(use.place.file, use.place.line, use.place.column, message)
                break


def command_collision(content: Content) -> Iterator[Finding]:
    """Protect the words that always work: each does the same in every language."""
    yield from _collisions(_commands(content), {})


def language_collision(content: Content) -> Iterator[Finding]:
    """Protect the change of language: a name means one language, and is no word that always works."""
    taken = {normalise(use.word): use for use in _commands(content)}
    yield from _collisions(_names(content), taken)


def keyword_collision(content: Content) -> Iterator[Finding]:
    """Protect her words from opening the wrong thing: a keyword leads to one flow, need or city."""
    taken = {normalise(use.word): use for use in (*_names(content), *_commands(content))}
    shorthands = {code: dict(language.shorthand) for code, language in content.languages.items()}
    yield from _collisions(_cities(content), taken)
    yield from _collisions(_keywords(content), taken, partial(_spelled, shorthands))


def _spelled(shorthands: Mapping[str, Mapping[str, str]], use: Use) -> Iterator[str]:
    """Return what may be typed for a keyword, its groups and gaps as they are written."""
    ways = pattern.read(use.word, shorthands.get(use.language, {}))
    words = chain.from_iterable(product(*map(sorted, places)) for places in ways)
    mark = pattern.WHOLE if use.word.strip().startswith(pattern.WHOLE) else ""
    return (mark + " ".join(each) for each in islice(words, MOST_SPELLINGS))


def _commands(content: Content) -> Iterator[Use]:
    for code, language in content.languages.items():
        for command, words in language.words.items():
            for number, word in enumerate(words):
                path = ("languages", code, "words", command, number)
                yield Use(word, f"the command {command!r}", content.at(LANGUAGES_FILE, path, ""))


def _names(content: Content) -> Iterator[Use]:
    for code, language in content.languages.items():
        for name, path in _numbered(language.name, language.aliases):
            yield Use(name, f"the language {code!r}", content.at(LANGUAGES_FILE, ("languages", code, *path), ""))


def _numbered(name: str, aliases: tuple[str, ...]) -> Iterator[tuple[str, Path_]]:
    yield name, ("name",)
    for number, alias in enumerate(aliases):
        yield alias, ("aliases", number)


def _keywords(content: Content) -> Iterator[Use]:
    for name, flow in content.flows.items():
        for target, path, words in flow.spoken(name):
            meaning = f"the flow {target!r}"
            yield from _listed(content, flow_file(name), path, words, meaning)
            yield from _translated(content, flow_keywords(target), meaning)
    if not content.directory:
        return
    for number, need in enumerate(content.directory.needs):
        meaning = f"the need {need.id!r}"
        yield from _listed(content, DIRECTORY_FILE, ("needs", number, "keywords"), need.keywords, meaning)
        yield from _translated(content, need_keywords(need.id), meaning)


def _cities(content: Content) -> Iterator[Use]:
    for number, city in enumerate(content.directory.cities if content.directory else ()):
        for name, path in _numbered(city.name, city.aliases):
            yield Use(name, f"the city {city.id!r}", content.at(DIRECTORY_FILE, ("cities", number, *path), ""))


def _listed(content: Content, file: str, path: Path_, words: tuple[str, ...], meaning: str) -> Iterator[Use]:
    for number, word in enumerate(words):
        yield Use(word, meaning, content.at(file, (*path, number), ""))


def _translated(content: Content, context: str, meaning: str) -> Iterator[Use]:
    for language, entries in content.translations.items():
        for entry in entries:
            if entry.context == context and not entry.is_fuzzy:
                for word in entry.translated.split(","):
                    if normalise(word):
                        yield Use(word.strip(), meaning, content.in_catalogue(language, entry, ""), language)


def empty_keyword(content: Content) -> Iterator[Finding]:
    """Protect a flow from keywords that no typed word can match."""
    for use in (*_keywords(content), *_cities(content), *_names(content), *_commands(content)):
        if not normalise(use.word):
            yield _at(use, "has no letter or number; write a word")
    for use in (*_keywords(content), *_sayings(content)):
        language = content.languages.get(use.language)
        for group in pattern.groups_in(use.word):
            if language and group not in language.groups:
                yield _at(use, f"names <{group}>, which is no group of {language.name} in {LANGUAGES_FILE}")


def _at(use: Use, message: str) -> Finding:
    return Finding(use.place.file, use.place.line, use.place.column, f"{use.word!r} {message}")


def _sayings(content: Content) -> Iterator[Use]:
    for code, language in content.languages.items():
        for number, saying in enumerate(language.sayings):
            place = content.at(LANGUAGES_FILE, ("languages", code, "sayings", number), "")
            yield Use(saying, "a saying", place, code)


def missing_word(content: Content) -> Iterator[Finding]:
    """Protect the ways out: each command has a word in each language."""
    for code, language in content.languages.items():
        for command in get_args(Word):
            if not language.words.get(command):
                message = f"no word for {command!r}; add the words that {language.name} speakers type for it"
                yield content.at(LANGUAGES_FILE, ("languages", code, "words", command), message)


def unknown_language(content: Content) -> Iterator[Finding]:
    """Protect dates and hours, which are said as the language says them."""
    for code in content.languages:
        if not is_language(code):
            message = f"{code!r} is not the code of a language; write one like pt or pt-BR"
            yield content.at(LANGUAGES_FILE, ("languages", code), message)


def is_language(code: str) -> bool:
    """Tell whether dates, hours and names can be said in the language `code`."""
    try:
        Locale.parse(code.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return False
    return True
