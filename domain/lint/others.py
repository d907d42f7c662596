"""Rules for facts and places, and rules that need the whole catalogue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from domain.lint.finding import Finding, Level
from domain.records import Fact, Guide, Place, Record, Vocabulary, dangling

LONGEST_ANSWER = 60
"""One sentence that fits a row of the result list."""


def answer(fact: Fact) -> Iterator[Finding]:
    """One sentence."""
    if len(fact.answer) > LONGEST_ANSWER:
        yield Finding.of(fact, "answer", "too_long", Level.WARN, n=len(fact.answer), most=LONGEST_ANSWER)
    if fact.question != fact.name:
        yield Finding.of(fact, "question", "question_is_not_name", Level.WARN)


def reachable(place: Place) -> Iterator[Finding]:
    """Address, hours and phone: the fields that are empty most often and send most people in vain."""
    for field in ("address", "hours", "phone"):
        if not getattr(place, field):
            yield Finding.of(place, field, f"missing_{field}", Level.WARN)
    if place.lat is None or place.lon is None:
        yield Finding.of(place, "lat", "missing_position", Level.WARN)
    for index, span in enumerate(place.hours):
        if span.open >= span.close:
            yield Finding.of(place, f"hours.{index}", "hours_backwards", Level.STOP)


def whole_catalogue(records: Sequence[Record]) -> Iterator[Finding]:
    """References that lead nowhere, names that two guides of a department share, words in two groups of the same
    meaning.
    """
    by_key = {(record.kind, record.id): record for record in records}
    for problem in dangling(records):
        kind, rest = problem.split(" ", 1)
        id, field, _ = rest.split(": ", 2)
        yield Finding.of(by_key[(kind, id)], field, "dangling", Level.STOP, problem=problem)
    names: dict[tuple[str, str], Guide] = {}
    for record in records:
        if isinstance(record, Guide):
            first = names.setdefault((record.department, record.name), record)
            if first is not record:
                yield Finding.of(record, "name", "same_name", Level.WARN, other=first.id)
    groups: dict[str, list[Vocabulary]] = defaultdict(list)
    for record in records:
        if isinstance(record, Vocabulary) and record.relation == "same":
            for word in record.words:
                groups[word].append(record)
    for word, holders in groups.items():
        if len({holder.words[0] for holder in holders}) > 1:
            yield Finding.of(holders[1], "words", "word_in_two_groups", Level.WARN, word=word, other=holders[0].id)


FACT_RULES = (answer,)
PLACE_RULES = (reachable,)
