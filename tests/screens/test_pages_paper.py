"""The pages around the paper, fed by the real journeys with the real layout and the real codes."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import zxingcpp
from PIL import ImageChops

from domain.errors import Code
from domain.events import JobState, PrinterState, SlipProgress
from domain.paper import PAPER_MARK, ROLL_MARK, Dots
from domain.ports import NearbyKiosk
from journeys import views
from journeys.walk import Walk
from kiosk.diagnosis import running
from kiosk.home import Home
from kiosk.settings import Settings
from localdb.catalogue.reader import CatalogueFile
from printer.layout import SlipLayout
from printer.qr import ScreenQrCodes
from tests.flows.conftest import Kiosk, sample_catalogue  # noqa: F401
from tests.screens.checks import acts, box_of, check_page, check_targets, lines, own
from tests.screens.conftest import FULL, HALF, UI, pixels, rgb

if TYPE_CHECKING:
    from PIL.Image import Image

QR: Any = {"formats": zxingcpp.BarcodeFormat.QRCode}

GUIDE, EVENT = "ga-001", "le-restaurant"

LOOKS = {
    "zh-Hans": ("zh-Hans", False), "zh-Hans large": ("zh-Hans", True), "en": ("en", False), "en large": ("en", True),
    "ja large": ("ja", True), "ko large": ("ko", True),
}  # fmt: skip


class NoJournal:
    """A journal of which staff only read that it is there."""

    def next_number(self) -> int:
        return 1

    def jobs(self, limit: int = 50) -> tuple[()]:
        return ()


class KeptLayout:
    """The real layout; a slip that was drawn for one test is not drawn again for the next."""

    def __init__(self, width: int) -> None:
        self.render = cache(SlipLayout(width).render)


kept_layout = cache(KeptLayout)


class PaperKiosk(Kiosk):
    """The kiosk of the flows with the layout, the codes and the diagnosis of the street."""

    def __init__(self, catalogue: Any, home: Path, width: int = 576) -> None:
        super().__init__(catalogue)
        diagnosis = running(
            Settings(), Home.of({"BIANMINTING_HOME": str(home)}), self.handle, self.printer, NoJournal(),  # type: ignore[arg-type]
            self.clock, "", {}, self.reader,
        )  # fmt: skip
        tools = dataclasses.replace(
            self.walk.tools, preview=kept_layout(width), qr=ScreenQrCodes(), diagnosis=diagnosis
        )  # fmt: skip
        self.scenes.clear()
        self.walk = Walk(tools, self.scenes.append, self._stop)
        self.walk.start()

    def at_preview(self, item: str = GUIDE, lang: str = "zh-Hans", *, large: bool = False) -> views.SlipPreview:
        self.do(("start", lang))
        if large:
            self.do("large")
        self.do(("open", item), "print")
        return self.see(views.SlipPreview)

    def refused(self, code: Code, state: JobState = JobState.NOT_SENT) -> views.NotPrinted:
        self.do("submit")
        self.finish(state, code)
        return self.see(views.NotPrinted)


class KeptWords:
    """The sample catalogue, whose words for the pinyin keyboard are read once for all tests."""

    def __init__(self, catalogue: CatalogueFile) -> None:
        self._catalogue = catalogue
        self.lexicon = cache(catalogue.lexicon)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)


@pytest.fixture(scope="module")
def city(sample_catalogue: CatalogueFile) -> Any:  # noqa: F811
    return KeptWords(sample_catalogue)


@pytest.fixture
def kiosk(city: Any, tmp_path: Path) -> PaperKiosk:
    return PaperKiosk(city, tmp_path)


def pages() -> dict[type, Any]:
    from screens.pages.cleared import ClearedPage
    from screens.pages.not_printed import NotPrintedPage
    from screens.pages.printed import PrintedPage
    from screens.pages.printing import PrintingPage
    from screens.pages.slip_preview import SlipPreviewPage
    from screens.pages.staff import StaffPage
    from screens.pages.staff_pin import StaffPinPage
    from screens.pages.take_away import TakeAwayPage
    from screens.pages.trouble import TroublePage

    return {
        views.SlipPreview: SlipPreviewPage, views.Printing: PrintingPage, views.Printed: PrintedPage,
        views.NotPrinted: NotPrintedPage, views.TakeAway: TakeAwayPage, views.Cleared: ClearedPage,
        views.StaffPin: StaffPinPage, views.Staff: StaffPage, views.Trouble: TroublePage,
    }  # fmt: skip


def to_staff(kiosk: Kiosk) -> None:
    kiosk.do("end")
    kiosk.wait(6)
    kiosk.do("staff", *(("digit", digit) for digit in "2468"), "enter", "test_slip")
    kiosk.see(views.Staff)


def to_new_roll(kiosk: Kiosk) -> None:
    to_staff(kiosk)
    kiosk.do("paper_changed")


def sending(kiosk: Kiosk, fraction: float) -> None:
    kiosk.do("submit")
    kiosk.walk.hear(SlipProgress(f"job-{len(kiosk.printer.slips)}", fraction))


def without_paper(kiosk: Kiosk) -> None:
    kiosk.printer.state = PrinterState.PAPER_OUT
    kiosk.do(("variant", "full"))


class Another:
    """A kiosk nearby had paper half an hour ago."""

    def __init__(self, at: dt.datetime) -> None:
        self.at = at - dt.timedelta(minutes=31)

    def with_paper(self) -> tuple[NearbyKiosk, ...]:
        return (NearbyKiosk("021", "月亮湾亭", self.at, metres=650.0, bearing=135.0),)


def told_of_another(kiosk: PaperKiosk) -> None:
    """Before anybody comes."""
    kiosk.walk = Walk(
        dataclasses.replace(kiosk.walk.tools, neighbours=Another(kiosk.clock.now())), kiosk.scenes.append, kiosk._stop
    )
    kiosk.walk.start()


def out_of_paper(kiosk: PaperKiosk, state: JobState, code: Code) -> None:
    kiosk.walk.visit.tools = dataclasses.replace(kiosk.walk.tools, neighbours=Another(kiosk.clock.now()))
    kiosk.do("submit")
    kiosk.printer.state = PrinterState.PAPER_OUT
    kiosk.finish(state, code)


def low(kiosk: PaperKiosk) -> None:
    kiosk.printer.state = PrinterState.NEAR_END
    kiosk.do(("variant", ""))


def same_again(kiosk: PaperKiosk) -> None:
    kiosk.do("submit")
    kiosk.finish()
    kiosk.printer.refuse, kiosk.printer.seconds = Code.SAME_SLIP, 42
    kiosk.do("back", "print", "submit")


def wrong_pin(kiosk: Kiosk) -> None:
    kiosk.do("end")
    kiosk.wait(6)
    kiosk.do("staff", *(("digit", "1") for _ in range(12)), "enter", ("digit", "1"))
    kiosk.do("enter")


WAYS: dict[str, tuple[Callable[[PaperKiosk], object], tuple[str, str] | None]] = {
    "preview": (lambda kiosk: None, ("submit", "")),
    "preview short": (lambda kiosk: kiosk.do(("variant", "compact")), ("submit", "")),
    "preview without paper": (without_paper, ("take", "")),
    "preview near the end": (low, ("submit", "")),
    "preview for the clerk": (lambda kiosk: kiosk.do(("slip_for", "clerk")), ("submit", "")),
    "printing begins": (lambda kiosk: sending(kiosk, 0.0), None),
    "printing": (lambda kiosk: sending(kiosk, 0.4), None),
    "printing ends": (lambda kiosk: sending(kiosk, 1.0), None),
    "printed": (lambda kiosk: (kiosk.do("submit"), kiosk.finish()), ("back", "")),
    "nothing came out": (lambda kiosk: (kiosk.do("submit"), kiosk.finish(), kiosk.do("missing")), ("back", "")),
    **{f"not printed {code.value}": (lambda kiosk, code=code: kiosk.refused(code), ("back", ""))  # type: ignore[misc]
       for code in Code if code.value.startswith("P-") and code is not Code.PRINT_UNCERTAIN},
    "uncertain": (lambda kiosk: kiosk.refused(Code.PRINT_UNCERTAIN, JobState.UNCERTAIN), ("back", "")),
    "uncertain, asked": (
        lambda kiosk: (kiosk.refused(Code.PRINT_UNCERTAIN, JobState.UNCERTAIN), kiosk.do("again")), ("back", "")),
    "uncertain without paper": (
        lambda kiosk: out_of_paper(kiosk, JobState.UNCERTAIN, Code.PRINT_UNCERTAIN), ("back", "")),
    "paper out, another kiosk": (
        lambda kiosk: out_of_paper(kiosk, JobState.NOT_SENT, Code.PAPER_OUT), ("back", "")),
    "the same again": (same_again, ("back", "")),
    "take away": (lambda kiosk: kiosk.do("take"), ("back", "")),
    "trouble": (lambda kiosk: kiosk.walk.trouble(), ("home", "")),
    "cleared": (lambda kiosk: kiosk.do("end"), ("again", "")),
    "wrong PIN": (wrong_pin, ("enter", "")),
    "staff": (to_staff, ("test_slip", "")),
    "staff, a new roll": (to_new_roll, ("roll", "50000")),
}  # fmt: skip
"""What happens after the preview of a slip, and what the one filled button of the page then hands back."""


def scene_of(kiosk: PaperKiosk, way: str, look: str = "zh-Hans", item: str = GUIDE) -> views.Scene:
    lang, large = LOOKS[look]
    kiosk.at_preview(item, lang, large=large)
    WAYS[way][0](kiosk)
    # Staff pages are in the city's own language and size; they must hold in the others as well.
    return dataclasses.replace(kiosk.scene, large=large)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("way", WAYS)
def test_every_page_holds(ui: UI, kiosk: PaperKiosk, way: str, look: str) -> None:
    scene = scene_of(kiosk, way, look)
    ui.open(pages(), panel=FULL).show(scene)
    check_page(ui, WAYS[way][1])
    assert any(scene.chrome.sample in line.text for line in ui.stage.board.written), "the sample mark"
    if (nav := scene.nav) is not None and nav.end is not None:
        assert box_of(ui, ("end", "")).y > 1700


@pytest.mark.parametrize("look", ["zh-Hans", "en large"])
@pytest.mark.parametrize("way", ["preview", "printing ends"])
def test_the_slip_of_a_life_event_holds_as_well(ui: UI, kiosk: PaperKiosk, way: str, look: str) -> None:
    ui.open(pages(), panel=FULL).show(scene_of(kiosk, way, look, EVENT))
    check_page(ui)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("way", [way for way in WAYS if not way.startswith("not printed")])
def test_text_contrasts_with_what_lies_under_it(
    ui: UI, kiosk: PaperKiosk, way: str, dark: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from screens.kit import board as board_module
    from screens.kit.pen import Box, Pen
    from screens.theme import Rgba, contrast

    laid: list[tuple[Box, Rgba]] = []
    faults: list[Any] = []

    class Watching(Pen):
        def fill(self, box: Box, ink: Any, *args: Any, **options: Any) -> None:
            laid.append((box, self._colours[ink]))
            super().fill(box, ink, *args, **options)

        def disc(self, x: float, y: float, diameter: int, ink: Any) -> None:
            side = round(diameter * 0.7)
            laid.append((Box(round(x - side / 2), round(y - side / 2), side, side), self._colours[ink]))
            super().disc(x, y, diameter, ink)

        def text(self, block: Any, x: int, y: int, ink: Any, *args: Any) -> None:
            known = len(self.written)
            super().text(block, x, y, ink, *args)
            for line in self.written[known:]:
                point = line.box.middle
                ground = next((colour for box, colour in reversed(laid) if box.holds(*point)), self._colours["ground"])
                if contrast(self._colours[ink], ground) < 7:
                    faults.append((line, ink))

    monkeypatch.setattr(board_module, "Pen", Watching)
    ui.open(pages(), panel=FULL, dark=dark).show(scene_of(kiosk, way))
    assert laid
    assert not faults


# The paper


def kit(ui: UI) -> Any:
    return ui.stage.board._kit


def inked(dots: Dots, row: int) -> bool:
    return any(dots.data[row * dots.stride : (row + 1) * dots.stride])


def print_lines(dots: Dots) -> list[tuple[int, int]]:
    """(first row, row behind the last) of everything between two white rows."""
    found, first = [], None
    for row in range(dots.height + 1):
        ink = row < dots.height and inked(dots, row)
        if ink and first is None:
            first = row
        elif not ink and first is not None:
            found.append((first, row))
            first = None
    return found


def window(ui: UI) -> Any:
    from screens.pages.parts_paper import Window

    return next(painted.placed for painted in own(ui) if isinstance(painted.placed.part, Window))


def paper_on_glass(ui: UI, image: Image) -> tuple[Dots, int]:
    """The dots that the window shows whole, read back from the picture, and the row they should begin with."""
    placed = window(ui)
    fit = placed.part.fit(kit(ui), placed.box.w)
    rows = min(placed.part.rows(kit(ui), placed.box), placed.part.dots.height)
    x, y = placed.box.x + (placed.box.w - fit.width) // 2, placed.box.y + kit(ui).g(3)
    assert (fit.zoom, fit.shrink) == (1, 1), "a pixel a dot"
    seen = image.crop((x, y, x + fit.width, y + rows)).convert("L")
    assert set(seen.tobytes()) <= {0, 255}, "nothing is smoothed"
    bits = seen.point(lambda shade: 255 - shade).convert("1")
    return Dots(fit.width, rows, bits.tobytes()), placed.part.top


def part_of(dots: Dots, first: int, rows: int) -> bytes:
    return dots.data[first * dots.stride : (first + rows) * dots.stride]


@pytest.mark.parametrize(("item", "width"), [(GUIDE, 576), (EVENT, 576), (GUIDE, 384)])
def test_the_paper_is_shown_dot_for_dot_and_no_line_is_ever_only_half_seen(
    ui: UI, city: Any, tmp_path: Path, item: str, width: int
) -> None:  # fmt: skip
    kiosk = PaperKiosk(city, tmp_path, width)
    paper = kiosk.at_preview(item).paper
    stage = ui.open(pages(), panel=FULL)
    stage.show(kiosk.scene)
    spans, turn = [], 0
    while True:
        seen, first = paper_on_glass(ui, ui.picture())
        assert seen.data == part_of(paper, first, seen.height)
        spans.append((first, first + seen.height))
        turn += 1
        if (".paper", str(turn)) not in acts(ui):
            break
        ui.tap((".paper", str(turn)))
    # The last white rows may stand in the margin below the window.
    assert spans[0][0] == 0 and spans[-1][1] >= paper.height - kit(ui).g(3)
    spans[-1] = spans[-1][0], paper.height
    for upper, lower in print_lines(paper):
        assert any(first <= upper and lower <= last for first, last in spans), (upper, lower, spans)
    assert not ui.acts, "looking at the paper concerns nobody but the page"


def test_the_paper_follows_the_finger_and_stops_at_its_ends(ui: UI, kiosk: PaperKiosk) -> None:
    paper = kiosk.at_preview(EVENT).paper
    stage = ui.open(pages(), panel=FULL)
    stage.show(kiosk.scene)
    box = window(ui).box
    x, y = box.middle
    finger = ui.touch(x, y)
    finger.touch_down()
    for moved in (40, 41, 200):
        ui.move(finger, x, y - moved)
        assert window(ui).part.top == moved, "a row a pixel"
        seen, first = paper_on_glass(ui, ui.picture())
        assert seen.data == part_of(paper, first, seen.height)
    ui.move(finger, x, y + 300)
    assert window(ui).part.top == 0, "no further than its head"
    finger.touch_up()
    assert window(ui).part.top == 0 and not ui.acts
    last = paper.height - window(ui).part.rows(kit(ui), box)
    for _ in range(20):
        finger = ui.touch(x, box.bottom - 20)
        finger.touch_down()
        ui.move(finger, x, box.y + 20)
        finger.touch_up()
    assert window(ui).part.top == last, "no further than its end"
    seen, first = paper_on_glass(ui, ui.picture())
    assert seen.data == part_of(paper, first, seen.height)
    turns = [int(act[1]) for act in acts(ui) if act[0] == ".paper"]
    assert len(turns) == 1, "from the end only back"
    ui.tap((".paper", str(turns[0])))
    assert window(ui).part.top < last


def test_a_choice_that_is_quiet_cannot_be_touched(ui: UI, kiosk: PaperKiosk) -> None:
    kiosk.at_preview()
    stage = ui.open(pages(), panel=FULL)
    stage.show(kiosk.scene)
    ui.tap(("slip_for", "clerk"))
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    assert not [act for act in acts(ui) if act[0] in ("variant", "slip_lang")]
    assert ("slip_for", "self") in acts(ui)
    assert window(ui).part.dots == kiosk.see(views.SlipPreview).paper


def test_another_size_is_looked_at_from_its_head(ui: UI, kiosk: PaperKiosk) -> None:
    kiosk.at_preview()
    stage = ui.open(pages(), panel=FULL)
    stage.show(kiosk.scene)
    ui.tap((".paper", "1"))
    assert window(ui).part.top > 0
    ui.tap(("variant", "compact"))
    assert ui.acts == [("variant", "compact")]
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    assert window(ui).part.top == 0
    assert window(ui).part.dots == kiosk.see(views.SlipPreview).paper


@pytest.mark.parametrize(
    ("more", "white", "looks"),
    [(-200, 0, 1), (0, 0, 1), (10, 0, 1), (14, 0, 2), (24, 0, 2), (60, 0, 2), (18, 10, 1), (200, 195, 1), (60, 10, 2)],
)
def test_the_end_of_the_paper_never_leaves_its_place(
    ui: UI, kiosk: PaperKiosk, more: int, white: int, looks: int
) -> None:
    from screens.kit.planes import Plane

    view = kiosk.at_preview()
    stage = ui.open(pages(), panel=FULL)
    stage.show(kiosk.scene)
    height = window(ui).part.rows(kit(ui), window(ui).box) + more
    paper = Dots(576, height, b"\xff" * (72 * (height - white)) + bytes(72 * white))
    stage.show(dataclasses.replace(kiosk.scene, view=dataclasses.replace(view, paper=paper)))
    turns = [act for act in acts(ui) if act[0] == ".paper"]
    assert len({*turns, (".paper", "0")}) == looks
    desk = next(painted.placed for painted in own(ui) if isinstance(painted.placed.part, Plane))
    colours = kit(ui).theme.colours
    for turn in range(looks):
        if turn:
            ui.tap((".paper", str(turn)))
        image = ui.picture()
        shown = window(ui).box
        inside = image.crop((shown.x + 30, shown.y, shown.right - 30, shown.bottom))
        below = image.crop((desk.box.x, desk.box.bottom, desk.box.right, desk.box.bottom + 12))
        assert pixels(below) == {rgb(colours["ground"])}
        last = inside.crop((0, inside.height - 2, inside.width, inside.height))
        assert (rgb(colours["sand"]) in pixels(last)) is (turn == looks - 1), "sand below the end, and only there"


def test_a_paper_of_another_size_is_shown_at_a_whole_scale(ui: UI, kiosk: PaperKiosk) -> None:
    kiosk.at_preview()
    ui.open(pages(), panel=HALF).show(kiosk.scene)
    fit = window(ui).part.fit(kit(ui), window(ui).box.w)
    assert (fit.zoom, fit.shrink, fit.width) == (1, 2, 288)


def test_dots_are_averaged_in_whole_squares() -> None:
    from screens.pages.parts_paper import grey

    width, height = 24, 11
    black = [[(x * 7 + y * y * 3 + x * y) % 5 < 2 for x in range(width)] for y in range(height)]
    data = b"".join(int("".join("01"[dot] for dot in row), 2).to_bytes(width // 8, "big") for row in black)
    for shrink in (1, 2, 3, 5):
        shades = grey(Dots(width, height, data), 1, 10, shrink)
        wide, tall = width // shrink, 10 // shrink
        assert len(shades) == wide * tall
        for y in range(tall):
            for x in range(wide):
                square = [black[1 + y * shrink + dy][x * shrink + dx] for dy in range(shrink) for dx in range(shrink)]
                assert shades[y * wide + x] == 255 - round(sum(square) * 255 / shrink**2)


def test_looks_go_on_even_where_there_is_no_white_between_lines() -> None:
    from screens.pages.parts_paper import looks

    solid = Dots(8, 1000, b"\xff" * 1000)
    tops = looks(solid, 160)
    assert tops[0] == 0 and tops[-1] == 840
    assert all(0 < lower - upper <= 160 for upper, lower in pairwise(tops))
    assert looks(Dots(8, 160, bytes(160)), 160) == (0,)


def test_without_paper_the_phone_is_the_way(ui: UI, kiosk: PaperKiosk) -> None:
    scene = scene_of(kiosk, "preview without paper")
    stage = ui.open(pages(), panel=FULL)
    stage.show(scene)
    assert ("submit", "") not in acts(ui)
    box, image = box_of(ui, ("take", "")), ui.picture()
    assert image.getpixel((box.x + 20, box.y + 20)) == rgb(kit(ui).theme.colours["primary"])
    ui.tap(("take", ""))
    assert ui.acts == [("take", "")]


# On its way, and out


def paper_rows(ui: UI, image: Image) -> list[int]:
    """Screen rows in which the paper hangs from the printer: its white, between the printer and the words below."""
    from screens.pages.parts_paper import Printer

    placed = next(painted.placed for painted in own(ui) if isinstance(painted.placed.part, Printer))
    body = placed.part._body(kit(ui))
    column = [image.getpixel((FULL.width // 2, y)) for y in range(placed.box.y + body, placed.box.bottom)]
    ground = rgb(kit(ui).theme.colours["ground"])
    return [placed.box.y + body + i for i, colour in enumerate(column) if colour != ground]


def test_the_paper_comes_out_head_first_and_as_far_as_it_was_sent(ui: UI, kiosk: PaperKiosk) -> None:
    kiosk.at_preview()
    stage = ui.open(pages(), panel=FULL)
    pictures: list[Image] = []
    ends: list[int] = []
    for fraction in (0.0, 0.3, 0.6, 1.0):
        if not pictures:
            sending(kiosk, fraction)
        else:
            kiosk.walk.hear(SlipProgress("job-1", fraction))
        stage.show(kiosk.scene)
        pictures.append(ui.picture())
        rows = paper_rows(ui, pictures[-1])
        ends.append(rows[-1] if rows else 0)
    assert ends[0] == 0
    assert ends[1] < ends[2] < ends[3]
    third, whole = ends[1], ends[3]
    assert (ends[2] - third) == pytest.approx((whole - third) * 3 / 7, abs=4)
    head = (FULL.width // 2 - 100, paper_rows(ui, pictures[1])[0], FULL.width // 2 + 100, third - 24)
    moved = ImageChops.difference(pictures[1].crop(head), pictures[3].crop(head)).convert("L")
    assert max(moved.tobytes()) <= 2, "what is out stays where it is"
    assert len(set(pictures[3].crop(head).convert("L").tobytes())) > 16, "the very slip in small"
    assert not ui.stage.board.targets, "it cannot be called back, and nobody asks twice"


def test_the_seconds_of_the_finished_page_run_down(ui: UI, kiosk: PaperKiosk) -> None:
    stage = ui.open(pages(), panel=FULL)
    kiosk.at_preview()
    WAYS["printed"][0](kiosk)
    stage.show(kiosk.scene)
    coral = rgb(kit(ui).theme.colours["coral"])

    def ring() -> int:
        image = ui.picture().crop((FULL.width - 48 - 100, 1200, FULL.width - 48, 1600))
        return sum(count for count, colour in image.getcolors(40_000) or [] if colour == coral)

    whole = ring()
    assert "30" in lines(ui)
    kiosk.wait(15)
    stage.show(kiosk.scene)
    assert "15" in lines(ui)
    assert ring() == pytest.approx(whole / 2, rel=0.1)


def test_what_did_not_come_is_printed_once_more_by_two_touches(ui: UI, kiosk: PaperKiosk) -> None:
    stage = ui.open(pages(), panel=FULL)
    kiosk.at_preview()
    WAYS["printed"][0](kiosk)
    stage.show(kiosk.scene)
    ui.tap(("missing", ""))
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    assert kiosk.printer.checks == 1
    assert ("missing", "") not in acts(ui) and ("back", "") in acts(ui)
    assert len(kiosk.printer.slips) == 1
    said = "".join(lines(ui))
    assert all(line.replace(" ", "") in said.replace(" ", "") for line in kiosk.see(views.Printed).lines)
    ui.acts.clear()
    ui.tap(("again", ""))
    kiosk.do(*ui.acts)
    kiosk.see(views.Printing)
    assert len(kiosk.printer.slips) == 2


# Instead of paper


@pytest.mark.parametrize("panel", [FULL, HALF])
@pytest.mark.parametrize("look", ["zh-Hans", "en large", "ja large", "ko large"])
@pytest.mark.parametrize("way", ["take away", "not printed P-02", "uncertain"])
def test_the_code_on_the_glass_holds_the_whole_text(ui: UI, kiosk: PaperKiosk, way: str, look: str, panel: Any) -> None:
    scene = scene_of(kiosk, way, look)
    first = kiosk.walk.steps[-1].words().texts[0]  # type: ignore[attr-defined]
    stage = ui.open(pages(), panel=panel, dark=look == "en large")
    stage.show(scene)
    found = zxingcpp.read_barcodes(ui.picture(), **QR)
    if not found:
        # Large words leave no room for a code that a phone would read: it has a page of its own.
        assert way == "uncertain" and "large" in look
        ui.tap(("take", ""))
        kiosk.do(*ui.acts)
        stage.show(kiosk.scene)
        found = zxingcpp.read_barcodes(ui.picture(), **QR)
    assert [code.text for code in found] == [first]


@pytest.mark.parametrize("look", ["zh-Hans", "zh-Hant", "en", "ja", "ko", "zh-Hans large", "en large"])
@pytest.mark.parametrize("item", [GUIDE, EVENT])
@pytest.mark.parametrize("paper", [True, False])
def test_each_code_can_be_read_at_arms_length_with_its_words_beside_it(
    ui: UI, kiosk: PaperKiosk, item: str, look: str, paper: bool
) -> None:
    from screens.pages.take_away import MODULE_MM

    lang, _, large = look.partition(" ")
    told_of_another(kiosk)
    kiosk.at_preview(item, lang, large=bool(large))
    if not paper:
        kiosk.printer.state = PrinterState.PAPER_OUT
    kiosk.do("take")
    stage = ui.open(pages(), panel=FULL)
    texts = kiosk.walk.steps[-1].words().texts  # type: ignore[attr-defined]
    for number, text in enumerate(texts):
        if number:
            ui.acts.clear()
            ui.tap(("code", str(number)))
            kiosk.do(*ui.acts)
        stage.show(kiosk.scene)
        check_page(ui)
        (code,) = zxingcpp.read_barcodes(ui.picture(), **QR)
        assert code.text == text
        rows = kiosk.see(views.TakeAway).qr
        wide = code.position.top_right.x - code.position.top_left.x
        assert wide / len(rows) * FULL.mm >= MODULE_MM - 0.05
        said = "".join(lines(ui)).replace(" ", "")
        if not large or paper:
            assert all(line.replace(" ", "") in said for line in text.splitlines())
        assert ("月亮湾亭" in said) is not paper


@pytest.mark.parametrize("way", ["take away", "not printed P-08"])
def test_the_code_has_its_quiet_zone_and_whole_modules(ui: UI, kiosk: PaperKiosk, way: str) -> None:
    scene = scene_of(kiosk, way, "en large")
    ui.open(pages(), panel=FULL, dark=True).show(scene)
    image = ui.picture()
    rows = kiosk.scene.view.qr  # type: ignore[union-attr]
    (code,) = zxingcpp.read_barcodes(image, **QR)
    corner, opposite = code.position.top_left, code.position.bottom_right
    module = round((opposite.x - corner.x) / len(rows))
    assert module >= 4
    left = next(x for x in range(corner.x - 4, corner.x + 5) if image.getpixel((x, corner.y + 4)) == (0, 0, 0))
    top = next(y for y in range(corner.y - 4, corner.y + 5) if image.getpixel((corner.x + 4, y)) == (0, 0, 0))
    side = module * len(rows)
    whole = image.crop((left - 4 * module, top - 4 * module, left + side + 4 * module, top + side + 4 * module))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            shade = (0, 0, 0) if dark else (255, 255, 255)
            assert whole.getpixel(((x + 4) * module + module // 2, (y + 4) * module + module // 2)) == shade, (x, y)
    for i in range(whole.width):
        for edge in range(4 * module):
            for place in ((i, edge), (i, whole.height - 1 - edge), (edge, i), (whole.width - 1 - edge, i)):
                # The corners of the white plane are round; nothing dark lies on them either.
                near_corner = (
                    min(place[0], whole.width - 1 - place[0]) < 9 and min(place[1], whole.height - 1 - place[1]) < 9
                )
                assert near_corner or whole.getpixel(place) == (255, 255, 255), place


@pytest.mark.parametrize("way", ["not printed P-02", "trouble"])
def test_a_person_to_ask_is_told_and_is_no_button(ui: UI, kiosk: PaperKiosk, way: str) -> None:
    ui.open(pages(), panel=FULL).show(scene_of(kiosk, way))
    assert any("12345" in line for line in lines(ui))
    assert all(action for action, _ in acts(ui))


# Staff


def test_every_finding_is_on_exactly_one_page(ui: UI, kiosk: PaperKiosk) -> None:
    to_staff(kiosk)
    rows = kiosk.see(views.Staff).rows * 3
    view = dataclasses.replace(kiosk.see(views.Staff), rows=rows)
    stage = ui.open(pages(), panel=FULL)

    def show(page: int) -> list[tuple[str, str]]:
        from screens.kit.planes import Plane
        from screens.pages.staff import Finding

        stage.show(dataclasses.replace(kiosk.scene, view=dataclasses.replace(view, page=page)))
        check_page(ui, ("test_slip", ""))
        planes = (painted.placed.part for painted in own(ui) if isinstance(painted.placed.part, Plane))
        return [(part.what, part.how) for plane in planes for part in plane.parts if isinstance(part, Finding)]

    seen, page = show(0), 0
    while ("page", str(page + 1)) in acts(ui):
        page += 1
        seen += show(page)
    assert page > 1
    assert seen == [(what, how) for what, how, _ in rows]
    last = show(page)
    assert show(page + 7) == last, "a page that is not there is the last one"
    ui.tap(("page", str(page - 1)))
    assert ui.acts == [("page", str(page - 1))]


def test_what_staff_touch_arrives(ui: UI, kiosk: PaperKiosk) -> None:
    to_staff(kiosk)
    stage = ui.open(pages(), panel=FULL)
    stage.show(kiosk.scene)
    first = [box_of(ui, act) for act in (("paper_changed", ""), ("leave", ""))]
    assert kiosk.see(views.Staff).message in lines(ui)
    ui.tap(("paper_changed", ""))
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    assert kiosk.see(views.Staff).message in lines(ui)
    ui.acts.clear()
    ui.tap(("roll", "50000"))
    kiosk.do(*ui.acts)
    assert kiosk.marks.held == {PAPER_MARK: "0", ROLL_MARK: "50000"}
    stage.show(kiosk.scene)
    assert kiosk.see(views.Staff).message in lines(ui)
    kiosk.do("refresh")
    stage.show(kiosk.scene)
    assert kiosk.see(views.Staff).message == ""
    assert [box_of(ui, act) for act in (("paper_changed", ""), ("leave", ""))] == first, "nothing jumps"


def test_a_pin_is_typed_unseen_and_the_gate_can_be_left(ui: UI, kiosk: PaperKiosk) -> None:
    kiosk.do("staff")
    stage = ui.open(pages(), panel=FULL)
    stage.show(kiosk.scene)
    before = sorted(lines(ui))
    for digit in "1359":
        ui.tap(("digit", digit))
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    assert kiosk.see(views.StaffPin).typed == 4
    assert sorted(lines(ui)) == before
    ui.acts.clear()
    ui.tap(("leave", ""))
    kiosk.do(*ui.acts)
    kiosk.see(views.Attract)


# The sheet over all of them


@pytest.mark.parametrize("look", ["zh-Hans", "en large"])
@pytest.mark.parametrize("way", ["preview", "printed", "not printed P-02", "take away", "trouble"])
def test_still_there(ui: UI, kiosk: PaperKiosk, way: str, look: str) -> None:
    scene_of(kiosk, way, look)
    stage = ui.open(pages(), panel=FULL)
    while kiosk.scene.sheet is None and type(kiosk.scene.view) in pages():
        stage.show(kiosk.scene)
        kiosk.wait(1)
    if way == "printed":
        assert kiosk.scene.sheet is None, "it goes back by itself long before"
        return
    beneath = {target.act for target in stage.board.targets}
    stage.show(kiosk.scene)
    assert stage.sheet.written
    for line in stage.sheet.written:
        assert line.size >= 34 and line.box.x >= 48 and line.box.right <= FULL.width - 48, line
    for act in beneath - {("end", "")}:
        assert act not in {target.act for target in stage._top.targets}
    ui.tap((500.0, 300.0))
    assert ui.acts == [("stay", "")]
    check_targets(ui)
    kiosk.do(*ui.acts)
    stage.show(kiosk.scene)
    assert kiosk.scene.sheet is None and {target.act for target in stage._top.targets} == beneath
