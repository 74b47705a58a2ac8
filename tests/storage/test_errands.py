"""What waits of an errand goes when she says so, and what was counted is summed without the week that goes on."""

from datetime import date, timedelta

import pytest

from bot.core.calls import Calls
from bot.core.conversation import WITHDRAWN
from bot.core.house import Blocked, Change, Posted, Resigned, Talked, Unasked
from bot.core.letter import Letter, LetterKind
from bot.core.monitoring import MANY, WEEKS, week
from bot.storage.store import Store
from tests.storage.example import ANA, EVA, HOUR, NOW
from tests.storage.talks import PAULA, change, claim, hire, house, rows, said, settle, talk

LATER = NOW + timedelta(days=2)
MONDAY = date(2026, 11, 23)


def asking(conversation: str = "c1") -> Letter:
    """Return what asks her in two days."""
    until = int((LATER + timedelta(days=2)).timestamp())
    return Letter(str(ANA), LetterKind.FOLLOW_UP, conversation, due_at=int(LATER.timestamp()), until_at=until)


async def test_what_asks_her_comes_when_it_is_due_though_all_else_is_over(store: Store) -> None:
    await hire(store, PAULA)
    await change(store, Talked(talk(ANA, PAULA)), Posted(asking()))
    await change(store, Talked(talk(ANA, PAULA).ended(HOUR)))
    assert await claim(store) == []
    assert (await house(store, ANA)).is_asked_later, "she can read that"
    assert not (await house(store, EVA)).is_asked_later
    (parcel,) = await claim(store, LATER)
    assert parcel.letter.kind is LetterKind.FOLLOW_UP


@pytest.mark.parametrize("word", [Unasked(), Resigned()])
async def test_after_stop_or_forget_me_nothing_asks_her(store: Store, word: Change) -> None:
    await change(store, Talked(talk(ANA, PAULA).ended(HOUR)), Posted(asking()), by=ANA)
    await change(store, word, by=ANA)
    assert await rows(store) == 0


async def test_nothing_asks_who_is_blocked_and_she_reads_that_it_has_ended(store: Store) -> None:
    ended = Letter(str(ANA), LetterKind.ENDED, "c1")
    await change(store, Talked(talk(ANA, PAULA)), Posted(asking()))
    await change(store, Talked(talk(ANA, PAULA).ended(HOUR)), Posted(ended), Blocked(str(ANA)), by=PAULA)
    assert [each.letter.kind for each in await claim(store, LATER)] == [LetterKind.ENDED]
    assert await rows(store) == 1


async def test_stop_of_another_woman_leaves_hers(store: Store) -> None:
    await change(store, Posted(asking()))
    await change(store, Unasked(), by=EVA)
    assert await rows(store) == 1


async def test_a_yes_taken_back_drops_what_waits_and_takes_back_what_is_in_the_air(store: Store) -> None:
    await hire(store, PAULA)
    await change(store, Talked(talk(ANA, PAULA)), Posted(said(PAULA, "in the air")), Posted(said(PAULA, "waits")))
    await change(store, Posted(asking()))
    in_the_air = await claim(store)
    await change(store, Talked(talk(ANA, PAULA).ended(HOUR).changed(topic=WITHDRAWN)))
    assert await rows(store) == 0
    unwanted = await settle(store, "sent", in_the_air, handles=("9",))
    assert [each.handles for each in unwanted] == [("9",)]


async def test_a_yes_taken_back_stops_nothing_that_takes_something_away(store: Store) -> None:
    await hire(store, PAULA)
    away = Letter(str(PAULA), LetterKind.TAKEN_BACK, "c1", replaces=("9",))
    await change(store, Talked(talk(ANA, PAULA)), Posted(away))
    await change(store, Talked(talk(ANA, PAULA).ended(HOUR).changed(topic=WITHDRAWN)))
    assert [each.letter.kind for each in await claim(store)] == [LetterKind.TAKEN_BACK]


async def test_what_was_said_of_a_service_is_summed_over_full_weeks_and_never_below_five(store: Store) -> None:
    for number in range(MANY):
        await store.count("visit house refused", MONDAY - timedelta(weeks=number + 1))
        await store.count("monitor house safe yes", MONDAY)
        await store.count("visit other refused", MONDAY - timedelta(weeks=WEEKS + 1))
    assert (await store.received(MONDAY))["house"].outcomes == {"refused": MANY}
    assert (await store.received(MONDAY))["house"].answers == {}
    assert "other" not in await store.received(MONDAY)
    assert (await store.received(MONDAY + timedelta(weeks=1)))["house"].answers == {("safe", "yes"): MANY}


async def test_where_many_were_not_received_well_is_known_since_the_week_from_which_on_there_were_so_many(
    store: Store,
) -> None:
    said = ("visit house refused", "visit house badly_treated", "visit house helped", "visit other helped")
    for kind in said:
        for number in range(4):
            await store.count(kind, MONDAY - timedelta(weeks=number))
    assert await store.doubted(MONDAY) == {"house": week(MONDAY - timedelta(weeks=3))}
    said = await store.step(ANA, lambda contact, found: (contact, dict(found.doubts(MONDAY))))
    assert said == await store.doubted(MONDAY), "so the card says it"
    assert await store.doubted(MONDAY + timedelta(weeks=1)) == {"house": week(MONDAY - timedelta(weeks=2))}
    assert await store.doubted(MONDAY - timedelta(weeks=1)) == {}
    assert await store.doubted(MONDAY + timedelta(weeks=WEEKS)) == {}


async def test_what_a_line_was_called_for_is_summed_over_full_weeks_and_never_below_five(store: Store) -> None:
    for number in range(MANY):
        await store.count("talk porto-peers low", MONDAY - timedelta(weeks=number + 1))
        await store.count("talk porto-peers nobody", MONDAY)
        await store.count("talk other violence", MONDAY - timedelta(weeks=WEEKS + 1))
    assert await store.called(MONDAY) == {"porto-peers": Calls({"low": MANY})}
    later = (await store.called(MONDAY + timedelta(weeks=1)))["porto-peers"]
    assert later == Calls({"low": MANY}, nobody=MANY)
