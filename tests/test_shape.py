"""The shape of the house: who may import whom, what is confined to one room, and how large a room may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "bot").rglob("*.py"))
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if "peers" not in path.parts)
LONGEST_FILE = 400
LONGEST_TEST = 600
"""A list of examples may be longer than a room."""
LONGEST_FUNCTION = 40

ALLOWED = {
    "core": {"core"},
    "content": {"core", "content", "log"},
    "storage": {"core", "storage", "log"},
    "channels": {"core", "channels", "clock", "log"},
    "services": {"core", "content", "storage", "channels.base", "services", "log"},
    "clock": set(),
    "log": set(),
    "settings": {"content.library"},
}
"""Which rooms a room may look into; those that are not named here wire the others together."""
CONFINED = {
    "telegram": "channels/telegram*.py",
    "apscheduler": "services/schedule.py",
    "aiosqlite": "storage/*.py",
    "sqlite3": "storage/*.py",
    "cryptography": "storage/*.py",
    "watchfiles": "content/shelf.py",
    "yaml": "content/*.py",
    "rich": "report.py",
    "opening_hours": "core/hours.py content/rules/directory.py",
    "dateutil": "core/recurrence.py",
    "rapidfuzz": "core/*.py",
    "phonenumbers": "content/rules/*.py",
    "pydantic_settings": "settings.py",
}
"""Where each part that we did not write may be touched, so that it can be changed in one place."""
SPEAKING = {"cli.py", "report.py", "main.py", "channels/terminal.py"}
"""The modules whose work it is to write on a terminal."""


def name_of(path: Path) -> str:
    """Return the name of a module inside `bot`: `core/flow.py`."""
    return path.relative_to(ROOT / "bot").as_posix()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Return every module that a file imports, and in which line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from bot.core import hours` looks into bot.core.hours.
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from ((node.lineno, each if node.module.startswith("bot") else node.module) for each in names)


def forbidden(module: str, found: Iterator[tuple[int, str]]) -> list[str]:
    """Return each import that the plan of the house does not allow."""
    room = module.partition("/")[0].removesuffix(".py")
    if room not in ALLOWED:
        return []
    return [
        f"bot/{module}:{line}: {room} must not import {target}"
        for line, target in found
        if target.startswith("bot.") and not any(f"{target}.".startswith(f"bot.{each}.") for each in ALLOWED[room])
    ]


def test_every_room_looks_only_into_those_that_it_may() -> None:
    assert not [each for path in MODULES for each in forbidden(name_of(path), imports(path))]


def test_a_forbidden_edge_is_named() -> None:
    edges = iter([(3, "bot.storage.store.Store"), (4, "bot.core.flow.Flow")])
    assert forbidden("core/engine.py", edges) == ["bot/core/engine.py:3: core must not import bot.storage.store.Store"]


def test_the_core_does_not_touch_the_world() -> None:
    world = {
        "asyncio",
        "logging",
        "os",
        "pathlib",
        "random",
        "secrets",
        "socket",
        "sqlite3",
        "subprocess",
        "threading",
        "time",
    }
    touched = [
        f"{name_of(path)}:{line}: {target}"
        for path in MODULES
        if path.parent.name == "core"
        for line, target in imports(path)
        if target.partition(".")[0] in world
    ]
    assert not touched


def test_the_core_has_no_clock_of_its_own() -> None:
    asked = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        if path.parent.name == "core"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "today", "utcnow")
        and isinstance(node.value, ast.Name)
        if node.value.id in ("datetime", "date")
    ]
    assert not asked


@pytest.mark.parametrize(("package", "place"), CONFINED.items())
def test_a_part_that_we_did_not_write_is_touched_in_one_place(package: str, place: str) -> None:
    at = {name_of(path) for path in MODULES if any(target.partition(".")[0] == package for _, target in imports(path))}
    assert at, f"{package} is no longer used: take it out of this list"
    assert not {each for each in at if not any(Path(each).match(pattern) for pattern in place.split())}


@pytest.mark.parametrize("path", [*MODULES, *TESTS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_is_one_idea_and_says_which(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= (LONGEST_FILE if path in MODULES else LONGEST_TEST)
    if path in MODULES:
        assert ast.get_docstring(tree), "say in the first line what this module is for"
    long = [
        f"{node.name}: {length} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long


def test_only_commands_write_on_the_terminal() -> None:
    printing = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        if name_of(path) not in SPEAKING
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not printing


def test_every_folder_of_tests_mirrors_a_room_or_is_named_in_the_plan() -> None:
    rooms = {path.name for path in (ROOT / "bot").iterdir() if path.is_dir()}
    others = {"conversations", "scenes", "security", "broken", "bench", "bot_api", "fake_signal"}
    folders = {path.parent.relative_to(ROOT / "tests").parts[0] for path in TESTS if path.parent.name != "tests"}
    assert not folders - rooms - others


@pytest.mark.parametrize("room", ["core", "services", "storage", "channels", "content"])
def test_every_test_of_a_room_is_found_by_pytest(room: str) -> None:
    stray = [
        path.name
        for path in (ROOT / "tests" / room).glob("*.py")
        if not path.name.startswith("test_") and "\ndef test_" in path.read_text(encoding="utf-8")
    ]
    assert not stray
