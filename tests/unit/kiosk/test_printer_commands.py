"""`kiosk printer` against the virtual printer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from domain.paper import WIDTH_80
from kiosk.__main__ import app
from kiosk.home import Home
from kiosk.ruler import ruler_rows
from printer.profiles import PROFILES, profiles
from workbench.printer import SerialPrinter, VirtualPrinter

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

    def run(*words: str, input: str | None = None, **more: str) -> Result:
        return CliRunner().invoke(app, list(words), input=input, env=environ | more, prog_name="kiosk")

    return run


def test_status_of_a_printer_that_is_well(kiosk: Kiosk, printer: VirtualPrinter) -> None:
    result = kiosk("printer", "status", "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout) == {
        "state": "ready",
        "prints": True,
        "connection": "network",
        "where": f"127.0.0.1:{printer.port}",
        "profile": "epson-80",
        "mode": "raster",
        "trouble": None,
        "advice": None,
        "answers": [
            {"question": "DLE EOT 1", "byte": 0x12, "says": "nothing to report"},
            {"question": "DLE EOT 2", "byte": 0x12, "says": "nothing to report"},
            {"question": "DLE EOT 3", "byte": 0x12, "says": "nothing to report"},
            {"question": "DLE EOT 4", "byte": 0x12, "says": "nothing to report"},
        ],
        "paper": {"roll_mm": 50_000, "used_mm": 0.0, "slips_left": 227},
    }


@pytest.mark.parametrize(
    ("fault", "state", "says", "status"),
    [
        ("paper_out", "paper_out", "no paper", 1),
        ("cover_open", "cover_open", "cover open", 1),
        ("near_end", "near_end", "roll nearly used up", 0),
        ("cutter_jam", "trouble", "cutter", 1),
        ("mute", "offline", "no answer", 1),
    ],
)
def test_status_tells_what_the_printer_says(
    kiosk: Kiosk, printer: VirtualPrinter, fault: str, state: str, says: str, status: int
) -> None:
    printer.fail(fault)
    result = kiosk("printer", "status")
    assert (result.exit_code, result.stdout.split()[0]) == (status, state)
    assert says in result.stdout


def test_status_counts_the_paper(kiosk: Kiosk) -> None:
    assert kiosk("printer", "test").exit_code == 0
    paper = json.loads(kiosk("printer", "status", "--json").stdout)["paper"]
    assert 20 < paper["used_mm"] < 400


def test_status_of_a_printer_that_is_not_there(kiosk: Kiosk, printer: VirtualPrinter, tmp_path: Path) -> None:
    config = tmp_path / "k.toml"
    config.write_text(f'[printer]\nconnection = "file"\ndevice = "{tmp_path / "lp0"}"\n')
    result = CliRunner().invoke(app, ["printer", "status", "--config", str(config)])
    assert result.exit_code == 1
    assert result.stdout.startswith(f"absent  ({tmp_path / 'lp0'}; ")
    assert "No such file" in result.stdout


def test_kinds_of_printers(kiosk: Kiosk, tmp_path: Path) -> None:
    listed = kiosk("printer", "profiles")
    assert [line.split()[0] for line in listed.stdout.splitlines()][:2] == ["epson-80", "generic-80"]
    rows = json.loads(kiosk("printer", "profiles", "--json").stdout)
    assert {"name": "tear-off-58", "cut": "none", "width": 384}.items() <= rows[3].items()

    file = tmp_path / "printers.toml"
    file.write_text("[mine]\nwidth = 576\n")
    assert "mine " in kiosk("printer", "profiles", str(file)).stdout
    file.write_text("[mine]\nwidth = 577\ncuts = 1\n")
    wrong = kiosk("printer", "profiles", str(file))
    assert wrong.exit_code == 2
    assert f"{file}:2: mine.width: 577" in wrong.stderr
    assert f"{file}:3: mine.cuts: no such key" in wrong.stderr


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


def test_a_test_slip_in_the_printers_own_characters(kiosk: Kiosk, printer: VirtualPrinter, tmp_path: Path) -> None:
    file = tmp_path / "printers.toml"
    file.write_text('[words]\nwidth = 576\nmode = "text"\nconfirm = "process_id"\n')
    config = tmp_path / "k.toml"
    config.write_text(f'[printer]\nprofiles = "{file}"\n')
    result = kiosk("printer", "test", "--config", str(config), BIANMINTING_PRINTER__PROFILE="words")
    assert result.exit_code == 0, result.stderr
    (paper,) = printer.papers
    assert "第 000001 张" in "".join(line.text for line in paper.sheet.text)
    assert float(result.stdout.split()[1]) == pytest.approx(
        paper.sheet.length_mm, abs=60
    )  # the code is not drawn there
    ruler = kiosk("printer", "calibrate", "--config", str(config), BIANMINTING_PRINTER__PROFILE="words")
    assert ruler.exit_code == 0, ruler.stderr


def test_what_was_measured_becomes_a_profile(home: Home, printer: VirtualPrinter, kiosk: Kiosk, tmp_path: Path) -> None:
    """The profile that is printed can be put into a file as it is."""
    result = kiosk("printer", "calibrate", "--ask", input="72\n0\n3\n")
    length = float(result.stdout.split(" mm of paper")[0].split()[-1])
    result = kiosk("printer", "calibrate", "--ask", input=f"72\n{length}\n-1\n")
    assert result.exit_code == 0, result.stderr
    table = result.stdout[result.stdout.index("[epson-80-measured]") : result.stdout.index("\n# and into")]
    file = tmp_path / "printers.toml"
    file.write_text(table)
    measured = profiles(file)["epson-80-measured"]
    assert measured == replace(PROFILES["epson-80"], name="epson-80-measured", feed_to_cutter=112 + 32)
    assert not list(home.root.glob("*.toml"))


def test_nothing_is_asked_of_a_slip_that_did_not_come(kiosk: Kiosk, printer: VirtualPrinter) -> None:
    printer.fail("cover_open")
    result = kiosk("printer", "calibrate", "--ask")
    assert result.exit_code == 1
    assert "edge to edge" not in result.stdout


@pytest.mark.parametrize("words", [("printer", "status"), ("diagnose",)])
def test_a_slow_line_is_said_with_the_profile_that_helps(words: tuple[str, ...], home: Home, tmp_path: Path) -> None:
    config = tmp_path / "k.toml"
    config.write_text(f'[printer]\nconnection = "serial"\ndevice = "{tmp_path / "tty"}"\nflow = "none"\n')
    environ = {"BIANMINTING_HOME": str(home.root), "SDL_VIDEODRIVER": "offscreen"}
    with SerialPrinter(path=tmp_path / "tty"):
        told = CliRunner().invoke(app, [*words, "--config", str(config)], env=environ).stdout
    (line,) = (line for line in told.splitlines() if "19200 baud a slip" in line)
    assert "about 45 s as a picture" in line and "profile text-80" in line
