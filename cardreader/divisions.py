"""Where a card comes from: three schemes of place codes, one of which rules speak.

- GB/T 2260, six digits: social-security cards, ID numbers, rules and kiosks. Yantai is 370600.
- GB/T 13497-1992, four digits: 交通联合 cards. Yantai is 4560, its county Penglai 4561.
- Postcode prefixes, four digits (Yantai is 2614): city union and toll cards, which are not read.

`divisions.tsv` holds, a place a line, its GB/T 2260 code, its name and its GB/T 13497 codes: four digits are the place
itself or a county of it, two digits a whole province. Prefectures of 2023; counties for Shandong only, elsewhere a
county's code leads to its province.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from domain.card import Division

_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
_COUNTIES_OF_THE_PROVINCE = "90"
"""Third and fourth digit of counties that no prefecture is above (仙桃 429004)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A prefecture, or a province where no more is known: GB/T 2260 code of six digits, Chinese name."""

    gbt2260: str
    name: str


@dataclass(frozen=True, slots=True)
class _Table:
    by_gbt2260: dict[str, Place]
    by_gbt13497: dict[str, Place]


@lru_cache(maxsize=1)
def _table() -> _Table:
    table = _Table({}, {})
    with files("cardreader").joinpath("divisions.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            place = Place(row["gbt2260"], row["name"])
            table.by_gbt2260[place.gbt2260] = place
            table.by_gbt13497.update(dict.fromkeys(row["gbt13497"].split(), place))
    return table


def of_gbt2260(code: str) -> Place | None:
    """The prefecture, else the province, of a six-digit code; None when not even the province exists."""
    table = _table().by_gbt2260
    return next((table[level] for level in _levels(code) if level in table), None)


def of_gbt13497(code: str) -> Place | None:
    """The prefecture, else the province, of a four-digit code; None when not even the province is known."""
    table = _table().by_gbt13497
    return table.get(code) or table.get(code[:2]) if len(code) == 4 else None


def relation(code: str, city: str) -> Division | None:
    """How the place with GB/T 2260 `code` stands to the kiosk's `city` or district, both six digits; None when the
    card's code is no place.
    """
    if of_gbt2260(code) is None:
        return None
    if _seat(code) == _seat(city):
        return Division.LOCAL
    return Division.PROVINCE if code[:2] == city[:2] else Division.ELSEWHERE


def _levels(code: str) -> Iterator[str]:
    if len(code) == 6:
        yield code[:4] + "00"
        yield code[:2] + "0000"


def _seat(code: str) -> str:
    """The digits that two places of one city share."""
    if code[:2] in _MUNICIPALITIES:
        return code[:2]
    return code if code[2:4] == _COUNTIES_OF_THE_PROVINCE else code[:4]
