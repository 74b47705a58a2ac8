"""The content that we ship, with groups that exist in tests only."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.core.directory import Group, Line
from bot.core.library import Library
from bot.core.speech import DIRECTORY, Speech
from tests.shipped import shipped

FOLDER = Path(__file__).parent
PARTNER = "opo-catju"
"""A place that takes referrals in scenes."""
LINES = (
    Line(id="trial-partner", name="The house", kind="partner", cities=("porto",), service=PARTNER),
    Line(id="trial-evening", name="Evening peers", cities=("barcelona",), hours="Mo-Fr 18:00-22:00"),
    Line(id="trial-anywhere", name="Peers by chat"),
)
"""Lines that exist in scenes only; a woman sees one where somebody answers on it."""
NAMES = {
    "pt": {
        "The house": "A casa",
        "Evening peers": "Companheiras à noite",
        "Peers by chat": "Companheiras por chat",
    },
    "es": {"The house": "La casa", "Evening peers": "Compañeras por la tarde", "Peers by chat": "Compañeras por chat"},
}
INVENTED = {
    "source": ["https://example.org"],
    "read_on": "2026-11-21",
    "verified_on": "2026-11-21",
    "confidence": "high",
}


@cache
def library() -> Library:
    """Return the library that we ship with the invented groups in place of others."""
    written: dict[str, Any] = yaml.safe_load((FOLDER / "groups.yaml").read_text(encoding="utf-8"))
    groups = [Group.model_validate({**INVENTED, **group}) for group in written["groups"]]
    return with_lines(with_groups(shipped(), groups, written["said"])).warm()


def with_lines(library: Library) -> Library:
    """Return a library with more lines, one of a place whose people answer here; nobody has agreed to that yet."""
    directory = library.directory
    services = tuple(
        each.model_copy(update={"referrals": True}) if each.id == PARTNER else each for each in directory.services
    )
    changed = directory.model_copy(update={"services": services, "lines": (*directory.lines, *LINES)})
    catalogues = {
        language: known | {(DIRECTORY, name): said for name, said in NAMES.get(language, {}).items()}
        for language, known in library.speech.catalogues.items()
    }
    return replace(library, directory=changed, speech=Speech(library.speech.languages, catalogues))


def with_groups(library: Library, groups: Iterable[Group], said: Mapping[str, Mapping[str, str]]) -> Library:
    """Return a library with these groups, and what of them is said in other languages."""
    speech = library.speech
    catalogues = dict(speech.catalogues)
    for language, texts in said.items():
        known = {(DIRECTORY, text): translated for text, translated in texts.items()}
        catalogues[language] = {**catalogues.get(language, {}), **known}
    directory = library.directory.model_copy(update={"groups": tuple(groups)})
    return Library(
        library.flows, library.phrases, directory, Speech(speech.languages, catalogues), canned=library.canned
    )
