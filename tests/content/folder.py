"""A content folder for one test: the small good one, with what the test changes laid over it."""

import shutil
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from bot.content.catalogue import catalogue_file, messages, needs_translation, read_translations
from bot.content.library import read_content

BROKEN = Path(__file__).parents[1] / "broken"
GOOD = BROKEN / "good"
EXPECTED = "expected.txt"


def lay(to: Path, over: Path | None = None) -> Path:
    """Copy the good content to `to`, and lay the files of `over` on it."""
    shutil.copytree(GOOD, to, dirs_exist_ok=True)
    if over:
        shutil.copytree(over, to, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EXPECTED))
        for path in over.rglob("*.gone"):
            (to / path.relative_to(over).with_suffix("")).unlink()
    complete(to)
    return to


def complete(folder: Path) -> None:
    """Translate what the folder's Portuguese catalogue leaves out, word for word, after what it has."""
    path = folder / catalogue_file("pt")
    content, _ = read_content(folder)
    if "pt" not in content.translations:
        return
    has = {(entry.context, entry.text) for entry in read_translations(folder, "pt")}
    rest = Catalog()
    for name, document in content.documents.items():
        for _path, context, text in messages(document) if name in content.models else ():
            if needs_translation(text) and (context, text) not in has:
                rest.add(text, text, context=context)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(b"\n")
        write_po(file, rest, omit_header=True)
