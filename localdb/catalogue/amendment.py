"""A catalogue file brought from one revision to the next: its records, and whatever follows from those that changed.

Afterwards every table holds what a build from the same records would have put there; only docs may be others, in the
same order.
"""

from __future__ import annotations

import bisect
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, cast

from sqlalchemy import Connection, Table

from domain.errors import CatalogueError, Code
from domain.records import Change as RecordChange, Home, Org, Place, Record, Translation, Vocabulary, validate
from domain.records.changes import Change, Key, patched
from localdb.catalogue import numbering, schema, sounds
from localdb.catalogue.cards import CARDED
from localdb.catalogue.derive import (
    Districts,
    Orgs,
    card_of,
    districts_of_places,
    english_names,
    meaning_rows,
    organisations,
    translation_row,
    vocabulary_words,
)
from localdb.catalogue.feed import Said
from localdb.catalogue.lexicon import WORD_WEIGHTS, is_word, lexicon_row, reading_rows
from localdb.catalogue.search.normalise import Normaliser

FEW = 500
"""Cards that are always worked on one by one."""

MOST = 1 / 3
"""Share of all cards from which on it is quicker to derive everything anew."""

_REMEMBERED = frozenset({Home.KIND, Org.KIND, Place.KIND, Translation.KIND, Vocabulary.KIND})

_OFFICES = re.compile(rb'"(?:accepting_office|handling_agency)":("(?:[^"\\]|\\.)*")')

_INDEXES = {"words": schema.WORDS_COLUMNS, "sounds": schema.SOUND_COLUMNS}

_CARD = tuple(column.name for column in schema.card.columns)
_FEED = tuple(column.name for column in schema.feed.columns)
_SAID = ("via", "plain", "syllables", "letters", "initials")


@dataclass(frozen=True, slots=True)
class Changed:
    """A record after a change, None where there is none any more. `old`: what it was, for the kinds of which other
    records' rows know.
    """

    key: Key
    old: Record | None
    new: Record | None


def change_records(connection: Connection, changes: Iterable[Change]) -> list[Changed]:
    """Changes the records themselves and nothing else.

    Raises `RecordError` S-05 for a change that was made for another record, R-02 for what is no valid record then.
    """
    raw = _raw(connection)
    done: list[Changed] = []
    for change in changes:
        found = raw.execute("SELECT line FROM record WHERE kind = ? AND id = ?", change.key).fetchone()
        line = patched(found[0] if found else None, change)
        old = _record(found[0]) if found and change.kind in _REMEMBERED else None
        new = None if line is None else validate(json.loads(line))
        if line is None:
            raw.execute("DELETE FROM record WHERE kind = ? AND id = ?", change.key)
        elif found:
            raw.execute("UPDATE record SET line = ? WHERE kind = ? AND id = ?", (line, *change.key))
        else:
            raw.execute("INSERT INTO record (kind, id, line) VALUES (?, ?, ?)", (*change.key, line))
        done.append(Changed(change.key, old, new))
    return done


def bring_along(connection: Connection, changed: Sequence[Changed]) -> bool:
    """Brings all other tables to what the records say now. False: too much has changed, or there is no doc free where
    one is needed; the tables are worth nothing then, and a build from the records is called for.
    """
    return _Amendment(connection, changed).run()


def _raw(connection: Connection) -> sqlite3.Connection:
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def _record(line: bytes) -> Record:
    """A record of the file; it was valid when it came in."""
    try:
        return validate(json.loads(line))
    except ValueError:
        raise CatalogueError(Code.CATALOGUE_UNREADABLE, "a record reads back broken") from None


@dataclass(slots=True)
class _Lexicon:
    """Uses of words that came (+) and went (-)."""

    uses: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    sounded: dict[str, Sequence[str]] = field(default_factory=dict)

    def come(self, source: str, word: str, syllables: Sequence[str]) -> None:
        if is_word(word, len(syllables)):
            self.uses[word][source] += 1
            self.sounded[word] = syllables

    def go(self, source: str, word: str, syllables: int) -> None:
        if is_word(word, syllables):
            self.uses[word][source] -= 1


class _Amendment:
    def __init__(self, connection: Connection, changed: Sequence[Changed]) -> None:
        self._connection = connection
        self._raw = _raw(connection)
        self._changed = changed
        self._plain = Normaliser()
        self._lexicon = _Lexicon()
        self._orgs: Orgs = organisations(connection)
        self._districts: Districts = districts_of_places(connection)

    def run(self) -> bool:
        self._translations()
        self._vocabulary()
        self._numbers()
        records = self._concerned()
        held = self._raw.execute("SELECT count(*) FROM card").fetchone()[0]
        if len(records) > max(FEW, MOST * held):
            return False
        docs = self._docs(records)
        if docs is None:
            return False
        # Who has neither had a card nor gets one is not among the docs.
        self._cards([(docs[key], record) for key, record in records.items() if key in docs])
        self._words()
        return True

    # --- What each kind of record brings about -------------------------------------------------------------------

    def _translations(self) -> None:
        gone = [one.old for one in self._changed if isinstance(one.old, Translation)]
        self._raw.executemany(
            "DELETE FROM translation WHERE of = ? AND lang = ? AND id = ?", ((one.of, one.lang, one.id) for one in gone)
        )
        self._insert(
            schema.translation,
            (translation_row(one.new) for one in self._changed if isinstance(one.new, Translation)),
        )

    def _vocabulary(self) -> None:
        for one in self._changed:
            if isinstance(one.old, Vocabulary):
                self._raw.execute("DELETE FROM meaning WHERE vocabulary = ?", (one.old.id,))
                for word, syllables in vocabulary_words(one.old, self._plain):
                    self._lexicon.go("vocabulary", word, len(syllables))
            if isinstance(one.new, Vocabulary):
                self._insert(schema.meaning, meaning_rows(one.new, self._plain))
                for word, syllables in vocabulary_words(one.new, self._plain):
                    self._lexicon.come("vocabulary", word, syllables)

    def _numbers(self) -> None:
        for one in self._changed:
            if one.key[0] not in numbering.KINDS:
                continue
            self._raw.execute("DELETE FROM numbered WHERE kind = ? AND id = ?", one.key)
            if one.key[0] == RecordChange.KIND:
                self._raw.execute("DELETE FROM changed WHERE id = ?", (one.key[1],))
            for table, row in numbering.rows_of(one.new) if one.new is not None else ():
                self._insert(table, [row])

    def _concerned(self) -> dict[Key, Record | None]:
        """Every record whose card may look different now, in canonical order; None: it has none any more."""
        concerned = {one.key: one.new for one in self._changed if one.key[0] in CARDED}
        for kind, id, line in (*self._translated(), *self._of_changed_orgs(), *self._at_changed_places()):
            if (kind, id) not in concerned:
                concerned[kind, id] = _record(line)
        return dict(sorted(concerned.items()))

    def _translated(self) -> list[tuple[str, str, bytes]]:
        """Records with a changed English name."""
        both = (one for changed in self._changed for one in (changed.old, changed.new))
        ids = sorted({one.of for one in both if isinstance(one, Translation) and one.lang == "en"})
        return self._raw.execute(
            "SELECT kind, id, line FROM record WHERE id IN (SELECT value FROM json_each(?))"
            " AND kind IN (SELECT value FROM json_each(?))",
            (json.dumps(ids), json.dumps(CARDED)),
        ).fetchall()

    def _of_changed_orgs(self) -> list[tuple[str, str, bytes]]:
        """Records that show the name of an organisation that has another one now, or that write it as their office."""
        renamed: list[str] = []
        spoken: set[bytes] = set()
        for one in self._changed:
            if one.key[0] != Org.KIND:
                continue
            names = [(org.name, org.short_name or org.name) for org in (one.old, one.new) if isinstance(org, Org)]
            if len(set(names)) == 1 and len(names) == 2:
                continue
            renamed.append(one.key[1])
            for text in (one.key[1], *(name for pair in names for name in pair)):
                spoken.add(json.dumps(text, ensure_ascii=False).encode())
        if not renamed:
            return []
        found = self._raw.execute(
            "SELECT kind, id, line FROM card JOIN record USING (kind, id)"
            " WHERE department_id IN (SELECT value FROM json_each(?))",
            (json.dumps(renamed),),
        ).fetchall()
        guides = self._raw.execute("SELECT kind, id, line FROM record WHERE kind = 'guide'")
        return found + [row for row in guides if not spoken.isdisjoint(_OFFICES.findall(row[2]))]

    def _at_changed_places(self) -> list[tuple[str, str, bytes]]:
        """Records that name a place which lies in another district now."""
        moved = [
            one.key[1]
            for one in self._changed
            if one.key[0] == Place.KIND and getattr(one.old, "district", None) != getattr(one.new, "district", None)
        ]
        return self._raw.execute(
            "SELECT kind, id, line FROM ref JOIN card USING (doc) JOIN record USING (kind, id)"
            " WHERE relation = 'place' AND target IN (SELECT value FROM json_each(?))",
            (json.dumps(moved),),
        ).fetchall()

    # --- Docs ----------------------------------------------------------------------------------------------------

    def _docs(self, records: Mapping[Key, Record | None]) -> dict[Key, int] | None:
        """The doc of every card, old and new; None when a new one finds no room between its neighbours."""
        found: dict[Key, int] = {}
        for key in records:
            row = self._raw.execute("SELECT doc FROM card WHERE id = ? AND kind = ?", (key[1], key[0])).fetchone()
            if row is not None:
                found[key] = row[0]
        new = sorted(key for key, record in records.items() if record is not None and key not in found)
        if not new:
            return found
        order: list[Key] = []
        docs: list[int] = []
        for kind, id, doc in sorted(self._raw.execute("SELECT kind, id, doc FROM card ORDER BY id")):
            order.append((kind, id))
            docs.append(doc)
        for at, members in groupby(new, lambda key: bisect.bisect(order, key)):
            keys = list(members)
            low, below = (docs[at - 1], order[at - 1][0]) if at else (0, None)
            high, above = (docs[at], order[at][0]) if at < len(order) else (None, None)
            if high is None:
                start = low + (schema.KIND_STEP if keys[0][0] != below else 0)
                step = schema.DOC_STEP
            else:
                step = min(schema.DOC_STEP, (high - low) // (len(keys) + 1))
                start = low
                if below != keys[0][0] != above:
                    start = low + (high - low) // 2  # a kind that was not there before: half of the room to each side
                    step = min(schema.DOC_STEP, (high - start) // (len(keys) + 1))
                elif below != keys[0][0]:
                    start = high - step * (len(keys) + 1)
            if step < 1:
                return None
            found.update((key, start + step * number) for number, key in enumerate(keys, 1))
        return found

    # --- Cards and their indexes ---------------------------------------------------------------------------------

    def _cards(self, cards: Iterable[tuple[int, Record | None]]) -> None:
        """In the order of docs: going back in it would make the full-text index begin a new segment."""
        gone: dict[str, list[Sequence[str]]] = {index: [] for index in _INDEXES}
        come: dict[str, list[Sequence[str]]] = {index: [] for index in _INDEXES}
        ordered = sorted(cards, key=lambda one: one[0])
        refs = self._refs(doc for doc, _ in ordered)
        for doc, record in ordered:
            old_said = self._said(doc)
            known = {row[1]: tuple(row[2].split()) for row in old_said}
            new = record and card_of(record, self._orgs, self._districts, self._english(record.id), self._plain, known)
            self._put(schema.card, doc, _CARD, new.card if new else None)
            self._put_said(doc, old_said, new.said if new else ())
            self._put_refs(doc, refs[doc], new.refs if new else frozenset())
            old_feed = self._put(schema.feed, doc, _FEED, new.feed if new else None)
            for index, columns in _INDEXES.items():
                old_text = [old_feed[column] for column in columns] if old_feed else None
                new_text = [new.feed[column] for column in columns] if new else None
                if old_text == new_text:
                    continue
                listed = ", ".join(columns)
                marks = ", ".join("?" * len(columns))
                if old_text:
                    self._raw.execute(
                        f"INSERT INTO {index} ({index}, rowid, {listed}) VALUES ('delete', ?, {marks})",
                        (doc, *old_text),
                    )
                    gone[index].append(old_text)
                if new_text:
                    self._raw.execute(f"INSERT INTO {index} (rowid, {listed}) VALUES (?, {marks})", (doc, *new_text))
                    come[index].append(new_text)
        for index, columns in _INDEXES.items():
            self._count_terms(index, columns, gone[index], come[index])

    def _put(
        self, table: Table, doc: int, columns: Sequence[str], new: Mapping[str, Any] | None
    ) -> dict[str, Any] | None:
        """Puts the row of a card into `table`, or takes it out; returns the one before."""
        row = self._raw.execute(f"SELECT {_listed(columns)} FROM {table.name} WHERE doc = ?", (doc,)).fetchone()
        old = None if row is None else dict(zip(columns, row, strict=True))
        wanted = None if new is None else {"doc": doc, **new}
        if old != wanted:
            if wanted is None:
                self._raw.execute(f"DELETE FROM {table.name} WHERE doc = ?", (doc,))
            else:
                self._insert(table, [wanted])
        return old

    def _said(self, doc: int) -> list[tuple[str, ...]]:
        rows = self._raw.execute(f"SELECT {_listed(_SAID)} FROM said WHERE doc = ? ORDER BY rowid", (doc,))
        return rows.fetchall()

    def _put_said(self, doc: int, old: Sequence[tuple[str, ...]], new: Sequence[Said]) -> None:
        wanted = [(one.via, one.plain, " ".join(one.syllables), one.letters, one.initials) for one in new]
        if old == wanted:
            return
        self._raw.execute("DELETE FROM said WHERE doc = ?", (doc,))
        self._raw.executemany(
            f"INSERT INTO said (doc, {_listed(_SAID)}) VALUES (?, ?, ?, ?, ?, ?)", ((doc, *row) for row in wanted)
        )
        for via, plain, syllables, _, _ in old:
            self._lexicon.go(via, plain, len(syllables.split()))
        for one in new:
            self._lexicon.come(one.via, one.plain, one.syllables)

    def _refs(self, docs: Iterable[int]) -> dict[int, set[tuple[str, str]]]:
        """What each doc is listed under, in one pass: `ref` is ordered by what is listed, not by doc."""
        found: dict[int, set[tuple[str, str]]] = {doc: set() for doc in docs}
        for doc, relation, target in self._raw.execute(
            "SELECT doc, relation, target FROM ref WHERE doc IN (SELECT value FROM json_each(?))",
            (json.dumps(list(found)),),
        ):
            found[doc].add((relation, target))
        return found

    def _put_refs(self, doc: int, old: set[tuple[str, str]], new: frozenset[tuple[str, str]]) -> None:
        self._raw.executemany(
            "DELETE FROM ref WHERE relation = ? AND target = ? AND doc = ?", ((*pair, doc) for pair in old - new)
        )
        self._raw.executemany(
            "INSERT INTO ref (relation, target, doc) VALUES (?, ?, ?)", ((*pair, doc) for pair in new - old)
        )

    def _english(self, id: str) -> list[str]:
        rows = self._raw.execute("SELECT name, fields FROM translation WHERE of = ? AND lang = 'en' ORDER BY id", (id,))
        return [word for row in rows for word in english_names(*row)]

    def _count_terms(
        self, index: str, columns: Sequence[str], gone: Sequence[Sequence[str]], come: Sequence[Sequence[str]]
    ) -> None:
        """How many cards hold a term, after some texts went and others came. SQLite cuts them itself: what it takes for
        a letter is for its tables to say.
        """
        counts = Counter(self._terms(columns, come))
        counts.subtract(self._terms(columns, gone))
        moved = sorted((term, count) for term, count in counts.items() if count)
        self._raw.executemany(
            "INSERT INTO term (part, term, cards) VALUES (?, ?, ?)"
            " ON CONFLICT (part, term) DO UPDATE SET cards = cards + excluded.cards",
            ((index, term, count) for term, count in moved),
        )
        self._raw.executemany(
            "DELETE FROM term WHERE part = ? AND term = ? AND cards = 0",
            ((index, term) for term, count in moved if count < 0),
        )
        fewer = json.dumps([term for term, count in moved if count < 0])
        if self._raw.execute(
            "SELECT 1 FROM term WHERE part = ? AND term IN (SELECT value FROM json_each(?)) AND cards < 0 LIMIT 1",
            (index, fewer),
        ).fetchone():
            raise CatalogueError(Code.CATALOGUE_UNREADABLE, f"{index}: a term on less than no card")

    def _terms(self, columns: Sequence[str], texts: Sequence[Sequence[str]]) -> dict[str, int]:
        if not texts:
            return {}
        self._raw.execute(
            f"CREATE VIRTUAL TABLE temp.passing USING fts5({', '.join(columns)}, content='', detail=none,"
            f" tokenize='{schema.TOKENIZER}')"
        )
        self._raw.execute("CREATE VIRTUAL TABLE temp.passing_terms USING fts5vocab(temp, passing, 'row')")
        self._raw.executemany(
            f"INSERT INTO passing ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", texts
        )
        terms: dict[str, int] = dict(self._raw.execute("SELECT term, doc FROM passing_terms").fetchall())
        self._raw.execute("DROP TABLE temp.passing_terms")
        self._raw.execute("DROP TABLE temp.passing")
        return terms

    # --- Words for the keyboard ----------------------------------------------------------------------------------

    def _words(self) -> None:
        before, after = self._popular()
        moved = {word for word, uses in self._lexicon.uses.items() if any(uses.values())}
        chars: set[str] = set()
        lost: set[str] = set()
        for word in sorted(moved | (before ^ after)):
            columns = ", ".join(WORD_WEIGHTS)
            row = self._raw.execute(f"SELECT syllables, {columns} FROM lexicon WHERE word = ?", (word,)).fetchone()
            held = Counter(dict(zip(WORD_WEIGHTS, row[1:], strict=True)) if row else {})
            held.update(self._lexicon.uses.get(word, {}))
            if min(held.values(), default=0) < 0:
                raise CatalogueError(Code.CATALOGUE_UNREADABLE, "lexicon: a word used less than never")
            if any(held.values()):
                syllables = row[0].split() if row else self._lexicon.sounded[word]
                self._insert(schema.lexicon, [lexicon_row(word, syllables, held, word in after)])
                chars.update(word if row is None else ())
            elif row is not None:
                self._raw.execute("DELETE FROM lexicon WHERE word = ?", (word,))
                lost.update(word)
        self._insert(schema.reading, reading_rows(sorted(chars)))
        for char in sorted(lost.difference(sounds.common_characters()) if lost else ()):
            if not self._raw.execute("SELECT 1 FROM lexicon WHERE instr(word, ?) LIMIT 1", (char,)).fetchone():
                self._raw.execute("DELETE FROM reading WHERE char = ?", (char,))

    def _popular(self) -> tuple[set[str], set[str]]:
        """Questions of the home screen, before and after."""
        changed = {one.key: one.old for one in self._changed if one.key[0] == Home.KIND}
        before: set[str] = set()
        after: set[str] = set()
        for id, line in self._raw.execute("SELECT id, line FROM record WHERE kind = ?", (Home.KIND,)):
            home = _record(line)
            said = set(map(self._plain.text, home.popular)) if isinstance(home, Home) else set()
            after |= said
            if (Home.KIND, id) not in changed:
                before |= said
        for old in changed.values():
            if isinstance(old, Home):
                before.update(map(self._plain.text, old.popular))
        return before, after

    def _insert(self, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        columns = [column.name for column in table.columns]
        values = ", ".join(f":{column}" for column in columns)
        self._raw.executemany(f"INSERT OR REPLACE INTO {table.name} ({_listed(columns)}) VALUES ({values})", rows)


def _listed(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
