"""The prescribed template (规定的表) as an xlsx file: columns, drop-downs, examples, and what the hub has already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hub.importing.cells import EMPTIED, first_words, write_cell
from hub.importing.fields import CATALOGUE, HANDLING, ITEM_FIELDS, MATERIAL_FIELDS, NESTED, THEMES, Field
from hub.mappings import TEMPLATE, Dialect
from hub.sheets import fill_sheet, saved
from phrases import Phrases

SPARE = 2000
"""Rows below the filled ones that have drop-downs, too."""

_WIDE = {"name": 34, "summary": 34, "eligibility": 40, "steps": 40, "legal_basis": 40, "faq": 40, "accepted": 30}


def template(
    dialects: Sequence[Dialect],
    say: Phrases,
    *,
    guides: Iterable[Mapping[str, Any]] = (),
    orgs: Mapping[str, str] | None = None,
    places: Mapping[str, str] | None = None,
    department: str = "",
    today: dt.date | None = None,
) -> bytes:
    """The file. `guides`: records to fill in; `orgs`, `places`: id → name; `department`: of the examples."""
    from openpyxl import Workbook

    dialect = next(one for one in dialects if one.id == TEMPLATE)
    words = first_words(dialect)
    held = sorted(guides, key=lambda one: str(one["id"]))
    orgs, places = orgs or {}, places or {}
    book = Workbook()
    items, materials, about, codes = (
        book.worksheets[0],
        book.create_sheet(say("template.materials")),
        book.create_sheet(say("template.about")),
        book.create_sheet(say("template.codes")),
    )
    items.title = say("template.items")
    columns, material_columns = dialect.item_columns, dialect.material_columns
    rows: list[list[object]] = [[column for column, _ in columns]]
    if held:
        rows.extend([_item(one, field, words, orgs, places) for _, field in columns] for one in held)
    else:
        rows.append([_example(say, "items", field, orgs.get(department, department)) for _, field in columns])
    fill_sheet(items, rows, widths=[_WIDE.get(field, 14) for _, field in columns])
    lines: list[list[object]] = [[column for column, _ in material_columns]]
    if held:
        for one in held:
            for order, material in enumerate(one.get("materials", ()), 1):
                lines.append([_material(one, material, order, field, words) for _, field in material_columns])
    else:
        lines.append([_example(say, "materials", field, "") for _, field in material_columns])
    fill_sheet(materials, lines, widths=[_WIDE.get(field, 14) for _, field in material_columns])
    _codes(codes, words, say)
    _choices(items, columns, ITEM_FIELDS, words, len(rows) + SPARE, codes.title)
    _choices(materials, material_columns, MATERIAL_FIELDS, words, len(lines) + SPARE, codes.title)
    made = today.isoformat() if today else ""
    told = [[line] for line in say("template.rules", emptied=EMPTIED, day=made).split("\n")]
    fill_sheet(about, [[say("template.about")], *told], widths=(110,))
    return saved(book)


def _item(
    raw: Mapping[str, Any],
    name: str,
    words: Mapping[str, Mapping[str, str]],
    orgs: Mapping[str, str],
    places: Mapping[str, str],
) -> str:
    field = ITEM_FIELDS[name]
    if name in NESTED:
        outer, inner = NESTED[name]
        value = raw.get(outer, {}).get(inner)
        return write_cell(value, field, words)
    if name in THEMES:
        return write_cell(
            [one.partition(":")[2] for one in raw.get("themes", ()) if one.startswith(THEMES[name])], field, words
        )
    if name.startswith("codes"):
        return _code(raw, name)
    if name.startswith(("legal_limit", "promised_limit")):
        outer, _, inner = name.partition(".")
        return write_cell(raw.get(outer, {}).get(inner or "days"), field, words)
    if name == "department":
        return orgs.get(raw["department"], raw["department"])
    if name == "places":
        return "；".join(_called(str(one), places) for one in raw.get("places", ()))
    if name == "immediate":
        value = raw.get(name)
        return "" if value is None else words["immediate"]["yes" if value else "no"]
    return write_cell(raw.get(name), field, words)


def _called(id: str, places: Mapping[str, str]) -> str:
    """A place's name, unless another one has it, too."""
    name = places.get(id, id)
    return name if list(places.values()).count(name) == 1 else id


def _code(raw: Mapping[str, Any], name: str) -> str:
    scheme = {"codes.handling": HANDLING, "codes.catalogue": CATALOGUE}.get(name, "gbt39554-implementation")
    found = next((one for one in raw.get("codes", ()) if one["scheme"] == scheme), None)
    if name == "codes.version":
        return str(found.get("version", "")) if found else ""
    return str(found["code"]) if found else ""


def _material(
    raw: Mapping[str, Any],
    material: Mapping[str, Any],
    order: int,
    name: str,
    words: Mapping[str, Mapping[str, str]],
) -> object:
    if name == "of.id":
        return str(raw["id"])
    if name == "of.name":
        return str(raw["name"])
    if name == "of.code":
        return ""
    if name == "order":
        return order
    return write_cell(material.get(name), MATERIAL_FIELDS[name], words)


def _example(say: Phrases, sheet: str, field: str, department: str) -> str:
    key = f"template.{sheet}_{field}"
    if field == "department" and department:
        return department
    return say(key) if say.has(key) else ""


def _codes(sheet: Any, words: Mapping[str, Mapping[str, str]], say: Phrases) -> None:
    """The lists side by side, so that drop-downs can point at them."""
    held = [list(one.values()) for one in words.values()]
    rows: list[list[object]] = [[say(f"template.list_{name}") for name in words]]
    for place in range(max(map(len, held))):
        rows.append([one[place] if place < len(one) else "" for one in held])
    fill_sheet(sheet, rows, widths=[16] * len(words))


def _choices(
    sheet: Any,
    columns: Sequence[tuple[str, str]],
    fields: Mapping[str, Field],
    words: Mapping[str, Mapping[str, str]],
    last: int,
    codes: str,
) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    from hub.sheets import column_letter

    order = list(words)
    for at, (_, name) in enumerate(columns):
        field = fields[name]
        list_name = field.list or ("yes" if field.form == "yes" else "")
        if not list_name or field.form == "codes":
            continue  # several values in one cell: a drop-down would allow only one
        letter = column_letter(order.index(list_name))
        end = len(words[list_name]) + 1
        choice = DataValidation("list", formula1=f"'{codes}'!${letter}$2:${letter}${end}", allow_blank=True)
        sheet.add_data_validation(choice)
        choice.add(f"{column_letter(at)}2:{column_letter(at)}{last}")
