"""High-water marks: the highest numbers that this kiosk has seen signed, each tied to the keys that had signed it.

TUF's own memory is its metadata folder, which is not flushed to the disk and can be lost (measured: after a power cut
it comes back empty and an older hub is believed). The marks are our own, flushed, and are looked at besides.

A mark counts as long as the same keys sign. When a new root puts other keys in their place, numbers may begin anew:
that is how kiosks recover from a thief who had counted up to the end.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

from contentsync.files import write_whole

log = logging.getLogger(__name__)

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Mark:
    """`value` was signed by `keys` (as `key_set` names them)."""

    keys: str
    value: int

    def over(self, other: Mark | None) -> bool:
        """Whether this mark replaces `other`."""
        return other is None or other.keys != self.keys or other.value < self.value


Marks = Mapping[str, Mark]
"""By name: root, timestamp, snapshot, targets (versions), revision, and time (seconds since 1970 of the last proof of
freshness).
"""


def key_set(keyids: Iterable[str]) -> str:
    """A short name for a set of keys."""
    return hashlib.sha256(",".join(sorted(keyids)).encode()).hexdigest()[:16]


def raised(marks: Marks, seen: Marks) -> Marks:
    """`marks` with what was `seen` now, where it is higher or signed by other keys."""
    return {**marks, **{name: mark for name, mark in seen.items() if mark.over(marks.get(name))}}


def below(marks: Marks, seen: Marks) -> str | None:
    """The first name under which `seen` falls behind `marks`, or None."""
    for name, mark in seen.items():
        known = marks.get(name)
        if known is not None and known.keys == mark.keys and mark.value < known.value:
            return f"{name} {mark.value}, {known.value} was seen before"
    return None


class MarkKeeper(Protocol):
    """Where marks are kept."""

    def marks(self) -> Marks:
        """The marks; empty when none were ever kept."""
        ...

    def keep(self, marks: Marks) -> None:
        """Keeps them. When this returns they survive a power cut."""
        ...


@dataclass(frozen=True, slots=True)
class Memory:
    """What the sync process remembers besides TUF's metadata."""

    marks: Marks = field(default_factory=lambda: MappingProxyType({}))
    checked_at: dt.datetime | None = None


class StateFile:
    """`MarkKeeper` as one small JSON file, replaced whole and flushed.

    A file that cannot be read counts as empty, with a warning: TUF's metadata and the revision of the open catalogue
    still stand against an older release then.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> Memory:
        try:
            value: dict[str, Any] = json.loads(self._path.read_bytes())
            if value["format"] != FORMAT:
                raise ValueError("another format")
            checked = value.get("checked_at")
            return Memory(
                {str(name): Mark(str(keys), int(number)) for name, (keys, number) in value["marks"].items()},
                dt.datetime.fromisoformat(checked) if checked else None,
            )
        except FileNotFoundError:
            return Memory()
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            log.warning("%s is unreadable and counts as empty: %s", self._path.name, error.__class__.__name__)
            return Memory()

    def write(self, memory: Memory) -> None:
        """Raises `SyncError` D-03 when the disk is full, else OSError."""
        value = {
            "format": FORMAT,
            "marks": {name: [mark.keys, mark.value] for name, mark in sorted(memory.marks.items())},
            "checked_at": memory.checked_at.isoformat(timespec="seconds") if memory.checked_at else None,
        }
        write_whole(self._path, json.dumps(value).encode() + b"\n", mode=0o600)

    def marks(self) -> Marks:
        return self.read().marks

    def keep(self, marks: Marks) -> None:
        memory = self.read()
        if memory.marks != marks:
            self.write(replace(memory, marks=marks))

    def checked(self, at: dt.datetime) -> None:
        """The hub was reached and had its say at `at`."""
        self.write(replace(self.read(), checked_at=at))
