"""How calls reach the Bot API, and what its failures mean."""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import cache, partial
from http import HTTPStatus
from io import BytesIO
from typing import Any

import orjson
from aiohttp import (
    BytesPayload,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    DummyCookieJar,
    FormData,
    TCPConnector,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.channels.base import SendError, Turn

CALL_TIMEOUT = 10.0
DOWNLOAD_TIMEOUT = 30.0
CONNECT_TIMEOUT = 5.0
CONNECTIONS = 100
TRIES = 3
SEND_TRIES = 2
"""A message whose answer was lost may be in her chat: at least once, and at most twice."""
LONGEST_WAIT = 5.0
"""A longer wait is left to the sender, who knows what else is to be done meanwhile."""
FIRST_PAUSE = 0.25
UPLOADED = "attach://along"
"""How a payload names the file that goes with it."""

_LIMITS = ClientTimeout(total=CALL_TIMEOUT, sock_connect=CONNECT_TIMEOUT)
_JSON = {"Content-Type": "application/json"}
_GONE = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid")
_UNEDITABLE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message",
)

# Both libraries write addresses, so the token, and raw updates, so her words, into their logs.
logging.getLogger("telegram").setLevel(logging.CRITICAL)
logging.getLogger("aiohttp.client").setLevel(logging.CRITICAL)

Sleep = Callable[[float], Awaitable[None]]
Random = Callable[[], float]
NextTurn = AbstractAsyncContextManager[Turn]


class BadTokenError(SendError):
    """No call will ever work with this token."""


class UnchangedError(SendError):
    """The message says already what it should say."""


class UneditableError(SendError):
    """The message cannot be changed any more: deleted, or too old."""


class ThrottledError(TelegramError):
    """A 429; the library's own class warns about its own future each time it is raised."""

    def __init__(self, after: float) -> None:
        """Keep the wait that the platform asks for, in seconds."""
        super().__init__("Too Many Requests")
        self.after = after


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that goes with a call, under a name that says nothing."""

    data: bytes = field(repr=False)
    name: str
    mime: str


class Request(BaseRequest):
    """Carries all calls over one aiohttp session, a fifth of the cost of the library's own transport.

    Errors keep neither the address that was called, which holds the token, nor a cause that would.
    """

    def __init__(self, base_url: str, files_url: str = "", *, sleep: Sleep, random: Random) -> None:
        """Call under `base_url` and find files under `files_url`: both end with the token; pause through `sleep`."""
        self._base_url = base_url
        self._files_url = files_url
        self._urls: dict[str, URL] = {}
        self._sleep = sleep
        self._random = random
        self._session: ClientSession | None = None
        self._closed = False

    @property
    def read_timeout(self) -> float:
        """Seconds that a call may take, as the library wants to know."""
        return CALL_TIMEOUT

    async def initialize(self) -> None:
        """Open the session, unless it is open."""
        self._closed = False
        self._open()

    async def shutdown(self) -> None:
        """Close the session; calls fail from now on, until `initialize`."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def call(self, method: str, payload: Mapping[str, Any], *, repeatable: bool = True) -> Any:
        """Call a method with plain data, patiently but not for ever; raises `SendError`.

        `repeatable` says that doing it twice does no harm, so that a lost answer may be asked for again.
        """
        return await self._insist(partial(self.ask, method, payload), repeatable=repeatable)

    async def say(
        self, method: str, payload: Mapping[str, Any], turn: Callable[[], NextTurn], *, rank: int, repeatable: bool
    ) -> Any:
        """Call a method that writes into a chat, each try in its `turn`; raises `SendError`.

        What we send first is tried once: whether it is still to be sent is for its sender to say.
        """
        attempt = partial(self._ask_in_turn, method, payload, turn)
        if rank == 0:
            return await self._insist(attempt, repeatable=repeatable)
        try:
            return await attempt()
        except TelegramError as error:
            failure = explain(error)
        raise failure

    async def _ask_in_turn(self, method: str, payload: Mapping[str, Any], turn: Callable[[], NextTurn]) -> Any:
        async with turn() as taken:
            try:
                return await self.ask(method, payload)
            except ThrottledError as error:
                taken.refused(error.after)
                raise

    async def _insist(self, attempt: Callable[[], Awaitable[Any]], *, repeatable: bool) -> Any:
        number = 1
        while True:
            try:
                return await attempt()
            except TelegramError as error:
                failure, pause = explain(error), self._pause(error, number, repeatable=repeatable)
            if pause is None:
                raise failure
            await self._sleep(pause)
            number += 1

    async def ask(
        self, method: str, payload: Mapping[str, Any], within: float = CALL_TIMEOUT, *, upload: Upload | None = None
    ) -> Any:
        """Call a method once, `within` so many seconds; raises `TelegramError`.

        `upload` is a file that goes with it: the payload names it `UPLOADED`.
        """
        # A ready payload spares aiohttp the search for how to send these bytes.
        body = (
            _with_file(payload, upload)
            if upload
            else BytesPayload(orjson.dumps(payload), content_type="application/json")
        )
        answer = await self._send(self._url(method), body, {}, within)
        return self.parse_json_payload(answer)["result"]

    async def download(self, path: str, limit: int) -> bytes:
        """Read a file of the platform, `limit` bytes at most, patiently; raises `SendError`."""
        url = URL(f"{self._files_url}/{path}")
        answer: bytes = await self._insist(partial(self._read, url, limit), repeatable=True)
        return answer

    async def _read(self, url: URL, limit: int) -> bytes:
        try:
            return await self._exchange("GET", url, b"", {}, DOWNLOAD_TIMEOUT, limit)
        except InvalidToken:  # what a method that is not there means
            failure = BadRequest("no such file")
        raise failure

    def _url(self, method: str) -> URL:
        """Return where a method is called, parsed once."""
        url = self._urls.get(method)
        if url is None:
            url = self._urls[method] = URL(f"{self._base_url}/{method}")
        return url

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *_timeouts: Any, **_named: Any
    ) -> tuple[int, bytes]:
        """Carry a call of `telegram.Bot`."""
        if request_data is None:
            answer = await self._send(url, b"", {}, CALL_TIMEOUT, method)
        elif request_data.contains_files:
            answer = await self._send(url, _form(request_data), {}, CALL_TIMEOUT)
        else:
            answer = await self._send(url, orjson.dumps(request_data.parameters), _JSON, CALL_TIMEOUT)
        return HTTPStatus.OK, answer

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer; the library's own reader logs what it cannot read."""
        try:
            answer = orjson.loads(payload)
        except ValueError:
            answer = _mended(payload)
        if not isinstance(answer, dict) or "result" not in answer:
            raise TimedOut("an answer that is none")
        return answer

    async def _send(
        self,
        url: str | URL,
        body: bytes | BytesPayload | FormData,
        headers: Mapping[str, str],
        within: float,
        method: str = "POST",
    ) -> bytes:
        return await self._exchange(method, url, body, headers, within)

    async def _exchange(  # noqa: PLR0913, PLR0917 - what a request is made of
        self,
        method: str,
        url: str | URL,
        body: bytes | BytesPayload | FormData,
        headers: Mapping[str, str],
        within: float,
        limit: int = 0,
    ) -> bytes:
        """Ask and read the whole answer, `limit` bytes at most (0: all); raises `TelegramError` without the address."""
        try:
            session = self._session or self._open()
            async with session.request(method, url, data=body, headers=headers, timeout=_limits(within)) as response:
                status, answer = response.status, await _body(response, limit)
        except (ClientConnectorError, ConnectionTimeoutError):
            failure: TelegramError = NetworkError("not reached")
        except (ClientError, OSError, TimeoutError):
            failure = TimedOut("no answer")
        except RuntimeError:  # what aiohttp raises too when the session closes meanwhile
            failure = NetworkError("closed")
        else:
            if status == HTTPStatus.OK:
                return answer
            failure = _failure(status, answer)
        raise failure

    def _open(self) -> ClientSession:
        if self._closed:
            raise RuntimeError("closed")
        if self._session is None:
            connector = TCPConnector(limit=CONNECTIONS, ttl_dns_cache=300)
            self._session = ClientSession(
                connector=connector, cookie_jar=DummyCookieJar(), skip_auto_headers=("User-Agent", "Accept")
            )
        return self._session

    def _pause(self, error: TelegramError, attempt: int, *, repeatable: bool) -> float | None:
        """Return how long to wait before the next try, `None` when there should be none."""
        if isinstance(error, ThrottledError):
            return error.after if error.after <= LONGEST_WAIT and attempt < TRIES else None
        if isinstance(error, BadRequest) or not isinstance(error, NetworkError):
            return None
        tries = TRIES if repeatable or not isinstance(error, TimedOut) else SEND_TRIES
        return FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + self._random()) if attempt < tries else None


_MEANINGS: Mapping[type[TelegramError], Callable[[], SendError]] = {
    Forbidden: partial(SendError, "the chat is closed to us", gone=True),
    InvalidToken: partial(BadTokenError, "the Bot API refuses the token"),
    Conflict: partial(SendError, "another program polls with the same token", retryable=True),
    NetworkError: partial(SendError, "the platform does not answer", retryable=True),
    TimedOut: partial(SendError, "the platform does not answer", retryable=True),
}


def explain(error: TelegramError) -> SendError:
    """Say in fixed words what a failure means for the sender: the platform's own words go no further."""
    if isinstance(error, ThrottledError):
        return SendError("the platform asks to wait", retryable=True, after=error.after)
    if isinstance(error, BadRequest):
        return _refusal(error.message.lower())
    meaning = _MEANINGS.get(type(error))
    return meaning() if meaning else SendError("the platform refused")


def _refusal(description: str) -> SendError:
    if "message is not modified" in description:
        return UnchangedError("nothing to change")
    if any(words in description for words in _UNEDITABLE):
        return UneditableError("the message cannot be edited")
    if any(words in description for words in _GONE):
        return SendError("the chat is gone", gone=True)
    return SendError("the platform refused")


def _failure(status: int, body: bytes) -> TelegramError:
    """Name a failure in the library's words; an answer that is not the Bot API's own counts as lost."""
    try:
        answer = orjson.loads(body)
        description = str(answer["description"])
        after = float((answer.get("parameters") or {}).get("retry_after") or 0)
    except (ValueError, TypeError, KeyError, AttributeError):
        return TimedOut("an answer of something in between")
    if status == HTTPStatus.TOO_MANY_REQUESTS or after:
        return ThrottledError(after or 1.0)
    kinds: dict[int, type[TelegramError]] = {
        HTTPStatus.BAD_REQUEST: BadRequest,
        HTTPStatus.UNAUTHORIZED: InvalidToken,
        HTTPStatus.FORBIDDEN: Forbidden,
        HTTPStatus.NOT_FOUND: InvalidToken,
        HTTPStatus.CONFLICT: Conflict,
    }
    return kinds.get(status, NetworkError)(description)


def _mended(payload: bytes) -> Any:
    """Read an answer with half a character in it, which would come again and again; `None` if it is no JSON."""
    try:
        loose = json.loads(payload.decode("utf-8", "replace"))
    except ValueError:
        return None
    return orjson.loads(json.dumps(loose, ensure_ascii=False).encode("utf-8", "replace"))


async def _body(response: ClientResponse, limit: int) -> bytes:
    """Read an answer whole, and no further than its limit."""
    if not limit:
        return await response.read()
    if (response.content_length or 0) > limit:
        raise BadRequest("too large")
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > limit:
            raise BadRequest("too large")
        parts.append(part)
    return b"".join(parts)


@cache
def _limits(within: float) -> ClientTimeout:
    return ClientTimeout(total=within, sock_connect=CONNECT_TIMEOUT)


def _form(data: RequestData) -> FormData:
    form = FormData(data.json_parameters)
    for name, (filename, content, mime) in data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form


def _with_file(payload: Mapping[str, Any], upload: Upload) -> FormData:
    form = FormData()
    for name, value in payload.items():
        form.add_field(name, value if isinstance(value, str) else orjson.dumps(value).decode())
    # From a stream it leaves in pieces, between which others are served.
    form.add_field(UPLOADED.rpartition("/")[2], BytesIO(upload.data), filename=upload.name, content_type=upload.mime)
    return form
