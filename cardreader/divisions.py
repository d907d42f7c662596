"""Where a card comes from: three schemes of place codes, one of which rules speak.

- GB/T 2260, six digits: social-security cards, ID numbers, rules and kiosks. Yantai is 370600.
- GB/T 13497-1992, four digits: 交通联合 cards. Yantai is 4560, its county Penglai 4561.
- Postcode prefixes, four digits (Yantai is 2614): city union cards. Toll cards write the province's name instead.

`divisions.tsv` holds, a place a line, its GB/T 2260 code, its name, its GB/T 13497 codes and its postcode prefixes:
four digits are the place itself or a county of it, two digits a whole province. Prefectures of 2023; counties for
Shandong only, elsewhere a county's code leads to its province. The prefixes are those that cities put on their cards,
which need not be that of the city's own seat: 261400 is Laizhou, a county of Yantai.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from domain import divisions
from domain.card import Division


@dataclass(frozen=True, slots=True)
class Place:
    """A prefecture, or a province where no more is known: GB/T 2260 code of six digits, Chinese name."""

    gbt2260: str
    name: str


@dataclass(frozen=True, slots=True)
class _Table:
    by_gbt2260: dict[str, Place]
    by_gbt13497: dict[str, Place]
    by_postcode: dict[str, Place]


@lru_cache(maxsize=1)
def _table() -> _Table:
    table = _Table({}, {}, {})
    with files("cardreader").joinpath("divisions.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            place = Place(row["gbt2260"], row["name"])
            table.by_gbt2260[place.gbt2260] = place
            table.by_gbt13497.update(dict.fromkeys(row["gbt13497"].split(), place))
            table.by_postcode.update(dict.fromkeys(row["postcode"].split(), place))
    return table


def of_gbt2260(code: str) -> Place | None:
    """The prefecture, else the province, of a six-digit code; None when not even the province exists."""
    table = _table().by_gbt2260
    return next((table[level] for level in _levels(code) if level in table), None)


def of_gbt13497(code: str) -> Place | None:
    """The prefecture, else the province, of a four-digit code; None when not even the province is known."""
    return _by_four(_table().by_gbt13497, code)


def of_postcode(code: str) -> Place | None:
    """The prefecture, else the province, of the first four digits of a postcode; None when not even the province is
    known.
    """
    return _by_four(_table().by_postcode, code)


def of_province(name: str) -> Place | None:
    """The province with the short name that toll cards write (云南); None when there is none."""
    if len(name) < 2:
        return None
    places = _table().by_gbt2260.items()
    return next((place for code, place in places if code.endswith("0000") and place.name.startswith(name)), None)


def _by_four(places: dict[str, Place], code: str) -> Place | None:
    return places.get(code) or places.get(code[:2]) if len(code) == 4 else None


def relation(code: str, city: str) -> Division | None:
    """How the place with GB/T 2260 `code` stands to the kiosk's `city` or district, both six digits; None when the
    card's code is no place, or the digits do not say.
    """
    return None if of_gbt2260(code) is None else divisions.relation(code, city)


def _levels(code: str) -> Iterator[str]:
    if len(code) == 6:
        yield code[:4] + "00"
        yield code[:2] + "0000"
