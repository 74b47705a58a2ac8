"""Whatever is in a file: a model or a finding, never anything else."""

import random
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.content.catalogue import read_translations
from bot.content.check import check
from bot.content.document import Unreadable, read, validate
from bot.content.finding import Finding
from bot.core.directory import Directory
from bot.core.flow import Flow, Phrases
from bot.core.speech import Languages
from tests.content.folder import lay

FILES = 10_000
FOLDERS = 150
SEED = 1121
SHORT = 3
"""Entries of each kind that are left of the directory, so that ten thousand are read in seconds."""
NODES = 12
_NODE = re.compile(r"(?m)(?=^  \w+:\n)")
"""Where a node begins: a long flow is left off after a few."""
DEEP = "[" * 14 + "1" + "]" * 14
ODD = (
    *(
        "no",
        "~",
        "010",
        "1e999",
        ".nan",
        "-0",
        "9" * 400,
        "99999 hours",
        "0 seconds",
        "2026-02-30",
        "0000-00-00",
        "12:99",
    ),
    *(
        "{}",
        "[]",
        '""',
        "''",
        "|",
        ">-",
        "---",
        "...",
        "? ",
        ": ",
        "- ",
        "&a",
        "*a",
        "<<",
        "!!set",
        "!!binary x",
        "%YAML 9",
    ),
    *("\x00", "\x07", "\x85", "\u2028", "\ufeff", "\ud7ff", "\U0001f92b", "ß" * 50, "{a: {b: {c: 1}}}", DEEP),
    *("\t", "\r", "#", "@", "`", "%", "x" * 70_000),
)
LAUGHS = "a: &a [x, x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


def _shortened(text: str) -> str:
    """Return a directory with the first entries of each kind only."""
    kept, entries = [], 0
    for line in text.splitlines(keepends=True):
        entries = 0 if re.match(r"\w", line) else entries + line.startswith("  - id:")
        if entries <= SHORT and not line.startswith("#"):
            kept.append(line)
    return "".join(kept)


def _drop(chance: random.Random, lines: list[str]) -> None:
    del lines[chance.randrange(len(lines))]


def _double(chance: random.Random, lines: list[str]) -> None:
    at = chance.randrange(len(lines))
    lines[at:at] = lines[at : at + chance.randint(1, 4)]


def _swap(chance: random.Random, lines: list[str]) -> None:
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _shift(chance: random.Random, lines: list[str]) -> None:
    at = chance.randrange(len(lines))
    lines[at] = " " * chance.randrange(9) + lines[at].lstrip()


def _plant(chance: random.Random, lines: list[str]) -> None:
    at = chance.randrange(len(lines))
    tokens = re.split(r"(\s+|[\[\]{},:])", lines[at])
    tokens[chance.randrange(len(tokens))] = chance.choice(ODD)
    lines[at] = "".join(tokens)


def _cross(chance: random.Random, lines: list[str]) -> None:
    """Put the value of one line in the place of another."""
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    key = lines[one].partition(":")[0]
    lines[one] = f"{key}:{lines[other].partition(':')[2] or lines[other]}"


def _nest(chance: random.Random, lines: list[str]) -> None:
    at, depth = chance.randrange(len(lines)), chance.choice((3, 12, 13, 900))
    lines[at] = f"{lines[at].partition(':')[0]}: {'[' * depth}{']' * depth}\n"


def _laugh(chance: random.Random, lines: list[str]) -> None:
    lines.insert(chance.randrange(len(lines)), LAUGHS)


CHANGES: tuple[Callable[[random.Random, list[str]], None], ...] = (
    _drop, _double, _swap, _shift, _plant, _plant, _cross, _cross, _nest, _laugh
)  # fmt: skip


def _changed(chance: random.Random, text: str) -> bytes:
    lines = text.splitlines(keepends=True)
    for _ in range(chance.choice((1, 1, 2, 5))):
        if lines:
            chance.choice(CHANGES)(chance, lines)
    raw = bytearray("".join(lines).encode(errors="surrogatepass"))
    if raw and chance.random() < 0.1:
        for _ in range(chance.randint(1, 3)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
    return bytes(raw[: chance.randrange(len(raw) + 1)] if chance.random() < 0.05 else raw)


@pytest.fixture(scope="module")
def sources(content_folder: Path) -> list[tuple[type[BaseModel], str]]:
    """Return the files that we ship, the long ones shortened, with what each is."""
    flows = [path for path in sorted((content_folder / "flows").glob("*.yaml")) if path.stem != "phrases"]
    return [
        *((Flow, "".join(_NODE.split(path.read_text())[:NODES])) for path in flows),
        (Phrases, (content_folder / "flows/phrases.yaml").read_text()),
        (Directory, _shortened((content_folder / "directory.yaml").read_text())),
        (Languages, (content_folder / "locales/languages.yaml").read_text()),
    ]


def test_ten_thousand_broken_files_give_a_finding_or_a_model(
    sources: list[tuple[type[BaseModel], str]], tmp_path: Path
) -> None:
    chance, path = random.Random(SEED), tmp_path / "x.yaml"  # noqa: S311 - the same files in every run
    outcomes = {"model": 0, "finding": 0}
    for _ in range(FILES):
        model, text = chance.choice(sources)
        path.write_bytes(_changed(chance, text))
        outcomes[_outcome(path, model)] += 1
    assert outcomes["model"] > FILES // 20
    assert outcomes["finding"] > FILES // 2


def _outcome(path: Path, kind: type[BaseModel]) -> str:
    try:
        document = read(path, "x.yaml")
    except Unreadable as error:
        return _told([error.finding])
    model, found = validate(kind, document)
    return "model" if model is not None else _told(found)


def _told(found: list[Finding]) -> str:
    """Count findings that have a place and something to say."""
    assert found
    assert all(finding.line >= 1 and finding.column >= 1 and finding.message for finding in found)
    return "finding"


def test_the_files_that_are_broken_are_good_before(sources: list[tuple[type[BaseModel], str]], tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    for model, text in sources:
        path.write_text(text)
        assert _outcome(path, model) == "model"


def test_a_thousand_broken_catalogues_give_a_finding_or_translations(tmp_path: Path) -> None:
    path = tmp_path / "locales/pt/LC_MESSAGES/comadre.po"
    path.parent.mkdir(parents=True)
    header = r'"Content-Type: text/plain; charset=utf-8\n" "Plural-Forms: nplurals=2; plural=(n != 1);\n"'
    text = (
        'msgid ""\nmsgstr ""\n'
        + header.replace('" "', '"\n"')
        + "\n"
        + "".join(f'\n#: flows/x.yaml:{n}\nmsgctxt "a"\nmsgid "text {n}"\nmsgstr "texto {n}"\n' for n in range(20))
    )
    chance = random.Random(SEED)  # noqa: S311 - the same files in every run
    read_well = 0
    for _ in range(1_000):
        path.write_bytes(_changed(chance, text))
        try:
            read_well += bool(read_translations(tmp_path, "pt"))
        except Unreadable as error:
            _told([error.finding])
    assert read_well > 100


def test_a_folder_with_a_broken_file_is_checked_by_every_rule_without_a_fault(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - the same folders in every run
    folder = lay(tmp_path)
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".yaml", ".po")]
    good = {path: path.read_text() for path in files}
    kept = 0
    for _ in range(FOLDERS):
        path = chance.choice(files)
        path.write_bytes(_changed(chance, good[path]))
        kept += check(folder, date(2026, 12, 1)).library is not None
        path.write_text(good[path])
    assert FOLDERS // 20 < kept < FOLDERS
