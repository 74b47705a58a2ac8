"""The one gate of a platform: every message passes it, replies first, and what we send first in an even flow."""

import asyncio
import math
import time
from collections.abc import Callable
from typing import Self

from bot.channels.base import SendError, WithdrawnError
from bot.services.order import LONGEST_WAIT, REPLY, Message, Order

CallLater = Callable[[float, Callable[[], None]], asyncio.TimerHandle]


class Turn:
    """One message: it is sent inside of `async with`."""

    def __init__(self, pace: "Pace", message: Message) -> None:
        """Come to the gate."""
        self._pace = pace
        self._message = message

    async def __aenter__(self) -> Self:
        """Wait until it may go; raises `SendError` when that is not soon, or when it was taken back."""
        await self._pace.enter(self._message)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Let the gate learn from the answer."""
        self._pace.leave(self._message)

    def refused(self, after: float) -> None:
        """Note that the platform asks to wait so many seconds."""
        self._message.after = after


class Pace:
    """Lets each message go when the order says so."""

    def __init__(
        self,
        rate: int = 30,
        chat_rate: float = 1.0,
        first_rate: float = 0.0,
        *,
        now: Callable[[], float] = time.monotonic,
        call_later: CallLater | None = None,
    ) -> None:
        """Take the platform's limits, and where the time comes from."""
        self.on_room: Callable[[], None] = _nothing
        """Called when something that we send first has left, for then there is room for more."""
        self.is_talking: Callable[[str], bool] = _nobody
        """Tells whether a chat is being answered, and so gets nothing else meanwhile."""
        self._order = Order(rate, chat_rate, first_rate)
        self._now = now
        self._call_later = call_later
        self._timer: asyncio.TimerHandle | None = None
        self._waiting: dict[Message, asyncio.Future[None]] = {}

    def turn(self, chat: str, rank: int) -> Turn:
        """Return the turn of one message: `async with pace.turn(chat, rank): send it`."""
        return Turn(self, Message(chat, rank))

    async def enter(self, message: Message) -> None:
        """Wait until a message may go; raises `SendError` when that is not soon, or when it was taken back."""
        if message.rank != REPLY and self.is_talking(message.chat):
            raise _withdrawn()
        if (pause := self._order.pause_of(message, self._now())) > LONGEST_WAIT:
            raise _busy(pause)
        self._order.join(message, self._now())
        self._look()
        if message.has_left:
            return
        turn = self._waiting[message] = asyncio.get_running_loop().create_future()
        try:
            await turn
        except asyncio.CancelledError:
            if message.has_left:
                self._order.lost(message)
            raise
        finally:
            del self._waiting[message]
            self._order.drop(message)

    def leave(self, message: Message) -> None:
        """Let the order learn from the answer."""
        self._order.answered(message, self._now())
        if message.after:
            self._dismiss()
        self._look()

    def withdraw(self, chat: str = "") -> None:
        """Give what we wanted to send first to a chat back to its sender; without a chat, to anybody."""
        for message in self._order.withdraw(chat):
            self._fail(message, _withdrawn())

    def room(self, rank: int) -> int:
        """Tell how many more messages of a rank would go out soon."""
        return self._order.room(rank, self._now())

    def pause(self, rank: int) -> float:
        """Tell for how many seconds the platform wants nothing of a rank."""
        return self._order.pause(rank, self._now())

    def _look(self) -> None:
        """Let go whatever may go, and look again when the next may."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        now = self._now()
        passed = self._order.pass_on(now)
        for message in passed:
            turn = self._waiting.get(message)
            if turn and not turn.done():
                turn.set_result(None)
        next_at = self._order.next_at()
        if next_at is not None:
            # Up to a whole millisecond: a timer that comes early by less would have to be set again and again.
            delay = math.ceil(max(next_at - now, 0.0) * 1000.0 + 0.5) / 1000.0
            self._timer = (self._call_later or asyncio.get_running_loop().call_later)(delay, self._look)
        if any(message.rank != REPLY for message in passed):
            self.on_room()

    def _dismiss(self) -> None:
        """Send back whoever would wait too long."""
        now = self._now()
        for message in self._order.take_stuck(now):
            self._fail(message, _busy(self._order.pause_of(message, now)))

    def _fail(self, message: Message, error: SendError) -> None:
        turn = self._waiting.get(message)
        if turn and not turn.done():
            turn.set_exception(error)


def _withdrawn() -> WithdrawnError:
    return WithdrawnError("withdrawn", retryable=True)


def _busy(after: float) -> SendError:
    return SendError("the platform asks to wait", retryable=True, after=after)


def _nothing() -> None:
    pass


def _nobody(_chat: str) -> bool:
    return False
