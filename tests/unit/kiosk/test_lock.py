from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import Code, CodedError
from kiosk.home import Home
from kiosk.lock import KioskLock


def test_second_start_is_told_who_runs(home: Home) -> None:
    with KioskLock(home):
        with pytest.raises(CodedError) as caught, KioskLock(home):
            pass
        assert caught.value.code is Code.ALREADY_RUNNING
        assert f"process {os.getpid()}" in caught.value.detail
        assert home.lock.read_text() == f"{os.getpid()}\n"
    with KioskLock(home):  # let go of again
        pass


def test_file_of_a_dead_kiosk_is_no_hindrance(home: Home) -> None:
    home.lock.write_text("999999 and something longer than any number\n")
    with KioskLock(home):
        assert home.lock.read_text() == f"{os.getpid()}\n"


def test_killed_kiosk_lets_go(home: Home, root: Path) -> None:
    code = (
        "import sys, pathlib; from kiosk.home import Home; from kiosk.lock import KioskLock\n"
        "with KioskLock(Home(pathlib.Path(sys.argv[1]))):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(home.root)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(CodedError, match=str(other.pid)), KioskLock(home):
            pass
    finally:
        other.kill()
        other.communicate()
    with KioskLock(home):
        pass


def test_lock_is_not_inherited_by_programs_started(home: Home) -> None:
    with KioskLock(home):
        other = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    try:
        with KioskLock(home):
            pass
    finally:
        other.communicate(b"")


def test_home_that_cannot_be_written_is_locked_itself() -> None:
    folder = Path("/sys/kernel")  # nobody makes files there, root neither
    if not folder.is_dir():
        pytest.skip("no /sys on this machine")
    home = Home(folder)
    with KioskLock(home):
        with pytest.raises(CodedError, match=r"^K-02 a kiosk already runs in /sys/kernel$"), KioskLock(home):
            pass
        assert not home.lock.exists()
