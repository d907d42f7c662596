"""What the hub says about a record before it lets it go on: does it fit the format, does it send people in vain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from domain.errors import RecordError
from domain.lint import Finding, Level, lint
from domain.records import Guide, Record, canonical_line, references, validate
from domain.slip_content import NUMBERED
from hub.changes import OWN
from hub.refusal import Reason, Refused
from hub.tables import items, steps
from hub.workflow import Action

_WHOLE_SET = frozenset({"dangling", "same_name", "word_in_two_groups"})
"""Rules of the lint that make no sense for a record alone."""


_TO_BEGIN = (
    frozenset({"missing_place", "missing_phone"}),
    frozenset({"missing_fee"}),
    frozenset({"missing_materials"}),
)
"""Rules of the lint, in sets of which a guide that is begun in the hub may not break every one before its first review:
where to go or whom to call, what it costs, what to bring. Of what came with an import, or is out, they are told only.
"""


def key_of(raw: Mapping[str, Any]) -> str:
    """The key of a record's item: ``guide/ga-001``."""
    return f"{raw['kind']}/{raw['id']}"


def line_of(raw: Mapping[str, Any]) -> str:
    """The canonical form as the tables hold it, without line feed, and without what the hub gives it."""
    return canonical_line(without_own(raw)).decode("utf-8").removesuffix("\n")


def without_own(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what only the hub gives it."""
    own = OWN if raw["kind"] in NUMBERED else ()
    return {field: value for field, value in raw.items() if field not in own}


def checked(raw: Mapping[str, Any]) -> Record:
    """The validated record. Raises `Refused` (record_unfit); its details name every field and what is wrong."""
    try:
        return validate(dict(raw))
    except RecordError as error:
        raise Refused(Reason.RECORD_UNFIT, details=error.problems) from None
    except (TypeError, ValueError, RecursionError) as error:
        raise Refused(Reason.RECORD_UNFIT, details=(type(error).__name__,)) from None


def findings(connection: Connection, record: Record, today: dt.date) -> list[Finding]:
    """The lint of one version. A reference counts as resolved when the hub has an item of that id, live or not yet. A
    guide that is begun here has to say what people come for (`_TO_BEGIN`).
    """
    found = [finding for finding in lint([record], today=today) if finding.rule not in _WHOLE_SET]
    if record.kind == Guide.KIND and _begun_here(connection, f"{record.kind}/{record.id}"):
        rules = {finding.rule for finding in found}
        lacking = {rule for wanted in _TO_BEGIN if wanted <= rules for rule in wanted}
        found = [replace(one, level=Level.STOP) if one.rule in lacking else one for one in found]
    found.extend(_lost(record, list(references(record)), _known(connection, {id for _, id in references(record)})))
    return found


def stops(found: Iterable[Finding]) -> list[Finding]:
    """Those that must not be published."""
    return [finding for finding in found if finding.level is Level.STOP]


def _begun_here(connection: Connection, key: str) -> bool:
    """Whether nothing of the item ever came with an import or went out."""
    from_elsewhere = steps.c.action.in_((Action.IMPORT.value, Action.PUBLISH.value))
    live = select(items.c.key).where(items.c.key == key, items.c.live.is_not(None))
    return (
        connection.execute(live).first() is None
        and connection.execute(select(steps.c.step).where(steps.c.item == key, from_elsewhere).limit(1)).first() is None
    )


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
