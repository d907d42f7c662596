"""Settings of the printer: what makes no sense is refused where it is written, not at the first slip."""

from __future__ import annotations

from pathlib import Path

import pytest

from printer.profiles import PROFILES
from printer.settings import Flow, Line, PrinterSettings


def test_the_profile_is_data() -> None:
    assert PrinterSettings(profile="generic-58").device is PROFILES["generic-58"]


@pytest.mark.parametrize(
    ("settings", "present", "where"),
    [
        (PrinterSettings(), False, "no printer is set"),
        (PrinterSettings(host="10.0.0.9"), True, "10.0.0.9:9100"),
        (PrinterSettings(connection=Line.USB), True, "usb any printer"),
        (
            PrinterSettings(connection=Line.USB, vendor=0x4B8, product=0x202, usb_serial="A1"),
            True,
            "usb 04b8:0202 A1",
        ),
        (
            PrinterSettings(connection=Line.SERIAL, path=Path("/dev/ttyS1"), baud=9600, flow=Flow.XON),
            True,
            "/dev/ttyS1, 9600 baud, flow xon",
        ),
        (PrinterSettings(connection=Line.FILE, path=Path("/dev/usb/lp0")), True, "/dev/usb/lp0"),
    ],
)
def test_which_line_there_is(settings: PrinterSettings, present: bool, where: str) -> None:
    assert (settings.present, settings.where) == (present, where)


def test_every_mistake_at_once() -> None:
    with pytest.raises(ValueError, match="laser") as fault:
        PrinterSettings(connection=Line.SERIAL, profile="laser", port=0, vendor=1, baud=77, roll_mm=-1, stall_seconds=0)
    for what in ("port 0", "vendor and product", "path of its device", "77 baud", "-1 mm", "stall_seconds"):
        assert what in str(fault.value)


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"profile": "laser"}, "epson-80"),
        ({"port": 0}, "port 0"),
        ({"poll_seconds": 0.0}, "poll_seconds"),
        ({"stall_seconds": -1.0, "status_seconds": float("nan")}, "status_seconds, stall_seconds"),
        ({"chunk_bytes": 100_000}, "100000"),
        ({"slips_a_session": 0}, "0 slips"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        PrinterSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("baud", "profile", "seconds", "named"),
    [
        (19200, "generic-80", 45, "text-80"),
        (38400, "generic-80", 23, "text-80"),
        (9600, "generic-58", 60, "text-58"),
        (115200, "generic-80", 8, ""),
        (19200, "text-80", 2, ""),
    ],
)
def test_a_line_too_slow_for_pictures_says_so(baud: int, profile: str, seconds: int, named: str) -> None:
    settings = PrinterSettings(connection=Line.SERIAL, path=Path("/dev/ttyS0"), baud=baud, profile=profile)
    assert round(settings.seconds_a_slip) == seconds
    assert (f"about {seconds} s" in settings.advice and named in settings.advice) if named else settings.advice == ""
    assert PrinterSettings(host="x", baud=baud, profile=profile).advice == ""
