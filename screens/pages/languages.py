"""Choosing a language, each by its own name in its own face."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views import Languages
from screens.kit.buttons import COATS, PRESSED, paint_focus
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column
from screens.kit.words import title
from screens.page import Frame, Page
from screens.pages.horizon import scenery, strip

WATER = 14
"""Steps from the horizon to the first language."""


class LanguagesPage(Page):
    """The title in the sky, the languages on the sea, where a hand is."""

    def draw(self, view: Languages, page: Frame) -> None:
        kit = page.kit
        page.add(title(view.title), gap=4)
        names = Column(tuple(Name(tag, name, tag == view.lang) for tag, name in view.rows), gap=2)
        height = names.height(kit, page.body.w)
        sea = strip(page, height + kit.g(WATER) + kit.g(5), gap=3)
        scenery(page, sea.y - page.body.y, sea.y, sea.bottom, WATER)
        page.put(names, page.body._replace(y=sea.y + kit.g(WATER), h=height))


@dataclass(frozen=True, slots=True)
class Name(Part):
    """A language; the one that is spoken now is filled and has a check mark."""

    lang: str
    name: str
    chosen: bool

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(14)

    def _act(self) -> Act:
        return "choose", self.lang

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if feel.focus == self._act():
            paint_focus(pen, box, theme.radius)
        coat = (PRESSED if feel.down == self._act() else COATS)["sea" if self.chosen else "seaghost"]
        pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
        block = kit.set_name(self.lang, self.name, "t48", bold=self.chosen)
        pen.text(block, box.x + kit.g(5), box.y + (box.h - block.line) // 2, coat.ink)
        if self.chosen:
            side = kit.grown(6.5)
            pen.icon("check", box.right - kit.g(5) - side / 2, box.y + box.h / 2, side, coat.ink)

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, self._act()),)
