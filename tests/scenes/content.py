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
THE_HOUSE = {"pt": "A casa", "es": "La casa"}
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
    return with_partner(with_groups(shipped(), groups, written["said"])).warm()


def with_partner(library: Library) -> Library:
    """Return a library in which the people of one place answer here; in what we ship nobody has agreed to that yet."""
    directory = library.directory
    services = tuple(
        each.model_copy(update={"referrals": True}) if each.id == PARTNER else each for each in directory.services
    )
    line = Line(id="trial-partner", name="The house", kind="partner", cities=("porto",), service=PARTNER)
    changed = directory.model_copy(update={"services": services, "lines": (*directory.lines, line)})
    catalogues = {
        language: {**known, (DIRECTORY, line.name): THE_HOUSE.get(language, line.name)}
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
