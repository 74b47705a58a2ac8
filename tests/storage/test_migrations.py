import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.core.contact import Contact, Handle, Position, Timer
from bot.storage.database import StoreProblem
from bot.storage.file import make_file
from bot.storage.migrations import APPLICATION, STEPS, VERSION, migrate
from bot.storage.store import Store
from bot.storage.vault import Vault
from tests.storage.example import ANA, KEY, at, read, write

ARCHIVE = sorted((Path(__file__).parent / "archive").glob("v*.sql"))
"""A dump of a database of each version, with `ARCHIVED` for Ana and seven greetings in one week."""
ARCHIVED = Contact(
    language="pt",
    city="porto",
    position=Position("overdose", "call", 1),
    trail=(Position("menu", "start"),),
    answers={"need": "shelter"},
    timer=Timer(1795387358, "second_dose", "telegram:700000001"),
    recent=("6fd1a0",),
    living=("41",),
    handles=(Handle("40", 498718), Handle("41", 498718)),
    seen=498718,
)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a new file that nobody has migrated."""
    with closing(sqlite3.connect(tmp_path / "new.db", isolation_level=None)) as opened:
        yield opened


def shape(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    """Return all that makes one schema differ from another."""
    version = connection.execute("PRAGMA user_version").fetchone()
    application = connection.execute("PRAGMA application_id").fetchone()
    objects = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
    return [version, application, *objects]


def unpack(archive: Path, path: Path) -> None:
    """Make a database from its archived dump."""
    build(archive.read_text(), path)


def build(sql: str, path: Path) -> None:
    """Make a database by hand."""
    make_file(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)


def test_every_released_version_is_in_the_archive() -> None:
    assert [archive.stem for archive in ARCHIVE] == [f"v{version}" for version in range(1, VERSION + 1)]


@pytest.mark.parametrize("archive", ARCHIVE, ids=lambda archive: archive.stem)
def test_an_old_database_ends_up_with_the_shape_of_a_new_one(
    archive: Path, path: Path, connection: sqlite3.Connection
) -> None:
    migrate(connection, path)
    unpack(archive, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as old:
        assert old.execute("PRAGMA user_version").fetchone() == (int(archive.stem[1:]),)
        migrate(old, path)
        assert shape(old) == shape(connection)


@pytest.mark.parametrize("archive", ARCHIVE, ids=lambda archive: archive.stem)
async def test_an_old_database_still_holds_what_was_put_in(archive: Path, path: Path) -> None:
    unpack(archive, path)
    async with Store.open(path, Vault(KEY)) as store:
        assert await read(store, ANA) == ARCHIVED
        assert await store.counts() == [("2026-W47", "greeting", 7)]
        await write(store, ANA, at(1))
        assert await read(store, ANA) == at(1)


def test_a_new_database_says_whose_it_is_and_what_version(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, path)
    assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION,)


def test_migrating_twice_changes_nothing(connection: sqlite3.Connection, path: Path) -> None:
    migrate(connection, path)
    before = shape(connection)
    migrate(connection, path)
    assert shape(connection) == before


def test_a_step_that_fails_leaves_the_database_as_it_was(
    connection: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(connection, path)
    before = shape(connection)
    steps = (*STEPS, ("CREATE TABLE half (done)",), ("CREATE TABLE contact (again)",))
    monkeypatch.setattr("bot.storage.migrations.STEPS", steps)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path)
    assert shape(connection) == before
    assert not connection.in_transaction


@pytest.mark.parametrize(
    "foreign",
    [
        f"PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION + 1};",
        "CREATE TABLE address_book (name);",
        "PRAGMA user_version=3;",
        "PRAGMA application_id=252006673;",
    ],
)
async def test_a_newer_database_or_a_foreign_one_is_refused_and_left(path: Path, vault: Vault, foreign: str) -> None:
    build(foreign, path)
    with closing(sqlite3.connect(path)) as connection:
        before = shape(connection)
    with pytest.raises(StoreProblem) as caught:
        async with Store.open(path, vault):
            pass
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    with closing(sqlite3.connect(path)) as connection:
        assert shape(connection) == before
