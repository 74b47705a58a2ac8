"""Pictures in her chat: sent once as a file, then by the platform's own name for it. Her words never wait for them."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from telegram.error import TelegramError

from bot.channels.base import SendError
from bot.channels.telegram_request import UPLOADED, Request, UnchangedError, UneditableError, Upload, explain
from bot.core.message import Picture

PICTURE_TIMEOUT = 4.0
"""Seconds that a picture may take before its words go alone."""
REST = 60.0
"""Seconds after a failure in which words go alone at once: a slow platform must not slow every screen."""

_LOG = logging.getLogger("comadre.telegram")
_EVERY = ""
"""Stands for all pictures among those that rest."""

Clock = Callable[[], float]
Message = Mapping[str, Any]
"""A message as it is drawn: with `picture`, `caption` and, maybe, buttons."""
Payload = Mapping[str, Any]
Result = Mapping[str, Any]


class Pictures:
    """What the platform has of our pictures, in memory only: after a restart each is sent once more."""

    def __init__(self, request: Request, clock: Clock = time.monotonic) -> None:
        """Call through `request`; `clock` counts seconds."""
        self._request = request
        self._clock = clock
        self._files: dict[str, str] = {}
        self._rests: dict[str, float] = {}

    def is_resting(self, picture: Picture) -> bool:
        """Tell whether a picture failed a moment ago: its words go alone, then."""
        return any(self._rests.get(each, 0.0) > self._clock() for each in (_EVERY, picture.digest))

    async def send(self, message: Message) -> Result | None:
        """Send a message with its picture; `None` when its words are to go alone.

        Raises `SendError` when words would fare no better: the chat is closed, or wants us to wait.
        """
        rest = {name: value for name, value in message.items() if name != "picture"}
        return await self._put("sendPhoto", message["picture"], lambda file: {**rest, "photo": file})

    async def edit(self, message: Message) -> bool:
        """Put picture and words in the place of others; false when that cannot be. Raises `SendError` as `send`."""
        rest = {name: value for name, value in message.items() if name not in ("picture", "caption")}

        def build(file: str) -> Payload:
            return {**rest, "media": {"type": "photo", "media": file, "caption": message["caption"]}}

        return await self._put("editMessageMedia", message["picture"], build) is not None

    async def _put(self, method: str, picture: Picture, build: Callable[[str], Payload]) -> Result | None:
        if self.is_resting(picture):
            return None
        known = self._files.get(picture.digest, "")
        try:
            result = await self._ask(
                method, build(known or UPLOADED), None if known else Upload(picture.data, "picture.png", "image/png")
            )
        except (UnchangedError, UneditableError):
            raise
        except SendError as error:
            if error.gone or error.after:
                raise
            if known and not error.retryable:
                # The platform may have lost what it named: the file goes once more.
                self._files.pop(picture.digest, None)
                return await self._put(method, picture, build)
            _LOG.warning("telegram picture left out: %s", error)
            self._rests[_EVERY if error.retryable else picture.digest] = self._clock() + REST
            return None
        self._files[picture.digest] = _largest(result)
        return result

    async def _ask(self, method: str, payload: Payload, upload: Upload | None) -> Result:
        try:
            result: Result = await self._request.ask(method, payload, PICTURE_TIMEOUT, upload=upload)
        except TelegramError as error:
            failure = explain(error)
        else:
            return result
        raise failure


def _largest(message: Result) -> str:
    """Return what the platform calls the best of the sizes that it made of a picture."""
    sizes: Sequence[Mapping[str, Any]] = message.get("photo") or ({},)
    best = max(sizes, key=lambda size: size.get("width", 0) * size.get("height", 0))
    return str(best.get("file_id", ""))
