"""The horizon on a page: where it lies, which picture fits, and the room above and below it."""

from __future__ import annotations

from dataclasses import dataclass

from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.planes import Band
from screens.kit.scenery import BAY, EVENING, OPEN_SEA, Scenery, View
from screens.page import Frame

AIR = 20
"""Steps of air that the smallest picture needs."""

VIEWS: tuple[tuple[View, float], ...] = ((OPEN_SEA, 45), (EVENING, 30), (BAY, AIR))
"""Sceneries and how many steps of air each needs, the largest first."""

SHORE = 2
"""Steps of sea below a horizon that has no sea to speak of."""

WAVES = 12
"""Steps of open water that the boat and the reflections of the sun need below the horizon."""


def lower(page: Frame) -> int:
    """The y from which a seated person reaches everything: 45 % of the panel from the top."""
    return round(page.whole.h * 0.45)


def strip(page: Frame, height: int, gap: float = 0) -> Box:
    """Takes a strip from the lower end of the body, from one edge of the panel to the other."""
    page.body = page.body._replace(h=page.body.h - page.kit.g(gap) - height)
    return Box(0, page.body.bottom, page.whole.w, height)


def scenery(page: Frame, sky: int, horizon: int, foot: int, water: float, phase: float = 0.0) -> None:
    """The largest picture of the horizon for which `sky` pixels of air are free above it; from `horizon` (a y) down
    to `foot` it is sea, of which `water` steps show before something lies on it. Less air than any picture needs: the
    sea alone.
    """
    kit = page.kit
    fitting = [entry for entry in VIEWS if kit.g(entry[1]) <= sky and (not entry[0].boat or water >= WAVES)]
    if not fitting:
        page.put(Band("sea"), Box(0, horizon, page.whole.w, foot - horizon))
        return
    view, air = fitting[0]
    top = horizon - kit.g(air)
    page.put(Scenery(view, air, (foot - horizon) / kit.g(1), phase), Box(0, top, page.whole.w, foot - top))


def close(page: Frame) -> None:
    """Ends a page that has much room left with the horizon, so that it does not look lost."""
    kit = page.kit
    if page.body.h < kit.g(64):
        return
    sea = strip(page, kit.g(6), gap=3)
    scenery(page, page.body.h - kit.g(8), sea.y, sea.bottom, 6)


@dataclass(frozen=True, slots=True)
class Shore(Part):
    """So many pixels of free place; when they are enough, the horizon is seen in it, from edge to edge."""

    tall: int

    def height(self, kit: Kit, width: int) -> int:
        return self.tall

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        for view, air in VIEWS:
            tall = kit.g(air) + kit.g(SHORE)
            if not view.boat and tall + kit.g(3) <= box.h:
                place = Box(0, box.bottom - tall, kit.theme.panel.width, tall)
                Scenery(view, air, SHORE).paint(pen, place, feel)
                return
