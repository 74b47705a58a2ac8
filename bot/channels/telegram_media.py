"""What a peer sends along, a voice note or a picture: which one it is, and how its bytes come to us."""

import re
from collections.abc import Mapping
from typing import Any

from bot.channels.base import SendError
from bot.channels.telegram_request import Request
from bot.core.message import MEDIA_LIMIT, Media

_PATH = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")
"""A place on the platform, never one on this computer, nor a way out of the folder of files."""
LONGEST_PATH = 200


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
    size = file.get("file_size")
    return Media("telegram", kind, ref, size=size if type(size) is int else 0)


async def fetch(request: Request, media: Media) -> bytes:
    """Bring a file of the platform into memory; raises `SendError`."""
    file = await request.call("getFile", {"file_id": media.ref})
    path, size = (file.get("file_path"), file.get("file_size")) if isinstance(file, dict) else (None, None)
    if isinstance(size, int) and size > MEDIA_LIMIT:
        raise SendError("a file is too large", large=True)
    if not isinstance(path, str) or len(path) > LONGEST_PATH or not _PATH.fullmatch(path):
        raise SendError("the platform does not say where a file is")
    return await request.download(path, MEDIA_LIMIT)
