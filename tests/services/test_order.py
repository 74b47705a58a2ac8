"""Who sends next and when: pure arithmetic, played through with a platform that counts what arrives."""

import heapq
from collections import deque
from dataclasses import dataclass, field
from itertools import count, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.order import HORIZON, LONGEST_WAIT, MOST_IN_AIR, SLOWER, SPARE, TOLERANCE, Message, Order
from bot.services.window import ENOUGH, SPAN

START = 1000.0
QUICKEST = 0.02


@dataclass
class World:
    """A platform that takes `rate` messages in any second, and tells all others to wait."""

    rate: int
    latency: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - the same in every run
    jitter: float = 0.0
    strict: bool = True
    chat_rate: float = 1.0
    backlog: int = 0
    """Readers of a broadcast."""
    left: list[Message] = field(default_factory=list)
    arrived: list[float] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        """Begin with nothing in the line."""
        self.order = Order(self.rate, self.chat_rate)

    def learn_the_way(self) -> None:
        """Let a few messages go by the quickest way, long before."""
        for number in range(2 * ENOUGH):
            message, at = Message(f"earlier {number}", 0), START - 100.0 + 2 * number
            self.order.join(message, at)
            self.order.pass_on(at)
            self.order.answered(message, at + 2 * QUICKEST)

    def play(self, asked: list[tuple[float, str, int]], seconds: float) -> None:
        """Let messages be asked for at their times, and see what the platform makes of them."""
        numbers, now = count(), START
        events = [(START + at, next(numbers), "ask", Message(chat, rank)) for at, chat, rank in asked]
        heapq.heapify(events)
        recent: deque[float] = deque()
        looks_at = 0.0
        while events and events[0][0] <= START + seconds:
            now, _, what, message = heapq.heappop(events)
            if what == "ask":
                self.order.join(message, now)
            elif what == "arrive":
                self._arrive(message, now, recent)
                heapq.heappush(events, (now + self._way(), next(numbers), "answer", message))
            elif what == "answer":
                self.order.answered(message, now)
            self._top_up(now)
            for each in self.order.pass_on(now):
                self.left.append(each)
                heapq.heappush(events, (now + self._way(), next(numbers), "arrive", each))
            next_at = self.order.next_at()
            if next_at is not None and not now < looks_at <= next_at + 0.001:
                looks_at = max(next_at, now) + 0.0005
                heapq.heappush(events, (looks_at, next(numbers), "look", message))

    def _top_up(self, now: float) -> None:
        """Hand over as much of the backlog as there is room for."""
        for _ in range(min(self.backlog, self.order.room(2, now))):
            self.order.join(Message(f"reader {self.backlog}", 2), now)
            self.backlog -= 1

    def _way(self) -> float:
        return QUICKEST + self.latency.random() * self.jitter

    def _arrive(self, message: Message, now: float, recent: deque[float]) -> None:
        while recent and recent[0] <= now - SPAN:
            recent.popleft()
        if self.strict and len(recent) >= self.rate:
            self.refused += 1
            message.after = 1.0
            return
        recent.append(now)
        self.arrived.append(now)


def broadcast(number: int) -> list[tuple[float, str, int]]:
    """Ask for one message to each of many, all at once."""
    return [(0.0, f"reader {each}", 2) for each in range(number)]


def replies(rate: float, seconds: float) -> list[tuple[float, str, int]]:
    """Ask for answers at random moments."""
    random, at, asked = Random(1), 0.0, []  # noqa: S311 - the same in every run
    while rate and (at := at + random.expovariate(rate)) < seconds:
        asked.append((at, f"writer {len(asked)}", 0))
    return asked


def most_in_a_second(times: list[float]) -> int:
    """Count the fullest second."""
    recent: deque[float] = deque()
    most = 0
    for at in times:
        while recent and recent[0] <= at - SPAN:
            recent.popleft()
        recent.append(at)
        most = max(most, len(recent))
    return most


asks = st.lists(
    st.tuples(
        st.integers(0, 6000).map(lambda at: at / 1000),
        st.sampled_from([f"chat {number}" for number in range(12)]),
        st.integers(0, 2),
    ),
    max_size=120,
)


@settings(max_examples=150)
@given(asks, st.integers(1, 40), st.integers(0, 2**32))
def test_never_more_than_the_limit_leaves_or_arrives_within_a_second(
    asked: list[tuple[float, str, int]], rate: int, seed: int
) -> None:
    world = World(rate, Random(seed), jitter=0.1, strict=False, chat_rate=1000.0)  # noqa: S311 - the same in every run
    world.learn_the_way()
    world.play(asked, 200)
    assert most_in_a_second([message.left_at for message in world.left]) <= rate
    assert most_in_a_second(world.arrived) <= rate


@settings(max_examples=150)
@given(asks, st.integers(1, 40))
def test_nothing_leaves_while_something_of_a_higher_class_waits(asked: list[tuple[float, str, int]], rate: int) -> None:
    world = World(rate, chat_rate=1000.0)
    world.play(asked, 200)
    assert len(world.left) == len(asked)
    for place, message in enumerate(world.left):
        for rank in range(message.rank):
            came = sum(1 for at, _, each in asked if each == rank and START + at < message.left_at)
            assert came <= sum(1 for each in world.left[:place] if each.rank == rank)


@settings(max_examples=100)
@given(asks)
def test_within_a_class_and_a_chat_nothing_overtakes(asked: list[tuple[float, str, int]]) -> None:
    order, now, went = Order(5, 1.0), START, []
    messages = [Message(chat, rank) for _, chat, rank in asked]
    for message in messages:
        order.join(message, START)
    while (next_at := order.next_at()) is not None:
        now = max(now, next_at)
        went += order.pass_on(now)
    for rank in range(3):
        for chat in {message.chat for message in messages}:
            assert [each for each in went if (each.rank, each.chat) == (rank, chat)] == [
                each for each in messages if (each.rank, each.chat) == (rank, chat)
            ]


def test_one_chat_with_much_to_hear_starves_no_other() -> None:
    world = World(30)
    world.play([(0.0, "chatty", 2)] * 50 + broadcast(60), 4.0)
    assert len({message.chat for message in world.left}) == 61
    chatty = [message.left_at for message in world.left if message.chat == "chatty"]
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(chatty))


@pytest.mark.parametrize("rate", [30, 300])
@pytest.mark.parametrize("answers", [0.0, 5.0, 15.0])
def test_in_calm_weather_97_of_100_places_are_used_and_nothing_is_refused(rate: int, answers: float) -> None:
    world = World(rate, jitter=0.004, backlog=rate * 12)
    world.play([(0.0, "writer", 0), *replies(answers, 10)], 10.0)
    assert world.refused == 0
    assert len([at for at in world.arrived if at <= START + 10]) >= 0.97 * 10 * rate


def test_a_reply_hardly_feels_a_broadcast() -> None:
    world = World(30, jitter=0.004, backlog=1000)
    asked = replies(5.0, 30)
    world.play(asked, 31.0)
    waits = sorted(
        message.left_at - START - at
        for message in world.left
        if message.rank == 0
        for at, chat, _ in asked
        if chat == message.chat
    )
    assert waits[len(waits) // 2] < 0.01
    assert waits[int(len(waits) * 0.95)] < 0.05


def test_what_is_sent_first_flows_evenly_from_the_first_moment() -> None:
    world = World(30)
    world.play(broadcast(30), 2.0)
    gaps = [later.left_at - earlier.left_at for earlier, later in pairwise(world.left)]
    assert min(gaps) > 0.9 * (1 + SPARE) / 30


def test_what_a_busy_machine_kept_back_is_made_good_in_a_moment() -> None:
    order = Order(100, 1.0)
    for number in range(30):
        order.join(Message(f"reader {number}", 2), START)
    assert len(order.pass_on(START)) == 1
    assert len(order.pass_on(START + 0.09)) == 8
    assert len(order.pass_on(START + 5.0)) == 100 * TOLERANCE


def test_replies_push_back_what_is_sent_first() -> None:
    order = Order(10, 1.0)
    for number in range(5):
        order.join(Message(f"writer {number}", 0), START)
    order.join(Message("reader", 2), START)
    assert len(order.pass_on(START)) == 5
    due = order.next_at()
    assert due
    assert due == pytest.approx(START + 5 * (1 + SPARE) / 10)


def refused(order: Order, rank: int, after: float, chat: str = "refused") -> Message:
    """Let the platform refuse one message at `START`."""
    message = Message(chat, rank)
    order.join(message, START)
    assert order.pass_on(START) == [message]
    message.after = after
    order.answered(message, START)
    return message


def test_a_refused_broadcast_pauses_broadcasts_and_its_chat_and_nothing_else() -> None:
    order = Order(30, 1.0)
    refused(order, 2, 3.0)
    for chat, rank in (("other", 2), ("other", 1), ("writer", 0), ("refused", 0)):
        order.join(Message(chat, rank), START)
    assert [(each.chat, each.rank) for each in order.pass_on(START + 1.0)] == [("writer", 0), ("other", 1)]
    assert order.pause(2, START + 1.0) == pytest.approx(2.0)
    assert order.room(2, START + 1.0) == 0
    assert order.room(1, START + 1.0) > 0
    assert [(each.chat, each.rank) for each in order.pass_on(START + 3.1)] == [("refused", 0), ("other", 2)]


def test_a_refused_reply_pauses_its_chat_only() -> None:
    order = Order(30, 1.0)
    refused(order, 0, 3.0)
    for chat, rank in (("refused", 0), ("writer", 0), ("refused", 2), ("reader", 2)):
        order.join(Message(chat, rank), START)
    assert [each.chat for each in order.pass_on(START + 1.0)] == ["writer", "reader"]


def test_who_would_wait_too_long_is_sent_back() -> None:
    order = Order(30, 1.0)
    refused(order, 2, LONGEST_WAIT + 2)
    waiting = [Message("reader", 2), Message("refused", 0), Message("writer", 0), Message("reader", 1)]
    for message in waiting:
        order.join(message, START)
    assert order.take_stuck(START + 1.0) == [waiting[1], waiting[0]]
    assert order.take_stuck(START + 1.0) == []


def test_refusals_slow_the_flow_down_once_each_time_and_it_recovers() -> None:
    order = Order(100, 1.0)
    together = [Message(f"reader {number}", 2) for number in range(10)]
    for place, message in enumerate(together):
        order.join(message, START + place * 0.02)
        assert order.pass_on(START + place * 0.02) == [message]
    for message in together:
        message.after = 1.0
        order.answered(message, START + 0.5)
    assert order.room(1, START + 0.5) == -(-100 * SLOWER * HORIZON // 1)
    for second in range(40):
        order.join(Message("writer", 0), START + 1 + second)
        order.pass_on(START + 1 + second)
    assert order.room(1, START + 41) == 100 * HORIZON


def test_a_platform_that_does_not_answer_gets_no_more_of_what_we_send_first() -> None:
    order = Order(1000, 1.0)
    messages = [Message(f"reader {number}", 2) for number in range(MOST_IN_AIR + 1)]
    for message in messages:
        order.join(message, START)
    assert order.pass_on(START + 1.0) == messages[:-1]
    assert order.next_at() is None
    order.join(Message("writer", 0), START + 1.0)
    assert len(order.pass_on(START + 1.0)) == 1
    order.answered(messages[7], START + 2.0)
    assert order.pass_on(START + 2.0) == messages[-1:]


def test_the_flow_never_stops_for_good() -> None:
    order = Order(30, 1000.0)
    now = START
    for _ in range(200):
        message = Message("reader", 2)
        order.join(message, now)
        while not message.has_left:
            now = max(now, order.next_at() or now)
            order.pass_on(now)
        message.after = 0.5
        order.answered(message, now)
    assert now < START + 200


def test_nothing_is_remembered_of_a_chat_longer_than_it_matters() -> None:
    order = Order(30, 1.0)
    refused(order, 2, 3.0, "first")
    order.join(Message("second", 0), START)
    order.pass_on(START + 10.0)
    assert list(order._last) == ["second"]
    assert order._paused_chats == {}


def test_what_we_send_first_keeps_to_a_rate_of_its_own_that_answers_do_not_use_up() -> None:
    order, left = Order(10, 1.0, first_rate=0.1), []
    for number in range(4):
        order.join(Message(f"reader {number}", 2), START)
    for second in range(31):
        order.join(Message("asks", 0), START + second)
        for message in order.pass_on(START + second):
            left.append((second, message.rank))
            order.answered(message, START + second + QUICKEST)
        now = START + second + 0.5
        for message in order.pass_on(now):
            left.append((second, message.rank))
            order.answered(message, now + QUICKEST)
    assert [second for second, rank in left if rank == 0] == list(range(31))
    firsts = [second for second, rank in left if rank == 2]
    assert 3 <= len(firsts) <= 4
    assert all(later - sooner >= 10 for sooner, later in pairwise(firsts))
