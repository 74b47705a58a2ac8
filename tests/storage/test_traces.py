"""What someone finds who copies the data folder while the bot runs."""

import base64
import secrets
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from bot.core.contact import Contact
from bot.core.message import Address
from bot.storage.store import Store, StoreProblem
from bot.storage.vault import Vault
from tests.storage.example import ANA, EVA, HOUR, KEY, NOW, at, full, read, read_all, rows, search, spellings, write


@pytest.fixture
def planted() -> str:
    """Return a string that is nowhere by chance."""
    return base64.b32encode(secrets.token_bytes(32)).decode().rstrip("=")


@pytest.fixture
async def careless(path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    """Yield a store on a build of SQLite that leaves deleted bytes unless told otherwise."""
    genuine = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = genuine(*args, **kwargs)
        connection.execute("PRAGMA secure_delete=OFF").fetchall()
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect)
    async with Store.open(path, vault) as store:
        yield store


def leaves(data: Any) -> Iterator[str | int]:
    """Yield every string and number in plain data, names of fields apart."""
    if isinstance(data, dict):
        for value in data.values():
            yield from leaves(value)
    elif isinstance(data, list):
        for value in data:
            yield from leaves(value)
    else:
        yield data


def pieces(sealed: bytes) -> list[bytes]:
    """Cut a record small enough that no border of a page hides all of it."""
    return [sealed[start : start + 32] for start in range(0, len(sealed) - 31, 32)]


def test_the_planted_contact_says_it_in_every_text(planted: str) -> None:
    texts = [leaf for leaf in leaves(orjson.loads(orjson.dumps(full(planted).to_dict()))) if isinstance(leaf, str)]
    assert len(texts) > 250
    assert all(planted in text for text in texts)


@pytest.mark.parametrize(
    "write_as",
    [
        str.encode,
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode().hex().encode(),
        lambda text: base64.b64encode(b"a" + text.encode()),
        lambda text: base64.b64encode(b"ab" + text.encode()),
    ],
)
def test_the_search_finds_a_planted_string_however_it_is_written(tmp_path: Path, planted: str, write_as: Any) -> None:
    (tmp_path / "file").write_bytes(b"before" + write_as(planted) + b"after")
    assert search(tmp_path, spellings(planted)) == ["file"]


async def test_nothing_that_she_said_is_in_any_file_while_the_bot_runs(store: Store, path: Path, planted: str) -> None:
    for number in range(20):
        await write(store, Address("telegram", f"{planted}{number}"), full(planted))
    await write(store, Address("telegram", f"{planted}0"), full(planted + planted))
    await store.count("a word of ours", NOW.date())
    await store.due(NOW + timedelta(hours=1))
    assert search(path.parent, [b"a word of ours"]) == ["comadre.db-wal"]
    assert search(path.parent, spellings(planted)) == []
    await store.scrub()
    assert search(path.parent, [b"a word of ours"]) == ["comadre.db"]
    assert search(path.parent, spellings(planted)) == []
    assert await read(store, Address("telegram", f"{planted}1")) == full(planted)


async def test_no_key_is_in_any_file(store: Store, path: Path) -> None:
    await write(store, ANA, at(1))
    assert len(read_all(path.parent)) == 3
    needles = [KEY, KEY.hex().encode(), base64.b64encode(KEY).rstrip(b"=")]
    assert search(path.parent, needles) == []


async def test_forgetting_removes_every_byte_of_her_while_the_bot_runs(careless: Store, path: Path) -> None:
    others = [Address("telegram", str(number)) for number in range(40)]
    for other in others:
        await write(careless, other, full("other"))
    old: list[bytes] = []
    for contact in (at(1), full("x" * 40), at(2), full("x" * 20), full("y")):
        await write(careless, ANA, contact)
        key = careless._vault.pseudonym(ANA)
        old += [piece for row in await rows(careless) if row[0] == key for piece in (key, *pieces(row[1]))]
        await careless._database.run(lambda connection: connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall())
    assert len(search(path.parent, old)) > 100
    await write(careless, ANA, Contact())
    await careless.scrub()
    assert search(path.parent, old) == []
    assert path.with_name("comadre.db-wal").stat().st_size == 0
    assert await read(careless, others[0]) == full("other")


async def test_purging_removes_every_byte_of_what_expired(careless: Store, path: Path) -> None:
    await write(careless, ANA, at(1))
    await write(careless, EVA, full("hers"))
    old = [piece for row in await rows(careless) for piece in pieces(row[1])]
    assert search(path.parent, old)
    assert await careless.purge(NOW + timedelta(hours=24)) == 2
    assert search(path.parent, old) == []
    assert (await read(careless, EVA)).language == "hers"


def test_the_search_finds_what_a_careless_deletion_leaves(tmp_path: Path) -> None:
    sealed = secrets.token_bytes(541)
    with closing(sqlite3.connect(tmp_path / "careless.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete=OFF").fetchall()
        connection.execute("CREATE TABLE contact (sealed BLOB)")
        connection.execute("INSERT INTO contact VALUES (?)", (sealed,))
        connection.execute("DELETE FROM contact")
    assert search(tmp_path, pieces(sealed))


async def test_a_scrub_that_a_reader_prevents_says_so_and_a_later_purge_makes_up_for_it(path: Path) -> None:
    async with Store.open(path, Vault(KEY), timedelta()) as store:
        await write(store, ANA, at(1))
        old = pieces((await rows(store))[0][1])
        with closing(sqlite3.connect(path, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT * FROM contact").fetchall()
            await write(store, ANA, Contact())
            with pytest.raises(StoreProblem) as caught:
                await store.scrub()
            assert str(path) in str(caught.value)
            assert search(path.parent, old)
        assert await store.purge(NOW) == 0
        assert search(path.parent, old) == []


async def test_no_stored_time_is_finer_than_the_hour_but_a_due_time(store: Store, vault: Vault) -> None:
    await write(store, ANA, full("hers"))
    await store.count("greeting", NOW.date())
    ((key, sealed, due_at, purge_at),) = await rows(store)
    numbers = {leaf for leaf in leaves(orjson.loads(vault.unseal("contact", key, sealed))) if isinstance(leaf, int)}
    assert numbers - {HOUR} == {due_at, 0, 1}
    assert purge_at == HOUR + 24
    assert {int(hour) for hour in orjson.loads(vault.unseal("contact", key, sealed))["handles"]} == {HOUR}
    weeks = await store._database.run(lambda connection: connection.execute("SELECT week FROM count").fetchall())
    assert weeks == [("2026-W47",)]


async def test_the_order_of_the_rows_tells_nothing_of_who_came_first(store: Store, vault: Vault) -> None:
    people = [Address("telegram", str(number)) for number in range(50)]
    for address in people:
        await write(store, address, at(1))
    stored = [key for key, *_ in await rows(store)]
    assert stored == sorted(vault.pseudonym(address) for address in people)
