"""Counts by week and kind, without anybody in them."""

import sqlite3
from collections.abc import Mapping
from datetime import date, timedelta

from bot.core.monitoring import VISIT, WEEKS, doubts, week


def count(connection: sqlite3.Connection, kind: str, on: date) -> None:
    """Count one thing that happened; `kind` is a word of ours, never of a person."""
    connection.execute(
        "INSERT INTO count (week, kind, n) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", (week(on), kind)
    )


def sums(connection: sqlite3.Connection, first: date, end: date) -> list[tuple[str, int]]:
    """Return how often each thing happened in the weeks from that of `first` on and before that of `end`."""
    query = "SELECT kind, sum(n) FROM count WHERE week >= ? AND week < ? GROUP BY kind ORDER BY kind"
    return connection.execute(query, (week(first), week(end))).fetchall()


def doubted(connection: sqlite3.Connection, today: date) -> Mapping[str, str]:
    """Return where many were not received well in the last full weeks, and since which of them so many."""
    query = "SELECT week, kind, n FROM count WHERE week >= ? AND week < ? AND kind LIKE ?"
    lately = (week(today - timedelta(weeks=WEEKS)), week(today), f"{VISIT} %")
    return doubts(connection.execute(query, lately).fetchall())
