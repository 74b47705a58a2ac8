"""The queue of updates: offsets, long polls, and the quarrel of two pollers."""

import asyncio
from collections import deque
from typing import Any

from tests.bot_api.rules import Refusal

UPDATE_KINDS = frozenset({
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection", "business_message",
    "edited_business_message", "deleted_business_messages", "message_reaction", "message_reaction_count",
    "inline_query", "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query",
    "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
    "removed_chat_boost",
})  # fmt: skip
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Updates:
    """What waits for the bot until it confirms it."""

    def __init__(self, first: int = 100_001) -> None:
        """Give updates large and rising numbers, as the server does."""
        self.confirmed = first - 1
        self.polls = 0
        self.conflicts = 0
        self._next = first
        self._queue: deque[dict[str, Any]] = deque()
        self._allowed = UPDATE_KINDS - ON_REQUEST
        self._waiter: asyncio.Future[bool] | None = None

    def push(self, update: dict[str, Any]) -> int:
        """Queue an update, unless the bot did not ask for its kind; returns its number."""
        number: int = update.get("update_id", self._next)
        self._next = max(self._next, number + 1)
        kind = next((name for name in update if name != "update_id"), "")
        if kind in self._allowed or kind not in UPDATE_KINDS:
            self._queue.append({"update_id": number} | update)
            if self._waiter and not self._waiter.done():
                self._waiter.set_result(True)
        return number

    def waiting(self) -> int:
        """Count what is not confirmed."""
        return len(self._queue)

    def forget(self) -> None:
        """Drop all that waits (`drop_pending_updates`)."""
        self._confirm(self._next)

    def arrive(self, offset: int, allowed: list[str] | None) -> None:
        """Take note of a getUpdates: it ends another that still waits, and confirms all before `offset`."""
        self.polls += 1
        if self._waiter and not self._waiter.done():
            self._waiter.set_result(False)
        if allowed is not None:
            self._allowed = frozenset(allowed) or UPDATE_KINDS - ON_REQUEST
        if offset < 0:
            offset = self._queue[max(offset, -len(self._queue))]["update_id"] if self._queue else 0
        self._confirm(offset)

    async def take(self, limit: int, timeout: float) -> list[dict[str, Any]]:  # noqa: ASYNC109 - the bot sets it
        """Return what waits: at once when there is something, else when there is, else nothing."""
        if not self._queue and timeout > 0:
            await self._wait(timeout)
        return [update for _, update in zip(range(limit), self._queue, strict=False)]

    def _confirm(self, offset: int) -> None:
        while self._queue and self._queue[0]["update_id"] < offset:
            self.confirmed = max(self.confirmed, self._queue.popleft()["update_id"])

    async def _wait(self, timeout: float) -> None:  # noqa: ASYNC109 - the bot sets it
        waiter = self._waiter = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(timeout):
                undisturbed = await waiter
        except TimeoutError:
            return
        finally:
            if self._waiter is waiter:
                self._waiter = None
        if not undisturbed:
            self.conflicts += 1
            raise Refusal(409, CONFLICT)
