"""What changed between two revisions of a catalogue, as data: one JSON object a line, in the order of the records.

    {"id":"org-9","kind":"org","op":"drop"}
    {"base":"3f…","id":"g-1","kind":"guide","op":"patch","set":{"name":"补领身份证"},"unset":["summary"]}
    {"id":"g-2","kind":"guide","op":"put","set":{"department":"org-1","name":"…"}}

`put` is a whole record (new, or shorter to write than what changed in it), `patch` sets and unsets fields of the record
whose canonical line has the SHA-256 that begins with `base`, `drop` takes a record out. Values are whole fields: a list
that grew by one entry stands there in full. Nothing here reads or writes a file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from domain.errors import Code, RecordError
from domain.records.codec import MAX_DEPTH, MAX_LINE, canonical_line, read_object

BASE_DIGITS = 32
"""Hexadecimal digits of a base's SHA-256 that are written: 128 bits."""

LONGEST = MAX_LINE + 1024
"""Bytes of a line: a record, and what is said around it."""

MOST = 1_000_000
"""Changes of one set; a catalogue of that many records is not what this is made for."""

MOST_FIELDS = 1000
"""Fields that one change sets or unsets."""

Op = Literal["put", "patch", "drop"]
Key = tuple[str, str]

_WRITTEN: Mapping[str, frozenset[str]] = {
    "put": frozenset({"kind", "id", "op", "set"}),
    "patch": frozenset({"kind", "id", "op", "base", "set", "unset"}),
    "drop": frozenset({"kind", "id", "op"}),
}
_IDENTITY = frozenset({"kind", "id"})


@dataclass(frozen=True, slots=True)
class Change:
    """One record's change. `set`, `unset`: fields besides kind and id; `base`: of a patch only."""

    kind: str
    id: str
    op: Op
    set: Mapping[str, Any] = field(default_factory=dict)
    unset: tuple[str, ...] = ()
    base: str | None = None

    @property
    def key(self) -> Key:
        return self.kind, self.id

    def line(self) -> bytes:
        """As it is written, with its line feed."""
        written: dict[str, Any] = {"kind": self.kind, "id": self.id, "op": self.op}
        if self.op != "drop":
            written["set"] = dict(self.set)
        if self.op == "patch":
            written |= {"base": self.base, "unset": sorted(self.unset)}
            written = {name: value for name, value in written.items() if value not in ({}, [])}
        return canonical_line(written)


@dataclass(frozen=True, slots=True)
class Changes:
    """A step from one revision to the next. `lines`: what `diff` yields; they are read once, while they are applied.
    Digests are those of the whole catalogues before and after.
    """

    from_revision: int
    to_revision: int
    from_digest: str
    to_digest: str
    lines: Iterable[bytes]


def fingerprint(line: bytes) -> str:
    """What a patch says about the canonical line that it was made for."""
    return hashlib.sha256(line).hexdigest()[:BASE_DIGITS]


def diff(old: Iterable[bytes], new: Iterable[bytes]) -> Iterator[bytes]:
    """The changes that lead from `old` to `new`: canonical lines in canonical order, read once and side by side.

    Raises `RecordError` R-01 for a line that is no JSON object, R-02 when lines are not in canonical order.
    """
    olds, news = _keyed(old, "old"), _keyed(new, "new")
    before, after = next(olds, None), next(news, None)
    while before is not None or after is not None:
        if after is None or (before is not None and before[0] < after[0]):
            assert before is not None
            (kind, id), _, _ = before
            yield Change(kind, id, "drop").line()
            before = next(olds, None)
        elif before is None or after[0] < before[0]:
            yield _put(after[0], after[2]).line()
            after = next(news, None)
        else:
            if before[1] != after[1]:
                patch, whole = _patch(before, after).line(), _put(after[0], after[2]).line()
                yield patch if len(patch) < len(whole) else whole
            before, after = next(olds, None), next(news, None)


def parse(lines: Iterable[bytes], *, name: str = "changes") -> Iterator[Change]:
    """The changes in `lines`, checked one by one as they come; nothing that follows a fault is read.

    Raises `RecordError` naming the line: R-01 for what is not a JSON object of acceptable length, R-02 for what is not
    a change, comes out of order or comes twice.
    """
    last: Key | None = None
    for number, line in enumerate(lines, 1):
        place = f"{name}:{number}"
        if number > MOST:
            raise _invalid(place, f"more than {MOST} changes")
        try:
            change = _change(read_object(line, most=LONGEST, depth=MAX_DEPTH + 1), place)
        except RecordError as error:
            if error.code is Code.RECORD_UNREADABLE:
                raise RecordError(error.code, (f"{place}: {error.problems[0]}",)) from None
            raise
        if last is not None and change.key <= last:
            raise _invalid(place, "not in the order of kind and id")
        last = change.key
        yield change


def patched(line: bytes | None, change: Change) -> bytes | None:
    """The canonical line after `change`; None when there is no such record then, as for `line` when there was none.

    Raises `RecordError` S-05 when `line` is not the record that a patch was made for, or not there for a patch or a
    drop.
    """
    who = f"{change.kind} {change.id}"
    if change.op == "put":
        return canonical_line({**change.set, "kind": change.kind, "id": change.id})
    if line is None:
        raise RecordError(Code.DIGEST_DIFFERS, (f"{who}: to be changed, but not here",))
    if change.op == "drop":
        return None
    if fingerprint(line) != change.base:
        raise RecordError(Code.DIGEST_DIFFERS, (f"{who}: not the record that the change was made for",))
    raw = json.loads(line)
    for name in change.unset:
        if raw.pop(name, None) is None:
            raise _invalid(who, "a field to be unset is not there")
    return canonical_line({**raw, **change.set})


def applied(old: Iterable[bytes], changes: Iterable[Change]) -> Iterator[bytes]:
    """The canonical lines of `old` (in canonical order) after `changes` (in the same order), read side by side.

    Raises `RecordError` as `diff` and `patched` do.
    """
    olds, steps = _keyed(old, "old"), iter(changes)
    before, change = next(olds, None), next(steps, None)
    while before is not None or change is not None:
        if change is None or (before is not None and before[0] < change.key):
            assert before is not None
            yield before[1]
            before = next(olds, None)
            continue
        held = before[1] if before is not None and before[0] == change.key else None
        line = patched(held, change)
        if line is not None:
            yield line
        if held is not None:
            before = next(olds, None)
        change = next(steps, None)


_Keyed = tuple[Key, bytes, dict[str, Any]]


def _keyed(lines: Iterable[bytes], name: str) -> Iterator[_Keyed]:
    last: Key | None = None
    for number, line in enumerate(lines, 1):
        try:
            raw = json.loads(line)
            kind, id = raw["kind"], raw["id"]
        except (ValueError, LookupError, TypeError, RecursionError):
            raise RecordError(Code.RECORD_UNREADABLE, (f"{name}:{number}: not a canonical line",)) from None
        if not isinstance(kind, str) or not isinstance(id, str):
            raise _invalid(f"{name}:{number}", "without kind or id")
        if last is not None and (kind, id) <= last:
            raise _invalid(f"{name}:{number}", f"{kind} {id}: not in canonical order")
        last = (kind, id)
        yield last, line, raw


def _put(key: Key, raw: Mapping[str, Any]) -> Change:
    return Change(*key, "put", {name: value for name, value in raw.items() if name not in _IDENTITY})


def _patch(before: _Keyed, after: _Keyed) -> Change:
    (key, line, old), (_, _, new) = before, after
    changed = {name: value for name, value in new.items() if name not in old or _written(old[name]) != _written(value)}
    return Change(*key, "patch", changed, tuple(sorted(old.keys() - new.keys())), fingerprint(line))


def _written(value: Any) -> bytes:
    """Values are compared as they are written: for Python, true and 1 are the same."""
    return canonical_line({"": value})


def _change(raw: dict[str, Any], place: str) -> Change:
    op = raw.get("op")
    if not isinstance(op, str) or op not in _WRITTEN:
        raise _invalid(place, "op: not put, patch or drop")
    if unknown := raw.keys() - _WRITTEN[op]:
        raise _invalid(place, f"{min(unknown)[:64]!r} does not belong to {op}")
    kind, id = raw.get("kind"), raw.get("id")
    if not isinstance(kind, str) or not isinstance(id, str) or not kind or not id:
        raise _invalid(place, "without kind or id")
    values = raw.get("set", {})
    if not isinstance(values, dict) or len(values) > MOST_FIELDS or _IDENTITY & values.keys():
        raise _invalid(place, "set: not fields besides kind and id")
    if any(value is None for value in values.values()):
        raise _invalid(place, "set: a field is unset by its name, not by null")
    if op == "put" and "set" not in raw:
        raise _invalid(place, "set: missing")
    unset = raw.get("unset", [])
    if (
        not isinstance(unset, list)
        or len(unset) > MOST_FIELDS
        or not all(isinstance(name, str) for name in unset)
        or len(set(unset)) < len(unset)
        or (_IDENTITY | values.keys()) & set(unset)
    ):
        raise _invalid(place, "unset: not names of other fields, each once")
    base = raw.get("base")
    if op == "patch":
        if not isinstance(base, str) or len(base) != BASE_DIGITS or not set(base) <= set("0123456789abcdef"):
            raise _invalid(place, f"base: not {BASE_DIGITS} hexadecimal digits")
        if not values and not unset:
            raise _invalid(place, "a patch that changes nothing")
    return Change(kind, id, cast(Op, op), values, tuple(unset), base)


def _invalid(place: str, why: str) -> RecordError:
    return RecordError(Code.RECORD_INVALID, (f"{place}: {why}",))
