"""Why a record was found, in words that the record itself has: 驾照 是它的日常叫法."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

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


class Name(NamedTuple):
    """A name, alias or keyword of a record: as written, and normalised."""

    via: Via
    text: str
    plain: str


def explain(question: Question, candidate: Candidate) -> tuple[Match, ...]:
    """At most `MOST` matches, in the order of the question; `similar` when nothing but the likeness of letters speaks
    for it.
    """
    names = _names(candidate)
    for name in names:
        if name.plain in (question.core, question.plain):
            return (Match(name.text, name.via),)
    found: dict[Match, None] = {}
    for part in dict.fromkeys(question.parts):
        if part.silent or not part.text.strip():
            continue
        match = _literal(part.text.strip(), names) or _meant(part.meanings, names) or _run(part.text, names)
        if match is None and len(part.text) > 1 and part.text[:2] in candidate.body:
            match = Match(part.text.strip(), "content")
        if match is not None:
            found[match] = None
        if len(found) == MOST:
            break
    if not found and names:
        shown = [name for name in names if name.via != "keyword"] or names
        nearest = max(shown, key=lambda name: fuzz.ratio(question.core, name.plain))
        return (Match(nearest.text, "similar"),)
    return tuple(found)


def _names(candidate: Candidate) -> list[Name]:
    """The strongest first: the name, aliases, keywords."""
    shown = iter(candidate.shown.split("\n"))
    keys = candidate.keys.split("\n") if candidate.keys else ()
    name, *aliases = candidate.lines
    return [
        Name("name", next(shown), name),
        *(Name("alias", next(shown), alias) for alias in aliases),
        *(Name("keyword", next(shown), key) for key in keys),
    ]


def _literal(text: str, names: Iterable[Name]) -> Match | None:
    """The part stands in a name as it was typed. Of a long name only the part is shown, of an alias all of it."""
    for name in names:
        if text in name.plain:
            return Match(text if name.via == "name" else name.text, name.via)
    return None


def _meant(meanings: Iterable[Meaning], names: Sequence[Name]) -> Match | None:
    for meaning in meanings:
        if any(meaning.plain in name.plain for name in names):
            return Match(meaning.target, _RESPELLED.get(meaning.relation, "vocabulary"))
    return None


def _run(text: str, names: Sequence[Name]) -> Match | None:
    """The longest run of characters that the part shares with a name."""
    text = text.strip()[:LONGEST_RUN]
    if text.isascii():  # letters in a row prove nothing
        return None
    for size in range(len(text) - 1, SHORTEST_RUN - 1, -1):
        for start in range(len(text) - size + 1):
            run = text[start : start + size]
            for name in names:
                if run in name.plain:
                    return Match(run.strip() if name.via == "name" else name.text, name.via)
    return None
