"""Writing what one looks for: the pad beside the keyboard, and what is left of it."""

from __future__ import annotations

import gc
import weakref

import pytest

from journeys import views
from journeys.find import SearchStep
from journeys.writing import POINTS_MOST, STROKES_MOST, stroke_of
from tests.flows.conftest import Kiosk

DOWN, ACROSS = "500,100 500,500 500,900", "100,500 500,500 900,500"


def write(kiosk: Kiosk, *strokes: str) -> views.Search:
    kiosk.do("start", "type", ("mode", "hand"), *(("stroke", stroke) for stroke in strokes))
    return kiosk.see(views.Search)


def test_the_field_offers_keys_and_pad(kiosk: Kiosk) -> None:
    kiosk.do("start", "type")
    page = kiosk.see(views.Search)
    assert [(press.label, press.value, chosen) for press, chosen in page.modes] == [
        ("拼音", "zh", True),
        ("手写", "hand", False),
    ]
    assert page.ink == () and page.pad_line == ""
    kiosk.do(("mode", "hand"))
    page = kiosk.see(views.Search)
    assert [chosen for _, chosen in page.modes] == [False, True]
    assert dict(page.keys) == {"undo": "退一笔", "rewrite": "重写", "erase": "删字", "submit": "查一查"}
    assert page.pad_line == "写一个字，停一下，再点上面认对的字"
    assert page.candidates == ()
    assert page.examples, "an empty pad still shows what others ask"


def test_without_a_recogniser_nobody_hears_of_the_pad(kiosk: Kiosk) -> None:
    kiosk.ink.available = False
    page = write(kiosk, DOWN)
    assert (page.mode, page.modes, page.ink) == ("zh", (), ())
    assert kiosk.ink.read == []


def test_strokes_give_candidates_and_only_a_touch_looks_for_one(kiosk: Kiosk) -> None:
    page = write(kiosk, ACROSS, DOWN)
    assert page.candidates == tuple("丢去丟云舌劳")
    assert page.ink == (((100, 500), (500, 500), (900, 500)), ((500, 100), (500, 500), (500, 900)))
    assert page.text == "" and page.rows == ()
    assert kiosk.ink.read[-1] == [[(0.1, 0.5), (0.5, 0.5), (0.9, 0.5)], [(0.5, 0.1), (0.5, 0.5), (0.5, 0.9)]]
    before = kiosk.wait(5)
    assert before == page, "nothing is taken over by itself"
    kiosk.do(("pick", "0"))
    page = kiosk.see(views.Search)
    assert (page.text, page.ink, page.candidates) == ("丢", (), ())
    assert page.rows and page.count_line.startswith("边写边找，找到")
    kiosk.do(("stroke", DOWN), ("pick", "6"))
    assert kiosk.see(views.Search).text == "丢", "no such candidate was shown"


def test_characters_go_on_behind_those_that_were_typed(kiosk: Kiosk) -> None:
    kiosk.do("start", "type")
    kiosk.type("jiazhao")
    kiosk.do(("pick", "0"), ("mode", "hand"), ("stroke", DOWN), ("pick", "0"))
    page = kiosk.see(views.Search)
    assert page.text == "驾照丢"
    assert "驾驶证" in page.rows[0].title
    kiosk.do("submit")
    assert kiosk.see(views.Results).query == "驾照丢"


def test_taking_back(kiosk: Kiosk) -> None:
    page = write(kiosk, ACROSS, DOWN)
    kiosk.do("undo_stroke")
    assert kiosk.see(views.Search).ink == page.ink[:1]
    kiosk.do("undo_stroke", "undo_stroke")
    assert kiosk.see(views.Search).ink == () and kiosk.see(views.Search).candidates == ()
    kiosk.do(("stroke", DOWN), ("stroke", DOWN), "rewrite")
    assert kiosk.see(views.Search).ink == ()
    kiosk.do(("stroke", DOWN), ("pick", "0"), ("stroke", DOWN), ("pick", "1"), "delete")
    assert kiosk.see(views.Search).text == "丢"
    kiosk.do(("stroke", DOWN), "clear")
    page = kiosk.see(views.Search)
    assert (page.text, page.ink) == ("", ())


def test_back_to_the_keys_takes_the_ink_away(kiosk: Kiosk) -> None:
    write(kiosk, DOWN)
    kiosk.do(("mode", "zh"))
    page = kiosk.see(views.Search)
    assert (page.mode, page.ink, page.candidates) == ("zh", (), ())
    kiosk.do(("stroke", DOWN))
    assert kiosk.see(views.Search).ink == (), "there is no pad to draw on"
    kiosk.do(("mode", "en"), ("mode", "hand"))
    assert kiosk.see(views.Search).modes[0][0].value == "en", "back to the keys one came from"


@pytest.mark.parametrize("line", ["", "a,b", "1,2,3", "1001,5", "5,1001", "-1,5", "1;2", "1,2 x", "12345,1"])
def test_what_is_no_stroke_is_ignored(kiosk: Kiosk, line: str) -> None:
    assert write(kiosk, line).ink == ()


def test_no_more_strokes_than_a_character_has_and_no_more_points_than_a_line_needs(kiosk: Kiosk) -> None:
    page = write(kiosk, *[DOWN] * (STROKES_MOST + 10))
    assert len(page.ink) == STROKES_MOST
    long = " ".join(f"{(i * 7) % 1001},{i % 1001}" for i in range(5000))
    stroke = stroke_of(long)
    assert len(stroke) == POINTS_MOST
    assert stroke[0] == (0, 0) and stroke[-1] == (4999 * 7 % 1001, 4999 % 1001)
    assert stroke_of("5,5 6,6 7,7 20,20") == ((5, 5), (20, 20)), "trembling on the spot is one point"


def test_who_writes_finds_the_pad_again_in_this_visit_alone(kiosk: Kiosk) -> None:
    write(kiosk, DOWN)
    kiosk.do("home", "type")
    assert kiosk.see(views.Search).mode == "hand"
    assert kiosk.see(views.Search).ink == ()
    kiosk.do("end", "again", "start", "type")
    assert kiosk.see(views.Search).mode == "zh"


def test_nothing_of_the_ink_is_left_when_the_visit_ends(kiosk: Kiosk) -> None:
    write(kiosk, ACROSS, DOWN)
    step = kiosk.walk.steps[-1]
    assert isinstance(step, SearchStep)
    assert "500" not in f"{step!r} {step.ink!r} {kiosk.walk.visit!r}"
    ink = weakref.ref(step.ink)
    del step
    kiosk.do("end")
    kiosk.scenes[:-1] = []
    gc.collect()
    assert ink() is None


def test_every_stroke_is_a_sign_of_life(kiosk: Kiosk) -> None:
    write(kiosk)
    for _ in range(8):
        kiosk.wait(30)
        assert kiosk.sheet() is None
        kiosk.do(("stroke", DOWN))
    assert len(kiosk.see(views.Search).ink) == 8


def test_an_engine_that_proves_to_be_missing_leaves_the_keys(kiosk: Kiosk) -> None:
    kiosk.do("start", "type", ("mode", "hand"))
    kiosk.ink.available = False
    kiosk.do(("stroke", DOWN))
    page = kiosk.see(views.Search)
    assert (page.mode, page.modes, page.ink) == ("zh", (), ())


def test_english_keys_find_without_picking_a_word(kiosk: Kiosk) -> None:
    kiosk.do("start", "type", ("mode", "en"))
    kiosk.type("passport")
    page = kiosk.see(views.Search)
    assert (page.text, page.composition, page.candidates) == ("passport", "", ())
    assert page.rows and "护照" in page.rows[0].title
    rows = page.rows
    kiosk.do("clear")
    kiosk.type("PassPort")
    assert kiosk.see(views.Search).rows == rows, "capitals mean the same"
    kiosk.do("space", "space")
    assert kiosk.see(views.Search).rows == rows, "so does a space behind the word"
    kiosk.do("clear", "space")
    assert kiosk.see(views.Search).text == "", "nothing begins with a space"


def test_digits_are_asked_as_they_are(kiosk: Kiosk) -> None:
    kiosk.do("start", "type", ("mode", "num"))
    kiosk.type("12345")
    assert kiosk.see(views.Search).text == "12345"
    kiosk.do(("mode", "zh"))
    kiosk.type("rex")
    page = kiosk.see(views.Search)
    assert (page.text, page.composition) == ("12345", "rex")
