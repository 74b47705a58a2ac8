"""The declared phrases against the code: neither says a name that the other does not know."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bot.core import phrase
from bot.core.phrase import USED

BOT = Path(phrase.__file__).parents[1]
SAYING = {"phrase", "_phrase", "_flag", "_labelled", "Unclear"}
"""Functions whose text arguments are names of phrases."""
MADE = ("_yes", "_no")
"""Endings of names that the code makes from the name of a field."""
JOINED = ("kept_", "command_", "letter_", "help_", "passed_time_", "passed_", "reason_")
"""Beginnings that the code puts before a name."""


def _trees() -> Iterator[ast.AST]:
    for path in sorted(BOT.rglob("*.py")):
        if path != Path(phrase.__file__):
            yield ast.parse(path.read_text())


def _texts(node: ast.AST) -> set[str]:
    return {each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_every_phrase_that_the_code_names_is_declared() -> None:
    named = {
        argument.value
        for tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _called(node) in SAYING
        for argument in node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }
    assert "hours_unknown" in named
    assert named <= USED.keys()


def test_every_declared_phrase_is_named_in_the_code() -> None:
    said = {text for tree in _trees() for text in _texts(tree)}
    fields = {text.removesuffix(ending) for text in said for ending in MADE}
    for name in USED:
        stem = next((name.removeprefix(each) for each in JOINED if name.startswith(each)), name).removesuffix("_staff")
        made = stem.removesuffix("_yes").removesuffix("_no")
        is_joined = name.startswith("letter_") and {*stem.rsplit("_", 1)} <= said  # its kind, and what it is for
        assert name in said or stem in said or is_joined or made in fields or made in _fields(), name


def _fields() -> set[str]:
    tree = ast.parse((BOT / "core/directory.py").read_text())
    return {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
