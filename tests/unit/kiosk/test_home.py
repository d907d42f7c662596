from __future__ import annotations

import stat
from pathlib import Path

import pytest

from domain.errors import Code, SettingsError
from kiosk.home import Home


def test_named_home_wins(root: Path, tmp_path: Path) -> None:
    assert Home.of({"BIANMINTING_HOME": str(tmp_path)}).root == tmp_path
    assert Home.of({}).config == root / "var" / "kiosk.toml"


def test_folders_are_for_their_owner_alone(home: Home) -> None:
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in home.folders} == {0o700}
    home.prepare()  # a second start finds everything


def test_newest_catalogue_by_number_not_by_letters(home: Home) -> None:
    for name in (
        "catalogue-9.db",
        "catalogue-10.db",
        "catalogue-10.db-wal",
        "catalogue-x.db",
        "sample-0123456789ab.db",
    ):
        (home.root / name).touch()
    assert [path.name for path in home.catalogues()] == ["catalogue-10.db", "catalogue-9.db"]
    assert [path.name for path in home.samples()] == ["sample-0123456789ab.db"]


def test_sample_city_is_never_taken_for_a_catalogue(home: Home) -> None:
    home.sample("0" * 64).touch()
    assert home.catalogues() == ()


def test_home_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "nowhere")
    assert (home.catalogues(), home.samples(), home.writable()) == ((), (), False)


def test_file_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(SettingsError) as caught:
        Home(tmp_path / "home").prepare()
    assert caught.value.code is Code.BAD_SETTINGS
    assert str(tmp_path / "home") in caught.value.problems[0]
    assert "in the way" in caught.value.problems[0]


def test_writable_leaves_nothing_behind(home: Home) -> None:
    before = sorted(home.root.iterdir())
    assert home.writable()
    assert sorted(home.root.iterdir()) == before
