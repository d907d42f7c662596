"""Rows of tasks and of the queue of reviews: the statements that find them, and what stands in them as values."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Subquery, Text, and_, case, func, literal, null, or_, select

from hub import marks
from hub.refusal import Reason
from hub.release import OPEN_RELEASE, State
from hub.reviewers import nobody_reviews
from hub.store import moment
from hub.tables import approvals, commissions, hands, items, people, releases, steps, versions
from hub.task import ALL, InReview, Narrowed, Share, Task, Turn
from hub.workflow import CITY, Action, Actor, Part, Role, Status

_writer, _asks = people.alias("writer"), people.alias("asks")
_last, _by = steps.alias("last"), people.alias("by")
_first_draft = and_(commissions.c.item == items.c.key, items.c.live.is_(None), versions.c.status == Status.DRAFT.value)
"""What somebody was asked to write is that until it is sent in."""

_part = hands.alias("part")
BARRED = func.coalesce(_part.c.part, versions.c.status) != versions.c.status
"""A part in a version is called as the review that it is of, so that who has another one may not do this review."""


def own_ones(actor: Actor) -> Subquery:
    """Versions that the person had a hand in writing, and first drafts that the person was asked to write."""
    newest = (
        select(func.max(steps.c.step))
        .where(
            steps.c.item == versions.c.item,
            steps.c.number == versions.c.number,
            steps.c.action != Action.SAVE.value,  # saving says nothing of how it came here
        )
        .correlate(versions)
        .scalar_subquery()
    )
    draft = versions.c.status == Status.DRAFT.value
    turn = case(
        (~draft, Turn.WAITING.value),
        (_last.c.action == Action.RETURN.value, Turn.RETURNED.value),
        (commissions.c.writer == actor.person, Turn.WRITE.value),
        (commissions.c.item.is_not(None), Turn.WAITING.value),
        (_last.c.action == Action.IMPORT.value, Turn.IMPORTED.value),
        else_=Turn.DRAFT.value,
    )
    asked = case((commissions.c.person != actor.person, _asks.c.name))
    who = case(
        (~draft, null()),
        (_last.c.action == Action.RETURN.value, _by.c.name),
        (commissions.c.writer == actor.person, asked),
        else_=_writer.c.name,
    )
    since = case(
        (and_(commissions.c.writer == actor.person, _last.c.action != Action.RETURN.value), commissions.c.at),
        else_=versions.c.status_at,
    )
    columns = (
        items.c.key,
        items.c.name,
        items.c.department,
        versions.c.number,
        versions.c.status,
        versions.c.edits,
        versions.c.release,
        versions.c.base,
        commissions.c.due,
    )
    mine = (
        select(*columns, turn.label("turn"), who.label("who"), _last.c.remark, since.label("since"))
        .select_from(hands)
        .join(versions, and_(versions.c.item == hands.c.item, versions.c.number == hands.c.number))
        .join(items, and_(items.c.key == versions.c.item, items.c.open == versions.c.number))
        .outerjoin(
            _last,
            and_(_last.c.item == versions.c.item, _last.c.number == versions.c.number, _last.c.step == newest),
        )
        .outerjoin(_by, _by.c.id == _last.c.person)
        .outerjoin(commissions, _first_draft)
        .outerjoin(_writer, _writer.c.id == commissions.c.writer)
        .outerjoin(_asks, _asks.c.id == commissions.c.person)
        .where(hands.c.person == actor.person, hands.c.part == Part.AUTHOR.value)
    )
    touched = (
        select(hands.c.item)
        .where(
            hands.c.item == versions.c.item,
            hands.c.number == versions.c.number,
            hands.c.person == actor.person,
            hands.c.part == Part.AUTHOR.value,
        )
        .correlate(versions)
        .exists()
    )
    nothing = literal(None, Text())
    wanted = (
        select(
            *columns,
            literal(Turn.WRITE.value, Text()).label("turn"),
            asked.label("who"),
            nothing.label("remark"),
            commissions.c.at.label("since"),
        )
        .select_from(commissions)
        .join(items, items.c.key == commissions.c.item)
        .join(versions, and_(versions.c.item == items.c.key, versions.c.number == items.c.open))
        .join(_asks, _asks.c.id == commissions.c.person)
        .where(commissions.c.writer == actor.person, _first_draft, ~touched)
    )
    return mine.union_all(wanted).subquery("own")


def own_tasks(
    connection: Connection,
    actor: Actor,
    turn: Turn,
    limit: int,
    offset: int = 0,
    department: str = "",
    fresh: bool | None = None,
) -> list[Task]:
    """Tasks of one turn that the person wrote or was asked to write, the longest waiting first."""
    own = own_ones(actor)
    late = case((own.c.due.is_(None), "9999-12-31"), else_=own.c.due)
    order = (late, own.c.key) if turn is Turn.WRITE else (own.c.since, own.c.key)
    wanted = select(own).where(own.c.turn == turn.value).order_by(*order).limit(limit).offset(offset)
    if department:
        wanted = wanted.where(own.c.department == department)
    if fresh is not None:
        wanted = wanted.where(own.c.base.is_(None) if fresh else own.c.base.is_not(None))
    rows = connection.execute(wanted).all()
    stuck: dict[str, Status] = {}
    if turn is Turn.WAITING and rows:
        held = open_ones().where(items.c.key.in_([row.key for row in rows]), nobody_reviews(connection))
        stuck = {row.item: Status(row.status) for row in connection.execute(held)}
    return [
        Task(
            turn=turn,
            item=row.key,
            name=row.name,
            department=row.department,
            number=row.number,
            since=moment(row.since),
            remark=(row.remark or "") if turn is Turn.RETURNED else "",
            who=row.who or "",
            due=dt.date.fromisoformat(row.due) if row.due else None,
            status=Status(row.status),
            edits=row.edits,
            held=row.release is not None,
            fresh=row.base is None,
            stuck=stuck.get(row.key),
        )
        for row in rows
    ]


def reviews(connection: Connection, actor: Actor, limit: int, offset: int = 0, department: str = "") -> list[Task]:
    """Reviews that the person may do, the longest waiting first."""
    found = queue_of(connection, actor, Narrowed(department), limit, offset, ~BARRED)
    return [
        Task(Turn.REVIEW, one.item, one.name, one.department, one.number, one.since, who=one.author) for one in found
    ]


def mine_to_review(actor: Actor) -> Select[Any]:
    """What of the queue the person may review."""
    return queued(actor, ALL).where(~BARRED)


def queued(actor: Actor, narrowed: Narrowed) -> Select[Any]:
    """Versions in the reviews that the person's roles reach; nothing for who reviews nothing."""
    reached: list[ColumnElement[bool]] = []
    if Role.DEPARTMENT_REVIEWER in actor.roles:
        first = versions.c.status == Status.DEPARTMENT_REVIEW.value
        mine = items.c.department.in_(sorted(actor.departments))
        reached.append(first if actor.department == CITY else and_(first, mine))
    if Role.CITY_REVIEWER in actor.roles:
        reached.append(versions.c.status == Status.CITY_REVIEW.value)
    wanted = (
        select(
            versions.c.item,
            versions.c.number,
            versions.c.status,
            versions.c.status_at,
            versions.c.edits,
            versions.c.retired,
            versions.c.base,
            versions.c.saved_by,
            items.c.name,
            items.c.kind,
            items.c.department,
            _part.c.part,
        )
        .select_from(versions)
        .join(items, items.c.key == versions.c.item)
        .outerjoin(
            _part,
            and_(_part.c.item == versions.c.item, _part.c.number == versions.c.number, _part.c.person == actor.person),
        )
        .where(or_(*reached) if reached else literal(1) == 0)
    )
    if narrowed.department:
        wanted = wanted.where(items.c.department == narrowed.department)
    return wanted.where(items.c.kind == narrowed.kind) if narrowed.kind else wanted


def queue_of(
    connection: Connection,
    actor: Actor,
    narrowed: Narrowed,
    limit: int,
    offset: int = 0,
    *more: ColumnElement[bool],
) -> tuple[InReview, ...]:
    """A page of the queue, the longest waiting first; `more`: further conditions."""
    wanted = (
        queued(actor, narrowed)
        .add_columns(people.c.name.label("wrote"))
        .outerjoin(people, people.c.id == versions.c.saved_by)
        .where(*more)
        .order_by(versions.c.status_at, versions.c.item)
        .limit(limit)
        .offset(offset)
    )
    return tuple(
        InReview(
            item=row.item,
            name=row.name,
            department=row.department,
            number=row.number,
            status=Status(row.status),
            edits=row.edits,
            author=row.wrote or "",
            since=moment(row.status_at),
            retired=row.retired,
            barred=_barred(row.part, row.status),
        )
        for row in connection.execute(wanted)
    )


def _barred(part: str | None, status: str) -> Reason | None:
    if part in (None, status):
        return None
    return Reason.AUTHOR_REVIEWS if part == Part.AUTHOR.value else Reason.REVIEWS_TWICE


def open_ones() -> Select[Any]:
    """Versions that are being written or reviewed, or wait for a release."""
    return (
        select(
            versions.c.item,
            versions.c.number,
            versions.c.status,
            versions.c.status_at,
            versions.c.base,
            items.c.name,
            items.c.department,
        )
        .select_from(versions)
        .join(items, and_(items.c.key == versions.c.item, items.c.open == versions.c.number))
    )


def stuck(connection: Connection, actor: Actor) -> Select[Any]:
    """What waits for a review that nobody can do, of the departments whose accounts the person manages."""
    if Role.OPERATOR not in actor.roles:
        return open_ones().where(literal(1) == 0)
    wanted = open_ones().where(nobody_reviews(connection))
    if actor.department == CITY:
        return wanted
    mine = items.c.department.in_(sorted(actor.departments))
    return wanted.where(mine, versions.c.status == Status.DEPARTMENT_REVIEW.value)


def stuck_tasks(connection: Connection, actor: Actor, limit: int, offset: int = 0, department: str = "") -> list[Task]:
    """What waits for a review that nobody can do, for who manages accounts."""
    wanted = stuck(connection, actor).order_by(versions.c.status_at, versions.c.item).limit(limit).offset(offset)
    if department:
        wanted = wanted.where(items.c.department == department)
    return [
        Task(
            Turn.STUCK,
            row.item,
            row.name,
            row.department,
            row.number,
            moment(row.status_at),
            status=Status(row.status),
            stuck=Status(row.status),
        )
        for row in connection.execute(wanted)
    ]


def counted(connection: Connection, wanted: Select[Any]) -> int:
    """How many rows a statement finds."""
    return int(connection.execute(select(func.count()).select_from(wanted.subquery())).scalar_one())


def shares_of(connection: Connection, wanted: Select[Any]) -> tuple[Share, ...]:
    """How the rows of a statement lie with the departments, most first."""
    rows = wanted.subquery()
    n, fresh = func.count().label("n"), func.count(case((rows.c.base.is_(None), 1))).label("fresh")
    found = select(rows.c.department, n, fresh).group_by(rows.c.department).order_by(n.desc(), rows.c.department)
    return tuple(Share(row.department, row.n, row.fresh) for row in connection.execute(found))


def signing(connection: Connection, actor: Actor) -> list[Task]:
    """The open release, when it waits for the person to sign it."""
    if Role.PUBLISHER not in actor.roles:
        return []
    id = marks.get(connection, OPEN_RELEASE)
    row = connection.execute(select(releases).where(releases.c.id == id)).first() if id else None
    if row is None or row.state != State.PREPARED.value:
        return []
    signed = connection.execute(
        select(approvals.c.person).where(approvals.c.release == id, approvals.c.person == actor.person)
    ).first()
    if signed is not None:
        return []
    return [Task(Turn.SIGN, id, "", "", 0, moment(row.made_at))]
