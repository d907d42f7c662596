"""What a slip looks like, told by its dots: places, sizes, margins, codes that can be read. No stored pictures."""

from __future__ import annotations

import dataclasses
import itertools
import time
from pathlib import Path
from statistics import median

import numpy as np
import psutil
import pytest
import zxingcpp
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from domain.errors import Code, CodedError
from domain.paper import WIDTH_58, WIDTH_80
from domain.slip import (
    Block,
    Figures,
    Guard,
    Keyed,
    Masthead,
    Numbered,
    Paragraph,
    Slip,
    Small,
    Tab,
    TakeAway,
    Tick,
    Ticks,
    Title,
    Variant,
)
from printer.layout import SlipLayout
from printer.layout.metrics import METRICS, Metrics, Type
from printer.profiles import PROFILES
from printer.raster import encode, harmless
from tests.unit.printer.samples import BLOCKS, FULL, PAYLOAD, black

Picture = NDArray[np.bool_]
WIDTHS = (WIDTH_80, WIDTH_58)
PAPERS = list(itertools.product(WIDTHS, Variant))

LONG = "办理本事项的申请人应当在11月23日（周一）8:30–12:00到3 号窗口提交「申请表」（一式二份）；well-known Qgjpy：" * 40
PARTS: dict[str, Block] = {
    "masthead": Masthead("办事明白纸", "第 000123 张"),
    "bare title": Title("补领"),
    "english title": Title("Replace a lost driving licence at once", "机动车驾驶证补领"),
    "guard without label": Guard("", "今天去，办不成", "周一（11月23日）8:30 开门"),
    "guard without detail": Guard("白跑预警", "现在去，来得及", ""),
    "guard in english": Guard("Before you go", "Closed today", "Next opening: Mon 23 Nov, 8:30."),
    "one figure": Figures((("收费", "不收费"),)),
    "two figures": Figures((("收费", "不收费"), ("要跑", "0 次"))),
    "bare tab": Tab("还要知道"),
    "bare tick": Ticks((Tick("身份证", ""),)),
    "only conditional": Ticks((), (Tick("委托书", "1 份", "原件", "自己带", "solid"),), "别人代办"),
    "conditional without head": Ticks((Tick("身份证", "1 件"),), (Tick("委托书", ""), Tick("户口簿", ""))),
    "keyed without head": Keyed((("电话", "没有核实到，打 12345"),)),
    "keyed with long keys": Keyed((("监督投诉电话", "0305-6000110"), ("热线", "12345"))),
    "bare keyed": Keyed((("", "滨河路 88 号"),), "车辆管理所"),
    "twelve steps": Numbered(tuple(f"第 {n} 步，到窗口" for n in range(1, 13))),
    "words only": TakeAway("", "打 12345 也能问", ("不用联网",)),
    "code only": TakeAway("便民亭", ""),
    "mixed": Paragraph("① ² ½ ℃ 〇 㐀 𠮷 é Ж 가 か ー → ￥10", bold=True),
}
PARTS.update((type(block).__name__, block) for block in BLOCKS)


def draw(layout: SlipLayout, *blocks: Block, variant: Variant = Variant.FULL, lang: str = "zh-Hans") -> Picture:
    return black(layout.render(Slip(blocks, variant, lang)))


def long_parts() -> list[Block]:
    return [
        Masthead(LONG[:60], LONG[:50]),
        Title(LONG[:200], LONG),
        Guard(LONG[:12], LONG[:300], LONG),
        Figures(((LONG[:60], LONG[:40]), ("甲", "1"), ("乙", LONG[:80]))),
        Tab(LONG[:60], LONG[:60]),
        Ticks(
            (Tick(LONG[:200], LONG[:60], LONG, LONG[:30], "solid"), Tick(LONG[:80], "", "", "窗口领")),
            (Tick(LONG[:90], "1 份"), Tick(LONG[:90], "")),
            LONG[:90],
        ),
        Keyed(((LONG[:90], LONG), ("键", LONG)), LONG[:90], LONG[:90]),
        Numbered((LONG, LONG[:5])),
        Paragraph(LONG),
        TakeAway("便民亭", LONG[:90], (LONG,)),
        Small((LONG,)),
    ]


def inside_margins(picture: Picture, margin: int) -> bool:
    return not picture[:, :margin].any() and not picture[:, picture.shape[1] - margin :].any()


def runs(line: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(start, length) of the black runs of a row or column."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], line.astype(np.int8), [0]])))
    return [(int(start), int(end - start)) for start, end in zip(edges[::2], edges[1::2], strict=True)]


def codes(picture: Picture) -> list[str]:
    grey = np.where(picture, 0, 255).astype(np.uint8)
    return [found.text for found in zxingcpp.read_barcodes(np.pad(grey, 40, constant_values=255))]


@pytest.mark.parametrize(("width", "variant"), PAPERS)
@pytest.mark.parametrize("name", sorted(PARTS))
def test_every_block_is_drawn_inside_the_margins_and_whole(
    layouts: dict[int, SlipLayout], name: str, width: int, variant: Variant
) -> None:
    picture = draw(layouts[width], PARTS[name], variant=variant)
    assert picture.any()
    assert inside_margins(picture, METRICS[width, variant].margin)
    # White rows above and below: nothing was cut off.
    assert not picture[:1].any()
    assert not picture[-4:].any()


@pytest.mark.parametrize(("width", "variant"), PAPERS)
def test_two_thousand_characters_stay_inside_the_margins(
    layouts: dict[int, SlipLayout], width: int, variant: Variant
) -> None:
    metrics = METRICS[width, variant]
    for block in long_parts():
        picture = draw(layouts[width], block, variant=variant)
        assert inside_margins(picture, metrics.margin), type(block).__name__
        assert not picture[-4:].any()
    assert len(LONG) > 2000


@pytest.mark.parametrize(("width", "variant"), PAPERS)
def test_a_long_text_is_there_to_its_end(layouts: dict[int, SlipLayout], width: int, variant: Variant) -> None:
    metrics = METRICS[width, variant]
    text = "办" * 2000
    picture = draw(layouts[width], Paragraph(text), variant=variant)
    lines = -(-2000 // (metrics.content // metrics.body.size))
    assert picture.shape[0] >= lines * metrics.body.line
    inked = draw(layouts[width], Paragraph("办"), variant=variant).sum() * 2000
    assert picture.sum() == inked


@given(
    st.text(
        st.characters(codec="utf-8") | st.sampled_from("办（），。《》「」Wjgy 9:\n"),
        max_size=60,
    ),
    st.sampled_from(PAPERS),
    st.sampled_from(["zh-Hans", "zh-Hant", "ja", "ko", "en", "unknown"]),
)
@settings(max_examples=60)
def test_whatever_the_text_nothing_leaves_the_margins(
    layouts: dict[int, SlipLayout], text: str, paper: tuple[int, Variant], lang: str
) -> None:
    width, variant = paper
    blocks: list[Block] = [
        Masthead(text, text),
        Title(text, text),
        Guard(text, text, text),
        Figures(((text, text), (text, text))),
        Tab(text, text),
        Ticks((Tick(text, text, text, text[:9]),), (Tick(text, text),), text),
        Keyed(((text, text),), text, text),
        Numbered((text,)),
        Paragraph(text),
        TakeAway("", text, (text,)),
        Small((text,)),
    ]
    picture = draw(layouts[width], *blocks, variant=variant, lang=lang)
    # A glyph that reaches over its own advance (an old script, a swash) may touch the margin, never the edge.
    assert inside_margins(picture, 1)
    assert not picture[-4:].any()


@pytest.mark.parametrize(("width", "variant"), PAPERS)
def test_nothing_is_set_smaller_than_allowed(width: int, variant: Variant) -> None:
    metrics = METRICS[width, variant]
    smallest = 32 if variant is Variant.LARGE else 20
    assert min(type.size for type in types(metrics)) >= smallest
    assert min(type.size for type in (metrics.guard_label, metrics.tab, metrics.tag, metrics.disc)) >= 22
    assert all(type.line >= type.size * 1.18 for type in types(metrics))
    assert metrics.module >= (5 if variant is Variant.LARGE else 4)


def types(metrics: Metrics) -> list[Type]:
    values = [getattr(metrics, field.name) for field in dataclasses.fields(metrics)]
    return [value for value in values if isinstance(value, Type)] + list(metrics.titles)


def test_same_slip_same_dots(layout: SlipLayout) -> None:
    dots = layout.render(FULL)
    assert layout.render(FULL) == dots
    assert SlipLayout(WIDTH_80).render(FULL) == dots
    assert harmless(dots) is dots


def test_blocks_follow_one_another_without_touching(layout: SlipLayout) -> None:
    whole = layout.render(FULL).height
    alone = sum(layout.render(Slip((block,))).height - 10 for block in BLOCKS)
    assert alone < whole < alone + 15 * len(BLOCKS)


def test_parts_that_are_missing_take_no_room(layout: SlipLayout) -> None:
    def height(block: Block) -> int:
        return layout.render(Slip((block,))).height

    assert height(Title("补领")) < height(Title("补领", "驾照丢了"))
    assert height(Guard("", "来得及", "")) < height(Guard("", "来得及", "今天到 17:00"))
    assert height(Figures(())) == height(Ticks(())) == height(Keyed(())) == height(Numbered(())) == height(Small(()))
    assert layout.render(Slip(())).height == height(Figures(()))
    assert height(Ticks((Tick("证", "1"),))) < height(Ticks((Tick("证", "1", "原件"),)))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("variant", Variant)
@pytest.mark.parametrize("payload", ["便民亭", PAYLOAD, "办" * 110], ids=["short", "full", "longest"])
def test_the_code_on_the_paper_is_the_text(
    layouts: dict[int, SlipLayout], width: int, variant: Variant, payload: str
) -> None:
    block = TakeAway(payload, "扫码带走全文，不用联网", ("手机相机对准就行",))
    picture = draw(layouts[width], Paragraph("上面有字。"), block, Paragraph("下面有字。"), variant=variant)
    assert codes(picture) == [payload]


def test_the_code_on_a_full_slip_is_the_text(layouts: dict[int, SlipLayout]) -> None:
    for width in WIDTHS:
        assert codes(black(layouts[width].render(FULL))) == [PAYLOAD]


def test_modules_are_four_dots_and_five_in_large_print(layout: SlipLayout) -> None:
    for variant, module in ((Variant.FULL, 4), (Variant.LARGE, 5)):
        picture = draw(layout, TakeAway("便民亭", ""), variant=variant)
        top = int(np.flatnonzero(picture.any(axis=1))[0])
        # The finder pattern in the corner is seven modules wide.
        assert runs(picture[top])[0][1] == 7 * module


def test_a_text_too_long_for_the_code_is_refused(layout: SlipLayout) -> None:
    with pytest.raises(ValueError, match="need version"):
        layout.render(Slip((TakeAway("办" * 111, ""),)))


@pytest.mark.parametrize(("variant", "box", "stroke"), [(Variant.FULL, 34, 3), (Variant.LARGE, 48, 4)])
def test_boxes_are_empty(layout: SlipLayout, variant: Variant, box: int, stroke: int) -> None:
    picture = draw(layout, Ticks((Tick("身份证", "1 件"),)), variant=variant)
    top, length = runs(picture[:, 8])[0]
    assert length == box
    assert runs(picture[top + box // 2])[0] == (8, stroke)
    assert not picture[top + stroke : top + box - stroke, 8 + stroke : 8 + box - stroke].any()


def test_who_supplies_it_is_told_by_shape(layout: SlipLayout) -> None:
    def tag(style: str) -> Picture:
        row = Tick("身份证", "1 件", tag="自己带", tag_style="solid" if style == "solid" else "outline")
        picture = draw(layout, Ticks((row,)))
        columns = np.flatnonzero(picture[:, 300:].any(axis=0)) + 300
        part = picture[:, columns[0] : columns[-1] + 1]
        rows = np.flatnonzero(part.any(axis=1))
        return part[rows[0] : rows[-1] + 1]

    solid, outline = tag("solid"), tag("outline")
    assert solid.mean() > 0.5 > 0.4 > outline.mean()
    assert outline[:2].all()
    assert not outline[3:5, 2:-2].any()


def test_a_count_is_not_torn_from_its_unit(layouts: dict[int, SlipLayout]) -> None:
    """Beside the name where it fits, else whole on the next line: the same rows either way, not a third one."""
    layout = layouts[WIDTH_58]

    def height(name: str, count: str) -> int:
        return layout.render(Slip((Ticks((Tick(name, count),)),))).height

    assert height("出生证明", "原件 1 份") == height("出生证明", "")
    assert (
        height("出生登记的申报单据", "原件 1 份")
        == height("出生登记的申报单据", "") + METRICS[WIDTH_58, Variant.FULL].name.line
    )
    both = draw(layout, Ticks((Tick("出生登记的申报单据", "原件 1 份"),)))
    name = draw(layout, Ticks((Tick("出生登记的申报单据", ""),)))
    first_line = slice(0, name.shape[0] - 12)
    assert np.array_equal(both[first_line], name[first_line])


def test_the_answer_stands_in_a_frame_of_four_dots(layout: SlipLayout) -> None:
    picture = draw(layout, Guard("白跑预警", "现在去，来得及", "今天到 17:00"))
    column = runs(picture[:, 560])
    assert [length for _, length in column] == [4, 4]
    # The label column is black from top to bottom, its words are white in it.
    top, bottom = column[0][0], column[1][0] + 4
    assert picture[top:bottom, 8:20].all()
    assert 0.6 < picture[top:bottom, 8:100].mean() < 0.95


def test_a_label_without_room_becomes_a_strip(layouts: dict[int, SlipLayout]) -> None:
    block = Guard("Before you go", "Closed today", "")
    for layout in layouts.values():
        picture = draw(layout, block)
        top = int(np.flatnonzero(picture.any(axis=1))[0])
        strip = picture[top : top + 34]
        assert strip[:, 200:360].mean() > 0.6


def test_section_head_and_its_figure(layout: SlipLayout) -> None:
    picture = draw(layout, Tab("先带齐", "3 样"))
    bottom = int(np.flatnonzero(picture.any(axis=1))[-1])
    assert picture[bottom - 2 : bottom + 1, 8:568].all()
    assert picture[:, 20:100].mean() > 0.4
    assert np.flatnonzero(picture[5:30].any(axis=0))[-1] >= 562


def test_large_print_is_larger(layout: SlipLayout) -> None:
    def ink_height(variant: Variant) -> int:
        rows = np.flatnonzero(draw(layout, Paragraph("国"), variant=variant).any(axis=1))
        return int(rows[-1] - rows[0] + 1)

    assert ink_height(Variant.LARGE) >= 32
    assert ink_height(Variant.LARGE) / ink_height(Variant.FULL) > 1.35


def test_each_language_has_its_own_glyphs(layout: SlipLayout) -> None:
    drawn = {lang: draw(layout, Title("直骨角"), lang=lang).tobytes() for lang in ("zh-Hans", "zh-Hant", "ja")}
    assert len(set(drawn.values())) == 3
    assert draw(layout, Title("直骨角"), lang="en").tobytes() == drawn["zh-Hans"]


def test_phones_and_days_stand_out(layout: SlipLayout) -> None:
    def ink(text: str) -> int:
        return int(draw(layout, Keyed((("", text),))).sum())

    assert ink("0305-6000122") > 1.1 * ink("0305.6000122")
    assert ink("150 米") == draw(layout, Paragraph("150 米")).sum()


def test_control_characters_are_not_drawn(layout: SlipLayout) -> None:
    assert np.array_equal(draw(layout, Paragraph("办\x00\x1b事\u200b\ufeff")), draw(layout, Paragraph("办事")))
    assert np.array_equal(draw(layout, Paragraph("cafe\u0301")), draw(layout, Paragraph("café")))


def test_missing_fonts_are_told(tmp_path: Path) -> None:
    with pytest.raises(CodedError) as caught:
        SlipLayout(WIDTH_80, tmp_path)
    assert caught.value.code is Code.FONTS_MISSING
    for name in ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"):
        (tmp_path / name).write_bytes(b"no font")
    with pytest.raises(CodedError) as caught:
        SlipLayout(WIDTH_80, tmp_path)
    assert caught.value.code is Code.FONTS_MISSING


def test_no_font_file_stays_open(layout: SlipLayout) -> None:
    """Every open one counts as 17 MB of the process, and a slip has twenty faces."""

    def mapped() -> int:
        return sum("NotoSansCJK" in region.path for region in psutil.Process().memory_maps(grouped=False))

    before = mapped()
    layout.render(Slip((Paragraph("新"), Paragraph("字", bold=True), Title("体"), Small(("小",)))))
    assert mapped() == before


def test_paper_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="512"):
        SlipLayout(512)


def test_a_slip_is_drawn_and_encoded_in_good_time(layout: SlipLayout) -> None:
    """50 ms is the bar on an idle machine. The suite shares its cores: CPU time, and twice as much at most."""
    layout.render(FULL)
    spent = []
    for _ in range(7):
        begin = time.thread_time()
        encode(layout.render(FULL), PROFILES["generic-80"])
        spent.append(time.thread_time() - begin)
    assert median(spent) < 0.1
