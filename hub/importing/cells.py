"""One cell into a value, and a value into a cell. What is not understood is said, never guessed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from hub.importing.cleaning import SCIENTIFIC, clean, narrow
from hub.importing.fields import Field
from hub.mappings import Dialect, cell_key
from hub.sheets import EXCEL_ERRORS

EMPTIED = "（清空）"
"""What is written into a cell to have its field taken away; an empty cell says nothing."""

PART = "｜"
"""Between the parts of an entry."""

MOST_ENTRIES = 60

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00(?::00)?)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIAL = re.compile(r"\d{5}(?:\.0)?")
_SERIALS = (18_264, 73_050)
"""1950-01-01 to 2099-12-31, counted in days as Excel does."""
_EPOCH = dt.date(1899, 12, 30)
_NUMBER = re.compile(r"(\d{1,6})(?:\.0+)?")
_LIMIT = re.compile(r"(\d{1,4})(?:\.0+)?\s*个?\s*[（(]?\s*(工作日|自然日|日历日)?\s*[)）]?")
_CODE = re.compile(r"[0-9A-Za-z._-]{1,64}")
_ID = re.compile(r"[a-z0-9-]{1,64}")


class Unread(Exception):
    """A cell that is not understood. `reason`: its sentence is ``import.cell_<reason>``."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


def read_cell(text: str, field: Field, dialect: Dialect) -> Any:
    """The value of a cell that is not empty. Raises `Unread`.

    Codes come as ours, a limit as (days, unit or None), days as YYYY-MM-DD, entries as lists of objects.
    """
    if text.strip() in EXCEL_ERRORS:
        raise Unread("excel_error", text=text.strip())
    return _FORMS[field.form](text, field, dialect)


def _text(text: str, field: Field, dialect: Dialect) -> str:
    return _short(clean(text), field)


def _short(text: str, field: Field) -> str:
    if len(text) > field.most:
        raise Unread("too_long", n=len(text), most=field.most)
    return text


def _list(text: str, field: Field, dialect: Dialect) -> list[str]:
    return [_short(one, field) for one in _split(clean(text), dialect)]


def _lines(text: str, field: Field, dialect: Dialect) -> list[str]:
    found = [one.strip() for one in clean(text).split("\n") if one.strip()]
    if len(found) > MOST_ENTRIES:
        raise Unread("too_many", n=len(found), most=MOST_ENTRIES)
    return [_short(one, field) for one in found]


def _parts(text: str, field: Field, dialect: Dialect) -> list[dict[str, str]]:
    found = []
    for line in _lines(text, Field("lines", most=100_000), dialect):
        words = [one.strip() for one in line.replace("|", PART).split(PART)]
        if len(words) > len(field.parts):
            raise Unread("too_many_parts", n=len(words), most=len(field.parts))
        entry = {name: word for name, word in zip(field.parts, words, strict=False) if word}
        if field.parts[0] not in entry or (field.parts == ("q", "a") and "a" not in entry):
            raise Unread("part_missing")
        for name, word in entry.items():
            _short(word, Field("text", most=field.most if name == field.parts[-1] else 200))
        found.append(entry)
    return found


def _code(text: str, field: Field, dialect: Dialect) -> str:
    return _known(narrow(text), field, dialect)


def _known(word: str, field: Field, dialect: Dialect) -> str:
    held = dialect.lists.get(field.list, {})
    key = cell_key(word)
    found = held.get(key)
    if found is None and key.isdigit():
        # Excel drops the zero before a number and puts one behind it.
        found = next((held[one] for one in (key.zfill(2), key.zfill(3)) if one in held), None)
    if found is None:
        raise Unread("unknown_code", text=word[:20])
    return found


def _codes(text: str, field: Field, dialect: Dialect) -> list[str]:
    words = _split(narrow(text), dialect)
    return list(dict.fromkeys(_known(word, field, dialect) for word in words))


def _yes(text: str, field: Field, dialect: Dialect) -> bool:
    return _known(narrow(text), Field("code", "yes"), dialect) == "yes"


def _number(text: str, field: Field, dialect: Dialect) -> int:
    found = _NUMBER.fullmatch(narrow(text))
    if found is None:
        raise Unread("no_number", text=clean(text)[:20])
    if int(found[1]) > field.largest:
        raise Unread("too_large", text=found[1], most=field.largest)
    return int(found[1])


def _limit(text: str, field: Field, dialect: Dialect) -> tuple[int, str | None]:
    found = _LIMIT.fullmatch(narrow(text))
    if found is None:
        raise Unread("no_limit", text=clean(text)[:20])
    if int(found[1]) > field.largest:
        raise Unread("too_large", text=found[1], most=field.largest)
    return int(found[1]), {"工作日": "working", None: None}.get(found[2], "calendar")


def _day(text: str, field: Field, dialect: Dialect) -> str:
    words = narrow(text)
    found = _DAY.fullmatch(words) or _COMPACT.fullmatch(words)
    try:
        if found is not None:
            return dt.date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        if _SERIAL.fullmatch(words) and _SERIALS[0] <= int(float(words)) <= _SERIALS[1]:
            return (_EPOCH + dt.timedelta(days=int(float(words)))).isoformat()
    except ValueError:
        pass
    raise Unread("no_day", text=words[:20])


def _item_code(text: str, field: Field, dialect: Dialect) -> str:
    words = narrow(text)
    if SCIENTIFIC.fullmatch(words):
        raise Unread("excel_number", text=words)
    if not _CODE.fullmatch(words):
        raise Unread("no_code", text=words[:40])
    return words.upper() if dialect.scheme.startswith("gbt39554") else words


def _phone(text: str, field: Field, dialect: Dialect) -> str:
    words = narrow(text)
    if SCIENTIFIC.fullmatch(words):
        raise Unread("excel_number", text=words)
    return _short(words, field)


def _split(text: str, dialect: Dialect) -> list[str]:
    for separator in dialect.separators:
        text = text.replace(separator, "\n")
    return [one.strip() for one in text.split("\n") if one.strip()]


_FORMS = {
    "text": _text,
    "list": _list,
    "lines": _lines,
    "parts": _parts,
    "code": _code,
    "codes": _codes,
    "yes": _yes,
    "number": _number,
    "limit": _limit,
    "day": _day,
    "item_code": _item_code,
    "phone": _phone,
    "org": _text,
    "places": _list,
}


def own_id(text: str) -> str:
    """An id as it is written in a cell. Raises `Unread`."""
    words = narrow(text).lower()
    if not _ID.fullmatch(words):
        raise Unread("no_id", text=words[:40])
    return words


# --- Back into cells ------------------------------------------------------------------------------------------------


def write_cell(value: Any, field: Field, words: Mapping[str, Mapping[str, str]]) -> str:
    """A value as `read_cell` reads it. `words`: list → our code → the word for it (`first_words`)."""
    if value is None or value in ((), []):
        return ""
    if field.form in ("yes", "immediate"):
        return words["yes"]["yes" if value else "no"]
    if field.form == "code":
        return words[field.list].get(str(value), str(value))
    if field.form == "codes":
        return "；".join(words[field.list].get(str(one), str(one)) for one in value)
    if field.form in ("list", "places"):
        return "；".join(str(one) for one in value)
    if field.form == "lines":
        return "\n".join(str(one) for one in value)
    if field.form == "parts":
        return "\n".join(_entry(one, field.parts) for one in value)
    return str(value)


def _entry(entry: Mapping[str, Any], parts: Sequence[str]) -> str:
    words = [str(entry.get(name) or "").replace("\n", " ") for name in parts]
    while words and not words[-1]:
        words.pop()
    return PART.join(words)


def first_words(dialect: Dialect) -> dict[str, dict[str, str]]:
    """For each list the word that a code is written with: the first one of the dialect."""
    found: dict[str, dict[str, str]] = {}
    for name, held in dialect.lists.items():
        for word, code in held.items():
            found.setdefault(name, {}).setdefault(code, word)
    return found
