"""Signal throttles: Signal waits, answers are tried, Telegram knows nothing of it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channels.base import SendError
from bot.channels.signal_answer import ThrottledError
from bot.channels.signal_throttle import Throttle
from bot.core.message import Address
from bot.core.notice import NoticeKind
from tests.channels.signal_scene import START, SignalScene, Watch, on_signal
from tests.fake_signal import ANA, BEA, THROTTLED
from tests.services.scene import HELLO, notice
from tests.waiting import until

EVA = Address("telegram", "7")


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[SignalScene]:
    """Run the bot with one woman on Telegram, two on Signal, all in one group."""
    async with on_signal(tmp_path) as running:
        running.clock.set(START + timedelta(days=1))
        await running.asks(ANA, "hi")
        await running.asks(BEA, "hi")
        await running.join(Address("signal", ANA), Address("signal", BEA), EVA)
        yield running


async def test_telegram_goes_on_while_signal_is_throttled_and_reminders_wait(
    scene: SignalScene, caplog: pytest.LogCaptureFixture
) -> None:
    scene.signal.refuse["*"] = THROTTLED
    await scene.announce(notice(kind=NoticeKind.REMINDER))
    await scene.arrive(sent=1, pending=2)
    assert HELLO in scene.chats.phone(EVA).messages.values()
    await scene.dispatcher.receive(scene.chats.phone(EVA).types("menu"))
    assert any("What do you need?" in text for text in scene.chats.phone(EVA).messages.values())
    lines = [line for line in caplog.messages if "submitRateLimitChallenge" in line]
    assert len(lines) == 1
    assert "a1b2c3" in lines[0]
    assert ANA not in caplog.text


async def test_what_waits_is_sent_when_the_captcha_is_solved_and_an_answer_passes(scene: SignalScene) -> None:
    scene.signal.refuse["*"] = THROTTLED
    await scene.announce(notice(kind=NoticeKind.REMINDER))
    await scene.arrive(sent=1, pending=2)
    scene.signal.refuse.clear()
    scene.watch.now += 61
    assert "number" in await scene.asks(ANA, "something")
    scene.clock.set(START + timedelta(days=1, minutes=6))
    await scene.arrive(sent=3)


async def test_what_is_too_late_by_then_is_dropped(scene: SignalScene) -> None:
    scene.signal.refuse["*"] = THROTTLED
    await scene.announce(notice(kind=NoticeKind.REMINDER))
    await scene.arrive(sent=1, pending=2)
    scene.clock.set(START + timedelta(days=3))
    await scene.arrive(sent=1, late=2)


async def test_answers_are_tried_while_what_we_send_first_is_not() -> None:
    throttle = Throttle(Watch())
    throttle.refused(ThrottledError(86400.0))
    throttle.check(0)
    for rank in (1, 2):
        with pytest.raises(SendError) as caught:
            throttle.check(rank)
        assert caught.value.retryable
        assert caught.value.after == 300.0


async def test_it_ends_after_the_time_that_signal_gave_or_with_a_message_that_passes_a_minute_later() -> None:
    for later, passes in ((86401.0, False), (61.0, True)):
        watch = Watch()
        throttle = Throttle(watch)
        throttle.refused(ThrottledError(86400.0))
        throttle.passed()
        with pytest.raises(SendError):
            throttle.check(1)
        watch.now += later
        if passes:
            throttle.passed()
        throttle.check(1)


async def test_the_operator_is_told_once_an_hour(caplog: pytest.LogCaptureFixture) -> None:
    watch = Watch()
    throttle = Throttle(watch)
    for _ in range(10):
        throttle.refused(ThrottledError(0.0))
    assert len(caplog.messages) == 1
    watch.now += 3601
    throttle.refused(ThrottledError(0.0))
    assert len(caplog.messages) == 2


async def test_what_waits_for_its_turn_on_signal_takes_no_room_from_telegram(tmp_path: Path) -> None:
    async with on_signal(tmp_path, first_rate=0.01) as scene:
        scene.clock.set(START + timedelta(days=1))
        people = [Address("signal", f"3f2b1c9e-0000-4000-8000-{number:012}") for number in range(250)]
        others = [Address("telegram", str(number)) for number in range(30)]
        await scene.join(*people, *others)
        await scene.announce(notice())
        await until(lambda: sum(bool(scene.chats.phone(each).messages) for each in others) == len(others))
        assert len(scene.outbox._flights) < 20
