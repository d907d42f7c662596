"""What a measured ruler says about a profile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.calibration import Measured, advice, as_toml
from printer.profiles import PROFILES, read_profiles

GENERIC = PROFILES["generic-80"]


def test_what_fits_stays() -> None:
    found = advice(GENERIC, 120.0, Measured(72, 119, 3.5))
    assert (found.profile, found.reasons, found.again) == (GENERIC, (), False)


@pytest.mark.parametrize(("white", "feed"), [(10.0, 56), (0.0, 136), (-4.0, 168), (60.0, 0)])
def test_the_cut_is_moved(white: float, feed: int) -> None:
    found = advice(GENERIC, 120.0, Measured(72, 120, white))
    assert found.profile == replace(GENERIC, feed_to_cutter=feed)
    assert len(found.reasons) == 1


def test_feeds_that_do_not_count_in_dots() -> None:
    """Nothing is concluded from the cut then, and it has to be measured again."""
    found = advice(GENERIC, 120.0, Measured(72, 80, 20))
    assert (found.profile, found.again) == (replace(GENERIC, set_motion_units=True), True)
    found = advice(PROFILES["epson-80"], 120.0, Measured(72, 135, 3))
    assert found.profile == PROFILES["epson-80"]
    assert "dots a millimetre" in found.reasons[0]


def test_narrower_paper() -> None:
    found = advice(GENERIC, 120.0, Measured(48, 120, 3))
    assert (found.profile.width, found.again) == (384, True)
    found = advice(GENERIC, 120.0, Measured(30, 120, 3))
    assert found.profile == GENERIC
    assert "30 mm" in found.reasons[0]


@pytest.mark.parametrize("name", list(PROFILES))
def test_a_profile_survives_being_written(name: str) -> None:
    profile = replace(PROFILES[name], about='with "quotes" and \\ in it')
    (read,) = read_profiles(as_toml(profile, "mine"), "f.toml").values()
    assert read == replace(profile, name="mine")
