"""How the bot says things in her language: translations, dates, clock times, lists, direction of writing."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from babel import Locale
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_datetime_format,
    get_day_names,
    match_skeleton,
)
from babel.lists import format_list
from babel.numbers import format_decimal
from pydantic import Field

from bot.core.directory import Entry, PartialDate

Catalogue = Mapping[tuple[str, str], str]
"""(context, English text) -> translation; what a translator has not confirmed is not in it."""

SOURCE = "en"
Word = Literal["exit", "forget", "help", "menu", "back", "stop"]
DIRECTORY = "directory"
"""Context of every text that comes from `directory.yaml`."""
PHRASES = "phrases"
"""Context of every text that comes from `phrases.yaml`."""
PICTURES = "pictures"
"""Context of every text that comes from `pictures.yaml`."""
CANNED = "canned"
"""Context of every text that comes from `canned.yaml`."""

_CONTRACTION = re.compile(r"(\w)['\u2019](t|s|m|d|re|ve|ll)\b")
"""Written as one word, as most people type it: dont, shes."""
REGIONS = {"en": "en_GB", "pt": "pt_PT"}
"""Where Babel's default is another continent: "21 November 2026", 18:00, polaco."""

_NAMED_AS = {"prs": "fa_AF"}
"""Babel has the name Dari, but only as what Persian is called in Afghanistan."""

_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::([a-z0-9 _-]+))?\}")
_PATTERN_PART = re.compile(r"'[^']*'|([EcM])\1*")
"""Of a pattern for dates: words in quotes, and what stands for a weekday or a month, long or short."""
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"


class Language(Entry):
    """One language as its speakers maintain it in `languages.yaml`."""

    name: str
    """As its speakers write it."""
    direction: Literal["ltr", "rtl"] = "ltr"
    aliases: tuple[str, ...] = ()
    """Other names that she may type for it."""
    words: dict[Word, tuple[str, ...]]
    """The words that always work."""
    negations: tuple[str, ...]
    """Words that turn a sentence round: `not breathing` is no typing error for `breathing`."""
    sensitive: tuple[str, ...]
    """What a stranger must not read on her lock screen."""
    avoid: tuple[str, ...] = ()
    """Words that judge, label or order about: the bot does not say them."""
    fillers: tuple[str, ...] = ()
    """Words that may stand inside any keyword: *the*, *really*."""
    shorthand: dict[str, str] = Field(default={})
    """What people write for short: *isnt* is *is not*."""
    groups: dict[str, tuple[str, ...]] = Field(default={})
    """Words that a keyword may name together: `<who>` is *she*, *my friend* and so on."""
    sayings: tuple[str, ...] = ()
    """What only sounds like danger, written as keywords are."""


class Languages(Entry):
    """The whole of `languages.yaml`."""

    spec: Literal[1]
    languages: dict[str, Language] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Speech:
    """All languages at once."""

    languages: Mapping[str, Language]
    catalogues: Mapping[str, Catalogue]

    def say(self, language: str, context: str, text: str) -> str:
        """Return `text` in her language, or the English source where no translation is confirmed."""
        catalogue = self.catalogues.get(language)
        return catalogue.get((context, text), text) if catalogue else text

    def negotiate(self, locale: str) -> str:
        """Choose the language to greet in from that of her app, such as `pt-BR`."""
        wanted = locale.replace("_", "-").lower()
        for candidate in (wanted, wanted.partition("-")[0]):
            if candidate in self.languages:
                return candidate
        return SOURCE

    def is_right_to_left(self, language: str) -> bool:
        """Tell whether names and numbers need isolating from the text around them."""
        return language in self.languages and self.languages[language].direction == "rtl"


def placeholders(text: str) -> frozenset[str]:
    """Return the names in braces, so that a translation can be held against its source."""
    return frozenset(match[0] for match in _PLACEHOLDER.finditer(text))


def split_placeholder(written: str) -> tuple[str, str]:
    """Return the name and the argument of `{name:argument}`."""
    match = _PLACEHOLDER.fullmatch(written)
    return (match[1], match[2] or "") if match else ("", "")


def fill(text: str, values: Mapping[str, str], *, isolate: bool = False) -> str:
    """Put `values` (by the whole placeholder, braces included) into `text`."""
    if "{" not in text:
        return text

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[0], match[0])
        return f"{_FIRST_STRONG_ISOLATE}{value}{_POP_ISOLATE}" if isolate and "\n" not in value else value

    return _PLACEHOLDER.sub(value_of, text)


def normalise(text: str) -> str:
    """Return `text` without case, accents, punctuation and script variants, words apart by one blank."""
    # Ornamental letters (a bold EXIT) become plain ones first: they have no case of their own.
    plain = unicodedata.normalize("NFKD", text).casefold()
    folded = unicodedata.normalize("NFKD", _CONTRACTION.sub(r"\1\2", plain))
    kept = (char if char.isalnum() else " " for char in folded if not unicodedata.combining(char))
    return " ".join("".join(kept).split())


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(REGIONS.get(language or SOURCE, language.replace("-", "_")))


def span(language: str, duration: timedelta) -> str:
    """Say a duration: 1 day, 12 hours."""
    return format_timedelta(duration, threshold=1, locale=_locale(language))


def day(language: str, on: date) -> str:
    """Say a date in full: 21 November 2026."""
    return format_date(on, "long", locale=_locale(language))


def day_of_year(language: str, on: date) -> str:
    """Say a date that needs no year: 21 November."""
    return format_skeleton("MMMMd", on, locale=_locale(language))


def partial_day(language: str, on: PartialDate) -> str:
    """Say a date as exactly as it is known: 2026, November 2026 or 21 November 2026."""
    year, *rest = (int(part) for part in on.split("-"))
    if not rest:
        return str(year)
    if len(rest) == 1:
        return format_skeleton("yMMMM", date(year, rest[0], 1), locale=_locale(language))
    return day(language, date(year, *rest))


def clock(language: str, at: time | datetime) -> str:
    """Say a time of day: 18:00, on a 24-hour clock where people use one."""
    # Babel moves an aware time to UTC when it is not given the zone it is already in.
    return format_time(at.replace(tzinfo=None), "short", locale=_locale(language))


@lru_cache(maxsize=64)
def _weekday_pattern(language: str) -> str:
    """Return how weekday, day and month stand together, with both names in full: few languages have that ready."""
    skeletons = _locale(language).datetime_skeletons
    pattern = str(skeletons[match_skeleton("MMMMEEEEd", skeletons) or "MMMEd"])
    return _PATTERN_PART.sub(lambda part: part[1] * 4 if part[1] else part[0], pattern)


def weekday_date(language: str, on: date) -> str:
    """Say a date of these days as people do: Thursday 19 November."""
    return format_date(on, _weekday_pattern(language), locale=_locale(language))


def weekday_clock(language: str, at: datetime) -> str:
    """Say a moment of these days: Thursday 19 November, 14:00."""
    glue = str(get_datetime_format("medium", _locale(language))).replace("'", "")
    return glue.replace("{1}", weekday_date(language, at.date())).replace("{0}", clock(language, at))


@lru_cache(maxsize=512)
def weekday(language: str, number: int, width: Literal["wide", "abbreviated"] = "wide") -> str:
    """Name a day of the week, Monday being 0."""
    return str(get_day_names(width, "stand-alone", _locale(language))[number])


def language_name(language: str, code: str) -> str:
    """Name the language `code` in her language, or show the code where Babel has no name."""
    name = _locale(language).languages.get(_NAMED_AS.get(code, code))
    return str(name) if name else code


def figure(language: str, value: int) -> str:
    """Say a number: 3,000 or 3000, as people write it."""
    return format_decimal(value, locale=_locale(language))


def enumerate_all(language: str, items: list[str]) -> str:
    """Join items as people do: a, b and c."""
    return format_list(items, locale=_locale(language)) if items else ""


def country_name(language: str, code: str) -> str:
    """Name the country `code` in her language."""
    return str(_locale(language).territories.get(code, code))
