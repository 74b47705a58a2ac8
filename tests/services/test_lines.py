"""Conversations by the clock: what is due happens once, and an empty seat ends what it held."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.core.conversation import Conversation
from bot.core.directory import Line
from bot.core.house import Change, House, Posted, Talked
from bot.core.library import Library
from bot.core.message import Address
from bot.services.lines import Lines
from bot.storage.store import Store
from tests.services.conftest import START
from tests.storage.talks import change, claim, hire, house, rows, said, talk

ANA, PAULA, RITA = (Address("telegram", number) for number in "123")


def lines(store: Store, library: Library, clock: Clock, woken: list[bool] | None = None) -> Lines:
    """Return what rings once and writes to Ana."""

    async def current() -> Library:
        return library

    def act(_library: Library, house: House, now: datetime) -> Iterator[Change]:
        for conversation in house.conversations:
            if conversation.due_at and conversation.due_at <= now.timestamp():
                yield Talked(conversation.changed(due_at=0))
                yield Posted(said(ANA, "nobody yet"))

    return Lines(store, current, clock.now, act, lambda: woken.append(True) if woken is not None else None)


async def found(store: Store) -> Conversation:
    """Return the conversation as Ana finds it."""
    (conversation,) = (await house(store, ANA)).conversations
    return conversation


async def test_what_is_due_happens_once_however_often_somebody_looks(
    store: Store, library: Library, clock: Clock
) -> None:
    woken: list[bool] = []
    tending = lines(store, library, clock, woken)
    await change(store, Talked(talk(ANA, due_at=int(START.timestamp()) + 180)))
    await tending.tick()
    assert (await rows(store), woken) == (0, [])
    clock.set(START + timedelta(minutes=3))
    await tending.tick()
    await lines(store, library, clock, woken).tick()
    assert (await rows(store), woken) == (1, [True])


async def test_with_the_role_of_who_answers_the_conversation_ends_and_the_woman_is_told(
    store: Store, library: Library, clock: Clock
) -> None:
    (staff,) = await hire(store, PAULA)
    await change(store, Talked(talk(ANA, PAULA)))
    await lines(store, library, clock).tick()
    assert (await found(store)).is_live
    await store.staff.revoke(staff.designation, START)
    await lines(store, library, clock).tick()
    assert (await house(store, ANA)).conversations == ()
    assert [(each.to, each.letter.kind.value) for each in await claim(store, START)] == [(ANA, "ended")]


async def test_a_second_one_who_answers_goes_on_alone(store: Store, library: Library, clock: Clock) -> None:
    staff = {each.address: each for each in await hire(store, PAULA, RITA)}
    await change(store, Talked(talk(ANA, PAULA, RITA)))
    await store.staff.revoke(staff[str(PAULA)].designation, START)
    await lines(store, library, clock).tick()
    assert [each.address for each in (await found(store)).seats] == [str(RITA)]
    assert await rows(store) == 0


async def test_what_a_line_that_is_known_no_more_had_open_is_due_at_once(
    store: Store, library: Library, clock: Clock
) -> None:
    await hire(store, PAULA)
    await change(store, Talked(talk(ANA, PAULA, due_at=int(START.timestamp()) + 180)))
    seen: list[str] = []
    known = [Line(id="porto-peers", name="Peers in Porto")]

    async def current() -> Library:
        return replace(library, directory=library.directory.model_copy(update={"lines": tuple(known)}))

    def act(_library: Library, house: House, _now: datetime) -> Iterator[Change]:
        seen.extend(each.id for each in house.conversations)
        return iter(())

    await Lines(store, current, clock.now, act).tick()
    assert seen == []
    known.clear()
    await Lines(store, current, clock.now, act).tick()
    assert seen == ["c1"]
