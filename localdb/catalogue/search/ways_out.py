"""What is offered when a question found nothing good or too much: near names, categories, a question in return."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from domain.search import AskBack, Hit
from localdb.catalogue.search.normalise import grams
from localdb.catalogue.search.rerank import Scored
from localdb.catalogue.search.retrieve import holds
from localdb.catalogue.search.scope import Scope
from localdb.catalogue.search.vocabulary import Part, Question

NEAR_ENOUGH = 50
"""RapidFuzz likeness (0–100) from which a name is suggested."""

CATEGORIES = 6
OPTIONS = 6

NEAR = 12
"""Best candidates whose categories are looked at."""

SEVERAL = ("narrower", "same")
"""Relations by which a word that has more than one such meaning is ambiguous; related things are not what was said."""

LONGEST_ASKED = 12
"""Characters of an option; with more, the rest of the question is left out of it."""


def near_names(text: str, hits: Iterable[Hit]) -> tuple[str, ...]:
    """Names of hits that look like what was typed, the likest first."""
    names = ((hit.card.alias or hit.card.name, hit.card.name) for hit in hits)
    rated = ((max(fuzz.partial_ratio(text, one) for one in pair), pair[0]) for pair in names)
    return tuple(name for likeness, name in sorted(rated, key=lambda pair: -pair[0]) if likeness >= NEAR_ENOUGH)


class Categories:
    """Theme codes to look into. Remembers the fullest ones of the file, for questions that are like nothing in it."""

    def __init__(self) -> None:
        self._fullest: tuple[str, ...] | None = None

    def near(self, connection: sqlite3.Connection, scored: Sequence[Scored]) -> tuple[str, ...]:
        """Themes of the best candidates, those first that answer more; without candidates the fullest themes."""
        scores = {one.candidate.doc: max(one.answers, 0.01) for one in scored[:NEAR]}
        rows = connection.execute(
            "SELECT target, doc FROM ref WHERE relation = 'theme' AND doc IN (SELECT value FROM json_each(?))",
            (json.dumps(list(scores)),),
        )
        found: dict[str, float] = {}
        for theme, doc in rows:
            found[theme] = found.get(theme, 0.0) + scores[doc]
        best = sorted(found, key=lambda theme: (-found[theme], theme))
        return tuple(best[:CATEGORIES]) or self._of_the_file(connection)

    def _of_the_file(self, connection: sqlite3.Connection) -> tuple[str, ...]:
        if self._fullest is None:
            rows = connection.execute(
                "SELECT target FROM ref WHERE relation = 'theme' GROUP BY target"
                " ORDER BY count(*) DESC, target LIMIT ?",
                (CATEGORIES,),
            )
            self._fullest = tuple(row[0] for row in rows)
        return self._fullest


def ask_back(
    connection: sqlite3.Connection, question: Question, scored: Sequence[Scored], weak: bool, scope: Scope
) -> AskBack | None:
    """Which of several things is meant, where a question is weak or is nothing but the wide word; None when it is clear
    or when there are not two of them that find something.
    """
    things = [part for part in question.parts if not part.silent and not _is_wish(part)]
    if not weak and (len(things) != 1 or any(things[0].text in one.candidate.lines for one in scored[:1])):
        return None
    for part in things:
        options = dict.fromkeys(
            _asked(question, part, meaning.target, meaning.plain)
            for meaning in part.meanings
            if meaning.relation in SEVERAL and holds(connection, grams(meaning.plain).pairs, scope)
        )
        if len(options) > 1:
            return AskBack(part.text, tuple(options)[:OPTIONS])
    return None


def _is_wish(part: Part) -> bool:
    return bool(part.meanings) and all(meaning.intent for meaning in part.meanings)


def _asked(question: Question, part: Part, target: str, plain: str) -> str:
    """The option with what else was said, 身份证丢了 for 证件丢了, where that is short and was understood."""
    rest = [one for one in question.parts if one is not part and not one.silent]
    if rest and all(map(_is_wish, rest)) and part.text in question.core and part.text not in plain:
        asked = question.core.replace(part.text, target, 1)
        if len(asked) <= LONGEST_ASKED:
            return asked
    return target
