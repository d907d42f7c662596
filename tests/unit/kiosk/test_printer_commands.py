"""`kiosk printer` against the virtual printer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from domain.paper import WIDTH_80
from kiosk.__main__ import app
from kiosk.home import Home
from kiosk.ruler import ruler_rows
from workbench.printer import VirtualPrinter

Kiosk = Callable[..., Result]


@pytest.fixture
def printer() -> Iterator[VirtualPrinter]:
    with VirtualPrinter() as plugged_in:
        yield plugged_in


@pytest.fixture
def kiosk(home: Home, printer: VirtualPrinter, records: Path) -> Kiosk:
    environ: dict[str, str | None] = {
        "BIANMINTING_HOME": str(home.root),
        "BIANMINTING_PROFILE": "demo",
        "BIANMINTING_CATALOGUE__SAMPLE_CITY": str(records),
        "BIANMINTING_PRINTER__HOST": "127.0.0.1",
        "BIANMINTING_PRINTER__PORT": str(printer.port),
        "BIANMINTING_PRINTER__PROFILE": "epson-80",
        "BIANMINTING_PRINTER__STALL_S": "1",
        "BIANMINTING_PRINTER__CONFIRM_S": "2",
    }
    return lambda *words: CliRunner().invoke(app, list(words), env=environ, prog_name="kiosk")


def test_status_of_a_printer_that_is_well(kiosk: Kiosk) -> None:
    result = kiosk("printer", "status", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout) == {"state": "ready", "prints": True}


@pytest.mark.parametrize(
    ("fault", "state", "status"),
    [("paper_out", "paper_out", 1), ("cover_open", "cover_open", 1), ("near_end", "near_end", 0)],
)
def test_status_tells_what_the_printer_says(
    kiosk: Kiosk, printer: VirtualPrinter, fault: str, state: str, status: int
) -> None:
    printer.fail(fault)
    result = kiosk("printer", "status")
    assert (result.exit_code, result.stdout.split()[0]) == (status, state)


def test_test_slip_is_confirmed(kiosk: Kiosk, printer: VirtualPrinter) -> None:
    result = kiosk("printer", "test")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("confirmed, ")
    assert len(printer.papers) == 1


def test_ruler_reaches_from_the_first_dot_to_the_last(kiosk: Kiosk, printer: VirtualPrinter) -> None:
    result = kiosk("printer", "calibrate")
    assert result.exit_code == 0, result.stderr
    (paper,) = printer.papers
    rows = list(ruler_rows(WIDTH_80))
    expected = np.unpackbits(np.frombuffer(b"".join(rows), np.uint8)).reshape(len(rows), WIDTH_80).astype(bool)
    assert np.array_equal(paper.sheet.ink[: len(rows)], expected)


def test_paper_out_is_a_coded_line_and_nothing_is_printed(kiosk: Kiosk, printer: VirtualPrinter) -> None:
    printer.fail("paper_out")
    result = kiosk("printer", "calibrate")
    assert result.exit_code == 1
    assert result.stderr.startswith("kiosk: P-02 ")
    assert printer.papers == ()
