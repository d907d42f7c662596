"""The demonstration: its processes end with it, however it ends, and it is what README says it is."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import psutil
import pytest

# A household of one part. The part starts a grandchild that leaves its session and outlives it, and does not listen to
# SIGTERM itself; then the household does what the test asks for.
HOUSEHOLD = """
import json, signal, sys, time
sys.path.insert(0, sys.argv[1])
from deploy.demo import Household, PartError
import deploy.demo
deploy.demo.GOODBYE_S = 0.2
deploy.demo.ROOT = sys.argv[2]
with Household() as house:
    part = house.start("part", heard=True)
    print(json.dumps(house.ready(part, "part")), flush=True)
    exec(sys.argv[3])
"""
PART = """
import json, os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
print(json.dumps({"pids": [os.getpid(), grandchild.pid]}), flush=True)
time.sleep(600)
"""


def _hear_interrupts() -> None:
    """A shell starts what it puts into the background deaf to Ctrl-C, and a suite may run there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def household(tmp_path: Path, root: Path) -> Iterator[Callable[[str], tuple[subprocess.Popen[str], list[int]]]]:
    """Starts a household that executes a line; returns its process and the pids of its part and grandchild."""
    (tmp_path / "part.py").write_text(PART)
    pids: list[int] = []

    def start(line: str) -> tuple[subprocess.Popen[str], list[int]]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOUSEHOLD, root, tmp_path, line],
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=_hear_interrupts,  # noqa: PLW1509 – there is no second thread here
        )
        assert process.stdout is not None
        with process.stdout:
            pids.extend(json.loads(process.stdout.readline())["pids"])
        return process, pids

    yield start
    for pid in pids:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("pass", 0),
        ("raise KeyError('x')", 1),
        ("signal.raise_signal(signal.SIGTERM)", 128 + signal.SIGTERM),
        ("signal.raise_signal(signal.SIGHUP)", 128 + signal.SIGHUP),
        ("signal.raise_signal(signal.SIGINT)", -signal.SIGINT),
    ],
)
def test_nothing_is_left_running(
    household: Callable[[str], tuple[subprocess.Popen[str], list[int]]], line: str, status: int
) -> None:
    process, pids = household(line)
    assert process.wait(20) == status
    assert not [pid for pid in pids if psutil.pid_exists(pid)]


def test_its_parts_die_with_it_even_when_it_is_killed(
    household: Callable[[str], tuple[subprocess.Popen[str], list[int]]],
) -> None:
    process, (part, _) = household("time.sleep(600)")
    process.kill()
    process.wait()
    alive = [psutil.Process(part)] if psutil.pid_exists(part) else []
    assert psutil.wait_procs(alive, timeout=20)[1] == []


def test_a_part_that_does_not_start_is_named(tmp_path: Path, root: Path) -> None:
    (tmp_path / "part.py").write_text("print('no json')")
    run = subprocess.run(
        [sys.executable, "-c", HOUSEHOLD, root, tmp_path, ""], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "PartError: part没有起来" in run.stderr


STATIONS = [
    "1-home", "2-search", "3-results", "4-guide", "5-slip-preview", "6-printed-paper", "7-tap", "8-for-you",
    "9-updated",
]  # fmt: skip


@pytest.mark.timeout(600)
def test_without_a_display_it_leaves_a_picture_a_station_and_exits_well(
    tmp_path: Path, root: Path, lacking: Callable[[str], NoReturn]
) -> None:
    fonts = Path(os.environ.get("BIANMINTING_HOME") or root / "var") / "fonts"
    if not fonts.is_dir():
        lacking(f"the faces in {fonts}; make env makes them")
    for made in ("fonts", "workbench"):
        (tmp_path / made).symlink_to(fonts.absolute().with_name(made))
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    demo = subprocess.Popen(
        [sys.executable, "deploy/demo.py"],
        cwd=root,
        env=environment | {"BIANMINTING_HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    beyond_loopback: set[str] = set()
    own = psutil.Process(demo.pid)
    assert demo.stdout is not None
    said = ""
    for line in demo.stdout:  # looked at whenever it says something: after the printer is up, and during the tour
        said += line
        for process in own.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is looked at
                beyond_loopback |= {
                    connection.laddr.ip
                    for connection in process.net_connections("inet")
                    if connection.status == psutil.CONN_LISTEN and connection.laddr.ip not in ("127.0.0.1", "::1")
                }
    assert demo.wait() == 0, said
    pictures = sorted((tmp_path / "tour").glob("*.png"))
    assert [picture.stem for picture in pictures] == STATIONS, said
    assert all(picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") for picture in pictures)
    assert beyond_loopback == set()
