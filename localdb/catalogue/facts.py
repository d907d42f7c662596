"""Every one-sentence answer with the themes that it stands under."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3

from domain.search import Card
from localdb.catalogue.cards import CARD_COLUMNS, card_from

_VALID = (
    "(card.valid_from IS NULL OR card.valid_from <= :day) AND (card.valid_until IS NULL OR card.valid_until >= :day)"
)


def facts(connection: sqlite3.Connection, day: dt.date) -> tuple[tuple[Card, tuple[str, ...]], ...]:
    """(fact, its theme codes) of all facts that are shown on `day`, by id."""
    rows = connection.execute(
        f"SELECT {CARD_COLUMNS}, (SELECT json_group_array(target) FROM ref WHERE ref.doc = card.doc"
        f" AND ref.relation = 'theme') FROM card WHERE card.kind = 'fact' AND {_VALID} ORDER BY card.id",
        {"day": day.isoformat()},
    )
    return tuple((card_from(row[:-1]), tuple(sorted(json.loads(row[-1])))) for row in rows)
