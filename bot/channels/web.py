"""The preview page: the same conversation in a browser on this computer, for whoever writes or tries the content."""

import asyncio
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol, TypedDict
from uuid import uuid4

from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.base import Receive, SendError, Shown
from bot.core.message import Address, Choice, Incoming, Kind, Outgoing, Picture, Screen

STATIC = Path(__file__).with_name("static")
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FRAME_LIMIT = 64 * 1024
"""Bytes that one frame of the page may have: five times the longest message of any messenger."""
CHAT_LIMIT = 50
"""Windows remembered for a reload; the oldest closed one goes first."""
CLOSED_FOR = 5.0
"""Seconds after which a closed window is tried again: that one is closed says nothing of the others."""
MESSAGE_LIMIT = 500
"""Messages that a reload brings back."""
PICTURE_LIMIT = 100
"""Pictures that can still be asked for; the one that was shown longest ago goes first."""

# Named after what is in it: a changed picture has another name.
_FOR_A_DAY = {"Cache-Control": "private, max-age=86400, immutable"}
_PERSON = re.compile(r"[0-9a-f-]{8,64}")


class Clock(Protocol):
    """The time that the conversation lives in, so that "open now" can be tried at night."""

    def now(self) -> datetime:
        """Return the time, aware and in UTC."""

    def set(self, at: datetime | None) -> None:
        """Go to `at` (aware), or back to the real time."""


class Direction(TypedDict):
    """How the page names a language and which way it runs."""

    name: str
    direction: str


class Status(TypedDict):
    """What the page shows around the chat."""

    languages: Mapping[str, Direction]
    findings: Sequence[str]
    """Lines like `flows/find.yaml:3:1: what, and what to write instead`."""
    clock: str
    """ISO 8601 with offset."""
    clock_settable: bool


@dataclass(slots=True)
class _Chat:
    """What a messenger would keep on her phone: here it lives in memory, until the program ends."""

    address: Address
    locale: str
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    windows: set[web.WebSocketResponse] = field(default_factory=set)
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    ways: tuple[Choice, ...] = ()
    count: int = 0

    def add(self, body: Mapping[str, Any], *, hers: bool) -> str:
        """Put a message at the end and return its handle."""
        self.count += 1
        handle = str(self.count)
        self.messages[handle] = {"handle": handle, **body, "hers": hers}
        if len(self.messages) > MESSAGE_LIMIT:
            del self.messages[next(iter(self.messages))]
        return handle

    def remove(self, handles: Iterable[str]) -> tuple[str, ...]:
        """Take messages away and return those that were there; the choices go with the message that bears them."""
        last = next(reversed(self.messages), None)
        gone = tuple(handle for handle in handles if self.messages.pop(handle, None))
        if last in gone:
            self.choices = self.ways = ()
        return gone

    def put(self, outgoing: Outgoing) -> Shown:
        """Edit the living screen in place if its button was pressed, else take it away and write below."""
        old = [handle for handle in outgoing.replaces if handle in self.messages]
        bodies = _bodies(outgoing.screen)
        kept = old[: len(bodies)] if outgoing.pressed in old else []
        for handle, body in zip(kept, bodies, strict=False):
            self.messages[handle] = {"handle": handle, **body, "hers": False}
        self.remove(old[len(kept) :])
        added = [self.add(body, hers=False) for body in bodies[len(kept) :]]
        self.choices, self.ways = outgoing.screen.choices, outgoing.screen.ways
        return Shown((*kept, *added), tuple(handle for handle in outgoing.replaces if handle not in kept))

    def frame(self, handles: Iterable[str], **more: Any) -> dict[str, Any]:
        """Describe these messages and the choices below them for the page."""
        return {
            "type": "show",
            "messages": [self.messages[handle] for handle in handles],
            "choices": [_pack(choice) for choice in self.choices],
            "ways": [_pack(way) for way in self.ways],
            **more,
        }

    async def send(self, frame: Mapping[str, Any]) -> None:
        """Tell every window of hers; one that has just closed reads it from the chat when it comes back."""
        await _send(self.windows, frame)


class Web:
    """Serves the preview on loopback only; each browser window is one person."""

    name = "web"

    def __init__(self, port: int, *, clock: Clock, describe: Callable[[], Status], host: str = "127.0.0.1") -> None:
        """Refuse every address that another computer could reach; port 0 takes a free one."""
        if not ip_address(host).is_loopback:
            raise ValueError(f"{host} can be reached from outside; the preview is for this computer, write 127.0.0.1")
        self.url = f"http://{_bracket(host)}:{port}"
        self.listening = asyncio.Event()
        """Set while the page can be opened."""
        self._host = host
        self._port = port
        self._names = {"127.0.0.1", "[::1]", "localhost", _bracket(host)}
        self._clock = clock
        self._describe = describe
        self._chats: dict[str, _Chat] = {}
        self._windows: set[web.WebSocketResponse] = set()
        self._pictures: dict[str, bytes] = {}
        self._receive: Receive | None = None

    async def run(self, receive: Receive) -> None:
        """Serve until cancelled, then settle what is in hand and say goodbye to every window."""
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=5.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
            self.url = f"http://{_bracket(self._host)}:{runner.addresses[0][1]}"
            self._receive = receive
            self.listening.set()
            await asyncio.Event().wait()
        finally:
            self._receive = None
            self.listening.clear()
            await self._finish()
            await runner.cleanup()

    async def show(self, outgoing: Outgoing) -> Shown:
        """Put a screen in front of her; raises `SendError` while no window of hers is open."""
        chat = self._chats.get(outgoing.to.id)
        if chat is None or not chat.windows:
            raise SendError("no window is open", retryable=True, after=CLOSED_FOR)
        self._keep(outgoing.screen.picture)
        shown = chat.put(outgoing)
        await chat.send(chat.frame(shown.living, removed=shown.deleted))
        return shown

    def _keep(self, picture: Picture | None) -> None:
        """Hold a picture ready for the page that is about to ask for it."""
        if picture:
            self._pictures.pop(picture.digest, None)
            self._pictures[picture.digest] = picture.data
            if len(self._pictures) > PICTURE_LIMIT:
                del self._pictures[next(iter(self._pictures))]

    async def erase(self, to: Address, handles: tuple[str, ...]) -> None:
        """Delete messages from the page and from our memory; those already gone are fine."""
        if chat := self._chats.get(to.id):
            chat.remove(handles)
            await chat.send({"type": "erase", "handles": handles})

    async def check(self) -> str:
        """Say where the page is."""
        return f"preview on {self.url}"

    async def announce(self) -> None:
        """Tell every window what is around the chat now: languages, findings, clock."""
        await _send(self._windows, {"type": "status", **self._describe()})

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard])
        application.on_response_prepare.append(_harden)
        application.router.add_get("/chat", self._talk)
        application.router.add_get("/media/{digest}.png", self._picture)
        for path in sorted(STATIC.iterdir()):
            if path.suffix in TYPES:
                application.router.add_get("/" + path.name.replace("index.html", ""), _page(path))
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        """Refuse other names for this computer: a strange page could point its own name here (DNS rebinding)."""
        if re.sub(r":\d+$", "", request.host) not in self._names:
            raise web.HTTPMisdirectedRequest(text="Open the preview by its address: 127.0.0.1.")
        if request.headers.get("Origin", f"http://{request.host}") != f"http://{request.host}":
            raise web.HTTPForbidden(text="Only the preview page itself may talk to the preview.")
        response: web.StreamResponse = await handler(request)
        return response

    async def _picture(self, request: web.Request) -> web.Response:
        data = self._pictures.get(request.match_info["digest"])
        if data is None:
            raise web.HTTPNotFound
        return web.Response(body=data, content_type="image/png", headers=_FOR_A_DAY)

    async def _talk(self, request: web.Request) -> web.StreamResponse:
        if "Origin" not in request.headers:
            raise web.HTTPForbidden(text="Only a browser window may open the chat.")
        window = web.WebSocketResponse(heartbeat=30.0, timeout=2.0, max_msg_size=FRAME_LIMIT, compress=False)
        await window.prepare(request)
        self._windows.add(window)
        try:
            await self._listen(window)
        finally:
            self._windows.discard(window)
            for chat in self._chats.values():
                chat.windows.discard(window)
        return window

    async def _listen(self, window: web.WebSocketResponse) -> None:
        """Take one frame after the other: the first names the person, the rest is what she does."""
        chat: _Chat | None = None
        async for message in window:
            frame = _parse(message.data) if message.type is WSMsgType.TEXT else None
            if frame and frame["type"] == "start" and chat is None and _PERSON.fullmatch(frame["person"]):
                chat = self._open(frame)
                await self._greet(window, chat, frame["payload"])
            elif frame and frame["type"] == "clock":
                await self._turn_clock(window, frame["at"])
            elif frame and frame["type"] in {"text", "press"} and chat is not None:
                await self._pass_on(chat, frame)
            else:
                await window.close(code=WSCloseCode.POLICY_VIOLATION, message=b"not a frame of the page")

    def _open(self, frame: Mapping[str, str]) -> _Chat:
        """Find her chat again, or begin one and let the oldest closed one go."""
        person = frame["person"]
        closed = [key for key, chat in self._chats.items() if not chat.windows and key != person]
        if len(self._chats) >= CHAT_LIMIT and person not in self._chats and closed:
            del self._chats[closed[0]]
        chat = self._chats.setdefault(person, _Chat(Address(self.name, person), frame["locale"]))
        chat.locale = frame["locale"]
        return chat

    async def _greet(self, window: web.WebSocketResponse, chat: _Chat, payload: str) -> None:
        """Show what she saw before; a chat with nothing in it is a new one."""
        chat.windows.add(window)
        await _send((window,), {"type": "status", **self._describe()})
        await _send((window,), chat.frame(chat.messages, fresh=True))
        async with chat.lock:
            if not chat.messages and self._receive:
                await self._receive(
                    Incoming(chat.address, Kind.START, uuid4().hex, payload=payload, locale=chat.locale)
                )

    async def _pass_on(self, chat: _Chat, frame: Mapping[str, str]) -> None:
        """Settle what she did before the next thing that she does."""
        async with chat.lock:
            if self._receive is None:
                return
            if frame["type"] == "press":
                kind, text, handle = Kind.PRESS, "", frame["handle"]
            else:
                kind, text = Kind.TEXT, frame["text"]
                handle = chat.add({"text": text}, hers=True)
                await chat.send({"type": "said", "message": chat.messages[handle]})
            await self._receive(
                Incoming(
                    chat.address, kind, uuid4().hex, text=text, token=frame["token"], locale=chat.locale, handle=handle
                )
            )

    async def _turn_clock(self, window: web.WebSocketResponse, wanted: str) -> None:
        """Set the clock for everybody who tries the preview, if this program allows it."""
        if not self._describe()["clock_settable"]:
            await _send((window,), {"type": "refused", "reason": "The clock cannot be set here."})
            return
        try:
            at = _parse_time(wanted)
        except ValueError:
            await _send((window,), {"type": "refused", "reason": "That is not a time."})
            return
        self._clock.set(at)
        await self.announce()

    async def _finish(self) -> None:
        for chat in list(self._chats.values()):
            async with chat.lock:
                pass
        await asyncio.gather(*(window.close(code=WSCloseCode.GOING_AWAY) for window in list(self._windows)))


def _parse(data: str) -> dict[str, str] | None:
    """Read a frame; every field that the page left out is empty, and anything but text is refused."""
    try:
        frame = json.loads(data)
    except ValueError:
        return None
    empty = dict.fromkeys(("type", "person", "locale", "payload", "text", "token", "handle", "at"), "")
    if not isinstance(frame, dict) or not all(key in empty and isinstance(frame[key], str) for key in frame):
        return None
    return empty | frame


def _parse_time(wanted: str) -> datetime | None:
    """Read what the page sends: nothing for the real time, else an instant that means the same everywhere."""
    at = datetime.fromisoformat(wanted) if wanted else None
    if at and at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at


async def _send(windows: Iterable[web.WebSocketResponse], frame: Mapping[str, Any]) -> None:
    for window in tuple(windows):
        try:
            await window.send_json(frame)
        except ConnectionError:
            await window.close()


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _page(path: Path) -> Callable[[web.Request], Any]:
    body = path.read_bytes()

    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=TYPES[path.suffix], charset="utf-8")

    return serve


def _bodies(screen: Screen) -> list[dict[str, Any]]:
    """Describe the messages of a screen: the first one has the picture."""
    bodies: list[dict[str, Any]] = [{"text": text} for text in screen.texts]
    if screen.picture and bodies:
        width, height = screen.picture.size
        picture = {"src": f"/media/{screen.picture.digest}.png", "alt": screen.picture.alt}
        bodies[0]["picture"] = {**picture, "width": width, "height": height}
    return bodies


def _pack(choice: Choice) -> dict[str, str]:
    return {"token": choice.token, "label": choice.label}


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host
