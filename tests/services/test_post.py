"""Letters on their way: in order, beside answers, through any weather, and never to who has left."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest

from bot.channels.base import SendError, Shown
from bot.clock import Clock
from bot.core.contact import Contact
from bot.core.conversation import ConversationState
from bot.core.engine import Turn
from bot.core.house import Posted, Recalled, Resigned, Talked
from bot.core.letter import Letter, LetterKind
from bot.core.message import Address, Outgoing, Screen
from bot.services.dispatcher import Dispatcher
from bot.services.line import OUT_AFTER
from bot.services.miss import FIRST_PAUSE, MANY_GONE, MOST_TRIES
from bot.services.post import Post
from bot.services.turns import Queue
from bot.storage.letterbox import Sort
from bot.storage.store import Store, StoreProblem
from tests.conversations.phone import Phone
from tests.services.chats import Chats, busy
from tests.services.conftest import START
from tests.sleeper import Sleeper
from tests.storage.example import read
from tests.storage.talks import change, hire, rows, said, states, talk, write


async def sorting(_now: datetime) -> Sort:
    """Return what lets letters say what somebody wrote."""
    return write


class Scene:
    """Two women, one who answers, and the post between them."""

    def __init__(self, store: Store, post: Post, dispatcher: Dispatcher, chats: Chats, clock: Clock) -> None:
        """Begin with nobody."""
        self.store, self.post, self.dispatcher, self.chats, self.clock = store, post, dispatcher, chats, clock

    def phone(self, number: str) -> Phone:
        """Return the phone of somebody."""
        return self.chats.phone(Address("telegram", number))

    async def write(self, *letters: Letter) -> None:
        """Write letters in one step."""
        await change(self.store, *map(Posted, letters))
        self.post.wake()

    def later(self, after: timedelta) -> None:
        """Set the clock."""
        self.clock.set(self.clock.now() + after)
        self.post.wake()

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(10):
            while not holds():
                await rows(self.store)

    async def empty(self) -> None:
        """Wait until every letter is settled."""
        async with asyncio.timeout(10):
            while await rows(self.store):
                pass

    async def are(self, *wanted: str) -> None:
        """Wait until the letters are in these states."""
        async with asyncio.timeout(10):
            while await states(self.store) != list(wanted):
                pass

    def texts(self, number: str) -> list[str]:
        """Return what stands in a chat."""
        return list(self.phone(number).messages.values())


def to(number: str, text: str = "hello", **parts: object) -> Letter:
    """Return something that is said to somebody."""
    return said(Address("telegram", number), text, **parts)


@pytest.fixture
def post(store: Store, dispatcher: Dispatcher, clock: Clock, sleeper: Sleeper) -> Post:
    """Return the post, which has not begun."""
    is_talking = dispatcher.is_talking
    return Post(
        store, dispatcher.channels, clock.now, sorting, is_talking=is_talking, sleep=sleeper, random=lambda: 0.5
    )


@pytest.fixture
async def scene(store: Store, post: Post, dispatcher: Dispatcher, chats: Chats, clock: Clock) -> AsyncIterator[Scene]:
    """Yield the post at work, beside the dispatcher."""
    dispatcher.post = post
    post.start()
    yield Scene(store, post, dispatcher, chats, clock)
    await post.finish(5)


class TestSending:
    """In good weather."""

    async def test_letters_arrive_at_once_and_in_order_as_messages_of_the_conversation(self, scene: Scene) -> None:
        await scene.write(*(to("1", f"{number}") for number in range(9)), to("2", "other"))
        await scene.empty()
        assert scene.texts("1") == [f"{number}" for number in range(9)]
        assert scene.texts("2") == ["other"]
        assert {(each.rank, each.replaces) for each in scene.chats.shown} == {(0, ())}
        assert [each.id for each in (await read(scene.store, Address("telegram", "2"))).handles] == ["1"]

    async def test_one_whose_chat_hangs_holds_up_nobody_else(self, scene: Scene) -> None:
        scene.chats.gates[Address("telegram", "1")] = asyncio.Event()
        await scene.write(to("1", "a"), to("1", "b"), *(to(f"{number}") for number in range(2, 60)))
        await scene.until(lambda: len(scene.chats.shown) == 58)
        scene.chats.gates[Address("telegram", "1")].set()
        await scene.empty()
        assert scene.texts("1") == ["a", "b"]

    async def test_a_letter_waits_until_its_reader_has_her_answer(self, scene: Scene) -> None:
        ana = scene.phone("1")
        gate = scene.chats.gates[ana.address] = asyncio.Event()
        answering = asyncio.create_task(scene.dispatcher.receive(ana.types("/start en")))
        await scene.until(lambda: scene.dispatcher.is_talking(ana.address))
        await scene.write(to("1", "somebody is here"), to("2"))
        await scene.until(lambda: scene.texts("2"))
        assert scene.chats.shown[0].to != ana.address
        gate.set()
        await answering
        await scene.empty()
        assert [each.screen.texts[0] for each in scene.chats.shown if each.to == ana.address][-1] == "somebody is here"

    async def test_who_is_answered_for_ever_gets_her_letters_all_the_same(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.services.post.COURTESY", 0.01)
        monkeypatch.setattr(scene.post, "_is_talking", lambda _: True)
        await scene.write(to("1"))
        await scene.empty()
        assert scene.texts("1") == ["hello"]

    async def test_what_was_changed_is_edited_in_its_place_and_what_was_taken_back_goes(self, scene: Scene) -> None:
        await scene.write(to("1", "first"), to("1", "second"))
        await scene.empty()
        one, two = scene.phone("1").messages
        await scene.write(to("1", "better", kind=LetterKind.CHANGED, replaces=(one,)))
        await scene.write(to("1", kind=LetterKind.TAKEN_BACK, replaces=(two,)))
        await scene.empty()
        assert scene.phone("1").messages == {one: "better"}
        assert [each.id for each in (await read(scene.store, Address("telegram", "1"))).handles] == [one]

    async def test_what_goes_along_is_brought_over_before_it_is_shown(self, scene: Scene, post: Post) -> None:
        carried: list[str] = []

        async def carry(screen: Screen, channel: str) -> Screen:
            carried.append(channel)
            return Screen((f"{screen.texts[0]}, carried",))

        post._carry = carry
        await scene.write(to("1"))
        await scene.empty()
        assert (carried, scene.texts("1")) == (["telegram"], ["hello, carried"])

    async def test_what_is_for_later_comes_later(self, scene: Scene) -> None:
        await scene.write(to("1", due_at=int(START.timestamp()) + 60), to("1", "now"))
        await scene.until(lambda: scene.texts("1"))
        scene.later(timedelta(minutes=1))
        await scene.empty()
        assert scene.texts("1") == ["now", "hello"]

    async def test_a_step_that_writes_a_letter_wakes_the_post(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def answer(_library: object, contact: Contact, *_: object) -> Turn:
            return Turn(contact, None, changes=(Posted(to("2", "from one")),))

        monkeypatch.setattr("bot.services.post.TICK", 60.0)
        await scene.until(lambda: scene.post._tasks)
        monkeypatch.setattr("bot.services.dispatcher.respond", answer)
        await scene.dispatcher.receive(scene.phone("1").types("hello"))
        await scene.empty()
        assert scene.texts("2") == ["from one"]


class TestFailures:
    """When the platform does not take a letter."""

    async def test_it_is_tried_again_later_before_what_follows_it(self, scene: Scene) -> None:
        scene.chats.failures.append(busy())
        await scene.write(to("1", "a"), to("1", "b"))
        await scene.are("held", "pending")
        assert scene.texts("1") == []
        scene.later(FIRST_PAUSE)
        await scene.empty()
        assert scene.texts("1") == ["a", "b"]

    async def test_a_pause_that_the_platform_asks_for_is_kept_and_counts_as_no_failure(self, scene: Scene) -> None:
        scene.chats.failures.append(busy(30.0))
        await scene.write(to("1"))
        await scene.are("held")
        scene.later(timedelta(seconds=29))
        assert await states(scene.store) == ["held"]
        scene.later(timedelta(seconds=1))
        await scene.empty()

    async def test_an_outage_loses_nothing_and_is_held_against_nobody(self, scene: Scene) -> None:
        show, is_out = scene.chats.show, True

        async def fail(outgoing: Outgoing) -> Shown:
            if is_out:
                raise busy()
            return await show(outgoing)

        scene.chats.show = fail  # type: ignore[method-assign]  # the platform is out
        await scene.write(*(to(f"{number}", f"{each}") for each in range(3) for number in range(OUT_AFTER + 5)))
        line = scene.post._line("telegram")
        await scene.until(lambda: line.is_out)
        for _ in range(MOST_TRIES + 2):
            line._shut_until = 0.0
            scene.later(timedelta(minutes=20))
            await scene.until(lambda: not line.in_air and not scene.post._landed)
        is_out, line._shut_until = False, 0.0
        scene.later(timedelta(minutes=20))
        await scene.empty()
        assert {tuple(scene.texts(f"{number}")) for number in range(OUT_AFTER + 5)} == {("0", "1", "2")}

    async def test_who_wrote_what_the_platform_refuses_is_told(self, scene: Scene) -> None:
        await hire(scene.store, Address("telegram", "2"))
        await change(scene.store, Talked(talk(Address("telegram", "1"), Address("telegram", "2"))))
        scene.chats.failures.extend([SendError("refused"), RuntimeError("a bug")])
        await scene.write(to("2"))
        await scene.are("held")
        scene.later(FIRST_PAUSE)
        await scene.empty()
        assert (scene.texts("1"), scene.texts("2")) == (["not_delivered"], [])

    async def test_who_blocked_us_ends_the_conversation_and_the_other_is_told(self, scene: Scene) -> None:
        await hire(scene.store, Address("telegram", "2"))
        await change(scene.store, Talked(talk(Address("telegram", "1"), Address("telegram", "2"))))
        scene.chats.failures.append(SendError("blocked", gone=True))
        await scene.write(to("1"))
        await scene.empty()
        assert scene.texts("2") == ["ended"]

    async def test_many_gone_in_a_row_end_nothing(self, scene: Scene) -> None:
        await hire(scene.store, Address("telegram", "2"))
        await change(scene.store, Talked(talk(Address("telegram", "1"), Address("telegram", "2"))))
        scene.post._line("telegram").gone = MANY_GONE
        scene.chats.failures.append(SendError("blocked", gone=True))
        await scene.write(to("1"))
        await scene.empty()
        assert scene.texts("2") == ["not_delivered"]

    async def test_a_channel_that_is_not_running_keeps_its_letters(self, scene: Scene) -> None:
        await scene.write(said(Address("signal", "5f0c9b1e")), to("1"))
        await scene.are("held")
        assert scene.texts("1") == ["hello"]

    async def test_a_disk_that_is_full_for_a_moment_loses_nothing_and_doubles_nothing(
        self, scene: Scene, monkeypatch: pytest.MonkeyPatch, sleeper: Sleeper
    ) -> None:
        settle, failures = scene.store.letters.settle, [StoreProblem("full"), StoreProblem("full")]

        async def fail(*what: object) -> object:
            if failures:
                raise failures.pop()
            return await settle(*what)  # type: ignore[arg-type]  # as it was called

        monkeypatch.setattr(scene.store.letters, "settle", fail)
        await scene.write(to("1", "a"), to("1", "b"))
        await scene.empty()
        assert scene.texts("1") == ["a", "b"]
        assert sleeper.naps


class TestLeaving:
    """When its reader leaves."""

    async def test_what_is_in_the_air_to_who_is_forgotten_is_taken_back(self, scene: Scene) -> None:
        ana = scene.phone("1")
        gate = scene.chats.gates[ana.address] = asyncio.Event()
        await change(scene.store, Talked(talk(ana.address, Address("telegram", "2"))))
        await scene.write(to("1", "a"), to("1", "b"))
        await scene.until(lambda: gate._waiters)
        await change(scene.store, Resigned(), by=ana.address)
        scene.post.left(ana.address)
        gate.set()
        await scene.until(lambda: scene.chats.erased)
        assert scene.texts("1") == []
        assert not await read(scene.store, ana.address)

    async def test_what_follows_something_that_is_taken_back_in_the_air_arrives_all_the_same(
        self, scene: Scene, dispatcher: Dispatcher
    ) -> None:
        ana = scene.phone("1").address
        gate = scene.chats.gates[ana] = asyncio.Event()
        await change(scene.store, Talked(talk(ana, Address("telegram", "2"))))
        await scene.write(to("1", "a", of="telegram:2", handle="a"))
        await scene.until(lambda: gate._waiters)
        entered = dispatcher._queues[ana] = Queue()  # she is being answered
        await change(scene.store, Recalled("c1", "telegram:2", "a"))
        await scene.write(to("1", "b", handle="b"))
        await scene.are("sending")
        gate.set()
        await scene.until(lambda: scene.chats.erased)
        dispatcher._queues.pop(ana, entered)
        scene.post.answered(ana)
        await scene.empty()
        assert scene.texts("1") == ["b"]

    async def test_what_waits_for_the_answer_of_who_leaves_is_not_sent(self, scene: Scene) -> None:
        ana = scene.phone("1")
        await scene.dispatcher.receive(ana.types("/start en"))
        gate = scene.chats.gates[ana.address] = asyncio.Event()
        ended = talk(ana.address, state=ConversationState.ENDED)
        leaving = asyncio.create_task(scene.dispatcher.receive(ana.types("exit")))
        await scene.until(lambda: scene.dispatcher.is_talking(ana.address))
        await change(scene.store, Talked(ended))
        await scene.write(to("1", "are you there?"))
        gate.set()
        await leaving
        await scene.until(lambda: not scene.dispatcher.is_talking(ana.address))
        assert "are you there?" not in scene.texts("1")


class TestStop:
    """When the program stops and starts."""

    async def test_what_is_on_its_way_may_land_and_the_rest_waits_for_the_next_start(
        self, store: Store, post: Post, dispatcher: Dispatcher, chats: Chats, clock: Clock
    ) -> None:
        scene = Scene(store, post, dispatcher, chats, clock)
        gate = chats.gates[Address("telegram", "1")] = asyncio.Event()
        post.start()
        await scene.write(to("1", "a"), to("1", "b"))
        await scene.until(lambda: gate._waiters)
        finishing = asyncio.create_task(post.finish(5))
        gate.set()
        await finishing
        assert await states(store) == ["pending"]
        again = Post(store, dispatcher.channels, clock.now, sorting)
        again.start()
        await scene.empty()
        await again.finish(5)
        assert scene.texts("1") == ["a", "b"]

    async def test_what_does_not_land_in_time_is_sent_again(
        self, store: Store, post: Post, dispatcher: Dispatcher, chats: Chats, clock: Clock
    ) -> None:
        scene = Scene(store, post, dispatcher, chats, clock)
        gate = chats.gates[Address("telegram", "1")] = asyncio.Event()
        post.start()
        await scene.write(to("1", "a"), to("1", "b"))
        await scene.until(lambda: gate._waiters)
        await post.finish(0.01)
        assert await states(store) == ["sending", "pending"]
        gate.set()
        again = Post(store, dispatcher.channels, clock.now, sorting)
        again.start()
        await scene.empty()
        await again.finish(5)
        assert scene.texts("1") == ["a", "b"]
