"""Whom the bot does not answer: a keyed hash, told at the door for one hash and one look-up, and nothing sent."""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.contact import Contact
from bot.core.message import Address
from bot.core.notice import Notice, NoticeKind
from bot.core.terms import Terms
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.storage.example import ANA, EVA, NOW, at, read, search, spellings, write


async def block(store: Store, address: Address, until: datetime | None = None) -> None:
    """Block somebody, as a step of a peer does."""
    key = store._vault.pseudonym(address)
    await store._database.commit_together(lambda connection: store.blocked.block(connection, key, until))


async def test_who_is_blocked_is_and_nobody_else(store: Store) -> None:
    assert not await store.blocked.is_blocked(ANA)
    await block(store, ANA)
    assert await store.blocked.is_blocked(ANA)
    assert not await store.blocked.is_blocked(EVA)


async def test_lifted_every_block_is_gone_and_the_trail_says_so_without_anybody(store: Store, path: Path) -> None:
    for address in (ANA, EVA):
        await block(store, address)
    await store.blocked.lift(NOW)
    assert not await store.blocked.is_blocked(ANA)
    assert not await store.blocked.is_blocked(EVA)
    assert [(each.who, each.what, each.about) for each in await store.audit.lines()] == [
        ("operator", "every block lifted", "")
    ]
    await store.scrub()
    assert search(path.parent, [store._vault.pseudonym(ANA)]) == []


async def test_lifted_beside_the_running_bot_it_lets_her_in_at_its_next_purge(
    store: Store, path: Path, vault: Vault
) -> None:
    await block(store, ANA)
    assert await store.blocked.is_blocked(ANA)
    async with Store.open(path, vault) as other:
        await other.blocked.lift(NOW)
    await store.purge(NOW)
    assert not await store.blocked.is_blocked(ANA)


async def test_it_lasts_across_restarts(store: Store, path: Path, vault: Vault) -> None:
    await block(store, ANA)
    async with Store.open(path, vault) as again:
        assert await again.blocked.is_blocked(ANA)


async def test_for_a_time_is_for_that_time(store: Store) -> None:
    await block(store, ANA, NOW + timedelta(days=7))
    await block(store, EVA)
    await store.purge(NOW + timedelta(days=6, hours=23))
    assert await store.blocked.is_blocked(ANA)
    await store.purge(NOW + timedelta(days=7))
    assert not await store.blocked.is_blocked(ANA)
    assert await store.blocked.is_blocked(EVA)


async def test_a_transaction_that_was_rolled_back_blocks_nobody(store: Store) -> None:
    key = store._vault.pseudonym(ANA)

    def work(connection: sqlite3.Connection) -> None:
        store.blocked.block(connection, key)
        raise ValueError("something failed after it")

    with pytest.raises(ValueError, match="failed"):
        await store._database.commit_together(work)
    assert not await store.blocked.is_blocked(ANA)


async def test_it_costs_one_hash_and_one_look_up_and_nothing_of_the_database(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await block(store, ANA)
    await store.blocked.is_blocked(EVA)
    hashed: list[Address] = []
    pseudonym = Vault.pseudonym

    def counted(vault: Vault, address: Address) -> bytes:
        hashed.append(address)
        return pseudonym(vault, address)

    monkeypatch.setattr(Vault, "pseudonym", counted)
    statements = await traced(store)
    assert await store.blocked.is_blocked(ANA)
    assert hashed == [ANA]
    assert statements == []


async def traced(store: Store) -> list[str]:
    """Return a list that fills with what is asked of the database from now on."""
    statements: list[str] = []
    trace: Callable[[sqlite3.Connection], None] = lambda connection: connection.set_trace_callback(statements.append)  # noqa: E731
    await store._database.run(trace)
    statements.clear()
    return statements


async def test_nothing_that_is_on_its_way_or_comes_later_reaches_who_is_blocked(store: Store) -> None:
    for address in (ANA, EVA):
        await write(store, address, Contact("en", seen=at(1).seen).with_memberships({"musa": Terms()}, str(address)))
    moment = int(NOW.timestamp())
    await store.outbox.announce(Notice(NoticeKind.BROADCAST, ("musa",), moment, moment + 3600, key="before"))
    await store.outbox.open_due(NOW)
    await block(store, ANA)
    await store.outbox.announce(Notice(NoticeKind.BROADCAST, ("musa",), moment, moment + 3600, key="after"))
    await store.outbox.open_due(NOW)
    waiting = await store._database.run(
        lambda connection: connection.execute(
            "SELECT contact, count(*) FROM delivery WHERE state = 'pending' GROUP BY contact"
        ).fetchall()
    )
    assert waiting == [(store._vault.pseudonym(EVA), 2)]


async def test_who_is_blocked_is_not_asked_whether_to_go_on(store: Store) -> None:
    await write(store, ANA, Contact("en", seen=at(1).seen).with_memberships({"musa": Terms()}, str(ANA)))
    await block(store, ANA)
    await store.purge(NOW + timedelta(days=170))
    (number,) = await store._database.run(
        lambda connection: connection.execute("SELECT count(*) FROM delivery").fetchone()
    )
    assert number == 0


async def test_no_reply_that_was_due_is_due_any_more(store: Store) -> None:
    await store.step(ANA, lambda *_: (at(1), None), lambda _: True)
    await block(store, ANA)
    assert await store.owing() == []


async def test_her_record_is_hers_still_and_her_address_is_nowhere(store: Store, path: Path) -> None:
    await write(store, ANA, at(1))
    await block(store, ANA)
    assert await read(store, ANA) == at(1)
    assert search(path.parent, spellings(str(ANA))) == []
