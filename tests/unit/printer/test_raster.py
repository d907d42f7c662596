"""ESC/POS read back by a decoder that knows nothing of the encoder: the paper is the picture, dot by dot."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import example, given, settings, strategies as st
from numpy.typing import NDArray
from PIL import Image

from domain.paper import WIDTH_58, WIDTH_80, Dots
from domain.slip import Slip
from printer.connect import DummyConnection
from printer.layout import SlipLayout
from printer.picture import png
from printer.profiles import PROFILES, Confirm, DeviceProfile
from printer.raster import encode, fresh_start, harmless
from tests.unit.printer.samples import COMPACT, FULL, LARGE, SHORT, black, dots_of
from workbench.escpos import decode
from workbench.escpos.grammar import CommandReader, Kind, Token
from workbench.printer.realtime import RealtimeWatch

GENERIC = PROFILES["generic-80"]
SMALL = DeviceProfile("small", 64, band_height=24, avoid_multiple=6, feed_to_cutter=300)

Picture = NDArray[np.bool_]


def commands(job: bytes) -> list[Token]:
    return [token for token in CommandReader().feed(job) if token.kind is not Kind.DOTS]


def paper(job: bytes, width: int) -> list[Picture]:
    """The sheets of a job, every byte of which was understood."""
    sheets = decode(job, width)
    assert not [note for sheet in sheets for note in sheet.unknown]
    return [sheet.dots for sheet in sheets]


def on_paper(dots: Dots, profile: DeviceProfile) -> Picture:
    """What the sheet must show: the dots, and white paper up to the blade."""
    picture = np.zeros((dots.height + profile.feed_to_cutter, profile.width), np.bool_)
    picture[: dots.height, : dots.width] = black(dots)
    return picture


@st.composite
def pictures(draw: st.DrawFn) -> Dots:
    """Bytes that are mostly white, mostly black or mostly real-time commands, in blocks with blank rows between."""
    stride, seed = draw(st.integers(1, 8)), draw(st.integers(0, 2**32 - 1))
    random = np.random.default_rng(seed)
    bands = [
        random.choice(np.frombuffer(values, np.uint8), size=(draw(st.integers(1, 40)), stride))
        for values in draw(
            st.lists(
                st.sampled_from(
                    [b"\x00", b"\x00\x00\x00\x01", b"\xff\x7f", b"\x10\x04\x05\x14\x00", bytes(range(256))]
                ),
                min_size=1,
                max_size=5,
            )
        )
    ]
    rows = np.concatenate(bands)
    return Dots(stride * 8, len(rows), rows.tobytes())


@pytest.mark.parametrize("slip", [FULL, COMPACT, LARGE, SHORT], ids=["full", "compact", "large", "short"])
@pytest.mark.parametrize("name", sorted(PROFILES))
def test_a_slip_comes_out_as_it_was_drawn(layouts: dict[int, SlipLayout], slip: Slip, name: str) -> None:
    profile = PROFILES[name]
    dots = layouts[profile.width].render(slip)
    sheets = paper(encode(dots, profile), profile.width)
    assert len(sheets) == 1
    assert np.array_equal(sheets[0], on_paper(dots, profile))


@given(pictures())
def test_any_picture_comes_out_but_for_the_dots_that_make_it_harmless(dots: Dots) -> None:
    sheets = paper(encode(dots, SMALL), SMALL.width)
    assert np.array_equal(sheets[0], on_paper(harmless(dots), SMALL))


@given(pictures())
@example(Dots(16, 2, b"\x00\x10\x04\x01"))
@example(Dots(8, 3, b"\x10\x04\x01"))
def test_no_real_time_command_is_on_the_line(dots: Dots) -> None:
    job = encode(dots, SMALL)
    assert not any(pair in job for pair in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))
    assert RealtimeWatch(in_raster=True).take(job)[1] == []


@given(pictures())
def test_harmless_only_widens_lone_dots(dots: Dots) -> None:
    before, after = black(dots), black(harmless(dots))
    assert not (before & ~after).any()
    rows, columns = np.nonzero(after & ~before)
    assert np.all(columns % 8 == 4)
    for row, column in zip(rows, columns, strict=True):
        assert before[row, column - 1]
        assert not before[row, column - 2]
        assert not before[row, column + 1 : column + 6].any()


@given(st.integers(0, 2**32 - 1), st.integers(4, 5))
def test_what_has_no_lone_dot_in_a_row_is_never_touched(seed: int, module: int) -> None:
    """QR codes and rules: every run of black is at least two dots long."""
    modules = np.random.default_rng(seed).random((12, 24)) < 0.5
    dots = dots_of(np.kron(modules, np.ones((module, module), np.bool_))[:, : 24 * module // 8 * 8])
    assert harmless(dots) is dots


def test_a_pair_across_two_rows_costs_a_split_and_no_dot() -> None:
    dots = Dots(16, 4, b"\xff\x10\x04\xff\xff\x10\x05\xff")
    assert harmless(dots) is dots
    job = encode(dots, GENERIC)
    assert [token.data[4] for token in commands(job) if token.name == "GS v"] == [1, 2, 1]
    assert np.array_equal(paper(job, GENERIC.width)[0], on_paper(dots, GENERIC))


@pytest.mark.parametrize("slip", [FULL, COMPACT, LARGE], ids=["full", "compact", "large"])
@pytest.mark.parametrize("width", [WIDTH_80, WIDTH_58])
def test_bytes_against_python_escpos(layouts: dict[int, SlipLayout], slip: Slip, width: int) -> None:
    DummyConnection()  # loads the library so that it leaves no folder in /tmp
    from escpos.printer import Dummy

    dots = layouts[width].render(slip)
    other = Dummy()
    other.image(Image.open(io.BytesIO(png(dots))), impl="bitImageRaster", center=False)
    assert np.array_equal(decode(other.output, width)[0].ink, decode(encode(dots, GENERIC), width)[0].ink)
    assert len(encode(dots, GENERIC)) <= 0.65 * len(other.output)


@given(pictures())
@settings(max_examples=50)
def test_picture_heights_that_the_printer_garbles_are_avoided(dots: Dots) -> None:
    heights = [token.data[4] for token in commands(encode(dots, SMALL)) if token.name == "GS v"]
    assert all(height <= SMALL.band_height and height % SMALL.avoid_multiple for height in heights)


def test_a_job_begins_clean_and_ends_with_feed_and_cut() -> None:
    job = encode(Dots(64, 10, bytes(80)), SMALL)
    assert [token.name for token in commands(job)] == ["ESC @", "GS a", "ESC J", "ESC J", "ESC J", "GS V"]
    assert paper(job, 64)[0].shape[0] == 310


def test_units_are_set_where_the_printer_counts_otherwise() -> None:
    names = [token.name for token in commands(encode(Dots(8, 1, b"\x80"), PROFILES["epson-80"]))]
    assert names[:3] == ["ESC @", "GS a", "GS P"]


def test_paper_without_a_blade_is_not_cut() -> None:
    job = encode(Dots(8, 1, b"\x80"), PROFILES["tear-off-58"])
    assert not [token for token in commands(job) if token.name == "GS V"]


def test_dots_wider_than_the_paper_are_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        encode(Dots(WIDTH_80, 1, bytes(72)), PROFILES["generic-58"])


@given(pictures(), st.data())
def test_a_fresh_start_saves_the_slip_after_one_that_broke_off(dots: Dots, data: st.DataObject) -> None:
    job = encode(dots, SMALL)
    at = data.draw(st.integers(0, len(job) - 1), label="broken at")
    sheets = decode(job[:at] + fresh_start(SMALL) + job, SMALL.width)
    # Broken off inside its own cut command, the old slip is cut by the zero that completes it.
    assert len(sheets) == (3 if at == len(job) - 1 else 2)
    assert np.array_equal(sheets[-1].dots, on_paper(harmless(dots), SMALL))


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 100},
        {"band_height": 0},
        {"band_height": 256},
        {"avoid_multiple": 1},
        {"confirm": Confirm.GS_R, "answers": False},
    ],
)
def test_profiles_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="odd"):
        DeviceProfile(**{"name": "odd", "width": 64, **wrong})  # type: ignore[arg-type]


def test_a_picture_file_shows_the_dots(layout: SlipLayout) -> None:
    dots = layout.render(SHORT)
    image = Image.open(io.BytesIO(png(dots)))
    assert image.mode == "1"
    assert np.array_equal(~np.asarray(image), black(dots))


def test_a_printer_that_takes_no_command_out_of_a_picture_gets_it_whole() -> None:
    """Where the pair lies across two rows; within one row it never is, for the dots are the same on every printer."""
    picture = np.zeros((4, 16), np.bool_)
    picture[:, 0:16] = True
    rows = np.packbits(picture, axis=1)
    rows[1, 1], rows[2, 0] = 0x10, 0x04
    dots = Dots(16, 4, rows.tobytes())
    careful = DeviceProfile("careful", 16)
    careless = DeviceProfile("careless", 16, obeys_in_pictures=False)
    assert encode(dots, careful).count(b"\x1dv0") == 2
    assert encode(dots, careless).count(b"\x1dv0") == 1
