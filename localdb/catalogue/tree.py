"""The tree of organisations: who stands below whom, and how much there is to do at each and below it.

What records say of one another may be wrong: an organisation that names itself or one of its own as the one above it,
or one that is not there, is still in the tree, at its top.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from domain.ports import OrgBranch
from domain.search import Card
from localdb.catalogue.cards import CARD_COLUMNS, card_from

_VALID = (
    "(card.valid_from IS NULL OR card.valid_from <= :day) AND (card.valid_until IS NULL OR card.valid_until >= :day)"
)
_HIDDEN = "card.valid_from > :day OR card.valid_until < :day"
_LEVELS = ("city", "district", "institution", "company")

_BELOW = (
    "WITH RECURSIVE below(id) AS (SELECT :org UNION SELECT card.id FROM below"
    " JOIN ref ON ref.relation = 'parent' AND ref.target = below.id JOIN card USING (doc))"
)
"""An organisation and all that stand below it. UNION, not UNION ALL: a circle ends where it began."""


def branches(connection: sqlite3.Connection, day: dt.date) -> tuple[OrgBranch, ...]:
    """All organisations that are shown on `day`: city departments first, then districts, institutions, companies, each
    by id. Two queries, whatever their number.
    """
    rows = connection.execute("SELECT line FROM record WHERE kind = 'org' ORDER BY id")
    raws = {raw["id"]: raw for (line,) in rows if _shown(raw := json.loads(line), day)}
    above = _above(raws)
    hidden = {doc for (doc,) in connection.execute(f"SELECT doc FROM card WHERE {_HIDDEN}", {"day": day.isoformat()})}
    # Only guides stand under a department. One row an organisation: rows cost more than what is in them.
    listed = connection.execute(
        "SELECT target, json_group_array(doc) FROM ref WHERE relation = 'department' GROUP BY target"
    )
    own = {org: set(json.loads(docs)) - hidden for org, docs in listed}
    items = _with_below(raws, above, own)
    heads = set(above.values())
    found = (
        OrgBranch(
            id=id,
            name=raw["name"],
            level=raw.get("level", _LEVELS[0]),
            parent=above[id],
            hint="" if raw.get("duties") or not raw.get("keywords") else raw["keywords"][0],
            items=items[id],
            head=not raw.get("parent") and id in heads,
        )
        for id, raw in raws.items()
    )
    return tuple(sorted(found, key=lambda branch: _LEVELS.index(branch.level)))


def by_department(connection: sqlite3.Connection, org: str, day: dt.date) -> tuple[Card, ...]:
    """Guides of an organisation and of all below it: complete ones first, then by id."""
    rows = connection.execute(
        f"{_BELOW} SELECT {CARD_COLUMNS} FROM card WHERE card.kind = 'guide' AND doc IN"
        f" (SELECT doc FROM ref WHERE relation = 'department' AND target IN (SELECT id FROM below)) AND {_VALID}"
        " ORDER BY CASE WHEN card.fullness >= 8 THEN 0 WHEN card.fullness >= 3 THEN 1 ELSE 2 END, card.id",
        {"org": org, "day": day.isoformat()},
    )
    return tuple(map(card_from, rows))


def _shown(raw: Mapping[str, Any], day: dt.date) -> bool:
    on = day.isoformat()
    return (raw.get("valid_from") or on) <= on <= (raw.get("valid_until") or on)


def _above(raws: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
    """Who stands above each organisation. In a circle the first by id stands on top."""
    above: dict[str, str | None] = {}
    for id, raw in raws.items():
        parent = raw.get("parent")
        above[id] = parent if parent in raws else None
    for id in raws:
        seen, at = {id}, above[id]
        while at is not None and at not in seen:
            seen.add(at)
            at = above[at]
        if at == id:
            above[id] = None
    return above


def _with_below(
    raws: Mapping[str, Any], above: Mapping[str, str | None], own: Mapping[str, set[int]]
) -> dict[str, int]:
    """How many different guides each organisation has with all below it."""
    whole = {id: set(own.get(id, ())) for id in raws}
    for id in raws:
        at = above[id] if id in own else None
        while at is not None:
            whole[at] |= own[id]
            at = above[at]
    return {id: len(docs) for id, docs in whole.items()}
