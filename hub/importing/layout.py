"""Which sheet holds items and which materials, whose dialect it is, and which column is which field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hub.importing.cleaning import clean
from hub.mappings import IGNORED, LEAST, Dialect, column_key
from hub.sheets import Row, Sheet, SheetRefused, Workbook

HEADER_WITHIN = 15
"""Rows in which the header is looked for: titles and notes stand above it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that is understood. `columns`: field → positions, the first that says something counts; `header`: the
    row of the names; `unknown`: columns that nobody knows (position, name); `left`: known ones that are not taken.
    """

    sheet: str
    header: int
    rows: tuple[Row, ...]
    columns: Mapping[str, tuple[int, ...]]
    names: Mapping[int, str]
    unknown: tuple[tuple[int, str], ...]
    left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """A workbook that is understood. `others`: sheets that are neither items nor materials."""

    dialect: Dialect
    items: tuple[Table, ...]
    materials: tuple[Table, ...]
    others: tuple[str, ...]


def understood(book: Workbook, dialects: Sequence[Dialect], wanted: str = "") -> Layout:
    """The layout by the dialect that knows most columns, or by the one that is `wanted`.

    Raises `SheetRefused`: no_header (line: the first one that can be read), empty.
    """
    if not any(sheet.rows for sheet in book.sheets):
        raise SheetRefused("empty")
    chosen = [one for one in dialects if one.id == wanted] or list(dialects)
    best = max(chosen, key=lambda one: sum(_knows(sheet, one) for sheet in book.sheets))
    items: list[Table] = []
    materials: list[Table] = []
    others: list[str] = []
    for sheet in book.sheets:
        as_items, as_materials = _found(sheet, best, False), _found(sheet, best, True)
        if as_items[1] >= max(LEAST, as_materials[1]) and _names(as_items[0], best.items):
            items.append(_table(sheet, as_items[0], best.items))
        elif as_materials[1] >= LEAST and _names(as_materials[0], best.materials):
            materials.append(_table(sheet, as_materials[0], best.materials))
        elif sheet.rows:
            others.append(sheet.name)
    if not items:
        first = next(row for sheet in book.sheets for row in sheet.rows)
        raise SheetRefused("no_header", line=" ".join(clean(cell) for cell in first.cells if cell.strip())[:60])
    return Layout(best, tuple(items), tuple(materials), tuple(others))


def _knows(sheet: Sheet, dialect: Dialect) -> int:
    return max(_found(sheet, dialect, False)[1], _found(sheet, dialect, True)[1])


def _headers(rows: Sequence[Row], place: int) -> tuple[str, ...]:
    """The names in a row; where two rows are one header and a cell goes over both, the name stands in the upper one."""
    above = rows[place - 1].cells if place and rows[place].number == rows[place - 1].number + 1 else ()
    cells = list(rows[place].cells)
    cells.extend("" for _ in range(len(above) - len(cells)))
    return tuple(cell or (above[at] if at < len(above) else "") for at, cell in enumerate(cells))


def _found(sheet: Sheet, dialect: Dialect, materials: bool) -> tuple[tuple[int, tuple[str, ...]], int]:
    """((place of the header row, its names), how many of them are known)."""
    best: tuple[tuple[int, tuple[str, ...]], int] = ((0, ()), 0)
    for place in range(min(HEADER_WITHIN, len(sheet.rows))):
        own = dialect.known(sheet.rows[place].cells, materials=materials)
        if not own:
            continue
        headers = _headers(sheet.rows, place)
        known = dialect.known(headers, materials=materials)
        if known > best[1]:
            best = ((place, headers), known)
    return best


def _names(found: tuple[int, tuple[str, ...]], fields: Mapping[str, str]) -> bool:
    return any(fields.get(column_key(name)) == "name" for name in found[1] if name)


def _table(sheet: Sheet, found: tuple[int, tuple[str, ...]], fields: Mapping[str, str]) -> Table:
    place, headers = found
    columns: dict[str, list[int]] = {}
    unknown: list[tuple[int, str]] = []
    left: list[str] = []
    names: dict[int, str] = {}
    for at, header in enumerate(headers):
        name = clean(header)
        if not name:
            continue
        names[at] = name.split("\n", 1)[0][:40]
        field = fields.get(column_key(header))
        if field is None:
            unknown.append((at, names[at]))
        elif field == IGNORED:
            left.append(names[at])
        else:
            columns.setdefault(field, []).append(at)
    return Table(
        sheet=sheet.name,
        header=sheet.rows[place].number,
        rows=sheet.rows[place + 1 :],
        columns={field: tuple(held) for field, held in columns.items()},
        names=names,
        unknown=tuple(unknown),
        left=tuple(left),
    )
