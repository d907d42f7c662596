"""The stages of a search in their order, over one open catalogue file."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from domain.search import Card, Hit, Results
from localdb.catalogue.cards import CARD_COLUMNS, card_from
from localdb.catalogue.search import retrieve, spelling
from localdb.catalogue.search.explain import explain
from localdb.catalogue.search.facets import facets as counted_facets
from localdb.catalogue.search.normalise import Normaliser
from localdb.catalogue.search.rerank import PLAIN_BEST, Scored, Yardstick, wanted_terms
from localdb.catalogue.search.scope import Scope
from localdb.catalogue.search.vocabulary import Question, Vocabulary
from localdb.catalogue.search.ways_out import Categories, ask_back, near_names

WEAK = 0.35
"""Share of the question that the best hit must answer; with less the citizen is offered near names, categories and a
person."""

BETTER = 0.1
"""A respelled question must answer by so much more before it is believed over what was typed."""

LONGEST_MENDED = 12
"""Characters; in a longer question one misspelled word does not hide the others."""

TAIL = 0.35
"""Hits with less than this share of the best score are not shown; what a life event has extra does not count."""

SHORT = 2
"""Characters; of so little the beginnings of names are worth most: somebody is still typing."""

SUGGESTIONS = 3

_LATIN = re.compile(r"[0-9a-z]+")

COUNTED = 120
"""Cards that are ranked where it is also told what the answer can be narrowed to; nobody types meanwhile."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What one spelling of the question found, best first."""

    question: Question
    scored: Sequence[Scored] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def answers(self) -> float:
        return max((one.answers for one in self.scored[:SUGGESTIONS]), default=0.0)


class Search:
    """Answers questions from one catalogue file. Holds the vocabulary, nothing else; safe in several threads."""

    def __init__(self, normaliser: Normaliser, vocabulary: Vocabulary, cards: int) -> None:
        self._plain = normaliser
        self._vocabulary = vocabulary
        self._cards = cards
        self._categories = Categories()

    def run(
        self,
        connection: sqlite3.Connection,
        query: str,
        scope: Scope,
        *,
        limit: int,
        facets: bool = False,
        spare: int = 0,
    ) -> Results:
        """Hits inside `scope`. `spare`: cards hidden on its day, which must not crowd out the others."""
        plain = self._plain.query(query)
        if not plain or limit <= 0:
            return Results(query, weak=True)
        look = _Look(connection, scope, (COUNTED if facets else retrieve.CANDIDATES) + spare)
        question = self._vocabulary.understand(plain)
        found = self._by_letters(look, question)
        if found is None:
            found = self._by_words(look, question)
            if found.answers < WEAK and _may_be_misspelled(question):
                found = self._mended(look, found)
        return self._results(look, query, found, limit, facets)

    def _by_words(self, look: _Look, question: Question) -> _Found:
        yardstick, docs = self._written(look, question)
        return _Found(question, yardstick.measure(look.candidates(docs)))

    def _written(self, look: _Look, question: Question, entries: int = retrieve.ENTRIES) -> tuple[Yardstick, list[int]]:
        """How to measure candidates, and those that the written words bring up out of so many index entries."""
        connection, core = look.connection, question.core
        wanted = wanted_terms(question)
        counts = retrieve.count_terms(connection, self._cards, wanted)
        named = retrieve.find_named(connection, _spelled(question), look.reach, look.scope)
        keyed = frozenset(doc for doc, via, plain in named if via == "keyword" and plain == core)
        docs = [doc for doc, _, _ in named]
        if len(core) <= SHORT:
            docs += retrieve.find_beginning(connection, "plain", core, look.reach // 2, look.scope)
        docs += retrieve.find_by_words(connection, wanted, counts, look.reach, look.scope, entries)
        return Yardstick(question, counts, self._vocabulary.intent_words, keyed), docs

    def _by_letters(self, look: _Look, question: Question) -> _Found | None:
        """Latin letters: words of the index as they are, everything else as pinyin or initials."""
        pieces = list(filter(spelling.is_letters, _LATIN.findall(question.plain)))
        if not pieces:
            return None
        held = retrieve.count_terms(look.connection, self._cards, pieces)
        respelled = spelling.read_letters(look.connection, self._vocabulary, question, lambda piece: held[piece] > 0)
        return None if respelled is None else self._respelled(look, respelled)

    def _mended(self, look: _Look, found: _Found) -> _Found:
        """Tries what sounds like the question; a guess that answers no better is only suggested."""
        respelled = spelling.mend(look.connection, self._vocabulary, found.question)
        if respelled is None or (not respelled.words and found.answers > WEAK / 2):
            return found
        second = self._respelled(look, respelled)
        if second.answers > found.answers + BETTER:
            return second
        return _Found(found.question, found.scored, second.suggestions)

    def _respelled(self, look: _Look, respelled: spelling.Respelled) -> _Found:
        question = respelled.question
        yardstick, docs = self._written(look, question, retrieve.LETTERS_ENTRIES)
        scored = yardstick.measure(look.candidates(docs))
        if not respelled.certain:
            best = {one.candidate.doc: one for one in scored}
            for one in self._heard(look, respelled, yardstick, scored):
                known = best.get(one.candidate.doc)
                if known is None or known.score < one.score:
                    best[one.candidate.doc] = one
            scored = sorted(best.values(), key=lambda one: -one.score)
        return _Found(question, scored, tuple(dict.fromkeys(respelled.words)))

    def _heard(
        self, look: _Look, respelled: spelling.Respelled, yardstick: Yardstick, written: Sequence[Scored]
    ) -> list[Scored]:
        """Cards with a name that sounds like what was typed, be it a word of the lexicon or not. `written`: those that
        the words brought up.
        """
        letters = "".join(respelled.syllables)
        docs = retrieve.find_by_sounds(look.connection, spelling.sound_terms(respelled), look.reach // 2, look.scope)
        for column, typed in (("letters", letters), ("initials", respelled.initials)):
            if len(typed) > 1:
                docs += retrieve.find_beginning(look.connection, column, typed, look.reach // 2, look.scope)
        names = retrieve.fetch_sounds(look.connection, docs)
        known = {one.candidate.doc: one.candidate for one in written}
        candidates = [known[doc] for doc in dict.fromkeys(docs) if doc in known]
        candidates += look.candidates(doc for doc in docs if doc not in known)
        return yardstick.measure_sounds(candidates, names, letters, respelled.initials)

    def _results(self, look: _Look, query: str, found: _Found, limit: int, facets: bool) -> Results:
        best = found.scored[0].score if found.scored else 0.0
        least = TAIL * min(best, PLAIN_BEST)
        fitting = [one for one in found.scored if one.score >= least]
        shown = fitting[:limit]
        docs = [one.candidate.doc for one in shown]
        cards = look.cards(docs)
        hits = tuple(
            Hit(cards[doc], round(one.score, 4), explain(found.question, one.candidate))
            for doc, one in zip(docs, shown, strict=True)
        )
        weak = found.answers < WEAK
        suggestions = found.suggestions
        if weak:
            suggestions += near_names(found.question.core, hits)
        connection = look.connection
        return Results(
            query,
            hits,
            found.question.understood(),
            weak,
            tuple(dict.fromkeys(suggestions))[:SUGGESTIONS],
            counted_facets(connection, [one.candidate.doc for one in fitting]) if facets else (),
            self._categories.near(connection, found.scored) if weak else (),
            ask_back(connection, found.question, found.scored, weak, look.scope),
        )


@dataclass(frozen=True, slots=True)
class _Look:
    """One reading of the file: through which connection, what may be shown, and how many candidates."""

    connection: sqlite3.Connection
    scope: Scope
    reach: int

    def candidates(self, docs: Iterable[int]) -> list[retrieve.Candidate]:
        return retrieve.fetch(self.connection, docs, self.scope)

    def cards(self, docs: Sequence[int]) -> dict[int, Card]:
        statement = f"SELECT doc, {CARD_COLUMNS} FROM card WHERE doc IN (SELECT value FROM json_each(?))"
        rows = self.connection.execute(statement, (json.dumps(docs),))
        return {row[0]: card_from(row[1:]) for row in rows}


def _spelled(question: Question) -> set[str]:
    """The question as names may be spelled: whole, its core, and what a single part means."""
    found = {question.plain, question.core}
    parts = [part for part in question.parts if not part.silent]
    if len(parts) == 1:
        found.update(meaning.plain for meaning in parts[0].meanings)
    return found


def _may_be_misspelled(question: Question) -> bool:
    """Not what is long, already understood in part, or written in letters (those were read as pinyin before)."""
    understood = any(meaning.intent is None for part in question.parts for meaning in part.meanings)
    return not understood and len(question.core) <= LONGEST_MENDED and not question.plain.isascii()
