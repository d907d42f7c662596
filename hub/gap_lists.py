"""Reading another city's list of items: names, codes and departments, whatever the columns are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from hub.importing.cleaning import ID_NUMBER, clean, masked
from hub.refusal import Reason, Refused
from hub.sheets import Workbook, read_table

MOST_ROWS = 20_000

MOST_COLUMNS = 12
"""Columns beside name, code and department that are kept, to be looked at beside ours."""

LONGEST_CELL = 160

_AFFIX = re.compile(
    r"^(?:办理|申请办理|申请|申领|对于?)|(?:的?(?:办理|申请|申领|核发|发放|受理|审核|办事指南|服务|业务|事项))+$"
)
_NOISE = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_HEADERS = {
    "name": ("事项名称", "名称", "事项", "taskname", "name", "itemname", "cataname"),
    "code": ("实施编码", "事项编码", "编码", "taskcode", "code", "itemcode", "基本编码"),
    "theirs": ("所属部门", "部门", "实施主体", "deptname", "dept", "department", "单位", "主管部门"),
}
_COUNTING = frozenset({"序号", "编号", "no", "id", "行号"})
"""Headings of columns that say nothing of an item."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One item of another city's list, as it was written. `told`: (heading, cell) of its other columns."""

    name: str
    code: str = ""
    theirs: str = ""
    told: tuple[tuple[str, str], ...] = ()


def mark_of(name: str) -> str:
    """A name as it is compared: no spaces, brackets and signs, no 办理, 申领 around it."""
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", clean(name)).lower())
    stripped = _AFFIX.sub("", _AFFIX.sub("", plain))
    return stripped if len(stripped) >= 2 else plain


def read_names(content: bytes, name: str) -> tuple[Listed, ...]:
    """Names, codes and departments of a list: a table with columns of such names, or one name a line.

    Raises `SheetRefused`, `Refused` (gap_list_unfit).
    """
    book = read_table(content, name)
    found = tuple(_listed(book))
    if not found or len(found) > MOST_ROWS:
        raise Refused(Reason.GAP_LIST_UNFIT, most=MOST_ROWS)
    return found


def _listed(book: Workbook) -> Iterable[Listed]:
    seen: set[tuple[str, str]] = set()
    for sheet in book.sheets:
        columns: dict[str, int] = {}
        others: list[tuple[str, int]] = []
        start = 0
        for place, row in enumerate(sheet.rows[:10]):
            words = [re.sub(r"[\s*＊_]", "", cell).lower() for cell in row.cells]
            # The first of the names in our order counts: a list may have both 名称 and 事项名称.
            columns = {
                field: next(words.index(one) for one in known if one in words)
                for field, known in _HEADERS.items()
                if any(one in words for one in known)
            }
            if "name" in columns:
                start = place + 1
                others = [
                    (clean(cell)[:40], at)
                    for at, cell in enumerate(row.cells)
                    if at not in columns.values() and words[at] and words[at] not in _COUNTING
                ][:MOST_COLUMNS]
                break
        else:
            if any(len(row.cells) > 1 for row in sheet.rows):
                continue
            columns = {"name": 0}
        for row in sheet.rows[start:]:
            told = {field: clean(row.cell(at))[:200] for field, at in columns.items()}
            beside = tuple((head, _shown(row.cell(at))) for head, at in others if row.cell(at).strip())
            one = Listed(told["name"], told.get("code", "")[:64], told.get("theirs", ""), beside)
            if one.name and mark_of(one.name) and (mark_of(one.name), one.theirs) not in seen:
                seen.add((mark_of(one.name), one.theirs))
                yield one


def _shown(cell: str) -> str:
    """A cell as it is kept: short, and without anybody's number, which has no business in a list of items."""
    return ID_NUMBER.sub(lambda found: masked(found[0]), clean(cell))[:LONGEST_CELL]
