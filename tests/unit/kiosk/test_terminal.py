from __future__ import annotations

import io

import pytest

from domain.errors import CatalogueError, Code, CodedError, RecordError, SettingsError
from kiosk.terminal import MOST_LINES, Progress, fault


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_quick_work_shows_no_bar() -> None:
    stream, seconds = Terminal(), Seconds()
    with Progress("building", stream, seconds) as progress:
        seconds.now = 0.9
        progress(0.5)
        progress(1.0)
    assert stream.getvalue() == ""


def test_work_that_takes_a_second_shows_how_far_it_is() -> None:
    stream, seconds = Terminal(), Seconds()
    with Progress("building", stream, seconds) as progress:
        progress(0.1)
        seconds.now = 1.1
        progress(0.25)
        progress(0.75)
    assert "building" in stream.getvalue()
    assert "75%" in stream.getvalue()


def test_without_a_terminal_nothing_is_drawn() -> None:
    stream, seconds = io.StringIO(), Seconds()
    with Progress("building", stream, seconds) as progress:
        seconds.now = 5.0
        progress(0.5)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("error", "status", "lines"),
    [
        (CodedError(Code.DISK_FULL, "no space"), 1, ["kiosk: D-03 no space"]),
        (CatalogueError(Code.NO_CATALOGUE), 2, ["kiosk: K-01"]),
        (SettingsError(("a: wrong", "b: wrong")), 2, ["kiosk: K-03 a: wrong", "kiosk: K-03 b: wrong"]),
        (RecordError(Code.RECORD_INVALID, ("x:1: bad",)), 1, ["kiosk: R-02 x:1: bad"]),
        (RecordError(Code.RECORD_INVALID, ()), 1, ["kiosk: R-02"]),
        (
            ValueError("no 370602195711231234"),
            1,
            ["kiosk: unexpected ValueError: no [18 digits] (--verbose shows where)"],
        ),
        (PermissionError(13, "Permission denied", "/a.png"), 1, ["kiosk: /a.png: Permission denied"]),
        (OSError(28, "No space left on device", "/a.png"), 1, ["kiosk: D-03 /a.png: No space left on device"]),
        (KeyboardInterrupt(), 130, ["kiosk: interrupted"]),
    ],
)
def test_faults(capsys: pytest.CaptureFixture[str], error: BaseException, status: int, lines: list[str]) -> None:
    assert fault(error) == status
    out, err = capsys.readouterr()
    assert (out, err.splitlines()) == ("", lines)


def test_only_the_first_of_many_faults_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    fault(RecordError(Code.RECORD_DANGLING, tuple(f"line {n}" for n in range(MOST_LINES + 3))))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == MOST_LINES + 1
    assert lines[-1] == "kiosk: R-04 and 3 more"


def test_verbose_shows_where_and_keeps_the_mask(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError("no 370602195711231234")
    except ValueError as error:
        fault(error, verbose=True)
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert "370602195711231234" not in err
