"""Words that enough people asked in vain, as statements over a connection; `store` decides when and in which thread."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from domain.unmet import Unmet
from localdb.device.tables import unmet_query

KEPT_DAYS = 92
"""Days that words wait for a stick: the time between two rounds of a technician, and some."""

MOST_KEPT = 5000
"""Rows that are kept; the ones of the oldest days go first."""


def keep(connection: Connection, text: str, day: dt.date, visits: int) -> None:
    """Adds `visits` to what `day` has of `text`, and forgets what is older than `KEPT_DAYS` before that day."""
    row = insert(unmet_query).values(text=text, day=day.isoformat(), visits=visits)
    connection.execute(
        row.on_conflict_do_update(
            index_elements=["day", "text"], set_={"visits": unmet_query.c.visits + row.excluded.visits}
        )
    )
    oldest = (day - dt.timedelta(days=KEPT_DAYS)).isoformat()
    connection.execute(delete(unmet_query).where(unmet_query.c.day < oldest))
    kept = (
        select(unmet_query.c.day, unmet_query.c.text)
        .order_by(unmet_query.c.day.desc(), unmet_query.c.visits.desc(), unmet_query.c.text)
        .limit(-1)
        .offset(MOST_KEPT)
    )
    for beyond in connection.execute(kept).all():
        connection.execute(
            delete(unmet_query).where(unmet_query.c.day == beyond.day, unmet_query.c.text == beyond.text)
        )


def kept(connection: Connection) -> tuple[Unmet, ...]:
    """What is kept, the newest day first, then what most visits asked."""
    rows = connection.execute(
        select(unmet_query).order_by(unmet_query.c.day.desc(), unmet_query.c.visits.desc(), unmet_query.c.text)
    )
    return tuple(Unmet(row.text, dt.date.fromisoformat(row.day), row.visits) for row in rows)
