"""Translations: what goes into the catalogues, and what comes out of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from babel.messages.pofile import PoFileError, read_po

from bot.content.document import Document, Path_, Unreadable, parse
from bot.content.finding import Finding
from bot.core.library import KEYWORDS_SEPARATOR, flow_keywords, need_keywords
from bot.core.speech import CANNED, DIRECTORY, PHRASES, PICTURES, Catalogue

CATALOGUE = "LC_MESSAGES/comadre.po"
SERVICE_TEXTS = ("description", "welcome_note", "hours_note", "price", "bring", "warning")
HOTLINE_TEXTS = ("description", "hours_note", "price", "sms_note", "chat_note", "languages_note", "warning")
GROUP_TEXTS = ("description", "agreement")
DIRECTORY_TEXTS = {
    "needs": ("name",),
    "cities": ("name",),
    "lines": ("name",),
    "services": SERVICE_TEXTS,
    "hotlines": HOTLINE_TEXTS,
    "groups": GROUP_TEXTS,
}

Message = tuple[Path_, str, str]
"""Where it is written, context, English text."""


def messages(document: Document) -> Iterator[Message]:
    """Name every text of a file that a translator translates."""
    data = document.data if isinstance(document.data, dict) else {}
    stem = Path(document.name).stem
    if "nodes" in data:
        yield from _flow_messages(stem, data)
    elif "phrases" in data:
        for name, text in data["phrases"].items():
            yield ("phrases", name), PHRASES, text
    elif "pictures" in data:
        for name, text in data["pictures"].items():
            yield ("pictures", name), PICTURES, text
    elif "answers" in data:
        for name, answer in data["answers"].items():
            for part in ("label", "text"):
                yield ("answers", name, part), CANNED, answer[part]
    elif "services" in data:
        yield from _directory_messages(data)


def _flow_messages(stem: str, data: dict[str, Any]) -> Iterator[Message]:
    yield ("title",), stem, data["title"]
    if data.get("keywords"):
        yield ("keywords",), flow_keywords(stem), KEYWORDS_SEPARATOR.join(data["keywords"])
    for name, node in data["nodes"].items():
        if node.get("keywords"):
            keywords = KEYWORDS_SEPARATOR.join(node["keywords"])
            yield ("nodes", name, "keywords"), flow_keywords(f"{stem}.{name}"), keywords
        said = node.get("say", [])
        if isinstance(said, str):
            yield ("nodes", name, "say"), stem, said
        else:
            for number, text in enumerate(said):
                yield ("nodes", name, "say", number), stem, text
        for label in node.get("choices", {}):
            yield ("nodes", name, "choices", label), stem, label


def _directory_messages(data: dict[str, Any]) -> Iterator[Message]:
    yield from _needs(data)
    for kind, names in DIRECTORY_TEXTS.items():
        for number, entry in enumerate(data.get(kind, ())):
            for name in names:
                if entry.get(name):
                    yield (kind, number, name), DIRECTORY, entry[name]
            for index, phone in enumerate(entry.get("phones", ())):
                if phone.get("note"):
                    yield (kind, number, "phones", index, "note"), DIRECTORY, phone["note"]


def _needs(data: dict[str, Any]) -> Iterator[Message]:
    for number, need in enumerate(data["needs"]):
        if need.get("keywords"):
            yield ("needs", number, "keywords"), need_keywords(need["id"]), KEYWORDS_SEPARATOR.join(need["keywords"])


def needs_translation(text: str) -> bool:
    """Tell whether a text has words of its own: `{service}` alone is the same in every language."""
    return not (text.startswith("{") and text.endswith("}") and text.count("{") == 1)


def extract(
    fileobj: IO[bytes],
    keywords: Iterable[str],  # noqa: ARG001 - Babel hands it over by name
    comment_tags: Iterable[str],  # noqa: ARG001 - the same
    options: dict[str, Any],  # noqa: ARG001 - the same
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Serve `pybabel extract`: yield line, function, (context, text) and notes for the translator."""
    document = parse(fileobj.read().decode("utf-8"), getattr(fileobj, "name", ""))
    for path, context, text in messages(document):
        if needs_translation(text):
            notes = [f"{'.'.join(map(str, path))}"]
            yield document.places.get(path, (1, 1))[0], "pgettext", (context, text), notes


@dataclass(frozen=True, slots=True)
class Translation:
    """One entry of a catalogue, as its translator left it."""

    context: str
    text: str
    """The English source."""
    translated: str
    line: int
    is_fuzzy: bool
    """Not confirmed: a guess of a tool, or a doubt of the translator."""


def catalogue_file(language: str) -> str:
    """Name the catalogue of a language, inside a content folder."""
    return f"locales/{language}/{CATALOGUE}"


def read_translations(folder: Path, language: str) -> list[Translation]:
    """Read the catalogue of a language, empty where it has none yet; raises `Unreadable`."""
    name = catalogue_file(language)
    try:
        with (folder / name).open("rb") as file:
            # Where a text is used is for translators; Babel takes a third of its time to look at it.
            lines = [b"#\n" if line.startswith(b"#:") else line for line in file]
            catalogue = read_po(lines, locale=None, abort_invalid=True)
    except FileNotFoundError:
        return []
    except PoFileError as error:
        place = Finding(name, error.lineno + 1, 1, f"not a catalogue: {error.args[0].rpartition(' on ')[0]}")
        raise Unreadable(place) from None
    except (ValueError, LookupError, OSError):
        # Babel trusts the header and the quotes; a broken one shows as whatever its parser meets first.
        raise Unreadable(
            Finding(name, 1, 1, "cannot be read; compare its header with that of another language")
        ) from None
    return [
        Translation(message.context or "", message.id, str(message.string or ""), message.lineno or 1, message.fuzzy)
        for message in catalogue
        if message.id and isinstance(message.id, str)
    ]


def confirmed(translations: Iterable[Translation]) -> Catalogue:
    """Return what the translators stand by: what is fuzzy or empty is said in English."""
    return {
        (entry.context, entry.text): entry.translated
        for entry in translations
        if entry.translated and not entry.is_fuzzy
    }
