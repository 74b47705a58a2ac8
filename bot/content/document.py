"""A YAML file as plain data that knows its line numbers.

PyYAML's C parser gives the events; resolving them here keeps to YAML 1.2 (`no` stays a word, a date
stays text), refuses anchors, tags and depth before anything grows, and is thirty times faster than a
round-trip loader, which matters to a woman who writes while the directory reloads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bot.content.finding import Finding

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
        raw = path.read_bytes()
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
    except yaml.YAMLError as error:
        raise Unreadable(Finding(name, 1, 1, f"not valid YAML: {str(error).splitlines()[0]}")) from None
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
        self.places.setdefault(path, (event.start_mark.line + 1, event.start_mark.column + 1))
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
            if not isinstance(event, yaml.ScalarEvent):
                raise self._problem(event, "a key is a word or a text, nothing else")
            key = event.value
            if key in mapping:
                raise self._problem(event, f"{key!r} is written twice; remove one")
            self.places[(*path, key)] = (event.start_mark.line + 1, event.start_mark.column + 1)
            mapping[key] = self._value(next(events), events, (*path, key))
        return mapping

    def _problem(self, event: Any, message: str) -> Unreadable:
        mark: Any = event.start_mark
        return Unreadable(Finding(self.name, mark.line + 1, mark.column + 1, message))


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
        return None, [
            document.at(_path(each["loc"]), _message(model, each)) for each in error.errors(include_url=False)
        ]


def _path(location: Path_) -> Path_:
    return tuple(part for part in location if part != "[key]")


def _message(model: type[BaseModel], error: Any) -> str:
    """Say what to write instead, in the words of the format."""
    key = str(error["loc"][-1]) if error["loc"] else "the file"
    match error["type"]:
        case "extra_forbidden":
            near = get_close_matches(key, _field_names(model), 1)
            return f"unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else "; remove it")
        case "missing":
            return f"{key!r} is missing; add it"
        case "string_type":
            return f"{key!r} is not text; put it in quotes"
        case "value_error":
            return str(error["ctx"]["error"])
        case _:
            return f"{key!r}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _field_names(model: type[BaseModel]) -> list[str]:
    """Return every key that a file of this kind may hold, however deep."""
    names: set[str] = set()
    for definition in model.model_json_schema().get("$defs", {}).values():
        names.update(definition.get("properties", ()))
    return sorted(names | set(model.model_fields))
