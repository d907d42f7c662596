"""Which column of whose list is which field of ours: one TOML file a dialect.

    id = "guangdong"                  # a word; an operator's file of the same id takes the place of the shipped one
    title = "广东 AUDIT_* 导出"
    scheme = "guangdong"              # of codes, where a column says `codes`
    separators = ["^", ",", ";"]      # between several values of one cell

    [items]                           # column → field (`hub.importing.fields`); "-" : known, and not taken
    TASK_NAME = "name"
    [materials]                       # the same for a sheet of materials
    MATERIAL_NAME = "name"
    [lists.type]                      # what stands in a cell → our code; the words of the template are always known
    "21" = "20"

Column names are compared without spaces, case, underscores, marks of need (*) and what stands in brackets. Several
columns may stand for one field: the first that says something counts.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from hub.importing.fields import ITEM_FIELDS, LISTS, MATERIAL_FIELDS

TEMPLATE = "template"
"""Id of the prescribed template's own mapping; its words for codes are known to every other one."""

LEAST = 4
"""How well a header row has to be known (`Dialect.known`): two columns that are taken."""

IGNORED = "-"

_ID = re.compile(r"[a-z0-9-]{1,40}")


class MappingUnfit(Exception):
    """A mapping file that does not say what it has to; `problems`: lines for the operator."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One mapping. `items`, `materials`: column as compared → field; `lists`: list → cell as compared → our code."""

    id: str
    title: str
    scheme: str
    separators: tuple[str, ...]
    items: Mapping[str, str]
    materials: Mapping[str, str]
    lists: Mapping[str, Mapping[str, str]]
    item_columns: tuple[tuple[str, str], ...]
    material_columns: tuple[tuple[str, str], ...]

    def known(self, headers: Iterable[str], *, materials: bool = False) -> int:
        """How well this dialect knows `headers`: two for each column that it takes, one for each that it leaves."""
        held = self.materials if materials else self.items
        found = [held[column_key(one)] for one in headers if one and column_key(one) in held]
        return sum(1 if one == IGNORED else 2 for one in found)


def column_key(text: str) -> str:
    """A column's name as it is compared: no spaces, marks of need and what stands in brackets; lower case."""
    first = text.strip().split("\n", 1)[0]
    return re.sub(r"[\s*＊:：_]", "", re.sub(r"[（(][^）)]*[）)]", "", first)).lower()


def cell_key(text: str) -> str:
    """What stands in a cell of codes, as it is compared."""
    return re.sub(r"\s", "", text).lower()


def read_dialect(text: str, name: str, words: Mapping[str, Mapping[str, str]] | None = None) -> Dialect:
    """A mapping file. `words`: of the template, known in every list. Raises `MappingUnfit` with every fault."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingUnfit([f"{name}: not TOML: {error}"]) from None
    problems: list[str] = []
    id = raw.get("id", "")
    if not isinstance(id, str) or not _ID.fullmatch(id):
        problems.append(f"{name}: id must be a word of a-z, 0-9 and -")
    items, item_columns = _columns(raw.get("items", {}), ITEM_FIELDS, f"{name}: [items]", problems)
    materials, material_columns = _columns(raw.get("materials", {}), MATERIAL_FIELDS, f"{name}: [materials]", problems)
    if "name" not in items.values():
        problems.append(f"{name}: [items] has no column for the name")
    lists: dict[str, dict[str, str]] = {list: dict(held) for list, held in (words or {}).items()}
    for list_name, entries in raw.get("lists", {}).items():
        if list_name not in LISTS:
            problems.append(f"{name}: [lists.{list_name}] is no list; there are {', '.join(sorted(LISTS))}")
            continue
        for word, code in entries.items():
            if code not in LISTS[list_name]:
                problems.append(f"{name}: [lists.{list_name}] {word}: {code!r} is no code of ours")
            lists.setdefault(list_name, {})[cell_key(word)] = code
    separators = raw.get("separators", ["；", ";", "、", "^", "\n"])
    if not isinstance(separators, list) or not all(isinstance(one, str) and one for one in separators):
        problems.append(f"{name}: separators must be a list of texts")
        separators = []
    unknown = set(raw) - {"id", "title", "scheme", "separators", "items", "materials", "lists"}
    problems.extend(f"{name}: {one} is no key of a mapping" for one in sorted(unknown))
    if problems:
        raise MappingUnfit(problems)
    return Dialect(
        id=id,
        title=str(raw.get("title", id)),
        scheme=str(raw.get("scheme", "gbt39554-implementation")),
        separators=tuple(separators),
        items=items,
        materials=materials,
        lists=lists,
        item_columns=item_columns,
        material_columns=material_columns,
    )


def _columns(
    raw: object, fields: Mapping[str, object], where: str, problems: list[str]
) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    if not isinstance(raw, dict):
        problems.append(f"{where} must be columns with their fields")
        return {}, ()
    found: dict[str, str] = {}
    for column, field in raw.items():
        if field != IGNORED and field not in fields:
            problems.append(f"{where} {column}: {field!r} is no field that can be brought")
        found[column_key(column)] = str(field)
    return found, tuple((str(column), str(field)) for column, field in raw.items())


def dialects(folder: Path | None = None) -> tuple[Dialect, ...]:
    """The shipped mappings, the template first, and those of the operator in `folder` (*.toml).

    Raises `MappingUnfit` for a file of the operator's that cannot be used, OSError.
    """
    shipped = resources.files(__name__)
    files = {one.name: one.read_text("utf-8") for one in shipped.iterdir() if one.name.endswith(".toml")}
    template = read_dialect(files.pop(f"{TEMPLATE}.toml"), f"{TEMPLATE}.toml")
    found = {template.id: template}
    # Where two know a header equally well, the national tables go before a province's.
    for name in sorted(files, key=lambda one: (one != "national.toml", one)):
        one = read_dialect(files[name], name, template.lists)
        found[one.id] = one
    if folder is not None and folder.is_dir():
        for path in sorted(folder.glob("*.toml")):
            one = read_dialect(path.read_text("utf-8"), path.name, template.lists)
            found[one.id] = one
    return tuple(found.values())
