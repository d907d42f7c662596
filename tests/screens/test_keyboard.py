from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from journeys.views import NotReady
from tests.screens.conftest import FULL, UI

CANDIDATES = ".candidates"
WORDS = (("submit", "查一查"), ("space", "空格"), ("num", "123"), ("zh", "拼音"), ("en", "英文"), ("delete", "删"))


@pytest.fixture
def board(make_kits: Any) -> Any:
    """(kit, function that makes a board holding a keyboard)."""
    from screens.kit.board import Board, Placed
    from screens.kit.keyboard import Keyboard
    from screens.kit.pen import Box

    def make(*, large: bool = False, **options: Any) -> Any:
        kit = make_kits(FULL).kit(large=large)
        keyboard = Keyboard(**{"mode": "zh", "words": WORDS, **options})
        box = Box(48, 1136, 984, keyboard.height(kit, 984))
        board = Board()
        board.show(kit, [Placed(keyboard, box)])
        return board

    return make


@pytest.mark.parametrize("mode", ["zh", "en"])
def test_every_letter_is_there_and_answers_at_its_middle(board: Any, mode: str) -> None:
    keys = board(mode=mode)
    found = {}
    for target in keys.targets:
        assert keys.at(*target.box.middle, 0) == target
        found[target.act] = target.box
    assert {value for name, value in found if name == "key"} == set("abcdefghijklmnopqrstuvwxyz")
    other = "en" if mode == "zh" else "zh"
    assert {("delete", ""), ("space", ""), ("submit", ""), ("mode", "num"), ("mode", other)} <= set(found)


def test_digits_and_signs_and_the_way_back(board: Any) -> None:
    acts = {target.act for target in board(mode="num").targets}
    assert {("key", digit) for digit in "0123456789"} <= acts
    assert {("mode", "zh"), ("mode", "en"), ("delete", ""), ("space", ""), ("submit", "")} <= acts


def test_the_order_of_the_letters_is_the_one_of_every_keyboard(board: Any) -> None:
    keys = [target for target in board().targets if target.act[0] == "key"]
    rows: dict[int, list[Any]] = {}
    for key in keys:
        rows.setdefault(key.box.y, []).append(key)
    lines = ["".join(key.act[1] for key in sorted(row, key=lambda k: k.box.x)) for _, row in sorted(rows.items())]
    assert lines == ["qwertyuiop", "asdfghjkl", "zxcvbnm"]


def test_a_key_is_as_large_as_a_fingertip(board: Any) -> None:
    for target in board().targets:
        assert target.box.w * FULL.mm >= 21.5, target
        assert target.box.h * FULL.mm >= 23.5, target


@given(st.floats(0, 983), st.floats(120, 596))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
def test_between_keys_the_nearer_one_is_meant(board: Any, x: float, y: float) -> None:
    keys = board()
    point = 48 + x, 1136 + y
    hit = keys.at(*point, 12)
    nearest = min(keys.targets, key=lambda target: target.box.gap(*point))
    gap = nearest.box.gap(*point)
    if gap == 0:
        assert hit == nearest
    elif gap < 12:
        assert hit is not None
        assert hit.box.gap(*point) == gap
    else:
        assert hit is None


def test_candidates_stand_in_order_and_those_without_room_wait_behind_the_arrow(board: Any) -> None:
    words = ("驾照", "假照", "夹着", *"家加假价嫁佳甲架稼贾钾颊嘉")
    folded = board(candidates=words)
    shown = [target for target in folded.targets if target.act[0] == "pick"]
    assert 5 <= len(shown) < len(words)
    assert [target.act[1] for target in shown] == [str(i) for i in range(len(shown))]
    assert [target.box.x for target in shown] == sorted(target.box.x for target in shown)
    assert (CANDIDATES, "1") in {target.act for target in folded.targets}

    unfolded = board(candidates=words, leaf=1)
    acts = [target.act for target in unfolded.targets]
    assert [act for act in acts if act[0] == "pick"] == [("pick", str(i)) for i in range(len(words))]
    assert not [act for act in acts if act[0] == "key"], "keys below the candidates would answer unseen"
    assert [act for act in acts if act[0] == CANDIDATES] == [(CANDIDATES, "0")]


def test_few_candidates_need_no_arrow(board: Any) -> None:
    assert not [t for t in board(candidates=("驾照", "假照")).targets if t.act[0] == CANDIDATES]
    assert not [t for t in board().targets if t.act[0] in (CANDIDATES, "pick")]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("length", [1, 2, 4, 7, 12])
def test_every_candidate_stands_on_exactly_one_leaf(board: Any, length: int, large: bool) -> None:
    words = tuple(chr(0x4E00 + 40 * i) * length for i in range(24))
    found: list[str] = []
    for leaf in range(1, 13):
        keys = board(candidates=words, leaf=leaf, large=large)
        picks = [target for target in keys.targets if target.act[0] == "pick"]
        arrows = {target.act[1]: target.box for target in keys.targets if target.act[0] == CANDIDATES}
        boxes = [*(pick.box for pick in picks), *arrows.values()]
        for i, one in enumerate(boxes):
            assert one.x >= 48 and one.right <= 48 + 984
            assert all(one.right <= o.x or o.right <= one.x or one.bottom <= o.y or o.bottom <= one.y
                       for o in boxes[i + 1 :])  # fmt: skip
        assert [line.text for line in keys.written] == [words[int(pick.act[1])] for pick in picks]
        assert str(leaf - 1) in arrows, "the way back"
        found += [pick.act[1] for pick in picks]
        if str(leaf + 1) not in arrows:
            break
    assert found == [str(i) for i in range(24)]


def test_rows_below_the_first_one_reach_the_right_edge(board: Any) -> None:
    """Only the first row has an arrow behind it."""
    rows: dict[int, list[Any]] = {}
    for target in board(candidates=("驾照",) * 20, leaf=1).targets:
        if target.act[0] == "pick":
            rows.setdefault(target.box.y, []).append(target.box)
    assert [len(row) for row in rows.values()] == [5, 6, 6, 3]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("leaf", [0, 1])
def test_a_candidate_longer_than_the_strip_is_set_smaller_and_never_cut(board: Any, leaf: int, large: bool) -> None:
    sentence = "中华人民共和国机动车驾驶证申领和使用规定补领一节"
    for words in ((sentence, "中"), ("中", sentence)):
        keys = board(candidates=words, leaf=leaf or (words[0] == "中"), large=large)
        picks = {target.act[1]: target.box for target in keys.targets if target.act[0] == "pick"}
        place = picks[str(words.index(sentence))]
        said = [line for line in keys.written if place.holds(*line.box.middle)]
        assert "".join(line.text for line in said) == sentence
        for line in said:
            assert line.size >= 34
            assert place.x <= line.box.x and line.box.right <= place.right <= 48 + 984
            assert place.y <= line.box.y and line.box.bottom <= place.bottom


def test_typing_paints_the_keyboard_once(ui: UI) -> None:
    """Results change in place: neither the keys nor the bars are painted again for a letter."""
    from tests.screens import specimen

    class Typing(specimen.Finding):
        candidates: tuple[str, ...] = ()

    stage = ui.open({NotReady: Typing})
    stage.show(specimen.scene())
    before = {type(p.placed.part).__name__: p.runs for p in stage.board._painted}
    Typing.composition = "jiazhaod"
    stage.show(specimen.scene(nav=specimen.NAV))
    after = {type(p.placed.part).__name__: p.runs for p in stage.board._painted}
    assert {name for name in after if after[name] is not before[name]} == {"SearchField"}


def test_real_touches_type_a_word(ui: UI) -> None:
    from tests.screens import specimen

    stage = ui.open({NotReady: specimen.Finding})
    stage.show(specimen.scene())
    for letter in "jiazhao":
        ui.tap(("key", letter))
    ui.tap(("pick", "0"))
    ui.tap(("submit", ""))
    assert ui.acts == [*(("key", letter) for letter in "jiazhao"), ("pick", "0"), ("submit", "")]
    ui.tap((CANDIDATES, "1"))
    ui.tap(("pick", "8"))
    assert ui.acts[-1] == ("pick", "8")


def test_the_pin_pad_hands_back_digits_and_never_shows_them(make_kits: Any) -> None:
    from screens.kit.board import Board, Placed
    from screens.kit.keyboard import PinPad
    from screens.kit.pen import Box

    kit, board = make_kits(FULL).kit(), Board()
    pad = PinPad(4)
    board.show(kit, [Placed(pad, Box(200, 400, 640, pad.height(kit, 640)))])
    acts = [target.act for target in board.targets]
    assert acts == [*(("digit", d) for d in "123456789"), ("delete", ""), ("digit", "0"), ("enter", "")]
    assert "".join(sorted(line.text for line in board.written)) == "0123456789", "only the caps of the keys"
