import asyncio
import logging
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.core.contact import Contact, Handle, Timer
from bot.core.house import House
from bot.core.message import Address
from bot.storage.migrations import VERSION
from bot.storage.store import FEWEST_SHOWN, PURGE_BATCH, Store
from bot.storage.vault import SealError, Vault
from tests.storage.example import ANA, EVA, HOUR, NOW, at, full, read, read_all, rows, write


async def change(store: Store, sql: str, *values: object) -> None:
    await store._database.run(lambda connection: connection.execute(sql, values))


def waiting(due_at: int, address: Address, seen: int = HOUR) -> Contact:
    return replace(at(1), seen=seen, timer=Timer(due_at, "second_dose", str(address)))


def damage(path: Path) -> None:
    """Turn a page of an index into one of a table."""
    with closing(sqlite3.connect(path)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'contact_purge'"
        (page,) = connection.execute(query).fetchone()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096] = 13
    path.write_bytes(data)


class TestStep:
    """One person, read, changed and written back."""

    async def test_an_unknown_person_is_an_empty_contact(self, store: Store) -> None:
        assert await read(store, ANA) == Contact()
        assert await rows(store) == []

    async def test_everything_about_her_is_there_the_next_time_and_only_for_her(self, store: Store) -> None:
        await write(store, ANA, full("hers"))
        assert await read(store, ANA) == full("hers")
        assert await read(store, EVA) == Contact()

    async def test_everything_is_there_after_a_restart(self, path: Path, vault: Vault) -> None:
        async with Store.open(path, vault) as before:
            await write(before, ANA, full("hers"))
        async with Store.open(path, vault) as after:
            assert await read(after, ANA) == full("hers")

    async def test_the_answer_of_the_act_is_returned(self, store: Store) -> None:
        assert await store.step(ANA, lambda *_: (at(1), "answer")) == "answer"

    @pytest.mark.parametrize("nothing", [Contact(), Contact(seen=HOUR)])
    async def test_who_becomes_empty_is_deleted(self, store: Store, nothing: Contact) -> None:
        await write(store, ANA, at(1))
        await write(store, EVA, at(2))
        await write(store, ANA, nothing)
        assert len(await rows(store)) == 1
        assert await read(store, EVA) == at(2)

    async def test_what_stays_the_same_is_not_written_again(self, store: Store) -> None:
        await write(store, ANA, at(1))
        before = await rows(store)
        await write(store, ANA, at(1))
        assert await rows(store) == before

    async def test_a_row_says_when_it_is_due_and_when_it_ends(self, store: Store) -> None:
        due_at = int(NOW.timestamp()) + 61
        await write(store, ANA, waiting(due_at, ANA))
        assert [row[2:] for row in await rows(store)] == [(due_at, HOUR + 24)]
        await write(store, ANA, replace(at(1), position=None, city="porto"))
        assert [row[2:] for row in await rows(store)] == [(None, HOUR + 30 * 24)]

    async def test_steps_of_one_person_see_each_other_in_the_order_they_came(self, store: Store) -> None:
        def turn(page: int, contact: Contact, _: House) -> tuple[Contact, int]:
            return at(page), contact.position.page if contact.position else 0

        seen = await asyncio.gather(*(store.step(ANA, partial(turn, n)) for n in range(1, 151)))
        assert seen == list(range(150))
        assert await read(store, ANA) == at(150)

    async def test_an_act_that_fails_writes_nothing_and_fails_nobody_else(self, store: Store) -> None:
        await write(store, ANA, at(1))

        def fail(*_: object) -> tuple[Contact, None]:
            raise ZeroDivisionError

        others = [Address("telegram", str(number)) for number in range(20)]
        outcomes = await asyncio.gather(
            *(write(store, other, at(2)) for other in others[:10]),
            store.step(ANA, fail),
            *(write(store, other, at(2)) for other in others[10:]),
            return_exceptions=True,
        )
        assert [type(outcome) for outcome in outcomes if outcome] == [ZeroDivisionError]
        assert await read(store, ANA) == at(1)
        assert [await read(store, other) for other in others] == [at(2)] * 20

    async def test_what_cannot_be_sealed_writes_nothing(self, store: Store) -> None:
        await write(store, ANA, at(1))
        with pytest.raises(TypeError):
            await write(store, ANA, replace(at(2), answers={"name": "\ud800"}))
        assert await read(store, ANA) == at(1)

    async def test_a_caller_who_goes_away_before_her_turn_changes_nothing(self, store: Store) -> None:
        step = asyncio.create_task(write(store, ANA, at(1)))
        await asyncio.sleep(0)
        step.cancel()
        with pytest.raises(asyncio.CancelledError):
            await step
        assert await read(store, ANA) == Contact()

    async def test_nothing_of_her_is_logged_at_the_finest_level(
        self, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        await write(store, Address("telegram", "planted"), full("planted"))
        with pytest.raises(TypeError):
            await write(store, ANA, replace(full("planted"), answers={"name": "planted\ud800"}))
        await store.due(NOW + timedelta(hours=1))
        await store.count("greeting", NOW.date())
        assert "executing" in caplog.text
        assert "planted" not in caplog.text


class TestTampering:
    """A database that someone else wrote to."""

    async def test_rows_that_were_swapped_are_refused_and_left(self, store: Store) -> None:
        await write(store, ANA, at(1))
        await write(store, EVA, at(2))
        (one, hers, *_), (other, others, *_) = await rows(store)
        await change(store, "UPDATE contact SET sealed = ? WHERE key = ?", others, one)
        await change(store, "UPDATE contact SET sealed = ? WHERE key = ?", hers, other)
        before = await rows(store)
        for address in (ANA, EVA):
            with pytest.raises(SealError):
                await write(store, address, at(3))
        assert await rows(store) == before

    async def test_a_row_that_was_changed_stops_nobody_else_and_goes_when_its_time_is_over(
        self, store: Store, caplog: pytest.LogCaptureFixture
    ) -> None:
        soon = int(NOW.timestamp()) + 60
        await write(store, ANA, waiting(soon, ANA))
        await change(store, "UPDATE contact SET sealed = zeroblob(541)")
        await write(store, EVA, waiting(soon, EVA))
        outcomes = await asyncio.gather(write(store, ANA, at(3)), read(store, EVA), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [SealError, Contact]
        assert await store.due(NOW + timedelta(minutes=2)) == [EVA]
        assert [record.args for record in caplog.records] == [("contact",)]
        assert await store.purge(NOW + timedelta(hours=25)) == 2
        assert await rows(store) == []


class TestDue:
    """Timers that a screen asked for."""

    async def test_those_whose_time_has_come_are_named_earliest_first(self, store: Store) -> None:
        now = int(NOW.timestamp())
        late = Address("telegram", "3")
        await write(store, ANA, waiting(now, ANA))
        await write(store, EVA, waiting(now - 60, EVA))
        await write(store, late, waiting(now + 1, late))
        await write(store, Address("telegram", "4"), at(1))
        assert await store.due(NOW) == [EVA, ANA]

    async def test_a_timer_that_was_dropped_is_due_no_more(self, store: Store) -> None:
        await write(store, ANA, waiting(int(NOW.timestamp()), ANA))
        await write(store, ANA, at(2))
        assert await store.due(NOW + timedelta(hours=1)) == []

    async def test_a_timer_is_forgotten_with_the_position_that_it_belongs_to(self, store: Store) -> None:
        await write(store, ANA, waiting(int(NOW.timestamp()), ANA))
        assert await store.due(NOW + timedelta(hours=23)) == [ANA]
        assert await store.due(NOW + timedelta(hours=24)) == []

    async def test_the_look_for_timers_reads_no_other_rows(self, store: Store) -> None:
        plan = await store._database.run(
            lambda connection: connection.execute(
                "EXPLAIN QUERY PLAN SELECT key, sealed FROM contact WHERE due_at <= ? ORDER BY due_at", (0,)
            ).fetchall()
        )
        assert [row[3] for row in plan] == ["SEARCH contact USING INDEX contact_due (due_at<?)"]


class TestPurge:
    """What ends by itself."""

    async def test_each_part_goes_in_its_own_hour(self, store: Store) -> None:
        whole = replace(full("hers"), handles=(Handle("1", HOUR - 2), Handle("2", HOUR)))
        await write(store, ANA, whole)
        for hours, touched in ((0, 0), (23, 0), (24, 1), (45, 0), (46, 1), (47, 0), (48, 1), (719, 0), (720, 1)):
            now = NOW + timedelta(hours=hours)
            assert await store.purge(now) == touched, hours
            assert await read(store, ANA) == (Contact() if hours == 720 else whole.forget_expired(now)), hours
        assert await rows(store) == []

    async def test_more_than_one_batch_is_purged_and_the_others_stay(self, store: Store) -> None:
        old = replace(at(1), seen=HOUR - 30)
        gone = [Address("telegram", str(number)) for number in range(PURGE_BATCH + 3)]
        await asyncio.gather(*(write(store, address, old) for address in gone), write(store, EVA, at(1)))
        assert await store.purge(NOW) == len(gone)
        assert len(await rows(store)) == 1
        assert await store.purge(NOW) == 0

    async def test_counts_go_after_two_years(self, store: Store) -> None:
        for _ in range(FEWEST_SHOWN):
            await store.count("greeting", date(2024, 11, 10))
            await store.count("greeting", date(2024, 11, 24))
        await store.purge(NOW)
        assert await store.counts() == [("2024-W47", "greeting", FEWEST_SHOWN)]


class TestCount:
    """How many, without who."""

    async def test_numbers_are_by_week_and_kind_and_never_shown_when_small(self, store: Store) -> None:
        for kind, on, times in (
            ("greeting", date(2026, 11, 21), FEWEST_SHOWN),
            ("greeting", date(2026, 11, 16), 1),
            ("greeting", date(2026, 11, 15), FEWEST_SHOWN - 1),
            ("forget_me", date(2026, 11, 21), FEWEST_SHOWN - 1),
            ("greeting", date(2027, 1, 1), FEWEST_SHOWN),
        ):
            for _ in range(times):
                await store.count(kind, on)
        assert await store.counts() == [
            ("2026-W47", "greeting", FEWEST_SHOWN + 1),
            ("2026-W53", "greeting", FEWEST_SHOWN),
        ]

    async def test_numbers_survive_a_restart(self, path: Path, vault: Vault) -> None:
        for _ in range(FEWEST_SHOWN):
            async with Store.open(path, vault) as store:
                await store.count("greeting", NOW.date())
        async with Store.open(path, vault) as store:
            assert await store.counts() == [("2026-W47", "greeting", FEWEST_SHOWN)]


class TestDescribe:
    """What an operator may see."""

    @pytest.mark.parametrize(
        ("people", "words"),
        [(0, "fewer than 5"), (4, "fewer than 5"), (5, "about 5"), (9, "about 5"), (23, "about 20")],
    )
    async def test_the_number_of_people_is_rough(self, store: Store, people: int, words: str) -> None:
        await asyncio.gather(*(write(store, Address("telegram", str(number)), at(1)) for number in range(people)))
        assert (await store.describe()).contacts == words

    async def test_version_size_and_integrity_are_told(self, store: Store, path: Path) -> None:
        await write(store, ANA, at(1))
        told = await store.describe()
        assert (told.version, told.integrity) == (VERSION, "ok")
        files = read_all(path.parent)
        assert told.size == len(files["comadre.db"]) + len(files["comadre.db-wal"])

    async def test_damage_is_told(self, path: Path, vault: Vault) -> None:
        async with Store.open(path, vault) as store:
            await write(store, ANA, at(1))
        damage(path)
        async with Store.open(path, vault) as store:
            told = await store.describe()
        assert told.integrity != "ok"
        assert told.contacts == "unknown"
