"""The file that was tried out, given back with what was found: a column 导入结果, and remarks on the cells."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from domain.lint import Level
from hub.importing.cleaning import ID_NUMBER, masked
from hub.importing.outcome import Conversion, Problem
from hub.importing.report import Reporter
from hub.importing.taking import Report
from hub.sheets import MOST_COLUMNS, put_text, saved
from phrases import Phrases

if TYPE_CHECKING:
    from hub.importing.trials import Tried

BAD, LOOK, GOOD = "F7DEDC", "FFF3D6", "E3EFE6"
"""Fills of cells: stays out, comes in with a remark, comes in. The words say the same."""

MOST_REMARKS = 3
LONGEST_REMARK = 1000


def annotated(content: bytes, tried: Tried, report: Report, reporter: Reporter, say: Phrases) -> bytes:
    """The xlsx file. `content`: as it came; a csv becomes a workbook of one sheet. Numbers like those of citizens are
    masked in it, and nothing in it is a formula.
    """
    from openpyxl.comments import Comment
    from openpyxl.styles import Font, PatternFill

    conversion = tried.conversion
    assert conversion is not None and tried.book is not None
    book = _book(content, tried)
    bad = _by_cell(conversion)
    results = _results(tried, report, reporter, say)
    for table in (*conversion.layout.items, *conversion.layout.materials):
        sheet = book[table.sheet] if table.sheet in book.sheetnames else book.worksheets[0]
        column = max(table.names, default=0) + 2
        head = sheet.cell(table.header, column)
        put_text(head, say("import.result"))
        head.font = Font(bold=True)
        sheet.column_dimensions[head.column_letter].width = 46
        for row in table.rows:
            state, words = results.get((table.sheet, row.number), ("", ""))
            if words:
                cell = sheet.cell(row.number, column)
                put_text(cell, words)
                cell.fill = PatternFill("solid", start_color={"bad": BAD, "look": LOOK}.get(state, GOOD))
        for problem in bad.get(table.sheet, ()):
            cell = sheet.cell(problem.row, problem.column + 1)
            cell.fill = PatternFill("solid", start_color=BAD)
            if hasattr(cell, "comment"):
                cell.comment = Comment(reporter.sentence(problem)[:LONGEST_REMARK], say("brand"))
    return saved(book)


def _book(content: bytes, tried: Tried) -> Any:
    """The workbook as it came, its formulas as the values that they had."""
    from openpyxl import Workbook, load_workbook

    assert tried.book is not None
    if tried.book.form == "csv":
        book = Workbook()
        sheet = book.worksheets[0]
        sheet.title = "CSV"
        for row in tried.book.sheets[0].rows:
            for column, text in enumerate(row.cells, 1):
                put_text(sheet.cell(row.number, column), _hidden(text))
        return book
    book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    for sheet in book.worksheets:
        for cells in sheet.iter_rows(max_col=min(sheet.max_column, MOST_COLUMNS)):
            for cell in cells:
                if isinstance(cell.value, str):
                    put_text(cell, _hidden(cell.value))
                elif isinstance(cell.value, int) and ID_NUMBER.search(str(cell.value)):
                    put_text(cell, _hidden(str(cell.value)))
    return book


def _hidden(text: str) -> str:
    return ID_NUMBER.sub(lambda found: masked(found[0]), text)


def _by_cell(conversion: Conversion) -> Mapping[str, list[Problem]]:
    found: dict[str, list[Problem]] = {}
    for problem in (*(one for row in conversion.rows for one in row.problems), *conversion.strays):
        found.setdefault(problem.sheet, []).append(problem)
    return found


def _results(
    tried: Tried, report: Report, reporter: Reporter, say: Phrases
) -> Mapping[tuple[str, int], tuple[str, str]]:
    """(sheet, row) → (bad, look or good; what comes of it)."""
    assert tried.conversion is not None
    own = {one.key for one in tried.own.records}
    new, changed, busy = set(report.new), set(report.changed), set(report.busy)
    remarks: dict[str, list[str]] = {}
    for one in tried.batch.findings or ():
        held = remarks.setdefault(f"{one.kind}/{one.record}", [])
        if len(held) < MOST_REMARKS:
            mark = say("import.must") if one.level is Level.STOP else say("import.look")
            held.append(f"{mark}{reporter.finding(one)}")
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for row in tried.conversion.rows:
        if row.raw is None:
            said = "；".join(f"{one.cell} {reporter.sentence(one)}" for one in row.problems)
            outcome = ("bad", say("import.row_out", why=said))
        elif row.key in busy:
            outcome = ("look", say("import.row_busy"))
        elif row.key not in (new | changed):
            outcome = ("good", say("import.row_same"))
        elif row.key not in own:
            outcome = ("bad", say("import.row_barred"))
        else:
            words = say("import.row_new" if row.key in new else "import.row_changed")
            said = "；".join(remarks.get(row.key, ()))
            outcome = ("look", f"{words}；{said}") if said else ("good", words)
        for part in row.parts:
            found[part] = outcome
    for stray in tried.conversion.strays:
        found[(stray.sheet, stray.row)] = ("bad", say("import.row_out", why=reporter.sentence(stray)))
    return found
