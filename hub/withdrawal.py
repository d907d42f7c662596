"""What a withdrawal takes back: versions that say again what was live before the release that is withdrawn."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, and_, bindparam, func, insert, select, update

from hub.release import Waiting
from hub.store import written
from hub.tables import items, release_items, steps, versions
from hub.workflow import Action, Status


def restore(
    connection: Connection, withdrawn: str, release: str, revision: int, now: dt.datetime
) -> tuple[Waiting, ...]:
    """Writes those versions, locked into `release`, which takes back `withdrawn`, the release of `revision`. They have
    new numbers, so that every item's history only grows.
    """
    at = written(now)
    was = func.coalesce(release_items.c.before, release_items.c.number)
    held = connection.execute(
        select(release_items, items.c.name, items.c.department, items.c.last, items.c.live, versions.c.line)
        .join(items, items.c.key == release_items.c.item)
        .join(versions, and_(versions.c.item == release_items.c.item, versions.c.number == was))
        .where(release_items.c.release == withdrawn)
    ).all()
    waiting, rows, told = [], [], []
    for row in held:
        number = row.last + 1
        retired = row.before is None
        change = "dropped" if retired else "added" if row.live is None else "changed"
        waiting.append(Waiting(row.item, row.name, row.department, number, row.live, change))
        rows.append(
            {
                "item": row.item,
                "number": number,
                "line": row.line,
                "retired": retired,
                "status": Status.APPROVED.value,
                "status_at": at,
                "edits": 1,
                "made_at": at,
                "saved_at": at,
                "base": row.live,
                "release": release,
                "remark": str(revision),
            }
        )
        told.append(
            {
                "item": row.item,
                "number": number,
                "step": 1,
                "at": at,
                "action": Action.RESTORE.value,
                "status": Status.APPROVED.value,
                "remark": str(revision),
            }
        )
    connection.execute(insert(versions), rows)
    connection.execute(insert(steps), told)
    connection.execute(
        update(items).where(items.c.key == bindparam("of")).values(last=bindparam("given")),
        [{"of": one.item, "given": one.number} for one in waiting],
    )
    return tuple(sorted(waiting, key=lambda one: (one.department, one.name, one.item)))
