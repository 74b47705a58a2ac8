"""Loading everything that people write, as one library or as the findings that forbid it."""

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from bot.content.catalogue import read_catalogue
from bot.content.document import Document, Model, Unreadable, read, validate
from bot.content.finding import Finding
from bot.core.directory import Directory
from bot.core.flow import Flow, Phrases
from bot.core.library import Library
from bot.core.speech import SOURCE, Languages, Speech

DIRECTORY_FILE = "directory.yaml"
PHRASES_FILE = "flows/phrases.yaml"
LANGUAGES_FILE = "locales/languages.yaml"


def default_folder() -> Path:
    """Return the content that comes with the program: beside it in a checkout, inside it in a wheel."""
    package = Path(__file__).resolve().parents[1]
    shipped = package / "share"
    return shipped if shipped.is_dir() else package.parent


@dataclass
class Content:
    """Every file as it was read, good or not, so that all findings come at once."""

    folder: Path
    documents: dict[str, Document] = field(default_factory=dict)
    models: dict[str, BaseModel] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def take(self, name: str, model: type[Model]) -> Model | None:
        """Read one file into its model, or into findings."""
        try:
            document = read(self.folder / name, name)
        except Unreadable as error:
            self.findings.append(error.finding)
            return None
        self.documents[name] = document
        value, findings = validate(model, document)
        self.findings.extend(findings)
        if value is not None:
            self.models[name] = value
        return value


def read_content(folder: Path) -> tuple[Content, Library | None]:
    """Read a content folder; the library is `None` when a file has no meaning."""
    content = Content(folder)
    flows = {
        path.stem: flow
        for path in sorted((folder / "flows").glob("*.yaml"))
        if path.name != Path(PHRASES_FILE).name and (flow := content.take(f"flows/{path.name}", Flow))
    }
    phrases = content.take(PHRASES_FILE, Phrases)
    directory = content.take(DIRECTORY_FILE, Directory)
    languages = content.take(LANGUAGES_FILE, Languages)
    if content.findings or not phrases or not directory or not languages:
        return content, None
    catalogues = {code: read_catalogue(folder / "locales", code) for code in languages.languages if code != SOURCE}
    speech = Speech(languages.languages, catalogues)
    return content, Library(flows, phrases.phrases, directory, speech)
