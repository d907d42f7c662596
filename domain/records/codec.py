"""Reading and writing published records: one JSON object a line, with one canonical form and one digest.

The canonical form is what is signed and digested: UTF-8 without escapes, no spaces, keys sorted, strings in NFC,
records sorted by
(kind, id), a line feed behind each. Two files with the same content therefore have the same digest on every machine.
"""

from __future__ import annotations

import hashlib
import json
import math
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

ESCAPED_SURROGATE = "\\ud"
"""Begins an escape that may stand for half a character, which no file can hold."""

MAX_PROBLEMS = 100
"""A broken file is reported up to here; further problems are counted only."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a record file: its number (from 1), the JSON object as written and the validated record."""

    number: int
    raw: dict[str, Any]
    record: Record


class _Reject(Exception):
    """Why one line is refused."""


def _strict_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses a key written twice: which of the two counts differs between readers."""
    obj: dict[str, Any] = {}
    for key, value in pairs:
        if key in obj:
            raise _Reject(f"field {key!r} is written twice")
        obj[key] = value
    return obj


def _no_constant(name: str) -> Any:
    raise _Reject(f"{name} is not a number of JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Reject(f"{digits[:20]} is too large a number")
    return number


def _parse(line: bytes, most: int = MAX_LINE) -> dict[str, Any]:
    if len(line) > most:
        raise _Reject(f"longer than {most} bytes")
    try:
        text = line.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_strict_object, parse_constant=_no_constant, parse_float=_finite)
        if ESCAPED_SURROGATE in text.lower():
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeDecodeError as error:
        raise _Reject(f"not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise _Reject(f"not JSON: {error.msg} at column {error.colno}") from None
    except UnicodeEncodeError:
        raise _Reject("half a character (a surrogate without its other half)") from None
    except RecursionError:
        raise _Reject("nested too deeply") from None
    except ValueError:
        raise _Reject("a number has too many digits") from None
    if not isinstance(value, dict):
        raise _Reject("not a JSON object")
    return value


def read_object(line: bytes, *, most: int = MAX_LINE) -> dict[str, Any]:
    """The JSON object in a line of at most `most` bytes, taken as strictly as by `read`. Raises `RecordError` R-01."""
    try:
        return _parse(line, most)
    except _Reject as reject:
        raise RecordError(Code.RECORD_UNREADABLE, (str(reject),)) from None


def validate(raw: dict[str, Any]) -> Record:
    """The record in `raw`; an unknown kind becomes `Unknown`.

    Raises `RecordError` (R-02) naming record and field of every fault.
    """
    kind = raw.get("kind")
    if not isinstance(kind, str) or not kind:
        raise RecordError(Code.RECORD_INVALID, ("record without a kind",))
    try:
        return KINDS.get(kind, Unknown).model_validate(raw)
    except ValidationError as error:
        who = f"{kind} {raw.get('id', '?')}"
        raise RecordError(
            Code.RECORD_INVALID,
            tuple(
                f"{who}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}"
                for fault in error.errors(include_url=False)
            ),
        ) from None


def read(lines: Iterable[bytes], *, name: str = "records") -> Iterator[Line]:
    """Validated records of a JSONL file, in file order; blank lines are passed over.

    Raises `RecordError` at the end, naming every faulty line (up to `MAX_PROBLEMS`), so that an editor mends a file
    in one go:
    R-01 for what is not JSON, R-02 for a record that does not fit, R-03 for an id that occurs twice within its kind.
    Whoever builds something from the records must therefore not publish it before the iteration has ended.
    """
    problems: list[str] = []
    code: Code | None = None
    seen: dict[tuple[str, str], int] = {}

    def note(kind: Code, number: int, text: str) -> None:
        nonlocal code
        code = code or kind
        problems.append(f"{name}:{number}: {text}")

    for number, written in enumerate(lines, 1):
        line = written.removeprefix(b"\xef\xbb\xbf" if number == 1 else b"").strip()
        if not line:
            continue
        try:
            raw = _parse(line)
            record = validate(raw)
        except _Reject as reject:
            note(Code.RECORD_UNREADABLE, number, str(reject))
            continue
        except RecordError as error:
            for problem in error.problems:
                note(error.code, number, problem)
            continue
        key = (record.kind, record.id)
        if key in seen:
            note(Code.RECORD_DUPLICATE, number, f"{record.kind} {record.id} stands already on line {seen[key]}")
            continue
        seen[key] = number
        yield Line(number, raw, record)
    if code is not None:
        shown = problems[:MAX_PROBLEMS]
        if len(problems) > MAX_PROBLEMS:
            shown.append(f"{name}: and {len(problems) - MAX_PROBLEMS} more")
        raise RecordError(code, tuple(shown))


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
    text = json.dumps(_normal(raw), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8") + b"\n"


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


def dangling(records: Iterable[Record]) -> list[str]:
    """References that lead nowhere, one sentence each; offices may be plain text, so only ids in id-only fields
    count.
    """
    held = list(records)
    ids = {record.id for record in held}
    found: list[str] = []
    for record in held:
        for field, target in references(record):
            if target not in ids:
                found.append(f"{record.kind} {record.id}: {field}: {target} is not here")
    return found


def references(record: Record) -> Iterator[tuple[str, str]]:
    """(field, id) of every reference that `record` makes."""
    if record.verified_by:
        yield "verified_by", record.verified_by
    for field in ("department", "place", "parent", "of"):
        target = getattr(record, field, None)
        if isinstance(target, str):
            yield field, target
    for field in ("places", "related", "items", "life_events"):
        for target in getattr(record, field, ()) or ():
            yield field, target
    if record.kind == "life_event":
        for step in getattr(record, "steps", ()):
            yield "steps.guide", step.guide
            for earlier in step.after:
                yield "steps.after", earlier
    if record.kind == "home":
        for tile in getattr(record, "tiles", ()):
            if tile.item:
                yield "tiles.item", tile.item
