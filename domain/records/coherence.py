"""What must hold over all records of a catalogue together: ids and codes mean one thing, no circles, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.errors import Code
from domain.records.kinds import Guide, LifeEvent, Org, Record
from domain.records.references import circle, references, step_circle

Key = tuple[str, str]
"""Kind and id."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record does not go with those before it. `other`: what it collides with, or the way round."""

    code: Code
    key: Key
    field: str
    other: str

    def __str__(self) -> str:
        who = " ".join(self.key)
        if self.field == "id":
            return f"{who} stands already at {self.other}"
        if self.code is Code.RECORD_CIRCLE:
            return f"{who}: {self.field}: goes round in a circle: {self.other}"
        return f"{who}: {self.field}: the code is that of {self.other} already"


class Coherence:
    """Takes the records of a catalogue one by one and remembers what it has to, not the records."""

    def __init__(self) -> None:
        self.places: dict[Key, str] = {}
        self.pointing: dict[Key, tuple[tuple[str, str], ...]] = {}
        self._codes: dict[tuple[str, str, str], Key] = {}
        self._parents: dict[str, str] = {}

    def add(self, record: Record, place: str = "") -> Fault | None:
        """Takes a record that stands at `place` (``guides.jsonl:3``), or says why it does not go with those before it;
        then it counts for nothing. R-03 for an id or an item code (scheme, code and version) that occurs twice, R-05
        for organisations below themselves and steps of a life event that wait for each other.
        """
        key = (record.kind, record.id)
        fault = self._collision(key, record) or _circle(key, record, self._parents)
        if fault is not None:
            return fault
        self.places[key] = place
        self.pointing[key] = tuple(references(record))
        if isinstance(record, Guide):
            self._codes.update(dict.fromkeys(((one.scheme, one.code, one.version) for one in record.codes), key))
        if isinstance(record, Org) and record.parent is not None:
            self._parents[record.id] = record.parent
        return None

    def drop(self, key: Key) -> None:
        """Forgets a record that was taken."""
        del self.places[key], self.pointing[key]
        for code in [code for code, holder in self._codes.items() if holder == key]:
            del self._codes[code]
        if key[0] == Org.KIND:
            self._parents.pop(key[1], None)

    def lost(self) -> dict[Key, list[tuple[str, str]]]:
        """(field, id) of the references that lead to nothing that was taken, by who makes them; R-04."""
        ids = {id for _, id in self.pointing}
        found = {
            key: [(field, target) for field, target in pointing if target not in ids]
            for key, pointing in self.pointing.items()
        }
        return {key: lost for key, lost in found.items() if lost}

    def problems(self) -> list[str]:
        """The same as sentences that begin with the place."""
        return [
            f"{self.places[key]}: {' '.join(key)}: {field}: {target} is not here"
            for key, lost in self.lost().items()
            for field, target in lost
        ]

    def _collision(self, key: Key, record: Record) -> Fault | None:
        if key in self.places:
            return Fault(Code.RECORD_DUPLICATE, key, "id", self.places[key])
        seen: set[tuple[str, str, str]] = set()
        for number, one in enumerate(record.codes if isinstance(record, Guide) else ()):
            code = (one.scheme, one.code, one.version)
            holder = key if code in seen else self._codes.get(code)
            if holder is not None:
                return Fault(Code.RECORD_DUPLICATE, key, f"codes.{number}", " ".join(holder))
            seen.add(code)
        return None


def _circle(key: Key, record: Record, parents: Mapping[str, str]) -> Fault | None:
    way: tuple[str, ...] = ()
    if isinstance(record, Org) and record.parent is not None:
        way = circle(parents, record.id, record.parent)
    elif isinstance(record, LifeEvent):
        way = step_circle(record)
    if not way:
        return None
    field = "parent" if isinstance(record, Org) else "steps.after"
    return Fault(Code.RECORD_CIRCLE, key, field, " → ".join((*way, way[0])))
