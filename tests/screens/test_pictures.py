from __future__ import annotations

from typing import Any

import pytest

from domain.paper import Dots
from journeys.views import NotReady
from tests.screens.conftest import FULL, HALF, UI


def page(ui: UI, part: Any, width: int, panel: Any = FULL) -> Any:
    """A picture of one part, 100 px from the upper left."""
    from screens.kit.pen import Box
    from screens.page import Frame, Page
    from tests.screens.specimen import scene

    class One(Page):
        status = navigation = False

        def draw(self, view: Any, page: Frame) -> None:
            page.put(part, Box(100, 100, width, part.height(page.kit, width)))

    ui.open({NotReady: One}, panel=panel).show(scene())
    return ui.picture()


def dots(width: int = 64, height: int = 40) -> Dots:
    """Dots without any symmetry."""
    bits = [[(x * 7 + y * y * 3 + x * y) % 5 == 0 for x in range(width)] for y in range(height)]
    data = b"".join(int("".join("01"[bit] for bit in row), 2).to_bytes(width // 8, "big") for row in bits)
    return Dots(width, height, data)


def black(paper: Dots, x: int, y: int) -> bool:
    return bool(paper.data[y * paper.stride + x // 8] >> (7 - x % 8) & 1)


@pytest.mark.parametrize("zoom", [1, 2, 3])
def test_paper_shows_the_dots_of_the_printer_and_no_others(ui: UI, zoom: int) -> None:
    from screens.kit.pictures import Paper

    paper = dots()
    image = page(ui, Paper(paper), 64 * zoom)
    for y in range(paper.height * zoom):
        for x in range(paper.width * zoom):
            shade = (0, 0, 0) if black(paper, x // zoom, y // zoom) else (255, 255, 255)
            assert image.getpixel((100 + x, 100 + y)) == shade, (x, y)


def test_paper_wider_than_its_place_is_averaged_by_whole_dots(ui: UI) -> None:
    from screens.kit.pictures import Paper

    paper = dots()
    image = page(ui, Paper(paper), 40, HALF)  # 64 dots: two to a pixel, 4 px free on either side
    for y in range(20):
        for x in range(32):
            ink = sum(black(paper, 2 * x + dx, 2 * y + dy) for dx in (0, 1) for dy in (0, 1))
            assert image.getpixel((104 + x, 100 + y))[0] == (4 - ink) * 255 // 4


def test_a_part_of_a_long_slip_begins_where_it_is_told(ui: UI) -> None:
    from screens.kit.pictures import Paper

    paper = dots()
    image = page(ui, Paper(paper, first=13, rows=20), 64)
    for y in range(20):
        for x in range(64):
            assert (image.getpixel((100 + x, 100 + y)) == (0, 0, 0)) == black(paper, x, 13 + y)
    assert image.getpixel((101, 135)) == image.getpixel((300, 135)), "nothing below the torn edge"


@pytest.mark.parametrize("dark", [False, True])
def test_a_qr_code_can_be_read_from_the_glass(ui: UI, dark: bool) -> None:
    import zxingcpp

    from tests.screens import specimen

    stage = ui.open({NotReady: specimen.Pictures}, panel=FULL, dark=dark)
    stage.show(specimen.scene())
    codes = zxingcpp.read_barcodes(ui.picture())
    assert [code.text for code in codes] == ["机动车驾驶证补领：身份证原件 1 份"]


def test_a_qr_code_keeps_its_quiet_zone_and_whole_modules(make_kits: Any) -> None:
    from screens.kit.pictures import Qr

    kit = make_kits(FULL).kit()
    rows = tuple(bytes(57) for _ in range(57))
    part = Qr(rows, side=52)
    assert part.height(kit, 900) == 6 * (57 + 8)
    assert part.height(kit, 300) == 4 * (57 + 8)


def test_few_pictures_are_kept(make_kits: Any) -> None:
    kit = make_kits(FULL).kit()
    textures = [kit.texture(("t", i), 8, 8, lambda: bytes(64)) for i in range(10)]
    assert len(kit._pictures) <= 4
    assert kit.texture(("t", 9), 8, 8, lambda: bytes(64)) is textures[9]
    make_kits(FULL).forget()
    assert not kit._pictures
