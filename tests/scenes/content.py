"""The content that we ship, with groups that exist in tests only."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.core.directory import Group
from bot.core.library import Library
from bot.core.speech import DIRECTORY, Speech
from tests.shipped import shipped

FOLDER = Path(__file__).parent
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
    return with_groups(shipped(), groups, written["said"]).warm()


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
