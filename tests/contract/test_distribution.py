"""The wheel: every module of every room and the compiled phrases, and nothing of workbench, tests and deploy."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES: list[str] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
ROOMS = sorted({package.split(".")[0] for package in PACKAGES})


def test_every_package_of_a_room_is_listed() -> None:
    found = {
        ".".join(init.parent.relative_to(ROOT).parts) for room in ROOMS for init in (ROOT / room).rglob("__init__.py")
    }
    assert sorted(PACKAGES) == sorted(found)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that no build folder is left in the checkout; offline."""
    copy = tmp_path_factory.mktemp("source")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy)
    subprocess.run([sys.executable, "-m", "phrases.build"], cwd=copy, check=True, capture_output=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "."],
        cwd=copy,
        check=True,
        capture_output=True,
    )
    (built,) = copy.glob("*.whl")
    return built


def test_the_wheel_holds_the_rooms_whole_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {PurePosixPath(name) for name in archive.namelist() if ".dist-info/" not in name}
    sources = {
        PurePosixPath(file.relative_to(ROOT))
        for room in ROOMS
        for file in (ROOT / room).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix not in (".po", ".mo", ".pyc")
    }
    compiled = {PurePosixPath(file.relative_to(ROOT)).with_suffix(".mo") for file in ROOT.glob("phrases/**/*.po")}
    assert compiled
    assert sorted(map(str, held)) == sorted(map(str, sources | compiled))


def test_the_wheel_brings_licence_and_notice(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        licences = {PurePosixPath(name).name: archive.read(name) for name in archive.namelist() if "/licenses/" in name}
    assert licences == {name: (ROOT / name).read_bytes() for name in ("LICENSE", "NOTICE")}
