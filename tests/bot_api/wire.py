"""A bare HTTP/1.1 server: the bench needs a fake server that costs less than any bot."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast
from urllib.parse import parse_qsl

import orjson

LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
TYPE = re.compile(rb"\r\ncontent-type:[ \t]*([^\r]+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[ \t]*chunked", re.IGNORECASE)
CONTINUE = re.compile(rb"\r\nexpect:[ \t]*100-continue", re.IGNORECASE)
BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
PART_NAME = re.compile(rb'[; ]name="([^"]*)"')
PART_FILE = re.compile(rb'filename="?([^";\r]*)"?')


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in."""

    path: str
    query: str
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Upload:
    """A file out of a multipart body."""

    name: str
    content: bytes


Response = bytes | None
"""A whole HTTP response, or `None` to reset the connection."""

Handler = Callable[[Request], "Response | Coroutine[Any, Any, Response]"]


def response(status: int, body: bytes, kind: str = "application/json") -> bytes:
    """Build a whole HTTP response."""
    if status == HTTPStatus.OK:
        return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
            kind.encode(),
            len(body),
            body,
        )
    return b"HTTP/1.1 %d X\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
        status,
        kind.encode(),
        len(body),
        body,
    )


def parameters(request: Request) -> dict[str, Any]:
    """Read the parameters of a call, which the Bot API takes as JSON, a form, multipart or a query string."""
    found: dict[str, Any] = dict(parse_qsl(request.query, keep_blank_values=True)) if request.query else {}
    if request.kind.startswith("application/json"):
        found |= orjson.loads(request.body) if request.body else {}
    elif request.kind.startswith("application/x-www-form-urlencoded"):
        found |= dict(parse_qsl(request.body.decode(), keep_blank_values=True))
    elif request.kind.startswith("multipart/form-data"):
        found |= dict(_parts(request))
    return found


def _parts(request: Request) -> list[tuple[str, str | Upload]]:
    boundary = BOUNDARY.search(request.kind)
    if boundary is None:
        raise ValueError("multipart without a boundary")
    parts: list[tuple[str, str | Upload]] = []
    for part in (b"\r\n" + request.body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = PART_NAME.search(head)
        if name is None:
            raise ValueError("a part without a name")
        file = PART_FILE.search(head)
        parts.append((name[1].decode(), Upload(file[1].decode(), content) if file else content.decode()))
    return parts


def _dechunked(data: bytes) -> tuple[bytes, int] | None:
    """Return a chunked body and how many bytes it took, or nothing while it is incomplete."""
    body, at = b"", 0
    while (line_end := data.find(b"\r\n", at)) >= 0:
        size = int(data[at:line_end].split(b";")[0], 16)
        start, at = line_end + 2, line_end + 2 + size + 2
        if len(data) < at:
            return None
        body += data[start : start + size]
        if size == 0:
            return body, at
    return None


class Wire(asyncio.Protocol):
    """One keep-alive connection: its requests are answered one after the other."""

    def __init__(self, handler: Handler, connections: "set[Wire]") -> None:
        """Join `connections`, so that the server can end what is open."""
        self._handler = handler
        self._connections = connections
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the name is asyncio's
        """Give up what was asked on it: a killed bot must not leave a poll behind."""
        self._connections.discard(self)
        if self.task:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        """Answer as soon as a request is whole."""
        self._buffer = self._buffer + data if self._buffer else data
        self._serve()

    def abort(self) -> None:
        """Reset the connection."""
        if self._transport:
            self._transport.abort()

    def _serve(self) -> None:
        while self.task is None and self._buffer and (request := self._take()):
            answer = self._handler(request)
            if isinstance(answer, Coroutine):
                self.task = asyncio.get_running_loop().create_task(self._finish(answer))
            else:
                self._write(answer)

    async def _finish(self, answer: Coroutine[Any, Any, Response]) -> None:
        self._write(await answer)
        self.task = None
        self._serve()

    def _write(self, answer: Response) -> None:
        if answer is None:
            self.abort()
        elif self._transport and not self._transport.is_closing():
            self._transport.write(answer)

    def _take(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head, rest = self._buffer[:end], self._buffer[end + 4 :]
        if CHUNKED.search(head):
            if (whole := _dechunked(rest)) is None:
                return None
            body, used = whole
        else:
            length = LENGTH.search(head)
            used = int(length[1]) if length else 0
            if len(rest) < used:
                if CONTINUE.search(head) and not rest and self._transport:
                    self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return None
            body = rest[:used]
        self._buffer = rest[used:]
        target = head.split(b" ", 2)[1].decode()
        path, _, query = target.partition("?")
        kind = TYPE.search(head)
        return Request(path, query, kind[1].decode() if kind else "", body)
