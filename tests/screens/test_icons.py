from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

import pytest
from fontTools.ttLib import TTFont

from screens.kit.icons import FONT, ICONS, MISSING, glyph


@pytest.fixture(scope="module")
def drawn(lacking: Callable[[str], NoReturn]) -> dict[int, str]:
    if not FONT.is_file():
        lacking("fonts-material-design-icons-iconfont is not installed")
    with TTFont(FONT, lazy=True) as font:
        return dict(font.getBestCmap())


def test_every_icon_is_in_the_font_under_its_name(drawn: dict[int, str]) -> None:
    assert len(ICONS) > 300
    for name, code in ICONS.items():
        assert code in drawn, f"{name} {code:#x}"
    # The font names its glyphs; two names may share one picture, but a name never means another name's glyph.
    named = {glyph_name: code for code, glyph_name in drawn.items()}
    wrong = [name for name, code in ICONS.items() if name in named and drawn[code] != name and named[name] != code]
    assert not wrong


def test_a_name_nobody_knows_still_has_a_picture(drawn: dict[int, str]) -> None:
    assert glyph("no_such_icon") == chr(ICONS[MISSING])
    assert glyph("") == chr(ICONS[MISSING])
