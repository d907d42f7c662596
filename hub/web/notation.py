"""Small tables in lines of text, for what a form has no fields of its own for: ``card = none、have``.

Four forms, each one entry a line, the name before the first ``=``:

* ENTRIES, a list of {id, text}: ``none = 还没有``
* LISTS, name → texts: ``card = none、have``
* TABLES, name → (text → text): ``gd：A01 = 01``
* CHECKS, field → {on, by}: ``phone = 2026-11-20 org-ga``

`read` of what `written` says gives the same value again; what does not go into lines is not written in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from itertools import count
from typing import Any

ENTRY = ("id", "text")
"""The two fields of an entry of ENTRIES."""


class Notation(StrEnum):
    """How something is written; its explanation is ``hint.notation.<value>`` in the hub's phrases."""

    ENTRIES = "entries"
    LISTS = "lists"
    TABLES = "tables"
    CHECKS = "checks"


def written(notation: Notation, value: Any) -> str | None:
    """The lines of `value`; None when it does not go into them and back."""
    try:
        text = "\n".join(_LINES[notation](value))
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return text if read(notation, text) == value else None


def read(notation: Notation, text: str) -> Any:
    """The value that the lines say; `text` itself when a line has another form, so that it can be told and shown."""
    made: Any = [] if notation is Notation.ENTRIES else {}
    for line in filter(None, (line.strip() for line in text.split("\n"))):
        name, between, said = (
            (word.strip() for word in re.split(r"([=＝])", line, maxsplit=1)) if _has(line) else ("",) * 3
        )
        if not between or not name or not said or not _put(notation, made, name, said):
            return text
    return made


def with_ids(text: str) -> str:
    """The lines of ENTRIES, of which those that are a text alone get an id that no other line has."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    taken = {re.split(r"[=＝]", line, maxsplit=1)[0].strip() for line in lines if _has(line)}
    free = (f"o{number}" for number in count(1) if f"o{number}" not in taken)
    return "\n".join(line if _has(line) else f"{next(free)} = {line}" for line in lines)


def _has(line: str) -> bool:
    return "=" in line or "＝" in line


def _put(notation: Notation, made: Any, name: str, said: str) -> bool:
    if notation is Notation.ENTRIES:
        made.append({"id": name, "text": said})
    elif notation is Notation.LISTS:
        made.setdefault(name, []).extend(word for word in re.split(r"[、,，\s]+", said) if word)
    elif notation is Notation.TABLES:
        table, between, key = (
            (word.strip() for word in re.split(r"([:：])", name, maxsplit=1)) if _parted(name) else ("",) * 3
        )
        if not between or not table or not key:
            return False
        made.setdefault(table, {})[key] = said
    else:
        day, *by = said.split()
        if len(by) > 1:
            return False
        made[name] = {"on": day, **({"by": by[0]} if by else {})}
    return True


def _parted(name: str) -> bool:
    return ":" in name or "：" in name


def _entries(value: Any) -> list[str]:
    return [f"{one['id']} = {one['text']}" for one in value]


def _lists(value: Mapping[str, Any]) -> list[str]:
    return [f"{name} = {'、'.join(said)}" for name, said in value.items()]


def _tables(value: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [f"{name}：{key} = {said}" for name, table in value.items() for key, said in table.items()]


def _checks(value: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [" ".join(filter(None, (f"{name} = {one['on']}", one.get("by")))) for name, one in value.items()]


_LINES = {
    Notation.ENTRIES: _entries,
    Notation.LISTS: _lists,
    Notation.TABLES: _tables,
    Notation.CHECKS: _checks,
}
