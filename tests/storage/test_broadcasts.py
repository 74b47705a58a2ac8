"""What the store makes of broadcasts: who is counted, who is written for, who is silenced, and what comes again."""

import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from bot.core.broadcast import counted
from bot.core.contact import Contact, Position
from bot.core.engine import Turn
from bot.core.house import (
    AUDIENCE,
    GROUP,
    NOTICE,
    Announced,
    Approved,
    Change,
    GroupState,
    Halted,
    House,
    Progress,
    Resigned,
    Role,
    Rules,
)
from bot.core.message import Address, Media
from bot.core.notice import Notice, NoticeKind
from bot.core.terms import Terms
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.core.rooms.example import MUSA, NIGHT, RAVAL
from tests.storage.example import ANA, EVA, HOUR, KEY, NOW, search, spellings, write

T = TypeVar("T")
MANY = 100_000
LANGUAGES = ("pt", "es", "en")
HOURS = timedelta(hours=1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """Yield a store that knows the languages, with one moderator, Ana, of two groups."""
    rules = Rules(broadcasts_a_day=7, needs_two=True)
    path = tmp_path / "data" / "comadre.db"
    async with Store.open(path, Vault(KEY), languages=lambda: LANGUAGES, rules=rules) as opened:
        code = await opened.staff.invite(Role.MODERATOR, (MUSA, NIGHT), NOW)
        assert await opened.staff.redeem(code, ANA, NOW)
        yield opened


async def ask(store: Store, question: Callable[[sqlite3.Connection], T]) -> T:
    """Look into the tables."""
    return await store._database.run(question)


async def house(store: Store, **answers: str) -> House:
    """Return what Ana finds with these answers."""
    await write(store, ANA, Contact("en", answers=answers, seen=HOUR))
    return await store.step(ANA, lambda contact, found: (contact, found))


async def change(store: Store, *changes: Change) -> None:
    """Let a step of Ana's change this."""
    await store.step(ANA, lambda contact, _: (contact, Turn(contact, None, changes=changes)))


async def author(store: Store) -> str:
    """Return Ana's two words."""
    return (await store.staff.everyone())[0].designation


def notice(key: str = "broadcast aa 2026-11-21", *groups: str, **known: object) -> Notice:
    """Return a broadcast that goes out now."""
    at = int(NOW.timestamp())
    made = Notice(NoticeKind.BROADCAST, groups or (MUSA,), at, at + 86400, key, texts={"pt": "Olá"})
    return replace(made, **known)  # type: ignore[arg-type]  # as the fields say


async def join(store: Store, number: int, *groups: str, language: str = "pt") -> Address:
    """Let somebody be a member."""
    address = Address("telegram", f"1{number}")
    contact = Contact(language, position=Position("start", "menu"), seen=HOUR)
    await write(store, address, contact.with_memberships(dict.fromkeys(groups, Terms()), str(address)))
    return address


async def stages(store: Store) -> dict[str, str]:
    """Return the stage of each notice by its key."""
    found = await ask(store, lambda connection: list(store._notices.under_way(connection)))
    return {each.notice.key: each.stage for each in found}


class TestAudience:
    """To how many it goes."""

    async def test_of_a_hundred_thousand_members_each_is_counted_once_and_written_for_once(self, store: Store) -> None:
        index = store._vault.index
        rows = [
            (index("group", group), number.to_bytes(32), index("language", LANGUAGES[number % 3]))
            for number in range(MANY)
            for group in ((MUSA, NIGHT) if number % 4 == 0 else (MUSA,) if number % 2 else (NIGHT,))
        ]

        def fill(connection: sqlite3.Connection) -> None:
            connection.executemany('INSERT INTO member ("group", contact, language) VALUES (?, ?, ?)', rows)

        await store._database.commit_together(fill)
        found = await house(store, **{AUDIENCE: f"{MUSA} {NIGHT}"})
        assert found.audience == {"pt": 33_334, "es": 33_333, "en": 33_333}
        await store.outbox.announce(notice("broadcast aa 2026-11-21", MUSA, NIGHT))
        await store.outbox.open_due(NOW)
        (written,) = await ask(store, lambda connection: connection.execute("SELECT count(*) FROM delivery").fetchone())
        assert written == sum(found.audience.values()) == MANY

    async def test_only_members_of_groups_that_are_hers_are_counted(self, store: Store) -> None:
        await join(store, 1, MUSA)
        await join(store, 2, RAVAL)
        assert (await house(store, **{AUDIENCE: f"{MUSA} {RAVAL} gone"})).audience == {"pt": 1}
        assert (await house(store, **{AUDIENCE: RAVAL})).audience == {}

    async def test_the_group_before_her_is_counted_apart(self, store: Store) -> None:
        await join(store, 1, MUSA)
        await join(store, 2, NIGHT)
        await join(store, 3, NIGHT, MUSA)
        found = await house(store, **{AUDIENCE: MUSA, GROUP: NIGHT})
        assert (sum(found.audience.values()), found.members) == (2, 2)
        assert (await house(store, **{GROUP: RAVAL})).members == 0

    async def test_who_is_no_moderator_counts_nobody(self, store: Store) -> None:
        await join(store, 1, MUSA)
        await write(store, EVA, Contact("en", answers={AUDIENCE: MUSA, GROUP: MUSA}, seen=HOUR))
        found = await store.step(EVA, lambda contact, house: (contact, house))
        assert (found.audience, found.members, found.notices) == ({}, 0, ())

    async def test_the_rules_of_the_house_are_those_that_were_set(self, store: Store) -> None:
        assert (await house(store)).rules == Rules(broadcasts_a_day=7, needs_two=True)


class TestProgress:
    """How far one has come."""

    async def looked_at(self, store: Store, key: str = "broadcast aa 2026-11-21") -> Progress:
        """Return what Ana has before her."""
        found = await house(store, **{NOTICE: key})
        return next(each for each in found.notices if each.notice.key == key)

    async def test_the_one_before_her_is_counted_and_no_other(self, store: Store) -> None:
        await join(store, 1, MUSA)
        await store.outbox.announce(notice())
        await store.outbox.announce(notice("broadcast bb 2026-11-21"))
        await store.outbox.open_due(NOW)
        found = await house(store, **{NOTICE: "broadcast bb 2026-11-21"})
        assert {each.notice.key: dict(each.counts) for each in found.notices} == {
            "broadcast aa 2026-11-21": {},
            "broadcast bb 2026-11-21": {"pending": 1},
        }

    async def test_what_is_put_off_says_until_when(self, store: Store) -> None:
        for number in range(3):
            await join(store, number, MUSA)
        await store.outbox.announce(notice())
        await store.outbox.open_due(NOW)
        at, later = int(NOW.timestamp()), int((NOW + 9 * HOURS).timestamp())

        def put_off(connection: sqlite3.Connection) -> None:
            key = store._vault.pseudonym(Address("telegram", "11"))
            connection.execute("UPDATE delivery SET due_at = ? WHERE contact = ?", (later, key))

        await store._database.commit_together(put_off)
        progress = await self.looked_at(store)
        assert (dict(progress.counts), dict(progress.later)) == ({"pending": 3}, {at: 2, later: 1})

    @pytest.mark.parametrize("asks", [True, False])
    async def test_as_long_as_nothing_was_sent_it_says_whom_it_would_reach(self, store: Store, *, asks: bool) -> None:
        await join(store, 1, MUSA, language="es")
        await change(store, Announced(notice(), asks))
        progress = await self.looked_at(store)
        assert (progress.stage, progress.audience) == ("asked" if asks else "due", {"es": 1})

    async def test_what_goes_to_groups_that_are_not_all_hers_is_not_there(self, store: Store) -> None:
        await store.outbox.announce(notice("a b", MUSA, RAVAL))
        assert (await house(store, **{NOTICE: "a b"})).notices == ()

    async def test_reminders_are_not_there(self, store: Store) -> None:
        await store.outbox.announce(notice("a b", kind=NoticeKind.REMINDER))
        assert (await house(store)).notices == ()

    async def test_what_goes_along_comes_back_as_it_was(self, store: Store) -> None:
        media = Media("telegram", "voice", "file-1")
        await store.outbox.announce(notice(media=media, repeat="FREQ=WEEKLY", author="amber birch"))
        (progress,) = (await house(store)).notices
        assert (progress.notice.media, progress.notice.repeat) == (media, "FREQ=WEEKLY")


class TestStages:
    """Asked, due, stopped."""

    async def test_what_waits_for_a_second_person_reaches_nobody_until_she_lets_it_go(self, store: Store) -> None:
        await join(store, 1, MUSA)
        await change(store, Announced(notice(), asks=True))
        assert await store.outbox.open_due(NOW + HOURS) == 0
        (progress,) = (await house(store)).notices
        await change(store, Approved(progress.id))
        await change(store, Approved(progress.id))
        assert await store.outbox.open_due(NOW + HOURS) == 1

    async def test_what_was_stopped_is_not_let_go_any_more(self, store: Store) -> None:
        await change(store, Announced(notice(), asks=True))
        (progress,) = (await house(store)).notices
        await change(store, Halted(progress.id))
        await change(store, Approved(progress.id))
        assert await store.outbox.open_due(NOW + HOURS) == 0

    async def test_the_same_is_announced_once(self, store: Store) -> None:
        await change(store, Announced(notice(), asks=True), Announced(notice(), asks=False))
        assert list((await stages(store)).values()) == ["asked"]

    async def test_stopping_leaves_no_row_that_could_go_out(self, store: Store) -> None:
        await join(store, 1, MUSA)
        await store.outbox.announce(notice())
        await store.outbox.open_due(NOW)
        (progress,) = (await house(store)).notices
        await change(store, Halted(progress.id))
        states = await ask(store, lambda connection: connection.execute("SELECT state FROM delivery").fetchall())
        assert states == [("halted",)]


class TestSilence:
    """Who has no role any more says nothing any more."""

    async def announce(self, store: Store, **authors: str) -> None:
        """Let each have written something, at every stage of its way."""
        for name, designation in authors.items():
            for number, stage in enumerate(("asked", "due", "sending", "ended")):
                made = notice(f"{name} {stage}", author=designation, due_at=int(NOW.timestamp()) + 60 * number)

                def work(connection: sqlite3.Connection, made: Notice = made, stage: str = stage) -> None:
                    store._notices.announce(connection, made, stage)

                await store._database.commit_together(work)

    @pytest.mark.parametrize("way", ["revoked", "resigned"])
    async def test_what_she_wrote_is_stopped_and_nothing_else(self, store: Store, way: str) -> None:
        hers = await author(store)
        await self.announce(store, hers=hers, other="bold wren")
        if way == "revoked":
            assert await store.staff.revoke(hers, NOW)
        else:
            await change(store, Resigned())
        assert await stages(store) == {
            **dict.fromkeys(("hers asked", "hers due", "hers sending"), "halted"),
            "hers ended": "ended",
            **{f"other {stage}": stage for stage in ("asked", "due", "sending", "ended")},
        }

    async def test_who_was_nobody_silences_nobody(self, store: Store) -> None:
        await self.announce(store, other="")
        await store.step(EVA, lambda contact, _: (contact, Turn(contact, None, changes=(Resigned(),))))
        assert not await store.staff.revoke("", NOW)
        assert (await stages(store))["other due"] == "due"


class TestSeries:
    """What comes again."""

    async def test_it_is_known_by_its_rule(self, store: Store) -> None:
        await store.outbox.announce(notice("a b", repeat="FREQ=WEEKLY"))
        await store.outbox.announce(notice("c d"))
        assert [each.notice.key for each in await store.series.known()] == ["a b"]

    async def test_announced_twice_it_is_there_once_and_counted_once(self, store: Store) -> None:
        def count(states: Mapping[str, GroupState], found: Notice) -> Mapping[str, GroupState]:
            return {MUSA: counted(states.get(MUSA) or GroupState(), found.key)}

        later = notice("a c", repeat="FREQ=WEEKLY")
        assert await store.series.announce([later, notice("a d")], count) == 2
        assert await store.series.announce([later], count) == 0
        assert (await house(store)).state(MUSA).written == {"a c": 1, "a d": 1}

    async def test_nothing_of_it_can_be_read_in_the_file(self, store: Store, tmp_path: Path) -> None:
        words, file = "KR2XG5DVPFZWQ33UNBUW4", "ZANF2AKR2XG5DVPFZWQ33"
        await store.outbox.announce(notice("a b", texts={"pt": words}, media=Media("telegram", "voice", file)))
        assert not search(tmp_path, [*spellings(words), *spellings(file)])
