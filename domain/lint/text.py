"""Rules for every piece of text: mojibake, markup, and numbers that belong to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from domain.lint.finding import Finding, Level
from domain.records import Record

MARKUP = re.compile(r"</?[a-zA-Z][^>]{0,80}>|&(amp|lt|gt|nbsp|quot|#\d+);")
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]")
MOJIBAKE = re.compile(r"[ÃÂ][\x80-\xbf]|锟斤拷|烫烫烫|[äåæçèé][\x80-\xbf]{1,2}")
ID_NUMBER = re.compile(r"(?<!\d)[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)")
MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


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


def clean(record: Record) -> Iterator[Finding]:
    """No markup, no broken characters, no ID number, no private mobile number."""
    for field, text in texts(record.model_dump(mode="json", exclude_none=True)):
        if MARKUP.search(text):
            yield Finding.of(record, field, "markup", Level.STOP)
        if CONTROLS.search(text):
            yield Finding.of(record, field, "control_characters", Level.STOP)
        if MOJIBAKE.search(text):
            yield Finding.of(record, field, "mojibake", Level.STOP)
        if ID_NUMBER.search(text):
            yield Finding.of(record, field, "id_number", Level.STOP)
        if MOBILE.search(text):
            yield Finding.of(record, field, "mobile_number", Level.STOP)


TEXT_RULES = (clean,)
