"""Kinds of printers as data: what is shipped, what an operator adds, and how mistakes are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from printer.profiles import PROFILES, Charset, Confirm, DeviceProfile, Mode, ProfilesFault, profiles, read_profiles
from printer.settings import PrinterSettings

GOOD = """
[corner-shop]
about = "the one at the corner"
width = 576
band_height = 24
avoid_multiple = 0
set_motion_units = true
feed_to_cutter = 96
cut = "full"
confirm = "none"
answers = true
near_end = 0x04
obeys_in_pictures = false
roll_mm = 80000
mode = "text"
columns = 42
charset = "gb2312"
native_qr = false
"""


def mistakes(text: str) -> tuple[str, ...]:
    with pytest.raises(ProfilesFault) as fault:
        read_profiles(text, "f.toml", taken=frozenset({"generic-80"}))
    return fault.value.mistakes


def test_what_is_shipped() -> None:
    assert {"epson-80", "generic-80", "generic-58", "tear-off-58", "blind-80", "text-80", "text-58"} == set(PROFILES)
    assert {name: profile.name for name, profile in PROFILES.items()} == {name: name for name in PROFILES}
    assert PROFILES["epson-80"].confirm is Confirm.PROCESS_ID
    assert (PROFILES["blind-80"].answers, PROFILES["blind-80"].confirm) == (False, Confirm.NONE)
    assert (PROFILES["tear-off-58"].cut, PROFILES["generic-80"].cut) == (b"", b"\x1dV\x01")
    assert all(profile.about for profile in PROFILES.values())
    assert [profile.cells for profile in (PROFILES["text-80"], PROFILES["text-58"])] == [48, 32]


def test_every_key_is_read() -> None:
    (found,) = read_profiles(GOOD, "f.toml").values()
    assert found == DeviceProfile(
        "corner-shop",
        576,
        about="the one at the corner",
        band_height=24,
        set_motion_units=True,
        feed_to_cutter=96,
        cut=b"\x1dV\x00",
        confirm=Confirm.NONE,
        near_end=0x04,
        obeys_in_pictures=False,
        roll_mm=80_000,
        mode=Mode.TEXT,
        columns=42,
        charset=Charset.GB2312,
        native_qr=False,
    )


def test_all_mistakes_with_line_and_key() -> None:
    text = (
        "[one]\n"
        "widht = 576\n"
        "band_height = 300\n"
        'confirm = "perhaps"\n'
        "answers = 1\n"
        "\n"
        "[two]\n"
        "width = 100\n"
        'mode = "text"\n'
        "near_end = 0x60\n"
        "[Three]\n"
        "width = 384\n"
        "columns = 48\n"
        "[generic-80]\n"
        "width = 576\n"
        "answers = false\n"
    )
    assert mistakes(text) == (
        "f.toml:2: one.widht: no such key",
        "f.toml:4: one.confirm: 'perhaps' is none of process_id, gs_r, none",
        "f.toml:5: one.answers: 1 is no true or false",
        "f.toml:1: one.width: is missing",
        "f.toml:3: one.band_height: 300 is not from 1 to 255",
        "f.toml:8: two.width: 100 is no multiple of 8 from 8 to 2040",
        "f.toml:10: two.near_end: 0x60 has other bits than 0x0c",
        "f.toml:9: two.mode: 100 dots are too narrow for text",
        "f.toml:11: Three: a name is small letters, digits and hyphens",
        "f.toml:13: Three.columns: 48 is not from 16 to the 32 that fit 384 dots",
        "f.toml:14: generic-80: this name is taken by a profile that is shipped",
        "f.toml:14: generic-80.confirm: a printer that never answers cannot confirm",
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [("[a\n", "f.toml: not TOML"), ("a = 5\n", "f.toml:1: a: a profile is a table")],
)
def test_what_is_no_profile_at_all(text: str, what: str) -> None:
    (found,) = mistakes(text)
    assert found.startswith(what)


def test_an_operators_file_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    file = tmp_path / "printers.toml"
    file.write_text(GOOD)
    settings = PrinterSettings(profile="corner-shop", profiles=file, roll_mm=30_000)
    assert (settings.device.columns, settings.device.roll_mm) == (42, 30_000)
    assert set(profiles(file)) == set(PROFILES) | {"corner-shop"}
    assert PrinterSettings(profile="corner-shop", profiles=file, mode=Mode.RASTER).device.mode is Mode.RASTER
    with pytest.raises(ValueError, match="none of"):
        PrinterSettings(profile="corner-shop")

    file.write_text(GOOD.replace("42", "40"))
    os.utime(file, ns=(1, 1))
    assert settings.device.columns == 40  # looked at anew


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"[x]\nwidth = 7\n"])
def test_a_file_that_cannot_be_taken(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "printers.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ProfilesFault, match=r"printers\.toml"):
        PrinterSettings(profiles=file)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 100},
        {"band_height": 0},
        {"avoid_multiple": 1},
        {"near_end": 0x60},
        {"answers": False},
        {"columns": 80},
        {"roll_mm": 5},
    ],
)
def test_a_profile_that_makes_no_sense_is_not_made(wrong: dict[str, object]) -> None:
    (key,) = wrong
    with pytest.raises(ValueError, match="confirm" if key == "answers" else key):
        DeviceProfile(**({"name": "x", "width": 576} | wrong))  # type: ignore[arg-type]
