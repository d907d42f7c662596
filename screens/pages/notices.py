"""Today's notices, warnings first."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views import NoticeLine, Notices, Tag as TagView
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Empty, Plane
from screens.kit.words import TONES, Tag, Text, title
from screens.page import Frame, Page
from screens.pages.horizon import close
from screens.pages.turning import turn

ICONS = {"warn": "warning", "stop": "report", "ok": "check_circle"}
CALM_ICON = "campaign"

GAP = 2.0


class NoticesPage(Page):
    """A plane for every notice; as many on a page as fit."""

    def draw(self, view: Notices, page: Frame) -> None:
        kit = page.kit
        page.add(title(view.title), gap=3)
        page.add(Text(view.line, ink="ink2"))
        page.space(2)
        if view.empty:
            page.add(Empty(view.empty, icon=CALM_ICON))
            close(page)
            return
        planes = [Plane((Notice(line),), above=3) for line in view.rows]
        heights = [plane.height(kit, page.body.w) for plane in planes]
        shown = turn(page, heights, view.page, between=GAP)
        page.add(Column(tuple(planes[shown.first : shown.last]), gap=GAP))
        close(page)


@dataclass(frozen=True, slots=True)
class Notice(Part):
    """How urgent, what, and until when; there is nothing behind it, so it is no target."""

    line: NoticeLine

    def _lead(self, kit: Kit) -> int:
        return kit.grown(9) + kit.g(3)

    def _words(self) -> Column:
        return Column((Text(self.line.title, "t48", bold=True), Text(self.line.text)), gap=0.5)

    def _when(self) -> Tag | None:
        return Tag(TagView(self.line.when, "event")) if self.line.when else None

    def height(self, kit: Kit, width: int) -> int:
        inner = width - self._lead(kit)
        when = self._when()
        return self._words().height(kit, inner) + (kit.g(1.5) + when.height(kit, inner) if when else 0)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, look = pen.kit, pen.kit.theme, TONES[self.line.tone]
        side, lead, words = kit.grown(9), self._lead(pen.kit), self._words()
        square = Box(box.x, box.y + kit.g(0.5), side, side)
        pen.fill(square, look.ground, theme.radius)
        pen.icon(ICONS.get(self.line.tone, CALM_ICON), *square.middle, kit.grown(6), look.icon_ink)
        inner = box.w - lead
        words.paint(pen, Box(box.x + lead, box.y, inner, box.h), feel)
        if when := self._when():
            height = when.height(kit, inner)
            place = Box(box.x + lead, box.bottom - height, min(inner, when.width(kit)), height)
            when.paint(pen, place, feel)
