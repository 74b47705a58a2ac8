"""Pictures and sounds that a window sent or is shown: in memory only, and only so many bytes."""

from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

from aiohttp import web

from bot.core.message import MEDIA_LIMIT, Media
from bot.core.metadata import MIME, format_of, kind_of

BYTES_LIMIT = 4 * MEDIA_LIMIT
"""Bytes in all; what came first goes first."""

_WANTED = "A picture (JPEG, PNG, WebP) or a sound (Ogg, MP3, M4A, AAC)"


@dataclass(slots=True)
class Files:
    """What can be asked for, by a name that nobody can guess."""

    _kept: dict[str, bytes] = field(default_factory=dict)

    def put(self, data: bytes) -> str:
        """Keep a file and return its name."""
        name = uuid4().hex
        self._kept[name] = data
        size = sum(map(len, self._kept.values()))
        while size > BYTES_LIMIT:
            size -= len(self._kept.pop(next(iter(self._kept))))
        return name

    def get(self, name: str) -> bytes:
        """Return a file, nothing where there is none any more."""
        return self._kept.get(name, b"")

    def media(self, name: str) -> Media | None:
        """Return what a file is to the bot."""
        kind = kind_of(self.get(name))
        return Media("web", kind, name) if kind else None

    def body(self, media: Media, said: str) -> dict[str, Any] | None:
        """Describe for the page what goes along; `None` where it is not here."""
        name = media.ref if media.channel == "web" and self.get(media.ref) else ""
        kind: Literal["voice", "picture"] = media.kind
        if media.data:
            name = self.put(media.data)
        return {"src": f"/files/{name}", "kind": kind, "label": said} if name else None

    async def take(self, request: web.Request) -> web.Response:
        """Take what a window uploads; `MEDIA_LIMIT` is looked at before and while it is read."""
        if "Origin" not in request.headers:
            raise web.HTTPForbidden(text="Only the preview page itself may send a file.")
        data = bytearray()
        is_large = (request.content_length or 0) > MEDIA_LIMIT
        while not is_large and (part := await request.content.readany()):
            data += part
            is_large = len(data) > MEDIA_LIMIT
        if is_large:
            raise web.HTTPRequestEntityTooLarge(
                MEDIA_LIMIT, len(data), text=f"At most {MEDIA_LIMIT // 1024 // 1024} MB go along."
            )
        if kind_of(bytes(data)) is None:
            raise web.HTTPUnsupportedMediaType(text=f"{_WANTED} goes along, nothing else.")
        return web.json_response({"ref": self.put(bytes(data))})

    async def give(self, request: web.Request) -> web.Response:
        """Hand out a file as what it is, whatever it was called."""
        data = self.get(request.match_info["name"])
        found = format_of(data)
        if found is None:
            raise web.HTTPNotFound
        return web.Response(body=data, content_type=MIME[found])
