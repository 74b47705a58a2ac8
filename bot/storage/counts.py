"""Counts by week and kind, without anybody in them."""

import sqlite3
from datetime import date


def week(on: date) -> str:
    """Name a week: the finest time that a count has."""
    year, number, _ = on.isocalendar()
    return f"{year:04}-W{number:02}"


def count(connection: sqlite3.Connection, kind: str, on: date) -> None:
    """Count one thing that happened; `kind` is a word of ours, never of a person."""
    connection.execute(
        "INSERT INTO count (week, kind, n) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", (week(on), kind)
    )


def sums(connection: sqlite3.Connection, first: date, end: date) -> list[tuple[str, int]]:
    """Return how often each thing happened in the weeks from that of `first` on and before that of `end`."""
    query = "SELECT kind, sum(n) FROM count WHERE week >= ? AND week < ? GROUP BY kind ORDER BY kind"
    return connection.execute(query, (week(first), week(end))).fetchall()
