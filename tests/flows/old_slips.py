"""The sample city as if a hub had numbered its guides and noted what changed in them; all of it is invented."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from domain.check_code import make
from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import FRIDAY_MORNING, SAMPLE

GUIDE, NUMBER, VERSION = "ga-001", 31, 4
SHORT, SHORT_NUMBER = "ga-023", 32
GONE = 33
PLACE = "pl-zwzx"


def code(number: int = NUMBER, version: int = VERSION) -> str:
    """As on paper."""
    return make(number, version)


def change(place: int, version: int, field: str, old: Any = None, new: Any = None, **more: Any) -> dict[str, Any]:
    day = f"2026-0{version + 3}-10T02:00:00Z"
    raw = {"kind": "change", "id": f"c31-{version}-{place}", "name": "样本", "of": GUIDE, "version": version, "at": day}
    return {**raw, "field": field, "old": old, "new": new, "sample": True, **more}


CHANGES = (
    change(1, 2, "pruned"),
    change(1, 2, "pruned", id="c32-past", of=SHORT, at="2024-05-01T02:00:00Z"),
    change(
        1, 3, "materials",
        {"name": "户口簿", "originals": 1, "copies": 1}, {"name": "户口簿", "originals": 1, "copies": 0},
    ),
    change(2, 3, "materials", None, {"name": "近期照片", "originals": 2, "copies": 0, "when": "没有拍过照的人"}),
    change(3, 3, "fee", "20 元", "10 元"),
    change(1, 4, "materials", {"name": "介绍信", "originals": 1, "copies": 0}),
    change(2, 4, "limit", {"days": 20, "unit": "working"}, {"days": 10, "unit": "working"}),
    change(3, 4, "places", {"id": "pl-old", "name": "样本老厅"}),
    change(4, 4, "phone", "0535-6000001", "0535-6000002"),
    change(5, 4, "eligibility", None, "在本市住满半年的人也可以"),
    change(6, 4, "channels", ["counter"], ["counter", "online"]),
    change(7, 4, "tomorrow", {"a": 1}, {"a": [2]}),
    change(1, 4, "withdrawn", None, True, id="c33-4-1", of="gone-1", name="样本旧证换发", number=GONE),
    change(1, 2, "phone", "0535-6000007", "0535-6000008", id="c90-2-1", of=PLACE),
    change(
        2, 2, "hours",
        {"hours": [{"days": "MO-FR", "open": "08:30", "close": "17:00"}]},
        {"hours": [{"days": "MO-FR", "open": "09:00", "close": "17:00"}], "last_acceptance_minutes": 30},
        id="c90-2-2", of=PLACE,
    ),
    change(1, 3, "around", None, [PLACE], id="c32-3-1", of=SHORT, at="2026-05-10T02:00:00Z"),
)  # fmt: skip


def old_slips_city(out: Path) -> CatalogueFile:
    """A catalogue in the folder `out`."""
    raws = [json.loads(line) for file in sorted(SAMPLE.glob("*.jsonl")) for line in file.read_bytes().splitlines()]
    for raw in raws:
        if raw["id"] == GUIDE:
            raw |= {"number": NUMBER, "version": VERSION}
        if raw["id"] == SHORT:
            raw |= {"number": SHORT_NUMBER, "version": 3, "places": [PLACE]}
    lines = [json.dumps(raw, ensure_ascii=False).encode() for raw in (*raws, *CHANGES)]
    path = out / "catalogue-1.db"
    build(lines, path, revision=1, made_at=FRIDAY_MORNING)
    return CatalogueFile(path, today=FRIDAY_MORNING.date)
