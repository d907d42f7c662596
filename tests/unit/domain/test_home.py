from __future__ import annotations

from pathlib import Path

import pytest

from domain.home import INSTALLED, checkout, home_folder, sample_city


def test_the_named_one_wins(tmp_path: Path) -> None:
    assert home_folder({"BIANMINTING_HOME": str(tmp_path)}) == tmp_path


def test_a_relative_one_is_taken_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_folder({"BIANMINTING_HOME": "there"}) == tmp_path / "there"


def test_a_checkout_keeps_its_own_in_var(root: Path) -> None:
    assert home_folder({}) == home_folder({"BIANMINTING_HOME": ""}) == root / "var"


@pytest.mark.parametrize("project", [None, '[project]\nname = "another"\n', "not toml ["])
def test_without_our_pyproject_it_is_installed(tmp_path: Path, project: str | None) -> None:
    package = tmp_path / "kiosk"
    package.mkdir()
    if project is not None:
        (tmp_path / "pyproject.toml").write_text(project)
    assert checkout(package) is None
    assert Path("/var/lib/bianminting") == INSTALLED


def test_the_sample_city_is_the_named_one_else_that_of_the_checkout(root: Path, tmp_path: Path) -> None:
    assert sample_city(tmp_path) == tmp_path
    assert sample_city(None) == root / "deploy" / "sample_city"
