"""Rows of items and their versions, inside a unit of work: read into values, begun, noted."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from domain.records import Record
from hub.item import Item, Step, Version
from hub.owners import FREE, TRANSLATION, owner, settle
from hub.refusal import Reason, Refused
from hub.store import moment, written
from hub.tables import hands, items, steps, versions
from hub.workflow import CITY, Action, Part, Status, Subject


def narrowed(
    kind: str | None, department: str | None, text: str | None, opened: bool | None
) -> list[ColumnElement[bool]]:
    """Conditions on `items` for what is looked for; None: any."""
    found: list[ColumnElement[bool]] = []
    if kind is not None:
        found.append(items.c.kind == kind)
    if department is not None:
        found.append(items.c.department == department)
    if text:
        found.append(or_(items.c.name.contains(text, autoescape=True), items.c.id.contains(text, autoescape=True)))
    if opened is not None:
        found.append(items.c.open.is_not(None) if opened else items.c.open.is_(None))
    return found


def item_of(connection: Connection, key: str) -> Item:
    """The item. Raises `Refused` (no_such_item)."""
    row = connection.execute(select(items).where(items.c.key == key)).first()
    if row is None:
        raise Refused(Reason.NO_SUCH_ITEM)
    return item_from(row)


def version_of(connection: Connection, key: str, number: int) -> Version:
    """The version. Raises `Refused` (no_such_version)."""
    row = connection.execute(select(versions).where(versions.c.item == key, versions.c.number == number)).first()
    if row is None:
        raise Refused(Reason.NO_SUCH_VERSION)
    return version_from(row)


def opened(connection: Connection, key: str) -> tuple[Item, Version]:
    """An item and its open version. Raises `Refused` (no_such_version) when it has none."""
    item = item_of(connection, key)
    if item.open is None:
        raise Refused(Reason.NO_SUCH_VERSION)
    return item, version_of(connection, key, item.open)


def whose(connection: Connection, item: Item) -> str:
    """Whose the item is now, judged anew: rows are older than what its kind allows, and a translation goes with its
    item. The row is brought up to it.
    """
    now = item.department
    if item.kind not in FREE:
        now = CITY
    elif item.kind == TRANSLATION:
        number = item.live or item.open or item.last
        now = owner(connection, version_of(connection, item.key, number).record)
    if now != item.department:
        connection.execute(update(items).where(items.c.key == item.key).values(department=now))
    return now


def subject_of(connection: Connection, item: Item, version: Version) -> Subject:
    """What the workflow decides by."""
    rows = connection.execute(
        select(hands.c.person, hands.c.part).where(hands.c.item == item.key, hands.c.number == version.number)
    )
    return Subject(
        status=version.status,
        department=whose(connection, item),
        hands={row.person: Part(row.part) for row in rows},
        released=version.release is not None,
    )


def begin_version(
    connection: Connection,
    now: dt.datetime,
    person: str,
    key: str,
    line: str,
    *,
    base: int | None,
    retired: bool = False,
    remark: str | None = None,
) -> Version:
    """The next version of an item, a draft whose author is `person`."""
    number = item_of(connection, key).last + 1
    at = written(now)
    connection.execute(
        insert(versions).values(
            item=key,
            number=number,
            line=line,
            retired=retired,
            status=Status.DRAFT.value,
            status_at=at,
            edits=1,
            author=person,
            saved_by=person,
            made_at=at,
            saved_at=at,
            base=base,
        )
    )
    connection.execute(update(items).where(items.c.key == key).values(last=number, open=number))
    version = version_of(connection, key, number)
    note_part(connection, version, person, Part.AUTHOR, now)
    note_step(connection, version, now, person, Action.CREATE, Status.DRAFT, remark)
    return version


def note_part(connection: Connection, version: Version, person: str, part: Part | None, now: dt.datetime) -> None:
    """Notes the part; the key of the table keeps a person to one part a version, whoever acts at the same time."""
    if part is None:
        return
    held = connection.execute(
        select(hands.c.part).where(
            hands.c.item == version.item, hands.c.number == version.number, hands.c.person == person
        )
    ).scalar()
    if held is None:
        connection.execute(
            insert(hands).values(
                item=version.item, number=version.number, person=person, part=part.value, at=written(now)
            )
        )


def note_step(
    connection: Connection,
    version: Version,
    now: dt.datetime,
    person: str | None,
    action: Action,
    status: Status,
    remark: str | None = None,
) -> None:
    """A line in the history of a version."""
    last = connection.execute(
        select(func.max(steps.c.step)).where(steps.c.item == version.item, steps.c.number == version.number)
    ).scalar()
    connection.execute(
        insert(steps).values(
            item=version.item,
            number=version.number,
            step=(last or 0) + 1,
            at=written(now),
            person=person,
            action=action.value,
            status=status.value,
            remark=remark or None,
        )
    )


def called(connection: Connection, record: Record) -> dict[str, Any]:
    """Columns of `items` that follow from its record."""
    return {"name": record.name, "department": owner(connection, record)}


def rename(connection: Connection, item: Item, record: Record) -> None:
    """Name and department of the item follow the draft, the department only while nothing of it is live."""
    values = called(connection, record) if item.live is None else {"name": record.name}
    connection.execute(update(items).where(items.c.key == item.key).values(**values))
    if values.get("department", item.department) != item.department:
        settle(connection)


def item_from(row: Row[Any]) -> Item:
    """A row as a value."""
    return Item(
        key=row.key,
        kind=row.kind,
        id=row.id,
        name=row.name,
        department=row.department,
        last=row.last,
        live=row.live,
        open=row.open,
        verified_on=dt.date.fromisoformat(row.verified_on) if row.verified_on else None,
    )


def version_from(row: Row[Any]) -> Version:
    """A row as a value."""
    return Version(
        item=row.item,
        number=row.number,
        record=json.loads(row.line),
        retired=row.retired,
        status=Status(row.status),
        status_at=moment(row.status_at),
        edits=row.edits,
        author=row.author,
        saved_by=row.saved_by,
        made_at=moment(row.made_at),
        saved_at=moment(row.saved_at),
        remark=row.remark,
        base=row.base,
        release=row.release,
        revision=row.revision,
    )


def step_from(row: Row[Any]) -> Step:
    """A row as a value."""
    return Step(moment(row.at), row.person, Action(row.action), Status(row.status), row.remark)
