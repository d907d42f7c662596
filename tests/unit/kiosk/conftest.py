from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from kiosk.home import Home
from localdb.catalogue.build import build

RECORDS: list[dict[str, Any]] = [
    {"kind": "org", "id": "org-ga", "name": "公安局"},
    {
        "kind": "place", "id": "pl-cgs", "name": "车管所", "address": "港城东大街 6 号", "phone": "0535-6297000",
        "hours": [{"days": "MO-FR", "open": "09:00", "close": "17:00"}],
    },
    {
        "kind": "guide", "id": "ga-023", "name": "机动车驾驶证补领", "aliases": ["驾照丢了", "补驾照"],
        "department": "org-ga", "audience": ["person"], "themes": ["person:095"], "places": ["pl-cgs"],
        "materials": [{"name": "身份证", "originals": 1}], "steps": [{"name": "取号"}], "visits": 1,
        "fee": {"charged": True, "text": "10 元"},
    },
    {
        "kind": "guide", "id": "ga-044", "name": "普通护照换发", "aliases": ["换护照"], "department": "org-ga",
        "audience": ["person"], "themes": ["person:100"],
    },
    {
        "kind": "life_event", "id": "le-lost", "name": "丢了证件", "intro": "一次补齐。",
        "steps": [{"guide": "ga-023"}, {"guide": "ga-044"}],
    },
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.prepare()
    return made


def written(folder: Path, records: list[dict[str, Any]], name: str = "records.jsonl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """A folder with a small city in one record file."""
    return written(tmp_path / "city", RECORDS).parent


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of the small city."""
    folder = tmp_path_factory.mktemp("built")
    written(folder, RECORDS)
    build(folder, folder / "city.db", revision=7, made_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    return folder / "city.db"


@pytest.fixture(scope="session")
def built_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, marked as a sample."""
    folder = tmp_path_factory.mktemp("sample")
    written(folder, [record | {"sample": True} for record in RECORDS])
    build(folder, folder / "city.db", revision=8, made_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    return folder / "city.db"
