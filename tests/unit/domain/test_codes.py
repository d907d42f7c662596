"""Code lists: what a code is called, and what another source means by the same digits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from domain.records import Codes, Record, read, validate
from domain.records.codes import FIELDS, THEMES

CITY = Path(__file__).parents[3] / "deploy" / "sample_city" / "codelists.jsonl"


@pytest.fixture(scope="module")
def codes() -> Codes:
    with CITY.open("rb") as stream:
        return Codes([line.record for line in read(stream, name=CITY.name)])


def listed(id: str, version: str, entries: dict[str, str], **more: Any) -> Record:
    written = [{"code": code, "name": name} for code, name in entries.items()]
    return validate(
        {
            "kind": "codelist",
            "id": id,
            "name": "表",
            "list": "task_type",
            "version": version,
            "entries": written,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("source", "code", "name"),
    [
        ("national", "20", "公共服务"),
        ("shandong", "20", "公共服务"),
        ("guangdong", "20", "其他行政权力"),
        ("guangdong", "21", "公共服务"),
        ("guangdong", "07", None),
        ("epoint", "06", "行政奖励"),
        ("epoint", "08", "行政裁决"),
        ("epoint", "09", "行政检查"),
        ("epoint", "15", "中介服务"),
        ("elsewhere", "20", None),
        ("national", "21", None),
    ],
)
def test_the_same_digits_mean_what_their_source_means(codes: Codes, source: str, code: str, name: str | None) -> None:
    ours = codes.resolve("task_type", source, code)
    assert (None if ours is None else codes.name("task_type", ours)) == name


def test_the_city_has_every_list_that_fields_are_from(codes: Codes) -> None:
    for one in (*FIELDS.values(), *THEMES.values()):
        assert one in codes
    assert codes.name("person_theme", "095") == "交通出行"
    assert codes.name("legal_theme", "010") == "准营准办"
    assert codes.name("person_theme", "011") is None
    assert codes.sources("task_type") == ("epoint", "guangdong", "national", "shandong")
    assert codes.resolve("material_source", "guangdong", "20") == "department"
    assert codes.name("no_such_list", "1") is None and codes.resolve("no_such_list", "national", "1") is None


def test_of_several_versions_the_last_one_counts() -> None:
    old = listed("cl-2", "2020", {"20": "旧"}, sources={"x": {"a": "20"}})
    new = listed("cl-1", "2024", {"30": "新"})
    codes = Codes([new, old])
    assert codes.name("task_type", "30") == "新"
    assert codes.name("task_type", "20") is None
    assert codes.resolve("task_type", "x", "a") is None


def test_a_source_that_leads_to_no_code_of_ours_leads_nowhere() -> None:
    codes = Codes([listed("cl-1", "1", {"01": "许可"}, sources={"x": {"9": "99"}})])
    assert codes.resolve("task_type", "x", "9") is None
