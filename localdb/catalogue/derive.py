"""Everything in a catalogue that follows from its records: list rows, names, indexes, vocabulary, pinyin."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, insert

from domain.records import Fact, Guide, Home, Org, Record, Translation, Vocabulary, validate
from localdb.catalogue import schema, sounds
from localdb.catalogue.cards import CARDED, card_row
from localdb.catalogue.feed import Said, feed_row, said, spoken
from localdb.catalogue.search.normalise import Normaliser
from localdb.catalogue.search.pinyin import fold, initials
from localdb.catalogue.search.vocabulary import meanings

BATCH = 500

LONGEST_WORD = 8
"""Characters; what is longer is not typed as one word of the pinyin keyboard."""

WORD_WEIGHTS = {"alias": 0.6, "vocabulary": 0.5, "name": 0.45, "keyword": 0.4}
"""How likely a word is meant, by where it comes from; each doubling of the cards that have it adds `WEIGHT_A_DOUBLING`.
"""

WEIGHT_A_DOUBLING = 0.08


@dataclass(frozen=True, slots=True)
class Summary:
    """Digest, records by kind, and whether any of it is sample content."""

    digest: str
    counts: Mapping[str, int]
    sample: bool


def derive(connection: Connection, total: int, tell: Callable[[float], None]) -> Summary:
    """Fills every table but `record`, whose `total` rows are read in canonical order, so that equal records give equal
    tables.
    """
    plain = Normaliser()
    orgs = _orgs(connection)
    translated = _translations(connection)
    rows = _Rows(connection)
    words = _Words()
    whole = hashlib.sha256()
    counts: Counter[str] = Counter()
    sample = False
    doc = 0
    with connection.exec_driver_sql("SELECT line FROM record ORDER BY kind, id").yield_per(BATCH) as lines:
        for number, line in enumerate(lines.scalars(), 1):
            whole.update(line)
            record = validate(json.loads(line))
            counts[record.kind] += 1
            sample = sample or record.sample
            match record:
                case Vocabulary():
                    _add_vocabulary(rows, words, record, plain)
                case Home():
                    words.popular.update(map(plain.text, record.popular))
                case _ if record.kind in CARDED:
                    doc += 1
                    _add_card(rows, words, doc, record, orgs, translated[record.id], plain)
                case _:
                    pass
            if number % BATCH == 0:
                rows.flush()
                tell(0.8 * number / total)
    rows.add(schema.lexicon, words.rows())
    chars = sorted({*sounds.common_characters(), *words.chars})
    readings = ((char, sounds.readings(char)) for char in chars)
    rows.add(schema.reading, ({"char": char, "syllables": " ".join(held)} for char, held in readings if held))
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


@dataclass(slots=True)
class _Words:
    """Words for the pinyin keyboard, gathered from everywhere."""

    sources: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    cards: Counter[str] = field(default_factory=Counter)
    sounded: dict[str, tuple[str, ...]] = field(default_factory=dict)
    popular: set[str] = field(default_factory=set)
    chars: set[str] = field(default_factory=set)

    def add(self, source: str, word: str, syllables: tuple[str, ...]) -> None:
        if 2 <= len(word) <= LONGEST_WORD and all(map(sounds.is_han, word)) and len(syllables) == len(word):
            self.sources[word].add(source)
            self.cards[word] += 1
            self.sounded[word] = syllables
            self.chars.update(word)

    def rows(self) -> Iterable[dict[str, Any]]:
        for word in sorted(self.sources):
            syllables = self.sounded[word]
            weight = max(WORD_WEIGHTS[source] for source in self.sources[word])
            weight += WEIGHT_A_DOUBLING * math.log2(self.cards[word])
            yield {
                "word": word,
                "syllables": " ".join(syllables),
                "letters": "".join(syllables),
                "folded": "".join(map(fold, syllables)),
                "initials": initials(syllables),
                "weight": 1.0 if word in self.popular else round(min(weight, 0.99), 3),
            }


def _orgs(connection: Connection) -> dict[str, tuple[str, str]]:
    """Organisation id → full name and the short one that people know."""
    lines = connection.exec_driver_sql("SELECT line FROM record WHERE kind = 'org'").scalars()
    found = {}
    for line in lines:
        org = validate(json.loads(line))
        if isinstance(org, Org):
            found[org.id] = (org.name, org.short_name or org.name)
    return found


def _translations(connection: Connection) -> dict[str, list[str]]:
    """Writes the translations; record id → its names in English, which can be typed on the kiosk's keyboard."""
    english: dict[str, list[str]] = defaultdict(list)
    rows = []
    for line in connection.exec_driver_sql("SELECT line FROM record WHERE kind = 'translation' ORDER BY id").scalars():
        one = validate(json.loads(line))
        if not isinstance(one, Translation):
            continue
        fields = {"name": one.name, **one.fields}
        name = fields["name"] if isinstance(fields["name"], str) else one.name
        rows.append({"of": one.of, "lang": one.lang, "name": name, "fields": json.dumps(fields, ensure_ascii=False)})
        if one.lang == "en":
            aliases = fields.get("aliases") or ()
            english[one.of] += [name, *([aliases] if isinstance(aliases, str) else map(str, aliases))]
    if rows:
        connection.execute(insert(schema.translation).prefix_with("OR REPLACE"), rows)
    return english


def _add_vocabulary(rows: _Rows, words: _Words, record: Vocabulary, plain: Normaliser) -> None:
    rows.add(
        schema.meaning,
        (
            {
                "plain": key,
                "relation": meaning.relation,
                "target": meaning.target,
                "weight": meaning.weight,
                "intent": meaning.intent,
            }
            for key, meaning in meanings(record, plain)
        ),
    )
    if record.relation != "stop":
        for word in record.words:
            key = plain.text(word)
            words.add("vocabulary", key, sounds.syllables(key))


def _add_card(
    rows: _Rows,
    words: _Words,
    doc: int,
    record: Record,
    orgs: Mapping[str, tuple[str, str]],
    translated: Iterable[str],
    plain: Normaliser,
) -> None:
    row = card_row(record)
    department = orgs.get(row["department_id"] or "")
    row["department"] = department[1] if department else None
    rows.add(schema.card, [{"doc": doc, **row}])
    spoken_words = spoken(record, department or (), translated)
    names: list[Said] = list(said(spoken_words, plain))
    rows.add(
        schema.said,
        (
            {
                "doc": doc,
                "via": one.via,
                "plain": one.plain,
                "letters": one.letters,
                "initials": one.initials,
            }
            for one in names
        ),
    )
    rows.add(schema.feed, [{"doc": doc, **feed_row(names, spoken_words, plain)}])
    rows.add(
        schema.ref, ({"relation": relation, "target": target, "doc": doc} for relation, target in _refs(record, orgs))
    )
    for one in names:
        words.add(one.via, one.plain, one.syllables)


def _refs(record: Record, orgs: Mapping[str, tuple[str, str]]) -> set[tuple[str, str]]:
    """(relation, target) of what a card is listed under. An office may be written as text: an organisation's very name
    counts.
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
        case _:
            pass
    return found


def _index(connection: Connection) -> None:
    for index in ("words", "sounds"):
        connection.exec_driver_sql(f"INSERT INTO {index}({index}) VALUES ('rebuild')")
        connection.exec_driver_sql(f"INSERT INTO {index}({index}) VALUES ('optimize')")
        connection.exec_driver_sql(f"CREATE VIRTUAL TABLE temp.counted USING fts5vocab(main, {index}, 'row')")
        connection.exec_driver_sql("INSERT INTO term SELECT ?, term, doc FROM temp.counted", (index,))
        connection.exec_driver_sql("DROP TABLE temp.counted")
