"""B3: a copy of the data folder, after the whole suite of transcripts, tells nothing that can be read."""

from pathlib import Path

from bot.clock import Clock
from bot.storage.inventory import PROTECTION
from tests.security.plant import hits, hits_in, living, plant, replay
from tests.storage.example import read, rows


async def test_the_whole_suite_of_transcripts_leaves_no_readable_string(tmp_path: Path) -> None:
    planted, clock, kept = plant(), Clock(), 0
    async with living(tmp_path, clock) as (app, chats):
        async for phone in replay(app, chats, clock, planted):
            contact = await read(app.store, phone.address)
            kept += planted in str(contact)
        assert kept > 20, "the string was planted"
        stored = await rows(app.store)
        assert len(stored) > 20
        assert not [hit for key, sealed, *_ in stored for hit in hits(key + sealed, planted)]
        assert hits_in(tmp_path / "data", planted) == []
    assert hits_in(tmp_path, planted) == []


async def test_the_inventory_names_every_column_and_no_other(tmp_path: Path) -> None:
    async with living(tmp_path) as (app, _):
        names = await app.store._database.run(
            lambda connection: connection.execute(
                "SELECT m.name || '.' || c.name FROM sqlite_schema m, pragma_table_info(m.name) c"
                " WHERE m.type = 'table'"
            ).fetchall()
        )
    assert {name for (name,) in names if not name.startswith("sqlite_")} == set(PROTECTION)
