"""deploy/env.sh: what it says to whom, and that it does nothing when nothing is to do."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

SCRIPTS = ["deploy/env.sh", "deploy/fresh.sh", "deploy/lock.sh", ".ci/run"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_sound_and_may_be_run(script: str, root: Path) -> None:
    run = subprocess.run(["bash", "-n", script], cwd=root, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert os.access(root / script, os.X_OK)


@pytest.mark.parametrize(
    "name",
    [
        "server-packages.txt",
        "system-packages.txt",
        "terminal-packages.txt",
        "test-packages.txt",
        "test-unpacked.txt",
        "workbench-packages.txt",
    ],
)
def test_every_system_package_has_its_reason(name: str, root: Path) -> None:
    lines = [line for line in (root / "deploy" / name).read_text().splitlines() if line and not line.startswith("#")]
    assert lines
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9+.-]+ +# \S.+", line) for line in lines)


EVERYDAY = ["bash", "env", "dirname", "cat", "sed", "awk", "sort", "comm", "flock", "mkdir", "true"]


def stranger(folder: Path, root: Path, programs: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs env.sh in a copy of deploy/, as a common user of a machine that has the everyday programs and `programs`
    (name → what that shell script does).
    """
    shutil.copytree(root / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("sample_city"))
    path = folder / "bin"
    path.mkdir()
    for name in EVERYDAY:
        (path / name).symlink_to(shutil.which(name) or name)
    for name, does in {"id": "echo 1000", "sleep": "", **programs}.items():
        (path / name).write_text(f"#!{path / 'bash'}\n{does}\n")
        (path / name).chmod(0o755)
    return subprocess.run(
        [path / "bash", folder / "deploy" / "env.sh"],
        env={"PATH": str(path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


BARE = {"dpkg-query": ""}
"""A Debian on which no package is installed."""

COMMAND = re.compile(r"sudo apt-get update && sudo apt-get install --no-install-recommends ([a-z0-9 .+-]+)\n")


@pytest.mark.parametrize("programs", [{}, {"sudo": "echo 'sudo: a password is required' >&2; exit 1"}])
def test_who_may_not_install_is_told_the_one_command(tmp_path: Path, root: Path, programs: dict[str, str]) -> None:
    run = stranger(tmp_path, root, BARE | programs)
    assert run.returncode == 2
    (packages,) = COMMAND.findall(run.stderr)
    wanted = re.findall(r"^([a-z0-9][^ #]*)", (root / "deploy" / "system-packages.txt").read_text(), re.MULTILINE)
    assert set(packages.split()) >= set(wanted)
    assert "xvfb" not in packages


def test_without_a_terminal_sudo_is_never_asked_for_a_password(tmp_path: Path, root: Path) -> None:
    log = tmp_path / "sudo.log"
    run = stranger(tmp_path, root, BARE | {"sudo": f'echo "$*" >>{log}; [ "$2" = true ]'})
    calls = log.read_text().splitlines()
    assert run.returncode != 0
    assert calls[0] == "-n true"
    assert all(call.startswith("-n ") for call in calls)
    assert "DPkg::Lock::Timeout=300 install" in calls[-1]
    assert "DEBIAN_FRONTEND=noninteractive" in calls[-1]


def test_another_system_than_debian_is_told_so(tmp_path: Path, root: Path) -> None:
    run = stranger(tmp_path, root, {})
    assert run.returncode == 2
    assert "deploy/system-packages.txt" in run.stderr


def test_an_unknown_option_is_a_usage_error(root: Path) -> None:
    run = subprocess.run(["deploy/env.sh", "--all"], cwd=root, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (2, "usage: deploy/env.sh [--tests]\n")


def test_a_second_time_it_is_quick_and_needs_no_network(root: Path, lacking: Callable[[str], NoReturn]) -> None:
    if not (root / ".venv" / ".stamps" / "dev.txt").is_file():
        lacking("an environment made by deploy/env.sh --tests")
    alone = ["unshare", "--net", "--map-root-user"] if os.getuid() else ["unshare", "--net"]
    if subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        lacking("a network namespace of one's own")
    run = subprocess.run(
        [*alone, "deploy/env.sh", "--tests"], cwd=root, capture_output=True, text=True, check=False, timeout=20
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "env: ready\n", "")


def test_make_without_a_target_lists_every_target(root: Path) -> None:
    listed = subprocess.run(["make"], cwd=root, capture_output=True, text=True, check=True).stdout
    phony = re.search(r"^\.PHONY: (.+)$", (root / "Makefile").read_text(), re.MULTILINE)
    assert phony is not None
    assert re.findall(r"^make ([a-z]+)", listed, re.MULTILINE) == phony[1].split()
