"""To whom a screen is due survives a crash, sealed, and goes when the screen has been sent."""

import sqlite3
from contextlib import closing
from pathlib import Path

from bot.core.contact import Contact
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.storage.example import ANA, EVA, KEY, at, write


def owed(_answer: object) -> bool:
    return True


async def test_a_step_that_owes_a_reply_says_to_whom_until_it_is_settled(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "data" / "comadre.db", Vault(KEY)) as store:
        await store.step(ANA, lambda *_: (at(1), None), owed)
        await store.step(EVA, lambda *_: (at(1), None))
        assert await store.owing() == [ANA]
        store.settle(ANA)
        await store.flush()
        assert await store.owing() == []


async def test_a_settled_reply_goes_with_the_next_step_of_anybody(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "data" / "comadre.db", Vault(KEY)) as store:
        await store.step(ANA, lambda *_: (at(1), None), owed)
        store.settle(ANA)
        await write(store, EVA, at(2))
        assert await store.owing() == []


async def test_who_is_owed_a_reply_is_known_after_a_restart_and_not_readable_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "data" / "comadre.db"
    async with Store.open(path, Vault(KEY)) as store:
        await store.step(ANA, lambda *_: (at(1), None), owed)
        for file in path.parent.iterdir():
            assert str(ANA).encode() not in file.read_bytes()
    async with Store.open(path, Vault(KEY)) as store:
        assert await store.owing() == [ANA]


async def test_a_row_that_was_tampered_with_leads_to_nobody_and_stops_nobody(tmp_path: Path) -> None:
    path = tmp_path / "data" / "comadre.db"
    async with Store.open(path, Vault(KEY)) as store:
        await store.step(ANA, lambda *_: (at(1), None), owed)
        await store.step(EVA, lambda *_: (at(1), None), owed)
        with closing(sqlite3.connect(path)) as other, other:
            (key,) = other.execute("SELECT key FROM reply WHERE key = ?", (Vault(KEY).pseudonym(ANA),)).fetchone()
            other.execute("UPDATE reply SET sealed = zeroblob(540) WHERE key = ?", (key,))
        assert await store.owing() == [EVA]
        assert await store.owing() == [EVA]


async def test_forgetting_leaves_no_reply_row_behind(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "data" / "comadre.db", Vault(KEY)) as store:
        await store.step(ANA, lambda *_: (at(1), None), owed)
        store.settle(ANA)
        await store.step(ANA, lambda *_: (Contact(), None))
        assert await store.owing() == []
