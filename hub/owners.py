"""Whose an item is: its kind decides, and what a record says only where it can.

An item is a department's, and then its people write it and review it first, or the whole city's (`CITY`):

* guide: its `department`; organisation: itself
* fact, place, notice, life event: who verifies it (`verified_by`), the city where nobody does
* translation: whose the item is that it translates, today; the city's where there is no such item, or several of
  different owners
* everything else, whatever it says: what one of these changes, every kiosk and every department's items show
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, select, update

from domain.records import Record
from hub.refusal import Reason, Refused
from hub.tables import items, versions
from hub.workflow import CITY, Actor, Role

BY_VERIFIER = frozenset({"fact", "place", "notice", "life_event"})
"""Kinds that are whose `verified_by` says."""

TRANSLATION = "translation"

FREE = frozenset({"guide", "org", TRANSLATION}) | BY_VERIFIER
"""Kinds that can be a department's; all others are the city's."""

_SAYS = ("kind", "id", "department", "verified_by", "of")

FEW = 500
"""Keys that one statement asks for."""

Raw = Mapping[str, Any]
OwnerOf = Callable[[str], str]


def nobody(id: str) -> str:
    """Whose the item `id` is, where no item is known."""
    return CITY


def owner_of(raw: Raw, item_owner: OwnerOf = nobody) -> str:
    """Whose a record as its JSON object is; `item_owner` tells it of the item that a translation translates."""
    kind = str(raw["kind"])
    if kind == "org":
        return str(raw["id"])
    if kind == "guide":
        return str(raw.get("department") or CITY)
    if kind in BY_VERIFIER:
        return str(raw.get("verified_by") or CITY)
    return item_owner(str(raw.get("of"))) if kind == TRANSLATION else CITY


def owner(connection: Connection, record: Record | Raw) -> str:
    """The same as the hub's items stand now."""
    return owner_of(_said(record), lambda id: _of_items(connection, [id]).get(id, CITY))


def owners(connection: Connection, records: Collection[Record | Raw]) -> list[str]:
    """The same of many records that come together; a translation may be of an item that comes with it."""
    raws = [_said(record) for record in records]
    translated = [str(raw["of"]) for raw in raws if raw["kind"] == TRANSLATION]
    held = _of_items(connection, translated)
    with_them: dict[str, set[str]] = {}
    for raw in raws if translated else ():
        if raw["kind"] != TRANSLATION:
            with_them.setdefault(str(raw["id"]), set()).add(owner_of(raw))
    known = {id: _one(found) for id, found in with_them.items()} | held
    return [owner_of(raw, lambda id: known.get(id, CITY)) for raw in raws]


def settle(connection: Connection) -> None:
    """Brings the translations to the owners that their items have now."""
    rows = connection.execute(
        select(items.c.key, items.c.department, versions.c.line)
        .join(
            versions,
            and_(versions.c.item == items.c.key, versions.c.number == func.coalesce(items.c.live, items.c.last)),
        )
        .where(items.c.kind == TRANSLATION)
        .order_by(items.c.key)
    ).all()
    of = {row.key: str(json.loads(row.line).get("of")) for row in rows}
    held = _of_items(connection, of.values())
    moved = [
        {"translation": row.key, "whose": whose}
        for row in rows
        if (whose := held.get(of[row.key], CITY)) != row.department
    ]
    if moved:
        here = update(items).where(items.c.key == bindparam("translation"))
        connection.execute(here.values(department=bindparam("whose")), moved)


def check(actor: Actor, raw: Record | Raw, whose: str) -> None:
    """Raises `Refused`, saying what is in the way and what to do, when `actor` may not write what is `whose`."""
    if actor.may_write(whose):
        return
    said = _said(raw)
    if Role.EDITOR not in actor.roles:
        raise Refused(Reason.NOT_AN_EDITOR)
    if said["kind"] == TRANSLATION:
        raise Refused(Reason.OTHERS_TRANSLATION)
    if said["kind"] not in FREE:
        raise Refused(Reason.CITYS_KIND)
    if whose == CITY and said["kind"] in BY_VERIFIER and not said["verified_by"]:
        raise Refused(Reason.VERIFIER_NEEDED)
    raise Refused(Reason.OTHER_DEPARTMENT)


def _said(record: Record | Raw) -> Raw:
    if isinstance(record, Record):
        return {name: getattr(record, name, None) for name in _SAYS}
    return {name: record.get(name) for name in _SAYS}


def _of_items(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """Owners of items by id, of those that there are."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, set[str]] = {}
    for start in range(0, len(wanted), FEW):
        part = select(items.c.id, items.c.kind, items.c.department).where(
            items.c.id.in_(wanted[start : start + FEW]), items.c.kind != TRANSLATION
        )
        for row in connection.execute(part):
            found.setdefault(row.id, set()).add(row.department if row.kind in FREE else CITY)
    return {id: _one(each) for id, each in found.items()}


def _one(found: Collection[str]) -> str:
    return next(iter(found)) if len(found) == 1 else CITY
