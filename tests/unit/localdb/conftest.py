"""Catalogues for the tests of this room: the shipped sample city, and small ones made of a few records."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile

SAMPLE_CITY = Path(__file__).parents[3] / "deploy" / "sample_city"
MADE_AT = dt.datetime(2026, 11, 21, 8, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 21)

Made = Callable[..., CatalogueFile]


def lines(*records: dict[str, Any]) -> list[bytes]:
    """Records as lines of a file."""
    return [json.dumps(record, ensure_ascii=False).encode() for record in records]


def guide(id: str, name: str, **more: Any) -> dict[str, Any]:
    return {"kind": "guide", "id": id, "name": name, "department": "org-a", **more}


def org(id: str = "org-a", name: str = "市公安局", **more: Any) -> dict[str, Any]:
    return {"kind": "org", "id": id, "name": name, **more}


def word(id: str, relation: str, *words: str, **more: Any) -> dict[str, Any]:
    return {"kind": "vocabulary", "id": id, "name": words[0], "relation": relation, "words": list(words), **more}


@pytest.fixture(scope="session")
def city_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped sample city as a catalogue file; nobody may change it."""
    path = tmp_path_factory.mktemp("city") / "city.db"
    build(SAMPLE_CITY, path, revision=7, made_at=MADE_AT)
    return path


@pytest.fixture(scope="session")
def city(city_file: Path) -> Iterator[CatalogueFile]:
    catalogue = CatalogueFile(city_file, lambda: TODAY)
    yield catalogue
    catalogue.close()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """Makes a catalogue of the records given; `today` as keyword."""
    opened: list[CatalogueFile] = []

    def make(*records: dict[str, Any], today: dt.date | None = TODAY) -> CatalogueFile:
        path = tmp_path / f"made-{len(opened)}.db"
        build(lines(*records), path, revision=len(opened) + 1, made_at=MADE_AT)
        opened.append(CatalogueFile(path, lambda: today))
        return opened[-1]

    yield make
    for catalogue in opened:
        catalogue.close()
