"""A strict and fast Telegram Bot API server on loopback, for the tests and the bench.

`async with FakeBotApi() as api:` gives the bot `api.url` and `api.token`; `api.say` and `api.press` play the woman,
`api.chats` shows what she sees, `api.fault` makes the server misbehave and `api.until` waits for what should happen.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self

import orjson

from tests.bot_api.chats import Chat, Message
from tests.bot_api.judge import aiogram_answer_judge, aiogram_judge
from tests.bot_api.rules import Refusal, bad, check_payload, decoded
from tests.bot_api.state import Payload, Platform
from tests.bot_api.wire import Request, Response, Upload, Wire, parameters, response

__all__ = ["Call", "Chat", "FakeBotApi", "Fault", "Message", "Upload", "aiogram_answer_judge", "aiogram_judge"]

TOKEN = "4321:AAfakefakefakefakefakefakefakefakefak"  # noqa: S105 - it opens nothing


@dataclass(slots=True)
class Call:
    """One call of the bot; `status` is what it was answered (0: not answered)."""

    method: str
    payload: Payload
    at: float
    status: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A misbehaviour: wait `delay`, then fail with `status` (0: answer as usual) or `drop` the connection.

    `before` says whether the call is refused without being carried out, or carried out first.
    """

    status: int = 0
    description: str = ""
    retry_after: int = 0
    delay: float = 0.0
    drop: bool = False
    before: bool = True
    html: str = ""
    parameters: dict[str, int] = field(default_factory=dict)

    def response(self) -> bytes:
        """Return the answer that the bot gets."""
        if self.html:
            return response(self.status, self.html.encode(), "text/html")
        waits = {"retry_after": self.retry_after} if self.retry_after else {}
        usual = f"Too Many Requests: retry after {self.retry_after}" if waits else HTTPStatus(self.status).phrase
        return _refused(Refusal(self.status, self.description or usual, **waits, **self.parameters))


def _refused(refusal: Refusal) -> bytes:
    answer: Payload = {"ok": False, "error_code": refusal.status, "description": refusal.description}
    if refusal.parameters:
        answer["parameters"] = refusal.parameters
    return response(refusal.status, orjson.dumps(answer))


def _status(answer: Response) -> int:
    return int(answer[9:12]) if answer else 0


class FakeBotApi(Platform):
    """The server, and the people who write to its bot."""

    def __init__(
        self,
        token: str = TOKEN,
        *,
        round_trip: float = 0.0,
        record: bool = True,
        judge: Callable[[str, Payload], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take half of `round_trip` (seconds) each way; a call that `judge` raises for is refused and complained of."""
        super().__init__(token, clock)
        self.token = token
        self.url = ""
        self.round_trip = round_trip
        self.record = record
        self.judge = judge
        self.fault: Callable[[str, Payload], Fault | None] | None = None
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        self._names = {name.lower(): name for name in [*self.methods, "getUpdates"]}
        self._waiters: list[tuple[Callable[[], Any], asyncio.Future[None]]] = []
        self._connections: set[Wire] = set()
        self._server: asyncio.Server | None = None

    # --- the server --------------------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Wire(self._answer, self._connections), "127.0.0.1", port)
        self.url = "http://{}:{}".format(*self._server.sockets[0].getsockname()[:2])

    async def stop(self) -> None:
        """Close every connection, as a server that goes down does."""
        if self._server:
            self._server.close()
        tasks = [connection.task for connection in self._connections if connection.task]
        for connection in list(self._connections):
            connection.abort()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._server:
            await self._server.wait_closed()
            self._server = None

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, kind: object, *_rest: object) -> None:
        """Stop; fails when the judge complained, so that no test passes over it."""
        await self.stop()
        if kind is None:
            assert not self.complaints, self.complaints

    @property
    def confirmed(self) -> int:
        """The highest update that the bot confirmed (its last offset less one)."""
        return self.updates.confirmed

    def called(self, method: str) -> list[Call]:
        """List the calls of one method."""
        return [call for call in self.calls if call.method == method]

    async def until(self, predicate: Callable[[], Any], timeout: float = 10.0) -> None:  # noqa: ASYNC109 - its limit
        """Wait until it holds; looked at after every call of the bot."""
        if predicate():
            return
        waiter = (predicate, asyncio.get_running_loop().create_future())
        self._waiters.append(waiter)
        try:
            await asyncio.wait_for(waiter[1], timeout)
        except TimeoutError:
            recent = [f"{call.method} {call.status}" for call in self.calls[-8:]]
            raise TimeoutError(f"not within {timeout} s; last calls: {recent}") from None
        finally:
            self._waiters.remove(waiter)

    def _notify(self) -> None:
        for predicate, future in self._waiters:
            if not future.done() and predicate():
                future.set_result(None)

    # --- the people --------------------------------------------------------------------------------------------------

    def say(self, chat: int, text: str, *, language_code: str | None = "en", answers: int = 0, **names: str) -> int:
        """Write to the bot in a private chat, as someone with these `names` (`first_name=…`); returns the update.

        `answers` is the message that it is a reply to.
        """
        if text.startswith("/start "):
            check_payload(text.removeprefix("/start "))
        names = {"first_name": "Ana"} | names
        language = {"language_code": language_code} if language_code else {}
        user = {"id": chat, "is_bot": False, **names, **language}
        here = self.chats.setdefault(chat, Chat({"id": chat, "type": "private", **names}, user))
        here.user = user
        message = Message(self.message_id(), self.clock(), mine=False, text=text, answers=answers)
        if text.startswith("/"):
            message.entities = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        here.messages[message.id] = message
        return self.updates.push({"message": here.shown(message, self.me)})

    def meet(self, *chats: int) -> None:
        """Let people have opened the bot long ago."""
        for chat in chats:
            user = {"id": chat, "is_bot": False, "first_name": "Ana"}
            self.chats.setdefault(chat, Chat({"id": chat, "type": "private", "first_name": "Ana"}, user))

    def press(self, chat: int, data: str, message_id: int | None = None) -> int:
        """Press a button of a message (default: the newest that has it); an old message may be gone by now."""
        here = self.chats[chat]
        message = here.messages.get(message_id) if message_id else here.holder(data)
        if message is None and message_id is None:
            raise LookupError(f"no message in chat {chat} has this button")
        inaccessible = {"chat": here.info, "message_id": message_id, "date": 0}
        query = {
            "id": self.query(),
            "from": here.user,
            "message": here.shown(message, self.me) if message else inaccessible,
            "chat_instance": str(chat * 7),
            "data": data,
        }
        return self.updates.push({"callback_query": query})

    def push(self, update: Payload) -> int:
        """Queue any update as it is; a chat that it mentions exists from then on."""
        for part in update.values():
            if isinstance(part, dict):
                self._meet(part)
                self._meet(part.get("message") or {})
        return self.updates.push(update)

    def _meet(self, part: Payload) -> None:
        info = part.get("chat")
        if not info:
            return
        user = part.get("from") or {}
        chat = self.chats.setdefault(info["id"], Chat(info, user))
        number = part.get("message_id")
        if number and number not in chat.messages and user.get("id") != self.me["id"]:
            chat.messages[number] = Message(number, self.clock(), mine=False, text=part.get("text", ""))
            self._message_id = max(self._message_id, number)

    # --- the calls ---------------------------------------------------------------------------------------------------

    def _answer(self, request: Request) -> Response | Coroutine[Any, Any, Response]:
        try:
            if request.path.startswith("/file/"):
                return self._read_file(request.path)
            method = self._method(request.path)
            payload = parameters(request)
            if not request.kind.startswith("application/json"):
                payload = decoded(payload)
        except Refusal as refusal:
            return _refused(refusal)
        except (ValueError, orjson.JSONDecodeError):
            return _refused(bad("can't parse the request"))
        fault = self.fault(method, payload) if self.fault else None
        if fault or self.round_trip or method == "getUpdates":
            return self._answer_slowly(method, payload, fault)
        return self._carry_out(method, payload)

    def _read_file(self, path: str) -> Response | Coroutine[Any, Any, Response]:
        _, _, bot, place = path.split("/", 3)
        name = next((name for name, each in self.paths.items() if each == place), None)
        if bot != f"bot{self.token}" or name not in self.files:
            raise Refusal(404, "Not Found")
        fault = self.fault("file", {}) if self.fault else None
        if fault and fault.status:
            return fault.response()
        return response(200, self.files[name], "application/octet-stream")

    def _method(self, path: str) -> str:
        _, bot, *rest = path.split("/")
        if not bot.startswith("bot") or len(rest) != 1:
            raise Refusal(404, "Not Found")
        if bot[3:] != self.token:
            raise Refusal(401, "Unauthorized")
        method = self._names.get(rest[0].lower())
        if method is None:
            raise Refusal(404, "Not Found: method not found")
        return method

    async def _answer_slowly(self, method: str, payload: Payload, fault: Fault | None) -> Response:
        if self.round_trip:
            await asyncio.sleep(self.round_trip / 2)
        answer = await self._answer_faultily(method, payload, fault) if fault else await self._settle(method, payload)
        if self.round_trip:
            await asyncio.sleep(self.round_trip / 2)
        return answer

    async def _answer_faultily(self, method: str, payload: Payload, fault: Fault) -> Response:
        answer: Response = None
        if not fault.before:
            answer = await self._settle(method, payload)
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if not fault.status and not fault.drop:
            return answer or await self._settle(method, payload)
        failed = None if fault.drop else fault.response()
        if fault.before:
            self._note(method, payload, failed)
        elif self.calls:
            self.calls[-1].status = _status(failed)
        return failed

    async def _settle(self, method: str, payload: Payload) -> Response:
        if method == "getUpdates":
            return await self._poll(payload)
        return self._carry_out(method, payload)

    async def _poll(self, payload: Payload) -> Response:
        call = self._note("getUpdates", payload, None)
        try:
            self._judge("getUpdates", payload)
            offset, limit, timeout, allowed = self.poll_arguments(payload)
            self.updates.arrive(offset, allowed)
            self._notify()
            found = await self.updates.take(limit, timeout)
            answer = response(200, b'{"ok":true,"result":%b}' % orjson.dumps(found))
        except Refusal as refusal:
            answer = _refused(refusal)
        if call:
            call.status = _status(answer)
        return answer

    def _carry_out(self, method: str, payload: Payload) -> Response:
        try:
            if self.judge:
                self._judge(method, payload)
            result = self.methods[method](payload)
            answer = response(200, b'{"ok":true,"result":%b}' % orjson.dumps(result))
        except Refusal as refusal:
            answer = _refused(refusal)
        self._note(method, payload, answer)
        return answer

    def _judge(self, method: str, payload: Payload) -> None:
        try:
            if self.judge:
                self.judge(method, payload)
        except ValueError as error:
            self.complaints.append(str(error))
            raise bad(f"the judge says: {error}") from error

    def _note(self, method: str, payload: Payload, answer: Response) -> Call | None:
        call = Call(method, payload, self.clock(), _status(answer)) if self.record else None
        if call:
            self.calls.append(call)
        if self._waiters:
            self._notify()
        return call
