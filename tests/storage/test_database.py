import asyncio
import logging
import os
import shlex
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bot.core.contact import Contact
from bot.core.message import Address
from bot.storage.database import BATCH, PRAGMAS
from bot.storage.file import make_file, make_folder
from bot.storage.store import Store, StoreProblem
from bot.storage.vault import KeyProblem, Vault
from tests.storage.example import ANA, EVA, KEY, OTHER_KEY, at, full, read, read_all, rows, write

AT_ONCE = timedelta()


@pytest.fixture
def wide_umask() -> Iterator[None]:
    """Let new files be open to all unless the program closes them."""
    before = os.umask(0)
    yield
    os.umask(before)


async def refusal(path: Path, vault: Vault) -> str:
    """Return the one line with which the store refuses to open."""
    with pytest.raises((StoreProblem, KeyProblem)) as caught:
        async with Store.open(path, vault, AT_ONCE):
            pass
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


class TestFile:
    """Who can open it."""

    @pytest.mark.usefixtures("wide_umask")
    async def test_nobody_else_can_read_any_file_of_the_database(self, path: Path, vault: Vault) -> None:
        async with Store.open(path, vault) as store:
            await write(store, ANA, at(1))
            modes = {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()}
        assert modes == dict.fromkeys(("comadre.db", "comadre.db-wal", "comadre.db-shm"), 0o600)
        assert path.parent.stat().st_mode & 0o777 == 0o700

    @pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal"])
    @pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
    async def test_a_database_that_others_can_read_is_refused_with_the_command_that_helps(
        self, path: Path, vault: Vault, end: str, mode: int
    ) -> None:
        async with Store.open(path, vault) as store:
            await write(store, ANA, at(1))
        file = path.with_name(path.name + end)
        file.touch()
        file.chmod(mode)
        command = shlex.split((await refusal(path, vault)).split("run ")[1])
        assert command == ["chmod", "600", str(file)]
        file.chmod(int(command[1], 8))
        if end in {"-wal", "-shm", "-journal"}:
            file.unlink()
        async with Store.open(path, vault) as store:
            assert await read(store, ANA) == at(1)

    async def test_another_key_is_refused_and_harms_nothing(self, path: Path) -> None:
        async with Store.open(path, Vault(KEY)) as store:
            await write(store, ANA, at(1))
        assert "another key" in await refusal(path, Vault(OTHER_KEY))
        async with Store.open(path, Vault(KEY)) as store:
            assert await read(store, ANA) == at(1)

    async def test_a_database_without_the_mark_of_its_key_is_refused(self, path: Path, vault: Vault) -> None:
        async with Store.open(path, vault) as store:
            await write(store, ANA, at(1))
            await store._database.run(lambda connection: connection.execute("DELETE FROM meta"))
        assert "another key" in await refusal(path, vault)

    async def test_what_is_no_database_is_refused_and_left(self, path: Path, vault: Vault) -> None:
        make_file(path, b"a letter" * 100)
        await refusal(path, vault)
        assert read_all(path.parent) == {"comadre.db": b"a letter" * 100}

    async def test_a_place_where_nothing_can_be_made_is_refused(self, tmp_path: Path, vault: Vault) -> None:
        (tmp_path / "file").touch()
        await refusal(tmp_path / "file" / "comadre.db", vault)

    async def test_a_refusal_leaves_no_thread_behind(self, path: Path, vault: Vault) -> None:
        make_file(path, b"a letter" * 100)
        before = threading.enumerate()
        await refusal(path, vault)
        assert [each for each in set(threading.enumerate()) - set(before) if "asyncio_" not in each.name] == []

    async def test_a_folder_in_place_of_the_database_is_refused(self, path: Path, vault: Vault) -> None:
        make_folder(path)
        await refusal(path, vault)


class TestConnection:
    """What SQLite is told."""

    async def test_every_pragma_holds_on_the_connection_in_use(self, store: Store) -> None:
        def ask(connection: sqlite3.Connection) -> dict[str, object]:
            return {name: connection.execute(f"PRAGMA {name}").fetchone()[0] for name in (*PRAGMAS, "busy_timeout")}

        assert await store._database.run(ask) == {
            "secure_delete": 1,
            "journal_mode": "wal",
            "synchronous": 2,
            "temp_store": 2,
            "foreign_keys": 1,
            "trusted_schema": 0,
            "busy_timeout": 5000,
        }

    async def test_a_sqlite_that_does_not_obey_is_refused(
        self, path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(PRAGMAS, "secure_delete", ("FAST", 1))
        assert "secure_delete" in await refusal(path, vault)


async def test_what_a_work_is_given_is_not_logged(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    def look(word: str, _: sqlite3.Connection) -> str:
        return word

    caplog.set_level(logging.DEBUG)
    assert await store._database.run(partial(look, "planted")) == "planted"
    assert "executing" in caplog.text
    assert "planted" not in caplog.text


class TestGroups:
    """Many who write at once."""

    async def test_those_who_wait_together_share_a_commit(self, store: Store) -> None:
        said: list[str] = []
        await store._database.run(lambda connection: connection.set_trace_callback(said.append))
        people = [Address("telegram", str(number)) for number in range(3 * BATCH + 1)]
        await asyncio.gather(*(write(store, address, at(1)) for address in people))
        assert said.count("COMMIT") == 4
        assert len(await rows(store)) == len(people)

    async def test_a_full_disk_fails_the_group_writes_nothing_and_harms_nothing(self, store: Store) -> None:
        await write(store, ANA, at(1))

        await store._database.run(
            lambda connection: connection.execute(
                f"PRAGMA max_page_count={connection.execute('PRAGMA page_count').fetchone()[0] + 3}"
            ).fetchall()
        )
        outcomes = await asyncio.gather(
            write(store, ANA, at(2)),
            *(write(store, Address("telegram", str(number)), full("x" * 20)) for number in range(9)),
            return_exceptions=True,
        )
        assert {type(outcome) for outcome in outcomes} == {StoreProblem}
        assert "full" in str(outcomes[0])
        assert await read(store, ANA) == at(1)
        assert len(await rows(store)) == 1
        await store._database.run(lambda connection: connection.execute("PRAGMA max_page_count=100000").fetchall())
        await write(store, EVA, full("x" * 20))
        assert await read(store, EVA) == full("x" * 20)
        assert (await store.describe()).integrity == "ok"

    async def test_a_failure_of_sqlite_within_a_group_undoes_what_the_group_did_before(self, store: Store) -> None:
        await write(store, ANA, at(1))

        def fail(*_: object) -> tuple[Contact, None]:
            raise sqlite3.OperationalError("disk I/O error")

        outcomes = await asyncio.gather(
            write(store, ANA, at(2)), store.step(EVA, fail), write(store, EVA, at(2)), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [StoreProblem] * 3
        assert await read(store, ANA) == at(1)
        assert await read(store, EVA) == Contact()

    async def test_a_locked_database_fails_the_step_and_serves_again_when_it_is_free(
        self, path: Path, vault: Vault
    ) -> None:
        async with Store.open(path, vault, AT_ONCE) as store:
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                with pytest.raises(StoreProblem, match="locked"):
                    await write(store, ANA, at(1))
            assert await read(store, ANA) == Contact()
            await write(store, ANA, at(2))
            assert await read(store, ANA) == at(2)

    async def test_closing_waits_for_what_was_asked_before(self, path: Path, vault: Vault) -> None:
        async with Store.open(path, vault) as store:
            steps = [asyncio.create_task(write(store, ANA, at(page))) for page in range(1, 200)]
            await asyncio.sleep(0)
        await asyncio.gather(*steps)
        async with Store.open(path, vault) as store:
            assert await read(store, ANA) == at(199)

    async def test_a_closed_store_says_so(self, path: Path, vault: Vault) -> None:
        async with Store.open(path, vault) as store:
            pass
        with pytest.raises(StoreProblem, match="closed"):
            await write(store, ANA, at(1))


async def test_a_killed_process_keeps_every_step_that_it_acknowledged(path: Path, vault: Vault) -> None:
    writer = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.storage.writer", str(path)),
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.PIPE,
    )
    assert writer.stdout
    acknowledged = [int(await writer.stdout.readline()) for _ in range(25)][-1]
    writer.kill()
    await writer.communicate()
    async with Store.open(path, vault) as store:
        contact = await read(store, ANA)
        assert contact.position
        assert contact.position.page >= acknowledged
        assert (await store.describe()).integrity == "ok"
        await write(store, ANA, at(1))
        assert await read(store, ANA) == at(1)
