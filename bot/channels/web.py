"""The preview page: the same conversation in a browser on this computer, for whoever writes or tries the content."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol, TypedDict
from uuid import uuid4

from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.base import Receive, SendError, Shown
from bot.channels.web_chat import Chat, send
from bot.channels.web_files import Files
from bot.core.message import Address, Incoming, Kind, Media, Outgoing, Picture

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
PICTURE_LIMIT = 100
"""Pictures that can still be asked for; the one that was shown longest ago goes first."""

# Named after what is in it: a changed picture has another name.
_FOR_A_DAY = {"Cache-Control": "private, max-age=86400, immutable"}
_FIELDS = ("type", "person", "locale", "payload", "text", "token", "handle", "at", "reply", "media")
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
        self._chats: dict[str, Chat] = {}
        self._windows: set[web.WebSocketResponse] = set()
        self._pictures: dict[str, bytes] = {}
        self._files = Files()
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
        screen = outgoing.screen
        self._keep(screen.picture)
        along = self._files.body(screen.media, screen.instead) if screen.media else None
        shown = chat.put(outgoing if along else replace(outgoing, screen=screen.in_words()), along)
        await chat.send(chat.frame(shown.living, removed=shown.deleted))
        return replace(shown, is_whole=bool(along or screen.media is None))

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

    async def fetch(self, media: Media) -> bytes:
        """Return what a window sent; raises `SendError` when it had to give way to others."""
        if data := self._files.get(media.ref):
            return data
        raise SendError("a file is not here any more")

    async def check(self) -> str:
        """Say where the page is."""
        return f"preview on {self.url}"

    async def announce(self) -> None:
        """Tell every window what is around the chat now: languages, findings, clock."""
        await send(self._windows, {"type": "status", **self._describe()})

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard])
        application.on_response_prepare.append(_harden)
        application.router.add_get("/chat", self._talk)
        application.router.add_get("/media/{digest}.png", self._picture)
        application.router.add_get("/files/{name}", self._files.give)
        application.router.add_post("/files", self._files.take)
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
        chat: Chat | None = None
        async for message in window:
            frame = _parse(message.data) if message.type is WSMsgType.TEXT else None
            if frame and frame["type"] == "start" and chat is None and _PERSON.fullmatch(frame["person"]):
                chat = self._open(frame)
                await self._greet(window, chat, frame["payload"])
            elif frame and frame["type"] == "clock":
                await self._turn_clock(window, frame["at"])
            elif frame and frame["type"] in {"text", "press", "edit", "delete"} and chat is not None:
                await self._pass_on(chat, frame)
            else:
                await window.close(code=WSCloseCode.POLICY_VIOLATION, message=b"not a frame of the page")

    def _open(self, frame: Mapping[str, str]) -> Chat:
        """Find her chat again, or begin one and let the oldest closed one go."""
        person = frame["person"]
        closed = [key for key, chat in self._chats.items() if not chat.windows and key != person]
        if len(self._chats) >= CHAT_LIMIT and person not in self._chats and closed:
            del self._chats[closed[0]]
        chat = self._chats.setdefault(person, Chat(Address(self.name, person), frame["locale"]))
        chat.locale = frame["locale"]
        return chat

    async def _greet(self, window: web.WebSocketResponse, chat: Chat, payload: str) -> None:
        """Show what she saw before; a chat with nothing in it is a new one."""
        chat.windows.add(window)
        await send((window,), {"type": "status", **self._describe()})
        await send((window,), chat.frame(chat.messages, fresh=True))
        async with chat.lock:
            if not chat.messages and self._receive:
                await self._receive(
                    Incoming(chat.address, Kind.START, uuid4().hex, payload=payload, locale=chat.locale)
                )

    async def _pass_on(self, chat: Chat, frame: Mapping[str, str]) -> None:
        """Settle what she did before the next thing that she does."""
        async with chat.lock:
            if self._receive is None:
                return
            about = Incoming(chat.address, Kind.PRESS, uuid4().hex, locale=chat.locale, handle=frame["handle"])
            steps = {"press": self._press, "text": self._text, "edit": self._edit, "delete": self._delete}
            incoming = await steps[frame["type"]](chat, frame, about)
            if incoming:
                await self._receive(incoming)

    async def _press(self, _chat: Chat, frame: Mapping[str, str], about: Incoming) -> Incoming | None:
        return replace(about, token=frame["token"])

    async def _text(self, chat: Chat, frame: Mapping[str, str], about: Incoming) -> Incoming | None:
        """Write below, as an answer to a message if she says so, with a file if she sent one before."""
        media = self._files.media(frame["media"]) if frame["media"] else None
        if frame["media"] and media is None:
            await chat.send({"type": "refused", "reason": "That file is not here any more."})
            return None
        reply = frame["reply"] if frame["reply"] in chat.messages else ""
        along = self._files.body(media, "") if media else None
        handle = chat.add({"text": frame["text"], "reply": reply, "along": along}, hers=True)
        await chat.send({"type": "said", "message": chat.messages[handle]})
        kind = Kind(media.kind) if media else Kind.TEXT
        return replace(about, kind=kind, text=frame["text"], handle=handle, media=media, reply_to=reply)

    async def _edit(self, chat: Chat, frame: Mapping[str, str], about: Incoming) -> Incoming | None:
        if not chat.change(frame["handle"], frame["text"]):
            return None
        await chat.send({"type": "said", "message": chat.messages[frame["handle"]]})
        reply = chat.messages[frame["handle"]].get("reply", "")
        return replace(about, kind=Kind.EDIT, text=frame["text"], reply_to=reply)

    async def _delete(self, chat: Chat, frame: Mapping[str, str], about: Incoming) -> Incoming | None:
        handle = frame["handle"]
        if not chat.messages.get(handle, {}).get("hers"):
            return None
        chat.remove((handle,))
        await chat.send({"type": "erase", "handles": (handle,)})
        return replace(about, kind=Kind.TAKEN_BACK)

    async def _turn_clock(self, window: web.WebSocketResponse, wanted: str) -> None:
        """Set the clock for everybody who tries the preview, if this program allows it."""
        if not self._describe()["clock_settable"]:
            await send((window,), {"type": "refused", "reason": "The clock cannot be set here."})
            return
        try:
            at = _parse_time(wanted)
        except ValueError:
            await send((window,), {"type": "refused", "reason": "That is not a time."})
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
    empty = dict.fromkeys(_FIELDS, "")
    if not isinstance(frame, dict) or not all(key in empty and isinstance(frame[key], str) for key in frame):
        return None
    return empty | frame


def _parse_time(wanted: str) -> datetime | None:
    """Read what the page sends: nothing for the real time, else an instant that means the same everywhere."""
    at = datetime.fromisoformat(wanted) if wanted else None
    if at and at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at


async def _harden(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def _page(path: Path) -> Callable[[web.Request], Any]:
    body = path.read_bytes()

    async def serve(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=TYPES[path.suffix], charset="utf-8")

    return serve


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host
