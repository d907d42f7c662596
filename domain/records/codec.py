"""Reading and writing published records: one JSON object a line, with one canonical form and one digest.

The canonical form is what is signed and digested: UTF-8 without escapes, no spaces, keys sorted, strings in NFC,
records sorted by (kind, id), a line feed behind each. Two files with the same content therefore have the same digest
on every machine.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from domain.errors import Code, RecordError
from domain.records.kinds import KINDS, Record, Unknown

FORMAT = 1
"""Version of the record format; raised only when an old reader could misread a new file."""

MAX_LINE = 1 << 20
"""Longest accepted line in bytes; a guide in full has about 20 kB."""

ESCAPED_SURROGATES = ("\\ud", "\\uD")
"""Begin an escape that may stand for half a character, which no file can hold."""

ESCAPED_NUL = "\\u0000"

MAX_PROBLEMS = 100
"""A broken file is reported up to here; further problems are counted only."""


MAX_DEPTH = 64
"""Deepest nesting of objects and lists in a record; no kind needs more than six."""

_UNUSUAL = ("null", ".0", "e+")
"""In what was written these may be an empty field, or an integer in other words. Text that only looks like it costs
time and nothing else; parts of normalised text are normalised, so that without them there is nothing to change.
"""

_KIND = re.compile(rb'"kind"\s*:\s*"([a-z_]{1,40})"')
_ID = re.compile(rb'"id"\s*:\s*"([a-z0-9-]{1,64})"')


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a record file: its number (from 1), the JSON object as written and the validated record."""

    number: int
    raw: dict[str, Any]
    record: Record


@dataclass(frozen=True, slots=True)
class Refused:
    """One line that cannot be taken; `problems` name the record, as far as it says which it is, and each field."""

    number: int
    code: Code
    problems: tuple[str, ...]


class _Reject(Exception):
    """Why one line is refused."""


def _strict_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key written twice: which of the two counts differs between readers."""
    obj = dict(pairs)
    if len(obj) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _Reject(f"field {key!r} is written twice")
            seen.add(key)
    return obj


def _no_constant(name: str) -> Any:
    raise _Reject(f"{name} is not a number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Reject(f"{digits[:20]} is too large a number")
    return number


_STRICT = json.JSONDecoder(object_pairs_hook=_strict_object, parse_constant=_no_constant, parse_float=_finite)


def _parse(line: bytes, most: int = MAX_LINE, depth: int = MAX_DEPTH) -> dict[str, Any]:
    if len(line) > most:
        raise _Reject(f"longer than {most} bytes{_mostly(line)}")
    if line.startswith(b"<"):
        raise _Reject("not JSON: this is a web page")
    try:
        text = line.decode("utf-8")
        value = _STRICT.decode(text)
    except UnicodeDecodeError as error:
        raise _Reject(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise _Reject(f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise _Reject("nested too deeply") from None
    except ValueError:
        raise _Reject("a number has too many digits") from None
    if not isinstance(value, dict):
        raise _Reject("not a JSON object")
    if text.count("[") + text.count("{") > depth and _deeper(value, depth):
        raise _Reject("nested too deeply")
    if any(escape in text for escape in ESCAPED_SURROGATES):
        _no_half_characters(value)
    if ESCAPED_NUL in text:
        _no_nul(value)
    return value


def _deeper(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return False
    return True


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _no_half_characters(value: dict[str, Any]) -> None:
    for field, inner in value.items():
        try:
            json.dumps([field, inner], ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            name = field.encode("utf-8", "replace").decode("utf-8")
            raise _Reject(f"{name}: half a character (a surrogate without its other half)") from None


def _no_nul(value: dict[str, Any]) -> None:
    """A character of nothing, which PostgreSQL holds in no text."""
    for field, inner in value.items():
        level: list[Any] = [field, inner]
        while level:
            if any("\0" in one for one in level if isinstance(one, str)):
                raise _Reject(f"{field.replace(chr(0), '?')}: a NUL character")
            keys = [key for one in level if isinstance(one, dict) for key in one]
            level = keys + [deeper for one in level for deeper in _inside(one)]


def _mostly(line: bytes) -> str:
    """Which field of a line makes it that long, as far as that can be seen without much effort."""
    if len(line) > MAX_LINE * 16:
        return ""
    try:
        value = json.loads(line)
        sizes = {str(name): len(json.dumps(inner)) for name, inner in value.items()}
    except (ValueError, RecursionError, AttributeError):
        return ""
    longest = max(sizes, key=lambda name: sizes[name], default="")
    return f", most of them in {longest[:40]}" if longest.isascii() and longest.isprintable() else ""


def _who(line: bytes) -> str:
    """``guide a-1: `` for a line that cannot be read, when it says so somewhere near its beginning."""
    head = line[:4096]
    kind, id = _KIND.search(head), _ID.search(head)
    return f"{kind[1].decode()} {id[1].decode()}: " if kind and id else ""


def read_object(line: bytes, *, most: int = MAX_LINE, depth: int = MAX_DEPTH) -> dict[str, Any]:
    """The JSON object in a line of at most `most` bytes and so deep a nesting, taken as strictly as by `read`. Raises
    `RecordError` R-01.
    """
    try:
        return _parse(line, most, depth)
    except _Reject as reject:
        raise RecordError(Code.RECORD_UNREADABLE, (str(reject),)) from None


def validate(raw: dict[str, Any]) -> Record:
    """The record in `raw`; an unknown kind becomes `Unknown`.

    Raises `RecordError` (R-02) naming record and field of every fault.
    """
    kind = raw.get("kind")
    if not isinstance(kind, str) or not kind:
        raise RecordError(Code.RECORD_INVALID, (f"{_shown(raw.get('id'))}record without a kind",))
    try:
        return KINDS.get(kind, Unknown).model_validate(raw)
    except ValidationError as error:
        who = f"{kind[:40]} {_shown(raw.get('id')) or '?: '}"
        raise RecordError(
            Code.RECORD_INVALID,
            tuple(
                f"{who}{'.'.join(str(word)[:40] for word in fault['loc'])}: {fault['msg']}"
                for fault in error.errors(include_url=False, include_input=False)
            ),
        ) from None


def _shown(id: Any) -> str:
    return f"{id[:80]}: " if isinstance(id, str) else ""


def scan(lines: Iterable[bytes]) -> Iterator[Line | Refused]:
    """Every line of a JSONL file as a record, or as what keeps it from being one; blank lines are passed over.

    R-01 for what is not JSON, R-02 for a record that does not fit, R-03 for an id that occurs twice within its kind.
    """
    seen: dict[tuple[str, str], int] = {}
    for number, written in enumerate(lines, 1):
        line = written.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").strip()
        if not line:
            continue
        try:
            raw = _parse(line)
            record = validate(raw)
        except _Reject as reject:
            yield Refused(number, Code.RECORD_UNREADABLE, (f"{_who(line)}{reject}",))
            continue
        except RecordError as error:
            yield Refused(number, error.code, error.problems)
            continue
        key = (record.kind, record.id)
        if key in seen:
            what = f"{record.kind} {record.id} stands already on line {seen[key]}"
            yield Refused(number, Code.RECORD_DUPLICATE, (what,))
            continue
        seen[key] = number
        yield Line(number, raw, record)


def read(lines: Iterable[bytes], *, name: str = "records") -> Iterator[Line]:
    """Validated records of a JSONL file, in file order; blank lines are passed over.

    Raises `RecordError` at the end, naming every faulty line (up to `MAX_PROBLEMS`), so that an editor mends a file
    in one go, with the code of the first of them; the codes are those of `scan`. Whoever builds something from the
    records must therefore not publish it before the iteration has ended.
    """
    problems: list[str] = []
    code: Code | None = None
    for one in scan(lines):
        if isinstance(one, Line):
            yield one
        else:
            code = code or one.code
            problems += (f"{name}:{one.number}: {problem}" for problem in one.problems)
    if code is not None:
        raise RecordError(code, shortened(problems, name))


def shortened(problems: Sequence[str], name: str) -> tuple[str, ...]:
    """The first `MAX_PROBLEMS` of a file called `name`, and how many more there are."""
    if len(problems) <= MAX_PROBLEMS:
        return tuple(problems)
    return (*problems[:MAX_PROBLEMS], f"{name}: and {len(problems) - MAX_PROBLEMS} more")


def _normal(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_normal(key): _normal(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_normal(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def canonical_line(raw: dict[str, Any]) -> bytes:
    """The canonical form of one record with its line feed; `null` fields are the same as absent ones."""
    text = _written(raw)
    if not unicodedata.is_normalized("NFC", text) or any(mark in text for mark in _UNUSUAL):
        text = _written(_normal(raw))
    return text.encode("utf-8") + b"\n"


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sort_key(raw: dict[str, Any]) -> tuple[str, str]:
    """Order of the canonical form."""
    return (str(raw["kind"]), str(raw["id"]))


def canonical(raws: Sequence[dict[str, Any]]) -> bytes:
    """The canonical form of a whole catalogue."""
    return b"".join(canonical_line(raw) for raw in sorted(raws, key=sort_key))


def digest(raws: Iterable[dict[str, Any]]) -> str:
    """SHA-256 of the canonical form, in hexadecimal: the identity of a catalogue's content."""
    return digest_of_lines(canonical_line(raw) for raw in sorted(raws, key=sort_key))


def digest_of_lines(lines: Iterable[bytes]) -> str:
    """The digest when the canonical lines are at hand already, in canonical order."""
    state = hashlib.sha256()
    for line in lines:
        state.update(line)
    return state.hexdigest()
