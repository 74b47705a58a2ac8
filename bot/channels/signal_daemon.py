"""How calls reach signal-cli's daemon, and how what people write comes from it: lines of JSON over one socket."""

import asyncio
import json
import logging
import random as chance
import re
from asyncio import Future, StreamReader, StreamWriter
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import orjson

from bot.channels.base import SendError
from bot.channels.signal_envelope import sender_of, unwrapped

LINE_LIMIT = 16 * 1024 * 1024
"""A longer line is refused: an attachment of twelve megabytes fits, and the server has not more memory to give."""
CHUNK = 256 * 1024
CONNECT_WITHIN = 5.0
MOMENT = 2.0
"""Seconds that a call waits for a daemon that is just being started again."""
QUIET = 30.0
"""Seconds without a word after which the daemon is asked whether it is there."""
PROBE_WITHIN = 10.0
PROBES = 2
"""Questions in a row without an answer that mean it is not: one may be due to a machine that slept."""
FIRST_BACK_OFF = 0.25
LONGEST_BACK_OFF = 5.0
"""Seconds: to ask a socket on the same machine costs nothing, and she may be waiting."""
STEADY = 10.0
"""Seconds that a connection has to last, for the next loss to count as the first."""
PATIENCE = 10.0
"""Seconds that a stop waits for what is in hand."""
WAITING_EACH = 100
WAITING_ALL = 10_000
"""Messages that may wait to be served, of one person and of all; what a flood brings beyond is dropped."""

_LOG = logging.getLogger("comadre.signal")
_TAIL = 64
_ID_AT_THE_END = re.compile(rb'"id"\s*:\s*(\d+)\s*}\s*\Z')

Sleep = Callable[[float], Awaitable[None]]
Random = Callable[[], float]
Notify = Callable[[Mapping[str, Any]], Awaitable[None]]


class DaemonError(Exception):
    """What the daemon answered instead of a result.

    Its own words and data may name people: they are for deciding, and never printed with the error.
    """

    def __init__(self, code: int, message: str = "", data: Mapping[str, Any] | None = None) -> None:
        """Keep what the caller needs to decide what the failure means."""
        super().__init__(f"the daemon answered with error {code}")
        self.code = code
        self.message = message
        self.data: Mapping[str, Any] = data or {}


class UnsureError(SendError):
    """The call went out and no answer came: it may have been carried out."""


class Lines:
    """Cuts a stream into lines, and lets one that is too long pass by without keeping it."""

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        """Keep lines of at most `limit` bytes."""
        self._limit = limit
        self._begun = bytearray()
        self._is_too_long = False

    def feed(self, chunk: bytes) -> Iterator[tuple[bytes, bool]]:
        """Return each line that ends here, and whether that is all of it; of one that was too long, its end."""
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            self._add(end)
            yield bytes(self._begun), not self._is_too_long
            self._begun.clear()
            self._is_too_long = False
        self._add(rest)

    def _add(self, part: bytes) -> None:
        self._begun += part
        if self._is_too_long or len(self._begun) > self._limit:
            self._is_too_long = True
            del self._begun[:-_TAIL]


class Intake:
    """Serves notifications: those of one person in order, and nobody waits for another."""

    def __init__(self, notify: Notify) -> None:
        """Pass each on to `notify`, which returns when it is settled."""
        self._notify = notify
        self._chains: dict[str, deque[Mapping[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting = 0
        self._is_flood_told = False

    def take(self, params: Mapping[str, Any]) -> None:
        """Put a notification at the end of what its sender waits for."""
        key = sender_of(params)
        chain = self._chains.get(key, deque())
        if len(chain) >= WAITING_EACH or self._waiting >= WAITING_ALL:
            self._tell_flood()
            return
        chain.append(params)
        self._waiting += 1
        if key not in self._chains:
            self._chains[key] = chain
            task = asyncio.create_task(self._serve(key, chain))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def settle(self, patience: float) -> None:
        """Wait until nothing is in hand: the daemon would not bring it again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self._tasks:
                    await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Give up what is not settled by now."""
        if self._waiting:
            _LOG.warning("signal: %d messages could not be settled before the stop", self._waiting)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, key: str, chain: deque[Mapping[str, Any]]) -> None:
        while chain:
            try:
                await self._notify(chain[0])
            except Exception as error:  # noqa: BLE001 - a bug above must neither stall her nor put words in the log
                _LOG.error("signal message failed: %s", type(error).__name__)
            chain.popleft()
            self._waiting -= 1
        del self._chains[key]

    def _tell_flood(self) -> None:
        if not self._is_flood_told:
            _LOG.warning("signal: more came than can be answered, and is dropped")
        self._is_flood_told = True


class Daemon:
    """One connection to the daemon, made again whenever it breaks."""

    def __init__(
        self,
        where: str,
        *,
        sleep: Sleep = asyncio.sleep,
        random: Random = chance.random,
        danger: Callable[[], str] = str,
    ) -> None:
        """Connect to a socket's path, or to `tcp://host:port`; raises `ValueError` when that is neither.

        `danger` is asked before each connection: who says why not is not talked to, and looked at again later.
        """
        self._host, self._port = _host_and_port(where)
        self._path = "" if self._port else where
        self._sleep = sleep
        self._random = random
        self._danger = danger
        self._writer: StreamWriter | None = None
        self._calls: dict[int, Future[Any]] = {}
        self._numbers = count(1)
        self._subscribing = 0
        self._subscription: Any = None
        self._is_garbage_told = False
        self._is_loss_told = False
        self.connected = asyncio.Event()
        """Set while the daemon is there and answers."""

    async def call(self, method: str, params: Mapping[str, Any] | None = None, *, answer_within: float = 30.0) -> Any:
        """Ask the daemon for something; raises `DaemonError` when it refuses, `SendError` when it is not there.

        `UnsureError` is the `SendError` of a call whose answer was lost: it may have been carried out.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(min(MOMENT, answer_within)):
                await self.connected.wait()
        if self._writer is None or not self.connected.is_set():
            raise SendError("signal-cli is not there", retryable=True)
        number, answer = next(self._numbers), asyncio.get_running_loop().create_future()
        self._calls[number] = answer
        try:
            async with asyncio.timeout(answer_within):
                self._write(number, method, params)
                await self._writer.drain()
                return await answer
        except OSError:  # a timeout is one too
            raise UnsureError(f"signal-cli did not answer {method}", retryable=True) from None
        finally:
            self._calls.pop(number, None)
            answer.cancel()

    async def run(self, notify: Notify, *, subscribe: Mapping[str, Any] | None = None) -> None:
        """Keep the connection and pass on what people write, until cancelled; then settle what is in hand.

        `subscribe` holds the params of `subscribeReceive`, for a daemon with `--receive-mode manual`: then what is
        written while we are away waits on Signal's side, and nothing new comes while we stop.
        """
        intake = Intake(notify)
        link = asyncio.create_task(self._keep(intake, subscribe))
        try:
            await asyncio.wait({link})
            await link
        finally:
            try:
                await self._unsubscribe(subscribe)
                await intake.settle(PATIENCE)
            finally:
                link.cancel()
                await asyncio.gather(link, intake.close(), return_exceptions=True)

    async def _unsubscribe(self, subscribe: Mapping[str, Any] | None) -> None:
        if subscribe is None or self._subscription is None or not self.connected.is_set():
            return
        with suppress(SendError, DaemonError):
            params = {**subscribe, "subscription": self._subscription}
            await self.call("unsubscribeReceive", params, answer_within=MOMENT)

    async def _keep(self, intake: Intake, subscribe: Mapping[str, Any] | None) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began, reason = loop.time(), "it does not answer"
            try:
                async with asyncio.timeout(CONNECT_WITHIN):
                    reader, self._writer = await self._open()
                await self._hear(reader, self._writer, intake, subscribe)
            except OSError as error:
                reason = str(error) if isinstance(error, PermissionError) else type(error).__name__
            finally:
                self._lose()
            failures = 1 if loop.time() - began >= STEADY else failures + 1
            self._tell_loss(reason)
            pause = min(FIRST_BACK_OFF * 2.0 ** min(failures - 1, 10), LONGEST_BACK_OFF)
            await self._sleep(pause * (0.5 + self._random() / 2))

    async def _open(self) -> tuple[StreamReader, StreamWriter]:
        if why := await asyncio.to_thread(self._danger):
            raise PermissionError(why)
        if self._path:
            return await asyncio.open_unix_connection(self._path, limit=CHUNK)
        return await asyncio.open_connection(self._host, self._port, limit=CHUNK)

    async def _hear(
        self, reader: StreamReader, writer: StreamWriter, intake: Intake, subscribe: Mapping[str, Any] | None
    ) -> None:
        """Take in what comes until the connection ends, or nobody is at its other end."""
        loop, lines = asyncio.get_running_loop(), Lines()
        if subscribe is not None:
            self._subscribing = self._write(next(self._numbers), "subscribeReceive", subscribe)
        probes = self._probe()
        until = loop.time() + PROBE_WITHIN
        while not writer.is_closing():
            try:
                async with asyncio.timeout_at(until):
                    chunk = await reader.read(CHUNK)
            except TimeoutError:
                if probes >= PROBES:
                    return
                probes += self._probe()
                until = loop.time() + PROBE_WITHIN
                continue
            if not chunk:
                raise ConnectionResetError
            for line, is_whole in lines.feed(chunk):
                if self._take(line, intake, is_whole=is_whole):
                    self._tell_return()
                    probes, until = 0, loop.time() + QUIET

    def _probe(self) -> int:
        """Ask something that costs nothing; whatever comes back shows that somebody is there."""
        self._write(next(self._numbers), "version", None)
        return 1

    def _write(self, number: int, method: str, params: Mapping[str, Any] | None) -> int:
        if self._writer is None:
            raise ConnectionResetError
        request = {"jsonrpc": "2.0", "id": number, "method": method, **({"params": params} if params else {})}
        self._writer.write(_encoded(request) + b"\n")
        return number

    def _take(self, line: bytes, intake: Intake, *, is_whole: bool) -> bool:
        """Tell whether the line was a word of the daemon's, and do what it asks for."""
        if not is_whole:
            return self._refuse(line)
        message = _decoded(line)
        if not isinstance(message, dict) or not message.keys() & {"method", "result", "error"}:
            if line.strip():
                self._tell_garbage("something that is not JSON-RPC")
            return False
        if "method" not in message:
            self._answered(message)
        elif message["method"] == "receive" and isinstance(message.get("params"), dict):
            intake.take(unwrapped(message["params"]))
        return True

    def _refuse(self, end: bytes) -> bool:
        """Let whoever waits for a line that is too long know."""
        self._tell_garbage("more in one line than fits")
        if found := _ID_AT_THE_END.search(end):
            answer = self._calls.get(int(found[1]))
            if answer and not answer.done():
                answer.set_exception(SendError("signal-cli answered more than fits"))
        return False

    def _answered(self, message: dict[str, Any]) -> None:
        number, error = message.get("id"), message.get("error")
        if type(number) is not int:
            return
        if number == self._subscribing:
            self._subscription = message.get("result")
            if error is not None:
                _LOG.error("signal-cli does not let us receive: error %d; check the account", _error(error).code)
        answer = self._calls.get(number)
        if answer is None or answer.done():
            return
        if error is None:
            answer.set_result(message.get("result"))
        else:
            answer.set_exception(_error(error))

    def _lose(self) -> None:
        """Let every call in flight know that its answer will not come."""
        self.connected.clear()
        self._subscribing, self._subscription = 0, None
        calls, self._calls = self._calls, {}
        for answer in calls.values():
            if not answer.done():
                answer.set_exception(ConnectionResetError())
        writer, self._writer = self._writer, None
        if writer:
            writer.transport.abort()

    def _tell_loss(self, reason: str) -> None:
        if not self._is_loss_told:
            _LOG.warning("signal-cli is not there (%s); trying until it is", reason)
        self._is_loss_told = True

    def _tell_return(self) -> None:
        if self._is_loss_told:
            _LOG.warning("signal-cli is there again")
        self._is_loss_told = False
        self.connected.set()

    def _tell_garbage(self, what: str) -> None:
        if not self._is_garbage_told:
            _LOG.warning("signal-cli wrote %s; that is passed over", what)
        self._is_garbage_told = True


def _host_and_port(where: str) -> tuple[str, int]:
    if not where.startswith("tcp://"):
        return "", 0
    url = urlsplit(where)
    if not url.hostname or not url.port:
        raise ValueError("a host and a port were expected, as in tcp://127.0.0.1:7583")
    return url.hostname, url.port


def _encoded(request: Mapping[str, Any]) -> bytes:
    try:
        return orjson.dumps(request)
    except orjson.JSONEncodeError:  # half a surrogate pair, which some keyboards send
        return json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")


def _decoded(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _error(error: Any) -> DaemonError:
    error = error if isinstance(error, dict) else {}
    code, message, data = error.get("code"), error.get("message"), error.get("data")
    return DaemonError(
        code if type(code) is int else 0,
        message if isinstance(message, str) else "",
        data if isinstance(data, dict) else None,
    )
