"""Who can do a review, and what waits for one that nobody on the hub can do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select

from hub.reach import reach_of
from hub.tables import hands, items, people, person_roles, versions
from hub.workflow import Actor, Role, Status

REVIEWS = (Status.DEPARTMENT_REVIEW, Status.CITY_REVIEW)

_ROLES = {Role.DEPARTMENT_REVIEWER.value, Role.CITY_REVIEWER.value}


def nobody_reviews(connection: Connection) -> ColumnElement[bool]:
    """Condition of versions, joined with their items, whose next review nobody can do: nobody has the role for their
    department, or all who have it wrote the version or did its other review.
    """
    able = list(_reviewers(connection))
    wanted = (
        select(versions.c.status, items.c.department)
        .join(items, and_(items.c.key == versions.c.item, items.c.open == versions.c.number))
        .where(versions.c.status.in_([one.value for one in REVIEWS]))
        .group_by(versions.c.status, items.c.department)
        .order_by(versions.c.status, items.c.department)
    )
    departments: dict[tuple[Status, frozenset[str]], list[str]] = defaultdict(list)
    for row in connection.execute(wanted):
        status = Status(row.status)
        reach = frozenset(one.person for one in able if one.may_review(status, row.department))
        departments[status, reach].append(row.department)
    found: list[ColumnElement[bool]] = []
    for (status, reach), held in departments.items():
        barred = (
            select(func.count())
            .select_from(hands)
            .where(
                hands.c.item == versions.c.item,
                hands.c.number == versions.c.number,
                hands.c.part != status.value,
                hands.c.person.in_(sorted(reach)),
            )
            .correlate(versions)
            .scalar_subquery()
        )
        waiting = and_(versions.c.status == status.value, items.c.department.in_(held))
        found.append(and_(waiting, barred == len(reach)) if reach else waiting)
    return or_(*found) if found else literal(1) == 0


def _reviewers(connection: Connection) -> Iterator[Actor]:
    """Everybody who has the role of a review and an open account."""
    wanted = (
        select(people.c.id, people.c.department, person_roles.c.role)
        .join(person_roles, person_roles.c.person == people.c.id)
        .where(people.c.disabled_at.is_(None), person_roles.c.role.in_(_ROLES))
        .order_by(people.c.id, person_roles.c.role)
    )
    below: dict[str, frozenset[str]] = {}
    for row in connection.execute(wanted).all():
        if row.department not in below:
            below[row.department] = reach_of(connection, row.department).below
        yield Actor(row.id, frozenset({Role(row.role)}), row.department, below[row.department])
