"""What we send first: everybody once, in her turn, and nobody who has left."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from bot.channels.base import SendError, Shown
from bot.clock import Clock
from bot.core.contact import Contact
from bot.core.message import Address, Outgoing
from bot.core.notice import NoticeKind
from bot.services import outbox as module
from bot.services.dispatcher import Dispatcher
from bot.services.line import OUT_AFTER
from bot.services.miss import FIRST_PAUSE, MANY_GONE, MOST_TRIES
from bot.services.outbox import Outbox
from bot.services.pace import Pace
from bot.storage.database import StoreProblem
from bot.storage.outbox import ABSENT_FOR, Room
from bot.storage.store import Store
from tests.services.chats import Chats, busy
from tests.services.scene import START, Scene, judge, judging, notice
from tests.sleeper import Sleeper
from tests.storage.example import read
from tests.storage.test_notices import stages, states


@pytest.fixture
def outbox(store: Store, dispatcher: Dispatcher, clock: Clock, sleeper: Sleeper) -> Outbox:
    """Return an outbox that has not begun to send."""
    channels, is_talking = dispatcher.channels, dispatcher.is_talking
    return Outbox(store, channels, clock.now, judging, is_talking=is_talking, sleep=sleeper, random=lambda: 0.5)


@pytest.fixture
async def scene(
    store: Store, outbox: Outbox, dispatcher: Dispatcher, clock: Clock, chats: Chats
) -> AsyncIterator[Scene]:
    """Yield an outbox that sends, beside the dispatcher."""
    dispatcher.outbox = outbox
    outbox.start()
    yield Scene(store, outbox, dispatcher, chats, clock)
    await outbox.finish(5)


class TestSending:
    """In good weather."""

    async def test_a_notice_reaches_every_member_once_as_a_new_message_of_its_rank(self, scene: Scene) -> None:
        await scene.join(scene.ana, scene.eva)
        await scene.announce()
        await scene.arrive(sent=2)
        assert {outgoing.to for outgoing in scene.chats.shown} == {scene.ana.address, scene.eva.address}
        assert {(outgoing.replaces, outgoing.rank) for outgoing in scene.chats.shown} == {((), 2)}
        assert {handle.id for handle in (await read(scene.store, scene.ana.address)).handles} == set(scene.ana.messages)

    async def test_a_notice_that_has_reached_everybody_ends(self, scene: Scene) -> None:
        await scene.join(scene.ana)
        await scene.announce()
        await scene.arrive(sent=1)
        await scene.end("ended")

    async def test_reminders_go_first_and_two_to_one_woman_one_after_the_other(self, scene: Scene) -> None:
        await scene.join(scene.ana)
        await scene.announce(notice("See you all?"), notice("See you today?", NoticeKind.REMINDER))
        await scene.arrive(sent=1, pending=1)
        scene.later(timedelta(seconds=2))
        await scene.arrive(sent=2)
        assert scene.ranks() == [1, 2]

    async def test_a_channel_that_is_not_running_leaves_its_deliveries_where_they_are(self, scene: Scene) -> None:
        await scene.join(scene.chats.phone(Address("signal", "5f0c9b1e")))
        await scene.announce()
        async with asyncio.timeout(10):
            while await scene.due_at() != [START + ABSENT_FOR]:
                pass
        assert await states(scene.store) == {"pending": 1}
        assert scene.chats.shown == []


class TestFailures:
    """When the platform does not take a delivery."""

    async def test_a_failure_is_tried_again_later_and_nobody_else_waits(self, scene: Scene) -> None:
        await scene.join(scene.ana, scene.eva)
        scene.chats.failures.append(busy())
        await scene.announce()
        await scene.tried(1)
        await scene.arrive(sent=1, pending=1)
        assert (await scene.due_at())[-1] == START + FIRST_PAUSE
        scene.later(FIRST_PAUSE)
        await scene.arrive(sent=2)
        assert len(scene.texts(scene.ana)) == len(scene.texts(scene.eva)) == 1

    async def test_who_fails_always_is_given_up_while_others_are_reached(self, scene: Scene) -> None:
        show = scene.chats.show

        async def fail_for_ana(outgoing: Outgoing) -> Shown:
            if outgoing.to == scene.ana.address:
                raise busy()
            return await show(outgoing)

        scene.chats.show = fail_for_ana  # type: ignore[method-assign]  # the platform is not well for one chat
        await scene.join(scene.ana)
        await scene.join(scene.eva, group="gaia")
        await scene.announce()
        for number in range(1, MOST_TRIES):
            await scene.tried(number)
            await scene.announce(notice(group="gaia"))
            await scene.arrive(pending=1, sent=number)
            scene.later(timedelta(hours=number))
        await scene.arrive(failed=1, sent=MOST_TRIES - 1)

    async def test_what_is_refused_is_tried_once_more_and_then_given_up(self, scene: Scene) -> None:
        await scene.join(scene.ana)
        scene.chats.failures.extend([SendError("refused"), RuntimeError("a bug")])
        await scene.announce()
        await scene.tried(1)
        scene.later(timedelta(minutes=1))
        await scene.arrive(failed=1)
        assert await scene.is_member(scene.ana)

    async def test_a_platform_that_is_down_counts_against_nobody(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.services.line.LONGEST_OUTAGE_PAUSE", 0.001)
        phones = [scene.chats.phone(Address("telegram", str(number))) for number in range(12)]
        await scene.join(*phones)
        scene.chats.failures.extend(busy() for _ in range(MOST_TRIES * len(phones)))
        await scene.announce()
        passed = timedelta()
        async with asyncio.timeout(30):
            while (await states(scene.store)).get("sent") != len(phones):
                passed += timedelta(seconds=10)
                scene.later(passed)
        assert await scene.tries() < OUT_AFTER
        assert [len(scene.texts(phone)) for phone in phones] == [1] * len(phones)

    async def test_being_asked_to_wait_is_no_failure(self, scene: Scene) -> None:
        await scene.join(scene.ana)
        scene.chats.failures.append(busy(after=40.0))
        await scene.announce()
        async with asyncio.timeout(10):
            while await scene.due_at() != [START + timedelta(seconds=40)]:
                pass
        assert await scene.tries() == 0

    async def test_who_blocked_us_is_a_member_no_more_and_nobody_else_is_touched(self, scene: Scene) -> None:
        await scene.join(scene.ana, scene.eva)
        scene.chats.failures.append(SendError("blocked", gone=True))
        await scene.announce()
        await scene.arrive(gone=1, sent=1)
        assert sorted([await scene.is_member(scene.ana), await scene.is_member(scene.eva)]) == [False, True]

    async def test_so_many_gone_in_a_row_are_no_reason_to_remove_more(self, scene: Scene) -> None:
        phones = [scene.chats.phone(Address("telegram", str(number))) for number in range(MANY_GONE + 5)]
        await scene.join(*phones)
        scene.chats.failures.extend(SendError("chat not found", gone=True) for _ in phones)
        await scene.announce()
        await scene.arrive(gone=MANY_GONE, failed=5)
        assert [await scene.is_member(phone) for phone in phones].count(True) == 5

    async def test_a_full_disk_forgets_nothing_that_was_sent(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        genuine, failures = scene.store.outbox.settle, [StoreProblem("full"), StoreProblem("full")]

        async def settle(*args: Any) -> Any:
            if failures:
                raise failures.pop()
            return await genuine(*args)

        monkeypatch.setattr(scene.store.outbox, "settle", settle)
        await scene.join(scene.ana, scene.eva)
        await scene.announce()
        await scene.arrive(sent=2)
        assert failures == []
        assert len(scene.chats.shown) == 2


class TestStopping:
    """When the program ends, in order or not."""

    async def test_what_was_in_the_air_when_it_died_is_made_again(
        self, store: Store, outbox: Outbox, dispatcher: Dispatcher, chats: Chats, clock: Clock
    ) -> None:
        scene = Scene(store, outbox, dispatcher, chats, clock)
        await scene.join(scene.ana)
        await scene.announce()
        await store.outbox.open_due(START)
        await store.outbox.claim(START, Room(1, {2: 1}, {("telegram", 2): START}), judge)
        assert await states(store) == {"sending": 1}
        outbox.start()
        await scene.arrive(sent=1)
        await outbox.finish(5)
        assert len(chats.shown) == 1

    async def test_a_stop_lets_land_what_is_in_the_air_and_leaves_the_rest(self, scene: Scene) -> None:
        await scene.join(scene.ana)
        stall = scene.stall()
        await scene.announce()
        await stall.reached()
        await scene.join(scene.eva)
        stopping = asyncio.create_task(scene.outbox.finish(5))
        await scene.announce()
        stall.end()
        await stopping
        assert await states(scene.store) == {"sent": 1}
        assert await stages(scene.store) == ["due", "sending"]

    async def test_a_stop_does_not_wait_for_ever_and_what_is_in_doubt_is_made_again(self, scene: Scene) -> None:
        await scene.join(scene.ana)
        stall = scene.stall()
        await scene.announce()
        await stall.reached()
        await scene.outbox.finish(0.01)
        assert await states(scene.store) == {"sending": 1}
        assert await scene.store.outbox.recover(START) == 1


class TestConversation:
    """When she writes meanwhile."""

    async def test_nothing_is_sent_first_to_a_woman_who_is_being_answered(self, scene: Scene) -> None:
        gate = scene.chats.gates[scene.ana.address]
        await scene.join(scene.ana)
        gate.clear()
        answering = asyncio.create_task(scene.dispatcher.receive(scene.ana.types("overdose")))
        await scene.until(lambda: scene.dispatcher.is_talking(scene.ana.address))
        await scene.announce()
        async with asyncio.timeout(10):
            while await scene.due_at() != [START + timedelta(seconds=1)]:
                pass
        gate.set()
        await answering
        scene.later(timedelta(seconds=2))
        await scene.arrive(sent=1)
        assert scene.ranks() == [0, 2]

    async def test_an_answer_waits_a_moment_for_a_delivery_that_is_on_its_way_to_her(self, scene: Scene) -> None:
        await scene.join(scene.ana)
        stall = scene.stall()
        await scene.announce()
        await stall.reached()
        answering = asyncio.create_task(scene.dispatcher.receive(scene.ana.types("overdose")))
        await scene.until(lambda: scene.dispatcher.is_talking(scene.ana.address))
        stall.end()
        await answering
        await scene.arrive(sent=1)
        assert scene.ranks() == [2, 0]

    async def test_an_answer_does_not_wait_for_a_delivery_that_is_stuck(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "COURTESY", 0.01)
        await scene.join(scene.ana)
        stall = scene.stall()
        await scene.announce()
        await stall.reached()
        await scene.dispatcher.receive(scene.ana.types("overdose"))
        assert scene.ranks() == [0]
        stall.end()
        await scene.arrive(sent=1)

    async def test_what_waits_for_its_turn_gives_way_and_comes_after_the_answer(self, scene: Scene) -> None:
        pace, show = Pace(1), scene.chats.show

        async def paced(outgoing: Outgoing) -> Shown:
            async with pace.turn(outgoing.to.id, outgoing.rank):
                return await show(outgoing)

        scene.chats.show = paced  # type: ignore[method-assign]  # as the real channel does
        scene.outbox.pace("telegram", pace)
        async with pace.turn("somebody", 0):
            await scene.join(scene.ana)
            await scene.announce()
            await scene.until(lambda: pace._waiting)
            answering = asyncio.create_task(scene.dispatcher.receive(scene.ana.types("overdose")))
            await scene.arrive(pending=1)
        await answering
        assert scene.ranks() == [0]
        scene.later(timedelta(seconds=5))
        await scene.arrive(sent=1)
        assert scene.ranks() == [0, 2]

    @pytest.mark.parametrize("word", ["exit", "forget me"])
    async def test_what_reaches_a_chat_that_she_has_just_wiped_is_taken_back(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch, word: str
    ) -> None:
        monkeypatch.setattr(module, "COURTESY", 0.01)
        await scene.dispatcher.receive(scene.ana.types("/start en"))
        await scene.join(scene.ana)
        stall = scene.stall()
        await scene.announce()
        await stall.reached()
        await scene.dispatcher.receive(scene.ana.types(word))
        wiped = len(scene.chats.erased)
        stall.end()
        await scene.until(lambda: len(scene.chats.erased) > wiped)
        assert wiped == 1
        assert scene.texts(scene.ana) == []

    async def test_after_stop_what_was_in_the_air_stays_and_nothing_follows(self, scene: Scene) -> None:
        await scene.dispatcher.receive(scene.ana.types("/start en"))
        await scene.join(scene.ana)
        await scene.announce(notice(), notice("See you never?"))
        await scene.arrive(sent=1, pending=1)
        await scene.dispatcher.receive(scene.ana.types("stop"))
        scene.later(timedelta(seconds=5))
        await scene.arrive(sent=1, left=1)
        assert len(scene.texts(scene.ana)) == 1
        assert scene.chats.erased == []

    async def test_a_platform_that_is_busy_is_asked_again_to_take_a_message_back(
        self, scene: Scene, sleeper: Sleeper
    ) -> None:
        await scene.join(scene.ana)
        stall = scene.stall()
        await scene.announce()
        await stall.reached()
        await scene.store.step(scene.ana.address, lambda *_: (Contact(), None))
        erase, failures = scene.chats.erase, [busy(), busy(after=3.0)]

        async def slow(to: Address, handles: tuple[str, ...]) -> None:
            if failures:
                raise failures.pop()
            await erase(to, handles)

        scene.chats.erase = slow  # type: ignore[method-assign]  # the platform is busy
        stall.end()
        await scene.until(lambda: scene.chats.erased)
        assert scene.texts(scene.ana) == []
        assert [nap for nap in sleeper.naps if nap > module.BREATH] == [3.0, 2.0]
