"""The cells of one row into values, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from hub.importing.cells import EMPTIED, Unread, read_cell
from hub.importing.cleaning import ID_NUMBER, clean, masked
from hub.importing.fields import Field
from hub.importing.layout import Table
from hub.importing.outcome import Problem
from hub.mappings import Dialect
from hub.sheets import Row

_SHOWN = 60
"""Characters of a cell that are told again."""


@dataclass(slots=True)
class ReadRow:
    """What a row says by field, the fields that it takes away (`emptied`), and how many of its cells had to be mended
    (`cleaned`). `problems` grows while the row is compared with what the hub has.
    """

    table: Table
    row: Row
    values: dict[str, Any] = dataclass_field(default_factory=dict)
    emptied: set[str] = dataclass_field(default_factory=set)
    problems: list[Problem] = dataclass_field(default_factory=list)
    cleaned: int = 0

    @classmethod
    def of(cls, table: Table, row: Row, fields: Mapping[str, Field], dialect: Dialect) -> ReadRow:
        """The cells of `row`. Where several columns are one field, the first that says something counts."""
        read = cls(table, row)
        for name, places in table.columns.items():
            for column in places:
                text = row.cell(column)
                if not text.strip():
                    continue
                cleaned = clean(text)
                if cleaned != text.strip():
                    read.cleaned += 1
                if not cleaned:
                    continue
                if cleaned == EMPTIED:
                    read.emptied.add(name)
                elif fields[name].form != "item_code" and ID_NUMBER.search(cleaned):
                    read._refuse_at(column, "id_number")
                else:
                    try:
                        read.values[name] = read_cell(text, fields[name], dialect)
                    except Unread as unread:
                        said = {word: masked(str(value)) for word, value in unread.values.items()}
                        read._refuse_at(column, unread.reason, said)
                break
        for column, _ in table.unknown:
            if ID_NUMBER.search(row.cell(column)):
                read._refuse_at(column, "id_number")
        return read

    def problem(
        self, field: str, reason: str, *others: str, values: Mapping[str, object] | None = None, shown: str = ""
    ) -> Problem:
        """Something wrong with the cell of `field`; where the list has no such column, of the first of `others`."""
        held = (self.table.columns[one][0] for one in (field, *others) if one in self.table.columns)
        return self._at(next(held, 0), reason, values or {}, shown)

    def refuse(self, field: str, reason: str, *others: str, values: Mapping[str, object] | None = None) -> None:
        """Keeps the row out for a `problem`."""
        self.problems.append(self.problem(field, reason, *others, values=values))

    def faulty(self, field: str) -> bool:
        """Whether something is wrong with a cell of this field."""
        return any(one.column in self.table.columns.get(field, ()) for one in self.problems)

    def _refuse_at(self, column: int, reason: str, values: Mapping[str, object] | None = None) -> None:
        self.problems.append(self._at(column, reason, values or {}, ""))

    def _at(self, column: int, reason: str, values: Mapping[str, object], shown: str) -> Problem:
        return Problem(
            sheet=self.table.sheet,
            row=self.row.number,
            column=column,
            name=self.table.names.get(column, ""),
            reason=reason,
            values=values,
            shown=shown or masked(clean(self.row.cell(column)))[:_SHOWN],
        )
