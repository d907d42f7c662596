"""Rows of releases: what stands in the tables, read into values, and what publishing writes there."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, select, update

from domain.lint import Finding, Level, lint
from domain.records import Change, Record, digest_of_lines, validate
from domain.slip_content import NUMBERED
from hub import audit, changes, marks
from hub.changes import Content
from hub.checks import stops
from hub.owners import owners, settle
from hub.people import Person, person_of
from hub.refusal import Reason, Refused
from hub.release import OPEN_RELEASE, REVISION, Approval, Kind, Release, State, Waiting
from hub.store import moment, written
from hub.tables import approvals, items, people, release_items, releases, steps, versions
from hub.workflow import Action, Role, Status


@dataclass(frozen=True, slots=True)
class Plan:
    """What would go out, as one reading of the database says."""

    base: int
    out: str
    """Digest of what editors wrote of what is out."""
    waiting: tuple[Waiting, ...]
    lines: list[bytes]
    content: str
    """The same of what would be out."""
    written: list[changes.Written]
    """What changed for citizens."""


CHANGES = ("added", "changed", "dropped")


def check_publisher(connection: Connection, person: Person | None) -> None:
    """Raises `Refused` when somebody who is no publisher asks; None, the command line, may."""
    if person is not None and Role.PUBLISHER not in person_of(connection, person.id).roles:
        raise Refused(Reason.NOT_A_PUBLISHER)


def check_may_prepare(connection: Connection, person: Person | None) -> None:
    """Raises `Refused` for no publisher, and while another release is open."""
    check_publisher(connection, person)
    if marks.get(connection, OPEN_RELEASE):
        raise Refused(Reason.RELEASE_OPEN)


def open_release(connection: Connection) -> Release | None:
    """The release that is prepared or on its way out."""
    id = marks.get(connection, OPEN_RELEASE)
    return release_of(connection, id) if id else None


def actor(person: Person | None) -> str:
    """Who stands in the audit log."""
    return person.id if person else audit.COMMAND_LINE


def current_revision(connection: Connection) -> int:
    """The revision that is out; 0 before the first."""
    return int(marks.get(connection, REVISION) or 0)


def pending(connection: Connection) -> tuple[Waiting, ...]:
    """Approved versions that no release has, by department and name."""
    rows = connection.execute(
        select(versions.c.item, versions.c.number, versions.c.retired, items.c.name, items.c.department, items.c.live)
        .join(items, items.c.key == versions.c.item)
        .where(versions.c.status == Status.APPROVED.value, versions.c.release.is_(None))
    )
    found = [
        Waiting(
            row.item,
            row.name,
            row.department,
            row.number,
            row.live,
            "dropped" if row.retired else "added" if row.live is None else "changed",
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (one.department, one.name, one.item)))


def held_by(connection: Connection, id: str) -> tuple[Waiting, ...]:
    """What a release was prepared with."""
    rows = connection.execute(select(release_items).where(release_items.c.release == id))
    return tuple(Waiting(row.item, "", "", row.number, row.before, row.change) for row in rows)


def planned(connection: Connection, person: Person | None, now: dt.datetime) -> Plan:
    """What would go out now. Raises `Refused` as `check_may_prepare` does."""
    check_may_prepare(connection, person)
    return plan_of(connection, pending(connection), now)


def plan_of(connection: Connection, waiting: tuple[Waiting, ...], now: dt.datetime) -> Plan:
    """What would go out with `waiting`, put together `now`."""
    base = current_revision(connection)
    out = connection.execute(select(releases.c.content).where(releases.c.revision == base)).scalar() or ""
    if not waiting:
        return Plan(base, out, waiting, [], out, [])
    held = content_with(connection, waiting)
    written = changes.compare(connection, waiting, now, held)
    numbers = changes.numbers(connection, None, True)
    kept = changes.kept_lines(connection, None, now, written)
    lines = lines_of(held, numbers, changes.editions(connection, None, written), kept)
    return Plan(base, out, waiting, lines, _content_digest(held), written)


def live_lines(connection: Connection) -> list[bytes]:
    """What is out, line for line."""
    at = changes.since_when(connection, current_revision(connection))
    held = content_with(connection, ())
    kept = changes.kept_lines(connection, None, at)
    return lines_of(held, changes.numbers(connection, None, False), changes.editions(connection), kept)


def lines_held(connection: Connection, release: Release) -> list[bytes]:
    """What will be out with a release that was prepared: the very lines that its digest is of."""
    held = content_with(connection, held_by(connection, release.id))
    kept = changes.kept_lines(connection, release.id, release.made_at)
    numbers = changes.numbers(connection, release.id, False)
    return lines_of(held, numbers, changes.editions(connection, release.id), kept)


def lines_of(
    held: Content, numbers: Mapping[str, int], editions: Mapping[str, int], kept: Mapping[str, str]
) -> list[bytes]:
    """What editors wrote with what the hub adds to it, in canonical order; change records are the hub's alone."""
    lines: dict[tuple[str, str], str] = {}
    for (kind, id), (version, line) in held.items():
        key = f"{kind}/{id}"
        if kind in NUMBERED:
            lines[kind, id] = changes.own_fields(line, numbers.get(key), max(version, editions.get(key, 0)))
        elif kind != Change.KIND:
            lines[kind, id] = line
    lines.update(((Change.KIND, id), line) for id, line in kept.items())
    return [lines[key].encode("utf-8") + b"\n" for key in sorted(lines)]


def _content_digest(held: Content) -> str:
    return digest_of_lines(held[key][1].encode("utf-8") + b"\n" for key in sorted(held))


def content_with(connection: Connection, waiting: Sequence[Waiting]) -> Content:
    """What editors wrote of the live content with `waiting` put in."""
    held: dict[tuple[str, str], tuple[int, str]] = {}
    live = select(items.c.kind, items.c.id, versions.c.number, versions.c.line).join(
        versions, and_(versions.c.item == items.c.key, versions.c.number == items.c.live)
    )
    for row in connection.execute(live):
        held[(row.kind, row.id)] = (row.number, row.line)
    coming = {one.item: one for one in waiting}
    if coming:
        wanted = select(items.c.key, items.c.kind, items.c.id, versions.c.number, versions.c.line).join(
            versions, versions.c.item == items.c.key
        )
        for start in range(0, len(waiting), 500):
            keys = [one.item for one in waiting[start : start + 500]]
            for found in connection.execute(wanted.where(items.c.key.in_(keys))):
                one = coming[found.key]
                if found.number != one.number:
                    continue
                if one.change == "dropped":
                    held.pop((found.kind, found.id), None)
                else:
                    held[(found.kind, found.id)] = (found.number, found.line)
    return held


def unfit(lines: Sequence[bytes], tell: Callable[[float], None] = lambda share: None) -> list[Finding]:
    """What the lint would stop, over all of the content together; `tell`: the share that has been read."""
    records: list[Record] = []
    for line in lines:
        records.append(validate(json.loads(line)))
        tell(len(records) / len(lines))
    return stops(lint(records, least=Level.STOP))


def move(connection: Connection, id: str, before: State, after: State) -> None:
    """Moves a release from one state to another. Raises `Refused` when it is not in the first one any more."""
    moved = connection.execute(
        update(releases).where(releases.c.id == id, releases.c.state == before.value).values(state=after.value)
    ).rowcount
    if not moved:
        raise Refused(Reason.RELEASE_CLOSED)


def make_live(connection: Connection, held: Sequence[Row[Any]]) -> None:
    """Makes the versions of a release the ones that are out."""
    rows: list[Mapping[str, Any]] = []
    records = [json.loads(row.line) for row in held]
    for row, record, whose in zip(held, records, owners(connection, records), strict=True):
        dropped = row.change == "dropped"
        rows.append(
            {
                "of": row.item,
                "alive": None if dropped else row.number,
                "verified": None if dropped else record.get("verified_on"),
                "called": record["name"],
                "whose": whose,
                "closed": row.number,
            }
        )
    connection.execute(
        update(items)
        .where(items.c.key == bindparam("of"))
        .values(
            live=bindparam("alive"),
            verified_on=bindparam("verified"),
            name=bindparam("called"),
            department=bindparam("whose"),
        ),
        rows,
    )
    connection.execute(
        update(items).where(items.c.key == bindparam("of"), items.c.open == bindparam("closed")).values(open=None),
        [{"of": row["of"], "closed": row["closed"]} for row in rows],
    )
    settle(connection)


def note_published(connection: Connection, id: str, now: dt.datetime, revision: int) -> None:
    """A last line in the history of every version that went out."""
    rows = connection.execute(
        select(versions.c.item, versions.c.number, func.max(steps.c.step).label("last"))
        .outerjoin(steps, and_(steps.c.item == versions.c.item, steps.c.number == versions.c.number))
        .where(versions.c.release == id)
        .group_by(versions.c.item, versions.c.number)
    ).all()
    connection.execute(
        insert(steps),
        [
            {
                "item": row.item,
                "number": row.number,
                "step": (row.last or 0) + 1,
                "at": written(now),
                "action": Action.PUBLISH.value,
                "status": Status.PUBLISHED.value,
                "remark": str(revision),
            }
            for row in rows
        ],
    )


def published_releases() -> Any:
    """A SELECT of them, the newest first."""
    return select(releases).where(releases.c.state == State.PUBLISHED.value).order_by(releases.c.revision.desc())


def release_of(connection: Connection, id: str) -> Release:
    """The release, or `Refused`."""
    row = connection.execute(select(releases).where(releases.c.id == id)).first()
    if row is None:
        raise Refused(Reason.NO_SUCH_RELEASE)
    return release_from(connection, row)


def release_from(connection: Connection, row: Row[Any]) -> Release:
    """A row as a value, with its approvals."""
    signed = connection.execute(
        select(approvals, people.c.login, people.c.name)
        .join(people, people.c.id == approvals.c.person)
        .where(approvals.c.release == row.id)
        .order_by(approvals.c.at, people.c.login)
    )
    return Release(
        id=row.id,
        kind=Kind(row.kind),
        state=State(row.state),
        base=row.base,
        revision=row.revision,
        withdraws=row.withdraws,
        digest=row.digest,
        records=row.records,
        added=row.added,
        changed=row.changed,
        dropped=row.dropped,
        made_by=row.made_by,
        made_at=moment(row.made_at),
        published_at=moment(row.published_at) if row.published_at else None,
        approvals=tuple(Approval(one.person, one.login, one.name, moment(one.at), one.digest) for one in signed),
    )
