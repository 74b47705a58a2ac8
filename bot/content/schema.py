"""The formats as JSON Schema, so that an editor helps while somebody writes."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel

from bot.core.directory import Directory
from bot.core.flow import Flow, Phrases, Pictures
from bot.core.speech import Languages

Kind = Literal["flow", "directory", "languages", "phrases", "pictures"]

_KINDS: dict[Kind, tuple[type[BaseModel], str]] = {
    "flow": (Flow, "A conversation: flows/*.yaml"),
    "directory": (Directory, "Services and hotlines: directory.yaml"),
    "languages": (Languages, "The languages: locales/languages.yaml"),
    "phrases": (Phrases, "What the program says: flows/phrases.yaml"),
    "pictures": (Pictures, "What the pictures show: locales/media/pictures.yaml"),
}
DRAFT = "https://json-schema.org/draft/2020-12/schema"
DURATION = r"^\d{1,6} (second|minute|hour)s?$"
WRITTEN = {"duration": r"^\d{1,6} (minute|hour|day)s?$", "time": r"^([01]\d|2[0-3]):[0-5]\d$"}
"""How people write what JSON Schema has a stricter form for."""


def schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of what people write, short forms included."""
    model, title = _KINDS[kind]
    made = model.model_json_schema(by_alias=True)
    if kind == "flow":
        _allow_short_forms(made["$defs"])
    for each in _objects(made):
        _suit_editor(each)
    return {"$schema": DRAFT, **made, "title": title}


def _allow_short_forms(definitions: dict[str, Any]) -> None:
    """Allow one text where several may be, a target alone where a choice does no more, `2 minutes` for a time."""
    node, target = definitions["Node"]["properties"], definitions["Option"]["properties"]["go"]
    one_text = {key: value for key, value in node["say"]["items"].items() if key != "title"}
    many_texts = {"type": "array", "items": one_text, "minItems": 1}
    node["say"] = {"anyOf": [one_text, many_texts]}
    node["facts"] = {"anyOf": [node["facts"]["items"], {"type": "array", "items": node["facts"]["items"]}]}
    node["choices"]["additionalProperties"] = {"anyOf": [dict(target), {"$ref": "#/$defs/Option"}]}
    node["after"]["propertyNames"] = {"pattern": DURATION}
    node["after"]["maxProperties"] = node["switch"]["maxProperties"] = 1


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
    for each in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _objects(each)


def _suit_editor(part: dict[str, Any]) -> None:
    """Refuse keys that fit no pattern, drop titles that repeat the key, and ask for times as people write them."""
    if isinstance(part.get("patternProperties"), dict):
        part["additionalProperties"] = False
    if isinstance(part.get("title"), str):
        del part["title"]
    if part.get("default", "") is None:
        del part["default"]
    if part.get("format") in WRITTEN:
        part["pattern"] = WRITTEN[part.pop("format")]
