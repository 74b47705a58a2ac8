"""What a peer sends along, a voice note or a picture: it stays with the platform, we only say which one it is."""

from collections.abc import Mapping
from typing import Any

from bot.core.message import Media

_NAMES = {"voice": "voice", "picture": "photo"}
METHODS = {"voice": "sendVoice", "photo": "sendPhoto"}


def along(media: Media, caption: str) -> dict[str, Any]:
    """Return the message that carries it, with the words below it, as the Bot API wants it."""
    return {_NAMES[media.kind]: media.ref, **({"caption": caption} if caption else {})}


def kind_of(payload: Mapping[str, Any]) -> str:
    """Tell what a message carries, nothing where it is words alone."""
    return next((name for name in METHODS if name in payload), "")


def media_in(message: Mapping[str, Any]) -> Media | None:
    """Return where a voice note or a picture lies that somebody sent; raises `TypeError` or `LookupError` on nonsense.

    Of everything else that can be sent, and of what is known about the file, nothing comes in.
    """
    if "voice" in message:
        return _media("voice", message["voice"])
    sizes = message.get("photo")
    return _media("picture", sizes[-1]) if sizes else None


def _media(kind: Any, file: Mapping[str, Any]) -> Media:
    ref = file["file_id"]
    if not isinstance(ref, str) or not ref or " " in ref:
        raise TypeError("a file has no name")
    return Media("telegram", kind, ref)
