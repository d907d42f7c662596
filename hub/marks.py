"""Small values that are moved on by compare-and-set: the revision, the open release, the head of the audit chain."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from hub.store import Meeting
from hub.tables import marks


def get(connection: Connection, name: str) -> str:
    """The value; empty before the first `move`."""
    return connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar() or ""


def move(connection: Connection, name: str, old: str, new: str) -> None:
    """Puts `new` in the place of `old`. Raises `Meeting` when `old` is not what stands there any more."""
    moved = connection.execute(
        update(marks).where(marks.c.name == name, marks.c.value == old).values(value=new)
    ).rowcount
    if moved:
        return
    if old or get(connection, name):
        raise Meeting(name)
    connection.execute(insert(marks).values(name=name, value=new))
