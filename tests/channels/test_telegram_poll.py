"""When updates are fetched and served, and when they are confirmed."""

import asyncio
import logging
from typing import Any

import pytest

from bot.channels.base import SendError
from bot.channels.telegram import Telegram
from bot.channels.telegram_poll import Poll, Window
from bot.core.message import Kind
from tests.channels.conftest import Desk, running
from tests.channels.test_telegram_update import GROUP, GROUP_ID, PLANTED, member, parts, planted
from tests.fake_bot_api import FakeBotApi, Fault
from tests.sleeper import Sleeper

ANA, BEA = 7, 8


async def test_one_chat_in_order_and_others_meanwhile(telegram: Telegram, api: FakeBotApi, desk: Desk) -> None:
    """What Ana says next waits for what she said before; Bea does not wait for Ana."""
    gate = desk.hold(ANA)
    api.say(ANA, "first")
    api.say(ANA, "second")
    api.say(BEA, "hello")
    async with running(telegram, desk):
        await desk.until(lambda: desk.texts() == ["hello"])
        assert [incoming.text for incoming in desk.begun] == ["first", "hello"]
        gate.set()
        await desk.until(lambda: desk.texts() == ["hello", "first", "second"])


async def test_an_update_is_confirmed_only_after_it_is_settled(telegram: Telegram, api: FakeBotApi, desk: Desk) -> None:
    """While one is open, neither it nor a later one is confirmed, and what comes again is not served again."""
    gate = desk.hold(ANA)
    first = api.say(ANA, "slow")
    last = api.say(BEA, "fast")
    async with running(telegram, desk):
        await desk.until(lambda: desk.texts() == ["fast"])
        polls = api.updates.polls
        await api.until(lambda: api.updates.polls >= polls + 3)
        assert api.confirmed < first
        assert [incoming.text for incoming in desk.begun] == ["slow", "fast"]
        gate.set()
        await api.until(lambda: api.confirmed == last)
    assert desk.texts() == ["fast", "slow"]


async def test_a_stop_finishes_what_is_in_hand_and_acknowledges_it(
    telegram: Telegram, api: FakeBotApi, desk: Desk
) -> None:
    """SIGTERM: the open update is settled, then confirmed by one last poll that waits for nothing."""
    gate = desk.hold(ANA)
    number = api.say(ANA, "hello")
    async with running(telegram, desk) as task:
        await desk.until(lambda: bool(desk.begun))
        task.cancel()
        await asyncio.sleep(0)
        assert api.confirmed < number
        gate.set()
    assert desk.texts() == ["hello"]
    assert api.confirmed == number
    assert {name: api.calls[-1].payload[name] for name in ("offset", "timeout", "limit")} == {
        "offset": number + 1,
        "timeout": 0,
        "limit": 1,
    }


async def test_what_waits_behind_an_open_update_is_left_for_the_next_start(
    telegram: Telegram, api: FakeBotApi, desk: Desk
) -> None:
    """A stop begins nothing new and confirms nothing that was not begun."""
    gate = desk.hold(ANA)
    first = api.say(ANA, "first")
    api.say(ANA, "second")
    async with running(telegram, desk) as task:
        await desk.until(lambda: bool(desk.begun))
        task.cancel()
        await asyncio.sleep(0)
        gate.set()
    assert (desk.texts(), api.confirmed) == (["first"], first)
    async with running(telegram, desk):
        await desk.until(lambda: desk.texts() == ["first", "second"])


async def test_a_stop_does_not_wait_for_ever() -> None:
    """What does not settle in time is given up, unconfirmed."""
    offsets: list[int] = []
    begun = asyncio.Event()

    async def fetch(offset: int, wait: int) -> list[Any]:
        offsets.append(offset)
        return [{"update_id": 5}] if wait else []

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    poll = Poll(fetch, lambda _: ("7", hang), wait=50, sleep=asyncio.sleep, random=lambda: 0.5, patience=0.001)
    task = asyncio.create_task(poll.run())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert offsets[-1] == 5


async def test_open_updates_make_no_hot_loop() -> None:
    """A platform that repeats what is in hand at once is not asked again at once."""
    polls = 0

    async def fetch(_offset: int, wait: int) -> list[Any]:
        nonlocal polls
        polls += 1
        return [{"update_id": 5}] if wait else []

    async def hang() -> None:
        await asyncio.Event().wait()

    poll = Poll(fetch, lambda _: ("7", hang), wait=50, sleep=asyncio.sleep, random=lambda: 0.5, patience=0.001)
    task = asyncio.create_task(poll.run())
    for _ in range(1000):
        await asyncio.sleep(0)
    assert polls < 100
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_more_than_one_batch_is_served_and_nothing_stays_behind(
    telegram: Telegram, api: FakeBotApi, desk: Desk
) -> None:
    """Hundreds of waiting updates are served, confirmed, and leave no chain in memory."""
    last = [api.say(chat, f"{chat} {turn}") for turn in range(3) for chat in range(1, 101)][-1]
    async with running(telegram, desk):
        await api.until(lambda: api.confirmed == last)
    assert len(desk.settled) == len({incoming.id for incoming in desk.settled}) == 300
    assert [text for text in desk.texts() if text.startswith("9 ")] == ["9 0", "9 1", "9 2"]


async def test_chains_of_idle_chats_are_dropped() -> None:
    """Memory does not grow with everybody who ever wrote."""
    idle = asyncio.Event()

    async def fetch(offset: int, wait: int) -> list[Any]:
        if not offset:
            return [{"update_id": number} for number in range(1, 50)]
        idle.set()
        if wait:
            await asyncio.Event().wait()
        return []

    async def settle() -> None:
        await asyncio.sleep(0)

    poll = Poll(
        fetch, lambda update: (str(update["update_id"]), settle), wait=50, sleep=asyncio.sleep, random=lambda: 0.5
    )
    task = asyncio.create_task(poll.run())
    await idle.wait()
    assert (poll._chains, poll._tasks) == ({}, set())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_webhook_of_another_program_is_removed_first(telegram: Telegram, api: FakeBotApi, desk: Desk) -> None:
    """What waits at the platform is kept."""
    api.webhook = "https://example.org/"
    api.say(ANA, "hello")
    async with running(telegram, desk):
        await desk.until(lambda: desk.texts() == ["hello"])
    assert [call.method for call in api.calls[:2]] == ["deleteWebhook", "getUpdates"]
    assert api.calls[0].payload == {"drop_pending_updates": False}
    assert set(api.calls[1].payload["allowed_updates"]) == {
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
    }


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500),
        Fault(502, html="<html>bad gateway</html>"),
        Fault(200, html="<html>log in to the hotel</html>"),
        Fault(409, "Conflict: terminated by other getUpdates request"),
        Fault(429, retry_after=3),
        Fault(400, "Bad Request: out of sorts"),
        Fault(drop=True),
    ],
)
async def test_a_platform_that_fails_is_asked_again(
    telegram: Telegram, api: FakeBotApi, desk: Desk, sleeper: Sleeper, fault: Fault
) -> None:
    """With growing pauses, or as long as the platform asks for."""
    left = iter(range(3))
    api.fault = lambda method, _: fault if method == "getUpdates" and next(left, None) is not None else None
    api.say(ANA, "hello")
    async with running(telegram, desk):
        await desk.until(lambda: desk.texts() == ["hello"])
    assert sleeper.naps == ([3.0, 3.0, 3.0] if fault.retry_after else [0.375, 0.75, 1.5])


async def test_a_wrong_token_ends_the_run(api: FakeBotApi, desk: Desk) -> None:
    """No patience helps: the program says so instead of waiting."""
    telegram = Telegram("4321:wrong", api_url=api.url)
    with pytest.raises(SendError, match="token") as caught:
        await telegram.run(desk)
    assert not caught.value.retryable
    assert "wrong" not in str(caught.value)


async def test_an_update_that_makes_no_sense_is_skipped_and_counted(
    telegram: Telegram, api: FakeBotApi, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """It is confirmed like the others, and the log has its type only."""
    api.push({"message": {"chat": {"id": 7, "type": "private", "first_name": PLANTED}, "text": PLANTED}})
    last = api.say(ANA, "hello")
    with caplog.at_level(logging.DEBUG):
        async with running(telegram, desk):
            await api.until(lambda: api.confirmed == last)
    assert (desk.texts(), telegram.unreadable) == (["hello"], 1)
    assert "telegram update unreadable: message (1 so far)" in caplog.text
    assert PLANTED not in caplog.text


async def test_a_bug_above_neither_stalls_nor_tells(
    telegram: Telegram, api: FakeBotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of the receiver is logged by its type, and the update is over."""

    async def fail(_incoming: object) -> None:
        raise KeyError(PLANTED)

    last = api.say(ANA, "hello")
    with caplog.at_level(logging.DEBUG):
        task = asyncio.create_task(telegram.run(fail))
        await api.until(lambda: api.confirmed == last)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert "telegram update failed: KeyError" in caplog.text
    assert PLANTED not in caplog.text


async def test_in_a_group_it_says_why_and_leaves(telegram: Telegram, api: FakeBotApi, desk: Desk) -> None:
    """One line in the language of who added it, and nothing reaches the engine."""
    api.push({name: value for name, value in member(GROUP, "member").items() if name != "update_id"})
    async with running(telegram, desk):
        await api.until(lambda: api.chats[GROUP_ID].left)
    assert [call.payload["text"] for call in api.called("sendMessage")] == ["only in private (pt-br)"]
    assert desk.begun == []


async def test_a_group_that_it_may_not_write_in_is_left_all_the_same(
    telegram: Telegram, api: FakeBotApi, desk: Desk
) -> None:
    """The line is a courtesy, leaving is not."""
    api.fault = lambda method, _: Fault(403, "Forbidden: need rights") if method == "sendMessage" else None
    api.push({name: value for name, value in member(GROUP, "member").items() if name != "update_id"})
    async with running(telegram, desk):
        await api.until(lambda: api.chats[GROUP_ID].left)


async def test_no_name_gets_through_to_the_engine_the_log_or_the_platform(
    telegram: Telegram, api: FakeBotApi, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """D2, through the whole channel: planted names in every update type reach neither side."""
    updates = planted()
    for update in updates:
        api.push(update)
    with caplog.at_level(logging.DEBUG):
        async with running(telegram, desk):
            await api.until(lambda: api.confirmed == updates[-1]["update_id"])
    assert {incoming.kind for incoming in desk.settled} == set(Kind) - {
        Kind.TIMER,
        Kind.AGAIN,
        Kind.LIVING,
        Kind.INVITED,
        Kind.TAKEN_BACK,  # of which the platform tells no bot
    }
    assert not [leaf for incoming in desk.settled for leaf in parts(incoming) if PLANTED in str(leaf)]
    assert not [call for call in api.calls if PLANTED in str(call.payload)]
    assert PLANTED not in caplog.text


def test_a_window_never_offers_an_open_update() -> None:
    """The offset stays at the lowest open one, whatever is settled above it."""
    window = Window()
    assert all(window.take(number) for number in (5, 6, 7))
    window.settle(6)
    assert (window.offset, window.is_open) == (5, True)
    assert not window.take(6)
    window.settle(5)
    assert window.offset == 7
    window.settle(7)
    assert (window.offset, window.is_open) == (8, False)


def test_a_window_follows_numbers_that_start_again_lower() -> None:
    """After a quiet week the platform chooses new numbers."""
    window = Window()
    window.take(900)
    window.settle(900)
    assert window.offset == 901
    assert window.take(40)
    window.settle(40)
    assert window.offset == 41
