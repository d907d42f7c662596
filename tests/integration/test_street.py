"""The kiosk as it stands on the street: its own process in a real X window, a finger made by xdotool, a printer on
the network.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from workbench.printer import VirtualPrinter

ROOT = Path(__file__).parents[2]
PATIENCE_S = 40.0
HAND_S = 0.5
STATUS_BAR_PX = 110
"""The clock in it moves by itself."""


def until(what: str, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"


def opened(kiosk: subprocess.Popen[bytes], log: Path) -> None:
    """Waits until the kiosk says which catalogue it has open; from then on it takes touches."""
    until("an open kiosk", lambda: kiosk.poll() is not None or b" digest " in log.read_bytes())
    assert kiosk.poll() is None, log.read_text()


class Street:
    """An X display with a kiosk on it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.changed = time.monotonic()

    def run(self, *command: str) -> bytes:
        return subprocess.run(command, env=self.environment, capture_output=True, check=True, timeout=60).stdout

    def glass(self) -> bytes:
        """What is on the screen below the status bar."""
        dump = self.run("xwd", "-root", "-silent")
        header = struct.unpack(">25I", dump[:100])
        start = header[0] + header[19] * 12
        return dump[start + STATUS_BAR_PX * header[12] :]

    def settled(self, before: bytes, after: str = "the start") -> bytes:
        """Waits until the screen is another than `before` and stands still."""
        seen = [before]

        def still() -> bool:
            seen.append(self.glass())
            return seen[-1] != before and seen[-1] == seen[-2]

        until(f"another page after {after}", still)
        self.changed = time.monotonic()
        return seen[-1]

    def page(self) -> bytes:
        """What is on the screen once nothing has moved for a second: not a button that is still pressed."""
        seen = [b""]
        since = [time.monotonic()]

        def still() -> bool:
            seen.append(self.glass())
            if seen[-1] != seen[-2]:
                since[0] = time.monotonic()
            return time.monotonic() - since[0] > 1

        until("a page that stands still", still)
        return seen[-1]

    def touch(self, x: int, y: int) -> None:
        """As soon as a person would: a page that has just come takes no touch, for it may be meant for the one
        before.
        """
        until("a steady hand", lambda: time.monotonic() - self.changed > HAND_S)
        self.run("xdotool", "mousemove", str(x), str(y), "click", "1")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    fonts = Path(os.environ.get("BIANMINTING_HOME", ROOT / "var")) / "fonts"
    (folder / "fonts").symlink_to(fonts)
    return folder


@pytest.fixture
def display(tmp_path: Path, lacking: Callable[[str], NoReturn]) -> Iterator[str]:
    """A screen of a kiosk's size on a display number that the server chose."""
    missing = [name for name in ("Xvfb", "xdotool", "xwd") if shutil.which(name) is None]
    if missing:
        lacking(f"not installed: {', '.join(missing)} (deploy/test-packages.txt)")
    read, write = os.pipe()
    arguments = ["-displayfd", str(write), "-screen", "0", "1080x1920x24", "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(["Xvfb", *arguments], pass_fds=[write], stderr=(tmp_path / "xvfb.log").open("wb"))
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    assert number, (tmp_path / "xvfb.log").read_text()
    yield f":{number}"
    server.terminate()
    server.wait(10)


def settings(home: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BIANMINTING_", "SDL_"))}
    return kept | {
        "BIANMINTING_HOME": str(home),
        "BIANMINTING_PROFILE": "demo",
        "BIANMINTING_PRINTER__HOST": "127.0.0.1",
        "BIANMINTING_PRINTER__PORT": str(port),
    }


def test_a_finger_finds_the_driving_licence_and_prints_it(home: Path, display: str, tmp_path: Path) -> None:
    with VirtualPrinter() as printer:
        environment = settings(home, printer.port)
        told = subprocess.run(
            [sys.executable, "-m", "tests.integration.touches"],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert told.returncode == 0, told.stderr
        touches = json.loads(told.stdout.splitlines()[-1])
        street = Street(environment | {"DISPLAY": display})
        blank = street.glass()
        with (tmp_path / "kiosk.log").open("wb") as log:
            kiosk = subprocess.Popen(
                [sys.executable, "-m", "kiosk", "run"], cwd=ROOT, env=street.environment, stdout=log, stderr=log
            )
        try:
            opened(kiosk, tmp_path / "kiosk.log")
            seen = street.settled(blank)
            for action, x, y in touches[:-1]:
                street.touch(x, y)
                seen = street.settled(seen, f"{action} at {x}, {y}")
            street.touch(*touches[-1][1:])
            until("the paper", lambda: len(printer.papers) == 1)
            assert kiosk.poll() is None
            kiosk.send_signal(signal.SIGTERM)
            assert kiosk.wait(20) == 0, (tmp_path / "kiosk.log").read_text()
        finally:
            kiosk.kill()
            kiosk.wait()
        assert len(printer.papers) == 1


def test_keys_do_not_lead_out(home: Path, display: str, tmp_path: Path) -> None:
    """Escape, F1 and Alt+F4 change nothing; the kiosk is ended by a signal only."""
    street = Street(settings(home, 9) | {"DISPLAY": display})
    blank = street.glass()
    with (tmp_path / "kiosk.log").open("wb") as log:
        kiosk = subprocess.Popen(
            [sys.executable, "-m", "kiosk", "run"], cwd=ROOT, env=street.environment, stdout=log, stderr=log
        )
    try:
        opened(kiosk, tmp_path / "kiosk.log")
        seen = street.settled(blank)
        street.touch(540, 1500)
        street.settled(seen)
        page = street.page()
        for key in ("Escape", "F1", "alt+F4", "ctrl+q", "F11", "super"):
            street.run("xdotool", "key", key)
        assert kiosk.poll() is None, (tmp_path / "kiosk.log").read_text()
        assert street.page() == page
        kiosk.send_signal(signal.SIGTERM)
        assert kiosk.wait(20) == 0
    finally:
        kiosk.kill()
        kiosk.wait()
