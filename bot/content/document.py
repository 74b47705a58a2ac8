"""A YAML file as plain data that knows its line numbers.

PyYAML's C parser gives the events; resolving them here keeps to YAML 1.2 (`no` stays a word, a date
stays text), refuses anchors, tags and depth before anything grows, and is thirty times faster than a
round-trip loader, which matters to a woman who writes while the directory reloads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from bot.content.finding import Finding, nearest
from bot.core.fact import FACT

LARGEST_FILE = 16 * 1024 * 1024
"""Bytes: room for twenty thousand services; more is a mistake or an attack."""
DEEPEST = 12
"""Levels of nesting: the formats need seven."""

Path_ = tuple[str | int, ...]
Place = tuple[int, int]
Model = TypeVar("Model", bound=BaseModel)
Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_INTEGER = re.compile(r"^[-+]?(0|[1-9]\d{0,17})$")
_FLOAT = re.compile(r"^[-+]?\d{1,17}\.\d{1,17}$")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


class Unreadable(Exception):  # noqa: N818 - a state of a file, carried to whoever lists the findings
    """A file that cannot be read at all, with the one finding that says why."""

    def __init__(self, finding: Finding) -> None:
        """Carry the finding."""
        super().__init__(str(finding))
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says, and where it says it."""

    name: str
    data: Any
    places: dict[Path_, Place]
    """Line and column, from 1, of the value (or key) at each path."""

    def at(self, path: Path_, message: str, **level: Any) -> Finding:
        """Return a finding at `path`, or at the nearest place around it."""
        for length in range(len(path), -1, -1):
            if place := self.places.get(path[:length]):
                return Finding(self.name, *place, message, **level)
        return Finding(self.name, 1, 1, message, **level)


def read(path: Path, name: str) -> Document:
    """Read a file; raises `Unreadable` with a finding that names the place."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
        if len(raw) > LARGEST_FILE:
            raise Unreadable(
                Finding(name, 1, 1, f"the file has over {LARGEST_FILE} bytes; split it or make it shorter")
            )
        return parse(raw.decode("utf-8-sig"), name)
    except UnicodeDecodeError:
        raise Unreadable(Finding(name, 1, 1, "this is not UTF-8 text; save the file as UTF-8")) from None
    except OSError as error:
        raise Unreadable(Finding(name, 1, 1, f"cannot be read ({error.strerror})")) from None


def parse(text: str, name: str) -> Document:
    """Turn YAML text into a document."""
    builder = _Builder(name)
    try:
        builder.read(yaml.parse(text, Loader=Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(Finding(name, line, column, f"not valid YAML: {error.problem or 'cannot be read'}")) from None
    except yaml.reader.ReaderError as error:
        before = text.encode()[: error.position]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2].decode(errors="ignore")) + 1
        message = f"a character that no editor shows (number {error.character}); delete it"
        raise Unreadable(Finding(name, line, column, message)) from None
    return Document(name, builder.value, builder.places)


class _Builder:
    def __init__(self, name: str) -> None:
        self.name = name
        self.value: Any = None
        self.places: dict[Path_, Place] = {}

    def read(self, events: Iterator[Any]) -> None:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._problem(event, "one file holds one document; remove the line ---")
                self.value = self._value(next(events), events, ())

    def _value(self, event: Any, events: Iterator[Any], path: Path_) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise self._problem(event, "anchors and aliases (& and *) are not used here; write the text out")
        if event.tag:
            raise self._problem(event, "tags (!) are not used here; remove it")
        if len(path) > DEEPEST:
            raise self._problem(event, f"nested more than {DEEPEST} levels deep")
        self.places.setdefault(path, _place(event))
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        return self._mapping(events, path)

    def _sequence(self, events: Iterator[Any], path: Path_) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], path: Path_) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise self._problem(event, "a key is a word or a text, nothing else")
            key = event.value
            if key in mapping:
                raise self._problem(event, f"{key!r} is written twice; remove one")
            self.places[(*path, key)] = _place(event)
            mapping[key] = self._value(next(events), events, (*path, key))
        return mapping

    def _problem(self, event: Any, message: str) -> Unreadable:
        return Unreadable(Finding(self.name, *_place(event), message))


def _place(event: Any) -> Place:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _scalar(event: Any) -> Any:
    text = event.value
    if event.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


def validate(model: type[Model], document: Document) -> tuple[Model | None, list[Finding]]:
    """Return the model that a document means, or what is wrong with it."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        found = ((_path(each["loc"]), each) for each in error.errors(include_url=False))
        return None, [document.at(path, _message(model, path, each)) for path, each in found]


def _path(location: Path_) -> Path_:
    return tuple(part for part in location if part != "[key]")


_EXAMPLES = {
    r"^https?://[^\s]+$": "an address that begins with https://",
    r"^https://[^\s]+$": "an address that begins with https://",
    r"^\d{4}(-\d{2}(-\d{2})?)?$": 'a date in quotes, as exact as it is known: "2026", "2026-11" or "2026-11-21"',
    r"^[A-Z]{2}$": "the two capital letters of a country, like PT",
    r"^[a-z]{2,3}(-[A-Za-z]+)?$": "the code of a language, like pt",
    r"^[a-z][a-z0-9_]*$": "small letters, digits and _, beginning with a letter",
    r"^[a-z][a-z0-9_-]*$": "small letters, digits, _ and -, beginning with a letter",
    FACT: "a grade, its section and its page, like: A tips.md 11 from example.org (only C may be without a page)",
    r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$": "a node of this flow, another flow, or flow.node",
}
"""What each pattern of the formats asks for, in words; a test knows when one is missing."""


_SAID = {
    "missing": "is missing; add it",
    "string_type": "is not text; put it in quotes",
    "too_short": "is empty; write at least one",
    "tuple_type": "is not a list; write - before each item",
    "model_type": "is empty or one word; write its keys below it",
    "dict_type": "is empty or one word; write its keys below it",
    **dict.fromkeys(
        ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"),
        "is not a date; write one like 2026-11-21",
    ),
}


def _message(model: type[BaseModel], path: Path_, error: Any) -> str:
    """Say what to write instead, in the words of the format."""
    kind, what = error["type"], _name(path)
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "extra_forbidden":
        return f"unknown key {what}; {nearest(str(path[-1]), _keys_at(model, path[:-1]), 'remove it')}"
    if kind == "string_pattern_mismatch" and error["ctx"]["pattern"] in _EXAMPLES:
        return f"{what} is not written right; write {_EXAMPLES[error['ctx']['pattern']]}"
    if kind in _SAID:
        return f"{what} {_SAID[kind]}"
    return f"{what}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _name(path: Path_) -> str:
    """Name what is at a path as its writer sees it."""
    if not path:
        return "the file"
    last = path[-1]
    return f"item {last + 1} of {_name(path[:-1])}" if isinstance(last, int) else repr(last)


def _keys_at(model: type[BaseModel], path: Path_) -> list[str]:
    """Return the keys that may stand at `path`, so that the nearest one there can be offered."""
    kind: Any = model
    for part in path:
        kind = _inside(kind, part)
    return [field.alias or name for name, field in kind.model_fields.items()] if _is_model(kind) else []


def _inside(kind: Any, part: str | int) -> Any:
    """Return the type of what `part` names inside a value of type `kind`."""
    if _is_model(kind):
        named = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return _bare(named.get(str(part)))
    arguments = get_args(kind)
    if not arguments:
        return None
    return _bare(arguments[0] if isinstance(part, int) else arguments[-1])


def _bare(kind: Any) -> Any:
    """Take `Annotated` and `| None` off a type."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _bare(next(each for each in get_args(kind) if each is not type(None)))
    return kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
