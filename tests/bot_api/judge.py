"""An independent judge: the models of aiogram, written by others from the same documentation."""

from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter

from tests.bot_api.wire import Upload


@cache
def _models() -> dict[str, Any]:
    import aiogram.methods  # noqa: PLC0415 - only tests that judge pay for the import

    names = (getattr(aiogram.methods, name) for name in aiogram.methods.__all__)
    return {model.__api_method__: model for model in names if isinstance(getattr(model, "__api_method__", None), str)}


@cache
def _answer(method: str) -> TypeAdapter[Any]:
    return TypeAdapter(_models()[method].__returning__)


def _unknown(value: Any, path: str = "") -> list[str]:
    """Name the fields that aiogram kept although it does not know them."""
    if isinstance(value, list | tuple):
        return [found for place, item in enumerate(value) for found in _unknown(item, f"{path}[{place}]")]
    if not isinstance(value, BaseModel):
        return []
    found = [f"{path}.{name}" for name in value.model_extra or {}]
    for name in value.model_fields_set & set(type(value).model_fields):
        found += _unknown(getattr(value, name), f"{path}.{name}")
    return found


def _accept(where: str, value: Any) -> None:
    if unknown := _unknown(value):
        raise ValueError(f"{where}: fields that the Bot API does not know: {', '.join(unknown)}")


def aiogram_judge(method: str, payload: dict[str, Any]) -> None:
    """Raise `ValueError` when a call is not what the Bot API documents."""
    model = _models().get(method)
    if model is None:
        raise ValueError(f"{method}: not a method of the Bot API")
    named = {name: value for name, value in payload.items() if not isinstance(value, Upload)}
    files = {name: f"attach://{name}" for name in payload.keys() - named.keys()}
    # A file may have any name that another field refers to.
    plain = named | {name: address for name, address in files.items() if f"'{address}'" not in str(named)}
    _accept(method, model.model_validate(plain))


def aiogram_answer_judge(method: str, result: Any) -> None:
    """Raise `ValueError` when an answer of the fake is not what the Bot API documents."""
    _accept(f"answer to {method}", _answer(method).validate_python(result))
