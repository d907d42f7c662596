"""What the hub adds to the editors' records when they go out: short numbers, versions, and what changed for citizens.

A guide or a life event gets its number when it is first put into a release; numbers only grow and none is given twice,
so that a slip that lies in a drawer for years still names its item. What changed is written down once, when a release
is put together, and goes with it: the same rows give the same lines whenever they are asked for, and the digest that
two people sign holds for all of them.

The version that goes out is the editors' own, or a higher one: it also grows when something that a slip of the item is
printed from has changed, an office, an organisation, a guide of a life event. The highest version in `changes` says so,
so that a slip printed now is always the newest, and one printed before is not.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from domain.check_code import NUMBERS, VERSIONS
from domain.records import Change, Guide, LifeEvent, canonical_line
from domain.slip_changes import AROUND, PRUNED, WITHDRAWN, differences
from domain.slip_content import KINDS, NUMBERED, cut, leads_to, names_wanted
from hub import marks
from hub.release import State, Waiting
from hub.store import moment, written
from hub.tables import changes, check_numbers, items, releases, versions
from hub.workflow import Status

LAST_NUMBER = "check_number"
"""Mark of the highest number given."""

KEPT = dt.timedelta(days=731)
"""So long what changed goes out: two years and a day of grace."""

OWN = ("number", "version")
"""Fields of what has slips that only the hub writes."""

FEW = 500
"""Keys that one statement asks for."""

Content = Mapping[tuple[str, str], tuple[int, str]]
"""Version and line by kind and id."""


@dataclass(frozen=True, slots=True)
class Written:
    """A row of `changes` to be."""

    id: str
    item: str
    version: int
    at: str
    line: str


def give_numbers(connection: Connection) -> None:
    """Gives everything that slips are printed from a number if it is live or approved and has none."""
    # A list that is made once: asking item by item would look through everything approved for each of them.
    approved = items.c.key.in_(select(versions.c.item).where(versions.c.status == Status.APPROVED.value))
    keys = list(
        connection.execute(
            select(items.c.key)
            .outerjoin(check_numbers, check_numbers.c.item == items.c.key)
            .where(items.c.kind.in_(KINDS), check_numbers.c.item.is_(None), or_(items.c.live.is_not(None), approved))
            .order_by(items.c.key)
        ).scalars()
    )
    held = marks.get(connection, LAST_NUMBER)
    last = int(held or 0)
    keys = keys[: NUMBERS - 1 - last]
    if not keys:
        return
    marks.move(connection, LAST_NUMBER, held, str(last + len(keys)))
    connection.execute(
        insert(check_numbers), [{"item": key, "number": number} for number, key in enumerate(keys, last + 1)]
    )


def note(connection: Connection, release: str, found: Sequence[Written]) -> None:
    """Puts what a release changes, and the numbers that it is the first to have, under its id."""
    connection.execute(update(check_numbers).where(check_numbers.c.release.is_(None)).values(release=release))
    rows = [
        {"id": one.id, "item": one.item, "version": one.version, "at": one.at, "release": release, "line": one.line}
        for one in found
    ]
    if rows:
        connection.execute(insert(changes), rows)


def forget(connection: Connection, release: str) -> None:
    """Takes back what `note` did for a release that was given up; numbers stay with their items."""
    connection.execute(update(check_numbers).where(check_numbers.c.release == release).values(release=None))
    connection.execute(changes.delete().where(changes.c.release == release))


def numbers(connection: Connection, release: str | None, coming: bool) -> dict[str, int]:
    """Numbers by item key that are out or go out with `release`; `coming`: also those that no release has yet."""
    mine = check_numbers.c.release == release if release else check_numbers.c.release.is_(None) if coming else None
    out = releases.c.state == State.PUBLISHED.value
    rows = connection.execute(
        select(check_numbers.c.item, check_numbers.c.number)
        .outerjoin(releases, releases.c.id == check_numbers.c.release)
        .where(out if mine is None else or_(out, mine))
    )
    return {row.item: row.number for row in rows}


def own_fields(line: str, number: int | None, version: int) -> str:
    """The line of what has slips, as it goes out; no code without a number, or with more versions than one can name."""
    raw = json.loads(line)
    for field in OWN:
        raw.pop(field, None)
    if number is not None and version < VERSIONS:
        raw |= {"number": number, "version": version}
    return json.dumps(raw, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def editions(connection: Connection, release: str | None = None, coming: Iterable[Written] = ()) -> dict[str, int]:
    """The highest version by item key that anything changed with, of what is out, of `release` and of `coming`."""
    out = releases.c.state == State.PUBLISHED.value
    rows = connection.execute(
        select(changes.c.item, func.max(changes.c.version).label("version"))
        .join(releases, releases.c.id == changes.c.release)
        .where(or_(out, changes.c.release == release) if release else out)
        .group_by(changes.c.item)
    )
    found = {row.item: int(row.version) for row in rows}
    for one in coming:
        found[one.item] = max(found.get(one.item, 0), one.version)
    return found


def compare(connection: Connection, waiting: Sequence[Waiting], at: dt.datetime, held: Content) -> list[Written]:
    """What `waiting` changes for citizens, compared with what last went out of each item; `held`: all that is out then.

    Of one item first what changed in it, then, in one record, in what else its slips are printed from.
    """
    about = [one for one in waiting if one.item.partition("/")[0] in KINDS]
    known = numbers(connection, None, True)
    before = _last_out(connection, [one.item for one in about])
    now = _lines(connection, [(one.item, one.number) for one in about])
    names = _names(connection, (*before.values(), *now.values()))
    told: dict[str, list[tuple[str, Any, Any]]] = {}
    for one in about:
        old, new = before.get(one.item), now[one.item]
        if one.item not in known or old is None:
            continue  # nobody has a slip of it
        if one.change == "dropped":
            told[one.item] = [(WITHDRAWN, None, True)]
            now[one.item] = old
            continue
        told[one.item] = [(WITHDRAWN, True, None)] if one.before is None else []
        told[one.item] += [(two.field, two.old, two.new) for two in differences(old, new, names)]
    records = {key: now[key] for key, rows in told.items() if rows}
    around = {key: ids for key, ids in _around(held, set(records)).items() if key not in now or key in before}
    highest = editions(connection)
    given = {one.item: one.number for one in about}
    found: list[Written] = []
    for key in sorted({*records, *around} & known.keys()):
        kind, _, id = key.partition("/")
        number, line = held.get((kind, id), (0, ""))
        version = max(given.get(key, number + 1), highest.get(key, 0) + 1)
        rows = [*told.get(key, ()), *([(AROUND, None, around[key])] if key in around else ())]
        record = records.get(key) or json.loads(line)
        found += (_written(key, known[key], version, at, place, row, record) for place, row in enumerate(rows, 1))
    return found


def _around(held: Content, changed: Collection[str]) -> dict[str, list[str]]:
    """Which guides and life events are printed from `changed` without being it: key → ids. A life event is printed from
    its guides and from all that these are printed from.
    """
    ids = {key.partition("/")[2] for key in changed}
    found: dict[str, list[str]] = {}
    if any(not key.startswith(f"{LifeEvent.KIND}/") for key in changed):
        for kind in (Guide.KIND, LifeEvent.KIND):
            for (other, id), (_, line) in held.items():
                if other != kind:
                    continue
                below = leads_to(json.loads(line))
                more = (one for guide in below for one in found.get(f"{Guide.KIND}/{guide}", ()))
                mine = {one for one in (*below, *more) if one in ids}
                if mine:
                    found[f"{kind}/{id}"] = sorted(mine)
    return found


def kept_lines(
    connection: Connection, release: str | None, at: dt.datetime, coming: Iterable[Written] = ()
) -> dict[str, str]:
    """The change records that are out, with those of `release` or `coming`, as they stand `at`: id → line.

    Of what is older than `KEPT` an item has one record left that says so; that it was taken down is never forgotten
    while it is.
    """
    out = releases.c.state == State.PUBLISHED.value
    rows = connection.execute(
        select(changes.c.id, changes.c.item, changes.c.version, changes.c.at, changes.c.line)
        .join(releases, releases.c.id == changes.c.release)
        .where(or_(out, changes.c.release == release) if release else out)
    )
    held = [Written(*row) for row in rows]
    held = sorted((*held, *coming), key=lambda one: (one.item, one.version, one.id))
    since = written(at - KEPT)
    newest = {one.item: one for one in held}
    kept: dict[str, str] = {}
    for one in held:
        down = newest[one.item].version == one.version and f'"field":"{WITHDRAWN}"' in one.line
        if one.at >= since or (down and '"new":true' in one.line):
            kept[one.id] = one.line
            continue
        raw = json.loads(one.line)
        marker = {field: raw[field] for field in ("at", "kind", "name", "of", "version")}
        if raw.get("sample"):
            marker["sample"] = True
        id = f"{one.id.split('-')[0]}-past"
        kept[id] = _line({**marker, "id": id, "field": PRUNED})
    return kept


def _written(
    item: str,
    number: int,
    version: int,
    at: dt.datetime,
    place: int,
    row: tuple[str, Any, Any],
    record: Mapping[str, Any],
) -> Written:
    field, old, new = row
    kind, _, of = item.partition("/")
    moment = at.astimezone(dt.UTC).replace(microsecond=0)
    raw: dict[str, Any] = {
        "kind": Change.KIND,
        "id": f"c{number}-{version}-{place}",
        "name": cut(record["name"]),
        "of": of,
        "version": version,
        "at": moment.isoformat().replace("+00:00", "Z"),
        "field": field,
        "old": old,
        "new": new,
    }
    if record.get("sample"):
        raw["sample"] = True
    if field == WITHDRAWN and kind in NUMBERED:
        raw["number"] = number
    return Written(raw["id"], item, version, written(at), _line(raw))


def _line(raw: dict[str, Any]) -> str:
    return canonical_line(raw).decode("utf-8").removesuffix("\n")


def _last_out(connection: Connection, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What last went out of each item, also of one that is down now; absent where nothing ever did."""
    found: dict[str, dict[str, Any]] = {}
    last = func.max(versions.c.number).label("number")
    for start in range(0, len(keys), FEW):
        newest = (
            select(versions.c.item, last)
            .where(
                versions.c.item.in_(keys[start : start + FEW]),
                versions.c.revision.is_not(None),
                versions.c.retired.is_(False),
            )
            .group_by(versions.c.item)
            .subquery()
        )
        rows = connection.execute(
            select(versions.c.item, versions.c.line).join(
                newest, and_(newest.c.item == versions.c.item, newest.c.number == versions.c.number)
            )
        )
        found.update((row.item, json.loads(row.line)) for row in rows)
    return found


def _lines(connection: Connection, wanted: Sequence[tuple[str, int]]) -> dict[str, dict[str, Any]]:
    numbers = dict(wanted)
    keys = list(numbers)
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(keys), FEW):
        rows = connection.execute(
            select(versions.c.item, versions.c.number, versions.c.line).where(
                versions.c.item.in_(keys[start : start + FEW]),
                versions.c.status.in_((Status.APPROVED.value, Status.PUBLISHED.value)),
            )
        )
        found.update((row.item, json.loads(row.line)) for row in rows if row.number == numbers[row.item])
    return found


def _names(connection: Connection, records: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Names of what the records lead to, as it is or was last called."""
    ids = sorted(names_wanted(records))
    wanted = [f"{kind}/{id}" for id in ids for kind in KINDS]
    found: dict[str, str] = {}
    for start in range(0, len(wanted), FEW):
        rows = connection.execute(select(items.c.id, items.c.name).where(items.c.key.in_(wanted[start : start + FEW])))
        found.update((row.id, row.name) for row in rows)
    return found


def since_when(connection: Connection, revision: int) -> dt.datetime:
    """When the release of `revision` was put together: by that moment its change records were chosen."""
    at = connection.execute(select(releases.c.made_at).where(releases.c.revision == revision)).scalar()
    return moment(at) if at else dt.datetime.min.replace(tzinfo=dt.UTC) + KEPT
