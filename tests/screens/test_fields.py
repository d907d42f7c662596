"""The search field and the rows below it: what is long is set smaller or on more lines, never cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from journeys.views import Press, Row, Tag
from phrases import LANGUAGES, Phrases
from tests.screens.conftest import FULL

WIDTH = 984
EDIT = Press("改一改", "edit", icon="edit")
QUESTION = "我在外地上班想问一下老家的房子没有房产证怎么办理过户登记还要交多少税"


@pytest.fixture
def show(make_kits: Callable[..., Any]) -> Callable[..., Any]:
    """(board, box) of a part as wide as a page."""
    from screens.kit.board import Board, Placed
    from screens.kit.pen import Box

    def shown(part: Any, lang: str = "zh-Hans", *, large: bool = False) -> Any:
        kit, board = make_kits(FULL).kit(lang, large=large), Board()
        box = Box(48, 400, WIDTH, part.height(kit, WIDTH))
        board.show(kit, [Placed(part, box)])
        for line in board.written:
            assert line.size >= 34, line
            assert box.x <= line.box.x and line.box.right <= box.right, line
            assert box.y <= line.box.y and line.box.bottom <= box.bottom, line
        return board, box

    return shown


def plain(text: str) -> str:
    return text.replace(" ", "")


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_hint_is_whole(show: Callable[..., Any], lang: str, large: bool) -> None:
    from screens.kit.search import SearchField

    for hint in (Phrases(lang)("home.hint"), "Type a few words of what you want to do, in Chinese or in English"):
        board, box = show(SearchField(hint, writing=True, clear=("clear", "")), lang, large=large)
        assert plain("".join(line.text for line in board.written)) == plain(hint)
        boxes = [line.box for line in board.written]
        assert boxes[0].x - box.x >= 90, "beside the magnifying glass and the cursor"
        assert abs((boxes[0].y + boxes[-1].bottom) - (box.y + box.bottom)) <= 2, "in the middle"


@pytest.mark.parametrize("large", [False, True])
def test_a_question_that_stands_is_whole_and_keeps_off_the_button(show: Callable[..., Any], large: bool) -> None:
    from screens.kit.search import SearchField

    board, _ = show(SearchField("", QUESTION, edit=EDIT), large=large)
    said = [line for line in board.written if line.text != EDIT.label]
    button = next(line.box for line in board.written if line.text == EDIT.label)
    assert "".join(line.text for line in said) == QUESTION and len(said) > 1
    assert all(line.box.right <= button.x for line in said)


def test_a_short_question_is_large(show: Callable[..., Any], make_kits: Callable[..., Any]) -> None:
    from screens.kit.search import SearchField

    board, box = show(SearchField("", "驾照丢了怎么办", edit=EDIT))
    assert board.written[0].size == 48 and box.h == make_kits(FULL).kit().grown(14)


@pytest.mark.parametrize("large", [False, True])
def test_what_is_being_written_keeps_its_line_and_shows_its_end(show: Callable[..., Any], large: bool) -> None:
    """The field never grows under the fingers."""
    from screens.kit.search import SearchField

    heights = set()
    for text in ("", "驾照", QUESTION):
        board, box = show(SearchField("比如：驾照丢了", text, "jiazhao", True, clear=("clear", "")), large=large)
        heights.add(box.h)
        assert len({line.box.y for line in board.written}) == 1
    assert len(heights) == 1
    assert board.written[0].text.startswith("…") and "".join(line.text for line in board.written).endswith("税jiazhao")


def test_what_a_row_is_stands_before_its_tags(show: Callable[..., Any]) -> None:
    from screens.kit.rows import list_row

    event = Row("e1", "life_event", "开餐馆", note="一共 5 步", tags=(Tag("免费", "money_off"),))
    board, _ = show(list_row(event))
    assert [line.text for line in board.written] == ["开餐馆", "一共 5 步", "免费"]


def test_what_a_fact_is_stands_below_its_answer_only(show: Callable[..., Any]) -> None:
    from screens.kit.rows import list_row

    fact = Row("f1", "fact", "几点开门？", answer="九点。", note="一句话信息", department="图书馆")
    board, _ = show(list_row(fact))
    assert [line.text for line in board.written] == ["几点开门？", "九点。", "一句话信息"]


def test_a_tight_row_is_lower(show: Callable[..., Any]) -> None:
    from screens.kit.rows import list_row

    row = Row("g1", "guide", "驾驶证补领", department="公安局", tags=(Tag("免费", "money_off"),))
    (_, tight), (_, easy) = show(list_row(row, tight=True)), show(list_row(row))
    assert tight.h < easy.h
