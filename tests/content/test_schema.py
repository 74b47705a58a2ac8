"""JSON Schemas for editors: valid, up to date, and agreeing with what the program accepts."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from bot.content.document import parse, validate
from bot.content.schema import Kind, schema
from bot.core.directory import Directory
from bot.core.flow import Flow
from tests.content.folder import GOOD

DOCS = Path(__file__).parents[2] / "docs"
FILES = {
    "directory": ["directory.yaml"],
    "languages": ["locales/languages.yaml"],
    "phrases": ["flows/phrases.yaml"],
    "pictures": ["locales/media/pictures.yaml"],
    "flow": ["flows/start.yaml", "flows/now.yaml", "flows/find.yaml", "flows/me.yaml"],
}
NODE = "spec: 1\ntitle: T\nreviewed: 2026-11-21\nnodes:\n  start:\n"


def _is_valid(kind: Kind, data: Any) -> bool:
    return Draft202012Validator(schema(kind)).is_valid(data)


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_schema_is_valid_and_says_what_it_is(kind: Kind) -> None:
    made = schema(kind)
    Draft202012Validator.check_schema(made)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert ".yaml" in made["title"]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_what_we_ship_and_what_is_good_fits_its_schema(kind: Kind, content_folder: Path) -> None:
    for folder in (content_folder, GOOD):
        for name in FILES[kind]:
            document = parse((folder / name).read_text(), name)
            errors = [error.message for error in Draft202012Validator(schema(kind)).iter_errors(document.data)]
            assert errors == [], name


@pytest.mark.parametrize("kind", ["flow", "directory"])
def test_the_schema_in_the_docs_is_up_to_date(kind: Kind) -> None:
    assert json.loads((DOCS / f"{kind}.schema.json").read_text()) == schema(kind), "run: make schemas"


@pytest.mark.parametrize(
    ("node", "is_right"),
    [
        ("    say: One\n", True),
        ("    say: [One, Two]\n", True),
        ("    say: {}\n", False),
        ("    say: One\n    image: wake\n", True),
        ("    say: One\n    image: [wake, call]\n", False),
        ("    say: One\n    image: wake.png\n", False),
        ("    say: One\n    choices: {Go on: start}\n", True),
        ("    say: One\n    choices: {Go on: {go: start, set: {need: food}}}\n", True),
        ("    say: One\n    choices: {Go on: {set: {need: food}}}\n", False),
        ("    say: One\n    choices: {Go on: Start here}\n", False),
        ("    say: One\n    after: {2 minutes: start}\n", True),
        ("    say: One\n    after: {soon: start}\n", False),
        ("    say: One\n    after: {1 minute: start, 2 minutes: start}\n", False),
        ("    say: One\n    choises: {Go on: start}\n", False),
        ("    say: One\n    ask: weather\n    go: start\n", False),
        ("    switch: {city: {none: start, else: start}}\n", True),
        ("    say: One\n    facts: B tips.md 9 from example.org\n", True),
        ("    say: One\n    facts: []\n", True),
        ("    say: One\n    facts:\n      - A from example.org, example.com\n      - C tips.md 10\n", True),
        ("    say: One\n    facts: B tips.md 9\n", False),
        ("    say: One\n    facts: [D tips.md 9 from example.org]\n", False),
        ("    say: One\n  Not a name:\n    say: Two\n", False),
    ],
)
def test_an_editor_and_the_program_agree_about_a_node(node: str, *, is_right: bool) -> None:
    document = parse(NODE + node, "x.yaml")
    assert _is_valid("flow", document.data) is is_right
    assert (validate(Flow, document)[0] is not None) is is_right


@pytest.mark.parametrize(
    ("keys", "is_right"),
    [
        ({}, True),
        ({"rrule": "FREQ=DAILY", "since": "2026-11-21", "start": "18:00", "length": "90 minutes"}, True),
        ({"rrule": None, "languages": None, "agreement": None}, True),
        ({"reminders": ["1 day", "30 minutes"]}, True),
        ({"reminders": []}, True),
        ({"reminders": ["10 seconds"]}, False),
        ({"reminders": "1 day"}, False),
        ({"start": "6:00"}, False),
        ({"start": 18}, False),
        ({"place_for": "coming"}, True),
        ({"place_for": "all"}, False),
        ({"rule": "FREQ=DAILY"}, False),
    ],
)
def test_an_editor_and_the_program_agree_about_a_group(keys: dict[str, Any], *, is_right: bool) -> None:
    document = parse((GOOD / "directory.yaml").read_text(), "directory.yaml")
    fact = {"source": ["https://example.org"], "read_on": "2026-11-01", "confidence": "high"}
    document.data["groups"] = [{"id": "circle", "name": "Circle", "city": "porto", **fact, **keys}]
    assert _is_valid("directory", document.data) is is_right
    assert (validate(Directory, document)[0] is not None) is is_right
