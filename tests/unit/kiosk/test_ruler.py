from __future__ import annotations

import itertools

import pytest

from domain.paper import DOTS_PER_MM, WIDTH_58, WIDTH_80, Dots
from domain.slip import Slip
from kiosk.ruler import RUNG_MM, RUNGS, RulerAbove, ruler_rows


def black(row: bytes) -> list[int]:
    return [column for column in range(len(row) * 8) if row[column // 8] & (0x80 >> column % 8)]


@pytest.mark.parametrize("width", [WIDTH_80, WIDTH_58])
def test_marks_go_from_the_first_dot_to_the_last(width: int) -> None:
    rows = list(ruler_rows(width))
    assert black(rows[0]) == list(range(width))
    millimetres = black(rows[2])
    assert (millimetres[0], millimetres[-1]) == (0, width - 1)
    assert millimetres[:-1] == list(range(0, width, DOTS_PER_MM))
    tens = black(rows[2 + 7 * DOTS_PER_MM])
    assert tens[1] - tens[0] == 10 * DOTS_PER_MM


@pytest.mark.parametrize("width", [WIDTH_80, WIDTH_58])
def test_every_dot_of_the_head_burns_somewhere(width: int) -> None:
    rows = list(ruler_rows(width))
    assert sum(black(row) == list(range(width)) for row in rows) >= 10 * DOTS_PER_MM


def test_rungs_are_ten_millimetres_apart() -> None:
    rows = list(ruler_rows(WIDTH_80))
    rungs = [number for number, row in enumerate(rows) if black(row) == list(range(WIDTH_80 // 2))]
    assert len(rungs) == RUNGS
    assert {after - before for before, after in itertools.pairwise(rungs)} == {RUNG_MM * DOTS_PER_MM}


def test_it_stands_above_the_slip() -> None:
    class Layout:
        def render(self, slip: Slip) -> Dots:
            return Dots(WIDTH_58, 2, b"\x81" * (WIDTH_58 // 8) * 2)

    dots = RulerAbove(Layout()).render(Slip(()))
    assert dots.data[: WIDTH_58 // 8] == b"\xff" * (WIDTH_58 // 8)
    assert dots.data.endswith(b"\x81" * (WIDTH_58 // 8) * 2)
    assert dots.height == len(list(ruler_rows(WIDTH_58))) + 2
