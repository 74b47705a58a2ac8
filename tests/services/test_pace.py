"""The gate: it waits without being asked again and again, gives way, and sends back what would wait too long."""

import asyncio

import pytest

from bot.channels.base import SendError, WithdrawnError
from bot.services.order import LONGEST_WAIT
from bot.services.pace import Pace
from tests.services.clockwork import Clockwork, settle


@pytest.fixture
def clockwork() -> Clockwork:
    """Return a clock that stands still."""
    return Clockwork()


@pytest.fixture
def pace(clockwork: Clockwork) -> Pace:
    """Return a gate that lets ten messages through in a second."""
    return Pace(10, 1.0, now=clockwork.now, call_later=clockwork.call_later)


class Crowd:
    """Messages that go through the gate, and when."""

    def __init__(self, pace: Pace, clockwork: Clockwork) -> None:
        """Begin with none."""
        self.pace, self.clockwork = pace, clockwork
        self.went: list[tuple[str, int, float]] = []
        self.tasks: list[asyncio.Task[None]] = []

    def send(self, chat: str, rank: int = 0, after: float = 0.0) -> "asyncio.Task[None]":
        """Send a message; the platform may ask to wait `after` seconds."""
        task = asyncio.create_task(self._send(chat, rank, after))
        self.tasks.append(task)
        return task

    async def _send(self, chat: str, rank: int, after: float) -> None:
        async with self.pace.turn(chat, rank) as turn:
            self.went.append((chat, rank, round(self.clockwork.now() - 1000.0, 2)))
            if after:
                turn.refused(after)


@pytest.fixture
def crowd(pace: Pace, clockwork: Clockwork) -> Crowd:
    """Return nobody yet."""
    return Crowd(pace, clockwork)


async def test_a_reply_passes_at_once_while_there_is_room(crowd: Crowd) -> None:
    for number in range(10):
        crowd.send(f"writer {number}")
    await settle()
    assert [at for _, _, at in crowd.went] == [0.0] * 10


async def test_a_full_window_holds_replies_and_lets_them_pass_before_all_else(
    crowd: Crowd, clockwork: Clockwork
) -> None:
    for number in range(10):
        crowd.send(f"writer {number}")
    crowd.send("reader", 2)
    crowd.send("member", 1)
    crowd.send("late writer")
    await clockwork.advance(3.0)
    assert [chat for chat, *_ in crowd.went[10:]] == ["late writer", "member", "reader"]
    assert crowd.went[10][2] == pytest.approx(1.0, abs=0.03)


async def test_who_waits_costs_one_timer_and_no_busy_loop(crowd: Crowd, clockwork: Clockwork) -> None:
    for number in range(100):
        crowd.send(f"reader {number}", 2)
    await clockwork.advance(12.0)
    assert len(crowd.went) == 100
    assert clockwork.rings <= 110


async def test_with_nobody_waiting_no_timer_is_left(crowd: Crowd, pace: Pace, clockwork: Clockwork) -> None:
    crowd.send("reader", 2)
    crowd.send("other", 2)
    await clockwork.advance(2.0)
    assert pace._timer is None or not clockwork._timers
    assert not pace._waiting


async def test_the_sender_hears_when_there_is_room_again(crowd: Crowd, pace: Pace, clockwork: Clockwork) -> None:
    heard = []
    pace.on_room = lambda: heard.append(pace.room(2))
    assert pace.room(2) == 5
    for number in range(5):
        crowd.send(f"reader {number}", 2)
    await settle()
    assert pace.room(2) == 0
    await clockwork.advance(1.0)
    assert heard[-1] == 5


async def test_what_is_withdrawn_goes_back_to_its_sender_and_replies_stay(
    crowd: Crowd, pace: Pace, clockwork: Clockwork
) -> None:
    for number in range(10):
        crowd.send(f"writer {number}")
    taken_back = [crowd.send("ana", 2), crowd.send("ana", 1)]
    crowd.send("ana")
    crowd.send("eva", 2)
    await settle()
    pace.withdraw("ana")
    await clockwork.advance(3.0)
    assert [type(task.exception()) for task in taken_back] == [WithdrawnError] * 2
    assert [(chat, rank) for chat, rank, _ in crowd.went[10:]] == [("ana", 0), ("eva", 2)]


async def test_nothing_is_sent_first_to_a_chat_that_is_being_answered(crowd: Crowd, pace: Pace) -> None:
    pace.is_talking = lambda chat: chat == "ana"
    refused, reply = crowd.send("ana", 2), crowd.send("ana")
    await settle()
    assert isinstance(refused.exception(), WithdrawnError)
    assert reply.done()
    assert crowd.went == [("ana", 0, 0.0)]


async def test_a_short_pause_is_waited_for_and_a_long_one_goes_back_to_the_sender(
    crowd: Crowd, clockwork: Clockwork
) -> None:
    crowd.send("eva", 2, after=2.0)
    await settle()
    crowd.send("ana", 2)
    await clockwork.advance(1.9)
    assert len(crowd.went) == 1
    await clockwork.advance(0.2)
    assert [chat for chat, *_ in crowd.went] == ["eva", "ana"]
    crowd.send("mia", 2, after=LONGEST_WAIT + 30)
    waiting = crowd.send("lea", 2)
    await clockwork.advance(1.0)
    later = crowd.send("zoe", 2)
    await settle()
    for task, after in ((waiting, LONGEST_WAIT + 30), (later, LONGEST_WAIT + 29)):
        error = task.exception()
        assert isinstance(error, SendError)
        assert error.retryable
        assert error.after == pytest.approx(after, abs=0.5)


async def test_a_sender_who_gives_up_frees_the_place(crowd: Crowd, pace: Pace, clockwork: Clockwork) -> None:
    crowd.send("eva", 2)
    given_up, other = crowd.send("ana", 2), crowd.send("mia", 2)
    await settle()
    given_up.cancel()
    await clockwork.advance(1.0)
    assert [chat for chat, *_ in crowd.went] == ["eva", "mia"]
    assert other.done()
    assert not pace._waiting
