"""The decoder against what python-escpos makes of a picture: two programs, one set of manuals."""

from __future__ import annotations

import numpy as np
import pytest
from escpos.printer import Dummy
from numpy.typing import NDArray
from PIL import Image

from workbench.escpos import decode

PROFILE = "TM-T20II"  # 576 dots wide


def stream_of(dots: NDArray[np.bool_], **how: object) -> bytes:
    printer = Dummy(profile=PROFILE)
    printer.image(Image.fromarray(~dots), **how)
    printer.cut()
    return bytes(printer.output)


@pytest.fixture(scope="module")
def dots() -> NDArray[np.bool_]:
    dots = np.random.default_rng(5).random((1000, 576)) < 0.15
    dots[0, 0] = dots[-1, -1] = True
    return dots


@pytest.mark.parametrize("width", [576, 384, 100])
@pytest.mark.parametrize(
    ("impl", "fragment_height"),
    [("bitImageRaster", 960), ("bitImageRaster", 128), ("graphics", 910), ("graphics", 50)],
)
def test_every_dot_is_where_it_was(dots: NDArray[np.bool_], impl: str, fragment_height: int, width: int) -> None:
    narrow = dots[:, :width]
    (sheet,) = decode(stream_of(narrow, impl=impl, fragment_height=fragment_height), width)
    assert np.array_equal(sheet.dots[:1000, :width], narrow)
    assert not sheet.dots[1000:].any()
    assert sheet.unknown == ()


def test_columns_are_whole_lines_of_24_dots(dots: NDArray[np.bool_]) -> None:
    narrow = dots[:960]
    (sheet,) = decode(stream_of(narrow, impl="bitImageColumn"))
    assert np.array_equal(sheet.dots[:960], narrow)
    assert sheet.unknown == ()


@pytest.mark.parametrize(("vertical", "horizontal"), [(True, False), (False, True), (False, False)])
def test_low_density_is_stretched(dots: NDArray[np.bool_], vertical: bool, horizontal: bool) -> None:
    small = dots[:48, :160]
    stream = stream_of(small, high_density_vertical=vertical, high_density_horizontal=horizontal)
    (sheet,) = decode(stream)
    down, across = 1 if vertical else 2, 1 if horizontal else 2
    expected = small.repeat(down, axis=0).repeat(across, axis=1)
    assert np.array_equal(sheet.dots[: expected.shape[0], : expected.shape[1]], expected)


def test_its_graphics_beyond_910_rows_are_rubbish_on_paper(dots: NDArray[np.bool_]) -> None:
    # The declared length overflows 16 bits: most of the picture arrives as if it were commands and text.
    sheets = decode(stream_of(dots, impl="graphics", fragment_height=960))
    assert sum(len(sheet.unknown) for sheet in sheets) > 1000
    assert not any(np.array_equal(sheet.ink, dots) for sheet in sheets)
