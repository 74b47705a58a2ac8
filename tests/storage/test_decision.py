"""Ballots: one a person while a question is open, and nobody's once it is closed."""

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.core.contact import Contact
from bot.core.decision import decide
from bot.core.house import Answered, Change, GroupState, House, Role, Settled, Staff, meeting_subject, question_subject
from bot.core.message import Address
from bot.core.question import About, Question, Result
from bot.core.terms import Terms
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.storage.example import ANA, HOUR, KEY, NOW, read, search, write

MUSA, RAVAL = "porto-musa", "raval"
CLOSES = NOW + timedelta(hours=1)
ASKED = Question("q", About.FREE, {"pt": "Onde?"}, {"pt": ("Aqui", "Ali")}, int(CLOSES.timestamp()), 3)
SUBJECT = question_subject(MUSA, "q")


@dataclass(frozen=True)
class Step:
    """What a step changed."""

    changes: tuple[Change, ...]


def women(number: int) -> list[Address]:
    """Return so many people."""
    return [Address("telegram", str(each)) for each in range(number)]


async def joins(store: Store, address: Address, *groups: str) -> None:
    """Make her a member of these groups, and of no others."""
    memberships = {group: Terms() for group in groups}
    await write(store, address, Contact("en", seen=HOUR).with_memberships(memberships, str(address)))


async def does(store: Store, address: Address, *changes: Change) -> None:
    """Let a step of hers change something beside her record."""
    await store.step(address, lambda contact, _: (contact, Step(changes)))


async def sees(store: Store, address: Address) -> House:
    """Return what a step of hers finds."""
    return await store.step(address, lambda contact, house: (contact, house))


async def ask(store: Store, group: str = MUSA, question: Question = ASKED) -> None:
    """Put a question to a group."""
    await does(store, ANA, Settled(group, GroupState(questions=(question,))))


async def ballots(store: Store) -> list[tuple[bytes, bytes, bytes]]:
    """Return the rows of answers as they lie there."""
    return await store._database.run(lambda connection: connection.execute("SELECT * FROM answer").fetchall())


async def close(store: Store, later: timedelta = timedelta(hours=1)) -> bool:
    """Let the tick of a minute come."""
    return await store.decide(partial(decide, now=NOW + later))


async def question(store: Store) -> Question:
    """Return the question as it stands."""
    (found,) = (await sees(store, ANA)).state(MUSA).questions
    return found


async def test_each_has_one_answer_and_changing_it_counts_once(store: Store) -> None:
    await ask(store)
    for address in women(7):
        await joins(store, address, MUSA)
        await does(store, address, Answered(SUBJECT, "1"))
        await does(store, address, Answered(SUBJECT, "0"))
        await does(store, address, Answered(SUBJECT, "0"))
    assert len(await ballots(store)) == 7
    assert await close(store)
    closed = await question(store)
    assert (closed.result, closed.chosen, closed.counts) == (Result.CHOSEN, 0, (7, -1))


async def test_before_its_time_nothing_closes_and_nobody_is_told_a_number(store: Store) -> None:
    await ask(store)
    for address in women(5):
        await joins(store, address, MUSA)
        await does(store, address, Answered(SUBJECT, "0"))
    assert not await close(store, timedelta(minutes=59))
    assert not (await question(store)).is_closed
    house = await sees(store, ANA)
    assert "5" not in str(house.state(MUSA).to_dict()["questions"][0]["counts"])


async def test_after_it_closed_no_row_ties_anybody_to_an_answer_and_no_byte_is_left(store: Store, path: Path) -> None:
    await ask(store)
    people = women(6)
    for number, address in enumerate(people):
        await joins(store, address, MUSA)
        await does(store, address, Answered(SUBJECT, str(number % 2)))
    rows = await ballots(store)
    pieces = [piece for subject, _, sealed in rows for piece in (subject, sealed[:24], sealed[100:124], sealed[-24:])]
    await store._database.run(lambda connection: connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall())
    assert search(path.parent, pieces)
    await close(store)
    assert await ballots(store) == []
    assert search(path.parent, pieces) == []
    for address in people:
        assert (await sees(store, address)).own == {}
        assert "choice" not in (await read(store, address)).answers


async def test_the_result_is_told_once_to_the_group(store: Store) -> None:
    await ask(store)
    for _ in range(3):
        await close(store)
    notices = await store._database.run(
        lambda connection: [each.notice for each in store._notices.under_way(connection)]
    )
    assert [(notice.kind.value, notice.groups, notice.question) for notice in notices] == [("result", (MUSA,), "q")]


async def test_who_leaves_the_group_takes_her_answer_along(store: Store) -> None:
    await ask(store)
    people = women(4)
    for address in people:
        await joins(store, address, MUSA, RAVAL)
        await does(store, address, Answered(SUBJECT, "0"), Answered(question_subject(RAVAL, "q"), "0"))
    await joins(store, people[0], RAVAL)
    assert list((await sees(store, people[0])).own) == [question_subject(RAVAL, "q")]
    await close(store)
    assert (await question(store)).result is Result.CHOSEN
    assert (await question(store)).counts == (-1, -1)


@pytest.mark.parametrize("way", ["leaves", "is forgotten", "has been silent for half a year"])
async def test_whoever_is_gone_has_no_answer(store: Store, way: str) -> None:
    await ask(store)
    people = women(3)
    for address in people:
        await joins(store, address, MUSA)
        await does(store, address, Answered(SUBJECT, "0"))
    if way == "leaves":
        await joins(store, people[0])
    elif way == "is forgotten":
        await write(store, people[0], Contact())
    else:
        await store.purge(NOW + timedelta(days=180))
    await close(store)
    assert (await question(store)).result is Result.TOO_FEW


async def test_an_answer_that_was_tampered_with_counts_for_nothing_and_stops_nothing(store: Store) -> None:
    await ask(store)
    for address in women(4):
        await joins(store, address, MUSA)
        await does(store, address, Answered(SUBJECT, "0"))
    await store._database.commit_together(
        lambda connection: (
            connection.execute(
                "UPDATE answer SET sealed = zeroblob(541) WHERE contact = (SELECT min(contact) FROM answer)"
            ).rowcount
        )
    )
    assert await close(store)
    assert (await question(store)).result is Result.CHOSEN


async def test_a_ballot_cannot_be_moved_to_another_person_or_question(store: Store) -> None:
    await ask(store)
    for address in women(3):
        await joins(store, address, MUSA)
    await does(store, women(1)[0], Answered(SUBJECT, "0"))
    other = Vault(KEY).pseudonym(women(2)[1])
    await store._database.commit_together(
        lambda connection: connection.execute("UPDATE answer SET contact = ?", (other,)).rowcount
    )
    assert (await sees(store, women(2)[1])).own == {}


async def test_a_state_that_was_tampered_with_is_none_and_stops_nobody(store: Store) -> None:
    await ask(store)
    await ask(store, RAVAL)
    key = Vault(KEY).index("group", MUSA)
    await store._database.commit_together(
        lambda connection: connection.execute("UPDATE plan SET sealed = zeroblob(541) WHERE key = ?", (key,)).rowcount
    )
    assert set((await sees(store, ANA)).groups) == {RAVAL}


async def test_staff_are_told_numbers_of_their_own_groups_only(store: Store) -> None:
    people, subject = women(3), meeting_subject(MUSA, "2026-11-25")
    for address in people:
        await joins(store, address, MUSA)
        await does(store, address, Answered(subject, "yes"), Answered(SUBJECT, "0"))
    for groups, tallies, members in (((MUSA,), {subject: {"yes": 3}}, 3), ((RAVAL,), {}, 0), ((), {}, 0)):
        eva = Address("telegram", f"eva {groups}")
        code = await store.staff.invite(Role.MODERATOR, groups, NOW)
        await store.staff.redeem(code, eva, NOW)
        answers = {"group": MUSA, "meeting": "2026-11-25", "question": "q"}
        await write(store, eva, Contact("en", answers=answers, seen=HOUR))
        house = await sees(store, eva)
        assert isinstance(house.staff, Staff)
        assert house.tallies == tallies
        assert house.members == members


async def test_a_woman_is_told_no_number_at_all(store: Store) -> None:
    await joins(store, ANA, MUSA)
    await does(store, ANA, Answered(meeting_subject(MUSA, "2026-11-25"), "yes"))
    await store.step(ANA, lambda contact, _: (contact, None))
    house = await sees(store, ANA)
    assert (house.tallies, house.audience, house.members, house.notices) == ({}, {}, 0, ())
