from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from screens.kit.typeset import FACE_OF, Faces
from tests.screens.conftest import FULL, HALF

WORDS = st.text(st.sampled_from("便民亭办事（驾照丢了），。：10 元 Type-C WAVE To 한국어 ニャー…——“卡”"), max_size=60)


@pytest.fixture(scope="module")
def kit(make_kits: Callable[..., Any]) -> Any:
    return make_kits(FULL).kit()


def shape(make_kits: Callable[..., Any], lang: str, letter: str) -> bytes:
    kits = make_kits(FULL)
    kits.kit(lang)
    mask = kits._files.outlines(FACE_OF[lang], False).mask(letter, 40)
    assert mask is not None
    pixels: bytes = mask.alpha
    return pixels


@pytest.mark.parametrize("letter", "直骨")
def test_each_language_has_its_own_shapes(make_kits: Callable[..., Any], letter: str) -> None:
    """NotoSansCJK's first face is the Japanese one; a kiosk in China must not show it to readers of Chinese."""
    assert shape(make_kits, "zh-Hans", letter) != shape(make_kits, "ja", letter)
    assert any(shape(make_kits, "zh-Hans", letter))


def test_a_language_nobody_split_a_face_for_is_shown_in_chinese_shapes(
    kivy_window: Any, fonts: Path, tmp_path: Path
) -> None:
    from screens.faces import face_file
    from screens.kit.kit import Kits

    for weight in ("Regular", "Bold"):
        face_file(tmp_path, "SC", weight).symlink_to(face_file(fonts, "SC", weight))
    kits = Kits(HALF, tmp_path)
    assert kits.kit("ja") is kits.kit("zh-Hans")
    assert kits.kit().set_name("ja", "日本語", "t34").width == 3 * 17


def test_without_the_chinese_face_there_are_no_kits(kivy_window: Any, tmp_path: Path) -> None:
    from domain.errors import Code
    from screens.faces import FontsMissing
    from screens.kit.kit import Kits

    with pytest.raises(FontsMissing) as missing:
        Kits(HALF, tmp_path)
    assert missing.value.code is Code.FONTS_MISSING
    assert "python -m screens.faces" in missing.value.detail


def test_names_of_languages_need_no_whole_face(make_kits: Callable[..., Any], fonts: Path) -> None:
    faces = Faces(fonts)
    faces.language()
    kit = make_kits(FULL).kit()
    for lang, name, face in (
        ("zh-Hant", "繁體中文", "TC"),
        ("ja", "日本語", "JP"),
        ("ko", "한국어", "KR"),
        ("en", "English", "KR"),
    ):
        assert faces.name(lang, name) == f"{face}-name"
        block = kit.set_name(lang, name, "t34")
        whole = make_kits(FULL).kit(lang).set(name, "t34")
        strip, full = (b.strike.outlines.mask(name, b.strike.size) for b in (block, whole))
        assert strip == full, "the strip must look as the whole face does"
    assert faces.name("ja", "日本語で") == "SC"


@given(WORDS, st.integers(2, 20), st.booleans())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_no_line_is_wider_than_its_place(kit: Any, text: str, em: int, bold: bool) -> None:
    block = kit.set(text, "t40", bold=bold, width=em * 40)
    assert block.width <= em * 40
    assert "".join("".join(line.text for line in block.lines).split()) == "".join(text.split())
    assert block.height == 56 * len(block.lines)


@given(WORDS, st.integers(4, 20), st.integers(1, 3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_goes_beyond_the_lines_allowed_ends_in_an_ellipsis(kit: Any, text: str, em: int, most: int) -> None:
    whole = kit.set(text, width=em * 40)
    block = kit.set(text, width=em * 40, most=most)
    assert block.width <= em * 40
    if len(whole.lines) <= most:
        assert block == whole
    else:
        assert len(block.lines) == most
        assert block.cut
        assert block.lines[-1].text.endswith("…")


def test_width_is_that_of_what_is_drawn(kit: Any) -> None:
    """Latin words are drawn as one mark because they are kerned; the sum of their letters would be wider."""
    strike = kit.type.strike(40)
    assert strike.advance("WAVE") < sum(strike.advance(letter) for letter in "WAVE")
    wave = strike.mark("WAVE")
    assert abs(strike.advance("WAVE") - (wave.dx + wave.w)) <= 2
    assert strike.advance("便民") == 80
    line = kit.set("去 WAVE 办 10 元").lines[0]
    last, x = line.cells[-1]
    assert x + strike.advance(last) == line.width == strike.advance("去 WAVE 办 10 元")


def test_ideographs_stand_in_the_middle_of_their_line(kit: Any) -> None:
    for step in ("t34", "t40", "t48", "t60", "t88"):
        block = kit.set("国", step)
        strike = block.strike
        mark = strike.mark("国")
        top = (block.line - strike.size) // 2 + mark.dy
        below = block.line - top - mark.h
        assert abs(top - below) <= 0.06 * strike.size, step


def test_what_no_face_holds_is_an_empty_box_and_blanks_leave_no_ink(kit: Any) -> None:
    strike = kit.type.strike(40)
    assert strike.mark("\U000f0000") is not None
    assert strike.mark(" ") is None and strike.advance(" ") > 0
    assert strike.mark("") is None and strike.advance("") == 0


def test_a_face_that_drew_much_is_opened_anew_and_draws_the_same(fonts: Path) -> None:
    """Pages of the file stay mapped for every glyph that was read; five whole faces would weigh 80 MB."""
    from screens.faces import face_file
    from screens.kit.outlines import Outlines

    outlines = Outlines(face_file(fonts, "SC", "Regular"))
    first = outlines.mask("亭", 40)
    mapped = [_mapped(fonts)]
    for code in range(0x4E00, 0x4E00 + 2000):
        outlines.mask(chr(code), 40)
        if code % 40 == 0:
            mapped.append(_mapped(fonts))
    assert outlines.mask("亭", 40) == first
    assert max(mapped) - min(mapped) < 9_000, "kB of the file in this process"


def _mapped(folder: Path) -> int:
    """kB of the files in `folder` that are resident in this process."""
    resident, inside = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ", 1)[0]:
            inside = str(folder / "NotoSansSC-Regular") in line
        elif inside and line.startswith("Rss:"):
            resident += int(line.split()[1])
    return resident


def test_nothing_typed_outlives_a_visit(make_kits: Callable[..., Any]) -> None:
    kits = make_kits(HALF)
    kit = kits.kit()
    kit.set("zhangsan shi shui", "t48", apart=True)
    kit.set("Zhangsan", "t48")
    strike = kit.set("Zhangsan", "t48").strike
    strike.mark("Zhangsan")
    kits.forget()
    kept = [*strike.marks, *strike._advances]
    assert not [token for token in kept if len(token) > 1]
    assert not kit.type._blocks


def test_what_is_typed_is_drawn_letter_by_letter(kit: Any) -> None:
    cells = [cell for cell, _ in kit.set("jiazhao", "t48", apart=True).lines[0].cells]
    assert cells == list("jiazhao")
