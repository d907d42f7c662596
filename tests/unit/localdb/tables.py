"""Everything that stands in a catalogue file, in a form in which two files with the same content are equal."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

TABLES = (
    "card",
    "said",
    "feed",
    "term",
    "meaning",
    "ref",
    "translation",
    "lexicon",
    "reading",
    "numbered",
    "changed",
    "meta",
)


def tables(path: Path) -> dict[str, list[Any]]:
    """All rows of all tables and all entries of the full-text indexes, with the number that a card has in canonical
    order in place of its doc; that docs are in that order is asserted.
    """
    connection = sqlite3.connect(path)
    try:
        keys = connection.execute("SELECT kind, id, doc FROM card ORDER BY doc").fetchall()
        assert [key[:2] for key in keys] == sorted(key[:2] for key in keys)
        number = {doc: count for count, (_, _, doc) in enumerate(keys)}
        found: dict[str, list[Any]] = {
            "record": connection.execute("SELECT kind, id, line FROM record ORDER BY kind, id").fetchall()
        }
        for name in TABLES:
            described = connection.execute(f"PRAGMA table_info({name})").fetchall()
            columns = [column[1] for column in described]
            rows = connection.execute(f"SELECT * FROM {name}").fetchall()
            if "doc" in columns:
                at = columns.index("doc")
                rows = [(number[row[at]], *row[:at], *row[at + 1 :]) for row in rows]
                # Names of one card stand in the order of their rank, which is the order of rows.
                rows.sort(key=lambda row: row[0] if name == "said" else row)
            found[name] = rows if name in ("said", "meaning") else sorted(rows, key=repr)
        for index in ("words", "sounds"):
            connection.execute(f"INSERT INTO {index} ({index}) VALUES ('integrity-check')")
            connection.execute(f"CREATE VIRTUAL TABLE temp.{index}_entries USING fts5vocab(main, {index}, 'instance')")
            entries = connection.execute(f"SELECT term, doc, col, offset FROM temp.{index}_entries").fetchall()
            found[f"{index}: entries"] = sorted((term, number[doc], *place) for term, doc, *place in entries)
            sizes = connection.execute(f"SELECT id, sz FROM {index}_docsize").fetchall()
            found[f"{index}: sizes"] = sorted((number[doc], size) for doc, size in sizes)
            found[f"{index}: averages"] = connection.execute(f"SELECT block FROM {index}_data WHERE id = 1").fetchall()
        return found
    finally:
        connection.rollback()
        connection.close()


def assert_same(one: Path, other: Path) -> None:
    """Names the first table in which two files differ, and the rows."""
    left, right = tables(one), tables(other)
    for name, rows in left.items():
        if rows != right[name]:
            here = [row for row in rows if row not in right[name]]
            there = [row for row in right[name] if row not in rows]
            raise AssertionError(f"{name}: {here[:5]} against {there[:5]}" if here or there else f"{name}: other order")
