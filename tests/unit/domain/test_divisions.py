"""Six digits of GB/T 2260 → local, elsewhere in the province, elsewhere; None where they do not say."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from domain.card import Division
from domain.divisions import name_of, relation

AREAS = Path(__file__).parents[3].parent / "shared" / "data" / "divisions" / "areas.tsv"
LOCAL, PROVINCE, ELSEWHERE = Division.LOCAL, Division.PROVINCE, Division.ELSEWHERE


@pytest.mark.parametrize(
    ("code", "home", "expected"),
    [
        ("370602", "370602", LOCAL),
        ("370602", "370600", LOCAL),
        ("370600", "370613", LOCAL),
        ("370684", "370602", LOCAL),  # 蓬莱, a county-level city until 2020
        ("370102", "370602", PROVINCE),
        ("370200", "370600", PROVINCE),
        ("110105", "370602", ELSEWHERE),
        ("210000", "370602", ELSEWHERE),
        ("810000", "370602", ELSEWHERE),
        ("110228", "110101", LOCAL),  # 密云, a county of Beijing until 2015
        ("310000", "310115", LOCAL),
        ("500101", "500200", LOCAL),
        ("429004", "429004", LOCAL),  # 仙桃 and 潜江: two cities that share four digits
        ("429004", "429005", PROVINCE),
        ("420100", "429005", PROVINCE),
        ("370000", "370602", None),
        ("370602", "370000", None),
        ("990102", "370602", None),
        ("000000", "370602", None),
        ("37060", "370602", None),
        ("3706021", "370602", None),
        ("37060x", "370602", None),
        ("３７０６０２", "370602", None),
        ("370602\n", "370602", None),
        ("", "370602", None),
        ("370602", "", None),
    ],
)
def test_relation(code: str, home: str, expected: Division | None) -> None:
    assert relation(code, home) is expected


@pytest.mark.skipif(not AREAS.exists(), reason="the list of divisions is not in this checkout")
def test_every_county_of_today_has_a_relation() -> None:
    with AREAS.open(encoding="utf-8", newline="") as stream:
        codes = [
            cell for row in csv.reader(stream, delimiter="\t") for cell in row if len(cell) == 6 and cell.isdecimal()
        ]
    assert len(set(codes)) > 2500
    assert not [code for code in codes if code[2:4] != "00" and relation(code, "370602") is None]
    assert {code[:4] for code in codes if relation(code, "370602") is LOCAL} == {"3706"}


def test_districts_have_names() -> None:
    assert [name_of(code) for code in ("370602", "370614", "370681")] == ["芝罘区", "蓬莱区", "龙口市"]
    assert name_of("370684") is None and name_of("370600") is None and name_of("") is None


def test_every_county_has_the_name_that_it_is_listed_under() -> None:
    if not AREAS.is_file():
        pytest.skip("no list of divisions beside the checkout")
    with AREAS.open(encoding="utf-8") as stream:
        listed = {row["code"]: row["name"] for row in csv.DictReader(stream, delimiter="\t")}
    assert len(listed) > 2800 and {code: name_of(code) for code in listed} == listed
