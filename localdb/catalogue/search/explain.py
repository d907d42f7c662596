"""Why a record was found, in words that the record itself has: 驾照 是它的日常叫法."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rapidfuzz import fuzz

from domain.search import Match, Via
from localdb.catalogue.search.retrieve import Candidate
from localdb.catalogue.search.vocabulary import Meaning, Question

MOST = 3
"""Reasons that are told of one hit."""

SHORTEST_RUN = 2
"""Characters in a row that the question and a name must share to be called a match."""

LONGEST_RUN = 12
"""Characters of a part that are looked for in names; nobody reads a longer reason."""

_RESPELLED: Mapping[str, Via] = {"pinyin": "pinyin", "initials": "initials", "sound": "sound"}


def explain(question: Question, candidate: Candidate) -> tuple[Match, ...]:
    """At most `MOST` matches, in the order of the question; `similar` when nothing but the likeness of letters speaks
    for it.
    """
    said = _Said(candidate)
    exact = said.exactly(question.core) or said.exactly(question.plain)
    if exact is not None:
        return (exact,)
    found: dict[Match, None] = {}
    for part in dict.fromkeys(question.parts):
        text = part.text.strip()
        if part.silent or not text:
            continue
        match = said.with_words(text) or _meant(part.meanings, said) or _run(text, said)
        if match is None and len(part.text) > 1 and part.text[:2] in candidate.body:
            match = Match(text, "content")
        if match is not None:
            found[match] = None
        if len(found) == MOST:
            break
    return tuple(found) or (said.nearest(question.core),)


class _Said:
    """The name, aliases and keywords of a card as one text, a line each, the strongest first: most of what is looked
    for is in none of them, and that is seen at one glance.
    """

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self.plain = f"\n{candidate.names}\n{candidate.keys}\n"

    def exactly(self, words: str) -> Match | None:
        """The one that is `words` and nothing else, as it is written."""
        at = self.plain.find(f"\n{words}\n")
        return Match(*self._written(at)) if at >= 0 else None

    def with_words(self, words: str) -> Match | None:
        """The first that has `words` in it. Of a long name only the words are shown, of an alias all of it."""
        at = self.plain.find(words)
        if at < 0:
            return None
        text, via = self._written(at - 1)
        return Match(words if via == "name" else text, via)

    def nearest(self, words: str) -> Match:
        """The name or alias that is spelled most like `words`."""
        lines = self._candidate.lines
        likest = max(range(len(lines)), key=lambda number: fuzz.ratio(words, lines[number]))
        return Match(self._candidate.shown.split("\n")[likest], "similar")

    def _written(self, at: int) -> tuple[str, Via]:
        """The line behind the line feed at or before `at`, as it is written, and what it is."""
        number = self.plain.count("\n", 0, at + 1) - 1
        names = self._candidate.names.count("\n") + 1
        via: Via = "name" if number == 0 else "alias" if number < names else "keyword"
        return self._candidate.shown.split("\n")[number], via


def _meant(meanings: Iterable[Meaning], said: _Said) -> Match | None:
    for meaning in meanings:
        if meaning.plain in said.plain:
            return Match(meaning.target, _RESPELLED.get(meaning.relation, "vocabulary"))
    return None


def _run(text: str, said: _Said) -> Match | None:
    """The longest run of characters that the part shares with a name."""
    text = text[:LONGEST_RUN]
    if text.isascii():  # letters in a row prove nothing
        return None
    for size in range(len(text) - 1, SHORTEST_RUN - 1, -1):
        for start in range(len(text) - size + 1):
            match = said.with_words(text[start : start + size])
            if match is not None:
                return match
    return None
