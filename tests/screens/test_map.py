from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from journeys.views import MapView, Pin
from tests.screens.conftest import FULL

METRES = st.floats(-3000, 3000)
GROUND = (48, 400, 984, 400)


@pytest.fixture(scope="module")
def kit(make_kits: Callable[..., Any]) -> Any:
    return make_kits(FULL).kit()


def places(kit: Any, *pins: tuple[float, float]) -> list[tuple[float, float]]:
    """Offsets from the kiosk in pixels, east and north."""
    from screens.kit.map import Schematic
    from screens.kit.pen import Box

    view = MapView("您在这", "北", tuple(Pin(east, north, str(i)) for i, (east, north) in enumerate(pins)))
    x, y, w, h = GROUND
    return [(px - x - w / 2, y + h / 2 - py) for px, py in Schematic(view).places(kit, Box(x, y, w, h))]


@given(METRES, METRES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_place_lies_in_its_true_direction(kit: Any, east: float, north: float) -> None:
    if math.hypot(east, north) < 1:
        return
    ((dx, dy),) = places(kit, (east, north))
    turn = math.atan2(dx, dy) - math.atan2(east, north)
    assert abs((turn + math.pi) % (2 * math.pi) - math.pi) < 0.02


def test_nearer_places_stand_nearer(kit: Any) -> None:
    spots = places(kit, (100, 0), (0, 400), (-900, 0), (1600, 0))
    assert [round(math.hypot(*spot)) for spot in spots] == sorted(round(math.hypot(*spot)) for spot in spots)


@given(st.lists(st.tuples(METRES, METRES), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_pin_is_on_the_drawing_and_beside_the_kiosk(kit: Any, pins: list[tuple[float, float]]) -> None:
    half = kit.grown(4)
    for dx, dy in places(kit, *pins):
        assert abs(dx) <= GROUND[2] / 2 - half
        assert abs(dy) <= GROUND[3] / 2 - half
        assert math.hypot(dx, dy) >= kit.grown(4)


def test_places_in_one_street_are_moved_apart(kit: Any) -> None:
    spots = places(kit, (300, 300), (301, 300), (300, 302))
    for i, one in enumerate(spots):
        for other in spots[i + 1 :]:
            assert math.dist(one, other) >= 2 * kit.grown(4) - 2


def test_words_beside_the_kiosk_cover_no_pin_when_there_is_room(kit: Any) -> None:
    from screens.kit.map import Schematic
    from screens.kit.pen import Box

    ground = Box(*GROUND)
    for pins in ([(0, -300)], [(0, -300), (0, 300)], [(0, -300), (0, 300), (300, 0)]):
        view = MapView("您在这", "北", tuple(Pin(east, north, "办") for east, north in pins))
        schematic = Schematic(view)
        label = schematic._label(kit, ground, schematic._here(kit, ground))
        for x, y in schematic.places(kit, ground):
            assert label.gap(x, y) >= kit.grown(4)


@pytest.mark.parametrize("large", [False, True])
def test_the_metres_are_said_below_the_drawing(make_kits: Callable[..., Any], large: bool) -> None:
    from screens.kit.board import Board, Placed
    from screens.kit.map import Schematic
    from screens.kit.pen import Box

    kit, board = make_kits(FULL).kit(large=large), Board()
    for line in ("", "直线 650 米，虚线只指方向，不是路；走路大约要 9 分钟"):
        schematic = Schematic(MapView("您在这", "北", (Pin(280, 590, "办", chosen=True),), line))
        box = Box(48, 0, 480, schematic.height(kit, 480))
        board.show(kit, [Placed(schematic, box)])
        below = [written for written in board.written if written.box.y >= kit.g(36)]
        assert "".join(written.text for written in below).replace(" ", "") == line.replace(" ", "")
        assert all(written.box.bottom <= box.bottom and written.box.right <= box.right for written in below)
