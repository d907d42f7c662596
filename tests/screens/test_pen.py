from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from journeys.views import NotReady
from screens.theme import LIGHT, rgba
from tests.screens.conftest import FULL, UI, pixels, rgb


def colour(token: str) -> tuple[int, int, int]:
    return rgb(rgba(getattr(LIGHT, token)))


@pytest.fixture
def drawing(ui: UI) -> Callable[[Callable[[Any], None]], Any]:
    """Runs a function over a pen on an empty page and returns the picture."""
    from screens.kit.part import Part
    from screens.kit.pen import Box
    from screens.page import Frame, Page
    from tests.screens.specimen import scene

    def draw(strokes: Callable[[Any], None]) -> Any:
        @dataclass(frozen=True)
        class Drawing(Part):
            def height(self, kit: Any, width: int) -> int:
                return 0

            def paint(self, pen: Any, box: Any, feel: Any) -> None:
                strokes(pen)

        class Empty(Page):
            status = navigation = False

            def draw(self, view: Any, page: Frame) -> None:
                page.put(Drawing(), Box(0, 0, 0, 0))

        ui.open({NotReady: Empty}, panel=FULL).show(scene())
        return ui.picture()

    return draw


def test_a_filled_box_covers_its_pixels_and_no_others(drawing: Any) -> None:
    from screens.kit.pen import Box

    image = drawing(lambda pen: pen.fill(Box(100, 200, 50, 30), "primary"))
    assert pixels(image) == {colour("ground"), colour("primary")}
    assert pixels(image.crop((100, 200, 150, 230))) == {colour("primary")}
    for edge in ((99, 200), (150, 229), (100, 199), (149, 230)):
        assert image.getpixel(edge) == colour("ground")


def test_round_corners_are_soft_and_symmetrical(drawing: Any) -> None:
    from PIL import Image, ImageOps

    from screens.kit.pen import Box

    image = drawing(lambda pen: pen.fill(Box(100, 200, 80, 60), "ink", 16)).crop((100, 200, 180, 260))
    assert image.getpixel((0, 0)) == colour("ground")
    assert image.getpixel((40, 0)) == image.getpixel((0, 30)) == colour("ink")
    assert len(pixels(image)) > 10, "no soft edge"
    assert ImageOps.mirror(image).tobytes() == image.tobytes()
    assert image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).tobytes() == image.tobytes()


def test_only_the_corners_named_are_round(drawing: Any) -> None:
    from screens.kit.pen import Box

    image = drawing(lambda pen: pen.fill(Box(100, 200, 80, 60), "ink", 16, corners="tltr"))
    assert image.getpixel((100, 200)) == image.getpixel((179, 200)) == colour("ground")
    assert image.getpixel((100, 259)) == image.getpixel((179, 259)) == colour("ink")


def test_a_frame_has_its_border_inside(drawing: Any) -> None:
    from screens.kit.pen import Box

    image = drawing(lambda pen: pen.frame(Box(100, 200, 80, 60), "surface", "primary", 16, 3))
    assert [image.getpixel((x, 230)) for x in (99, 100, 102, 103)] == [
        colour("ground"), colour("primary"), colour("primary"), colour("surface")]  # fmt: skip


@pytest.mark.parametrize("diameter", [9, 24, 64, 140])
def test_a_disc_is_round_and_in_its_place(drawing: Any, diameter: int) -> None:
    image = drawing(lambda pen: pen.disc(300, 400, diameter, "coral"))
    covered = [(x, y) for x in range(200, 400) for y in range(300, 500) if image.getpixel((x, y)) != colour("ground")]
    xs, ys = [x for x, _ in covered], [y for _, y in covered]
    assert abs(max(xs) - min(xs) + 1 - diameter) <= 1
    assert abs(max(ys) - min(ys) + 1 - diameter) <= 1
    assert abs((max(xs) + min(xs) + 1) / 2 - 300) <= 0.5
    assert abs((max(ys) + min(ys) + 1) / 2 - 400) <= 0.5
    assert len(covered) == pytest.approx(3.1416 * diameter**2 / 4, rel=0.25 if diameter < 20 else 0.08)


def test_the_sun_is_cut_off_by_the_horizon(drawing: Any) -> None:
    image = drawing(lambda pen: pen.ellipse(300, 400, 40, 40, "coral", floor=400))
    assert image.getpixel((300, 399)) == image.getpixel((300, 365)) == colour("coral")
    assert image.getpixel((300, 401)) == image.getpixel((265, 402)) == colour("ground")


def test_text_is_drawn_where_it_was_measured(drawing: Any) -> None:
    def write(pen: Any) -> None:
        pen.text(pen.kit.set("国国", "t60", bold=True), 100, 200, "ink")
        pen.text(pen.kit.set("国", "t60"), 100, 300, "ink", 400, "right")
        pen.text(pen.kit.set("国", "t60"), 100, 400, "ink", 400, "center")

    image = drawing(write)

    def span(top: int) -> tuple[int, int]:
        inked = [x for x in range(90, 510) if pixels(image.crop((x, top, x + 1, top + 80))) != {colour("ground")}]
        return min(inked), max(inked)

    assert span(200)[0] == pytest.approx(104, abs=3)
    assert span(200)[1] == pytest.approx(215, abs=3)
    assert span(300)[1] == pytest.approx(495, abs=4)
    assert sum(span(400)) / 2 == pytest.approx(300, abs=2)


def test_a_picture_stands_with_its_first_row_on_top(drawing: Any) -> None:
    from screens.kit.pen import Box

    def show(pen: Any) -> None:
        texture = pen.kit.texture("four", 2, 2, lambda: bytes([0, 255, 80, 160]))
        pen.picture(texture, Box(100, 200, 20, 20))
        pen.fill(Box(130, 200, 20, 20), "coral")

    image = drawing(show)
    corners = [image.getpixel(at)[0] for at in ((100, 200), (119, 200), (100, 219), (119, 219))]
    assert corners == [0, 255, 80, 160]
    assert image.getpixel((140, 210)) == colour("coral"), "what is drawn after a picture is lost"


def test_paint_lies_over_what_was_painted_before(drawing: Any) -> None:
    from screens.kit.pen import Box

    def show(pen: Any) -> None:
        pen.fill(Box(100, 200, 40, 40), "ink")
        pen.fill(Box(120, 200, 40, 40), "coral", 8)

    image = drawing(show)
    assert image.getpixel((110, 220)) == colour("ink")
    assert image.getpixel((135, 220)) == colour("coral")


def test_a_scrim_lets_the_page_shine_through(drawing: Any) -> None:
    from screens.kit.pen import Box

    image = drawing(lambda pen: pen.fill(Box(0, 0, 1080, 1920), "ink", alpha=0.62))
    ground, ink = colour("ground"), colour("ink")
    mixed = tuple(round(i * 0.62 + g * 0.38) for i, g in zip(ink, ground, strict=True))
    assert image.getpixel((500, 500)) == pytest.approx(mixed, abs=1)
