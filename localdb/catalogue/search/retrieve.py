"""Candidates for a question out of the indexes: everything near, a few dozen, in bounded time.

What an OR query costs is the number of index entries it reads, so common terms are left out once the budget is spent:
they say least, and reranking counts them anyway for every candidate that the rarer ones brought up.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

CANDIDATES = 40
"""Cards that are reranked."""

ENTRIES = 1000
"""Index entries that one query reads: less than a millisecond."""

TERMS = 18
"""Terms of one query; bm25 looks at each of them for each row."""

CHAR = 0.3
"""Worth of a single character against a pair."""

_RANKS = {"words": "bm25(words, 0.3, 1.0, 1.0, 0.7, 0.15)", "sounds": "bm25(sounds, 1.0, 0.6)"}
_AFTER = "\U0010ffff"
"""Behind every other character: what begins with x lies between x and x followed by this."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What ranking and explaining read of a card.

    `lines`: normalised name and aliases; `keys`: keywords, a line each; `shown`: all of these as they are written, a
    line each; `body`: the indexed terms of its text.
    """

    doc: int
    kind: str
    fullness: int
    lines: tuple[str, ...]
    keys: str
    shown: str
    body: str


@dataclass(frozen=True, slots=True)
class Sounded:
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


def find_by_words(connection: sqlite3.Connection, wanted: Mapping[str, float], counts: Counts, limit: int) -> list[int]:
    """Cards for weighted terms, best first."""
    known = [(counts.worth(term) * weight, term) for term, weight in wanted.items() if counts[term]]
    known.sort(reverse=True)
    return _match(connection, "words", [(_quoted(term), counts[term]) for _, term in known], limit)


def find_by_sounds(connection: sqlite3.Connection, terms: Iterable[tuple[str, bool]], limit: int) -> list[int]:
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
    return _match(connection, "sounds", counted, limit)


def _match(connection: sqlite3.Connection, index: str, terms: Sequence[tuple[str, int]], limit: int) -> list[int]:
    """Runs an OR query over as many of `terms` (expression, entries) as the budget allows."""
    chosen: list[str] = []
    spent = 0
    for term, count in terms[:TERMS]:
        if not chosen or spent + count <= ENTRIES:
            chosen.append(term)
            spent += count
    if not chosen:
        return []
    order = f"ORDER BY {_RANKS[index]}" if spent <= 2 * ENTRIES else ""  # one term on every other card: any will do
    statement = f"SELECT rowid FROM {index} WHERE {index} MATCH ? {order} LIMIT ?"
    return [row[0] for row in connection.execute(statement, (" OR ".join(chosen), limit))]


def find_named(connection: sqlite3.Connection, plains: Iterable[str], limit: int) -> list[tuple[int, str, str]]:
    """(card, via, plain) where a name, alias or keyword is exactly one of `plains`."""
    statement = "SELECT doc, via, plain FROM said WHERE plain IN (SELECT value FROM json_each(?)) LIMIT ?"
    return connection.execute(statement, (json.dumps(list(plains)), limit)).fetchall()


def find_beginning(connection: sqlite3.Connection, column: str, letters: str, limit: int) -> list[int]:
    """Cards with a name that begins with `letters`: as written (`plain`), in `letters` or in `initials`."""
    rows = connection.execute(
        f"SELECT doc FROM said WHERE {column} >= ? AND {column} < ? LIMIT ?", (letters, letters + _AFTER, limit)
    )
    return [row[0] for row in rows]


def fetch(
    connection: sqlite3.Connection, docs: Iterable[int], day: str, audience: str | None = None
) -> list[Candidate]:
    """The candidates of `docs` that may be shown to `audience` on `day` (ISO), in the order given."""
    wanted = list(dict.fromkeys(docs))
    rows = connection.execute(
        "SELECT doc, card.kind, card.audience, card.fullness, feed.plain, feed.keys, feed.shown, feed.body"
        " FROM feed JOIN card USING (doc) WHERE doc IN (SELECT value FROM json_each(?))"
        " AND (valid_from IS NULL OR valid_from <= ?) AND (valid_until IS NULL OR valid_until >= ?)",
        (json.dumps(wanted), day, day),
    )
    found = {}
    for doc, kind, whom, fullness, lines, keys, shown, body in rows:
        if audience is None or not whom or audience in whom.split():
            found[doc] = Candidate(doc, kind, fullness, tuple(lines.split("\n")), keys, shown, body)
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
