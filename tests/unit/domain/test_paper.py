"""How far a roll of paper goes."""

from __future__ import annotations

import pytest

from domain.paper import LAST_SLIPS, PaperGauge, millimetres


@pytest.mark.parametrize(
    ("used", "slip", "left"),
    [
        (0, 220, 227),
        (49_999, 220, 0),
        (50_000, 220, 0),
        (61_000, 220, 0),
        (49_780, 220, 1),
        (49_781, 220, 0),
        (0, 500, 100),
    ],
)
def test_whole_slips_that_are_left(used: float, slip: float, left: int) -> None:
    assert PaperGauge(50_000, used, slip).slips_left == left


def test_the_end_is_near_with_twenty_slips_left() -> None:
    assert LAST_SLIPS == 20
    assert not PaperGauge(10_000, 7_900, 100).near_end
    assert PaperGauge(10_000, 7_901, 100).near_end
    assert PaperGauge(10_000, 12_000, 100).near_end


@pytest.mark.parametrize(("roll", "used", "slip"), [(0, 0, 220), (50_000, -1, 220), (50_000, 0, 0)])
def test_lengths_that_make_no_sense(roll: float, used: float, slip: float) -> None:
    with pytest.raises(ValueError, match="roll of"):
        PaperGauge(roll, used, slip)


@pytest.mark.parametrize(
    ("text", "length"),
    [("12.5", 12.5), ("0", 0.0), (None, None), ("", None), ("-1", None), ("nan", None), ("inf", None), ("many", None)],
)
def test_a_mark_that_holds_a_length(text: str | None, length: float | None) -> None:
    assert millimetres(text) == length
