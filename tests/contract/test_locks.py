"""The locks: whole, hashed, of no machine; and NOTICE names what they install."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())


def pins(lock: str) -> dict[str, list[str]]:
    """Package → the lines of its entry."""
    entries: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / "requirements" / lock).read_text().splitlines():
        if found := re.match(r"([a-z0-9-]+)==\S+", line):
            name = found[1]
        if name and not line.lstrip().startswith("#"):
            entries.setdefault(name, []).append(line)
    return entries


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in requirements}


RUN, DEV = pins("run.txt"), pins("dev.txt")


def test_the_locks_cover_what_the_project_asks_for() -> None:
    assert set(RUN) >= names(PROJECT["project"]["dependencies"]) | names(PROJECT["build-system"]["requires"])
    assert set(DEV) >= names(PROJECT["dependency-groups"]["dev"])


def test_both_locks_agree() -> None:
    shared = set(RUN) & set(DEV)
    assert shared
    assert [name for name in shared if RUN[name][0].split()[0] != DEV[name][0].split()[0]] == []


@pytest.mark.parametrize("lock", [RUN, DEV], ids=["run", "dev"])
def test_every_file_of_every_package_is_known_by_its_hash(lock: dict[str, list[str]]) -> None:
    assert [name for name, lines in lock.items() if "--hash=sha256:" not in "".join(lines)] == []


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])
def test_no_address_and_no_path_of_a_machine(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text()
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|--trusted-host|(?<![\w.])/\w+/", text) == []


def test_notice_names_every_package_that_is_installed() -> None:
    notice = (ROOT / "NOTICE").read_text()
    debian = re.findall(r"^([a-z][^ #]*)", (ROOT / "deploy" / "system-packages.txt").read_text(), re.MULTILINE)
    assert [name for name in [*RUN, *debian] if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", notice)] == []
