"""What the hub says about a record before it lets it go on: does it fit the format, does it send people in vain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from domain.errors import RecordError
from domain.lint import Finding, Level, lint
from domain.records import Guide, Record, canonical_line, references, validate
from hub.changes import OWN
from hub.refusal import Reason, Refused
from hub.tables import items
from hub.workflow import CITY

_WHOLE_SET = frozenset({"dangling", "same_name", "word_in_two_groups"})
"""Rules of the lint that make no sense for a record alone."""


def key_of(raw: Mapping[str, Any]) -> str:
    """The key of a record's item: ``guide/ga-001``."""
    return f"{raw['kind']}/{raw['id']}"


def line_of(raw: Mapping[str, Any]) -> str:
    """The canonical form as the tables hold it, without line feed, and of a guide without what the hub gives it."""
    return canonical_line(without_own(raw)).decode("utf-8").removesuffix("\n")


def without_own(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what only the hub gives a guide."""
    own = OWN if raw["kind"] == Guide.KIND else ()
    return {field: value for field, value in raw.items() if field not in own}


def checked(raw: Mapping[str, Any]) -> Record:
    """The validated record. Raises `Refused` (record_unfit); its details name every field and what is wrong."""
    try:
        return validate(dict(raw))
    except RecordError as error:
        raise Refused(Reason.RECORD_UNFIT, details=error.problems) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(Reason.RECORD_UNFIT, details=(type(error).__name__,)) from None


def owner(record: Record) -> str:
    """Whose item it is: a guide's department, an organisation itself, else who verifies it, else the whole city."""
    if record.kind == "org":
        return record.id
    department = getattr(record, "department", None)
    return department if isinstance(department, str) else record.verified_by or CITY


def owner_of(raw: Mapping[str, Any]) -> str:
    """The same for a record as its JSON object."""
    if raw["kind"] == "org":
        return str(raw["id"])
    return str(raw.get("department") or raw.get("verified_by") or CITY)


def findings(connection: Connection, record: Record, today: dt.date) -> list[Finding]:
    """The lint of one version. A reference counts as resolved when the hub has an item of that id, live or not yet."""
    found = [finding for finding in lint([record], today=today) if finding.rule not in _WHOLE_SET]
    found.extend(_lost(record, list(references(record)), _known(connection, {id for _, id in references(record)})))
    return found


def stops(found: Iterable[Finding]) -> list[Finding]:
    """Those that must not be published."""
    return [finding for finding in found if finding.level is Level.STOP]


def _lost(record: Record, wanted: Sequence[tuple[str, str]], known: frozenset[str]) -> Iterable[Finding]:
    for field, id in wanted:
        if id not in known and id != record.id:
            yield Finding.of(record, field, "dangling", Level.STOP, problem=f"{field}: {id}")


def _known(connection: Connection, ids: set[str]) -> frozenset[str]:
    held = list(ids)
    known: set[str] = set()
    for start in range(0, len(held), 500):
        part = held[start : start + 500]
        known.update(connection.execute(select(items.c.id).where(items.c.id.in_(part))).scalars())
    return frozenset(known)
