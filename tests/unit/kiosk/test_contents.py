from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.errors import CatalogueError, Code, RecordError
from kiosk.contents import catalogue_file, looked_at, sample_city, synced
from kiosk.home import Home
from kiosk.settings import CatalogueSettings, Settings

STREET = Settings()


def demo(folder: Path | None) -> Settings:
    return Settings(profile="demo", catalogue=CatalogueSettings(sample_city=folder))


def test_newest_synced_catalogue(home: Home, built: Path) -> None:
    shutil.copy(built, home.catalogue(9))
    shutil.copy(built, home.catalogue(10))
    assert catalogue_file(STREET, home) == home.catalogue(10)


def test_what_cannot_be_read_is_passed_over(home: Home, built: Path) -> None:
    shutil.copy(built, home.catalogue(8))
    home.catalogue(9).write_bytes(built.read_bytes()[:-4096])
    home.catalogue(10).write_text("no database")
    assert list(synced(STREET, home)) == [home.catalogue(8)]


def test_street_kiosk_never_shows_a_sample(home: Home, built_sample: Path, records: Path) -> None:
    shutil.copy(built_sample, home.catalogue(9))
    with pytest.raises(CatalogueError) as caught:
        catalogue_file(STREET, home)
    assert caught.value.code is Code.NO_CATALOGUE
    assert catalogue_file(demo(records), home) == home.catalogue(9)


def test_demo_without_a_synced_catalogue_builds_the_sample_city_once(home: Home, records: Path) -> None:
    told: list[float] = []
    path = catalogue_file(demo(records), home, told.append)
    assert told[-1] == 1.0
    assert looked_at(path).counts["guide"] == 2
    before = path.stat().st_mtime_ns
    assert catalogue_file(demo(records), home, told.append) == path
    assert path.stat().st_mtime_ns == before


def test_changed_records_make_another_file_and_the_old_one_goes(home: Home, records: Path) -> None:
    first = sample_city(demo(records), home)
    (records / "more.jsonl").write_text('{"kind":"org","id":"org-b","name":"民政局"}\n', "utf-8")
    second = sample_city(demo(records), home)
    assert home.samples() == (second,)
    assert first != second
    assert looked_at(second).counts["org"] == 2


def test_damaged_sample_is_built_anew(home: Home, records: Path) -> None:
    path = sample_city(demo(records), home)
    path.write_bytes(path.read_bytes()[:8192])
    assert looked_at(sample_city(demo(records), home)).counts["guide"] == 2


def test_records_with_faults_make_no_sample(home: Home, records: Path) -> None:
    (records / "more.jsonl").write_text('{"kind":"guide","id":"x"}\n', "utf-8")
    with pytest.raises(RecordError):
        sample_city(demo(records), home)
    assert home.samples() == ()


def test_demo_without_records_says_where_it_looked(home: Home, tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=str(tmp_path / "nothing")) as caught:
        catalogue_file(demo(tmp_path / "nothing"), home)
    assert caught.value.code is Code.NO_CATALOGUE
