"""The printer as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.unit.workbench.conftest import Host

Start = Callable[..., tuple["subprocess.Popen[str]", Any]]


@pytest.fixture
def start(root: Path) -> Iterator[Start]:
    """Starts ``python -m workbench.printer`` with options; the process and what it printed when ready."""
    with ExitStack() as stack:

        def run(*options: str) -> tuple[subprocess.Popen[str], Any]:
            process = subprocess.Popen(
                [sys.executable, "-m", "workbench.printer", *options],
                cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )  # fmt: skip
            stack.enter_context(process)
            stack.callback(process.kill)
            assert process.stdout is not None
            line = process.stdout.readline()
            return process, json.loads(line) if line else None

        yield run


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_prints_keeps_the_paper_and_ends_when_told(
    start: Start,
    number: signal.Signals,
    tmp_path: Path,
    job: bytes,
    closing_time: Callable[[Callable[[], object]], float],
) -> None:
    process, ready = start("--port", "0", "--http", "0", "--paper-dir", str(tmp_path), "--fault", "near_end")
    assert set(ready) == {"port", "http", "url"}
    with Host(ready["port"]) as host:
        assert host.status() == "1212121e"
        assert host.ask(job + b"\x1d(H\x06\x0000A001", 7) == b"\x37\x22A001\x00"
        with urllib.request.urlopen(f"{ready['url']}papers", timeout=5) as answer:
            assert [paper["height"] for paper in json.load(answer)] == [532]
        process.send_signal(number)
        assert closing_time(lambda: process.wait(timeout=5)) < 2.0
    assert process.returncode == 0
    assert process.communicate() == ("", "")
    assert [path.name for path in tmp_path.iterdir()] == ["0001.png"]


def test_the_model_can_be_chosen(start: Start) -> None:
    options = (
        "--port 0 --http 0 --width 384 --buffer 4096 --cutter-gap 100 --speed 150 --realtime-in-raster --fault slow@9"
    )
    _, ready = start(*options.split())
    with urllib.request.urlopen(f"{ready['url']}state", timeout=5) as answer:
        state = json.load(answer)
    assert state["model"] == {
        "width": 384, "receive_buffer": 4096, "cutter_gap": 100, "mm_per_s": 150, "realtime_in_raster": True,
        "half_command_survives": True, "seed": 1,
    }  # fmt: skip
    assert [(fault["name"], fault["at"]) for fault in state["faults"]] == [("slow", 9)]


def test_a_port_that_is_taken_is_said_and_is_exit_1(start: Start) -> None:
    _, ready = start("--port", "0", "--http", "0")
    process, said = start("--port", str(ready["port"]), "--http", "0")
    assert (process.wait(timeout=10), said) == (1, None)
    assert process.stderr is not None
    assert process.stderr.read().startswith("打印机开不了：")


@pytest.mark.parametrize("wrong", [["--fault", "on_fire"], ["--width", "500"], ["--buffer", "0"]])
def test_options_that_make_no_sense_are_exit_2(start: Start, wrong: list[str]) -> None:
    process, said = start("--port", "0", "--http", "0", *wrong)
    assert (process.wait(timeout=10), said) == (2, None)


def test_on_a_serial_line_and_behind_a_file(start: Start, tmp_path: Path, job: bytes) -> None:
    _, ready = start("--serial", str(tmp_path / "tty"), "--http", "0")
    assert (set(ready), ready["path"]) == ({"path", "http", "url"}, str(tmp_path / "tty"))
    fd = os.open(ready["path"], os.O_RDWR | os.O_NOCTTY)
    os.write(fd, b"\x10\x04\x01")
    assert os.read(fd, 1) == b"\x12"
    os.close(fd)

    slips = tmp_path / "slips.bin"
    slips.write_bytes(job)
    _, ready = start("--file", str(slips), "--http", "0", "--paper-dir", str(tmp_path / "paper"))
    assert ready["path"] == str(slips)
    until = time.monotonic() + 5
    while not list((tmp_path / "paper").glob("0001.png")) and time.monotonic() < until:
        time.sleep(0.02)
    assert list((tmp_path / "paper").glob("*.png"))

    process, said = start("--file", str(slips), "--serial")
    assert (process.wait(timeout=10), said) == (2, None)
