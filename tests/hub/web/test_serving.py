"""`hub serve` as a process: it says where it is, and ends in order."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest


def _hear_interrupts() -> None:
    """A shell starts what it puts into the background deaf to Ctrl-C, and a suite may run there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIANMINTING_")}
    return kept | {"BIANMINTING_HOME": str(tmp_path / "home"), "BIANMINTING_HUB__WEB__PORT": "0"}


@pytest.fixture
def hub(environment: dict[str, str], root: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with (tmp_path / "hub.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "hub", "serve"],
            cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
            preexec_fn=_hear_interrupts,  # noqa: PLW1509 – there is no second thread here
        )  # fmt: skip
    assert process.stdout is not None
    with process.stdout:
        yield process
        process.kill()
        process.wait()


def url_of(hub: subprocess.Popen[bytes]) -> str:
    assert hub.stdout is not None
    readable, _, _ = select.select([hub.stdout], [], [], 40)
    assert readable
    return str(json.loads(hub.stdout.readline())["url"])


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_it_ends_in_order(hub: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals, status: int) -> None:
    """The database is closed: SQLite leaves no log of writes behind."""
    url = url_of(hub)
    assert url.startswith("http://127.0.0.1:")
    assert httpx.get(f"{url}/login", timeout=20).status_code == 200
    hub.send_signal(number)
    assert hub.wait(20) == status
    assert "Traceback" not in (tmp_path / "hub.log").read_text("utf-8")
    left = sorted(path.name for path in (tmp_path / "home" / "hub").iterdir())
    assert "hub.db" in left
    assert not [name for name in left if name.endswith(("-wal", "-shm", "-journal"))]


def test_a_port_that_is_taken_is_named(environment: dict[str, str], root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        run = subprocess.run(
            [sys.executable, "-m", "hub", "serve"],
            cwd=root, env=environment | {"BIANMINTING_HUB__WEB__PORT": str(port)},
            capture_output=True, text=True, timeout=50, check=False,
        )  # fmt: skip
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f"hub: 127.0.0.1:{port}: Address already in use\n"
