"""What waits to be sent home, as statements over a connection; `store` decides when and in which thread.

A message stands for itself (a letter, a correction), or it is the newest of its name (health, the counts of a day):
then a newer one takes the place of the one that waits, under an id of its own, so that the hub's answer to the older
one changes nothing. What the hub has of a name is remembered, and the same is not sent again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from localdb.device.tables import outbox, outbox_told

MOST = 2000
"""Messages that wait; beyond it the oldest go, letters never."""

MOST_BYTES = 4 << 20

MOST_DEAD = 100
"""Messages that are kept though the hub will not have them."""

KEPT_TOLD = 400
"""Names of which it is remembered what the hub has: a year of days, and some."""

REFUSALS = 3
"""Times that the hub may refuse a message before it counts as dead."""

FIRST_PAUSE_S = 15
LONGEST_PAUSE_S = 3600

KEPT_FOR_EVER = ("letter",)
"""Kinds that are never dropped."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that may go now. `body` is JSON."""

    id: str
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class OutboxState:
    """How many messages wait, and how many the hub will not have."""

    waiting: int
    dead: int


def put(connection: Connection, kind: str, body: str, now: dt.datetime, name: str | None = None) -> str | None:
    """Adds a message; returns its id, None when the hub has the same under this `name` already, or it waits."""
    size = len(body.encode("utf-8"))
    if name is not None:
        held = connection.execute(select(outbox.c.body, outbox.c.dead).where(outbox.c.name == name)).first()
        if held is not None and held.body == body:
            return None
        told = connection.execute(select(outbox_told.c.digest).where(outbox_told.c.name == name)).scalar()
        if held is None and told == _digest(body):
            return None
        connection.execute(delete(outbox).where(outbox.c.name == name))
    id = str(uuid.uuid4())
    row = {"id": id, "kind": kind, "name": name, "body": body, "size": size, "made_at": _utc(now)}
    connection.execute(insert(outbox).values(**row, tries=0, refusals=0, next_at=0, dead=False))
    _make_room(connection)
    return id


def due(connection: Connection, now: dt.datetime, most: int, most_bytes: int) -> tuple[Waiting, ...]:
    """Messages that may go, the oldest first, at least one if there is one. A time to wait that lies further off than
    any pause comes from another clock, and does not count.
    """
    at = int(now.timestamp())
    wanted = (
        select(outbox.c.id, outbox.c.kind, outbox.c.body, outbox.c.size)
        .where(outbox.c.dead.is_(False), (outbox.c.next_at <= at) | (outbox.c.next_at > at + 2 * LONGEST_PAUSE_S))
        .order_by(outbox.c.made_at, outbox.c.id)
        .limit(most)
    )
    found: list[Waiting] = []
    total = 0
    for row in connection.execute(wanted):
        total += row.size
        if found and total > most_bytes:
            break
        found.append(Waiting(row.id, row.kind, row.body))
    return tuple(found)


def everything(connection: Connection) -> tuple[Waiting, ...]:
    """All messages that wait, also those whose time has not come: a stick leaves now. `MOST` at the most."""
    wanted = (
        select(outbox.c.id, outbox.c.kind, outbox.c.body)
        .where(outbox.c.dead.is_(False))
        .order_by(outbox.c.made_at, outbox.c.id)
        .limit(MOST)
    )
    return tuple(Waiting(row.id, row.kind, row.body) for row in connection.execute(wanted))


def settle(connection: Connection, fates: Mapping[str, str], now: dt.datetime) -> None:
    """What the hub answered: `stored` and `duplicate` are home; anything else is a refusal, and `REFUSALS` of them are
    one too many.
    """
    for id, fate in fates.items():
        row = connection.execute(select(outbox).where(outbox.c.id == id)).first()
        if row is None:
            continue  # a newer one has taken its place
        if fate in ("stored", "duplicate"):
            connection.execute(delete(outbox).where(outbox.c.id == id))
            if row.name is not None and row.kind != "health":
                _remember(connection, row.name, _digest(row.body), now)
            continue
        refusals = row.refusals + 1
        connection.execute(
            update(outbox)
            .where(outbox.c.id == id)
            .values(refusals=refusals, dead=refusals >= REFUSALS, next_at=_after(now, refusals))
        )
    _bury(connection)


def postpone(connection: Connection, ids: Collection[str], now: dt.datetime) -> None:
    """They did not reach the hub: each waits longer than the last time, give or take, up to an hour."""
    for row in connection.execute(select(outbox.c.id, outbox.c.tries).where(outbox.c.id.in_(list(ids)))).all():
        values = {"tries": row.tries + 1, "next_at": _after(now, row.tries + 1)}
        connection.execute(update(outbox).where(outbox.c.id == row.id).values(**values))


def hasten(connection: Connection) -> None:
    """The hub is there again: whatever waits because it was not may go now."""
    connection.execute(
        update(outbox).where(outbox.c.dead.is_(False), outbox.c.refusals == 0, outbox.c.next_at > 0).values(next_at=0)
    )


def state(connection: Connection) -> OutboxState:
    """How much there is."""
    rows = connection.execute(select(outbox.c.dead, func.count()).group_by(outbox.c.dead))
    counts = {bool(dead): count for dead, count in rows}
    return OutboxState(counts.get(False, 0), counts.get(True, 0))


def _after(now: dt.datetime, times: int) -> int:
    pause = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(times - 1, 10))
    return int(now.timestamp() + pause * random.uniform(0.5, 1.0))


def _remember(connection: Connection, name: str, digest: str, now: dt.datetime) -> None:
    row = upsert(outbox_told).values(name=name, digest=digest, at=_utc(now))
    connection.execute(
        row.on_conflict_do_update(index_elements=["name"], set_={"digest": row.excluded.digest, "at": row.excluded.at})
    )
    beyond = (
        select(outbox_told.c.name).order_by(outbox_told.c.at.desc(), outbox_told.c.name).limit(-1).offset(KEPT_TOLD)
    )
    connection.execute(delete(outbox_told).where(outbox_told.c.name.in_(beyond.scalar_subquery())))


def _make_room(connection: Connection) -> None:
    """Drops the oldest of what may be dropped until count and bytes fit."""
    droppable = outbox.c.kind.not_in(KEPT_FOR_EVER)
    count, size = connection.execute(select(func.count(), func.coalesce(func.sum(outbox.c.size), 0))).one()
    if count <= MOST and size <= MOST_BYTES:
        return
    oldest = select(outbox.c.id, outbox.c.size).where(droppable).order_by(outbox.c.made_at, outbox.c.id)
    for row in connection.execute(oldest).all():
        if count <= MOST and size <= MOST_BYTES:
            return
        connection.execute(delete(outbox).where(outbox.c.id == row.id))
        count, size = count - 1, size - row.size


def _bury(connection: Connection) -> None:
    beyond: ColumnElement[str] = (
        select(outbox.c.id)
        .where(outbox.c.dead, outbox.c.kind.not_in(KEPT_FOR_EVER))
        .order_by(outbox.c.made_at.desc(), outbox.c.id)
        .limit(-1)
        .offset(MOST_DEAD)
        .scalar_subquery()
    )
    connection.execute(delete(outbox).where(outbox.c.id.in_(beyond)))


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="microseconds")
