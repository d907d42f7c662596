"""Rows of rollouts: what stands in the tables, read into values, and what every step writes there."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from hub.people import Person
from hub.refusal import Reason, Refused
from hub.rollout import EVERYBODY, Course, Goal, Rollout, Route, Step, signed_goal
from hub.store import moment, written
from hub.tables import people, rollout_kiosks, rollout_steps, rollouts

if TYPE_CHECKING:
    from contentsync.channels import Channels, Ring


def newest(connection: Connection) -> Rollout | None:
    """The rollout of the highest revision that had one."""
    row = connection.execute(select(rollouts).order_by(rollouts.c.revision.desc()).limit(1)).first()
    return _rollout(row) if row is not None else None


def steps_of(connection: Connection, revision: int) -> tuple[Step, ...]:
    """What was done, oldest first."""
    wanted = (
        select(rollout_steps, people.c.name)
        .outerjoin(people, people.c.id == rollout_steps.c.person)
        .where(rollout_steps.c.revision == revision)
        .order_by(rollout_steps.c.step)
    )
    return tuple(
        Step(moment(row.at), row.action, Goal(row.percent, row.ring or ""), row.name or "", row.reason or "")
        for row in connection.execute(wanted)
    )


def approved(connection: Connection, revision: int) -> tuple[str, ...]:
    """Ids of the publishers who have said since the last step that everybody may have it."""
    wanted = (
        select(rollout_steps.c.action, rollout_steps.c.person)
        .where(rollout_steps.c.revision == revision)
        .order_by(rollout_steps.c.step.desc())
    )
    rows = connection.execute(wanted).all()
    return tuple(row.person for row in takewhile(lambda row: row.action == "approve", rows))


def begin(
    connection: Connection, revision: int, person: str | None, told: Channels | None, route: Route, now: dt.datetime
) -> None:
    """Notes how `revision` went out, in the transaction that says that it did. Earlier rollouts end with that."""
    known = newest(connection)
    if known is not None and known.open:
        after = replace(known, course=Course.OVERTAKEN)
        move(connection, known, after)
        add_step(connection, after, "overtaken", now, None)
    forget_kiosks(connection)
    street = street_ring(told)
    if told is None or street is None or street.revision != revision:
        return
    goal = signed_goal(route, told.rings)
    begun = Rollout(
        revision,
        told.stable,
        Course.PAUSED if told.paused else Course.RUNNING,
        goal,
        street.districts,
        street.not_before,
        now,
        now,
        route,
    )
    connection.execute(
        insert(rollouts).values(
            revision=revision,
            stable=begun.stable,
            course=begun.course.value,
            percent=goal.percent,
            ring=goal.ring,
            districts=json.dumps(list(begun.districts)),
            not_before=written(begun.not_before) if begun.not_before else None,
            begun_at=written(now),
            reached_at=written(now),
            plan=json.dumps({"rings": route.rings, "shares": route.shares}),
        )
    )
    add_step(connection, begun, "start", now, person)


def street_ring(told: Channels | None) -> Ring | None:
    """What the street takes by the signed files."""
    from contentsync.channels import STREET

    return told.rings.get(STREET) if told is not None else None


def as_signed(known: Rollout, told: Channels | None, now: dt.datetime) -> Rollout:
    """`known` as the signed files have it."""
    street = street_ring(told)
    if told is None or street is None or street.revision != known.revision:
        return replace(known, course=Course.DONE, goal=EVERYBODY)
    going = Course.HELD if known.course is Course.HELD else Course.RUNNING  # nothing is signed about a hold
    goal = signed_goal(known.route, told.rings)
    reached = known.reached_at if goal == known.goal else now
    return replace(known, course=Course.PAUSED if told.paused else going, goal=goal, reached_at=reached)


def move(connection: Connection, known: Rollout, after: Rollout) -> None:
    """Puts `after` in the place of `known`. Raises `Refused` (no_rollout) when that is not what stands there."""
    moved = connection.execute(
        update(rollouts)
        .where(
            rollouts.c.revision == known.revision,
            rollouts.c.course == known.course.value,
            rollouts.c.percent == known.goal.percent,
            rollouts.c.ring == known.goal.ring,
        )
        .values(
            course=after.course.value,
            percent=after.goal.percent,
            ring=after.goal.ring,
            reached_at=written(after.reached_at),
        )
    ).rowcount
    if not moved:
        raise Refused(Reason.NO_ROLLOUT)
    if after.reached_at != known.reached_at or not after.open:
        forget_kiosks(connection)


def forget_kiosks(connection: Connection) -> None:
    """What kiosks did until now is compared no more: a stage is looked at by itself."""
    connection.execute(delete(rollout_kiosks))


def add_step(
    connection: Connection, after: Rollout, action: str, now: dt.datetime, person: Person | str | None, reason: str = ""
) -> None:
    """Notes what was done; `person`: somebody, or an id."""
    last = connection.execute(
        select(func.max(rollout_steps.c.step)).where(rollout_steps.c.revision == after.revision)
    ).scalar()
    connection.execute(
        insert(rollout_steps).values(
            revision=after.revision,
            step=(last or 0) + 1,
            at=written(now),
            action=action,
            percent=after.goal.percent,
            ring=after.goal.ring,
            reason=reason or None,
            person=person.id if isinstance(person, Person) else person,
        )
    )


def _rollout(row: Row[tuple[object, ...]]) -> Rollout:
    plan = json.loads(row.plan)
    return Rollout(
        revision=row.revision,
        stable=row.stable,
        course=Course(row.course),
        goal=Goal(row.percent, row.ring),
        districts=tuple(json.loads(row.districts)),
        not_before=moment(row.not_before) if row.not_before else None,
        begun_at=moment(row.begun_at),
        reached_at=moment(row.reached_at),
        route=Route(tuple(plan["rings"]), tuple(plan["shares"])),
    )
