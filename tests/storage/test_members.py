"""Rows of members follow the records, for notices find their readers there, and go with them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.contact import MEMBERSHIP_KEPT, STILL_ASKED, Contact
from bot.core.diary import Tended
from bot.core.house import (
    Announced,
    Answered,
    GroupState,
    House,
    Proposal,
    Role,
    Settled,
    Wrote,
    meeting_subject,
    question_subject,
)
from bot.core.message import Address, Screen, fold
from bot.core.notice import Notice, NoticeKind
from bot.core.terms import Terms
from bot.core.verdict import Drop, Judge, Send, Wait
from bot.storage.outbox import Delivery, Outcome, Room
from bot.storage.store import Store
from tests.storage.example import ANA, EVA, HOUR, NOW, read, read_all, search, write

GROUP, OTHER = "circle", "other"
LATER = NOW + timedelta(days=1)
OPEN = {(channel, rank): NOW - timedelta(days=999) for channel in ("telegram", "signal") for rank in (1, 2)}
EVERYTHING = Room(99, {1: 99, 2: 99}, OPEN)


def member(address: Address = ANA, *groups: str, seen: int = HOUR, language: str = "pt") -> Contact:
    """Return a member of some groups."""
    return Contact(language, seen=seen).with_memberships({each: Terms() for each in groups or (GROUP,)}, str(address))


def notice(*groups: str, key: str = "one", kind: NoticeKind = NoticeKind.REMINDER) -> Notice:
    """Return a notice that is due now and of use for a day."""
    return Notice(kind, groups or (GROUP,), int(NOW.timestamp()), int(LATER.timestamp()), key=key)


def send(contact: Contact, _house: House, _notice: Notice) -> Send:
    """Send to everybody."""
    return Send(Address.parse(contact.address), Screen(("hello",)))


def wait(*_: object) -> Wait:
    """Let everybody write first."""
    return Wait()


async def query(store: Store, text: str) -> list[Any]:
    """Ask the database."""
    return await store._database.run(lambda connection: connection.execute(text).fetchall())


async def count(store: Store, table: str) -> int:
    """Count the rows of a table."""
    return int((await query(store, f"SELECT count(*) FROM {table}"))[0][0])  # noqa: S608 - names of our own tables


async def states(store: Store) -> list[tuple[str, int]]:
    """Return states and ranks of all deliveries."""
    return [(state, rank) for state, rank in await query(store, "SELECT state, rank FROM delivery ORDER BY state")]


async def take(store: Store, address: Address, *changes: object) -> None:
    """Take a step of somebody's that changes something beside her record."""
    turn = type("Turn", (), {"changes": changes})()
    await store.step(address, lambda contact, _: (contact, turn))


async def claim(store: Store, at: datetime = NOW, judge: Judge = send) -> list[Delivery]:
    """Take in hand what is due."""
    await store.outbox.open_due(at)
    return await store.outbox.claim(at, EVERYTHING, judge)


async def readers(store: Store, at: datetime = NOW, judge: Judge = send) -> list[Address]:
    """Take in hand what is due, and return for whom it is."""
    return [each.to for each in await claim(store, at, judge)]


async def test_a_notice_reaches_the_members_of_its_groups_once_each(store: Store) -> None:
    await write(store, ANA, member(ANA, GROUP, OTHER))
    await write(store, EVA, member(EVA, OTHER))
    await write(store, Address("telegram", "3"), Contact("pt", seen=HOUR))
    await store.outbox.announce(notice(GROUP, OTHER))
    assert sorted(map(str, await readers(store))) == sorted(map(str, (ANA, EVA)))
    assert await readers(store) == []


async def test_who_leaves_or_changes_her_groups_is_found_where_she_is_now(store: Store) -> None:
    await write(store, ANA, member(ANA, GROUP))
    await write(store, EVA, member(EVA, GROUP, OTHER))
    await write(store, ANA, member(ANA, OTHER))
    await write(store, EVA, Contact("pt", "porto", seen=HOUR))
    await store.outbox.announce(notice(GROUP))
    assert await readers(store) == []
    await store.outbox.announce(notice(OTHER, key="two"))
    assert await readers(store) == [ANA]


async def test_an_audience_is_counted_by_the_language_that_each_speaks_now(path: Path, vault: Any) -> None:
    async with Store.open(path, vault, languages=lambda: ("pt", "es")) as store:
        await write(store, ANA, member(ANA))
        await write(store, EVA, member(EVA))
        await write(store, EVA, replace(member(EVA), language="es"))
        counted = await store._database.run(lambda connection: store._houses.audience(connection, (GROUP, OTHER)))
    assert counted == {"pt": 1, "es": 1}


async def answers(store: Store, address: Address) -> Mapping[str, str]:
    """Return what somebody has answered, as her next step finds it."""
    found: list[House] = []

    def act(contact: Contact, house: House) -> tuple[Contact, None]:
        found.append(house)
        return contact, None

    await store.step(address, act)
    return found[0].own


MEETING, OVER = meeting_subject(GROUP, "2026-11-25"), meeting_subject(GROUP, "2026-11-18")
ELSEWHERE = meeting_subject(OTHER, "2026-11-25")


async def test_an_answer_is_changed_and_taken_back(store: Store) -> None:
    await write(store, ANA, member())
    await take(store, ANA, Answered(MEETING, "yes"))
    await take(store, ANA, Answered(MEETING, "no"))
    assert await answers(store, ANA) == {MEETING: "no"}
    await take(store, ANA, Answered(MEETING, ""))
    assert await count(store, "answer") == 0


async def test_leaving_one_group_takes_the_answers_of_that_one(store: Store) -> None:
    await write(store, ANA, member(ANA, GROUP, OTHER))
    await take(store, ANA, *(Answered(each, "yes") for each in (MEETING, ELSEWHERE, question_subject(GROUP, "q"))))
    await write(store, ANA, member(ANA, OTHER))
    assert await answers(store, ANA) == {ELSEWHERE: "yes"}
    assert await count(store, "answer") == 1


async def test_leaving_all_takes_what_is_on_its_way_too(store: Store) -> None:
    await write(store, ANA, member())
    await take(store, ANA, Answered(MEETING, "yes"))
    await store.outbox.announce(notice())
    await store.outbox.open_due(NOW)
    await store.outbox.announce(notice(key="two"))
    assert await readers(store, judge=wait) == []
    await write(store, ANA, Contact("pt", "porto", seen=HOUR))
    assert [await count(store, table) for table in ("member", "answer")] == [0, 0]
    assert {state for state, _ in await states(store)} == {"left"}


@pytest.mark.parametrize("gone", [Contact(), Contact(seen=HOUR)])
async def test_forgetting_leaves_no_row_and_no_byte_of_her_pseudonym(store: Store, path: Path, gone: Contact) -> None:
    await write(store, ANA, member())
    await write(store, EVA, member(EVA))
    await take(store, ANA, Answered(MEETING, "yes"))
    await take(store, EVA, Answered(MEETING, "yes"))
    await store.outbox.announce(notice())
    deliveries = await claim(store)
    await store.outbox.settle([Outcome(each, "sent", ("9",)) for each in deliveries], NOW)
    key = store._vault.pseudonym(ANA)
    await store.scrub()
    assert search(path.parent, [key])
    await write(store, ANA, gone)
    await store.scrub()
    assert search(path.parent, [key]) == []
    assert [await count(store, table) for table in ("member", "answer", "contact")] == [1, 1, 1]
    assert await states(store) == [("sent", 1), ("sent", 1)], "how many there were is no secret"


async def test_what_is_kept_about_groups_tells_nothing_without_the_key(store: Store, path: Path) -> None:
    await write(store, ANA, member(ANA, "circle-of-ana"))
    await take(store, ANA, Answered(meeting_subject("circle-of-ana", "one"), "she comes"))
    state = GroupState(agenda=(Proposal("one", "rooms for the winter"),))
    await store.tend(lambda _: Tended((Settled("circle-of-ana", state), Announced(notice("circle-of-ana")))))
    everything = b"\0".join(read_all(path.parent).values())
    for secret in ("circle-of-ana", "she comes", "rooms for the winter", "telegram:", ANA.id):
        assert secret.encode() not in everything


async def test_what_waits_for_her_goes_before_all_else_once_she_wrote(store: Store) -> None:
    await write(store, ANA, member())
    await write(store, EVA, member(EVA))
    await store.outbox.announce(notice())
    assert await readers(store, judge=wait) == []
    assert await states(store) == [("waiting", 1), ("waiting", 1)]
    await take(store, ANA, Wrote())
    assert await states(store) == [("pending", 0), ("waiting", 1)]
    told: list[bool] = []

    def judge(contact: Contact, house: House, note: Notice) -> Send:
        told.append(house.has_written)
        return send(contact, house, note)

    assert await readers(store, judge=judge) == [ANA]
    assert told == [True]


async def test_what_still_waits_after_that_is_set_free_by_her_next_message(store: Store) -> None:
    await write(store, ANA, member())
    await store.outbox.announce(notice())
    for _ in range(3):
        assert await readers(store, judge=wait) == []
        await take(store, ANA, Wrote())
    assert await readers(store) == [ANA]


async def test_what_waits_goes_when_it_is_of_no_more_use(store: Store) -> None:
    await write(store, ANA, member())
    await store.outbox.announce(notice())
    await readers(store, judge=wait)
    assert [each.key for each in await store.outbox.end(LATER)] == ["one"]
    assert await states(store) == [("late", 1)]


SILENT = NOW + STILL_ASKED
ENDED = NOW + MEMBERSHIP_KEPT


@pytest.mark.parametrize(("ago", "is_asked"), [(timedelta(hours=1), False), (timedelta(), True)])
async def test_the_question_comes_at_its_hour_and_not_before(store: Store, ago: timedelta, *, is_asked: bool) -> None:
    await write(store, ANA, member())
    await store.purge(SILENT - ago)
    assert (await read(store, ANA)).is_asked is is_asked
    assert await readers(store, SILENT - ago) == ([ANA] if is_asked else [])


async def test_the_silent_are_asked_once_however_often_we_look(store: Store) -> None:
    await write(store, ANA, member())
    asked = []
    for day in range(15):
        at = SILENT + timedelta(days=day)
        await store.purge(at)
        deliveries = await claim(store, at)
        asked += deliveries
        # What was sent is kept for a wipe, and goes again: that is no reason to ask once more.
        await store.outbox.settle([Outcome(each, "sent", (str(day),)) for each in deliveries], at)
    assert [each.notice.kind for each in asked] == [NoticeKind.STILL]
    assert await count(store, "member") == 0


async def test_two_who_fall_silent_on_one_day_are_both_asked_and_nobody_else(store: Store) -> None:
    await write(store, ANA, member())
    await write(store, EVA, member(EVA, seen=HOUR + 1))
    await write(store, Address("telegram", "3"), member(Address("telegram", "3"), seen=HOUR + 48))
    await store.purge(SILENT)
    assert await readers(store, SILENT) == [ANA]
    await store.outbox.end(SILENT)
    await store.purge(SILENT + timedelta(hours=1))
    assert await readers(store, SILENT + timedelta(hours=1)) == [EVA]
    assert await count(store, "notice") == 1


async def test_who_wrote_again_is_asked_again_after_the_next_silence(store: Store) -> None:
    await write(store, ANA, member())
    await store.purge(SILENT)
    assert await readers(store, SILENT) == [ANA]
    await write(store, ANA, member(seen=fold(SILENT)))
    again = SILENT + STILL_ASKED
    await store.purge(again)
    assert await readers(store, again) == [ANA]


async def test_at_180_days_membership_ends_by_itself_with_all_its_rows(store: Store, path: Path) -> None:
    await write(store, ANA, member())
    await take(store, ANA, Answered(MEETING, "yes"))
    await store.purge(SILENT)
    await store.outbox.open_due(SILENT)
    await store.purge(ENDED - timedelta(hours=1))
    assert await count(store, "member") == 1
    await store.purge(ENDED)
    assert [await count(store, each) for each in ("member", "answer", "contact")] == [0, 0, 0]
    assert await states(store) == [("left", 1)]
    assert search(path.parent, [store._vault.pseudonym(ANA)]) == []


async def test_who_was_silent_while_the_machine_was_off_is_not_asked_any_more(store: Store) -> None:
    await write(store, ANA, member())
    await store.purge(ENDED + timedelta(days=3))
    assert await readers(store, ENDED + timedelta(days=3)) == []
    assert not await read(store, ANA)


def act(*changes: Any, subjects: Iterable[str] | None = None) -> Callable[[Mapping[str, GroupState]], Tended]:
    """Return a look at the calendar that leads to this."""
    return lambda _: Tended(changes, frozenset(subjects) if subjects is not None else None)


async def test_a_look_at_the_calendar_writes_all_that_it_leads_to(store: Store) -> None:
    seen: list[Mapping[str, GroupState]] = []
    state = GroupState(agenda=(Proposal("one", "tea"),))
    await store.tend(act(Settled(GROUP, state), Announced(notice())))
    await store.tend(lambda states: (seen.append(states), Tended())[1])
    assert seen == [{GROUP: state}]
    assert await count(store, "notice") == 1


async def test_answers_to_what_is_over_go_and_others_stay(store: Store) -> None:
    await write(store, ANA, member(ANA, GROUP, OTHER))
    await write(store, EVA, member(EVA))
    for address in (ANA, EVA):
        await take(store, address, Answered(MEETING, "yes"), Answered(OVER, "no"))
    await store.tend(act())
    assert await count(store, "answer") == 4
    await store.tend(act(subjects=[MEETING, ELSEWHERE]))
    assert await answers(store, ANA) == await answers(store, EVA) == {MEETING: "yes"}


async def test_notices_and_invitations_are_erased_when_their_time_is_over(store: Store) -> None:
    await write(store, ANA, member())
    await store.outbox.announce(notice())
    await readers(store, judge=lambda *_: Drop("late"))
    code = await store.staff.invite(Role.MODERATOR, (GROUP,), NOW)
    await store.purge(LATER + timedelta(days=14, hours=-1))
    assert await count(store, "notice") == 1
    assert await count(store, "invitation") == 0
    await store.purge(LATER + timedelta(days=14))
    assert [await count(store, each) for each in ("notice", "delivery")] == [0, 0]
    assert not await store.staff.redeem(code, ANA, LATER)


async def test_a_notice_with_the_key_of_another_is_the_same(store: Store) -> None:
    assert await store.outbox.announce(notice())
    assert not await store.outbox.announce(notice())
    assert await store.outbox.announce(notice(key="two"))


async def test_who_is_not_silent_is_not_asked_when_something_else_of_hers_expires(store: Store) -> None:
    await write(store, ANA, replace(member(), city="porto").with_handles(("1",), NOW))
    for days in (2, 30, 165):
        await store.purge(NOW + timedelta(days=days))
        assert await readers(store, NOW + timedelta(days=days)) == []
    assert (await read(store, ANA)).memberships
