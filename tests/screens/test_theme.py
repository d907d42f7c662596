from __future__ import annotations

from dataclasses import fields
from typing import get_args

import pytest

from screens.theme import DARK, LIGHT, READABLE, Palette, Panel, Theme, Token, contrast, rgba
from tests.screens.conftest import FULL, HALF

LOOKS = [(large, dark) for large in (False, True) for dark in (False, True)]


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(rgba("#FFFFFF"), rgba("#000000")) == pytest.approx(21)
    assert contrast(rgba("#777777"), rgba("#FFFFFF")) == pytest.approx(4.48, abs=0.01)
    assert contrast(rgba("#0E2A38"), rgba("#F8F4EC")) == pytest.approx(13.6, abs=0.05)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), READABLE)
def test_text_reaches_seven_to_one(palette: Palette, ink: Token, ground: Token) -> None:
    assert contrast(rgba(getattr(palette, ink)), rgba(getattr(palette, ground))) >= 7


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "surface"])
def test_borders_of_controls_and_the_sun_reach_three_to_one(palette: Palette, ground: Token) -> None:
    for shape in ("edge", "coral"):
        assert contrast(rgba(getattr(palette, shape)), rgba(getattr(palette, ground))) >= 3


def test_tokens_and_palettes_name_the_same_colours() -> None:
    assert {field.name for field in fields(Palette)} == set(get_args(Token))


@pytest.mark.parametrize(("large", "dark"), LOOKS)
def test_no_type_is_smaller_than_an_old_eye_needs(large: bool, dark: bool) -> None:
    theme = Theme.make(FULL, large=large, dark=dark)
    for name in ("t34", "t40", "t48", "t60", "t88", "t132"):
        step = theme.type(name)
        assert step.size >= (46 if large else 34)
        assert 1.05 <= step.line / step.size <= 1.5


def test_scale_of_the_design_on_its_panel() -> None:
    theme = Theme.make(FULL)
    assert [theme.t34, theme.t40, theme.t48, theme.t60] == [(34, 48), (40, 56), (48, 64), (60, 80)]
    assert [theme.t88, theme.t132] == [(88, 112), (132, 144)]
    large = Theme.make(FULL, large=True)
    assert [large.t34, large.t40, large.t48, large.t60] == [(46, 64), (54, 72), (64, 88), (80, 104)]


def test_twelve_columns_fill_the_page() -> None:
    theme = Theme.make(FULL)
    assert [theme.columns(count) for count in (2, 3, 4, 6, 8, 12)] == [144, 228, 312, 480, 648, 984]
    assert theme.margin == 48
    assert theme.radius == 16


def test_half_the_pixels_are_half_the_size() -> None:
    full, half = Theme.make(FULL), Theme.make(HALF)
    for steps in (1, 2.5, 6, 14, 16):
        assert half.g(steps) == pytest.approx(full.g(steps) / 2, abs=1)
    assert half.t40 == (20, 28)
    assert half.columns(12) == 492


def test_lengths_are_the_same_on_every_panel() -> None:
    wide = Theme.make(Panel(2160, 3840, 0.124))
    assert wide.px(12.0) * 0.124 == pytest.approx(Theme.make(FULL).px(12.0) * 0.248, abs=0.25)
    assert wide.t34.size * 0.124 == pytest.approx(8.4, abs=0.1)
