"""A strict signal-cli daemon without Signal behind it, for the tests of the channel.

`async with FakeSignal(tmp_path / "signal.socket") as signal:` gives the bot `signal.where`; without a path it listens
on TCP. `signal.say` and `signal.react` play a woman, `signal.phones[ANA]` is what she sees, `signal.fault` and
`signal.refuse` make it misbehave, and `signal.until` waits for what should happen. What the real daemon passes over
in silence, a parameter that it does not know, is a complaint here, and a complaint fails the test.
"""

import asyncio
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import orjson

from tests.fake_signal.answers import OFFLINE, PARAMETERS, THROTTLED, Answers, Failure, Payload, RefusedError
from tests.fake_signal.phone import Message, Phone

__all__ = [
    "ACCOUNT",
    "ANA",
    "BEA",
    "OFFLINE",
    "OUR_ACI",
    "PARAMETERS",
    "THROTTLED",
    "Call",
    "Failure",
    "FakeSignal",
    "Fault",
    "Message",
    "Payload",
    "Phone",
]

ACCOUNT = "+15550001111"
OUR_ACI = "3f2b1c9e-0000-4000-8000-0000000000ff"
ANA = "3f2b1c9e-0000-4000-8000-000000000001"
BEA = "3f2b1c9e-0000-4000-8000-000000000002"
LONGEST_REQUEST = 64 * 1024 * 1024


@dataclass(slots=True)
class Call:
    """One call of the bot; `code` is the error that it was answered, 0 for none."""

    method: str
    params: Payload
    code: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A misbehaviour: wait until `gate` opens, then `drop` the connection, stay `silent`, or fail with `code`.

    `before` says whether the call is not carried out at all, or carried out first.
    """

    code: int = 0
    message: str = ""
    data: Payload | None = None
    gate: asyncio.Event | None = None
    silent: bool = False
    drop: bool = False
    before: bool = True


class FakeSignal(Answers):
    """The daemon, Signal and the phones of those who write to the bot."""

    def __init__(
        self,
        path: Path | None = None,
        *,
        accounts: tuple[str, ...] = (ACCOUNT,),
        version: str = "0.14.6",
        is_manual: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Listen on a socket at `path`, or on TCP; `is_manual` waits for `subscribeReceive` before it passes on."""
        super().__init__(accounts, version, clock)
        self.path = path
        self.where = str(path or "")
        self.is_manual = is_manual
        self.fault: Callable[[str, Payload], Fault | None] | None = None
        self.calls: list[Call] = []
        self.connections = 0
        self._port = 0
        self._server: asyncio.Server | None = None
        self._writers: dict[StreamWriter, int | None] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._kept: list[Payload] = []
        self._waiters: list[tuple[Callable[[], Any], asyncio.Future[None]]] = []

    # --- the daemon --------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Listen, where it did before if it did."""
        if self.path:
            self.path.unlink(missing_ok=True)
            self._server = await asyncio.start_unix_server(self._serve, self.path, limit=LONGEST_REQUEST)
            self.path.chmod(0o600)
            return
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, limit=LONGEST_REQUEST)
        self._port = self._server.sockets[0].getsockname()[1]
        self.where = f"tcp://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """End as a daemon does that is killed, or that Signal refuses at its start."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        self.hang_up()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.until(lambda: not self._writers)
        self._server = None

    def hang_up(self) -> None:
        """Close every connection, and go on listening."""
        for writer in self._writers:
            writer.transport.abort()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, kind: object, *_rest: object) -> None:
        """Stop; fails on a complaint, so that no test passes over it."""
        await self.stop()
        if kind is None:
            assert not self.complaints, self.complaints

    def called(self, method: str) -> list[Payload]:
        """List the params of each call of one method."""
        return [call.params for call in self.calls if call.method == method]

    async def until(self, predicate: Callable[[], Any], timeout: float = 10.0) -> None:  # noqa: ASYNC109 - its limit
        """Wait until it holds; looked at after every call of the bot, connection and loss."""
        waiter = (predicate, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        self._look()
        try:
            await asyncio.wait_for(waiter[1], timeout)
        except TimeoutError:
            recent = [f"{call.method} {call.code}" for call in self.calls[-8:]]
            raise TimeoutError(f"not within {timeout} s; last calls: {recent}") from None
        finally:
            self._waiters.remove(waiter)

    def _look(self) -> None:
        for predicate, future in self._waiters:
            if not future.done() and predicate():
                future.set_result(None)

    # --- the people --------------------------------------------------------------------------------------------------

    def say(self, who: str, text: str | None, **data: Any) -> int:
        """Write to the bot, with anything else that a data message has; returns its timestamp."""
        at = self.now()
        phone = self.phones.setdefault(who, Phone())
        phone.messages[at] = Message(at, mine=False, text=text or "", timer=phone.timer)
        timer = {"expiresInSeconds": phone.timer, "isExpirationUpdate": False, "viewOnce": False}
        self.deliver(who, at, dataMessage={"timestamp": at, "message": text, **timer, **data})
        return at

    def edit(self, who: str, target: int, text: str | None, *, names_first: bool = False, **data: Any) -> int:
        """Change what somebody wrote at `target`; returns by what name it goes from then on.

        As the apps do, an edit names the message as it was last, unless it `names_first`. What else was sent along is
        in `data`, or is not, as with some of the apps.
        """
        at, message = self.now(), self.phones[who].messages[target]
        named = message.edits[-1] if message.edits and not names_first else target
        message.text, message.is_edited = text or "", True
        message.edits.append(at)
        timer = {"expiresInSeconds": self.phones[who].timer, "isExpirationUpdate": False, "viewOnce": False}
        content = {"timestamp": at, "message": text, **timer, **data}
        self.deliver(who, at, editMessage={"targetSentTimestamp": named, "dataMessage": content})
        return at

    def take_back(self, who: str, target: int) -> int:
        """Delete what somebody wrote at `target`, for everybody: the apps name it as it was last."""
        message = self.phones[who].messages[target]
        message.text, message.is_deleted = "", True
        return self.say(who, None, remoteDelete={"timestamp": message.edits[-1] if message.edits else target})

    def react(self, who: str, emoji: str, target: int, *, remove: bool = False) -> int:
        """Put a reaction below a message."""
        ours = {"targetAuthor": ACCOUNT, "targetAuthorNumber": ACCOUNT, "targetAuthorUuid": OUR_ACI}
        return self.say(who, None, reaction={"emoji": emoji, **ours, "targetSentTimestamp": target, "isRemove": remove})

    def set_timer(self, who: str, seconds: int) -> int:
        """Change after how many seconds messages of the chat disappear."""
        self.phones.setdefault(who, Phone()).timer = self.contacts[who] = seconds
        return self.say(who, None, isExpirationUpdate=True, expiresInSeconds=seconds)

    def deliver(self, who: str, at: int = 0, exception: str = "", **parts: Any) -> None:
        """Bring an envelope with any parts, as unreadable where an exception is named."""
        at = at or self.now()
        self.contacts.setdefault(who, 0)
        envelope = {"source": who, "sourceNumber": None, "sourceUuid": who, "sourceName": "Ana", "sourceDevice": 1}
        times = dict.fromkeys(("timestamp", "serverReceivedTimestamp", "serverDeliveredTimestamp"), at)
        failed = {"exception": {"message": "...", "type": exception}} if exception else {}
        self.bring({"envelope": {**envelope, **times, **parts}, "account": ACCOUNT, **failed})

    def bring(self, params: Payload) -> None:
        """Pass a notification on to whoever listens; one that nobody listens to waits if it is manual, or is lost."""
        if self.is_manual and not any(self._writers.values()):
            self._kept.append(params)
        for writer, number in self._writers.items():
            if not self.is_manual:
                self._write(writer, {"method": "receive", "params": params})
            if number:
                self._write(writer, {"method": "receive", "params": {"subscription": number, "result": params}})

    def write(self, line: bytes) -> None:
        """Write something as it is on every connection."""
        for writer in self._writers:
            writer.write(line)

    # --- the calls ---------------------------------------------------------------------------------------------------

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._writers[writer] = None
        self.connections += 1
        self._look()
        try:
            while line := await reader.readline():
                task = asyncio.create_task(self._answer(line, writer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        except ConnectionError:
            pass
        finally:
            del self._writers[writer]
            writer.close()
            self._look()

    async def _answer(self, line: bytes, writer: StreamWriter) -> None:
        request = orjson.loads(line)
        if request.get("jsonrpc") != "2.0" or type(request.get("id")) is not int:
            self.complaints.append("not a request")
        method, params = request["method"], request.get("params", {})
        call = Call(method, params)
        self.calls.append(call)
        fault = self.fault(method, params) if self.fault else None
        try:
            answer = {"result": await self._carry_out(call, writer, fault)}
        except RefusedError as error:
            answer = {"error": error.answer}
            call.code = error.answer["code"]
        if fault and fault.drop:
            writer.transport.abort()
        elif not fault or not fault.silent:
            self._write(writer, {**answer, "id": request["id"]})
            with suppress(ConnectionError):
                await writer.drain()
        self._look()

    async def _carry_out(self, call: Call, writer: StreamWriter, fault: Fault | None) -> Any:
        if fault and fault.gate:
            await fault.gate.wait()
        if fault and fault.before and (fault.code or fault.drop or fault.silent):
            raise RefusedError(fault.code, fault.message, fault.data)
        self.check(call.method, call.params)
        if call.method == "subscribeReceive":
            return self._subscribe(writer)
        if call.method == "unsubscribeReceive":
            if self._writers.get(writer) != call.params["subscription"]:
                raise RefusedError(-1, "Unknown subscription id")
            self._writers[writer] = None
            return {}
        result = self.answer(call.method, call.params)
        if fault and fault.code:
            raise RefusedError(fault.code, fault.message, fault.data)
        return result

    def _subscribe(self, writer: StreamWriter) -> int:
        self._writers[writer] = number = self.connections
        kept, self._kept = self._kept, []
        for params in kept:
            self.bring(params)
        return number

    def _write(self, writer: StreamWriter, body: Payload) -> None:
        writer.write(orjson.dumps({"jsonrpc": "2.0", **body}) + b"\n")
