"""Administrative divisions of China by their six digits (GB/T 2260): province, city, county.

Codes live longer than divisions do: a card may name a county that has since become a district (370684, now part of
370614). For what a code belongs to only the leading digits are looked at, and those have stayed.

`counties.tsv` has, a division of the county level a line, its code and its name as the Bureau of Statistics
(国家统计局) lists them, development zones included. Names come from there where a city has no list of its own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from domain.card import Division

_SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)

_PROVINCES = frozenset(
    str(number)
    for region in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for number in region
) | {"71", "81", "82"}
"""First two digits: provinces, autonomous regions, municipalities, 台湾, 香港, 澳门."""

_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""北京, 天津, 上海, 重庆: the third and fourth digit tell districts from counties there, not cities."""

_NO_CITY = "00"
"""Third and fourth digit of a code that means a whole province."""

_UNDER_PROVINCE = "90"
"""Third and fourth digit of counties and cities that belong to no prefecture (省直辖县级): each stands for itself."""


def relation(code: str, home: str) -> Division | None:
    """How the division `code` stands to the city of `home`, either of them a county, a city or a province.

    None where the digits do not say: what is no code, or a whole province that `home` lies in.
    """
    if not all(_SIX_DIGITS.fullmatch(each) and each[:2] in _PROVINCES for each in (code, home)):
        return None
    if code[:2] != home[:2]:
        return Division.ELSEWHERE
    if code[:2] in _MUNICIPALITIES:
        return Division.LOCAL
    if _NO_CITY in (code[2:4], home[2:4]):
        return None
    if code[2:4] == _UNDER_PROVINCE:
        return Division.LOCAL if code == home else Division.PROVINCE
    return Division.LOCAL if code[:4] == home[:4] else Division.PROVINCE


def name_of(code: str) -> str | None:
    """The name of a district, county or county-level city; None for a code that the list does not have."""
    return _names().get(code)


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    with files("domain").joinpath("counties.tsv").open(encoding="utf-8") as stream:
        return {row["code"]: row["name"] for row in csv.DictReader(stream, delimiter="\t")}
