"""Candidates for a question out of the indexes: everything near, a few dozen, in bounded time.

What an OR query costs is the number of index entries it reads, so common terms are left out once the budget is spent:
they say least, and reranking counts them anyway for every candidate that the rarer ones brought up.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from localdb.catalogue.search.scope import Scope

CANDIDATES = 40
"""Cards that are reranked."""

ENTRIES = 1000
"""Index entries that one query reads: about a millisecond."""

LETTERS_ENTRIES = 400
"""The same where words were put for letters: those are spelled right, the rare terms bring them up alone."""

COMMON = 64
"""Cards from which on a word is as common as any."""

CALLED = "{name alias keyword}"
"""Columns of the word index that say what a card is called."""

TERMS = 18
"""Terms of one query; bm25 looks at each of them for each row."""

CHAR = 0.3
"""Worth of a single character against a pair."""

_RANKS = {"words": "bm25(words, 0.3, 1.0, 1.0, 0.7, 0.15)", "sounds": "bm25(sounds, 1.0, 0.6)"}
_AFTER = "\U0010ffff"
"""Behind every other character: what begins with x lies between x and x followed by this."""


class Candidate(NamedTuple):
    """What ranking and explaining read of a card; a tuple, because dozens are made for each letter typed.

    `names`: normalised name and aliases, `keys`: keywords, `shown`: all of these as they are written, each a line each;
    `body`: the indexed terms of its text.
    """

    doc: int
    kind: str
    fullness: int
    names: str
    keys: str
    shown: str
    body: str

    @property
    def lines(self) -> list[str]:
        """Normalised name and aliases."""
        return self.names.split("\n")


class Sounded(NamedTuple):
    """A name, alias or keyword of a card with its pinyin."""

    doc: int
    via: str
    letters: str
    initials: str


class Counts:
    """How many cards hold a term, and what it is worth for that."""

    def __init__(self, cards: int, counts: Mapping[str, int]) -> None:
        self._cards = cards
        self._counts = counts

    def __getitem__(self, term: str) -> int:
        return self._counts.get(term, 0)

    def worth(self, term: str) -> float:
        """Inverse document frequency; a lone character counts `CHAR` of it."""
        count = self[term]
        worth = math.log(1 + (self._cards - count + 0.5) / (count + 0.5))
        return worth * CHAR if len(term) == 1 and not term.isascii() else worth


def count_terms(connection: sqlite3.Connection, cards: int, terms: Collection[str]) -> Counts:
    """Looks `terms` up among those of the word index."""
    rows = connection.execute(
        "SELECT term, cards FROM term WHERE part = 'words' AND term IN (SELECT value FROM json_each(?))",
        (json.dumps(list(terms)),),
    )
    return Counts(cards, dict(rows))


def count_cards(connection: sqlite3.Connection, word: str) -> int:
    """How many cards have all pairs of `word` in names, aliases and keywords; beyond `COMMON` nobody counts on."""
    pairs = [word[at : at + 2] for at in range(len(word) - 1)] or [word]
    found = connection.execute(
        "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)",
        (f"{CALLED} : ({' AND '.join(map(_quoted, pairs))})", COMMON),
    )
    return int(found.fetchone()[0])


def find_by_words(
    connection: sqlite3.Connection,
    wanted: Mapping[str, float],
    counts: Counts,
    limit: int,
    scope: Scope,
    entries: int = ENTRIES,
) -> list[int]:
    """Cards for weighted terms, best first. `entries`: how many index entries may be read."""
    known = [(counts.worth(term) * weight, term) for term, weight in wanted.items() if counts[term]]
    known.sort(reverse=True)
    return _match(connection, "words", [(_quoted(term), counts[term]) for _, term in known], limit, scope, entries)


def find_by_sounds(
    connection: sqlite3.Connection, terms: Iterable[tuple[str, bool]], limit: int, scope: Scope
) -> list[int]:
    """Cards for sound terms, best first; True beside a term: it may go on."""
    counted = []
    for term, goes_on in terms:
        count = connection.execute(
            "SELECT coalesce(sum(cards), 0) FROM term WHERE part = 'sounds' AND term >= ? AND term < ?",
            (term, term + (_AFTER if goes_on else " ")),
        ).fetchone()[0]
        if count:
            counted.append((_quoted(term) + ("*" if goes_on else ""), count))
    counted.sort(key=lambda pair: pair[1])
    return _match(connection, "sounds", counted, limit, scope, LETTERS_ENTRIES)


def _match(
    connection: sqlite3.Connection,
    index: str,
    terms: Sequence[tuple[str, int]],
    limit: int,
    scope: Scope,
    entries: int,
) -> list[int]:
    """Runs an OR query over as many of `terms` (expression, entries) as may be read."""
    chosen: list[str] = []
    spent = 0
    for term, count in terms[:TERMS]:
        if not chosen or spent + count <= entries:
            chosen.append(term)
            spent += count
    if not chosen:
        return []
    order = f"ORDER BY {_RANKS[index]}" if spent <= 2 * ENTRIES else ""  # one term on every other card: any will do
    source, values = _inside(scope, index, "rowid")
    statement = f"SELECT {index}.rowid FROM {source} AND {index} MATCH :terms {order} LIMIT :limit"
    rows = connection.execute(statement, {**values, "terms": " OR ".join(chosen), "limit": limit})
    return [row[0] for row in rows]


def find_named(
    connection: sqlite3.Connection, plains: Iterable[str], limit: int, scope: Scope
) -> list[tuple[int, str, str]]:
    """(card, via, plain) where a name, alias or keyword is exactly one of `plains`."""
    source, values = _inside(scope, "said", "doc")
    statement = (
        f"SELECT said.doc, via, plain FROM {source} AND plain IN (SELECT value FROM json_each(:plains)) LIMIT :limit"
    )
    return connection.execute(statement, {**values, "plains": json.dumps(list(plains)), "limit": limit}).fetchall()


def find_beginning(connection: sqlite3.Connection, column: str, letters: str, limit: int, scope: Scope) -> list[int]:
    """Cards with a name that begins with `letters`: as written (`plain`), in `letters` or in `initials`."""
    source, values = _inside(scope, "said", "doc")
    rows = connection.execute(
        f"SELECT said.doc FROM {source} AND {column} >= :letters AND {column} < :after LIMIT :limit",
        {**values, "letters": letters, "after": letters + _AFTER, "limit": limit},
    )
    return [row[0] for row in rows]


def holds(connection: sqlite3.Connection, terms: Sequence[str], scope: Scope) -> bool:
    """Whether one card inside `scope` has all of `terms` in its name, aliases, keywords or text."""
    expression = " AND ".join(map(_quoted, terms))
    statement = (
        "SELECT 1 FROM words JOIN card ON card.doc = words.rowid"
        f" WHERE words MATCH :terms AND {scope.condition} LIMIT 1"
    )
    return bool(terms) and connection.execute(statement, {**scope.values, "terms": expression}).fetchone() is not None


def _inside(scope: Scope, table: str, key: str) -> tuple[str, Mapping[str, str | None]]:
    """FROM and WHERE over `table`, with their values: a narrowed answer must not lose candidates to cards outside of
    it. What is not shown today is dropped when candidates are fetched: it is rare, and looking at each card is not
    cheap.
    """
    if not scope.is_narrowed:
        return f"{table} WHERE true", {}
    return f"{table} JOIN card ON card.doc = {table}.{key} WHERE {scope.condition}", scope.values


def fetch(connection: sqlite3.Connection, docs: Iterable[int], scope: Scope) -> list[Candidate]:
    """The candidates of `docs` that are inside `scope`, in the order given."""
    wanted = list(dict.fromkeys(docs))
    rows = connection.execute(
        "SELECT doc, card.kind, card.fullness, feed.plain, feed.keys, feed.shown, feed.body"
        " FROM feed JOIN card USING (doc)"
        f" WHERE doc IN (SELECT value FROM json_each(:docs)) AND {scope.condition}",
        {**scope.values, "docs": json.dumps(wanted)},
    )
    found = {row[0]: Candidate(*row) for row in rows}
    return [found[doc] for doc in wanted if doc in found]


def fetch_sounds(connection: sqlite3.Connection, docs: Iterable[int]) -> list[Sounded]:
    """All names of `docs` with their pinyin."""
    rows = connection.execute(
        "SELECT doc, via, letters, initials FROM said WHERE doc IN (SELECT value FROM json_each(?))",
        (json.dumps(list(docs)),),
    )
    return [Sounded(*row) for row in rows]


def _quoted(term: str) -> str:
    """A term as FTS5 reads it: nothing in it is an operator."""
    return '"' + term.replace('"', '""') + '"'
