"""What an answer can be narrowed to, counted over the cards that it could show."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection

from domain.search import Axis, Facet
from localdb.catalogue.search.scope import WIDE

MOST = 12
"""Values of one axis that are offered; more are no choice any more."""

_AXES: tuple[Axis, ...] = ("audience", "department", "theme", "district", "coverage")


def facets(connection: sqlite3.Connection, docs: Collection[int]) -> tuple[Facet, ...]:
    """Values by axis, the most frequent first. A value that would leave every one of `docs` in is left out."""
    counts: dict[Axis, Counter[str]] = {axis: Counter() for axis in _AXES}
    having: dict[Axis, set[int]] = {axis: set() for axis in _AXES}

    def count(axis: Axis, doc: int, *values: str) -> None:
        counts[axis].update(values)
        having[axis].add(doc)

    among = "doc IN (SELECT value FROM json_each(?))"
    given = (json.dumps(list(docs)),)
    rows = connection.execute(f"SELECT doc, kind, audience, department_id, coverage FROM card WHERE {among}", given)
    for doc, kind, audience, department, coverage in rows:
        if audience:
            count("audience", doc, *audience.split())
        if department is not None:
            count("department", doc, department)
        if kind == "guide":
            count("coverage", doc, *(("wide",) if coverage in WIDE else ()))
    rows = connection.execute(
        f"SELECT relation, target, doc FROM ref WHERE {among} AND relation IN ('theme', 'district')", given
    )
    for relation, target, doc in rows:
        count(relation, doc, target)
    return tuple(
        Facet(axis, value, number)
        for axis in _AXES
        for value, number in sorted(counts[axis].items(), key=lambda pair: (-pair[1], pair[0]))[:MOST]
        if number < len(having[axis])
    )
