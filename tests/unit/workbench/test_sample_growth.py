"""Growing the sample city: enough items, each like one of a real city, the same every time."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from workbench import sample
from workbench.sample_words import ACTIONS

RECORDS: list[dict[str, Any]] = [
    {"kind": "org", "id": "org-sgov", "name": "示例市人民政府"},
    {"kind": "org", "id": "org-gaj", "name": "市公安局"},
    {"kind": "org", "id": "org-jj", "name": "市公安局交警支队"},
    {"kind": "place", "id": "pl-hall", "name": "政务大厅"},
    {"kind": "guide", "id": "ga-001", "name": "居民身份证换领", "department": "org-gaj"},
    {"kind": "fact", "id": "f-001", "name": "图书馆几点开门"},
]


def digest(records: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(records, ensure_ascii=False).encode()).hexdigest()


@pytest.fixture(scope="module")
def grown() -> list[dict[str, Any]]:
    return sample.grow(RECORDS, 3000)


def guides(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [record for record in records if record["kind"] == "guide"]


def test_there_are_as_many_as_were_wanted_behind_the_records(grown: list[dict[str, Any]]) -> None:
    assert len(guides(grown)) == 3000
    assert grown[: len(RECORDS)] == RECORDS
    assert [guide["id"] for guide in guides(grown)[1:]] == [f"zz-{number:06d}" for number in range(1, 3000)]


def test_same_records_and_seed_same_result(grown: list[dict[str, Any]]) -> None:
    assert digest(sample.grow(RECORDS, 3000)) == digest(grown)
    assert digest(sample.grow(RECORDS, 3000, seed=2)) != digest(grown)
    assert sample.grow(RECORDS, 700) == grown[: len(RECORDS) + 699]


def test_no_two_names_are_the_same(grown: list[dict[str, Any]]) -> None:
    names = Counter(guide["name"] for guide in guides(grown))
    assert names.most_common(1)[0][1] == 1
    assert all(re.fullmatch(r"[\w、（）和]{4,40}", name) for name in names)


def test_what_was_grown_says_so_and_belongs_somewhere(grown: list[dict[str, Any]]) -> None:
    ids = {record["id"] for record in RECORDS}
    for guide in guides(grown)[1:]:
        assert guide["sample"] is True
        assert guide["grown"] is True
        assert guide["summary"].startswith("仅供测量")
        assert {guide["department"], *guide.get("places", [])} <= ids
        assert not any(value in ([], {}, "") for value in guide.values()), "what is not known is left out"
    assert {guide["department"] for guide in guides(grown)} == {"org-sgov", "org-gaj", "org-jj"}


def test_items_are_found_by_what_people_say(grown: list[dict[str, Any]]) -> None:
    licence = [guide for guide in guides(grown) if guide["name"].startswith("机动车驾驶证")]
    aliases = {alias for guide in licence for alias in guide.get("aliases", [])}
    assert "驾照" in aliases
    assert all("驾照" in alias for alias in aliases)
    assert {guide["department"] for guide in licence} == {"org-jj"}
    share = sum("aliases" in guide for guide in guides(grown)) / 3000
    assert 0.5 < share < 0.9


def test_half_of_them_are_full(grown: list[dict[str, Any]]) -> None:
    full = [guide for guide in guides(grown) if "materials" in guide]
    assert 0.45 < len(full) / 3000 < 0.55
    assert {len(guide["materials"]) for guide in full} == {2, 3, 4, 5, 6, 7}
    assert all(guide["steps"] and guide["phone"]["complaint"] == "12345" for guide in full)


def test_every_matter_has_actions_and_every_noun_is_used_once() -> None:
    offices = list(sample.offices())
    matters = [matter for office in offices for matter in office.matters]
    assert len(matters) > 500
    assert {matter.kind for matter in matters} == set(ACTIONS)
    assert [noun for noun, count in Counter(matter.noun for matter in matters).items() if count > 1] == []
    assert all(re.fullmatch(r"(person|legal):\d{3}", theme) for office in offices for theme in office.themes)


def test_there_are_names_for_seventy_thousand(shared_sample: Path) -> None:
    records = list(sample.read_records(shared_sample))
    grown = sample.grow(records, 70_000)
    names = [record["name"] for record in guides(grown)]
    assert len(names) == 70_000
    assert len(set(names[-69_000:])) == 69_000
    ids = {record["id"] for record in records}
    assert {record["department"] for record in grown if record.get("grown")} <= ids


@pytest.mark.parametrize(
    ("records", "n", "why"),
    [(RECORDS, 0, "1 guides already"), ([], 10, "without a department")],
)
def test_what_cannot_grow(records: list[dict[str, Any]], n: int, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        sample.grow(records, n)


def test_without_places_the_counter_is_named_in_words() -> None:
    grown = sample.grow(RECORDS[:1], 20)
    full = [guide for guide in guides(grown) if "materials" in guide]
    assert {guide["accepting_office"] for guide in full} == {"综合窗口"}
    assert all("places" not in guide for guide in full)


def test_the_command_writes_the_same_bytes_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "city"
    source.mkdir()
    sample.write_records(RECORDS[:4], source / "a.jsonl")
    sample.write_records(RECORDS[4:], source / "b.jsonl")
    targets = [tmp_path / "one.jsonl", tmp_path / "two.jsonl"]
    for target in targets:
        assert sample.main([str(source), str(target), "--items", "50"]) == 0
    assert targets[0].read_bytes() == targets[1].read_bytes()
    lines = targets[0].read_text("utf-8").splitlines()
    assert len(lines) == 5 + 50
    assert lines[:6] == [json.dumps(record, ensure_ascii=False) for record in RECORDS]
    assert "事项 50 条" in capsys.readouterr().out


def test_a_line_that_is_no_record_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.jsonl").write_text('{"kind": "org"}\n{"kind"\n', "utf-8")
    target = tmp_path / "out.jsonl"
    assert sample.main([str(tmp_path), str(target), "--items", "5"]) == 1
    assert "bad.jsonl:2" in capsys.readouterr().err
    assert not target.exists()
