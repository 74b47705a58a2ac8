import sqlite3

from bot.storage.inventory import PROTECTION
from bot.storage.store import Store
from tests.storage.example import ANA, NOW, at, rows, write


def columns(connection: sqlite3.Connection) -> set[str]:
    """Name every column of every table, as `table.column`."""
    query = "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_xinfo(t.name) c WHERE t.type = 'table'"
    return {name for (name,) in connection.execute(query)}


async def test_the_inventory_names_the_columns_that_are_there_and_no_others(store: Store) -> None:
    assert await store._database.run(columns) == set(PROTECTION)


async def test_hmac_and_sealed_columns_hold_what_they_say(store: Store) -> None:
    await write(store, ANA, at(1))
    await store.count("greeting", NOW.date())
    ((key, sealed, *_),) = await rows(store)
    assert key == store._vault.pseudonym(ANA)
    assert store._vault.unseal("contact", key, sealed)
    (value,) = await store._database.run(lambda connection: connection.execute("SELECT value FROM meta").fetchone())
    assert value == store._vault.check()


async def test_no_table_view_or_trigger_is_outside_of_the_inventory(store: Store) -> None:
    kinds = await store._database.run(
        lambda connection: connection.execute(
            "SELECT type, name FROM sqlite_master WHERE type <> 'index' ORDER BY name"
        ).fetchall()
    )
    assert kinds == [("table", name) for name in sorted({column.partition(".")[0] for column in PROTECTION})]
