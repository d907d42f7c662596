"""Whose turn it is: the tasks of a person (我的任务) and the queue of reviews."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from hub import marks
from hub.people import Person, person_of
from hub.refusal import Reason
from hub.release import OPEN_RELEASE, State
from hub.store import Store, moment, utc_now
from hub.tables import approvals, hands, items, people, releases, steps, versions
from hub.workflow import CITY, Action, Actor, Part, Role, Status

MOST_TO_VERIFY = 50
"""Items to verify that are told at once, the longest unverified first."""

_IN_REVIEW = (Status.DEPARTMENT_REVIEW, Status.CITY_REVIEW)


class Turn(StrEnum):
    """Why something is on a person's list; its sentence is ``task.<turn>`` in the hub's phrases."""

    RETURNED = "returned"
    REVIEW = "review"
    SIGN = "sign"
    DRAFT = "draft"
    VERIFY = "verify"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do, or (WAITING) to know of.

    `item`: its key, the release's id for SIGN. `number`: version, 0 for VERIFY and SIGN. `since`: when it came onto
    the list; for VERIFY the day of the last verification, None when there never was one. `remark` and `who` (a name):
    of the return, or who waits for whom.
    """

    turn: Turn
    item: str
    name: str
    department: str
    number: int
    since: dt.datetime | None
    remark: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class InReview:
    """A version in the queue. `barred`: why this person may not review it (shown, not hidden), else None."""

    item: str
    name: str
    department: str
    number: int
    status: Status
    edits: int
    author: str
    since: dt.datetime
    barred: Reason | None


class Tasks:
    """Reads what waits for whom; changes nothing."""

    def __init__(self, store: Store, verify_days: int, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._verify_days = verify_days
        self._now = now

    def tasks_for(self, person: Person) -> tuple[Task, ...]:
        """What is returned comes first, then reviews, releases to sign, drafts, what is to be verified, what waits."""

        def work(connection: Connection) -> tuple[Task, ...]:
            actor = person_of(connection, person.id).actor
            found = [*_own(connection, actor), *_reviews(connection, actor), *_signing(connection, actor)]
            found.extend(self._unverified(connection, actor))
            order = list(Turn)
            late = dt.datetime.max.replace(tzinfo=dt.UTC)
            return tuple(sorted(found, key=lambda task: (order.index(task.turn), task.since or late, task.item)))

        return self._store.read(work)

    def review_queue(self, person: Person) -> tuple[InReview, ...]:
        """Versions in the reviews that the person's roles reach, longest waiting first; also those that somebody else
        must review, with the reason.
        """
        return self._store.read(lambda connection: _queue(connection, person_of(connection, person.id).actor))

    def _unverified(self, connection: Connection, actor: Actor) -> list[Task]:
        if not actor.roles & {Role.EDITOR, Role.COLLECTOR}:
            return []
        day = (self._now().date() - dt.timedelta(days=self._verify_days)).isoformat()
        wanted = (
            select(items)
            .where(items.c.live.is_not(None), items.c.open.is_(None), items.c.verified_on <= day)
            .order_by(items.c.verified_on, items.c.key)
            .limit(MOST_TO_VERIFY)
        )
        if actor.department != CITY and Role.COLLECTOR not in actor.roles:
            wanted = wanted.where(items.c.department.in_(actor.departments))
        return [
            Task(
                Turn.VERIFY,
                row.key,
                row.name,
                row.department,
                0,
                dt.datetime.fromisoformat(row.verified_on).replace(tzinfo=dt.UTC),
            )
            for row in connection.execute(wanted)
        ]


def _own(connection: Connection, actor: Actor) -> list[Task]:
    """Versions that the person had a hand in writing."""
    wanted = (
        select(versions, items.c.name, items.c.department)
        .join(items, and_(items.c.key == versions.c.item, items.c.open == versions.c.number))
        .join(hands, and_(hands.c.item == versions.c.item, hands.c.number == versions.c.number))
        .where(hands.c.person == actor.person, hands.c.part == Part.AUTHOR.value)
    )
    found = []
    for row in connection.execute(wanted).all():
        who = remark = ""
        if Status(row.status) is Status.DRAFT:
            last = _last_step(connection, row.item, row.number)
            turn = Turn.DRAFT
            if last is not None and last.action == Action.RETURN.value:
                turn, who, remark = Turn.RETURNED, last.name or "", last.remark or ""
        else:
            turn = Turn.WAITING
        found.append(
            Task(turn, row.item, row.name, row.department, row.number, moment(row.status_at), remark=remark, who=who)
        )
    return found


def _last_step(connection: Connection, item: str, number: int) -> Any:
    """The last step that was not just saving: action, remark, name; None when there is none."""
    return connection.execute(
        select(steps.c.action, steps.c.remark, people.c.name)
        .outerjoin(people, people.c.id == steps.c.person)
        .where(steps.c.item == item, steps.c.number == number, steps.c.action != Action.SAVE.value)
        .order_by(steps.c.step.desc())
        .limit(1)
    ).first()


def _reviews(connection: Connection, actor: Actor) -> list[Task]:
    return [
        Task(Turn.REVIEW, one.item, one.name, one.department, one.number, one.since, who=one.author)
        for one in _queue(connection, actor)
        if one.barred is None
    ]


def _queue(connection: Connection, actor: Actor) -> tuple[InReview, ...]:
    if not actor.roles & {Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER}:
        return ()
    wanted = (
        select(versions, items.c.name, items.c.department, people.c.name.label("wrote"))
        .join(items, items.c.key == versions.c.item)
        .outerjoin(people, people.c.id == versions.c.saved_by)
        .where(or_(*(versions.c.status == status.value for status in _IN_REVIEW)))
        .order_by(versions.c.status_at, versions.c.item)
    )
    rows = [row for row in connection.execute(wanted).all() if actor.may_review(Status(row.status), row.department)]
    held = {
        (row.item, row.number): Part(row.part)
        for row in connection.execute(select(hands).where(hands.c.person == actor.person))
    }
    found = []
    for row in rows:
        part, own = held.get((row.item, row.number)), Part(row.status)
        barred = None if part in (None, own) else Reason.AUTHOR_REVIEWS if part is Part.AUTHOR else Reason.REVIEWS_TWICE
        found.append(
            InReview(
                item=row.item,
                name=row.name,
                department=row.department,
                number=row.number,
                status=Status(row.status),
                edits=row.edits,
                author=row.wrote or "",
                since=moment(row.status_at),
                barred=barred,
            )
        )
    return tuple(found)


def _signing(connection: Connection, actor: Actor) -> list[Task]:
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
