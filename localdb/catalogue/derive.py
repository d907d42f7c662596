"""Everything in a catalogue that follows from its records: list rows, names, indexes, vocabulary, pinyin."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, cast

from sqlalchemy import Connection, Table, insert

from domain.records import Fact, Guide, Home, Org, Place, Record, Translation, Vocabulary, validate
from localdb.catalogue import numbering, schema, sounds
from localdb.catalogue.cards import CARDED, card_row
from localdb.catalogue.feed import Said, feed_row, said, spoken
from localdb.catalogue.lexicon import Words, reading_rows
from localdb.catalogue.search.normalise import Normaliser
from localdb.catalogue.search.vocabulary import meanings

BATCH = 500

Orgs = Mapping[str, tuple[str, str]]
"""Organisation id → full name and the short one that people know."""


Districts = Mapping[str, str]
"""Place id → its district (GB/T 2260)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Digest, records by kind, and whether any of it is sample content."""

    digest: str
    counts: Mapping[str, int]
    sample: bool


def summary_of(connection: Connection) -> Summary:
    """What the records in the file come to, read from their canonical lines."""
    whole = hashlib.sha256()
    counts: Counter[str] = Counter()
    sample = False
    # Through the driver's own connection: SQLAlchemy's rows would take three times as long as hashing them.
    raw = cast(sqlite3.Connection, connection.connection.driver_connection)
    for kind, line in raw.execute("SELECT kind, line FROM record ORDER BY kind, id"):
        whole.update(line)
        counts[kind] += 1
        sample = sample or (b'"sample":' in line and validate(json.loads(line)).sample)
    return Summary(whole.hexdigest(), counts, sample)


def derive(connection: Connection, total: int, tell: Callable[[float], None]) -> Summary:
    """Fills every table but `record`, whose `total` rows are read in canonical order, so that equal records give equal
    tables.
    """
    plain = Normaliser()
    orgs, districts = organisations(connection), districts_of_places(connection)
    rows = _Rows(connection)
    translated = _translations(connection, rows)
    words = Words()
    whole = hashlib.sha256()
    counts: Counter[str] = Counter()
    sample = False
    doc, last = 0, ""
    with connection.exec_driver_sql("SELECT line FROM record ORDER BY kind, id").yield_per(BATCH) as lines:
        for number, line in enumerate(lines.scalars(), 1):
            whole.update(line)
            record = validate(json.loads(line))
            counts[record.kind] += 1
            sample = sample or record.sample
            for table, row in numbering.rows_of(record):
                rows.add(table, [row])
            match record:
                case Vocabulary():
                    rows.add(schema.meaning, meaning_rows(record, plain))
                    for word, syllables in vocabulary_words(record, plain):
                        words.add("vocabulary", word, syllables)
                case Home():
                    words.popular.update(map(plain.text, record.popular))
                case _ if record.kind in CARDED:
                    doc += schema.DOC_STEP + (schema.KIND_STEP if record.kind != last else 0)
                    last = record.kind
                    carded = card_of(record, orgs, districts, translated[record.id], plain)
                    rows.add(schema.card, [{"doc": doc, **carded.card}])
                    rows.add(schema.said, carded.said_rows(doc))
                    rows.add(schema.feed, [{"doc": doc, **carded.feed}])
                    rows.add(schema.ref, carded.ref_rows(doc))
                    for one in carded.said:
                        words.add(one.via, one.plain, one.syllables)
                case _:
                    pass
            if number % BATCH == 0:
                rows.flush()
                tell(0.8 * number / total)
    rows.add(schema.lexicon, words.rows())
    rows.add(schema.reading, reading_rows(sorted({*sounds.common_characters(), *words.chars()})))
    rows.flush()
    tell(0.85)
    _index(connection)
    tell(1.0)
    return Summary(whole.hexdigest(), counts, sample)


class _Rows:
    """Collects rows and writes them table by table."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held: dict[Table, list[dict[str, Any]]] = defaultdict(list)

    def add(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        self._held[table].extend(rows)

    def flush(self) -> None:
        for table, rows in self._held.items():
            if rows:
                self._connection.execute(insert(table), rows)
        self._held.clear()


@dataclass(frozen=True, slots=True)
class CardTables:
    """What one record puts into the tables, without the doc."""

    card: dict[str, Any]
    said: tuple[Said, ...]
    feed: dict[str, Any]
    refs: frozenset[tuple[str, str]]

    def said_rows(self, doc: int) -> Iterator[dict[str, Any]]:
        for one in self.said:
            yield {
                "doc": doc,
                "via": one.via,
                "plain": one.plain,
                "syllables": " ".join(one.syllables),
                "letters": one.letters,
                "initials": one.initials,
            }

    def ref_rows(self, doc: int) -> Iterator[dict[str, Any]]:
        for relation, target in self.refs:
            yield {"relation": relation, "target": target, "doc": doc}


def card_of(
    record: Record,
    orgs: Orgs,
    districts: Districts,
    english: Iterable[str],
    plain: Normaliser,
    known: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> CardTables:
    """The rows of a record that has a card. `english`: its names in English, which can be typed on the kiosk's
    keyboard. `known`: how names are read, as far as that was looked up before.
    """
    row = card_row(record)
    department = orgs.get(row["department_id"] or "")
    row["department"] = department[1] if department else None
    words = spoken(record, department or (), english)
    names = tuple(said(words, plain, known))
    return CardTables(row, names, feed_row(names, words, plain), frozenset(_refs(record, orgs, districts)))


def organisations(connection: Connection) -> dict[str, tuple[str, str]]:
    """All organisations in the file; their lines were validated when they came in."""
    lines = connection.exec_driver_sql("SELECT line FROM record WHERE kind = 'org'").scalars()
    raws = map(json.loads, lines)
    return {raw["id"]: (raw["name"], raw.get("short_name") or raw["name"]) for raw in raws}


def districts_of_places(connection: Connection) -> dict[str, str]:
    """The districts of all places in the file that say theirs."""
    rows = connection.exec_driver_sql(
        "SELECT id, json_extract(CAST(line AS TEXT), '$.district') FROM record WHERE kind = 'place'"
    )
    return {id: district for id, district in rows if district is not None}


def translation_row(record: Translation) -> dict[str, Any]:
    """The row of a translation."""
    fields = {"name": record.name, **record.fields}
    name = fields["name"] if isinstance(fields["name"], str) else record.name
    return {
        "of": record.of,
        "lang": record.lang,
        "id": record.id,
        "name": name,
        "fields": json.dumps(fields, ensure_ascii=False),
    }


def english_names(name: str, fields: str) -> list[str]:
    """What a translation into English adds to the words that find a record."""
    aliases = json.loads(fields).get("aliases") or ()
    return [name, *([aliases] if isinstance(aliases, str) else map(str, aliases))]


def _translations(connection: Connection, rows: _Rows) -> dict[str, list[str]]:
    """Writes the translations; record id → its names in English."""
    english: dict[str, list[str]] = defaultdict(list)
    for line in connection.exec_driver_sql("SELECT line FROM record WHERE kind = 'translation' ORDER BY id").scalars():
        one = validate(json.loads(line))
        if isinstance(one, Translation):
            row = translation_row(one)
            rows.add(schema.translation, [row])
            if one.lang == "en":
                english[one.of] += english_names(row["name"], row["fields"])
    return english


def meaning_rows(record: Vocabulary, plain: Normaliser) -> Iterator[dict[str, Any]]:
    """What the words of a vocabulary record mean in a question."""
    for number, (key, meaning) in enumerate(meanings(record, plain)):
        yield {
            "vocabulary": record.id,
            "number": number,
            "plain": key,
            "relation": meaning.relation,
            "target": meaning.target,
            "weight": meaning.weight,
            "intent": meaning.intent,
        }


def vocabulary_words(record: Vocabulary, plain: Normaliser) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Words of a vocabulary record for the keyboard, with their syllables."""
    if record.relation != "stop":
        for word in record.words:
            key = plain.text(word)
            yield key, sounds.syllables(key)


def _refs(record: Record, orgs: Orgs, districts: Districts) -> set[tuple[str, str]]:
    """(relation, target) of what a card is listed under. An office may be written as text: an organisation's very name
    counts. A district is that of the places that are named.
    """
    found: set[tuple[str, str]] = set()
    match record:
        case Guide():
            found.add(("department", record.department))
            for office in (record.accepting_office, record.handling_agency):
                if office is None:
                    continue
                if office in orgs:
                    found.add(("department", office))
                else:
                    found.update(("department", id) for id, names in orgs.items() if office in names)
            found.update(("theme", theme) for theme in record.themes)
            found.update(("place", place) for place in record.places)
            if record.accepting_office:
                found.add(("place", record.accepting_office))
        case Fact():
            found.update(("theme", theme) for theme in record.themes)
            if record.place:
                found.add(("place", record.place))
        case Org():
            found.add(("parent", record.parent or ""))
        case Place():
            if record.district:
                found.add(("district", record.district))
        case _:
            pass
    places = [target for relation, target in found if relation == "place"]
    found.update(("district", districts[place]) for place in places if place in districts)
    return found


def _index(connection: Connection) -> None:
    for index in ("words", "sounds"):
        connection.exec_driver_sql(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
        connection.exec_driver_sql(f"INSERT INTO {index}({index}) VALUES ('optimize')")
        connection.exec_driver_sql(f"CREATE VIRTUAL TABLE temp.counted USING fts5vocab(main, {index}, 'row')")
        connection.exec_driver_sql("INSERT INTO term SELECT ?, term, doc FROM temp.counted", (index,))
        connection.exec_driver_sql("DROP TABLE temp.counted")
