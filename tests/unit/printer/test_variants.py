"""Every kind of slip on both papers in every language: read back from the bytes that the printer would get."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from domain.paper import WIDTH_58, WIDTH_80, Dots
from domain.reprint import Reprint, reprinted
from domain.slip import (
    Alone,
    Blank,
    Block,
    Boxed,
    CheckCode,
    Choice,
    Choices,
    Codes,
    Figures,
    Guard,
    Keyed,
    Leg,
    Legs,
    Map,
    Mark,
    Masthead,
    Numbered,
    Office,
    Paragraph,
    Secret,
    Shout,
    Slip,
    Stations,
    Strip,
    Tab,
    Table,
    TableRow,
    TakeAway,
    Tick,
    Ticks,
    Title,
    Variant,
)
from kiosk.ruler import MODULES, SIZES, ruler_slip
from phrases import LANGUAGES, Phrases
from printer.layout import SlipLayout
from printer.layout.metrics import METRICS
from printer.profiles import PROFILES
from printer.raster import encode
from tests.unit.printer.samples import PAYLOAD, black
from tests.unit.printer.sheet import AT, CHECK, EVENT, City, city, event_slip, guide_slip, kinds, receipt_slip
from workbench.escpos import decode

WIDTHS = (WIDTH_80, WIDTH_58)
Picture = NDArray[np.bool_]


@pytest.fixture(scope="module")
def held() -> City:
    return city()


def printed(dots: Dots) -> Picture:
    """What comes out of the printer: the decoded job, as wide as the paper."""
    profile = PROFILES["generic-80" if dots.width == WIDTH_80 else "generic-58"]
    (sheet,) = decode(encode(dots, profile), dots.width)
    ink = np.asarray(sheet.dots, np.bool_)[: dots.height]
    assert np.array_equal(ink, black(dots))
    return ink


def scanned(ink: Picture) -> list[str]:
    """Every QR code on the paper, from the top; the white of the paper beside the head included."""
    grey = np.pad(np.where(ink, 0, 255).astype(np.uint8), 32, constant_values=255)
    found = zxingcpp.read_barcodes(grey)
    return [
        code.text for code in sorted(found, key=lambda code: (code.position.top_left.y // 40, code.position.top_left.x))
    ]


LONG_MM = 300
"""Such a paper may end with one code instead of several."""


def payloads(slip: Slip, width: int = WIDTH_80) -> list[str]:
    """What is to be scanned: on narrow paper the fewest texts with what everybody brings."""
    found = [block for block in slip.blocks if isinstance(block, TakeAway)]
    if width < WIDTH_80:
        found = [block.narrowed() for block in found]
    return [text for block in found for text in (block.payload, *(more for more, _ in block.more))]


def wanted(slip: Slip, dots: Dots) -> tuple[list[str], ...]:
    """What may be scanned on the paper, which may be too long for several codes, or its letters too large for two
    beside one another.
    """
    several = payloads(slip, dots.width)
    alone = payloads(slip, WIDTH_58)
    return (several, alone) if dots.millimetres > LONG_MM or slip.variant is Variant.LARGE else (several,)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_codes_of_every_guide_slip_are_read_from_the_printers_bytes(
    layouts: dict[int, SlipLayout], held: City, width: int, lang: str
) -> None:
    for id, variant in itertools.product(kinds(held).values(), Variant):
        slip = guide_slip(held, id, variant, lang)
        dots = layouts[width].render(slip)
        ink = printed(dots)
        assert scanned(ink) in wanted(slip, dots), (id, variant)
        assert bool(payloads(slip)) is (variant is not Variant.CLERK)
        margin = METRICS[width, variant].margin
        assert not ink[:, :margin].any() and not ink[:, width - margin :].any(), (id, variant)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_codes_of_life_events_and_receipts_are_read_from_the_printers_bytes(
    layouts: dict[int, SlipLayout], held: City, width: int, lang: str
) -> None:
    slips = [event_slip(held, EVENT, variant, lang) for variant in Variant if variant is not Variant.CLERK]
    for slip in (*slips, receipt_slip(lang)):
        dots = layouts[width].render(slip)
        ink = printed(dots)
        found = scanned(ink)
        assert found and found in wanted(slip, dots), slip.variant
        margin = METRICS[width, slip.variant].margin
        assert not ink[:, :margin].any() and not ink[:, width - margin :].any(), slip.variant


def test_several_codes_stand_beside_one_another_where_they_fit(layout: SlipLayout) -> None:
    short, words = "办" * 90, ("第一段", "第二段")
    beside = layout.render(Slip((TakeAway(short, "带走", (), None, words[0], ((short[::-1], words[1]),)),)))
    alone = layout.render(Slip((TakeAway(short, "带走"),)))
    assert beside.height < alone.height + 100
    two = guide_slip(city(), "ga-023", Variant.FULL, "zh-Hans")
    ink = black(layout.render(two))
    grey = np.pad(np.where(ink, 0, 255).astype(np.uint8), 32, constant_values=255)
    left, right = sorted(zxingcpp.read_barcodes(grey), key=lambda code: code.position.top_left.x)
    assert [left.text, right.text] == payloads(two) and left.position.top_left.y == right.position.top_left.y
    # A quiet zone of four modules between them, and at the edges with the white of the paper beside the head.
    assert right.position.top_left.x - left.position.top_right.x > 16
    long = PAYLOAD
    below = layout.render(Slip((TakeAway(long, "带走", (), None, words[0], ((long[::-1], words[1]),)),)))
    assert below.height > 2 * 69 * 4
    single = TakeAway(long, "带走", (), None, words[0], ((long[::-1], words[1]),), 0, "两个都扫", Alone(((short, ""),)))
    assert codes(layout, single) == [short]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("variant", [Variant.FULL, Variant.COMPACT, Variant.LARGE])
def test_a_guide_with_many_papers_has_all_of_them_in_its_codes(
    layouts: dict[int, SlipLayout], held: City, width: int, variant: Variant
) -> None:
    slip = guide_slip(held, "sc-025", variant, "zh-Hans")
    texts = scanned(black(layouts[width].render(slip)))
    assert len(texts) == 2 and texts in (payloads(slip, WIDTH_80), payloads(slip, WIDTH_58))
    brought = [each.name for each in held.guides["sc-025"].materials if each.when is None and each.source == "self"]
    assert len(brought) == 4 and all(name in "".join(texts) for name in brought)


def codes(layout: SlipLayout, block: TakeAway) -> list[str]:
    return scanned(black(layout.render(Slip((block,)))))


def test_how_long_slips_are(layouts: dict[int, SlipLayout], held: City) -> None:
    """Millimetres, of the sample licence and the sample life event: paper is what a kiosk runs out of."""

    def length(slip: Slip) -> float:
        return layouts[WIDTH_80].render(slip).millimetres

    full = guide_slip(held, "ga-023", Variant.FULL, "zh-Hans")
    again = reprinted(Phrases(), full, Reprint(123, 2, AT, AT + dt.timedelta(minutes=9), changed=False))
    assert length(full) <= 280
    assert length(again) - length(full) <= 14
    assert length(guide_slip(held, "ga-023", Variant.LARGE, "zh-Hans")) <= 330
    assert length(guide_slip(held, "ga-023", Variant.COMPACT, "zh-Hans")) <= 180
    assert length(guide_slip(held, "sc-032", Variant.FULL, "zh-Hans")) <= 350
    assert length(guide_slip(held, "sc-032", Variant.COMPACT, "zh-Hans")) <= 230
    longest = max(held.events, key=lambda id: length(event_slip(held, id, Variant.FULL, "zh-Hans")))
    # Three codes for 27 papers take 48 mm of it; one would have eight of them.
    assert length(event_slip(held, longest, Variant.FULL, "zh-Hans")) <= 402
    assert length(event_slip(held, longest, Variant.COMPACT, "zh-Hans")) <= 370


WIDE = "机动车驾驶证补领换领业务办理"
RARER: dict[str, Block] = {
    "mark": Mark("补打", "第 2 张，原号 000123", "原打印 16:42，本次 16:51，内容没有变"),
    "mark in english": Mark("Reprint", "Copy 2 of No. 000123", "first 16:42, now 16:51, nothing has changed"),
    "tab with words": Tab("上午", "8:30–12:00", "A 政务服务中心"),
    "table": Table(
        ("原件", "复印", "给第几步"),
        (TableRow("身份证", 1, 3, (1, 3, 4)), TableRow(WIDE, 0, 2, tuple(range(1, 23)), "标出厨房、下水口")),
        ("复印一共", "5 份"),
    ),
    "long table": Table(
        ("a", "b", "c"), tuple(TableRow(f"材料{n}", 1, 0, (n,), "x") for n in range(1, 15)), ("t", "0")
    ),
    "office": Office("上午", "A", "政务中心", "8:30–12:00", "滨河路 1 号，0535-6000000"),
    "office with a long name": Office("上午", "B", WIDE, "13:30–17:00", WIDE * 2),
    "office without anything": Office("", "", "不用跑"),
    "choices": Choices(
        "是就打勾", (Choice("店有多大？", (("小", (2,)), (WIDE, (1, 3, 21)))), Choice(WIDE, (("有", (4,)),)))
    ),
    "strip": Strip(
        (("", "本亭", "017"), ("A", WIDE, WIDE), ("B", "执法局", "滨河路 120 号")), ("13 路 20 分钟", "走 600 米")
    ),
    "strip of one": Strip((("", "本亭", "017"), ("A", "大厅", "")), ("",)),
    "legs": Legs(
        (Leg(1, WIDE, "二楼 201 窗口", "当场拿执照"), Leg(12, "税务报到", "", "最迟 12 月 7 日"), Leg(3, "甲"))
    ),
    "boxed": Boxed((("这次不用办", "消防营业前检查，300 平方米以下不用。"), ("", "③会来人看厨房"))),
    "shout": Shout("驾照补领"),
    "long shout": Shout(WIDE * 3),
    "blank": Blank(("哪天再来", "月", "日")),
    "blank with long words": Blank((WIDE, WIDE)),
    "check code": CheckCode(CHECK, ("校验码",)),
    "check code with lines": CheckCode(CHECK, ("校验码", "到任何便民亭输入")),
    "secret": Secret("查询码", "看答复只认这个码", "K7M4-X2QP"),
    "long secret": Secret("Your code", "the only way to the answer", "K7M4-X2QP-9TRW"),
    "stations": Stations(
        (("收好", "今天 16:42"), ("受理", "11月25日前"), ("转给部门", "11月27日前"), ("答复", "12月14日前")), 1
    ),
    "map": Map("便民亭", "车管所", "2.4 公里", "北", 900, 2200, "{n} 米", "{n} 公里", ("滨河公园站", "再走 150 米")),
    "map of a long way": Map("Kiosk", WIDE * 3, "12 km", "N", -12000, 10, "{n} m", "{n} km"),
    "codes": Codes("便民亭", ((3, "3 点：不准上线", False), (4, "4 点：标准", True), (5, "5 点：大字", True))),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", sorted(RARER))
def test_rarer_blocks_are_drawn_inside_the_margins_and_whole(
    layouts: dict[int, SlipLayout], name: str, width: int
) -> None:
    for variant in Variant:
        picture = black(layouts[width].render(Slip((RARER[name],), variant)))
        margin = METRICS[width, variant].margin
        assert picture.any() and not picture[-4:].any()
        assert not picture[:, :margin].any() and not picture[:, width - margin :].any(), variant


PAIRS: list[tuple[Block, Block]] = [
    (Masthead("办事明白纸", "1"), Masthead("Guide slip", "1")),
    (Title("机动车驾驶证补领"), Title("Replace a lost driving licence")),
    (Mark("补打", "第 2 张", "没有变"), Mark("Reprint", "Copy 2", "the same")),
    (Guard("白跑预警", "今天办不成", "周一 8:30"), Guard("Before you go", "Closed", "Mon 8:30")),
    (Figures((("收费", "10 元"),)), Figures((("Fee", "10 yuan"),))),
    (Tab("先带齐", "2 样"), Tab("Bring", "2 things")),
    (
        Ticks((Tick("身份证", "1 件", "原件", "自己带", "solid"),)),
        Ticks((Tick("ID card", "1", "original", "yours", "solid"),)),
    ),
    (Ticks((), (Tick("委托书", ""),), "代办"), Ticks((), (Tick("letter", ""),), "others")),
    (Keyed((("地址", "滨河路"),), "车管所"), Keyed((("Address", "Binhe Lu"),), "Vehicle Office")),
    (Numbered(("取号",)), Numbered(("Take a number",))),
    (Paragraph("以窗口答复为准"), Paragraph("The counter has the last word")),
    (
        Table(("原件", "复印", "步"), (TableRow("证", 1, 0, (1,)),), ("一共", "0")),
        Table(("orig", "copies", "step"), (TableRow("card", 1, 0, (1,)),), ("all", "0")),
    ),
    (Legs((Leg(1, "登记", "", "当场"),)), Legs((Leg(1, "Register", "", "at once"),))),
    (Boxed((("不用办", "消防"),)), Boxed((("not needed", "fire"),))),
    (Office("上午", "A", "大厅", "", "走 5 分钟"), Office("Morning", "A", "Hall", "", "5 min")),
    (Choices("打勾", (Choice("有吗", (("有", (1,)),)),)), Choices("tick", (Choice("any?", (("yes", (1,)),)),))),
    (Shout("驾照"), Shout("Licence")),
    (Blank(("去", "窗口")), Blank(("to", "window"))),
    (TakeAway("甲", "扫码", ("不用联网",)), TakeAway("甲", "Scan", ("no network",))),
]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: type(pair[0]).__name__)
def test_the_second_language_stands_below_and_only_where_it_says_something_else(
    layouts: dict[int, SlipLayout], pair: tuple[Block, Block]
) -> None:
    first, second = pair
    for width, layout in layouts.items():
        alone = black(layout.render(Slip((first,), Variant.BILINGUAL)))
        both = black(layout.render(Slip((first,), Variant.BILINGUAL, second=(second,), second_lang="en")))
        twice = black(layout.render(Slip((first,), Variant.BILINGUAL, second=(first,), second_lang="en")))
        assert np.array_equal(alone, twice)
        assert both.sum() > alone.sum() or both.shape != alone.shape
        margin = METRICS[width, Variant.BILINGUAL].margin
        assert not both[:, :margin].any() and not both[:, width - margin :].any()


def test_each_second_language_has_its_own_glyphs(layout: SlipLayout) -> None:
    def draw(lang: str) -> bytes:
        slip = Slip((Paragraph("甲"),), Variant.BILINGUAL, second=(Paragraph("直骨角"),), second_lang=lang)
        return layout.render(slip).data

    assert len({draw("ja"), draw("zh-Hant"), draw("zh-Hans")}) == 3


def test_the_map_points_where_the_office_lies(layout: SlipLayout) -> None:
    """East of the kiosk the hatched house is at the right, west of it at the left; the same distance, mirrored."""

    def house(east: float) -> int:
        plan = Map("", "", "", "", east, 0, "", "")
        picture = black(layout.render(Slip((plan,))))
        hatch = picture[60:140, 20:540].astype(int).sum(axis=0)
        return int(np.average(np.arange(len(hatch)), weights=hatch))

    assert house(1000) != house(-1000)
    east = black(layout.render(Slip((Map("亭", "所", "1 公里", "北", 1000, 0, "{n} 米", "{n} 公里"),))))
    west = black(layout.render(Slip((Map("亭", "所", "1 公里", "北", -1000, 0, "{n} 米", "{n} 公里"),))))
    assert not np.array_equal(east, west) and east.shape == west.shape


def test_the_map_is_as_high_as_its_content(layout: SlipLayout) -> None:
    """A way from east to west lies on one row; one from south to north takes the whole height; nothing is cut off."""

    def height(east: float, north: float) -> int:
        plan = Map("便民亭", "车管所", "1 公里", "北", east, north, "{n} 米", "{n} 公里")
        return layout.render(Slip((plan,))).height - 15

    assert 100 <= height(1000, 0) == height(-1000, 0) <= 120
    assert height(0, 1000) == height(0, -1000) == 200
    assert height(1000, 0) < height(1000, 300) <= 200


def test_the_pen_has_room(layout: SlipLayout) -> None:
    """At least 60 white dots above the line, and 90 of line."""
    picture = black(layout.render(Slip((Blank(("还缺", "")),), Variant.CLERK)))
    row = int(np.flatnonzero(picture.sum(axis=1) > 300)[0])
    line = np.flatnonzero(picture[row])
    assert line[-1] == 567 and len(line) > 90
    assert not picture[row - 60 : row, line[0] : line[-1]].any()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_ruler_page_measures_what_it_says(layouts: dict[int, SlipLayout], width: int) -> None:
    slip = ruler_slip(Phrases(), 128, width, ("一", "二"))
    ink = printed(layouts[width].render(slip))
    assert sorted(set(scanned(ink))) == ["标尺"]
    # The scale on top: a mark a millimetre from the first dot on.
    marks = np.flatnonzero(ink[5])
    assert set(range(0, width, 8)) <= set(marks.tolist())
    # The staircase and the bar: every column burns, and at least twenty rows burn as a whole.
    whole = np.flatnonzero(ink.all(axis=1))
    assert len(whole) >= 20
    stairs = ink[whole[0] - 72 : whole[0] - 8]
    assert stairs.any(axis=0).all()
    # The scale at the left: marks eight rows apart where nothing else burns at the edge.
    rows = np.flatnonzero(ink[60 : whole[0] - 90, 0])
    assert set(np.diff(rows[::2]).tolist()) == {8}
    assert SIZES[0] == 20 and MODULES == (3, 4, 5)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_ruler_page_can_be_drawn_in_every_language(layouts: dict[int, SlipLayout], lang: str) -> None:
    for width, layout in layouts.items():
        picture = black(layout.render(ruler_slip(Phrases(lang), 1, width, ("a",))))
        assert picture[:, width - 30 :].any() and picture.shape[0] > 1000
