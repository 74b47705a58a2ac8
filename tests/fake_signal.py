"""A strict signal-cli daemon without Signal behind it, for the tests of the channel.

`async with FakeSignal(tmp_path / "signal.socket") as signal:` gives the bot `signal.where`; without a path it listens
on TCP. `signal.say` and `signal.react` play a woman, `signal.phones[ANA]` is what she sees, `signal.fault` and
`signal.refuse` make it misbehave, and `signal.until` waits for what should happen. What the real daemon passes over
in silence, a parameter that it does not know, is a complaint here, and a complaint fails the test.
"""

import asyncio
import base64
import binascii
import re
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson

ACCOUNT = "+15550001111"
OUR_ACI = "3f2b1c9e-0000-4000-8000-0000000000ff"
ANA = "3f2b1c9e-0000-4000-8000-000000000001"
BEA = "3f2b1c9e-0000-4000-8000-000000000002"
LONGEST_REQUEST = 64 * 1024 * 1024

Payload = dict[str, Any]

_TO = {"recipient"}
PARAMETERS: dict[str, set[str]] = {
    "version": set(),
    "listAccounts": set(),
    "subscribeReceive": set(),
    "unsubscribeReceive": {"subscription"},
    "send": _TO
    | {"message", "textStyle", "attachment", "quoteTimestamp", "quoteAuthor", "quoteMessage", "editTimestamp"}
    | {"viewOnce", "noUrgent", "voiceNote"},
    "sendReaction": _TO | {"emoji", "targetAuthor", "targetTimestamp", "remove"},
    "remoteDelete": _TO | {"targetTimestamp"},
    "sendTyping": _TO | {"stop"},
    "sendReceipt": _TO | {"targetTimestamp", "type"},
    "updateContact": _TO | {"expiration"},
    "removeContact": _TO | {"forget", "hide"},
    "listContacts": _TO | {"allRecipients", "blocked", "name", "detailed", "internal"},
    "getAttachment": {"id", "recipient"},
    "submitRateLimitChallenge": {"challenge", "captcha"},
}
"""What each method takes, beside the account."""
_OF_NO_ACCOUNT = {"version", "listAccounts"}
_ONLY = {
    "IDENTITY_FAILURE": (-4, " due to untrusted identities"),
    "RATE_LIMIT_FAILURE": (-5, " due to rate limiting"),
}
_STYLE = re.compile(r"(\d+):(\d+):(.+)")
_STYLES = {"BOLD", "ITALIC", "SPOILER", "STRIKETHROUGH", "MONOSPACE", "NONE"}
_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+(;[\w-]+=[^;,]+)*;base64,(.*)", re.DOTALL)


class RefusedError(Exception):
    """An error answer."""

    def __init__(self, code: int, message: str, data: Payload | None = None) -> None:
        """Keep what the client gets."""
        super().__init__(message)
        self.answer = {"code": code, "message": message, "data": data}


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


@dataclass(frozen=True, slots=True)
class Failure:
    """What Signal says of one recipient, as `RATE_LIMIT_FAILURE`, `IDENTITY_FAILURE` or `UNREGISTERED_FAILURE`."""

    type: str
    token: str = ""
    retry_after: int = 0


OFFLINE = Failure("NETWORK_FAILURE")
THROTTLED = Failure("RATE_LIMIT_FAILURE", "a1b2c3", 86400)


@dataclass(slots=True)
class Message:
    """One message in a chat; of one that was deleted for everybody, only that it was there."""

    timestamp: int
    mine: bool
    """It is the bot's."""
    text: str = ""
    styles: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    quote: int = 0
    is_voice: bool = False
    is_deleted: bool = False
    is_edited: bool = False
    timer: int = 0
    """After how many seconds it disappears."""


@dataclass(slots=True)
class Phone:
    """What one woman sees of the chat."""

    messages: dict[int, Message] = field(default_factory=dict)
    timer: int = 0
    is_typing: bool = False
    read: list[int] = field(default_factory=list)
    reactions: dict[int, str] = field(default_factory=dict)

    @property
    def shown(self) -> list[Message]:
        """The bot's messages that are there, oldest first."""
        return [each for each in self.messages.values() if each.mine and not each.is_deleted]

    @property
    def texts(self) -> list[str]:
        """What the bot's messages say."""
        return [each.text for each in self.shown]


class FakeSignal:
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
        self.path = path
        self.where = str(path or "")
        self.accounts = accounts
        self.version = version
        self.is_manual = is_manual
        self.clock = clock
        self.fault: Callable[[str, Payload], Fault | None] | None = None
        self.refuse: dict[str, Failure] = {}
        """What becomes of messages to someone; to everybody under `*`."""
        self.is_captcha_accepted = True
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        self.phones: dict[str, Phone] = {}
        self.contacts: dict[str, int] = {}
        """The daemon's own list of people, and its timer for each."""
        self.attachments: dict[str, bytes] = {}
        self.connections = 0
        self._last = 0
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

    def now(self) -> int:
        """Return a time that no message has yet."""
        self._last = max(self._last + 1, int(self.clock() * 1000))
        return self._last

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
        self._check(call)
        if call.method == "subscribeReceive":
            return self._subscribe(writer)
        if call.method == "unsubscribeReceive":
            if self._writers.get(writer) != call.params["subscription"]:
                raise RefusedError(-1, "Unknown subscription id")
            self._writers[writer] = None
            return {}
        result = getattr(self, f"_{call.method}")(call.params)
        if fault and fault.code:
            raise RefusedError(fault.code, fault.message, fault.data)
        return result

    def _check(self, call: Call) -> None:
        if call.method not in PARAMETERS:
            raise RefusedError(-32601, "Method not implemented")
        account = call.params.get("account")
        if account is not None and account not in self.accounts:
            raise RefusedError(-32602, "Specified account does not exist")
        if call.method not in _OF_NO_ACCOUNT and account is None and len(self.accounts) != 1:
            raise RefusedError(-32602, "Method requires valid account parameter")
        for name in call.params.keys() - PARAMETERS[call.method] - {"account"}:
            self.complaints.append(f"{call.method} has no {name}")

    def _subscribe(self, writer: StreamWriter) -> int:
        self._writers[writer] = number = self.connections
        kept, self._kept = self._kept, []
        for params in kept:
            self.bring(params)
        return number

    def _write(self, writer: StreamWriter, body: Payload) -> None:
        writer.write(orjson.dumps({"jsonrpc": "2.0", **body}) + b"\n")

    def _version(self, _params: Payload) -> Payload:
        return {"version": self.version}

    def _listAccounts(self, _params: Payload) -> list[Payload]:  # noqa: N802 - named after the method
        return [{"number": each} for each in self.accounts]

    def _send(self, params: Payload) -> Payload:
        text, files = params.get("message", ""), _list(params.get("attachment"))
        styles = _list(params.get("textStyle"))
        if not text and not files:
            raise RefusedError(
                -1, "Sending empty message is not allowed, either a message, attachment or sticker must be given."
            )
        if "quoteTimestamp" in params and "quoteAuthor" not in params:
            raise RefusedError(-1, "Quote author parameter is missing")
        self._instants(params, "quoteTimestamp", "editTimestamp")
        self._check_styles(text, styles)
        for each in files:
            self._check_file(each)
        at = self.now()
        result = self._delivered(params, at)
        for phone in self._reached(params):
            edited = phone.messages.get(params.get("editTimestamp", 0))
            if edited:
                edited.text, edited.styles, edited.is_edited = text, styles, True
                continue
            phone.messages[at] = Message(
                at,
                mine=True,
                text=text,
                styles=styles,
                attachments=files,
                quote=params.get("quoteTimestamp", 0),
                is_voice=bool(params.get("voiceNote")),
                timer=phone.timer,
            )
            phone.is_typing = False
        return result

    def _sendReaction(self, params: Payload) -> Payload:  # noqa: N802
        self._instants(params, "targetTimestamp", needed=True)
        for phone in self._reached(params):
            phone.reactions[params["targetTimestamp"]] = "" if params.get("remove") else params["emoji"]
        return self._delivered(params, self.now())

    def _remoteDelete(self, params: Payload) -> Payload:  # noqa: N802
        self._instants(params, "targetTimestamp", needed=True)
        result = self._delivered(params, self.now())
        for phone in self._reached(params):
            message = phone.messages.get(params["targetTimestamp"])
            if message and message.mine:
                message.text, message.styles, message.attachments, message.is_deleted = "", [], [], True
        return result

    def _sendTyping(self, params: Payload) -> Payload:  # noqa: N802
        for phone in self._reached(params):
            phone.is_typing = not params.get("stop")
        return self._delivered(params, self.now())

    def _sendReceipt(self, params: Payload) -> Payload:  # noqa: N802
        if params.get("type", "read") not in ("read", "viewed"):
            raise RefusedError(-1, f"Unknown receipt type: {params['type']}")
        for phone in self._reached(params):
            phone.read += _list(params["targetTimestamp"])
        return self._delivered(params, self.now())

    def _updateContact(self, params: Payload) -> Payload:  # noqa: N802
        self.contacts.setdefault(params["recipient"], 0)
        if "expiration" in params:
            self.contacts[params["recipient"]] = params["expiration"]
            self.phones.setdefault(params["recipient"], Phone()).timer = params["expiration"]
        return {}

    def _removeContact(self, params: Payload) -> Payload:  # noqa: N802
        if params.get("forget"):
            self.contacts.pop(params["recipient"], None)
        return {}

    def _listContacts(self, params: Payload) -> list[Payload]:  # noqa: N802
        wanted = _list(params.get("recipient")) or list(self.contacts)
        known = [(each, self.contacts[each]) for each in wanted if each in self.contacts]
        return [{"number": None, "uuid": each, "name": "Ana", "messageExpirationTime": timer} for each, timer in known]

    def _getAttachment(self, params: Payload) -> Payload:  # noqa: N802
        data = self.attachments.get(params["id"])
        if data is None:
            raise RefusedError(-1, f"Could not find attachment with ID: {params['id']}")
        return {"data": base64.b64encode(data).decode()}

    def _submitRateLimitChallenge(self, params: Payload) -> Payload:  # noqa: N802
        if not self.is_captcha_accepted or not params["captcha"].startswith("signalcaptcha://"):
            why = "it may be outdated, already used or solved from a different IP address."
            raise RefusedError(-6, f"Captcha rejected, {why}")
        self.refuse = {who: each for who, each in self.refuse.items() if each.token != params["challenge"]}
        return {}

    # --- what Signal makes of it -------------------------------------------------------------------------------------

    def _failure(self, who: str) -> Failure | None:
        return self.refuse.get(who) or self.refuse.get("*")

    def _reached(self, params: Payload) -> list[Phone]:
        found = [who for who in _list(params.get("recipient")) if not self._failure(who)]
        return [self.phones.setdefault(who, Phone()) for who in found]

    def _delivered(self, params: Payload, at: int) -> Payload:
        """Return the result of each recipient; an error only when nobody was reached."""
        recipients = _list(params.get("recipient"))
        if not recipients:
            raise RefusedError(-1, "No recipients given")
        failures = [self._failure(who) for who in recipients]
        results = [_result(who, failure) for who, failure in zip(recipients, failures, strict=True)]
        answer: Payload = {"timestamp": at, "results": results}
        if None in failures:
            return answer
        kinds = {failure.type for failure in failures if failure}
        code, why = _ONLY.get(kinds.pop(), (-1, "")) if len(kinds) == 1 else (-1, "")
        raise RefusedError(code, f"Failed to send message{why}", {"response": answer})

    def _instants(self, params: Payload, *names: str, needed: bool = False) -> None:
        for name in names:
            value = params.get(name)
            if value is None and needed:
                raise RefusedError(-32603, "null (NullPointerException)")
            if value is not None and (type(value) is not int or value < 2**31):
                raise RefusedError(-32603, "class java.lang.Integer cannot be cast (ClassCastException)")

    def _check_styles(self, text: str, styles: list[str]) -> None:
        length = len(text.encode("utf-16-le")) // 2
        for each in styles:
            found = _STYLE.fullmatch(each)
            if not found:
                raise RefusedError(-1, f"Invalid textStyle syntax ({each}) expected 'start:length:STYLE'")
            if found[3] not in _STYLES:
                raise RefusedError(-1, f"Invalid style: {found[3]}")
            if int(found[1]) + int(found[2]) > length:
                self.complaints.append("a style goes beyond the end of the text")

    def _check_file(self, file: str) -> None:
        found = _DATA_URI.fullmatch(file)
        try:
            is_good = bool(base64.b64decode(found[2], validate=True)) if found else Path(file).is_file()
        except (binascii.Error, ValueError, OSError):
            is_good = False
        if not is_good:
            self.complaints.append("an attachment is neither a file nor a data URI")


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _result(who: str, failure: Failure | None) -> Payload:
    number = who if who.startswith("+") else None
    address = {"uuid": None if number else who, "number": number, "username": None}
    if failure is None:
        return {"recipientAddress": address, "type": "SUCCESS"}
    # An outage looks like an account that is gone where only a number is known.
    kind = "UNREGISTERED_FAILURE" if number and failure == OFFLINE else failure.type
    token = {"token": failure.token} if failure.token else {}
    after = {"retryAfterSeconds": failure.retry_after} if failure.retry_after else {}
    return {"recipientAddress": address, "type": kind, **token, **after}
