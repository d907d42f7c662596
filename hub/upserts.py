"""Many rows at once, written whether they are there or not: one statement for a batch, the same on both databases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes `rows`, each with the same columns and among them the whole primary key, no key twice; a row that is
    there gets what is given. In the order of their keys, so that two batches that meet wait for one another instead of
    locking each other out.
    """
    if not rows:
        return
    key = [column.name for column in table.primary_key]
    inserting = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)
    given = {name: inserting.excluded[name] for name in rows[0] if name not in key}
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in key))
    connection.execute(inserting.on_conflict_do_update(index_elements=key, set_=given), ordered)
