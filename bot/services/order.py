"""Who may send next, and when: arithmetic on times that are passed in."""

import math
from collections import OrderedDict
from collections.abc import Callable

from bot.services.window import Window

REPLY = 0
"""Rank of what answers somebody; 1 is a reminder, 2 a broadcast."""
RANKS = 3
SPARE = 0.025
"""How much slower than the limit the flow is, so that a reply finds room and nothing arrives too early."""
TOLERANCE = 0.1
"""Seconds that the flow may fall behind, as when the machine was busy, and still make good."""
LONGEST_DEBT = 1.0
"""Seconds that replies can push back what we send first, once they are over."""
SLOWER = 0.95
"""What is left of the rate after a refusal."""
RECOVERY = 0.005
"""Share of the full rate that comes back in a second."""
SLOWEST = 0.1
LONGEST_WAIT = 5.0
"""Seconds that a message waits for a pause to end; a longer one goes back to its sender, who can do something else."""
HORIZON = 0.5
"""Seconds of work that there should be in the line: more would only wait there, and be in doubt after a crash."""
MOST_IN_AIR = 60
"""Messages that we sent first and that were not answered yet: connections have to be left for the conversation."""


class Message:
    """One message in the line."""

    __slots__ = ("after", "chat", "ends_at", "has_left", "left_at", "rank")

    def __init__(self, chat: str, rank: int) -> None:
        """Note to whom it goes, and what for."""
        self.chat = chat
        self.rank = rank
        self.has_left = False
        self.left_at = 0.0
        self.ends_at = 0.0
        """When it stops counting for the platform."""
        self.after = 0.0
        """Seconds that the platform asked to wait."""


class Order:
    """The messages that wait, and the limits that they wait for.

    Replies go as soon as the window has room. What we send first keeps to an even flow besides, which every reply
    pushes back by one place. A refusal pauses the class and the chat of what was refused and slows the flow down, which
    recovers by itself; the refusal of a reply pauses its chat only.
    """

    def __init__(self, rate: int, chat_rate: float, first_rate: float = 0.0) -> None:
        """Let `rate` messages through in a second, and of what we send first `chat_rate` to one chat.

        `first_rate` is what we send first in a second to all chats together, where that is to be less than the rest.
        """
        self._full_rate = first_rate or float(rate)
        self._ease = rate / self._full_rate
        self._gap = 1.0 / chat_rate
        self._window = Window(rate)
        self._waiting: tuple[list[Message], ...] = tuple([] for _ in range(RANKS))
        self._paused = [0.0] * RANKS
        self._paused_chats: dict[str, float] = {}
        self._last: OrderedDict[str, float] = OrderedDict()
        """When each chat was last written to, the earliest first, as long as it matters."""
        self._due_at = 0.0
        self._rate = self._full_rate
        self._rated_at = 0.0
        self._slowed_at = 0.0
        self._in_air = 0

    def join(self, message: Message, now: float) -> None:
        """Line up behind those of the same rank."""
        if message.rank != REPLY and not any(self._waiting[REPLY + 1 :]):
            self._due_at = max(self._due_at, now)  # a flow that begins has nothing to make good
        self._waiting[message.rank].append(message)

    def drop(self, message: Message) -> None:
        """Step out of the line."""
        if message in self._waiting[message.rank]:
            self._waiting[message.rank].remove(message)

    def withdraw(self, chat: str) -> list[Message]:
        """Take out what we wanted to send first to a chat, or to all."""
        return self._take_out(lambda message: message.rank != REPLY and chat in ("", message.chat))

    def take_stuck(self, now: float) -> list[Message]:
        """Take out what would wait too long."""
        return self._take_out(lambda message: self.pause_of(message, now) > LONGEST_WAIT)

    def pass_on(self, now: float) -> list[Message]:
        """Let go whatever may go now, in order."""
        passed = []
        while message := self._first(now):
            self._waiting[message.rank].remove(message)
            self._let_go(message, now)
            passed.append(message)
        return passed

    def next_at(self) -> float | None:
        """Return when something may go next, `None` when nothing waits, or only for answers."""
        next_at = min((self._next_of(rank) for rank in range(RANKS) if self._waiting[rank]), default=math.inf)
        return None if next_at == math.inf else next_at

    def answered(self, message: Message, now: float) -> None:
        """Learn from what the platform said to a message."""
        self.lost(message)
        self._window.answered(message.left_at, message.ends_at, now)
        if not message.after:
            return
        until = now + message.after
        self._paused_chats[message.chat] = max(until, self._paused_chats.get(message.chat, 0.0))
        if message.rank == REPLY:
            return
        self._paused[message.rank] = max(until, self._paused[message.rank])
        if message.left_at >= self._slowed_at:  # what was on its way by then says nothing new
            self._recover(now)
            self._rate = max(self._rate * SLOWER, self._full_rate * SLOWEST)
            self._slowed_at = now

    def lost(self, message: Message) -> None:
        """Wait no more for an answer to a message."""
        self._in_air -= message.rank != REPLY

    def room(self, rank: int, now: float) -> int:
        """Tell how many more messages of a rank should be in the line: none or a few, since fetching has its cost."""
        if self.pause(rank, now):
            return 0
        wanted = math.ceil(self._rate * HORIZON)
        ahead = sum(len(self._waiting[each]) for each in range(1, rank + 1))
        return wanted - ahead if 2 * ahead <= wanted else 0

    def pause(self, rank: int, now: float) -> float:
        """Tell for how many seconds a rank is paused."""
        return max(0.0, self._paused[rank] - now)

    def pause_of(self, message: Message, now: float) -> float:
        """Tell for how many seconds a message has to wait whatever else happens."""
        return max(self._paused[message.rank], self._paused_chats.get(message.chat, 0.0)) - now

    def _take_out(self, is_out: Callable[[Message], bool]) -> list[Message]:
        out = [message for waiting in self._waiting for message in waiting if is_out(message)]
        for message in out:
            self._waiting[message.rank].remove(message)
        return out

    def _first(self, now: float) -> Message | None:
        """Return what goes next; a chat that is not ready holds up no other."""
        for rank, waiting in enumerate(self._waiting):
            if waiting and self._opens_at(rank) <= now:
                ready = next((message for message in waiting if self._chat_opens_at(message) <= now), None)
                if ready:
                    return ready
        return None

    def _next_of(self, rank: int) -> float:
        opens_at, next_at = self._opens_at(rank), math.inf
        for message in self._waiting[rank]:
            next_at = min(next_at, max(opens_at, self._chat_opens_at(message)))
            if next_at == opens_at:
                break
        return next_at

    def _opens_at(self, rank: int) -> float:
        """Return when a rank may send, to whomever."""
        opens_at = self._window.opens_at
        if rank == REPLY:
            return opens_at
        return math.inf if self._in_air >= MOST_IN_AIR else max(opens_at, self._due_at, self._paused[rank])

    def _chat_opens_at(self, message: Message) -> float:
        """Return when its chat takes a message, whatever else there is to send."""
        paused = self._paused_chats.get(message.chat, 0.0)
        last_at = None if message.rank == REPLY else self._last.get(message.chat)
        return paused if last_at is None else max(paused, last_at + self._gap)

    def _let_go(self, message: Message, now: float) -> None:
        message.has_left, message.left_at, message.ends_at = True, now, self._window.take(now)
        self._in_air += message.rank != REPLY
        self._recover(now)
        place = (1.0 + SPARE) / self._rate
        if message.rank == REPLY:
            self._due_at = max(self._due_at, min(self._due_at_after(place / self._ease, now), now + LONGEST_DEBT))
        else:
            self._due_at = self._due_at_after(place, now)
        self._last[message.chat] = now
        self._last.move_to_end(message.chat)
        while next(iter(self._last.values())) <= now - self._gap:
            self._last.popitem(last=False)
        if self._paused_chats:
            self._paused_chats = {chat: until for chat, until in self._paused_chats.items() if until > now}

    def _due_at_after(self, place: float, now: float) -> float:
        return max(self._due_at, now - TOLERANCE) + place

    def _recover(self, now: float) -> None:
        gained = (now - self._rated_at) * self._full_rate * RECOVERY
        self._rate = min(self._full_rate, self._rate + gained)
        self._rated_at = now
