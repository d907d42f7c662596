"""Sizes of everything on the paper, in dots (8 a millimetre), by paper width and variant.

Weight and size alone carry the order of importance: there is no grey on thermal paper. Nothing is smaller than 20 dots
(2.5 mm), white on black not smaller than 22, large print not smaller than 32 (4 mm).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from domain.paper import WIDTH_58, WIDTH_80
from domain.slip import Variant


@dataclass(frozen=True, slots=True)
class Type:
    """A size in dots an em, the distance from line to line, the weight, and whether every letter is equally wide."""

    size: int
    line: int
    bold: bool = False
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Metrics:
    """What one kind of slip is set in. `titles` are tried in order until the name fits on two lines; `other_…` are for
    the second language of a bilingual slip.
    """

    width: int
    margin: int
    titles: tuple[Type, ...]
    alias: Type
    masthead: Type
    number: Type
    guard_label: Type
    guard_head: Type
    guard_detail: Type
    figure_label: Type
    figure_value: Type
    tab: Type
    tab_figure: Type
    name: Type
    count: Type
    detail: Type
    tag: Type
    option: Type
    body: Type
    key: Type
    disc: Type
    take_head: Type
    take_line: Type
    small: Type
    check: Type
    check_note: Type
    mark_word: Type
    other_title: Type
    other_name: Type
    other_body: Type
    tab_height: int
    tick: int
    tick_stroke: int
    option_tick: int
    disc_height: int
    key_column: int
    guard_column: int
    module: int
    loose: float

    @property
    def content(self) -> int:
        """Dots between the margins."""
        return self.width - 2 * self.margin

    def gap(self, dots: int) -> int:
        """A vertical distance, wider where the type is larger."""
        return round(dots * self.loose)


_FULL_80: Final = Metrics(
    width=WIDTH_80,
    margin=8,
    titles=(Type(50, 62, True), Type(44, 55, True), Type(38, 48, True)),
    alias=Type(26, 35),
    masthead=Type(30, 38, True),
    number=Type(22, 30),
    guard_label=Type(28, 38, True),
    guard_head=Type(36, 45, True),
    guard_detail=Type(26, 35),
    figure_label=Type(20, 26),
    figure_value=Type(32, 40, True),
    tab=Type(28, 38, True),
    tab_figure=Type(26, 35, True),
    name=Type(30, 39, True),
    count=Type(30, 39),
    detail=Type(24, 32),
    tag=Type(22, 30, True),
    option=Type(24, 34),
    body=Type(26, 35),
    key=Type(26, 35, True),
    disc=Type(24, 32, True),
    take_head=Type(26, 35, True),
    take_line=Type(24, 32),
    small=Type(20, 27),
    check=Type(44, 54, True, True),
    check_note=Type(24, 32),
    mark_word=Type(46, 58, True),
    other_title=Type(34, 44, True),
    other_name=Type(26, 35, True),
    other_body=Type(24, 32),
    tab_height=42,
    tick=34,
    tick_stroke=3,
    option_tick=28,
    disc_height=32,
    key_column=64,
    guard_column=92,
    module=4,
    loose=1.0,
)

_COMPACT_80: Final = replace(
    _FULL_80,
    titles=(Type(44, 53, True), Type(38, 46, True)),
    guard_head=Type(32, 40, True),
    guard_label=Type(26, 34, True),
    name=Type(28, 36, True),
    count=Type(28, 36),
    body=Type(26, 34),
    key=Type(26, 34, True),
    loose=0.8,
)

_LARGE_80: Final = replace(
    _FULL_80,
    titles=(Type(84, 100, True), Type(64, 78, True), Type(54, 67, True)),
    alias=Type(34, 46),
    masthead=Type(36, 46, True),
    number=Type(32, 42),
    guard_label=Type(36, 48, True),
    guard_head=Type(52, 66, True),
    guard_detail=Type(42, 55),
    figure_label=Type(32, 40),
    figure_value=Type(44, 55, True),
    tab=Type(42, 54, True),
    tab_figure=Type(36, 47, True),
    name=Type(46, 58, True),
    count=Type(46, 58),
    detail=Type(34, 46),
    tag=Type(32, 42, True),
    option=Type(36, 48),
    body=Type(38, 51),
    key=Type(38, 51, True),
    disc=Type(34, 46, True),
    take_head=Type(38, 50, True),
    take_line=Type(34, 45),
    small=Type(32, 41),
    check=Type(52, 64, True, True),
    check_note=Type(34, 45),
    mark_word=Type(56, 70, True),
    other_title=Type(46, 60, True),
    other_name=Type(36, 48, True),
    other_body=Type(34, 45),
    tab_height=58,
    tick=48,
    tick_stroke=4,
    option_tick=40,
    disc_height=46,
    key_column=92,
    guard_column=128,
    module=5,
    loose=1.3,
)

_FULL_58: Final = replace(
    _FULL_80,
    width=WIDTH_58,
    margin=4,
    titles=(Type(44, 54, True), Type(38, 47, True), Type(34, 43, True)),
    alias=Type(24, 33),
    masthead=Type(26, 34, True),
    number=Type(20, 28),
    guard_label=Type(26, 34, True),
    guard_head=Type(34, 43, True),
    guard_detail=Type(24, 33),
    tab=Type(26, 36, True),
    tab_figure=Type(24, 33, True),
    name=Type(28, 37, True),
    count=Type(28, 37),
    detail=Type(22, 30),
    option=Type(24, 33),
    body=Type(24, 33),
    key=Type(24, 33, True),
    disc=Type(22, 30, True),
    take_head=Type(26, 35, True),
    take_line=Type(22, 30),
    check=Type(36, 46, True, True),
    check_note=Type(22, 30),
    mark_word=Type(38, 48, True),
    other_title=Type(30, 40, True),
    other_name=Type(24, 32, True),
    other_body=Type(22, 30),
    tab_height=40,
    tick=32,
    option_tick=28,
    disc_height=30,
    key_column=58,
)

_COMPACT_58: Final = replace(
    _FULL_58,
    titles=(Type(38, 46, True), Type(34, 42, True)),
    guard_head=Type(30, 38, True),
    name=Type(26, 34, True),
    count=Type(26, 34),
    loose=0.8,
)

_LARGE_58: Final = replace(
    _LARGE_80,
    width=WIDTH_58,
    margin=4,
    titles=(Type(64, 78, True), Type(54, 67, True), Type(46, 58, True)),
    masthead=Type(34, 44, True),
    guard_head=Type(46, 58, True),
    guard_detail=Type(36, 48),
    figure_value=Type(38, 49, True),
    tab=Type(36, 48, True),
    tab_figure=Type(34, 45, True),
    name=Type(40, 52, True),
    count=Type(40, 52),
    detail=Type(32, 43),
    option=Type(34, 45),
    body=Type(34, 46),
    key=Type(34, 46, True),
    take_head=Type(36, 48, True),
    take_line=Type(32, 43),
    check=Type(44, 55, True, True),
    check_note=Type(32, 43),
    mark_word=Type(46, 58, True),
    tab_height=52,
    tick=42,
    option_tick=38,
    disc_height=44,
    key_column=80,
)

_BILINGUAL_80: Final = replace(
    _FULL_80,
    figure_label=Type(20, 26),
    option=Type(26, 35),
    take_line=Type(22, 30),
)

_BILINGUAL_58: Final = replace(_FULL_58, option=Type(24, 33))

_CLERK_80: Final = replace(
    _FULL_80,
    masthead=Type(30, 40, True),
    number=Type(26, 34),
    tab=Type(34, 46, True),
    tab_figure=Type(34, 46, True),
    body=Type(46, 60),
    option=Type(46, 60, True),
    disc=Type(34, 46, True),
    other_name=Type(26, 35, True),
    other_body=Type(26, 34),
    take_line=Type(26, 35),
    small=Type(22, 30),
    check=Type(36, 46, True, True),
    check_note=Type(26, 35),
    tab_height=50,
    option_tick=50,
    disc_height=46,
    tick_stroke=4,
)

_CLERK_58: Final = replace(
    _CLERK_80,
    width=WIDTH_58,
    margin=4,
    masthead=Type(26, 34, True),
    number=Type(22, 30),
    tab=Type(30, 40, True),
    tab_figure=Type(26, 35, True),
    body=Type(36, 48),
    option=Type(36, 48, True),
    disc=Type(28, 38, True),
    other_name=Type(24, 32, True),
    other_body=Type(22, 30),
    take_line=Type(24, 33),
    small=Type(20, 28),
    check=Type(30, 40, True, True),
    check_note=Type(24, 33),
    tab_height=44,
    option_tick=40,
    disc_height=38,
)

METRICS: Final = {
    (WIDTH_80, Variant.FULL): _FULL_80,
    (WIDTH_80, Variant.COMPACT): _COMPACT_80,
    (WIDTH_80, Variant.LARGE): _LARGE_80,
    (WIDTH_80, Variant.BILINGUAL): _BILINGUAL_80,
    (WIDTH_80, Variant.CLERK): _CLERK_80,
    (WIDTH_58, Variant.FULL): _FULL_58,
    (WIDTH_58, Variant.COMPACT): _COMPACT_58,
    (WIDTH_58, Variant.LARGE): _LARGE_58,
    (WIDTH_58, Variant.BILINGUAL): _BILINGUAL_58,
    (WIDTH_58, Variant.CLERK): _CLERK_58,
}
"""By paper width in dots and variant."""
