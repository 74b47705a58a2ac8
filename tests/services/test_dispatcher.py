"""One step a time for one woman, all women at once, and whatever fails, nobody is lost."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.channels.base import SendError, Shown
from bot.clock import Clock
from bot.core.contact import Contact, Handle, Position
from bot.core.house import Role
from bot.core.library import MENU, Library
from bot.core.message import Address, Incoming, Kind, fold
from bot.services import dispatcher as module
from bot.services.dispatcher import LONGEST_WAIT, PATIENCE, STORE_PAUSE, Dispatcher, remember
from bot.storage.database import StoreProblem
from bot.storage.store import Store
from tests.conversations.phone import Phone
from tests.services.chats import Chats, busy
from tests.services.conftest import START
from tests.sleeper import Sleeper
from tests.storage.example import read


async def test_when_it_returns_her_step_is_stored_and_her_screen_shown(
    dispatcher: Dispatcher, store: Store, chats: Chats, ana: Phone
) -> None:
    await dispatcher.receive(ana.types("/start en"))
    contact = await read(store, ana.address)
    assert contact.position == MENU
    assert contact.living == ana.living
    assert {handle.id for handle in contact.handles} == set(ana.messages)
    assert len(chats.shown) == 1


async def test_a_press_edits_in_place_and_says_what_to_acknowledge(
    dispatcher: Dispatcher, chats: Chats, ana: Phone
) -> None:
    await dispatcher.receive(ana.types("/start en"))
    living = ana.living
    await dispatcher.receive(ana.presses("My data and this chat"))
    assert ana.living == living
    assert chats.shown[-1].press
    assert chats.shown[-1].pressed == living[-1]


async def test_an_update_that_comes_again_shows_the_screen_again_and_is_no_step(
    dispatcher: Dispatcher, store: Store, chats: Chats, ana: Phone
) -> None:
    await dispatcher.receive(ana.types("/start en"))
    await dispatcher.receive(ana.presses("Find a service"))
    before = await read(store, ana.address)
    await dispatcher.receive(ana.again())
    assert await read(store, ana.address) == before
    assert chats.shown[-1].screen == chats.shown[-2].screen


async def test_one_woman_is_answered_in_order_and_the_others_meanwhile(
    dispatcher: Dispatcher, chats: Chats, ana: Phone, eva: Phone
) -> None:
    gate = chats.gates[ana.address]
    gate.clear()
    first = asyncio.create_task(dispatcher.receive(ana.types("/start en")))
    second = asyncio.create_task(dispatcher.receive(ana.types("overdose")))
    await dispatcher.receive(eva.types("/start en"))
    assert [outgoing.to for outgoing in chats.shown] == [eva.address]
    assert not first.done()
    assert not second.done()
    gate.set()
    await asyncio.gather(first, second)
    assert [outgoing.to for outgoing in chats.shown] == [eva.address, ana.address, ana.address]
    assert "Shout" in chats.shown[-1].screen.texts[0]


async def test_many_at_once_are_all_answered_each_in_order(dispatcher: Dispatcher, store: Store, chats: Chats) -> None:
    phones = [chats.phone(Address("telegram", str(number))) for number in range(60)]
    steps = [phone.types(text) for text in ("/start en", "find a service", "naloxone", "porto") for phone in phones]
    await asyncio.gather(*(dispatcher.receive(step) for step in steps))
    positions = {(await read(store, phone.address)).position for phone in phones}
    assert positions == {Position("find", "who")}
    assert not dispatcher._queues


async def test_an_update_that_can_be_repeated_is_confirmed_when_it_is_stored(
    dispatcher: Dispatcher, store: Store, chats: Chats, ana: Phone
) -> None:
    chats.gates[ana.address].clear()
    await dispatcher.accept(ana.types("/start en"))
    assert chats.shown == []
    assert await store.owing() == [ana.address]
    chats.gates[ana.address].set()
    await dispatcher.finish(10)
    assert len(chats.shown) == 1
    await store.flush()
    assert await store.owing() == []


async def test_leaving_is_confirmed_only_when_the_chat_is_wiped(
    dispatcher: Dispatcher, chats: Chats, ana: Phone
) -> None:
    await dispatcher.receive(ana.types("/start en"))
    await dispatcher.accept(ana.types("exit"))
    assert chats.erased
    assert len(chats.shown) == 2


async def test_who_was_owed_a_screen_when_the_program_died_gets_it_once(
    dispatcher: Dispatcher, reborn: Dispatcher, store: Store, chats: Chats, ana: Phone
) -> None:
    chats.gates[ana.address].clear()
    await dispatcher.accept(ana.types("overdose"))
    (dying,) = dispatcher._deliveries
    dying.cancel()
    await asyncio.wait([dying])
    store._settled.clear()  # what a killed program would not have noted
    chats.gates[ana.address].set()
    await reborn.resume(await store.owing())
    await reborn.resume(await store.owing())
    assert ["Shout" in outgoing.screen.texts[0] for outgoing in chats.shown] == [True]


async def test_a_platform_that_is_busy_is_tried_again_and_she_takes_one_step(
    dispatcher: Dispatcher, store: Store, chats: Chats, sleeper: Sleeper, ana: Phone
) -> None:
    chats.failures.extend([busy(), busy(after=5.0)])
    await dispatcher.receive(ana.types("/start en"))
    assert len(chats.shown) == 1
    assert len(sleeper.naps) == 2
    assert sleeper.naps[1] >= 5.0
    assert (await read(store, ana.address)).trail == ()


async def test_patience_has_an_end_and_her_next_press_shows_the_screen(
    dispatcher: Dispatcher, store: Store, chats: Chats, sleeper: Sleeper, ana: Phone
) -> None:
    chats.failures.extend([busy() for _ in range(len(PATIENCE) + 1)])
    await dispatcher.receive(ana.types("/start en"))
    assert len(sleeper.naps) == len(PATIENCE)
    assert chats.shown == []
    assert (await read(store, ana.address)).position == MENU
    await dispatcher.receive(ana.types("?"))
    assert len(chats.shown) == 1


@pytest.mark.parametrize(
    "refusal",
    [SendError("gone", gone=True), SendError("bad"), busy(after=LONGEST_WAIT + 1)],
    ids=["gone", "bad", "long"],
)
async def test_what_no_waiting_mends_is_given_up_at_once(
    dispatcher: Dispatcher, chats: Chats, sleeper: Sleeper, eva: Phone, refusal: SendError
) -> None:
    chats.failures.append(refusal)
    await dispatcher.receive(chats.phone(Address("telegram", "3")).types("/start en"))
    assert sleeper.naps == []
    await dispatcher.receive(eva.types("/start en"))
    assert [outgoing.to for outgoing in chats.shown] == [eva.address]


async def test_a_full_disk_loses_no_step_and_makes_no_second_one(
    dispatcher: Dispatcher, store: Store, sleeper: Sleeper, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine, failures = store.step, [StoreProblem("full"), StoreProblem("full")]

    async def step(*args: Any) -> Any:
        if failures:
            raise failures.pop()
        return await genuine(*args)

    await dispatcher.receive(ana.types("/start en"))
    monkeypatch.setattr(store, "step", step)
    await dispatcher.receive(ana.presses("Find a service"))
    assert sleeper.naps == [STORE_PAUSE, STORE_PAUSE]
    assert (await read(store, ana.address)).trail == (MENU,)
    assert ana.screen
    assert ana.screen.texts[0] == "What are you looking for?"


async def test_a_full_disk_forgets_no_message_that_a_wipe_must_reach(
    dispatcher: Dispatcher, store: Store, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    genuine, calls = store.step, iter(("works", "fails"))

    async def step(*args: Any) -> Any:
        if next(calls, "works") == "fails":
            raise StoreProblem("full")
        return await genuine(*args)

    monkeypatch.setattr(store, "step", step)
    await dispatcher.receive(ana.types("/start en"))
    assert {handle.id for handle in (await genuine(ana.address, lambda contact, _: (contact, contact))).handles} == set(
        ana.messages
    )


async def test_someone_whose_record_was_tampered_with_is_answered_as_a_stranger(
    dispatcher: Dispatcher, store: Store, sleeper: Sleeper, ana: Phone
) -> None:
    await dispatcher.receive(ana.types("/start en"))
    await store._database.run(
        lambda connection: connection.execute("UPDATE contact SET sealed = zeroblob(600)").fetchall()
    )
    await dispatcher.receive(ana.types("overdose"))
    assert ana.screen
    assert "Shout" in ana.screen.texts[0]
    assert sleeper.naps == []


async def test_a_bug_of_ours_is_an_apology_and_the_menu_and_the_next_step_works(
    dispatcher: Dispatcher, store: Store, library: Library, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    await dispatcher.receive(ana.types("/start pt"))
    with monkeypatch.context() as patch:
        patch.setattr(module, "respond", _fail)
        await dispatcher.receive(ana.types("overdose"))
    assert ana.screen
    assert ana.screen.texts[0].startswith(library.phrase("pt", "apology"))
    assert (await read(store, ana.address)).position == MENU
    await dispatcher.receive(ana.types("overdose"))
    assert (await read(store, ana.address)).position == Position("overdose", "start")


def _fail(*_: object) -> None:
    raise ZeroDivisionError


async def test_a_bug_of_a_channel_does_not_stop_her_next_update(
    dispatcher: Dispatcher, chats: Chats, ana: Phone
) -> None:
    chats.failures.append(RuntimeError("a bug"))
    await dispatcher.receive(ana.types("/start en"))
    await dispatcher.receive(ana.types("overdose"))
    assert len(chats.shown) == 1


async def test_a_timer_rings_once_and_not_before_its_time(
    dispatcher: Dispatcher, clock: Clock, chats: Chats, ana: Phone
) -> None:
    for text in ("overdose", "they don't wake up", "done", "not breathing", "i have naloxone"):
        await dispatcher.receive(ana.types(text))
    shown = len(chats.shown)
    clock.set(START + timedelta(minutes=1))
    await dispatcher.ring()
    assert len(chats.shown) == shown
    clock.set(START + timedelta(minutes=2, seconds=5))
    await dispatcher.ring()
    await dispatcher.ring()
    assert len(chats.shown) == shown + 1
    assert "minutes" in chats.shown[-1].screen.texts[0]


async def test_a_chat_that_is_stuck_keeps_no_other_timer_waiting(
    dispatcher: Dispatcher, clock: Clock, chats: Chats, ana: Phone, eva: Phone
) -> None:
    for phone in (ana, eva):
        for text in ("overdose", "they don't wake up", "done", "not breathing", "i have naloxone"):
            await dispatcher.receive(phone.types(text))
    chats.gates[ana.address].clear()
    clock.set(START + timedelta(minutes=2, seconds=5))

    def rang() -> list[Address]:
        return [each.to for each in chats.shown if "Two minutes" in each.screen.texts[0]]

    await dispatcher.ring()
    await chats.until(lambda: bool(rang()))
    assert rang() == [eva.address]
    chats.gates[ana.address].set()
    await chats.until(lambda: len(rang()) == 2)
    assert rang() == [eva.address, ana.address]


async def test_a_timer_of_a_channel_that_is_not_running_waits(
    dispatcher: Dispatcher, store: Store, clock: Clock, chats: Chats
) -> None:
    await dispatcher.receive(chats.phone(Address("telegram", "3")).types("overdose"))
    await dispatcher.receive(chats.phone(Address("telegram", "3")).types("they wake up"))
    clock.set(START + timedelta(hours=1))
    dispatcher.channels = {"signal": Chats("signal")}
    await dispatcher.ring()
    assert await store.due(clock.now()) == [Address("telegram", "3")]


async def test_leaving_wipes_the_chat_and_leaves_no_handle(dispatcher: Dispatcher, store: Store, ana: Phone) -> None:
    await dispatcher.receive(ana.types("/start en"))
    await dispatcher.receive(ana.types("exit"))
    contact = await read(store, ana.address)
    assert (contact.handles, contact.living) == ((), ())
    assert list(ana.messages.values()) == list(ana.screen.texts if ana.screen else ())


async def test_a_chat_that_cannot_be_wiped_does_not_keep_the_harmless_screen_from_her(
    dispatcher: Dispatcher, chats: Chats, ana: Phone
) -> None:
    await dispatcher.receive(ana.types("/start en"))
    chats.failures.append(SendError("too old"))
    await dispatcher.receive(ana.types("exit"))
    assert ana.screen
    assert ana.screen.texts == ("Have a nice day.",)


async def test_a_busy_platform_is_asked_again_to_wipe_a_chat(dispatcher: Dispatcher, chats: Chats, ana: Phone) -> None:
    await dispatcher.receive(ana.types("/start en"))
    chats.failures.append(busy())
    await dispatcher.receive(ana.types("exit"))
    assert chats.erased
    assert len(ana.messages) == 1


async def test_what_is_wrong_is_counted_without_her(dispatcher: Dispatcher, store: Store, chats: Chats) -> None:
    for number in range(5):
        phone = chats.phone(Address("telegram", str(number)))
        for text in ("metadone porto", "1", "this is wrong"):
            await dispatcher.receive(phone.types(text))
    ((week, kind, counted),) = await store.counts()
    assert (week, counted) == ("2026-W47", 5)
    assert kind.startswith("wrong:")


async def test_a_count_that_fails_does_not_keep_her_screen_from_her(
    dispatcher: Dispatcher, store: Store, ana: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def count(*_: object) -> None:
        raise StoreProblem("full")

    monkeypatch.setattr(store, "count", count)
    for text in ("metadone porto", "1", "this is wrong"):
        await dispatcher.receive(ana.types(text))
    assert ana.screen
    assert ana.screen.texts[0].startswith("Thank you")


def test_what_she_sees_is_remembered_and_what_is_gone_is_not() -> None:
    now: datetime = START
    hour = fold(now)
    contact = Contact("en", position=MENU, living=("1",), handles=(Handle("1", hour), Handle("2", hour)), seen=hour)
    kept = remember(contact, Shown(("3",), ("1",)), now)
    assert kept.living == ("3",)
    assert [handle.id for handle in kept.handles] == ["2", "3"]
    assert remember(Contact(seen=hour), Shown(("3",)), now) == Contact(seen=hour)


async def test_an_update_without_a_screen_shows_nothing(dispatcher: Dispatcher, chats: Chats, ana: Phone) -> None:
    await dispatcher.receive(Incoming(ana.address, Kind.TIMER, "timer"))
    assert chats.shown == []


async def test_who_comes_by_an_invitation_is_greeted_in_the_first_of_its_languages_that_we_speak(
    dispatcher: Dispatcher, store: Store, ana: Phone
) -> None:
    code = await store.staff.invite(Role.PEER, (), START, ("porto-peers",), ("ro", "es", "pt"))
    await dispatcher.receive(replace(ana.types(code), locale=""))
    assert (await read(store, ana.address)).language == "es"


async def test_an_invitation_leaves_who_has_a_language_hers(dispatcher: Dispatcher, store: Store, ana: Phone) -> None:
    await dispatcher.receive(ana.types("/start pt"))
    code = await store.staff.invite(Role.PEER, (), START, ("porto-peers",), ("es",))
    await dispatcher.receive(replace(ana.types(code), locale=""))
    assert (await read(store, ana.address)).language == "pt"
