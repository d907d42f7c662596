"""What a slip's check code leads to: the item of a number, and what has changed in it."""

from __future__ import annotations

import json
import sqlite3

from domain.records import Change


def by_number(connection: sqlite3.Connection, number: int) -> str | None:
    """The guide or life event that has `number`, or had it before it was taken down."""
    row = connection.execute(
        "SELECT of FROM numbered WHERE number = ? ORDER BY kind DESC, id DESC LIMIT 1", (number,)
    ).fetchone()
    return None if row is None else str(row[0])


def changes(connection: sqlite3.Connection, of: str) -> tuple[Change, ...]:
    """What has changed in a record, the oldest first."""
    rows = connection.execute(
        "SELECT line FROM changed JOIN record ON record.kind = 'change' AND record.id = changed.id"
        " WHERE changed.of = ? ORDER BY version, changed.id",
        (of,),
    )
    return tuple(Change.model_validate(json.loads(line)) for (line,) in rows)
