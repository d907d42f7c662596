"""The frame of every page in every language: nothing is cut, nothing lies on anything else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from journeys.views import Chrome, Nav, NotReady, Press
from phrases import LANGUAGES, Phrases
from tests.screens.conftest import FULL, UI

DATES = {"zh-Hans": "11 月 20 日 周五", "zh-Hant": "11 月 20 日 週五", "en": "20 Nov Fri", "ja": "11月20日 金曜",
         "ko": "11월 20일 금요일"}  # fmt: skip
NAMES = ("滨海广场亭", "莱山区黄海路街道党群服务中心南门亭")


def chrome(lang: str, name: str = NAMES[0], *, sample: bool = True) -> Chrome:
    say = Phrases(lang)
    return Chrome(say("brand"), name, DATES[lang], "9:41", 0.263, say("sample.mark") if sample else "")


def nav(lang: str, *, large: bool, deep: bool = True) -> Nav:
    say = Phrases(lang)
    back, home = Press(say("nav.back"), "back", "", "arrow_back"), Press(say("nav.home"), "home", "", "home")
    return Nav(
        back if deep else None,
        home if deep else None,
        Press(say("nav.normal" if large else "nav.large"), "large", "", "format_size"),
        Press(say("nav.language"), "language", "", "language"),
        Press(say("nav.end"), "end", "", "logout"),
        large,
    )


Show = Callable[..., Any]


@pytest.fixture
def show(make_kits: Callable[..., Any]) -> Show:
    """(board, box of the part) of a part as wide as a page."""
    from screens.kit.board import Board, Placed
    from screens.kit.pen import Box

    def shown(part: Any, lang: str, *, large: bool) -> Any:
        kit, board = make_kits(FULL).kit(lang, large=large), Board()
        box = Box(48, 0, 984, part.height(kit, 984))
        board.show(kit, [Placed(part, box)])
        return board, box

    return shown


LOOKS = [(lang, large) for lang in LANGUAGES for large in (False, True)]


def check(board: Any, box: Any) -> None:
    """Every line is inside the part, and none touches another."""
    for line in board.written:
        assert line.size >= 34 and not line.text.endswith("…"), line
        assert box.x <= line.box.x and line.box.right <= box.right, line
        assert box.y <= line.box.y and line.box.bottom <= box.bottom, line
    rows: dict[int, list[Any]] = {}
    for line in board.written:
        rows.setdefault(line.box.y // 20, []).append(line.box)
    for row in rows.values():
        for left, right in pairwise(sorted(row)):
            assert right.x - left.right >= 12, row


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_the_status_bar_says_who_where_and_that_it_is_a_sample(
    show: Show, lang: str, large: bool, name: str, bare: bool
) -> None:
    from screens.kit.bars import StatusBar

    words = chrome(lang, name)
    board, box = show(StatusBar(words, bare=bare), lang, large=large)
    check(board, box)
    said = [line.text for line in board.written]
    assert {words.brand, words.kiosk, words.sample} <= set(said)
    assert bare or words.time in said


@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_without_the_mark_it_has_one_line(show: Show, make_kits: Callable[..., Any], lang: str, large: bool) -> None:
    from screens.kit.bars import StatusBar

    words = chrome(lang, sample=False)
    board, box = show(StatusBar(words), lang, large=large)
    check(board, box)
    assert box.h == (112 if large else 96)
    assert words.kiosk in {line.text for line in board.written}


def test_the_weekday_gives_way_first_then_the_date_then_the_line_of_the_name(show: Show) -> None:
    from screens.kit.bars import StatusBar

    seen = []
    for length in range(1, 29):
        board, box = show(StatusBar(chrome("zh-Hans", "亭" * length)), "zh-Hans", large=False)
        said = [line.text for line in board.written]
        assert "示例内容" in said and "9:41" in said
        date = next((text for text in said if "月" in text), "")
        look = (date, box.h > 96)
        if look not in seen:
            seen.append(look)
    day = "11 月 20 日"
    assert seen == [(f"{day} 周五", False), (day, False), ("", False), (f"{day} 周五", True)]
    assert "亭" * 28 in said, "only a name longer than the whole bar is cut"


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_words_of_the_navigation_are_whole(show: Show, lang: str, large: bool, deep: bool) -> None:
    from screens.kit.bars import NavRow

    row = nav(lang, large=large, deep=deep)
    board, box = show(NavRow(row), lang, large=large)
    check(board, box)
    shown = [press for press in (row.back, row.home, row.large, row.language, row.end) if press]
    assert [line.text for line in board.written] == [press.label for press in shown]
    cells = {target.act[0]: target.box for target in board.targets}
    for press, line in zip(shown, board.written, strict=True):
        cell = cells[press.action]
        assert cell.x <= line.box.x and line.box.right <= cell.right
    assert cells["end"].right == box.right and cells["end"].w >= 228
    assert not deep or (cells["back"].x == box.x and cells["back"].w >= 228)
    assert all(right.x - left.right >= 11 for left, right in pairwise(cells.values()))


def test_words_that_are_far_too_long_for_the_navigation_take_two_lines(show: Show) -> None:
    from screens.kit.bars import NavRow

    row = nav("en", large=True)
    row = replace(row, large=replace(row.large, label="Normal size text"))
    board, box = show(NavRow(row), "en", large=True)
    check(board, box)
    assert {"Normal", "size text"} <= {line.text for line in board.written}


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("lang", "large"), LOOKS)
def test_pictures(ui: UI, lang: str, large: bool, dark: bool) -> None:
    """The mark of a sample is on the glass on its ground; `PICTURES=DIR` keeps the pictures."""
    from screens.page import Page
    from tests.screens import specimen
    from tests.screens.conftest import keep, rgb

    class Blank(Page):
        def draw(self, view: Any, page: Any) -> None:
            """Nothing but its frame."""

    stage = ui.open({NotReady: Blank}, panel=FULL, dark=dark)
    stage.show(replace(specimen.scene(large=large, lang=lang, nav=nav(lang, large=large)), chrome=chrome(lang)))
    image = ui.picture()
    mark = next(line.box for line in stage.written if line.text == Phrases(lang)("sample.mark"))
    warn = rgb(stage.kit.theme.colours["warnt"])
    assert image.getpixel((mark.right + 6, mark.y + mark.h // 2)) == warn
    keep(image, f"bars-{lang}{'-large' if large else ''}{'-dark' if dark else ''}")
