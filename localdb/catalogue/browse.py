"""Lists and single records out of an open catalogue file. Each function reads through a connection that the reader
lends it.

Order of lists, everywhere: guides before facts before the rest; among guides the complete ones first (in steps:
complete, partly, name only), then by id, which is how editors number them. Nothing is returned outside its validity
dates.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from domain.ports import R
from domain.records import KINDS, Calendar, Home, LifeEvent, Notice, Org, Place, Record, Rule, Topic
from domain.search import Card, LexiconWord
from localdb.catalogue.cards import CARD_COLUMNS, card_from

_VALID = (
    "(card.valid_from IS NULL OR card.valid_from <= :day) AND (card.valid_until IS NULL OR card.valid_until >= :day)"
)
_LISTED = (
    "CASE card.kind WHEN 'guide' THEN 0 WHEN 'fact' THEN 1 ELSE 2 END,"
    " CASE WHEN card.fullness >= 8 THEN 0 WHEN card.fullness >= 3 THEN 1 ELSE 2 END, card.id"
)
_ORG_LEVELS = ("city", "district", "institution", "company")


def get(connection: sqlite3.Connection, kind: type[R], id: str, day: dt.date) -> R | None:
    """A record of `kind`, or of any kind for `Record` itself."""
    wanted = kind.KIND or None
    rows = connection.execute(
        "SELECT line FROM record WHERE id = :id AND (:kind IS NULL OR kind = :kind) ORDER BY kind",
        {"id": id, "kind": wanted},
    )
    for (line,) in rows:
        found = _record(line)
        if isinstance(found, kind) and found.valid_at(day):
            return found
    return None


def records(connection: sqlite3.Connection, kind: type[R], day: dt.date) -> list[R]:
    """All records of a kind, by id."""
    rows = connection.execute("SELECT line FROM record WHERE kind = ? ORDER BY id", (kind.KIND,))
    found = (_record(line) for (line,) in rows)
    return [record for record in found if isinstance(record, kind) and record.valid_at(day)]


def _record(line: bytes) -> Record:
    """Lines were validated when the file was built; what a newer build wrote comes back with its unknown fields."""
    raw = json.loads(line)
    return KINDS.get(raw["kind"], Record).model_validate(raw)


def cards(connection: sqlite3.Connection, ids: Sequence[str], day: dt.date) -> tuple[Card, ...]:
    """Rows in the order of `ids`."""
    statement = f"SELECT {CARD_COLUMNS} FROM card WHERE id IN (SELECT value FROM json_each(:ids)) AND {_VALID}"
    rows = connection.execute(statement, {"ids": json.dumps(list(ids)), "day": day.isoformat()})
    found = {card.id: card for card in map(card_from, rows)}
    return tuple(found[id] for id in ids if id in found)


def listed(
    connection: sqlite3.Connection, relation: str, targets: Sequence[str], day: dt.date, audience: str | None = None
) -> tuple[Card, ...]:
    """Cards that stand under any of `targets`, for `audience` (those for everyone included)."""
    statement = (
        f"SELECT {CARD_COLUMNS} FROM card WHERE doc IN (SELECT doc FROM ref WHERE relation = :relation"
        f" AND target IN (SELECT value FROM json_each(:targets))) AND {_VALID} ORDER BY {_LISTED}"
    )
    rows = connection.execute(
        statement, {"relation": relation, "targets": json.dumps(list(targets)), "day": day.isoformat()}
    )
    found = map(card_from, rows)
    return tuple(card for card in found if audience is None or not card.audience or audience in card.audience)


def orgs(connection: sqlite3.Connection, parent: str | None, day: dt.date) -> tuple[Org, ...]:
    """Children of an organisation or the roots: city departments first, then districts, institutions, companies; each
    by id.
    """
    rows = connection.execute(
        "SELECT line FROM record WHERE kind = 'org' AND id IN"
        " (SELECT card.id FROM ref JOIN card USING (doc) WHERE relation = 'parent' AND target = ?) ORDER BY id",
        (parent or "",),
    )
    found = [record for (line,) in rows if isinstance(record := _record(line), Org) and record.valid_at(day)]
    return tuple(sorted(found, key=lambda org: _ORG_LEVELS.index(org.level)))


def places(connection: sqlite3.Connection, day: dt.date) -> tuple[Place, ...]:
    """All places, by id."""
    return tuple(records(connection, Place, day))


def life_events(connection: sqlite3.Connection, day: dt.date) -> tuple[LifeEvent, ...]:
    """All life events, by id."""
    return tuple(records(connection, LifeEvent, day))


def topics(connection: sqlite3.Connection, day: dt.date) -> tuple[Topic, ...]:
    """Topics that are shown on `day`, by id."""
    return tuple(
        topic
        for topic in records(connection, Topic, day)
        if (topic.show_from is None or topic.show_from <= day) and (topic.show_until is None or day <= topic.show_until)
    )


def notices(connection: sqlite3.Connection, district: str | None, day: dt.date) -> tuple[Notice, ...]:
    """Notices of `day`: warnings first, then the newest."""
    shown = [notice for notice in records(connection, Notice, day) if notice.shown_at(day, district)]
    shown.sort(key=lambda notice: notice.show_from or dt.date.min, reverse=True)
    return tuple(sorted(shown, key=lambda notice: notice.level != "warn"))


def rules(connection: sqlite3.Connection, day: dt.date) -> tuple[Rule, ...]:
    """Rules that are valid on `day`, by id, with the guides that are shown then; those left with none are out."""
    found = records(connection, Rule, day)
    wanted = sorted({item for rule in found for item in rule.items})
    rows = connection.execute(
        f"SELECT id FROM card WHERE kind = 'guide' AND id IN (SELECT value FROM json_each(:ids)) AND {_VALID}",
        {"ids": json.dumps(wanted), "day": day.isoformat()},
    )
    shown = {row[0] for row in rows}
    resolved = (
        rule.model_copy(update={"items": tuple(item for item in rule.items if item in shown)}) for rule in found
    )
    return tuple(rule for rule in resolved if rule.items)


def home(connection: sqlite3.Connection, day: dt.date) -> Home | None:
    """The first home record that is valid; a season's own one is simply numbered before the usual one."""
    return next(iter(records(connection, Home, day)), None)


def calendar(connection: sqlite3.Connection, year: int) -> Calendar | None:
    """The calendar of `year`. Its own validity dates do not matter: a year does not expire."""
    rows = connection.execute("SELECT line FROM record WHERE kind = 'calendar' ORDER BY id")
    found = (record for (line,) in rows if isinstance(record := _record(line), Calendar))
    return next((record for record in found if record.year == year), None)


def translation(connection: sqlite3.Connection, id: str, lang: str) -> Mapping[str, Any]:
    """Translated fields of a record, its name among them; empty when there are none."""
    row = connection.execute(
        "SELECT fields FROM translation WHERE of = ? AND lang = ? ORDER BY id DESC LIMIT 1", (id, lang)
    ).fetchone()
    return {} if row is None else dict(json.loads(row[0]))


def names(connection: sqlite3.Connection, ids: Sequence[str], lang: str) -> Mapping[str, str]:
    """Translated names by id, only where there is one."""
    rows = connection.execute(
        "SELECT of, name FROM translation WHERE lang = ? AND of IN (SELECT value FROM json_each(?)) ORDER BY id",
        (lang, json.dumps(list(ids))),
    )
    return {row[0]: row[1] for row in rows}


def lexicon(connection: sqlite3.Connection) -> tuple[LexiconWord, ...]:
    """All words for the pinyin keyboard, the likeliest first. A syllable or a weight that many of them have is the same
    object in all: there are four hundred syllables, and tens of thousands of words.
    """
    rows = connection.execute("SELECT word, syllables, weight FROM lexicon ORDER BY weight DESC, word")
    weights: dict[float, float] = {}
    return tuple(
        LexiconWord(word, tuple(map(sys.intern, syllables.split())), weights.setdefault(weight, weight))
        for word, syllables, weight in rows
    )
