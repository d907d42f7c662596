"""Whose turn it is: the tasks of a person (我的任务) and the queue of reviews.

A person may have thousands of either after an import, so that both are counted and cut into pages by the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, literal, null, or_, select

from hub.people import Person, person_of
from hub.reviewers import REVIEWS, nobody_reviews
from hub.store import Store, utc_now
from hub.tables import items, versions
from hub.task import A_FEW, ALL, ON_A_PAGE, Held, InReview, Narrowed, Share, Task, Turn
from hub.task_rows import (
    BARRED,
    counted,
    mine_to_review,
    open_ones,
    own_ones,
    own_tasks,
    queue_of,
    queued,
    reviews,
    shares_of,
    signing,
    stuck,
    stuck_tasks,
)
from hub.workflow import CITY, Actor, Role, Status


class Tasks:
    """Reads what waits for whom; changes nothing."""

    def __init__(self, store: Store, verify_days: int, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self._store = store
        self._verify_days = verify_days
        self._now = now

    # A person's own

    def counts(self, person: Person) -> Mapping[Turn, int]:
        """How many tasks of each turn there are; turns without one are left out."""
        return self._store.read(lambda connection: self._counts(connection, person_of(connection, person.id).actor))

    def count(self, person: Person) -> int:
        """How many of them wait for the person."""
        return sum(n for turn, n in self.counts(person).items() if turn is not Turn.WAITING)

    def tasks_for(self, person: Person, turns: Iterable[Turn] | None = None, limit: int = A_FEW) -> tuple[Task, ...]:
        """The first `limit` of each of `turns` (None: of all): what is returned comes first, then reviews, releases to
        sign, what somebody asked for, drafts, what is to be verified, what waits.
        """

        def work(connection: Connection) -> tuple[Task, ...]:
            actor = person_of(connection, person.id).actor
            wanted = self._counts(connection, actor) if turns is None else turns
            return tuple(task for turn in wanted for task in self._tasks(connection, actor, turn, limit))

        return self._store.read(work)

    def page_of(
        self,
        person: Person,
        turn: Turn,
        *,
        department: str = "",
        fresh: bool | None = None,
        limit: int = ON_A_PAGE,
        offset: int = 0,
    ) -> tuple[Task, ...]:
        """Tasks of one turn, the longest waiting first. `fresh`: only those of items of which nothing (True) or
        something (False) is live.
        """

        def work(connection: Connection) -> list[Task]:
            actor = person_of(connection, person.id).actor
            return self._tasks(connection, actor, turn, limit, offset, department, fresh)

        return tuple(self._store.read(work))

    def shares(self, person: Person, turn: Turn) -> tuple[Share, ...]:
        """How the tasks of one turn lie with the departments, most first."""

        def work(connection: Connection) -> tuple[Share, ...]:
            actor = person_of(connection, person.id).actor
            if turn is Turn.SIGN:
                return ()
            if turn is Turn.REVIEW:
                return shares_of(connection, mine_to_review(actor))
            if turn is Turn.STUCK:
                return shares_of(connection, stuck(connection, actor))
            if turn is Turn.VERIFY:
                return shares_of(connection, self._unverified(actor))
            own = own_ones(actor)
            return shares_of(connection, select(own).where(own.c.turn == turn.value))

        return self._store.read(work)

    def signs(self, person: Person) -> bool:
        """Whether an open release waits for the person to sign it."""
        return bool(self._store.read(lambda connection: signing(connection, person_of(connection, person.id).actor)))

    def nobody_for(self, key: str) -> Status | None:
        """The review that the open version of an item waits for and that nobody can do; None where somebody can."""

        def work(connection: Connection) -> Status | None:
            wanted = open_ones().where(items.c.key == key, nobody_reviews(connection))
            row = connection.execute(wanted).first()
            return Status(row.status) if row is not None else None

        return self._store.read(work)

    def account(self, person: Person, kinds: frozenset[str], since: dt.date) -> Held:
        """What the person's departments have; in time is what was verified after `since`, of `kinds`."""
        dated = and_(items.c.live.is_not(None), items.c.kind.in_(sorted(kinds)))
        fresh = and_(dated, items.c.verified_on > since.isoformat())
        status = versions.c.status
        wanted = select(
            func.count(items.c.live).label("live"),
            func.count(case((dated, 1))).label("dated"),
            func.count(case((fresh, 1))).label("fresh"),
            func.count(case((status == Status.DRAFT.value, 1))).label("written"),
            func.count(case((status.in_([one.value for one in REVIEWS]), 1))).label("reviewed"),
        ).select_from(
            items.outerjoin(versions, and_(versions.c.item == items.c.key, versions.c.number == items.c.open))
        )

        def work(connection: Connection) -> Held:
            actor = person_of(connection, person.id).actor
            reach = () if actor.department == CITY else (items.c.department.in_(sorted(actor.departments)),)
            row = connection.execute(wanted.where(*reach)).one()
            return Held(row.live, row.dated, row.fresh, row.written, row.reviewed)

        return self._store.read(work)

    # The queue of reviews

    def review_queue(
        self, person: Person, narrowed: Narrowed = ALL, limit: int = ON_A_PAGE, offset: int = 0
    ) -> tuple[InReview, ...]:
        """Versions in the reviews that the person's roles reach, longest waiting first; also those that somebody else
        must review, with the reason.
        """
        return self._store.read(
            lambda connection: queue_of(connection, person_of(connection, person.id).actor, narrowed, limit, offset)
        )

    def in_queue(self, person: Person, narrowed: Narrowed = ALL) -> tuple[int, int]:
        """How many there are, and how many of them this person may review."""

        def work(connection: Connection) -> tuple[int, int]:
            queue = queued(person_of(connection, person.id).actor, narrowed)
            return counted(connection, queue), counted(connection, queue.where(~BARRED))

        return self._store.read(work)

    def next_in_queue(self, person: Person, narrowed: Narrowed = ALL) -> str | None:
        """The key of the longest waiting that the person may review; where there is none, of what others must."""

        def work(connection: Connection) -> str | None:
            queue = queued(person_of(connection, person.id).actor, narrowed)
            first = queue.order_by(case((BARRED, 1), else_=0), versions.c.status_at, versions.c.item).limit(1)
            row = connection.execute(first).first()
            return row.item if row is not None else None

        return self._store.read(work)

    def place_in_queue(self, person: Person, key: str, narrowed: Narrowed = ALL) -> int | None:
        """How many stand before it in the queue; None when it is not there."""

        def work(connection: Connection) -> int | None:
            queue = queued(person_of(connection, person.id).actor, narrowed)
            own = connection.execute(queue.where(versions.c.item == key)).first()
            if own is None:
                return None
            at = versions.c.status_at
            before = or_(at < own.status_at, and_(at == own.status_at, versions.c.item < key))
            return counted(connection, queue.where(before))

        return self._store.read(work)

    def queue_shares(self, person: Person) -> tuple[Mapping[str, int], Mapping[str, int]]:
        """How many of the queue are each department's, and how many of each kind."""

        def work(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
            queue = queued(person_of(connection, person.id).actor, ALL).subquery()
            n = func.count().label("n")
            rows = connection.execute(
                select(queue.c.department, queue.c.kind, n).group_by(queue.c.department, queue.c.kind)
            )
            departments: dict[str, int] = {}
            kinds: dict[str, int] = {}
            for row in rows:
                departments[row.department] = departments.get(row.department, 0) + row.n
                kinds[row.kind] = kinds.get(row.kind, 0) + row.n
            return departments, kinds

        return self._store.read(work)

    def _counts(self, connection: Connection, actor: Actor) -> dict[Turn, int]:
        own = own_ones(actor)
        rows = connection.execute(select(own.c.turn, func.count().label("n")).group_by(own.c.turn))
        found = {Turn(row.turn): int(row.n) for row in rows}
        if actor.roles & {Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER}:
            found[Turn.REVIEW] = counted(connection, mine_to_review(actor))
        if actor.roles & {Role.EDITOR, Role.COLLECTOR}:
            found[Turn.VERIFY] = counted(connection, self._unverified(actor))
        if Role.OPERATOR in actor.roles:
            found[Turn.STUCK] = counted(connection, stuck(connection, actor))
        found[Turn.SIGN] = len(signing(connection, actor))
        return {turn: found[turn] for turn in Turn if found.get(turn)}

    def _tasks(
        self,
        connection: Connection,
        actor: Actor,
        turn: Turn,
        limit: int,
        offset: int = 0,
        department: str = "",
        fresh: bool | None = None,
    ) -> list[Task]:
        match turn:
            case Turn.REVIEW:
                return reviews(connection, actor, limit, offset, department)
            case Turn.SIGN:
                return signing(connection, actor)
            case Turn.STUCK:
                return stuck_tasks(connection, actor, limit, offset, department)
            case Turn.VERIFY:
                return self._to_verify(connection, actor, limit, offset, department)
            case _:
                return own_tasks(connection, actor, turn, limit, offset, department, fresh)

    def _unverified(self, actor: Actor) -> Select[Any]:
        """Live items that nobody is at and that were verified too long ago."""
        day = (self._now().date() - dt.timedelta(days=self._verify_days)).isoformat()
        wanted = select(items, null().label("base")).where(
            items.c.live.is_not(None), items.c.open.is_(None), items.c.verified_on <= day
        )
        if not actor.roles & {Role.EDITOR, Role.COLLECTOR}:
            return wanted.where(literal(1) == 0)
        if actor.department != CITY and Role.COLLECTOR not in actor.roles:
            wanted = wanted.where(items.c.department.in_(sorted(actor.departments)))
        return wanted

    def _to_verify(
        self, connection: Connection, actor: Actor, limit: int, offset: int = 0, department: str = ""
    ) -> list[Task]:
        wanted = self._unverified(actor).order_by(items.c.verified_on, items.c.key).limit(limit).offset(offset)
        if department:
            wanted = wanted.where(items.c.department == department)
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
