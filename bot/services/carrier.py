"""Brings a voice note or a picture from the platform where it lies to where it is shown: through memory only."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.channels.base import Channel, SendError
from bot.core.message import MEDIA_LIMIT, Media, Missed, Screen
from bot.core.metadata import bare
from bot.log import EVENTS, place_of

KEPT_FOR = 300.0
"""Seconds in which the next reader of a broadcast needs no second download."""
MISSED_FOR = 30.0
"""Seconds in which what could not be had is not asked for again."""
MOST_KEPT = 4 * MEDIA_LIMIT
"""Bytes in memory in all; what was asked for longest ago goes first."""
LASTING = frozenset({"telegram"})
"""Platforms that show again, by their own name for it, what they made anew when it was sent."""

Carry = Callable[[Screen, str], Awaitable[Screen]]
"""Returns a screen as it can be shown on a channel."""


async def leave(screen: Screen, _channel: str) -> Screen:
    """Return a screen as it is, where nothing is carried."""
    return screen


@dataclass(frozen=True, slots=True)
class _Brought:
    """What came of a file: its bytes, or why there are none."""

    data: bytes = b""
    missed: Missed = ""


@dataclass(slots=True, eq=False)
class _Load:
    """One file, on its way or here."""

    coming: "asyncio.Task[_Brought]"
    until: float

    @property
    def size(self) -> int:
        """Bytes that are held."""
        return len(self.coming.result().data) if self.coming.done() and not self.coming.cancelled() else 0


class Carrier:
    """What is on its way from one platform to another, and for minutes after."""

    def __init__(self, channels: Mapping[str, Channel], clock: Callable[[], float]) -> None:
        """Fetch from `channels`; `clock` counts seconds."""
        self._channels = channels
        self._clock = clock
        self._loads: dict[str, _Load] = {}

    async def carry(self, screen: Screen, channel: str) -> Screen:
        """Return the screen with its media brought over and bare of metadata, or with the line that stands for it."""
        media = screen.media
        if media is None or (media.channel == channel and channel in LASTING):
            return screen
        brought = await self._bring(media)
        if brought.missed:
            return screen.in_words(brought.missed)
        return replace(screen, media=replace(media, data=brought.data))

    async def forget(self) -> None:
        """Let go of what was brought some time ago, also if nobody asks for anything any more."""
        self._forget()

    def _forget(self) -> None:
        now = self._clock()
        self._loads = {key: load for key, load in self._loads.items() if load.until > now or not load.coming.done()}

    async def _bring(self, media: Media) -> _Brought:
        """Return the bytes, fetched once for all who ask meanwhile."""
        self._forget()
        key = str(media)
        load = self._loads.pop(key, None)
        if load is None or load.coming.cancelled():
            coming = asyncio.create_task(self._fetch(media))
            load = _Load(coming, self._clock() + KEPT_FOR)
        self._loads[key] = load
        # Who stops waiting must not take it from the others.
        brought = await asyncio.shield(load.coming)
        if brought.missed:
            load.until = min(load.until, self._clock() + MISSED_FOR)
        self._shrink()
        return brought

    def _shrink(self) -> None:
        held = sum(load.size for load in self._loads.values())
        for key, load in list(self._loads.items()):
            if held <= MOST_KEPT:
                return
            if load.size:
                held -= load.size
                del self._loads[key]

    async def _fetch(self, media: Media) -> _Brought:
        channel = self._channels.get(media.channel)
        if channel is None and not media.data:
            EVENTS.warning("a %s was not brought: %s is not running", media.kind, media.channel)
            return _Brought(missed="missing")
        try:
            data = media.data or await channel.fetch(media)  # type: ignore[union-attr]  # one of the two is there
        except SendError as error:
            EVENTS.warning("a %s was not brought from %s: %s", media.kind, media.channel, error)
            return _Brought(missed="large" if error.large or media.is_too_large else "missing")
        except Exception as bug:  # noqa: BLE001 - words still arrive
            EVENTS.error("a %s was not brought: %s", media.kind, place_of(bug))
            return _Brought(missed="missing")
        return await _made_bare(media, data)


async def _made_bare(media: Media, data: bytes) -> _Brought:
    if len(data) > MEDIA_LIMIT:
        EVENTS.warning("a %s of %s was left out: it is too large", media.kind, media.channel)
        return _Brought(missed="large")
    if not data:
        EVENTS.warning("a %s of %s was left out: there is nothing in it", media.kind, media.channel)
        return _Brought(missed="missing")
    # A large file takes a moment, in which others are to be answered.
    found = await asyncio.to_thread(bare, data, media.kind)
    if found is None:
        EVENTS.warning("a %s of %s was left out: not a file that can be made bare", media.kind, media.channel)
        return _Brought(missed="unreadable")
    return _Brought(found.data)
