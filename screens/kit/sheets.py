"""Sheets that rise over a page from below: 还在吗？"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from journeys.views import IdleSheet
from screens.kit.bars import ActionRow
from screens.kit.buttons import Button
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Plane
from screens.kit.words import Note, Text

SCRIM = 0.62
"""How much of the page below is covered."""


@dataclass(frozen=True, slots=True)
class Scrim(Part):
    """Ink over the whole page below a sheet."""

    def height(self, kit: Kit, width: int) -> int:
        return kit.theme.panel.height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        pen.fill(box, "dots" if pen.kit.theme.outlined else "ink", alpha=SCRIM)


@dataclass(frozen=True, slots=True)
class Idle(Part):
    """The seconds that are left in a ring, what will be lost, the large button that keeps everything, the others.

    Any touch that is not on another button continues.
    """

    sheet: IdleSheet

    def _ring(self, kit: Kit) -> int:
        return kit.grown(30) if not kit.theme.large else kit.g(32)

    def _head(self) -> Column:
        return Column((Text(self.sheet.title, "t88", bold=True), Text(self.sheet.line, "t48")))

    def _loses(self) -> Plane | None:
        if not self.sheet.loses:
            return None
        note = Note("info", "\n".join(self.sheet.loses), "ink", "primary", step="t40", steps=5.5)
        return Plane((note,), fill="sand", above=3.5)

    def _stay(self) -> Button:
        return Button(self.sheet.actions[0], "primary", tall=25, step="t60")

    def _others(self) -> ActionRow | None:
        rest = self.sheet.actions[1:]
        return ActionRow(rest, kinds=("secondary", "tertiary"), tall=16) if rest else None

    def _boxes(self, kit: Kit, box: Box) -> dict[str, Box]:
        margin = kit.theme.margin
        x, width = box.x + margin, box.w - 2 * margin
        top = box.y + kit.g(8)
        ring = self._ring(kit)
        left = ring + kit.g(6)
        head = self._head().height(kit, width - left)
        first = max(ring, head)
        boxes = {
            "ring": Box(x + kit.g(2), top + (first - ring) // 2, ring, ring),
            "head": Box(x + left, top + (first - head) // 2, width - left, head),
        }
        y = top + first + kit.g(7)
        if loses := self._loses():
            boxes["loses"] = Box(x, y, width, loses.height(kit, width))
            y += boxes["loses"].h + kit.g(8)
        stay = self._stay().height(kit, width)
        boxes["stay"] = Box(x, y, width, stay)
        y += stay + kit.g(3)
        if others := self._others():
            boxes["others"] = Box(x, y, width, others.height(kit, width))
            y += boxes["others"].h
        boxes["end"] = Box(box.x, y + kit.g(7), box.w, 0)
        return boxes

    def height(self, kit: Kit, width: int) -> int:
        return self._boxes(kit, Box(0, 0, width, 0))["end"].y

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        pen.fill(box, "ground", theme.sheet_radius, corners="tltr")
        boxes = self._boxes(kit, box)
        ring = boxes["ring"]
        width = kit.grown(2.5)
        x, y = ring.middle
        radius = ring.w / 2 - width / 2
        pen.ring(x, y, radius, width, "key")
        if self.sheet.fraction > 0:
            pen.ring(x, y, radius, width, "coral", min(1.0, self.sheet.fraction))
        seconds = kit.set(str(self.sheet.seconds), "t88", bold=True)
        pen.text(seconds, ring.x, round(y - seconds.line / 2), "ink", ring.w, "center")
        self._head().paint(pen, boxes["head"], feel)
        if loses := self._loses():
            loses.paint(pen, boxes["loses"], feel)
        self._stay().paint(pen, boxes["stay"], feel)
        if others := self._others():
            others.paint(pen, boxes["others"], feel)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        boxes = self._boxes(kit, box)
        found = list(self._stay().targets(kit, boxes["stay"]))
        if others := self._others():
            found += others.targets(kit, boxes["others"])
        return found
