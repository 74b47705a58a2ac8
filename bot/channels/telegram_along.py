"""A voice note or a picture on its way into a chat: by the platform's own name for it, or sent up once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from telegram.error import TelegramError

from bot.channels.base import SendError, WithdrawnError
from bot.channels.telegram_picture import Clock
from bot.channels.telegram_request import UPLOADED, Request, Upload, explain
from bot.core.message import Media
from bot.core.metadata import MIME, Format, format_of

UPLOAD_TIMEOUT = 30.0
KNOWN_FOR = 600.0
"""Seconds in which the platform's name for a file is used again: as long as a broadcast needs it."""
REST = 60.0
"""Seconds in which words go instead of what could not be sent up: others must not wait for it in vain."""
MOST_FAILURES = 3

_LOG = logging.getLogger("comadre.telegram")
_METHODS = {"voice": "sendVoice", "photo": "sendPhoto", "audio": "sendAudio", "document": "sendDocument"}
_OWN = {"voice": "voice", "picture": "photo"}
_SENT_AS: Mapping[Format, str] = {
    "jpeg": "photo",
    "png": "photo",
    "webp": "photo",
    "ogg": "voice",
    "mp3": "voice",
    "m4a": "voice",
    # The platform plays no bare AAC: it goes as a file that her phone opens.
    "aac": "document",
}

Message = Mapping[str, Any]
"""A message as it is drawn: with `media`, the words `instead` and, maybe, `caption` and buttons."""
Result = Mapping[str, Any]
Say = Callable[[str, Message], Awaitable[Result]]
InTurn = Callable[[Callable[[], Awaitable[Result]]], Awaitable[Result]]


@dataclass(slots=True)
class _Known:
    """What we know of one file."""

    until: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    sent_as: str = ""
    name: str = field(default="", repr=False)
    failures: int = 0


class Along:
    """What the platform has of what we sent up, in memory only and soon forgotten."""

    def __init__(self, request: Request, clock: Clock) -> None:
        """Call through `request`; `clock` counts seconds."""
        self._request = request
        self._clock = clock
        self._files: dict[str, _Known] = {}

    async def send(self, message: Message, say: Say, in_turn: InTurn) -> Result | None:
        """Send a message with what goes along; `None` when its words are to go instead.

        Raises `SendError` when it may go better later, or when words would fare no better.
        """
        media: Media = message["media"]
        rest = {name: value for name, value in message.items() if name not in ("media", "instead")}
        if media.channel == "telegram":
            return await self._by_name(_OWN[media.kind], media.ref, rest, say)
        found = format_of(media.data)
        if found is None:
            return None
        known = self._known(media)
        async with known.lock:  # the others wait for the first, and then need not send it up themselves
            if not known.name:
                return await self._up(found, media, known, rest, in_turn)
        if result := await self._by_name(known.sent_as, known.name, rest, say):
            return result
        known.name = ""  # lost by the platform: the file goes once more
        async with known.lock:
            return await self._up(found, media, known, rest, in_turn)

    def _known(self, media: Media) -> _Known:
        now = self._clock()
        self._files = {key: each for key, each in self._files.items() if each.until > now or each.lock.locked()}
        return self._files.setdefault(str(media), _Known(now + KNOWN_FOR))

    async def _by_name(self, sent_as: str, name: str, rest: Message, say: Say) -> Result | None:
        try:
            return await say(_METHODS[sent_as], {**rest, sent_as: name})
        except SendError as error:
            if error.gone or error.after or error.retryable:
                raise
            _LOG.warning("telegram media left out: %s", error)
            return None

    async def _up(self, found: Format, media: Media, known: _Known, rest: Message, in_turn: InTurn) -> Result | None:
        """Send a file up; what fails again and again, or is refused, gives way to its words for a while."""
        if known.failures >= MOST_FAILURES:
            return None
        sent_as, upload = _SENT_AS[found], Upload(media.data, f"{media.kind}.{found}", MIME[found])
        try:
            result = await in_turn(lambda: self._ask(_METHODS[sent_as], {**rest, sent_as: UPLOADED}, upload))
        except SendError as error:
            if error.gone or error.after or isinstance(error, WithdrawnError):
                raise
            known.failures = known.failures + 1 if error.retryable else MOST_FAILURES
            known.until = self._clock() + REST
            if known.failures < MOST_FAILURES:
                raise
            _LOG.warning("telegram media left out: %s", error)
            return None
        known.sent_as, known.name = _named(result)
        return result

    async def _ask(self, method: str, payload: Message, upload: Upload) -> Result:
        try:
            result: Result = await self._request.ask(method, payload, UPLOAD_TIMEOUT, upload=upload)
        except TelegramError as error:
            failure = explain(error)
        else:
            return result
        raise failure


def _named(message: Result) -> tuple[str, str]:
    """Return what a file became, and what the platform calls it; nothing where it does not say."""
    for name in _METHODS:
        if name in message:
            found = message[name][-1] if name == "photo" else message[name]
            return name, str(found.get("file_id", ""))
    return "", ""
