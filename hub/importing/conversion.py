"""Rows of a list into records: each row of an item with its materials, laid over what the hub has of it.

What a cell does not say stays as it is; what a list does not name stays where it is. A row with a cell that is not
understood stays out whole, with its materials: half an item would send people in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.errors import RecordError
from domain.records import Record, validate
from hub.importing.cells import Unread, first_words, own_id
from hub.importing.cleaning import masked
from hub.importing.fields import HANDLING, ITEM_FIELDS, MATERIAL_FIELDS
from hub.importing.known import Known
from hub.importing.laying import Laying
from hub.importing.layout import Layout, Table
from hub.importing.outcome import Conversion, Converted, Problem
from hub.importing.reading import ReadRow
from hub.sheets import Row

EVERY = 200
"""Rows after which progress is told."""


def convert(
    layout: Layout,
    known: Known,
    tell: Callable[[int, int], None] = lambda done, total: None,
    *,
    department: str | None = None,
) -> Conversion:
    """Every row of the items with its materials. `tell`: (rows done, rows in all). `department`: of rows that name
    none, when the person writes for one department only.
    """
    return _Converting(layout, known, department).run(tell)


class _Converting:
    """One conversion on its way."""

    def __init__(self, layout: Layout, known: Known, department: str | None) -> None:
        self._layout = layout
        self._known = known
        self._department = department
        self._laying = Laying(known.places, first_words(layout.dialect))
        self._materials: dict[str, _Held] = {}
        self._strays: list[Problem] = []
        self._cleaned = 0

    def run(self, tell: Callable[[int, int], None]) -> Conversion:
        total = sum(len(table.rows) for table in (*self._layout.items, *self._layout.materials))
        done = 0
        for table, row in _rows(self._layout.materials):
            done += 1
            if done % EVERY == 0:
                tell(done, total)
            self._hold(ReadRow.of(table, row, MATERIAL_FIELDS, self._layout.dialect))
        rows: list[Converted] = []
        ended = 0
        seen: dict[str, Converted] = {}
        for table, row in _rows(self._layout.items):
            done += 1
            if done % EVERY == 0:
                tell(done, total)
            read = ReadRow.of(table, row, ITEM_FIELDS, self._layout.dialect)
            self._cleaned += read.cleaned
            found = self._item(read)
            if found is None:
                ended += 1
                continue
            first = seen.get(found.key) if found.key else None
            if first is not None:
                place = {"place": first.place}
                twice = read.problem("codes", "twice", "id", "name", values=place, shown=found.name)
                found = replace(found, raw=None, record=None, problems=(*found.problems, twice))
            elif found.key:
                seen[found.key] = found
            rows.append(found)
        tell(total, total)
        self._strays.extend(one for held in self._materials.values() for one in held.stray())
        return Conversion(self._layout, tuple(rows), tuple(self._strays), self._cleaned, ended)

    def _hold(self, read: ReadRow) -> None:
        """Keeps a material until its item comes."""
        self._cleaned += read.cleaned
        of = next((f"{one[3:]}:{read.values[one]}" for one in _OF if read.values.get(one)), "")
        if not of:
            self._strays.append(read.problem("of.id", "no_item", *_OF[1:]))
            return
        held = self._materials.setdefault(of, _Held())
        held.rows.append((read.table.sheet, read.row.number))
        held.first = held.first or read.problem("of.id", "stray", *_OF[1:])
        if "name" not in read.values and not any(problem.name == "name" for problem in read.problems):
            read.refuse("name", "needed")
        if read.problems:
            held.problems.extend(read.problems)
            return
        entry = {name: value for name, value in read.values.items() if not name.startswith("of.")}
        order = entry.pop("order", None)
        held.entries.append((order if order is not None else len(held.entries) + 1, len(held.entries), entry))

    def _item(self, read: ReadRow) -> Converted | None:
        """None: the other system says that it is no longer in force."""
        values = read.values
        if values.get("state") == "ended":
            return None
        name = str(values.get("name") or "")
        if not name and not read.faulty("name"):
            read.refuse("name", "needed")
        org = self._org(read)
        codes = self._codes(values)
        id = ""
        if "id" in values:
            try:
                id = own_id(values["id"])
            except Unread as unread:
                read.refuse("id", unread.reason, values=unread.values)
        key = self._known.key_of(id, codes, org, name)
        before = self._known.guides.get(key, {})
        if not org and before:
            org = str(before["department"])
        if not org and not read.faulty("department"):
            read.refuse("department", "needed")
        raw = {**before, "kind": "guide", "id": key.partition("/")[2], "name": name, "department": org}
        self._laying.lay(raw, before, read, codes)
        parts: list[tuple[str, int]] = [(read.table.sheet, read.row.number)]
        for own in self._own(values, name):
            own.taken = True
            parts.extend(own.rows)
            read.problems.extend(own.problems)
            raw["materials"] = own.laid_over(before.get("materials", ()))
        record = None if read.problems else _valid(raw, read)
        whole = None if read.problems else raw
        return Converted(
            read.table.sheet, read.row.number, masked(name), key, whole, record, tuple(read.problems), tuple(parts)
        )

    def _own(self, values: Mapping[str, Any], name: str) -> Iterator[_Held]:
        """Materials that name this item by its id, its code or its name."""
        names = [f"id:{values['id']}"] if "id" in values else []
        names.extend(f"code:{values[one]}" for one in ("codes.handling", "codes") if one in values)
        names.append(f"name:{name}")
        yield from (self._materials[one] for one in names if one in self._materials)

    def _org(self, read: ReadRow) -> str:
        word = read.values.get("department")
        if word is None:
            return self._department or ""
        found = self._known.orgs.get(word)
        if found is None:
            read.refuse("department", "unknown_org", values={"text": word[:30]})
        return found or ""

    def _codes(self, values: Mapping[str, Any]) -> list[dict[str, str]]:
        version = str(values.get("codes.version") or "1")
        found = []
        for name, scheme in (("codes", self._layout.dialect.scheme), ("codes.handling", HANDLING)):
            if name in values:
                found.append({"scheme": scheme, "code": values[name], "version": version})
        return found


_OF = ("of.id", "of.code", "of.name")
"""Columns in which a material says whose it is; the first that does counts."""


@dataclass(slots=True)
class _Held:
    """Materials that name an item in the same way, on their way; `taken`: an item of the list has asked for them."""

    entries: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)
    rows: list[tuple[str, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    first: Problem | None = None
    taken: bool = False

    def laid_over(self, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """In the order of the list, each over the one of its name that is there."""
        known = {str(one["name"]): one for one in before}
        ordered = sorted(self.entries, key=lambda entry: entry[:2])
        return [{**known.get(str(entry["name"]), {}), **entry} for _, _, entry in ordered]

    def stray(self) -> Iterable[Problem]:
        return () if self.taken or self.first is None else (self.first,)


def _rows(tables: Iterable[Table]) -> Iterator[tuple[Table, Row]]:
    return ((table, row) for table in tables for row in table.rows)


def _valid(raw: dict[str, Any], read: ReadRow) -> Record | None:
    try:
        return validate(raw)
    except RecordError as error:
        problem = masked(error.problems[0] if error.problems else "")[:80]
        read.refuse("name", "unfit", values={"text": problem})
        return None
