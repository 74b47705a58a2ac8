"""Loading everything that people write, as one library or as the findings that forbid it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from bot.content.catalogue import Translation, catalogue_file, confirmed, read_translations
from bot.content.document import Document, Path_, Unreadable, read, validate
from bot.content.finding import Finding
from bot.content.picture import PICTURES_FILE, fault, picture, read_drawings
from bot.core.canned import Ready, ReadyAnswers
from bot.core.directory import Directory
from bot.core.flow import Flow, Phrases, Pictures
from bot.core.library import Library
from bot.core.speech import SOURCE, Language, Languages, Speech

DIRECTORY_FILE = "directory.yaml"
PHRASES_FILE = "flows/phrases.yaml"
LANGUAGES_FILE = "locales/languages.yaml"
CANNED_FILE = "locales/canned.yaml"


def default_folder() -> Path:
    """Return the content that comes with the program: beside it in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "share"
    return shipped if shipped.is_dir() else package.parent


@dataclass
class Content:
    """Every file as it was read, good or not, so that all findings come at once."""

    folder: Path
    today: date = date.min
    """What dates are held against; the first of all days leaves nothing old."""
    documents: dict[str, Document] = field(default_factory=dict)
    models: dict[str, BaseModel] = field(default_factory=dict)
    translations: dict[str, list[Translation]] = field(default_factory=dict)
    """Entries of each catalogue that could be read, by language."""
    drawings: dict[str, bytes] = field(default_factory=dict)
    """Every picture file, good or not, by the name of its picture."""
    broken: set[str] = field(default_factory=set)
    """Files without a meaning: what seems to be missing may be in one of them."""
    findings: list[Finding] = field(default_factory=list)

    def take(self, name: str, model: type[BaseModel]) -> None:
        """Read one file into its model, or into findings."""
        try:
            document = read(self.folder / name, name)
        except Unreadable as error:
            self.findings.append(error.finding)
            self.broken.add(name)
            return
        self.documents[name] = document
        value, findings = validate(model, document)
        self.findings.extend(findings)
        if value is None:
            self.broken.add(name)
        else:
            self.models[name] = value

    def take_translations(self, language: str) -> None:
        """Read one catalogue, or note why it cannot be read."""
        try:
            self.translations[language] = read_translations(self.folder, language)
        except Unreadable as error:
            self.findings.append(error.finding)

    @property
    def flows(self) -> Mapping[str, Flow]:
        """The flows that have a meaning, by name."""
        return {Path(name).stem: model for name, model in self.models.items() if isinstance(model, Flow)}

    @property
    def phrases(self) -> Phrases | None:
        """`phrases.yaml`, when it has a meaning."""
        model = self.models.get(PHRASES_FILE)
        return model if isinstance(model, Phrases) else None

    @property
    def pictures(self) -> Mapping[str, str]:
        """What each picture shows, when `pictures.yaml` is there and has a meaning."""
        model = self.models.get(PICTURES_FILE)
        return model.pictures if isinstance(model, Pictures) else {}

    @property
    def canned(self) -> Mapping[str, Ready]:
        """The ready answers, when `canned.yaml` is there and has a meaning."""
        model = self.models.get(CANNED_FILE)
        return model.answers if isinstance(model, ReadyAnswers) else {}

    @property
    def directory(self) -> Directory | None:
        """`directory.yaml`, when it has a meaning."""
        model = self.models.get(DIRECTORY_FILE)
        return model if isinstance(model, Directory) else None

    @property
    def languages(self) -> Mapping[str, Language]:
        """The languages, when `languages.yaml` has a meaning."""
        model = self.models.get(LANGUAGES_FILE)
        return model.languages if isinstance(model, Languages) else {}

    def at(self, name: str, path: Path_, message: str, **level: Any) -> Finding:
        """Return a finding at a path of a file."""
        return self.documents[name].at(path, message, **level)

    def in_flow(self, flow: str, path: Path_, message: str, **level: Any) -> Finding:
        """Return a finding at a path of a flow."""
        return self.at(flow_file(flow), path, message, **level)

    def in_catalogue(self, language: str, entry: Translation, message: str, **level: Any) -> Finding:
        """Return a finding at an entry of a catalogue."""
        return Finding(catalogue_file(language), entry.line, 1, message, **level)


def flow_file(flow: str) -> str:
    """Name the file of a flow, inside a content folder."""
    return f"flows/{flow}.yaml"


def read_content(folder: Path, today: date = date.min) -> tuple[Content, Library | None]:
    """Read a content folder; the library is `None` when a file has no meaning.

    A catalogue or a picture that cannot be read is a finding too, yet plain English is better than silence.
    """
    content = Content(folder, today)
    for path in sorted((folder / "flows").glob("*.yaml")):
        if path.name != Path(PHRASES_FILE).name:
            content.take(flow_file(path.stem), Flow)
    content.take(PHRASES_FILE, Phrases)
    content.take(DIRECTORY_FILE, Directory)
    content.take(LANGUAGES_FILE, Languages)
    if (folder / PICTURES_FILE).exists():
        content.take(PICTURES_FILE, Pictures)
    if (folder / CANNED_FILE).exists():
        content.take(CANNED_FILE, ReadyAnswers)
    content.drawings = read_drawings(folder)
    for code in content.languages:
        if code != SOURCE:
            content.take_translations(code)
    return content, None if content.broken - {PICTURES_FILE, CANNED_FILE} else _library(content)


def _library(content: Content) -> Library | None:
    if not content.phrases or not content.directory or not content.languages:
        return None
    catalogues = {code: confirmed(entries) for code, entries in content.translations.items()}
    speech = Speech(content.languages, catalogues)
    whole = {name: data for name, data in content.drawings.items() if name in content.pictures and not fault(data)}
    pictures = {name: picture(name, content.pictures[name], data) for name, data in whole.items()}
    return Library(content.flows, content.phrases.phrases, content.directory, speech, pictures, content.canned)
