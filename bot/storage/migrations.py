"""The shape of the database, as the steps that led to it, so that every older one can be brought up to date."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from bot.storage.database import StoreProblem

APPLICATION = 0x436F6D61
"""`Coma` in the header of the file: no other program's database is taken for ours."""
STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE contact (
    key BLOB PRIMARY KEY,
    sealed BLOB NOT NULL,
    due_at INTEGER,
    purge_at INTEGER NOT NULL
) WITHOUT ROWID""",
        "CREATE INDEX contact_due ON contact (due_at) WHERE due_at IS NOT NULL",
        "CREATE INDEX contact_purge ON contact (purge_at)",
        "CREATE TABLE count (week TEXT, kind TEXT, n INTEGER, PRIMARY KEY (week, kind)) WITHOUT ROWID",
        "CREATE TABLE reply (key BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID",
    ),
    (
        """CREATE TABLE member (
    "group" BLOB,
    contact BLOB,
    language BLOB NOT NULL,
    PRIMARY KEY ("group", contact)
) WITHOUT ROWID""",
        "CREATE INDEX member_contact ON member (contact)",
        "CREATE TABLE plan (key BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID",
        """CREATE TABLE answer (
    subject BLOB,
    contact BLOB,
    sealed BLOB NOT NULL,
    PRIMARY KEY (subject, contact)
) WITHOUT ROWID""",
        "CREATE INDEX answer_contact ON answer (contact)",
        "CREATE TABLE staff (key BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID",
        """CREATE TABLE invitation (
    code BLOB PRIMARY KEY,
    sealed BLOB NOT NULL,
    purge_at INTEGER NOT NULL
) WITHOUT ROWID""",
        """CREATE TABLE notice (
    id BLOB PRIMARY KEY,
    sealed BLOB NOT NULL,
    stage TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    purge_at INTEGER NOT NULL
) WITHOUT ROWID""",
        "CREATE INDEX notice_due ON notice (stage, due_at)",
        """CREATE TABLE delivery (
    notice BLOB,
    contact BLOB,
    state TEXT NOT NULL,
    rank INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (notice, contact)
) WITHOUT ROWID""",
        "CREATE INDEX delivery_due ON delivery (rank, due_at) WHERE state = 'pending'",
        "CREATE INDEX delivery_contact ON delivery (contact)",
        "CREATE INDEX delivery_state ON delivery (notice, state)",
    ),
    (
        """CREATE TABLE conversation (
    id BLOB PRIMARY KEY,
    line BLOB NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    purge_at INTEGER NOT NULL,
    sealed BLOB NOT NULL
) WITHOUT ROWID""",
        "CREATE INDEX conversation_line ON conversation (line, state)",
        "CREATE INDEX conversation_due ON conversation (due_at) WHERE due_at IS NOT NULL",
        "CREATE INDEX conversation_purge ON conversation (purge_at)",
        """CREATE TABLE party (
    contact BLOB,
    conversation BLOB,
    seats INTEGER NOT NULL,
    PRIMARY KEY (contact, conversation)
) WITHOUT ROWID""",
        "CREATE INDEX party_conversation ON party (conversation)",
        "CREATE INDEX party_seats ON party (contact) WHERE seats = 1",
        """CREATE TABLE letter (
    id INTEGER PRIMARY KEY,
    contact BLOB NOT NULL,
    conversation BLOB,
    state TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    purge_at INTEGER NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    sealed BLOB NOT NULL
)""",
        "CREATE INDEX letter_contact ON letter (contact, state)",
        "CREATE INDEX letter_conversation ON letter (conversation) WHERE conversation IS NOT NULL",
        "CREATE INDEX letter_due ON letter (due_at) WHERE state <> 'sending'",
        "CREATE TABLE blocked (key BLOB PRIMARY KEY, purge_at INTEGER) WITHOUT ROWID",
        """CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    day TEXT NOT NULL,
    sealed BLOB NOT NULL,
    chain BLOB NOT NULL
)""",
    ),
)
"""Step n leads to version n. A step that was released is never changed: add the next one."""
VERSION = len(STEPS)
TRAILED = 3
"""From this version on there is a trail of what those who answer did."""


def migrate(connection: sqlite3.Connection, path: Path, then: Callable[[int], None] = lambda _: None) -> None:
    """Bring the database to this program's version, wholly or not at all; raises `StoreProblem`.

    `then` is told the version that it had, in the same transaction, and what it raises leaves everything as it was.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection, path)
        for step in STEPS[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute(f"PRAGMA application_id={APPLICATION}")
        then(version)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection, path: Path) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (objects,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and (application or version or objects):
        raise StoreProblem(f"{path} is a database of another program: choose another data folder")
    if version > VERSION:
        raise StoreProblem(f"{path} has version {version}, this program knows {VERSION}: install the newer program")
    return int(version)
