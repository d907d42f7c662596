"""Rows of a list into records: each row of an item with its materials, laid over what the hub has of it.

What a cell does not say stays as it is; what a list does not name stays where it is. A row with a cell that is not
understood stays out whole, with its materials: half an item would send people in vain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from domain.errors import RecordError
from domain.records import Record, validate
from hub.importing.cells import EMPTIED, Unread, first_words, own_id, read_cell, write_cell
from hub.importing.cleaning import ID_NUMBER, clean, masked
from hub.importing.fields import ITEM_FIELDS, MATERIAL_FIELDS, Field
from hub.importing.layout import Layout, Table
from hub.mappings import Dialect
from hub.sheets import Row, column_letter

HANDLING, CATALOGUE = "gbt39554-handling", "gbt39554-catalogue"

EVERY = 200
"""Rows after which progress is told."""

NESTED = {
    "phone.enquiry": ("phone", "enquiry"),
    "phone.complaint": ("phone", "complaint"),
    "result.name": ("result", "name"),
    "result.kind": ("result", "kind"),
    "fee.charged": ("fee", "charged"),
    "fee.text": ("fee", "text"),
    "fee.basis": ("fee", "basis"),
    "fee.online_payment": ("fee", "online_payment"),
}
THEMES = {"themes.person": "person:", "themes.legal": "legal:"}
_LIMITS = ("legal_limit", "promised_limit")
_SPECIAL = {"id", "name", "department", "codes", "codes.handling", "codes.catalogue", "codes.version", "state"}


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a row out. `cell`: ``事项!F218``; `column`: the column's name; `reason`: ``import.cell_<reason>``;
    `values` fill its sentence; `shown`: what stands there, with long numbers masked.
    """

    sheet: str
    row: int
    column: int
    name: str
    reason: str
    values: Mapping[str, object] = dataclass_field(default_factory=dict)
    shown: str = ""

    @property
    def cell(self) -> str:
        return f"{self.sheet}!{column_letter(self.column)}{self.row}"


@dataclass(frozen=True, slots=True)
class Converted:
    """One item of the list. `raw`: the record as it would be; None when `problems` keep it out."""

    sheet: str
    row: int
    name: str
    key: str
    raw: dict[str, Any] | None
    record: Record | None
    problems: tuple[Problem, ...]
    parts: tuple[tuple[str, int], ...]

    @property
    def place(self) -> str:
        return f"{self.sheet}!{self.row}"


@dataclass(frozen=True, slots=True)
class Conversion:
    """Everything that was read. `strays`: material rows that belong to no item of the list; `cleaned`: cells that were
    mended; `ended`: rows that the other system says are no longer in force (left alone).
    """

    layout: Layout
    rows: tuple[Converted, ...]
    strays: tuple[Problem, ...]
    cleaned: int
    ended: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the hub has: guides by key, with their codes and names; organisations and places by what they are called.

    Built by `Known.of`; the newest version that is live counts, an open draft where nothing is live.
    """

    guides: Mapping[str, Mapping[str, Any]]
    by_code: Mapping[tuple[str, str, str], str]
    by_name: Mapping[tuple[str, str], str]
    orgs: Mapping[str, str]
    places: Mapping[str, str]
    org_names: Mapping[str, str]

    @classmethod
    def of(cls, records: Iterable[Mapping[str, Any]]) -> Known:
        guides: dict[str, Mapping[str, Any]] = {}
        by_code: dict[tuple[str, str, str], str] = {}
        by_name: dict[tuple[str, str], str] = {}
        orgs: dict[str, str] = {}
        places: dict[str, str] = {}
        org_names: dict[str, str] = {}
        twice: set[str] = set()
        for raw in records:
            id = str(raw["id"])
            if raw["kind"] == "guide":
                key = f"guide/{id}"
                guides[key] = raw
                by_name.setdefault((str(raw.get("department")), str(raw["name"])), key)
                for code in raw.get("codes", ()):
                    by_code[(code["scheme"], code["code"], code.get("version", "1"))] = key
            elif raw["kind"] in ("org", "place"):
                held = orgs if raw["kind"] == "org" else places
                if raw["kind"] == "org":
                    org_names[id] = str(raw["name"])
                words = [raw["name"], raw.get("short_name"), *raw.get("aliases", ())]
                for word in filter(None, map(str, filter(None, words))):
                    if held.setdefault(word, id) != id:
                        twice.add(f"{raw['kind']}/{word}")
        for one in twice:  # a name of two is the name of none
            kind, _, word = one.partition("/")
            (orgs if kind == "org" else places).pop(word, None)
        for id in org_names:
            orgs[id] = id
        for id in list(places.values()):
            places[id] = id
        return cls(guides, by_code, by_name, orgs, places, org_names)


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
        self._dialect: Dialect = layout.dialect
        self._known = known
        self._department = department
        self._words = first_words(layout.dialect)
        self._cleaned = 0

    def run(self, tell: Callable[[int, int], None]) -> Conversion:
        total = sum(len(table.rows) for table in (*self._layout.items, *self._layout.materials))
        materials, faults, strays, done = self._materials(tell, total)
        rows: list[Converted] = []
        ended = 0
        seen: dict[str, Converted] = {}
        for table in self._layout.items:
            for row in table.rows:
                done += 1
                if done % EVERY == 0:
                    tell(done, total)
                found = self._item(table, row, materials, faults)
                if found is None:
                    ended += 1
                    continue
                first = seen.get(found.key) if found.key else None
                if first is not None:
                    twice = Problem(
                        table.sheet, row.number, _column(table, "codes", "id", "name"), "", "twice",
                        {"place": first.place}, found.name,
                    )  # fmt: skip
                    found = _out(found, (*found.problems, twice))
                elif found.key:
                    seen[found.key] = found
                rows.append(found)
        tell(total, total)
        strays.extend(one for held in materials.values() for one in held.stray())
        return Conversion(self._layout, tuple(rows), tuple(strays), self._cleaned, ended)

    # Materials

    def _materials(
        self, tell: Callable[[int, int], None], total: int
    ) -> tuple[dict[str, _Held], dict[str, list[Problem]], list[Problem], int]:
        held: dict[str, _Held] = {}
        faults: dict[str, list[Problem]] = {}
        strays: list[Problem] = []
        done = 0
        for table in self._layout.materials:
            for row in table.rows:
                done += 1
                if done % EVERY == 0:
                    tell(done, total)
                values, problems, _ = self._values(table, row, MATERIAL_FIELDS)
                of = self._of(values)
                if not of:
                    strays.append(self._problem(table, row, "of.id", "no_item", "of.code", "of.name"))
                    continue
                one = held.setdefault(of, _Held())
                one.rows.append((table.sheet, row.number))
                one.first = one.first or self._problem(table, row, "of.id", "stray", "of.code", "of.name")
                if "name" not in values and not any(problem.name == "name" for problem in problems):
                    problems.append(self._problem(table, row, "name", "needed"))
                if problems:
                    faults.setdefault(of, []).extend(problems)
                    continue
                entry = {name: value for name, value in values.items() if not name.startswith("of.")}
                order = entry.pop("order", None)
                one.entries.append((order if order is not None else len(one.entries) + 1, len(one.entries), entry))
        return held, faults, strays, done

    def _of(self, values: Mapping[str, Any]) -> str:
        for name in ("of.id", "of.code", "of.name"):
            if values.get(name):
                return f"{name[3:]}:{values[name]}"
        return ""

    # Items

    def _item(
        self, table: Table, row: Row, materials: dict[str, _Held], faults: dict[str, list[Problem]]
    ) -> Converted | None:
        values, problems, emptied = self._values(table, row, ITEM_FIELDS)
        if values.get("state") == "ended":
            return None
        name = str(values.get("name") or "")
        if not name and not _faulty(problems, table, "name"):
            problems.append(self._problem(table, row, "name", "needed"))
        org = self._org(table, row, values, problems)
        codes = self._codes(values)
        id = ""
        if "id" in values:
            try:
                id = own_id(values["id"])
            except Unread as unread:
                problems.append(self._problem(table, row, "id", unread.reason, values=unread.values))
        key = self._key(id, codes, org, name)
        before = self._known.guides.get(key, {})
        if not org and before:
            org = str(before["department"])
        if not org and not _faulty(problems, table, "department"):
            problems.append(self._problem(table, row, "department", "needed"))
        raw = {**before, "kind": "guide", "id": key.partition("/")[2], "name": name, "department": org}
        self._lay(raw, before, values, codes, emptied, table, row, problems)
        parts: list[tuple[str, int]] = [(table.sheet, row.number)]
        names = [f"id:{values['id']}"] if "id" in values else []
        names.extend(f"code:{values[one]}" for one in ("codes.handling", "codes") if one in values)
        names.append(f"name:{name}")
        for one in names:
            own = materials.get(one)
            if own is not None:
                own.taken = True
                parts.extend(own.rows)
                problems.extend(faults.get(one, ()))
                raw["materials"] = self._own_materials(own, before.get("materials", ()))
        record = None
        if not problems:
            record = self._valid(raw, table, row, problems)
        if problems:
            return Converted(table.sheet, row.number, masked(name), key, None, None, tuple(problems), tuple(parts))
        return Converted(table.sheet, row.number, masked(name), key, raw, record, (), tuple(parts))

    def _values(
        self, table: Table, row: Row, fields: Mapping[str, Field]
    ) -> tuple[dict[str, Any], list[Problem], set[str]]:
        """What the cells of a row say, what is wrong with them, and the fields to take away."""
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        emptied: set[str] = set()
        for name, places in table.columns.items():
            for column in places:
                text = row.cell(column)
                if not text.strip():
                    continue
                cleaned = clean(text)
                if cleaned != text.strip():
                    self._cleaned += 1
                if not cleaned:
                    continue
                if cleaned == EMPTIED:
                    emptied.add(name)
                    break
                field = fields[name]
                shown = masked(cleaned)[:60]
                if field.form != "item_code" and ID_NUMBER.search(cleaned):
                    problems.append(self._at(table, row, column, "id_number", {}, shown))
                    break
                try:
                    values[name] = read_cell(text, field, self._dialect)
                except Unread as unread:
                    said = {word: masked(str(value)) for word, value in unread.values.items()}
                    problems.append(self._at(table, row, column, unread.reason, said, shown))
                break
        for column, _ in table.unknown:
            if ID_NUMBER.search(row.cell(column)):
                problems.append(self._at(table, row, column, "id_number", {}, masked(clean(row.cell(column)))[:60]))
        return values, problems, emptied

    def _org(self, table: Table, row: Row, values: Mapping[str, Any], problems: list[Problem]) -> str:
        word = values.get("department")
        if word is None:
            return self._department or ""
        found = self._known.orgs.get(word)
        if found is None:
            problems.append(self._problem(table, row, "department", "unknown_org", values={"text": word[:30]}))
        return found or ""

    def _codes(self, values: Mapping[str, Any]) -> list[dict[str, str]]:
        version = str(values.get("codes.version") or "1")
        found = []
        for name, scheme in (("codes", self._dialect.scheme), ("codes.handling", HANDLING)):
            if name in values:
                found.append({"scheme": scheme, "code": values[name], "version": version})
        return found

    def _key(self, id: str, codes: Sequence[Mapping[str, str]], org: str, name: str) -> str:
        """Whose row it is: by its id, its code, or its name within the department; else a new id that stays the same
        when the list comes again.
        """
        if id:
            return f"guide/{id}"
        for code in reversed(codes):  # the finer one first: several items may share an implementation code
            found = self._known.by_code.get((code["scheme"], code["code"], code["version"]))
            if found:
                return found
        if codes:
            finest = codes[-1]
            plain = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in finest["code"])
            version = "" if finest["version"] == "1" else f"-{finest['version'].lower()}"
            made = f"{plain.lower()}{version}"
            return f"guide/{made}" if len(made) <= 64 and made.isascii() else f"guide/x-{_short_hash(made)}"
        found = self._known.by_name.get((org, name))
        return found or f"guide/x-{_short_hash(f'{org}/{name}')}"

    def _lay(
        self,
        raw: dict[str, Any],
        before: Mapping[str, Any],
        values: Mapping[str, Any],
        codes: Sequence[Mapping[str, str]],
        emptied: set[str],
        table: Table,
        row: Row,
        problems: list[Problem],
    ) -> None:
        """Lays what the row says over what is there."""
        if not raw["name"] and before:
            raw["name"] = before["name"]
        if codes or "codes.catalogue" in values:
            wanted = [dict(one) for one in codes]
            if "codes.catalogue" in values:
                wanted.append({"scheme": CATALOGUE, "code": values["codes.catalogue"]})
            raw["codes"] = _merged_codes(before.get("codes", ()), wanted)
        for name, value in values.items():
            if name in _SPECIAL or name.endswith((".unit", "_limit.note")):
                continue
            if name in THEMES:
                prefix = THEMES[name]
                kept = [one for one in raw.get("themes", ()) if not one.startswith(prefix)]
                fresh = [f"{prefix}{one}" for one in value]
                if [one for one in raw.get("themes", ()) if one.startswith(prefix)] != fresh:
                    raw["themes"] = [*kept, *fresh]
            elif name in NESTED:
                outer, inner = NESTED[name]
                raw[outer] = {**raw.get(outer, {}), inner: value}
            elif name in _LIMITS:
                self._limit(raw, name, values, table, row, problems)
            elif name == "immediate":
                raw[name] = value == "yes"
            elif name == "online_depth":
                raw[name] = int(value)
            elif name == "places":
                self._places(raw, value, table, row, problems)
            elif write_cell(before.get(name), ITEM_FIELDS[name], self._words) == write_cell(
                value, ITEM_FIELDS[name], self._words
            ):
                continue  # says what is there; what the cell cannot say (law texts, for one) stays
            else:
                raw[name] = _with_rest(value, before.get(name))
        _settle_fee(raw, values, self._problem, table, row, problems)
        if "kind" in raw.get("result", {}) and "name" not in raw["result"]:
            problems.append(self._problem(table, row, "result.kind", "result_without_name"))
        for name in emptied:
            if name in _SPECIAL:
                problems.append(self._problem(table, row, name, "cannot_empty"))
            elif name in NESTED:
                outer, inner = NESTED[name]
                raw[outer] = {word: value for word, value in raw.get(outer, {}).items() if word != inner}
                if not raw[outer]:
                    del raw[outer]
            elif name in THEMES:
                raw["themes"] = [one for one in raw.get("themes", ()) if not one.startswith(THEMES[name])]
            else:
                raw.pop(name.partition(".")[0], None)

    def _limit(
        self,
        raw: dict[str, Any],
        name: str,
        values: Mapping[str, Any],
        table: Table,
        row: Row,
        problems: list[Problem],
    ) -> None:
        days, unit = values[name]
        held = raw.get(name, {})
        told = values.get(f"{name}.unit")
        if unit and told and unit != told:
            problems.append(self._problem(table, row, f"{name}.unit", "two_units"))
            return
        unit = unit or told or (held.get("unit", "working") if held.get("days") == days else None)
        if unit is None and days:
            problems.append(self._problem(table, row, name, "no_unit", f"{name}.unit"))
            return
        found = {**held, "days": days, "unit": unit or "working"}
        if f"{name}.note" in values:
            found["note"] = values[f"{name}.note"]
        if found != held:
            raw[name] = found

    def _places(
        self, raw: dict[str, Any], words: Sequence[str], table: Table, row: Row, problems: list[Problem]
    ) -> None:
        ids = []
        for word in words:
            id = self._known.places.get(word)
            if id is None:
                problems.append(self._problem(table, row, "places", "unknown_place", values={"text": word[:30]}))
            else:
                ids.append(id)
        raw["places"] = ids

    def _own_materials(self, own: _Held, before: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        known = {str(one["name"]): one for one in before}
        return [{**known.get(str(entry["name"]), {}), **entry} for _, _, entry in sorted(own.entries, key=_in_order)]

    def _valid(self, raw: dict[str, Any], table: Table, row: Row, problems: list[Problem]) -> Record | None:
        try:
            return validate(raw)
        except RecordError as error:
            problem = masked(error.problems[0] if error.problems else "")[:80]
            problems.append(self._problem(table, row, "name", "unfit", values={"text": problem}))
            return None

    def _problem(
        self,
        table: Table,
        row: Row,
        field: str,
        reason: str,
        *others: str,
        values: Mapping[str, object] | None = None,
    ) -> Problem:
        return self._at(table, row, _column(table, field, *others), reason, values or {}, "")

    def _at(
        self, table: Table, row: Row, column: int, reason: str, values: Mapping[str, object], shown: str
    ) -> Problem:
        name = table.names.get(column, "")
        return Problem(
            table.sheet, row.number, column, name, reason, values, shown or masked(clean(row.cell(column)))[:60]
        )


@dataclass(slots=True)
class _Held:
    """Materials of one item on their way; `taken`: an item of the list has asked for them."""

    entries: list[tuple[int, int, dict[str, Any]]] = dataclass_field(default_factory=list)
    rows: list[tuple[str, int]] = dataclass_field(default_factory=list)
    first: Problem | None = None
    taken: bool = False

    def stray(self) -> Iterable[Problem]:
        return () if self.taken or self.first is None else (self.first,)


def _in_order(entry: tuple[int, int, dict[str, Any]]) -> tuple[int, int]:
    return entry[0], entry[1]


def _out(one: Converted, problems: tuple[Problem, ...]) -> Converted:
    return Converted(one.sheet, one.row, one.name, one.key, None, None, problems, one.parts)


def _column(table: Table, *fields: str) -> int:
    return next((table.columns[one][0] for one in fields if one in table.columns), 0)


def _faulty(problems: Sequence[Problem], table: Table, field: str) -> bool:
    return any(one.column in table.columns.get(field, ()) for one in problems)


def _merged_codes(before: Sequence[Mapping[str, Any]], wanted: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """Codes of the same scheme give way, others stay; one that says the same stays as it was written."""
    found: list[dict[str, Any]] = []
    fresh = {one["scheme"]: one for one in wanted}
    for one in before:
        new = fresh.pop(one["scheme"], None)
        same = new is None or (new["code"], new.get("version", "1")) == (one["code"], one.get("version", "1"))
        found.append(dict(one) if same or new is None else dict(new))
    return [*found, *(dict(one) for one in fresh.values())]


def _with_rest(value: Any, before: Any) -> Any:
    """Entries of a list with what the cell cannot say of the ones that are there already."""
    if not (isinstance(value, list) and value and isinstance(value[0], dict)):
        return value
    first = next(iter(value[0]))
    known = {str(one.get(first)): one for one in before or () if isinstance(one, Mapping)}
    return [{**known.get(str(one.get(first)), {}), **one} for one in value]


def _settle_fee(
    raw: dict[str, Any],
    values: Mapping[str, Any],
    problem: Callable[..., Problem],
    table: Table,
    row: Row,
    problems: list[Problem],
) -> None:
    """A fee says whether there is one and what people read; of the two neither is guessed from the other, except that
    nothing to pay reads 不收费.
    """
    fee = raw.get("fee")
    if fee is None or not any(name.startswith("fee.") for name in values):
        return
    if "charged" not in fee:
        problems.append(problem(table, row, "fee.charged", "fee_unsaid", "fee.text"))
    elif "text" not in fee:
        if fee["charged"]:
            problems.append(problem(table, row, "fee.text", "fee_text", "fee.charged"))
        else:
            raw["fee"] = {**fee, "text": "不收费"}


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
