"""How a message of ours is named: its number, and a mark when it is a picture, which is edited otherwise."""

from collections.abc import Mapping
from typing import Any

_MARK = "p"


def handle_of(message: Mapping[str, Any]) -> str:
    """Name a message of ours as the platform describes it; raises `TypeError` or `LookupError` on nonsense."""
    number = message["message_id"]
    if type(number) is not int:
        raise TypeError("a number was expected")
    return f"{number}{_MARK}" if "photo" in message else str(number)


def is_picture(handle: str) -> bool:
    """Tell whether a message is a picture, with or without words below it."""
    return handle.endswith(_MARK)


def number_of(handle: str) -> int:
    """Return the number by which the platform knows a message."""
    return int(handle.removesuffix(_MARK))
