"""Tables that people bring and take: xlsx and csv, read as text and written as text.

What comes from outside is measured before openpyxl sees it: a workbook is a zip of XML, and either can be made to fill
a machine's memory. What goes out begins no formula.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

MOST_ROWS = 50_000
"""Rows of one sheet; a city has some 7 000 items with some 30 000 materials."""
MOST_COLUMNS = 200
LONGEST_CELL = 32_767
"""Characters that Excel itself takes."""

MOST_ENTRIES = 400
"""Files in a workbook; a large one has some thirty."""
MOST_UNPACKED = 256 * 1024 * 1024
"""Bytes of all files of a workbook together; 7 000 items with everything in them have some 60 MB."""
MOST_RATIO = 250
"""Unpacked to packed, of one file above `RATIO_FROM`; XML of real sheets has 8 to 40."""
RATIO_FROM = 4 * 1024 * 1024

_CHUNK = 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What begins a formula; the wide ones do in a spreadsheet that is set to Chinese or Japanese."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_FORBIDDEN_XML = (
    *(word for word in (b"<!DOCTYPE", b"<!ENTITY")),
    *(word.decode().encode(f"utf-16-{end}") for word in (b"<!DOCTYPE", b"<!ENTITY") for end in ("le", "be")),
)
_WHOLE = 1e15
"""From here on Excel has dropped digits of a number."""

EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})


class SheetRefused(Exception):
    """A file that is not read at all. `reason`: its sentence is ``sheet.<reason>`` in the hub's phrases."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the person sees it (from 1) and its cells as text, empty where nothing stands."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        return self.cells[column] if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; rows without a single character are left out, their numbers are not given anew."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """What was read. `form`: xlsx, or csv with `encoding` and `delimiter`."""

    form: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""
    delimiter: str = ""


def column_letter(column: int) -> str:
    """0 → A, 27 → AB."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_table(content: bytes, name: str = "") -> Workbook:
    """The sheets of an xlsx file, or the one of a csv file. `name` names the sheet of a csv.

    Raises `SheetRefused`: too_large, bomb, macros, external, entities, encrypted, old_excel, not_a_workbook, encoding,
    not_a_table, too_many_rows.
    """
    if content.startswith(_ZIP):
        check_workbook(content)
        return Workbook("xlsx", _read_xlsx(content))
    if content.startswith(_OLE):
        raise SheetRefused("encrypted" if "EncryptedPackage".encode("utf-16-le") in content else "old_excel")
    return _read_csv(content, name)


def check_workbook(content: bytes) -> None:
    """Refuses a workbook that is too large unpacked, or that brings macros, other files or a document type.

    Raises `SheetRefused`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
                raise SheetRefused("bomb")
            names = {one.filename for one in entries}
            if "[Content_Types].xml" not in names or len(names) != len(entries):
                raise SheetRefused("not_a_workbook")
            for one in entries:
                _check_entry(archive, one)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError, RuntimeError, OSError):
        # RuntimeError: an entry with a password. zlib's own fault comes as BadZipFile or zlib.error, below.
        raise SheetRefused("not_a_workbook") from None
    except SheetRefused:
        raise
    except Exception:
        raise SheetRefused("not_a_workbook") from None


def _check_entry(archive: zipfile.ZipFile, one: zipfile.ZipInfo) -> None:
    name = one.filename.lower()
    if name.endswith("vbaproject.bin") or "macrosheets/" in name or "activex/" in name:
        raise SheetRefused("macros")
    if "externallinks/" in name:
        raise SheetRefused("external")
    if one.file_size > RATIO_FROM and one.file_size > MOST_RATIO * max(1, one.compress_size):
        raise SheetRefused("bomb")
    if not name.endswith((".xml", ".rels", ".vml")):
        return
    tail = b""
    with archive.open(one) as stream:
        while block := stream.read(_CHUNK):
            held = tail + block
            if any(word in held for word in _FORBIDDEN_XML):
                raise SheetRefused("entities")
            tail = held[-32:]


def _read_xlsx(content: bytes) -> tuple[Sheet, ...]:
    from openpyxl import load_workbook

    found: list[Sheet] = []
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                # What a sheet says about its own size is not to be believed: rows would be filled up to it.
                sheet.reset_dimensions()
                found.append(Sheet(sheet.title, tuple(_rows(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)))))
        finally:
            book.close()
    except SheetRefused:
        raise
    except Exception:
        # openpyxl raises whatever its XML trips over; what the file is about is not told by that.
        raise SheetRefused("not_a_workbook") from None
    return tuple(found)


def _rows(values: Iterable[Sequence[Any]]) -> Iterator[Row]:
    kept = 0
    for number, row in enumerate(values, 1):
        if row.count(None) == len(row):
            continue  # a million of them stand before a cell in the last row, which costs its sender a line
        cells = [as_text(value) for value in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if not cells:
            continue
        kept += 1
        if kept > MOST_ROWS:
            raise SheetRefused("too_many_rows", most=MOST_ROWS)
        yield Row(number, tuple(cells))


def as_text(value: Any) -> str:
    """A cell's value as text: days as YYYY-MM-DD, whole numbers without a fraction.

    A number of which Excel has dropped digits stays in its scientific form, so that nobody takes it for a code.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.strftime("%H:%M")
    if isinstance(value, int | float):
        if abs(value) >= _WHOLE:
            return f"{value:.10E}"
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)[:LONGEST_CELL]


def _read_csv(content: bytes, name: str) -> Workbook:
    text, encoding = decoded(content)
    if "\x00" in text or text.lstrip()[:1] == "<":
        raise SheetRefused("not_a_table")
    delimiter = _delimiter(text)
    try:
        rows = tuple(_rows(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error:
        raise SheetRefused("not_a_table") from None
    # Spreadsheets keep a leading apostrophe as the mark of a text that must not begin a formula.
    rows = tuple(Row(row.number, tuple(_without_mark(cell) for cell in row.cells)) for row in rows)
    return Workbook("csv", (Sheet(name or "CSV", rows),), encoding, delimiter)


def decoded(content: bytes) -> tuple[str, str]:
    """Text and encoding: by its mark, else UTF-8, else GB 18030. Raises `SheetRefused` (encoding)."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates: tuple[str, ...] = ("utf-16",)
    else:
        candidates = ("utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8", "gb18030")
    for encoding in candidates:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise SheetRefused("encoding")


def _delimiter(text: str) -> str:
    """Of comma, tab and semicolon the one that most stands outside of quotes in the first lines."""
    counts = dict.fromkeys((",", "\t", ";"), 0)
    quoted = False
    lines = 0
    for character in text[:20_000]:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in counts:
            counts[character] += 1
        elif not quoted and character == "\n":
            lines += 1
            if lines == 5:
                break
    return max(counts, key=lambda one: counts[one])


def _without_mark(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and begins_formula(cell[1:]) else cell


# --- Writing --------------------------------------------------------------------------------------------------------


def put_text(cell: Cell | MergedCell, text: object) -> None:
    """Writes text that is text: no formula, whatever it begins with; numbers stay numbers. What is merged into another
    cell is left alone.
    """
    from openpyxl.cell.cell import MergedCell

    if isinstance(cell, MergedCell):
        return
    if isinstance(text, int | float) and not isinstance(text, bool):
        cell.value = text
        return
    words = _CONTROL.sub("", str(text if text is not None else ""))[:LONGEST_CELL]
    cell.value = words
    if begins_formula(words):
        cell.data_type = "s"
        cell.quotePrefix = True


def fill_sheet(sheet: Worksheet, rows: Iterable[Sequence[object]], *, widths: Sequence[int] = ()) -> None:
    """Rows from the top, the first one bold and frozen."""
    from openpyxl.styles import Alignment, Font

    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column)
            put_text(cell, value)
            if number == 1:
                cell.font = Font(bold=True)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, width in enumerate(widths):
        sheet.column_dimensions[column_letter(column)].width = width
    sheet.freeze_panes = "A2"


def workbook_of(sheets: Iterable[tuple[str, Iterable[Sequence[object]], Sequence[int]]]) -> bytes:
    """An xlsx file of (name, rows, widths)."""
    from openpyxl import Workbook as Book

    book = Book()
    book.remove(book.worksheets[0])
    for name, rows, widths in sheets:
        fill_sheet(book.create_sheet(name), rows, widths=widths)
    return saved(book)


def saved(book: Any) -> bytes:
    """The file of an openpyxl workbook."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_of(rows: Iterable[Sequence[object]]) -> bytes:
    """A csv file that Excel opens as UTF-8; what would begin a formula stands behind an apostrophe."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_marked(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def begins_formula(text: str) -> bool:
    """Whether a spreadsheet could take `text` for a formula; some drop blanks before they look."""
    return text.lstrip(" \u3000").startswith(_FORMULA)


def _marked(value: object) -> object:
    if isinstance(value, str):
        text = _CONTROL.sub("", value)
        return f"'{text}" if begins_formula(text) else text
    return "" if value is None else value
