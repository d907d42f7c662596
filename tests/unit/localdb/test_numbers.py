"""What the check code of a slip leads to, in an open catalogue and in one that was brought up to date."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from domain.records import canonical_line, digest
from domain.records.changes import diff
from localdb.catalogue.install import install_changes, install_full
from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb.conftest import MADE_AT, TODAY, Made, guide, org
from tests.unit.localdb.tables import assert_same


def change(id: str, of: str, version: int, field: str, **more: Any) -> dict[str, Any]:
    at = f"2026-0{version}-01T08:00:00Z"
    return {"kind": "change", "id": id, "name": "补领", "of": of, "version": version, "at": at, "field": field, **more}


def test_numbers_lead_to_guides_also_to_those_that_were_taken_down(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "补领", number=31, version=3),
        guide("g-2", "换领"),
        {"kind": "life_event", "id": "le-1", "name": "一件事", "number": 50, "version": 2},
        change("c31-3-1", "g-1", 3, "fee", old="10 元", new="20 元"),
        change("c31-2-2", "g-1", 2, "visits", old=2, new=1),
        change("c31-2-1", "g-1", 2, "materials", new={"name": "照片", "originals": 1, "copies": 0}),
        change("c40-2-1", "g-9", 2, "withdrawn", new=True, number=40),
        change("c41-2-1", "g-1", 4, "withdrawn", new=True, number=31),
    )
    assert (catalogue.by_number(31), catalogue.by_number(40), catalogue.by_number(32)) == ("g-1", "g-9", None)
    assert [(one.version, one.field, one.old, one.new) for one in catalogue.changes("g-1")][:3] == [
        (2, "materials", None, {"name": "照片", "originals": 1, "copies": 0}),
        (2, "visits", 2, 1),
        (3, "fee", "10 元", "20 元"),
    ]
    assert catalogue.changes("g-2") == ()
    assert catalogue.by_number(50) == "le-1"
    assert not catalogue.search("20 元").hits


def test_changes_are_kept_right_by_an_update(tmp_path: Path) -> None:
    old = [
        org(),
        guide("g-1", "补领", number=31, version=1),
        guide("g-2", "换领", number=32, version=1),
        change("c32-1-1", "g-2", 1, "visits", old=1, new=2),
    ]
    new = [
        org(),
        guide("g-1", "补领", number=31, version=2),
        change("c31-2-1", "g-1", 2, "fee", old="10 元", new="20 元"),
        change("c32-2-1", "g-2", 2, "withdrawn", new=True, number=32),
    ]
    lines = [sorted((canonical_line(one) for one in city), key=_key) for city in (old, new)]
    first, second, whole = (tmp_path / f"{name}.db" for name in ("first", "second", "whole"))
    install_full(lines[0], first, revision=1, digest=digest(old), made_at=MADE_AT)
    install_changes(first, diff(*lines), second, revision=2, digest=digest(new), made_at=MADE_AT)
    install_full(lines[1], whole, revision=2, digest=digest(new), made_at=MADE_AT)
    assert_same(second, whole)
    catalogue = CatalogueFile(second, lambda: TODAY)
    try:
        assert (catalogue.by_number(31), catalogue.by_number(32)) == ("g-1", "g-2")
        assert [one.id for one in catalogue.changes("g-2")] == ["c32-2-1"]
        assert catalogue.changes("g-1")[0].new == "20 元"
    finally:
        catalogue.close()


def _key(line: bytes) -> tuple[str, str]:
    raw = json.loads(line)
    return raw["kind"], raw["id"]
