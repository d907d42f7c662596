"""Long work on a release: told while it runs, at its end, and after a kill."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.release_work import Kind, ReleaseWork, Stand, Tell, Work

BEGINS = """
import sys, threading
from pathlib import Path
from hub.release_work import Kind, ReleaseWork

def run(tell):
    print("running", flush=True)
    threading.Event().wait()

ReleaseWork(Path(sys.argv[1])).begin(Kind.PUBLISH, "somebody", run, str).join()
"""


@pytest.fixture
def work(tmp_path: Path) -> ReleaseWork:
    return ReleaseWork(tmp_path / "release-work.lock")


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_what_runs_is_told_and_how_it_ended(work: ReleaseWork) -> None:
    go, end = threading.Event(), threading.Event()
    assert work.now() is None

    def run(tell: Tell) -> str:
        assert go.wait(20)

        def told() -> bool:
            tell(40)
            return now() == (Stand.RUNNING, 40)

        until(told)
        assert end.wait(20)
        return "排好了"

    def now() -> tuple[Stand, int] | None:
        found = work.now()
        return (found.stand, found.percent) if found is not None else None

    thread = work.begin(Kind.PREPARE, "signer", run, str)
    assert thread is not None and now() == (Stand.RUNNING, 0)
    assert work.begin(Kind.PUBLISH, "cosigner", run, str) is None, "one at a time"
    go.set()
    until(lambda: now() == (Stand.RUNNING, 40))
    end.set()
    thread.join(20)
    assert work.now() == Work(Kind.PREPARE, "signer", Stand.DONE, 100, "排好了")
    work.forget()
    assert work.now() is None


def test_what_was_refused_is_told_in_the_words_of_the_page(work: ReleaseWork) -> None:
    def run(tell: Tell) -> str:
        raise ValueError("the passphrase itself")

    thread = work.begin(Kind.PUBLISH, "signer", run, lambda error: f"没成：{type(error).__name__}")
    assert thread is not None
    thread.join(20)
    assert work.now() == Work(Kind.PUBLISH, "signer", Stand.REFUSED, 100, "没成：ValueError")
    again = work.begin(Kind.PUBLISH, "signer", lambda tell: "成了", str)
    assert again is not None
    again.join(20)
    assert work.now() == Work(Kind.PUBLISH, "signer", Stand.DONE, 100, "成了")


def test_what_was_killed_is_broken_and_bars_nothing(work: ReleaseWork, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", BEGINS, str(tmp_path / "release-work.lock")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None and process.stdout.readline() == "running\n"
        found = work.now()
        assert found is not None and found.stand is Stand.RUNNING, "seen from another process"
    finally:
        process.kill()
        process.wait(20)
        if process.stdout is not None:
            process.stdout.close()
    found = work.now()
    assert found == Work(Kind.PUBLISH, "somebody", Stand.BROKEN, 0)
    thread = work.begin(Kind.PREPARE, "signer", lambda tell: "成了", str)
    assert thread is not None
    thread.join(20)
