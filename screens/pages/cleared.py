"""都清掉了: what was erased, in the evening light."""

from __future__ import annotations

from dataclasses import dataclass

from journeys.views import Cleared
from screens.kit.buttons import Button
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.planes import Plane
from screens.kit.scenery import EVENING, Scenery
from screens.kit.typeset import Block
from screens.kit.words import Note, Text
from screens.page import Frame, Page
from screens.pages.parts_print import Said, headline

SKY = 56
"""Steps of air above the horizon that the scenery needs at most."""


@dataclass(frozen=True, slots=True)
class Erased(Part):
    """One kind of thing, and what became of it."""

    what: str
    result: str

    def _blocks(self, kit: Kit, width: int) -> tuple[Block, Block, int]:
        """(what, result, x of the words)."""
        left = kit.grown(6) + kit.g(2.5)
        result = kit.set(self.result, "t40", bold=True)
        return kit.set(self.what, "t48", width=width - left - result.width - kit.g(3)), result, left

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(12), self._blocks(kit, width)[0].height + kit.g(3))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        what, result, left = self._blocks(kit, box.w)
        side = kit.grown(6)
        pen.icon("check_circle", box.x + side / 2, box.y + box.h / 2, side, "ok")
        pen.text(what, box.x + left, box.y + (box.h - what.height) // 2, "ink")
        pen.text(result, box.right - result.width, box.y + (box.h - result.line) // 2, "ok")


class ClearedPage(Page):
    """The sentence in the sky; in the sea what was erased, what was left behind, and the one way to go on."""

    def draw(self, view: Cleared, page: Frame) -> None:
        """Places the sentence, the scenery, and what lies on the sea."""
        kit = page.kit
        page.add(headline(view.title), gap=9)
        page.add(Said(view.line, "t48", "ink2"), gap=1)
        rows = tuple(Erased(what, result) for what, result in view.rows)
        left: tuple[tuple[Part, float], ...] = ()
        if view.warning:
            warning = Note("warning", view.warning, "warn", step="t48", bold=True, steps=9)
            left = ((Plane((warning,), fill="warnt", above=2.5), 4),)
        on_sea: tuple[tuple[Part, float], ...] = (
            (Text(view.countdown, ink="onsea", align="center"), 5),
            (Button(view.again, "sea", tall=20, step="t60"), 4),
            *left,
            (Plane(rows, rules=True, above=0.5), 5),
        )
        sea = sum(part.height(kit, page.body.w) + kit.g(gap) for part, gap in on_sea) + kit.g(6)
        air = min(kit.g(SKY), page.body.h - sea)
        scenery = Scenery(EVENING, sky=air / kit.g(1), sea=sea / kit.g(1))
        page.put(scenery, Box(0, page.body.bottom - sea - air, page.whole.w, sea + air))
        for part, gap in on_sea:
            page.foot(part, gap)
