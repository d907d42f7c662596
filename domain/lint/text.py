"""Every piece of text in a record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from domain.lint.checks import TEXTS
from domain.lint.finding import Finding
from domain.records import Record

_COMPILED = tuple((rule, level, re.compile(pattern)) for rule, level, pattern in TEXTS)

_PLAIN = re.compile(r"[^<&\x00-\x08\x0b-\x1f\x7f-\xff\u200b-\u2029\u20ac\ue000-\uf8ff\ufeff\ufffd锟烫?(0-9\n\t]*")
"""Text that no check can object to, which most is."""


def texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(field path, text) of every string inside a record's plain data."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from texts(item, f"{path}.{index}")


def unclean(record: Record) -> Iterator[Finding]:
    """Markup, broken characters, ID numbers, private mobile numbers."""
    for field, text in texts(record.model_dump(mode="json", exclude_none=True, by_alias=True)):
        if _PLAIN.fullmatch(text):
            continue
        for rule, level, pattern in _COMPILED:
            if pattern.search(text):
                yield Finding.of(record, field, rule, level)
