"""Checks that need the whole catalogue: references, names and codes that collide, circles, words, code lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from domain.errors import Code
from domain.lint.finding import Finding, Level
from domain.records import Codes, Fact, Guide, Home, LifeEvent, Record, Vocabulary
from domain.records.codes import FIELDS, THEMES
from domain.records.coherence import Coherence


def whole_catalogue(records: Sequence[Record]) -> Iterator[Finding]:
    """All of them."""
    yield from _coherent(records)
    yield from _names(records)
    yield from _words(records)
    yield from _coded(records)


def _coherent(records: Sequence[Record]) -> Iterator[Finding]:
    """References that lead nowhere, codes of two items, organisations below themselves. An id that occurs twice is a
    fault of the file, which whoever reads it reports.
    """
    by_key = {(record.kind, record.id): record for record in records}
    coherence = Coherence()
    for record in by_key.values():
        fault = coherence.add(record)
        if fault is None or isinstance(record, LifeEvent):
            continue
        if fault.code is Code.RECORD_CIRCLE:
            yield Finding.of(record, fault.field, "parent_circle", Level.STOP, way=fault.other)
        else:
            assert isinstance(record, Guide)
            code = record.codes[int(fault.field.rpartition(".")[2])].code
            yield Finding.of(record, fault.field, "code_collision", Level.STOP, code=code, other=fault.other)
    ids = {id for _, id in by_key}
    for key, lost in coherence.lost().items():
        for field, target in lost:
            if target not in ids:
                yield Finding.of(by_key[key], field, "dangling", Level.STOP, problem=f"{field}: {target}")


def _names(records: Sequence[Record]) -> Iterator[Finding]:
    """Two guides of a department under one name."""
    names: dict[tuple[str, str], Guide] = {}
    for record in records:
        if isinstance(record, Guide):
            first = names.setdefault((record.department, record.name), record)
            if first is not record:
                yield Finding.of(record, "name", "same_name", Level.WARN, other=first.id)


def _words(records: Sequence[Record]) -> Iterator[Finding]:
    """A word in two groups of the same meaning."""
    groups: dict[str, list[Vocabulary]] = defaultdict(list)
    for record in records:
        if isinstance(record, Vocabulary) and record.relation == "same":
            for word in record.words:
                groups[word].append(record)
    for word, holders in groups.items():
        if len({holder.words[0] for holder in holders}) > 1:
            yield Finding.of(holders[1], "words", "word_in_two_groups", Level.WARN, word=word, other=holders[0].id)


def _coded(records: Sequence[Record]) -> Iterator[Finding]:
    """Codes that are not in their list, where the list is here."""
    lists = Codes(records)
    for record in records:
        for field, listed, code in _written_codes(record):
            if listed in lists and lists.name(listed, code) is None:
                yield Finding.of(record, field, "code_not_in_list", Level.WARN, code=code, list=listed)


def _written_codes(record: Record) -> Iterator[tuple[str, str, str]]:
    """(field, list, code) of every code that a record writes."""
    if isinstance(record, Guide):
        for field, listed in FIELDS.items():
            code = getattr(record, field)
            if code is not None:
                yield field, listed, code
    themes: list[tuple[str, str]] = []
    if isinstance(record, Guide | Fact):
        themes = [(f"themes.{number}", theme) for number, theme in enumerate(record.themes)]
    elif isinstance(record, Home):
        themes = [(f"tiles.{at}.themes", theme) for at, tile in enumerate(record.tiles) for theme in tile.themes]
    for field, theme in themes:
        side, _, code = theme.partition(":")
        yield field, THEMES[side], code
