"""What comes of a list: each item as it would be, and what keeps rows out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.records import Record
from hub.importing.layout import Layout
from hub.sheets import column_letter


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
    values: Mapping[str, object] = field(default_factory=dict)
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
