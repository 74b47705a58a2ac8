"""What a messenger would keep on her phone, and how the page is told of it."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.channels.base import Shown
from bot.core.message import Address, Choice, Outgoing, Screen

MESSAGE_LIMIT = 500
"""Messages that a reload brings back."""


@dataclass(slots=True)
class Chat:
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

    def change(self, handle: str, text: str) -> bool:
        """Put other words into a message of hers; false when there is no such message."""
        if not self.messages.get(handle, {}).get("hers"):
            return False
        self.messages[handle] |= {"text": text}
        return True

    def put(self, outgoing: Outgoing, along: Mapping[str, Any] | None = None) -> Shown:
        """Edit the living screen in place if its button was pressed, else take it away and write below."""
        old = [handle for handle in outgoing.replaces if handle in self.messages]
        bodies = _bodies(outgoing.screen, along)
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
        await send(self.windows, frame)


async def send(windows: Iterable[web.WebSocketResponse], frame: Mapping[str, Any]) -> None:
    """Tell some windows."""
    for window in tuple(windows):
        try:
            await window.send_json(frame)
        except ConnectionError:
            await window.close()


def _bodies(screen: Screen, along: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Describe the messages of a screen: the first one has the picture, and what goes along."""
    bodies: list[dict[str, Any]] = [{"text": text} for text in screen.texts]
    if along:
        bodies = bodies or [{"text": ""}]
        bodies[0]["along"] = along
    if screen.picture and bodies:
        width, height = screen.picture.size
        picture = {"src": f"/media/{screen.picture.digest}.png", "alt": screen.picture.alt}
        bodies[0]["picture"] = {**picture, "width": width, "height": height}
    return bodies


def _pack(choice: Choice) -> dict[str, str]:
    return {"token": choice.token, "label": choice.label}
