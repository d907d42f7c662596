"""The specimen sheet: every part in every state, as pages to look at and to measure. The words are samples.

`PICTURES=DIR pytest tests/screens/test_specimen.py` keeps the pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from domain.paper import Dots
from journeys.views import (
    CardPhase,
    CardSheet,
    Chrome,
    Figure,
    IdleSheet,
    MapView,
    MaterialLine,
    Nav,
    NotReady,
    Pin as MapPin,
    Press,
    Row,
    Scene,
    StepLine,
    Tag as TagView,
)
from screens.kit.bars import ActionRow, Turner
from screens.kit.buttons import Button, Chip, Choice, LanguageChip, Tile, paint_radio, paint_tick
from screens.kit.keyboard import Keyboard, PinPad, leaf_of
from screens.kit.map import Schematic
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.pictures import Paper, Qr
from screens.kit.planes import Beside, Column, Empty, Flow, Grid, Plane
from screens.kit.rows import LinkRow, MaterialRow, Steps, SummaryStrip, list_row
from screens.kit.scenery import BAY, EVENING, OPEN_SEA, Scenery
from screens.kit.search import SearchField
from screens.kit.words import Head, Note, Runs, Tag, Text, title
from screens.page import Frame, Page
from screens.theme import Token
from tests.screens import card_views

CHROME = Chrome("便民亭", "滨海广场亭", "11 月 20 日 周五", "9:41", 0.263)
NAV = Nav(
    Press("返回", "back", icon="arrow_back"),
    Press("首页", "home", icon="home"),
    Press("大字", "large", icon="format_size"),
    Press("语言", "language", icon="language"),
    Press("结束", "end", icon="logout"),
)

LICENCE = Row(
    "g1", "guide", "机动车驾驶证补领", "驾照丢了", (("驾照", True), (" 是它的日常叫法", False)), "市公安局",
    (TagView("1 个工作日", "schedule"), TagView("10 元", "payments"), TagView("跑 1 次", "directions_walk")),
)  # fmt: skip
RENEWAL = Row(
    "g2", "guide", "机动车驾驶证期满换领", "驾照到期", (("驾照", True), (" 是它的日常叫法", False)), "市公安局",
    (TagView("即办", "bolt", "ok"), TagView("10 元", "payments"), TagView("跑 1 次", "directions_walk")),
)  # fmt: skip
LONG = Row(
    "g3", "guide", "从事拖拉机和联合收割机驾驶证核发与补领、换领（含准驾机型变更）",
    "开拖拉机的本子丢了或者到期了怎么换",
    (("意思相近：农机驾驶证 ", False), ("丢了", True), (" 也在这里补，换领和补领走同一个窗口", False)),
    "市农业农村局农业机械管理服务中心",
    (TagView("3 个工作日", "schedule"), TagView("免费", "money_off"), TagView("可不跑", "smartphone", "sea")),
)  # fmt: skip
FACT = Row(
    "f1", "fact", "驾照丢了还能开车吗？", answer="能证明已申领电子驾驶证的，可先出示电子证。",
    note="一句话信息 · 市公安局 · 11 月 12 日核验",
)  # fmt: skip
MATERIALS = (
    MaterialLine(0, "身份证", "您自己带", "原件 1 份", True),
    MaterialLine(1, "驾驶证补领申请表", "窗口给，现场填，不用复印", "1 张", False),
    MaterialLine(2, "白底一寸照片", "窗口免费拍，也可自己带", "1 张", False),
)
STEPS = (
    StepLine(1, "取号", "二楼大厅"),
    StepLine(2, "交材料", "12 号窗口"),
    StepLine(3, "交费领证", "多数当场给"),
)
LONG_STEPS = (
    StepLine(1, "定名字，领营业执照", "市场监督管理局"),
    StepLine(2, "门头招牌备案", "综合行政执法局，带上店面照片和租赁合同，当场就能办完"),
    StepLine(3, "员工健康证", ""),
)
FIGURES = (
    Figure("1 个工作日", "承诺办完"),
    Figure("10 元", "工本费"),
    Figure("跑 1 次", "多数当场领"),
    Figure("来得及", "现在去", "ok"),
)
WIDE_FIGURES = (
    Figure("15 个工作日", "承诺办完"),
    Figure("12.50 元起", "工本费和邮寄费"),
    Figure("跑 2 次", "交一次取一次"),
    Figure("来不及", "窗口 16:30 停止取号", "warn"),
)
MAP = MapView(
    "您在这", "北", (
        MapPin(280, 590, "办", "市政务服务中心", chosen=True), MapPin(-90, 40, "", "滨海广场站", "stop"),
        MapPin(-400, -120, "2"), MapPin(60, -300, "3"), MapPin(1300, -240, "4"),
    ), "直线 650 米，走路约 9 分钟",
)  # fmt: skip
WORDS = (("submit", "查一查"), ("space", "空格"), ("num", "123"), ("zh", "拼音"), ("en", "英文"), ("delete", "删"))
IDLE = IdleSheet(
    14, 0.7, "还在吗？", "14 秒后清除，回到首页", ("看到一半的驾照补领会清掉。", "点屏幕任何地方都能接着看。"),
    (Press("我还在，继续", "stay"), Press("先打印", "print", icon="print"),
     Press("结束并清除", "end", icon="logout")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Swatch(Part):
    """A colour with its name."""

    name: str
    fill: Token
    ink: Token
    edge: Token | None = None

    def height(self, kit: Any, width: int) -> int:
        return kit.g(12.5)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        if self.edge:
            pen.frame(box, self.fill, self.edge, pen.kit.theme.radius, pen.kit.theme.border)
        else:
            pen.fill(box, self.fill, pen.kit.theme.radius)
        block = pen.kit.set(f"{self.name}\n{self.fill}", "t34", width=box.w - pen.kit.g(4))
        pen.text(block, box.x + pen.kit.g(2), box.y + (box.h - block.height) // 2, self.ink)


@dataclass(frozen=True, slots=True)
class State(Part):
    """A part as it looks while something is done to it."""

    part: Part
    feel: Feel

    def height(self, kit: Any, width: int) -> int:
        return self.part.height(kit, width)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        self.part.paint(pen, box, self.feel)

    def targets(self, kit: Any, box: Box) -> Any:
        return self.part.targets(kit, box)


@dataclass(frozen=True, slots=True)
class Marks(Part):
    """Tick boxes and round buttons."""

    def height(self, kit: Any, width: int) -> int:
        return kit.grown(14)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        side = pen.kit.grown(7)
        y = box.y + (box.h - side) // 2
        paint_tick(pen, Box(box.x, y, side, side), False)
        paint_tick(pen, Box(box.x + side + pen.kit.g(2), y, side, side), True)
        paint_radio(pen, box.right - side / 2, y + side / 2, side, True)


def _buttons(kind: Any, label: str) -> tuple[Part, ...]:
    press = Press(label, kind, "x")
    act = (kind, "x")
    return (
        Button(press, kind),
        State(Button(press, kind), Feel(down=act)),
        State(Button(press, kind), Feel(focus=act)),
        Button(replace(press, enabled=False), kind),
    )


class Sheet28(Page):
    """Colours, type, controls, rows: the mock-up 28."""

    navigation = False
    status = False

    def draw(self, view: Any, page: Frame) -> None:
        page.space(5)
        page.add(title("零件板", "12 栏 × 60"))
        if not page.kit.theme.large:
            self.colours(page)
            page.add(Text("印好了，请拿纸", "t88", bold=True), gap=2)
        self.controls(page)

    def colours(self, page: Frame) -> None:
        page.add(
            Grid(
                (
                    Swatch("沙滩底", "ground", "ink", "line"), Swatch("白面", "surface", "ink", "line"),
                    Swatch("浅沙", "sand", "ink"), Swatch("键", "key", "ink"),
                    Swatch("深海墨", "ink", "ground"), Swatch("海蓝", "primary", "onp"),
                    Swatch("按下", "deep", "onsea"), Swatch("浅海", "tint", "primary"),
                    Swatch("成", "okt", "ok"), Swatch("慎", "warnt", "warn"),
                    Swatch("停", "stopt", "stop"), Swatch("朝阳底", "coralt", "ink"),
                ), 4, row_gap=1.5,
            ), gap=1,
        )  # fmt: skip

    def controls(self, page: Frame) -> None:
        page.add(Text("机动车驾驶证补领", "t60", bold=True))
        page.add(Text("要带 3 样", "t48", bold=True))
        page.add(Text("窗口 16:30 停止取号"))
        page.add(Text("核验于 11 月 18 日，由市公安局", "t34", "ink2"))
        page.add(Grid((*_buttons("primary", "主要"), *_buttons("secondary", "次要"), *_buttons("tertiary", "第三")[:3],
                       Marks()), 4, row_gap=2.5), gap=2)  # fmt: skip
        page.add(
            Flow(
                (
                    Tag(TagView("来得及", "", "ok")), Tag(TagView("先问一声", "", "warn")),
                    Tag(TagView("今天停办", "", "stop")), Tag(TagView("可不跑", "smartphone", "sea")),
                    Tag(TagView("因为您的卡是老年卡", "elderly"), reason=True),
                )
            ), gap=3,
        )  # fmt: skip
        page.add(
            Flow((Chip(Press("平常", "chip", "1")), Chip(Press("选中", "chip", "2"), chosen=True),
                  Chip(Press("企业 1", "chip", "3", "business")))), gap=3,
        )  # fmt: skip
        page.add(Plane((LinkRow("列表行", "为什么对上，哪个部门", "badge", ("open", "x")),)), gap=3)
        page.add(Empty("部门还没填", "空白也要说明，并给一条路"), gap=3)


class Guide(Page):
    """Rows of a guide."""

    def draw(self, view: Any, page: Frame) -> None:
        actions = (Press("打印明白纸", "print", icon="print"), Press("手机带走", "take", icon="qr_code_2"),
                   Press("报错", "report", icon="flag"))  # fmt: skip
        page.foot(ActionRow(actions), gap=3)
        page.add(title("机动车驾驶证补领", "驾照丢了"), gap=3)
        page.add(SummaryStrip(FIGURES), gap=2)
        page.add(Head("要带 3 样", "点方框，备好一样勾一样"), gap=3)
        page.add(Plane(tuple(map(MaterialRow, MATERIALS)), rules=True))
        page.add(Head("怎么办", "一共 3 步，约 20 分钟"), gap=3)
        page.add(Plane((Steps(STEPS),), pad=4))
        lines = Column(
            (
                Text("市政务服务中心", bold=True), Text("二楼公安综合窗口", "t34", "ink2"),
                Note("directions_walk", "走路 9 分钟，650 米", "ink", "primary"),
                Note("directions_bus", "17、52 路 政务中心站", "ink", "primary"),
                Note("schedule", "周一到周五 9:00–17:00", "ink", "primary"),
                Note("call", "0535-600 0123", "ink", "primary"),
            ), gap=0.5,
        )  # fmt: skip
        page.add(Plane((Beside((Schematic(replace(MAP, line=""), tall=36), lines), (10, 12)),), pad=3, above=3), gap=3)
        page.add(Note("verified", "核验于 11 月 18 日，由市公安局", "ok"), gap=3)


class Finding(Page):
    """Typing with results in place."""

    composition = "jiazhao"
    candidates: tuple[str, ...] = ("驾照", "假照", "夹着", "家", "加", "假", "价", "嫁", "佳")

    def __init__(self) -> None:
        super().__init__()
        self.leaf = 0

    def handle(self, act: tuple[str, str]) -> bool:
        self.leaf = leaf_of(act)
        return True

    def draw(self, view: Any, page: Frame) -> None:
        page.foot(Keyboard("zh", WORDS, self.candidates, self.leaf), gap=3)
        modes = ((Press("拼音", "way", "pinyin", "keyboard"), True), (Press("手写", "way", "ink", "draw"), False))
        page.add(SearchField("比如：驾照丢了", "", self.composition, True, clear=("clear", ""), modes=modes), gap=3)
        page.add(Runs((("边打边找，找到 ", False), ("9", True), (" 条", False))), gap=3)
        page.add(Plane((list_row(LICENCE), list_row(RENEWAL)), rules=True), gap=1)


class Rows(Page):
    """Rows whose words are long, facts, what is not there, turning pages."""

    def draw(self, view: Any, page: Frame) -> None:
        page.foot(Turner(0, 2), gap=3)
        page.add(title("附近的政务服务中心、便民服务点和自助终端", "办事大厅"), gap=3)
        page.add(Plane((list_row(LONG), list_row(FACT)), rules=True), gap=2)
        page.add(SummaryStrip(WIDE_FIGURES), gap=2)
        page.add(Plane((Steps(LONG_STEPS[:2]),)), gap=2)
        way = Button(Press("写信", "write", icon="mail"), "tertiary", tall=9)
        page.add(Empty("部门还没填", "可以打 12345，也可以写信。", way=way), gap=2)


class HomeLike(Page):
    """Scenery, sea, tiles."""

    def draw(self, view: Any, page: Frame) -> None:
        kit = page.kit
        page.add(Text("上午好", "t60", bold=True), gap=3)
        page.add(Text("不用登记，不用上网。点一点就能查。", ink="ink2"))
        page.add(Head("一件事，一次说清", "全部 18 件", ("events", ""), "chevron_right"), gap=4)
        events = (("生孩子", "child_friendly"), ("开餐馆", "restaurant"), ("要退休", "elderly"), ("买了房", "house"))
        page.add(Grid(tuple(Tile(Press(n, "event", n, i), row=True, icon_steps=6) for n, i in events), 4), gap=1)
        scenery = Scenery(BAY, 20, 49)
        page.space(2)
        page.put(scenery, page.wide(scenery.height(kit, 0)))
        page.space(23)
        page.add(Text("您想办什么事？", "t48", "onsea", bold=True))
        modes = ((Press("拼音", "way", "pinyin", "keyboard"), True), (Press("手写", "way", "ink", "draw"), False))
        page.add(SearchField("比如：驾照丢了", act=("search", ""), modes=modes), gap=1.5)
        popular = ("社保卡丢了", "老年卡", "公积金提取", "交暖气费")
        page.add(Grid(tuple(Chip(Press(n, "ask", n), sea=True) for n in popular), 4, gap=2), gap=3)
        themes = (
            ("户口身份证", "badge"),
            ("社保养老", "savings"),
            ("看病医保", "local_hospital"),
            ("上学教育", "school"),
        )
        page.space(6)
        page.add(Grid(tuple(Tile(Press(n, "theme", n, i)) for n, i in themes), 4, gap=1))


class Pictures(Page):
    """Paper, QR code, choices."""

    def draw(self, view: Any, page: Frame) -> None:
        page.add(title("打印前看一眼"), gap=3)
        body, kit = page.body, page.kit
        left = Box(body.x, body.y + kit.g(2), kit.g(76), kit.g(90))
        page.put(Plane((), fill="sand"), left)
        page.put(Paper(DOTS), left.inset(kit.g(2)))
        right = Box(left.right + kit.theme.gutter, left.y, body.right - left.right - kit.theme.gutter, kit.g(30))
        choices = Column((Head("字号"), Choice(Press("普通", "variant", "full"), "约 18 厘米", True),
                          Choice(Press("大字", "variant", "large"), "约 26 厘米", False)), 1.5)  # fmt: skip
        page.put(choices, right)
        page.put(Qr(CODE, 36), Box(right.x, right.y + kit.g(54), right.w, kit.g(36)))


class Pin(Page):
    """The staff gate."""

    def draw(self, view: Any, page: Frame) -> None:
        page.add(title("工作人员"), gap=3)
        pad, width = PinPad(3), page.kit.theme.columns(8)
        height = pad.height(page.kit, width)
        page.put(pad, Box((page.whole.w - width) // 2, page.body.bottom - height, width, height))


class Attract(Page):
    """The large view."""

    bare_status = True
    navigation = False

    def draw(self, view: Any, page: Frame) -> None:
        kit = page.kit
        page.add(Text("9:41", "t132"))
        page.add(Text("有事要办？", "t88", bold=True), gap=3)
        page.add(Text("去哪儿办、带什么，问我就行。", "t60"))
        horizon = kit.g(112.5)
        top = horizon - kit.g(45)
        page.put(Scenery(OPEN_SEA, 45, 127.5), Box(0, top, page.whole.w, page.whole.h - top))
        names = (
            ("zh-Hans", "简体中文"),
            ("zh-Hant", "繁體中文"),
            ("en", "English"),
            ("ja", "日本語"),
            ("ko", "한국어"),
        )
        strip = Grid(tuple(LanguageChip(tag, name, "start", tag == "zh-Hans") for tag, name in names), 5, gap=1)
        page.put(strip, Box(page.body.x, kit.g(211), page.body.w, strip.height(kit, page.body.w)))
        page.put(Button(Press("点一下屏幕，开始", "start", icon="touch_app"), "sea", 22, "t60", icon_ink="coral"),
                 Box(page.body.x, kit.g(184), page.body.w, kit.g(22)))  # fmt: skip


class Evening(Page):
    """The map alone, and the evening view."""

    def draw(self, view: Any, page: Frame) -> None:
        kit = page.kit
        page.add(title("附近网点"), gap=3)
        page.add(Schematic(MAP, tall=50), gap=2)
        page.space(6)
        page.put(Scenery(EVENING, 24, 12), page.wide(kit.g(36)))


class English(Page):
    """Words of other lengths, and every language by its name."""

    def draw(self, view: Any, page: Frame) -> None:
        page.foot(ActionRow((Press("Print the guide", "print", icon="print"), Press("Take it on your phone", "take",
                            icon="qr_code_2"), Press("Report", "report", icon="flag"))), gap=3)  # fmt: skip
        page.add(title("Replacement of a lost driving licence", "lost licence"), gap=3)
        page.add(SummaryStrip((Figure("1 working day", "promised"), Figure("10 yuan", "fee"),
                               Figure("Too late today", "window closes 16:30", "stop"))), gap=2)  # fmt: skip
        row = Row("e1", "guide", "Work permit for foreigners (Type B)", "work visa", (("Type-C card", True),
                  (" is what people call it, see also https://example.org/very/long/address/without/end", False)),
                  "Bureau of Human Resources", (TagView("3 working days", "schedule"),))  # fmt: skip
        page.add(Plane((list_row(row), MaterialRow(MATERIALS[1])), rules=True), gap=2)
        names = (
            ("zh-Hans", "简体中文"),
            ("zh-Hant", "繁體中文"),
            ("en", "English"),
            ("ja", "日本語"),
            ("ko", "한국어"),
        )
        page.add(
            Flow(tuple(LanguageChip(tag, name, "choose", tag == "en", on_sea=False) for tag, name in names)), gap=3
        )


PAGES: dict[str, type[Page]] = {
    "28-components": Sheet28, "06-guide": Guide, "03-search": Finding, "05-rows": Rows, "02-home": HomeLike,
    "12-pictures": Pictures, "01-attract": Attract, "18-map": Evening, "23-english": English,
    "pin": Pin,
}  # fmt: skip


def _dots() -> Dots:
    """A slip of stripes, a frame and a diagonal: dots that show a wrong scale at once."""
    width, height = 576, 600
    rows = []
    for y in range(height):
        bits = ["0"] * width
        if y % 40 < 12:
            bits[40 : 40 + 300 - y // 3] = ["1"] * (300 - y // 3)
        bits[0] = bits[-1] = "1"
        bits[(y * width) // height] = "1"
        if y in (0, height - 1):
            bits = ["1"] * width
        rows.append(int("".join(bits), 2).to_bytes(width // 8, "big"))
    return Dots(width, height, b"".join(rows))


DOTS = _dots()


def _code() -> tuple[bytes, ...]:
    import segno

    return tuple(bytes(row) for row in segno.make("机动车驾驶证补领：身份证原件 1 份", micro=False).matrix)


CODE = _code()


def scene(
    *, large: bool = False, lang: str = "zh-Hans", sheet: IdleSheet | CardSheet | None = None, nav: Nav | None = NAV
) -> Scene:
    """A scene; the view is a stand-in, because the specimen pages bring their own words."""
    return Scene(1, lang, large, CHROME, nav, NotReady("", (), "", ""), sheet)


def looks() -> list[tuple[str, type[Page], dict[str, Any], dict[str, Any]]]:
    """(name, page, options of the stage, options of the scene) of every picture of the specimen."""
    found: list[tuple[str, type[Page], dict[str, Any], dict[str, Any]]] = []
    for name, page in PAGES.items():
        lang = "en" if page is English else "zh-Hans"
        found.append((name, page, {}, {"lang": lang}))
        found.append((f"{name}-dark", page, {"dark": True}, {"lang": lang}))
        if page not in TOO_TALL_WHEN_LARGE:
            found.append((f"{name}-large", page, {}, {"large": True, "lang": lang}))
    for look in ({}, {"large": True}):
        found.append((f"15-idle{'-large' if look else ''}", Finding, {}, {"sheet": IDLE, **look}))
    phases: tuple[CardPhase, ...] = ("waiting", "reading", "unread", "left")
    for phase in phases:
        card = {"sheet": card_views.sheet(phase)}
        found.append((f"09-card-{phase}", HomeLike, {}, card))
        found.append((f"09-card-{phase}-dark", HomeLike, {"dark": True}, card))
        found.append((f"09-card-{phase}-large", HomeLike, {}, {"large": True, **card}))
    return found


TOO_TALL_WHEN_LARGE = (Guide, Rows, English)
"""Pages that a journey would turn in two; the specimen has no journey."""
