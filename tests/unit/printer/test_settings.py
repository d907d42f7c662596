"""Settings of the printer: what makes no sense is refused where it is written, not at the first slip."""

from __future__ import annotations

import pytest

from printer.profiles import PROFILES
from printer.settings import PrinterSettings


def test_the_profile_is_data() -> None:
    assert PrinterSettings(profile="generic-58").device is PROFILES["generic-58"]
    assert {name: profile.name for name, profile in PROFILES.items()} == {name: name for name in PROFILES}


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
