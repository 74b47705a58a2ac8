"""Telegram: private chats over the Bot API, one living screen in each."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from functools import partial
from itertools import chain
from textwrap import shorten
from typing import Any, Self, TypeVar

from telegram import Bot
from telegram.error import TelegramError

from bot.channels.base import Pace, Receive, SendError, Shown
from bot.channels.telegram_along import Along
from bot.channels.telegram_drawing import draw, shows, words
from bot.channels.telegram_handle import handle_of, is_picture, number_of
from bot.channels.telegram_media import fetch
from bot.channels.telegram_picture import Clock, Pictures
from bot.channels.telegram_poll import Job, Poll
from bot.channels.telegram_request import (
    CALL_TIMEOUT,
    Random,
    Request,
    Sleep,
    ThrottledError,
    UnchangedError,
    UneditableError,
    explain,
)
from bot.channels.telegram_update import WANTED, Visit, name_of, read
from bot.core.message import Address, Incoming, Media, Outgoing

BATCH_LIMIT = 100
SHORT_DESCRIPTION_LIMIT = 120
POLL_TIMEOUT = 50
"""Seconds, as the platform wants them: whole."""

T = TypeVar("T")

_LOG = logging.getLogger("comadre.telegram")


def _no_notice(_language: str) -> str:
    return ""


class _Unpaced:
    """Lets everything go at once: tests, and a server of one's own without limits."""

    def turn(self, _chat: str, _rank: int) -> AbstractAsyncContextManager[Self]:
        return nullcontext(self)

    def refused(self, _after: float) -> None:
        pass


class Telegram:
    """A connection to the Bot API: own polls, plain data, no name of anybody beyond the door."""

    name = "telegram"

    def __init__(  # noqa: PLR0913 - each has its default; time and chance come from outside
        self,
        token: str,
        *,
        api_url: str = "https://api.telegram.org",
        protect_content: bool = False,
        group_notice: Callable[[str], str] = _no_notice,
        pace: Pace | None = None,
        poll_timeout: int = POLL_TIMEOUT,
        sleep: Sleep = asyncio.sleep,
        random: Random = random.random,
        clock: Clock = time.monotonic,
    ) -> None:
        """Talk to `api_url`; `group_notice` gives, by language, the line that it leaves a group with.

        `pace` says when a message may go out.
        """
        base = f"{api_url.rstrip('/')}/bot{token}"
        files = f"{api_url.rstrip('/')}/file/bot{token}"
        self._request = Request(base, files, sleep=sleep, random=random)
        self._bot = Bot(token, base_url=lambda _: base, request=self._request, get_updates_request=self._request)
        self._pictures = Pictures(self._request, clock)
        self._along = Along(self._request, clock)
        self._protection = {"protect_content": True} if protect_content else {}
        self._group_notice = group_notice
        self._pace = pace or _Unpaced()
        self._poll_timeout = poll_timeout
        self._sleep = sleep
        self._random = random
        self._is_running = False
        self._has_webhook = True
        self.unreadable = 0
        """Updates that were skipped because they made no sense."""

    async def run(self, receive: Receive) -> None:
        """Pass on every update until cancelled, then finish and confirm what is in hand; raises `SendError`."""
        await self._request.initialize()
        self._is_running = self._has_webhook = True
        try:
            sort = partial(self._sort, receive)
            await Poll(self._fetch, sort, wait=self._poll_timeout, sleep=self._sleep, random=self._random).run()
        finally:
            self._is_running = False
            await self.close()

    async def close(self) -> None:
        """Close the connections, for who has used the channel without `run`."""
        await self._request.shutdown()

    async def show(self, outgoing: Outgoing) -> Shown:
        """Put a screen in front of her, in place of the previous one; raises `SendError`."""
        if not outgoing.press:
            return await self._put(outgoing)
        answer = asyncio.create_task(self._answer(outgoing.press))
        try:
            return await self._put(outgoing)
        finally:
            await answer

    async def erase(self, to: Address, handles: tuple[str, ...]) -> None:
        """Delete messages on both sides, as far as the platform allows; raises `SendError`."""
        await self._delete(int(to.id), handles)

    async def fetch(self, media: Media) -> bytes:
        """Bring a voice note or picture of this platform into memory; raises `SendError`."""
        return await fetch(self._request, media)

    async def check(self) -> str:
        """Ask the platform who we are; raises `SendError`."""
        await self._request.initialize()
        try:
            me = await self._bot.get_me()
        except TelegramError as error:
            failure = explain(error)
        else:
            return f"@{me.username}"
        finally:
            if not self._is_running:
                await self.close()
        raise failure

    async def introduce(
        self, commands: Mapping[str, Sequence[tuple[str, str]]], descriptions: Mapping[str, str]
    ) -> None:
        """Tell the platform, by language ("" for all others), which commands there are and what the bot is for.

        It runs beside the polls and as far as it gets: nobody waits for it. The profile shows the first line.
        """
        bot = self._bot
        calls = chain(
            (partial(bot.set_my_commands, each, language_code=code or None) for code, each in commands.items()),
            (partial(bot.set_my_description, text, code or None) for code, text in descriptions.items()),
            (
                partial(bot.set_my_short_description, _first_line(text), code or None)
                for code, text in descriptions.items()
            ),
        )
        failures = 0
        for call in calls:
            try:
                await call()
            except ThrottledError:
                failures += 1
                break  # these limits last for hours, and what is set stays set
            except TelegramError:
                failures += 1
        if failures:
            _LOG.warning("telegram introduction incomplete: %d calls failed", failures)

    async def _fetch(self, offset: int, wait: int) -> list[Any]:
        limit = BATCH_LIMIT if wait else 1  # the last poll only confirms
        payload = {"offset": offset, "timeout": wait, "limit": limit, "allowed_updates": WANTED}
        try:
            if self._has_webhook:  # while one is set, the platform refuses every poll
                await self._bot.delete_webhook(drop_pending_updates=False)
                self._has_webhook = False
            updates = await self._request.ask("getUpdates", payload, within=wait + CALL_TIMEOUT)
        except TelegramError as error:
            failure = explain(error)
        else:
            return updates if isinstance(updates, list) else []
        raise failure

    def _sort(self, receive: Receive, update: dict[str, Any]) -> tuple[str, Job] | None:
        try:
            found = read(update)
        except (AttributeError, LookupError, TypeError, ValueError):
            self.unreadable += 1
            _LOG.warning("telegram update unreadable: %s (%d so far)", name_of(update), self.unreadable)
            return None
        if isinstance(found, Incoming):
            return found.address.id, partial(receive, found)
        return (str(found.chat), partial(self._leave, found)) if found else None

    async def _leave(self, visit: Visit) -> None:
        """Say why, and go: in a group everybody would see who writes to us."""
        notice = self._group_notice(visit.language)
        try:
            if notice:
                await self._say("sendMessage", {"chat_id": visit.chat, "text": notice}, 0)
        except SendError as error:
            _LOG.warning("telegram group notice failed: %s", error)
        try:
            await self._request.call("leaveChat", {"chat_id": visit.chat})
        except SendError as error:
            _LOG.warning("telegram group not left: %s", error)

    async def _answer(self, press: str) -> None:
        """Stop the waiting sign on her button; too late is no harm."""
        try:
            await self._request.call("answerCallbackQuery", {"callback_query_id": press})
        except SendError as error:
            _LOG.debug("telegram press not answered: %s", error)

    async def _say(self, method: str, payload: Mapping[str, Any], rank: int, *, repeatable: bool = False) -> Any:
        """Write into a chat when it is its turn."""
        turn = partial(self._pace.turn, str(payload["chat_id"]), rank)
        return await self._request.say(method, payload, turn, rank=rank, repeatable=repeatable)

    async def _in_turn(self, chat: int, rank: int, work: Callable[[], Awaitable[T]]) -> T:
        """Do what writes into a chat by itself when it is its turn."""
        async with self._pace.turn(str(chat), rank) as turn:
            try:
                return await work()
            except SendError as error:
                if error.after:
                    turn.refused(error.after)
                raise

    async def _put(self, outgoing: Outgoing) -> Shown:
        chat, old, screen = int(outgoing.to.id), outgoing.replaces, outgoing.screen
        if screen.picture and self._pictures.is_resting(screen.picture):
            screen = replace(screen, picture=None)
        messages = draw(screen)
        edited, surplus = old[: len(messages)], old[len(messages) :]
        is_like_it = screen.media is None and all(
            is_picture(handle) == shows(message) for handle, message in zip(old, messages, strict=False)
        )
        if outgoing.pressed in old and is_like_it and await self._edit_all(chat, edited, messages):
            new = await self._send_all(chat, messages[len(edited) :], outgoing.rank)
            return Shown((*edited, *new.living), await self._sweep(chat, surplus))
        if outgoing.pressed and outgoing.pressed not in old:
            old = (*old, outgoing.pressed)
        new = await self._send_all(chat, messages, outgoing.rank)
        return replace(new, deleted=await self._sweep(chat, old))

    async def _edit_all(self, chat: int, handles: tuple[str, ...], messages: list[dict[str, Any]]) -> bool:
        """Edit messages in place, all at once; false when one of them cannot be edited any more."""
        edits = [self._edit(chat, handle, message) for handle, message in zip(handles, messages, strict=False)]
        if len(edits) == 1:
            return await edits[0]
        results = await asyncio.gather(*edits, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return all(results)

    async def _edit(self, chat: int, handle: str, message: dict[str, Any]) -> bool:
        payload = {"chat_id": chat, "message_id": number_of(handle), **message}
        try:
            if shows(message):
                return await self._in_turn(chat, 0, partial(self._pictures.edit, payload))
            await self._say("editMessageText", payload, 0, repeatable=True)
        except UnchangedError:
            return True
        except UneditableError:
            return False
        return True

    async def _send_all(self, chat: int, messages: list[dict[str, Any]], rank: int) -> Shown:
        """Send messages in order; what was sent before a failure is taken back, or a later wipe would miss it."""
        sent: tuple[str, ...] = ()
        is_whole = True
        try:
            for message in messages:
                result = await self._send({"chat_id": chat, **message, **self._protection}, rank)
                sent = (*sent, handle_of(result)) if result else sent
                is_whole &= "media" not in message or (result is not None and "text" not in result)
        except SendError:
            await self._sweep(chat, sent)
            raise
        return Shown(sent, is_whole=is_whole)

    async def _send(self, payload: dict[str, Any], rank: int) -> Mapping[str, Any] | None:
        """Send a message; one whose picture does not get through goes as words alone, if it has any."""
        if shows(payload):
            if result := await self._in_turn(payload["chat_id"], rank, partial(self._pictures.send, payload)):
                return result
            del payload["picture"]
            payload |= words(payload.pop("caption"))
        if "media" in payload:
            if result := await self._send_along(payload, rank):
                return result
            kept = {name: payload[name] for name in payload if name not in ("media", "instead", "caption")}
            payload = kept | words(payload["instead"])
        if not payload["text"]:
            return None
        sent: Mapping[str, Any] = await self._say("sendMessage", payload, rank)
        return sent

    async def _send_along(self, payload: Mapping[str, Any], rank: int) -> Mapping[str, Any] | None:
        return await self._along.send(
            payload, partial(self._say, rank=rank), partial(self._in_turn, payload["chat_id"], rank)
        )

    async def _sweep(self, chat: int, handles: tuple[str, ...]) -> tuple[str, ...]:
        """Delete what a new screen has replaced; what stays for now is left to a later wipe."""
        try:
            return await self._delete(chat, handles)
        except SendError as error:
            _LOG.warning("telegram old screen not deleted: %s", error)
            return ()

    async def _delete(self, chat: int, handles: tuple[str, ...]) -> tuple[str, ...]:
        """Delete messages and return those that are gone; one too old must not save the others."""
        if len(handles) > BATCH_LIMIT:
            head, tail = handles[:BATCH_LIMIT], handles[BATCH_LIMIT:]
        else:
            if not handles or await self._delete_batch(chat, handles):
                return handles
            if len(handles) == 1:
                return ()
            head, tail = handles[: len(handles) // 2], handles[len(handles) // 2 :]
        return (*await self._delete(chat, head), *await self._delete(chat, tail))

    async def _delete_batch(self, chat: int, handles: tuple[str, ...]) -> bool:
        """Return false when the platform refuses the batch as a whole."""
        try:
            await self._request.call(
                "deleteMessages", {"chat_id": chat, "message_ids": [number_of(each) for each in handles]}
            )
        except SendError as error:
            if error.retryable or error.gone:
                raise
            return False
        return True


def _first_line(text: str) -> str:
    return shorten(text.partition("\n")[0], SHORT_DESCRIPTION_LIMIT, placeholder="…")
