"""Signal: private chats through signal-cli's daemon, one living screen in each, what can be chosen has numbers."""

import asyncio
import binascii
import logging
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from hashlib import blake2b
from typing import Any, Protocol

from bot.channels.base import Pace, Receive, SendError, Shown
from bot.channels.signal_answer import ThrottledError, handle_in, meaning
from bot.channels.signal_daemon import DaemonError, Notify, UnsureError
from bot.channels.signal_envelope import NewIdentity, NewTimer, read, timer_of
from bot.channels.signal_file import data_uri
from bot.channels.signal_text import Message, draw
from bot.channels.signal_throttle import Throttle
from bot.channels.signal_typing import Typing
from bot.core.message import MEDIA_LIMIT, Address, Media, Outgoing

PICTURE_TIMEOUT = 8.0
"""Seconds that a picture may take before its words go alone."""
PICTURE_REST = 60.0
"""Seconds after a failure in which words go alone at once."""
MEET_TIMEOUT = 5.0
PATIENCE = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 60.0, 60.0)
"""Seconds between tries of an answer that cannot be sent just now: nobody brings her message again."""
TRUST_PAUSES = (0.0, 2.0, 10.0, 30.0)
"""Seconds between tries: the daemon asks Signal for the new key first."""
LOOK_EVERY = 300.0
"""Seconds between looks at whether the daemon still has our account."""
LOOK_AGAIN = 30.0
OWN_TIMERS = 1000
"""People with a timer of their own that are remembered, only until their first answer."""
DELETES_AT_ONCE = 4
MOST_SEEN = 1000
"""Messages that are known again when they come once more, as long as the program runs."""

_LOG = logging.getLogger("comadre.signal")

Sleep = Callable[[float], Awaitable[None]]


class Calls(Protocol):
    """The connection to the daemon."""

    connected: asyncio.Event

    async def call(self, method: str, params: Mapping[str, Any] | None = None, *, answer_within: float = 30.0) -> Any:
        """Ask the daemon for something; raises `DaemonError` or `SendError`."""

    async def run(self, notify: Notify, *, subscribe: Mapping[str, Any] | None = None) -> None:
        """Pass on what people write until cancelled."""


class Signal:
    """A connection to Signal: what the daemon keeps about people is as little as it can be."""

    name = "signal"

    def __init__(  # noqa: PLR0913 - each has its default; time comes from outside
        self,
        daemon: Calls,
        account: str,
        *,
        pace: Pace,
        timer: timedelta = timedelta(days=1),
        sleep: Sleep = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Be `account` through `daemon`; `timer` is after how long a new chat forgets, nothing for never."""
        self._daemon = daemon
        self._account = account
        self._pace = pace
        self._timer = int(timer.total_seconds())
        self._sleep = sleep
        self._clock = clock
        self._throttle = Throttle(clock)
        self._typing = Typing(self._sign, sleep)
        self._own_timers: dict[str, None] = {}
        self._seen: dict[bytes, None] = {}
        self._trusting: dict[str, asyncio.Task[None]] = {}
        self._pictures_rest_until = 0.0
        self._is_running = False

    async def run(self, receive: Receive) -> None:
        """Pass on everything until cancelled, then finish what is in hand; a daemon that is away is waited for."""
        self._is_running = True
        try:
            while True:
                await self._serve(partial(self._arrive, receive))
        finally:
            self._is_running = False
            await self._typing.stop()
            trusting = list(self._trusting.values())
            for task in trusting:
                task.cancel()
            await asyncio.gather(*trusting, return_exceptions=True)

    async def show(self, outgoing: Outgoing) -> Shown:
        """Put a screen in front of her and delete the previous one; raises `SendError`."""
        sign = nullcontext() if outgoing.rank else self._typing.during(outgoing.to.id)
        with sign:
            shown = await self._put(outgoing)
        return replace(shown, deleted=await self._sweep(outgoing.to, outgoing.replaces))

    async def erase(self, to: Address, handles: tuple[str, ...]) -> None:
        """Delete what we wrote, as far as her app does as we ask; raises `SendError`."""
        _, failure = await self._delete(to, handles)
        if failure:
            raise failure

    async def meet(self, to: Address) -> bool:
        """Let her chat forget by itself; false where she has set that, or nobody wants it. Raises `SendError`."""
        if not self._timer or to.id in self._own_timers:
            self._own_timers.pop(to.id, None)
            return False
        await self._ask("updateContact", {"recipient": to.id, "expiration": self._timer}, MEET_TIMEOUT)
        return True

    async def forget(self, to: Address) -> None:
        """Let the daemon keep nothing about her; raises `SendError`."""
        self._own_timers.pop(to.id, None)
        await self._typing.stop(to.id)
        await self._ask("removeContact", {"recipient": to.id, "forget": True})

    async def fetch(self, media: Media) -> bytes:
        """Return the bytes of what somebody sent; raises `SendError`."""
        # The daemon knows its files by id alone; it only wants to be told of a sender.
        answer = await self._ask("getAttachment", {"id": media.ref, "recipient": self._account})
        written = answer.get("data") if isinstance(answer, Mapping) else None
        if not isinstance(written, str):
            raise SendError("the file is not there")
        if len(written) > MEDIA_LIMIT * 4 // 3 + 4:
            raise SendError("the file is too large", large=True)
        try:
            return b64decode(written, validate=True)
        except binascii.Error:
            raise SendError("the file cannot be read") from None

    async def check(self) -> str:
        """Ask the daemon whether it is there and has our account; raises `SendError`."""
        if self._is_running:
            return await self._check()
        link = asyncio.create_task(self._daemon.run(_ignore))
        try:
            return await self._check()
        finally:
            link.cancel()
            await asyncio.gather(link, return_exceptions=True)

    async def _check(self) -> str:
        answer = await self._ask("version", None)
        if not await self._has_account():
            raise SendError("signal-cli does not know this account")
        version = answer.get("version") if isinstance(answer, Mapping) else ""
        return f"signal-cli {version}".rstrip()

    async def _serve(self, notify: Notify) -> None:
        """Pass on what comes, until the daemon has our account again after it had it not."""
        works = (self._daemon.run(notify, subscribe={"account": self._account}), self._miss_account())
        tasks = [asyncio.create_task(work) for work in works]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    _LOG.error("signal stopped for a moment: %s", type(result).__name__)
        await self._sleep(1.0)

    async def _miss_account(self) -> None:
        """Return when the account is back: what comes for it has to be asked for once more, then."""
        is_missed = False
        while True:
            await self._daemon.connected.wait()
            is_known = True
            with suppress(SendError):
                is_known = await self._has_account()
            if is_known and is_missed:
                _LOG.warning("signal-cli has our account again")
                return
            if not is_known and not is_missed:
                is_missed = True
                _LOG.error("signal-cli does not have the account of COMADRE_SIGNAL_ACCOUNT; see docs/signal.md")
            await self._sleep(LOOK_AGAIN if is_missed else LOOK_EVERY)

    async def _has_account(self) -> bool:
        accounts = await self._ask("listAccounts", None)
        known = accounts if isinstance(accounts, list) else []
        return any(isinstance(each, Mapping) and each.get("number") == self._account for each in known)

    async def _arrive(self, receive: Receive, params: Mapping[str, Any]) -> None:
        found = read(params, self._account)
        match found:
            case None:
                return
            case NewTimer(address, seconds):
                self._note_timer(address.id, seconds)
            case NewIdentity(address):
                self._trust_soon(address)
            case _ if self._is_twin(found.id):
                return
            case _:
                self._note_timer(found.address.id, timer_of(params) or 0)
                with self._typing.during(found.address.id):
                    await receive(found)

    def _is_twin(self, name: str) -> bool:
        """Tell whether that came just now: a daemon that receives by itself passes on twice what we ask it for."""
        mark = blake2b(name.encode(), digest_size=8).digest()
        is_known = mark in self._seen
        self._seen[mark] = None
        while len(self._seen) > MOST_SEEN:
            del self._seen[next(iter(self._seen))]
        return is_known

    def _note_timer(self, person: str, seconds: int) -> None:
        self._own_timers.pop(person, None)
        if seconds:
            self._own_timers[person] = None
        while len(self._own_timers) > OWN_TIMERS:
            del self._own_timers[next(iter(self._own_timers))]

    def _trust_soon(self, address: Address) -> None:
        if address.id not in self._trusting:
            task = self._trusting[address.id] = asyncio.create_task(self._trust(address))
            task.add_done_callback(lambda _: self._trusting.pop(address.id, None))

    async def _trust(self, address: Address) -> None:
        """Take her new key, for she has written with it: the daemon then reads what it kept of hers."""
        for pause in TRUST_PAUSES:
            await self._sleep(pause)
            with suppress(SendError):
                await self._ask("trust", {"recipient": address.id, "trustAllKnownKeys": True})
                return
        _LOG.error("a new identity was not taken: she writes again, or the operator does it; see docs/signal.md")

    async def _sign(self, person: str, stop: bool) -> None:  # noqa: FBT001 - what it shows, or takes away
        await self._ask("sendTyping", {"recipient": [person], **({"stop": True} if stop else {})}, MEET_TIMEOUT)

    async def _put(self, outgoing: Outgoing) -> Shown:
        """Send a screen; one whose media is refused is shown in words."""
        try:
            return Shown(await self._insist(outgoing, draw(outgoing.screen)))
        except SendError as error:
            if not outgoing.screen.media or error.retryable or error.changed:
                raise
            _LOG.warning("signal media left out: %s", error)
        return Shown(await self._insist(outgoing, draw(outgoing.screen.in_words())), is_whole=False)

    async def _insist(self, outgoing: Outgoing, messages: tuple[Message, ...]) -> tuple[str, ...]:
        for pause in () if outgoing.rank else PATIENCE:
            try:
                return await self._send_all(outgoing.to, messages, 0)
            except UnsureError:
                raise
            except SendError as error:
                if not error.retryable or error.after:
                    raise
            await self._sleep_or_return(pause)
        return await self._send_all(outgoing.to, messages, outgoing.rank)

    async def _sleep_or_return(self, pause: float) -> None:
        """Wait, but not longer than the daemon is away."""
        if self._daemon.connected.is_set():
            await self._sleep(pause)
            return
        waits = [asyncio.ensure_future(self._sleep(pause)), asyncio.ensure_future(self._daemon.connected.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _send_all(self, to: Address, messages: tuple[Message, ...], rank: int) -> tuple[str, ...]:
        """Send messages in order; what was sent before a failure is taken back, or a later wipe would miss it."""
        sent: tuple[str, ...] = ()
        try:
            for message in messages:
                handle = await self._send(to, message, rank)
                sent = (*sent, handle) if handle else sent
        except SendError:
            await self._sweep(to, sent)
            raise
        return sent

    async def _send(self, to: Address, message: Message, rank: int) -> str:
        """Send a message; one whose picture does not get through goes as words alone."""
        params: dict[str, Any] = {"recipient": [to.id], "message": message.text}
        if message.styles:
            params["textStyle"] = list(message.styles)
        if message.media:
            params["attachment"] = [data_uri(message.media.data or await self.fetch(message.media))]
            if message.media.kind == "voice":
                params["voiceNote"] = True
        elif message.picture and self._clock() >= self._pictures_rest_until:
            drawn = params | {"attachment": [data_uri(message.picture.data)]}
            try:
                return await self._say(to, drawn, rank, PICTURE_TIMEOUT)
            except SendError as error:
                if error.after or error.changed or not message.text:
                    raise
                _LOG.warning("signal picture left out: %s", error)
                self._pictures_rest_until = self._clock() + PICTURE_REST
        return await self._say(to, params, rank)

    async def _say(self, to: Address, params: Mapping[str, Any], rank: int, within: float = 30.0) -> str:
        """Write into a chat when it is its turn, and return the handle."""
        async with self._pace.turn(to.id, rank):
            self._throttle.check(rank)
            try:
                handle = handle_in(await self._ask("send", params, within))
            except SendError as error:
                self._note_throttle(error)
                self._throttle.check(rank)
                raise
            self._throttle.passed()
            return handle

    def _note_throttle(self, error: SendError) -> None:
        if isinstance(error, ThrottledError):
            self._throttle.refused(error)

    async def _sweep(self, to: Address, handles: tuple[str, ...]) -> tuple[str, ...]:
        """Delete what a new screen has replaced; what stays for now is left to a later wipe."""
        gone, failure = await self._delete(to, handles)
        if failure:
            _LOG.warning("signal old screen not deleted: %s", failure)
        return gone

    async def _delete(self, to: Address, handles: tuple[str, ...]) -> tuple[tuple[str, ...], SendError | None]:
        """Delete messages of ours; returns those that are gone, and what went wrong with the others."""
        room = asyncio.Semaphore(DELETES_AT_ONCE)

        async def delete(handle: str) -> SendError | None:
            async with room:
                try:
                    handle_in(await self._ask("remoteDelete", {"recipient": [to.id], "targetTimestamp": int(handle)}))
                except SendError as error:
                    self._note_throttle(error)
                    return error
            return None

        failures = await asyncio.gather(*map(delete, handles))
        gone = tuple(handle for handle, failure in zip(handles, failures, strict=True) if failure is None)
        return gone, next((each for each in failures if each), None)

    async def _ask(self, method: str, params: Mapping[str, Any] | None, within: float = 30.0) -> Any:
        """Ask the daemon for something as our account; raises `SendError` in our own words."""
        named = None if params is None else {"account": self._account, **params}
        try:
            return await self._daemon.call(method, named, answer_within=within)
        except DaemonError as error:
            failure = meaning(error)
        raise failure


async def _ignore(_params: Mapping[str, Any]) -> None:
    """Take nothing in."""
