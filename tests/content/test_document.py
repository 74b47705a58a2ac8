"""YAML as plain data that knows its lines: what is read, what is refused, and where it is said to be."""

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from bot.content.document import _EXAMPLES, DEEPEST, LARGEST_FILE, Document, Unreadable, parse, read, validate
from bot.core.directory import Directory
from bot.core.flow import Flow, Phrases
from bot.core.speech import Languages


def _refused(text: str) -> str:
    with pytest.raises(Unreadable) as raised:
        parse(text, "x.yaml")
    return str(raised.value.finding)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("010", "010"),
        ("0x1f", "0x1f"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-11-21", "2026-11-21"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ('"7"', "7"),
        ("'true'", "true"),
        ("|-\n  7", "7"),
        ("7", 7),
        ("-7", -7),
        ("41.15", 41.15),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_values_mean_what_yaml_1_2_says(written: str, meant: object) -> None:
    value = parse(f"a: {written}\n", "x.yaml").data["a"]
    assert value == meant
    assert type(value) is type(meant)


def test_a_number_too_long_for_a_number_stays_text() -> None:
    assert parse(f"a: {'9' * 5000}", "x.yaml").data == {"a": "9" * 5000}


def test_every_key_and_item_knows_its_line_and_column() -> None:
    document = parse("a:\n  - b: 1\n  - é: [x, y]\n", "x.yaml")
    assert document.places == {
        (): (1, 1),
        ("a",): (1, 1),
        ("a", 0): (2, 5),
        ("a", 0, "b"): (2, 5),
        ("a", 1): (3, 5),
        ("a", 1, "é"): (3, 5),
        ("a", 1, "é", 0): (3, 9),
        ("a", 1, "é", 1): (3, 12),
    }


def test_a_finding_falls_back_to_the_nearest_place_around_it() -> None:
    document = parse("a:\n  b: 1\n", "x.yaml")
    assert str(document.at(("a", "b", "c", 3), "m")) == "x.yaml:2:3: m"
    assert str(document.at(("z",), "m")) == "x.yaml:1:1: m"
    assert str(Document("y.yaml", None, {}).at(("z",), "m")) == "y.yaml:1:1: m"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: 'a' is written twice; remove one"),
        ("a: &x 1\nb: *x\n", "x.yaml:1:4: anchors and aliases (& and *) are not used here; write the text out"),
        ("a: [*x]\n", "x.yaml:1:5: anchors and aliases (& and *) are not used here; write the text out"),
        ("&x a: 1\n", "x.yaml:1:1: a key is a word or a text, nothing else"),
        ("? [a]\n: 1\n", "x.yaml:1:3: a key is a word or a text, nothing else"),
        ("a: !!python/name:os.system x\n", "x.yaml:1:4: tags (!) are not used here; remove it"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2:1: one file holds one document; remove the line ---"),
        ("a: [1\n", "x.yaml:2:1: not valid YAML: did not find expected ',' or ']'"),
        ("é: 1\nbé: \x07\n", "x.yaml:2:5: a character that no editor shows (number 7); delete it"),
    ],
)
def test_what_is_refused_is_named_at_its_place(text: str, finding: str) -> None:
    assert _refused(text) == finding


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert parse("<<: {a: 1}\n", "x.yaml").data == {"<<": {"a": 1}}


def test_an_empty_file_is_no_data() -> None:
    assert parse("", "x.yaml").data is None
    assert parse("# only a comment\n", "x.yaml").data is None


def test_nesting_is_read_to_the_limit_and_refused_one_level_below_it() -> None:
    assert parse("[" * DEEPEST + "1" + "]" * DEEPEST, "x.yaml").data
    assert f"nested more than {DEEPEST} levels" in _refused("[" * (DEEPEST + 1) + "1" + "]" * (DEEPEST + 1))


def test_a_file_is_read_to_the_limit_and_refused_one_byte_above_it(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    text = b"a: " + b"x" * (LARGEST_FILE - 3)
    path.write_bytes(text)
    assert len(read(path, "x.yaml").data["a"]) == LARGEST_FILE - 3
    path.write_bytes(text + b"x")
    with pytest.raises(Unreadable, match=f"over {LARGEST_FILE} bytes"):
        read(path, "x.yaml")


def test_a_file_that_is_no_text_or_not_there_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"a: \xff")
    with pytest.raises(Unreadable, match="UTF-8"):
        read(tmp_path / "x.yaml", "x.yaml")
    with pytest.raises(Unreadable, match="cannot be read"):
        read(tmp_path / "y.yaml", "y.yaml")


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read(tmp_path / "x.yaml", "x.yaml").data == {"a": 1}


class _Leaf(BaseModel, extra="forbid"):
    colour: str = ""
    on: date | None = None


class _Tree(BaseModel, extra="forbid"):
    spec: int
    shape: str = ""
    leaves: tuple[_Leaf, ...] = ()
    named: dict[str, _Leaf] = {}
    best: _Leaf | None = None
    audience: str = Field(default="", alias="for")


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("spec: 1\nshap: x\n", "x.yaml:2:1: unknown key 'shap'; did you mean 'shape'?"),
        ("spec: 1\nfro: x\n", "x.yaml:2:1: unknown key 'fro'; did you mean 'for'?"),
        ("spec: 1\nleaves:\n  - shap: x\n", "x.yaml:3:5: unknown key 'shap'; remove it"),
        ("spec: 1\nleaves:\n  - color: x\n", "x.yaml:3:5: unknown key 'color'; did you mean 'colour'?"),
        ("spec: 1\nnamed:\n  a: {color: x}\n", "x.yaml:3:7: unknown key 'color'; did you mean 'colour'?"),
        ("spec: 1\nbest: {color: x}\n", "x.yaml:2:8: unknown key 'color'; did you mean 'colour'?"),
        ("shape: x\n", "x.yaml:1:1: 'spec' is missing; add it"),
        ("spec: 1\nshape: 7\n", "x.yaml:2:1: 'shape' is not text; put it in quotes"),
        ("spec: 1\nleaves: x\n", "x.yaml:2:1: 'leaves' is not a list; write - before each item"),
        ("spec: 1\nleaves: [x]\n", "x.yaml:2:10: item 1 of 'leaves' is empty or one word; write its keys below it"),
        ("spec: 1\nbest: {on: soon}\n", "x.yaml:2:8: 'on' is not a date; write one like 2026-11-21"),
        ("", "x.yaml:1:1: the file is empty or one word; write its keys below it"),
    ],
)
def test_what_does_not_fit_the_format_is_named_with_what_to_write_instead(text: str, finding: str) -> None:
    model, found = validate(_Tree, parse(text, "x.yaml"))
    assert model is None
    assert [str(each) for each in found] == [finding]


def test_a_document_that_fits_becomes_its_model() -> None:
    model, found = validate(_Tree, parse("spec: 1\nleaves: [{colour: red}]\n", "x.yaml"))
    assert model == _Tree(spec=1, leaves=(_Leaf(colour="red"),))
    assert found == []


@pytest.mark.parametrize("model", [Flow, Phrases, Directory, Languages])
def test_every_pattern_of_the_formats_is_explained_in_words(model: type[BaseModel]) -> None:
    written = json.dumps(model.model_json_schema())
    patterns = {json.loads(f'"{part.split(chr(34))[0]}"') for part in written.split('"pattern": "')[1:]}
    assert patterns <= set(_EXAMPLES)


@pytest.mark.parametrize(
    "wait", ["0 seconds", "13 hours", "999999 hours", f"{'9' * 30} hours", f"{'9' * 900} hours", "-1 hours"]
)
def test_a_wait_beyond_reason_is_a_finding(wait: str) -> None:
    text = f"spec: 1\ntitle: T\nreviewed: 2026-11-21\nnodes:\n  start:\n    say: Wait.\n    after: {{{wait}: start}}\n"
    model, found = validate(Flow, parse(text, "x.yaml"))
    assert model is None
    assert [(each.line, each.column) for each in found] == [(7, 13)]
