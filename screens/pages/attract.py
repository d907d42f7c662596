"""The inviting screen: it must be understood from two metres away, and any touch begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.views import Attract, Tag as TagView
from screens.kit.bars import Anywhere
from screens.kit.buttons import Button, LanguageChip, act_of
from screens.kit.fitting import balanced
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Grid
from screens.kit.words import Tag, Text
from screens.page import Frame, Page
from screens.pages.horizon import scenery

STAFF: Act = ("staff", "")

WATER = 15
"""Steps from the horizon to the first promise."""

BREATH_S = 4.0
"""How long the sun's reflections take to lengthen and shorten once."""


class AttractPage(Page):
    """Clock, question and picture in the sky; promises, the one button, languages and the machine's state on the sea.

    A finger that rests on the clock asks for the staff's PIN.
    """

    bare_status = True
    navigation = False
    beat = 0.25

    def draw(self, view: Attract, page: Frame) -> None:
        kit, width = page.kit, page.body.w
        page.put(Anywhere(act_of(view.start)), page.whole)
        sky = self._sky(view, page)
        promises = [Promise(*promise) for promise in view.promises]
        water, on_sea = WATER, self._on_sea(view, promises)
        while promises and _height(kit, width, on_sea) + kit.g(water) > page.whole.bottom - sky.bottom - kit.g(3):
            # Only type that is far larger than meant gets here: the button and the languages matter most.
            water, promises = 5, promises if water > 5 else promises[:-1]
            on_sea = self._on_sea(view, promises)
        horizon = page.whole.bottom - _height(kit, width, on_sea) - kit.g(water)
        phase = self.beats * self.beat / BREATH_S % 1
        scenery(page, horizon - sky.bottom, horizon, page.whole.bottom, water, phase)
        for part, gap in on_sea:
            page.foot(part, gap)

    def _on_sea(self, view: Attract, promises: list[Promise]) -> list[tuple[Part, float]]:
        """What lies on the sea, lowest first, each with the steps free below it."""
        chips = tuple(LanguageChip(tag, name, view.start.action, tag == view.lang) for tag, name in view.languages)
        return [
            (Health((*view.health, TagView(view.help, "call"))), 6),
            (Grid(chips, len(chips), gap=1), 3),
            (Button(view.start, "sea", 22, "t60", icon_ink="coral"), 4),
            (Column(tuple(promises), gap=3), 6),
        ]

    def _sky(self, view: Attract, page: Frame) -> Box:
        """Clock, question and the line below it; returns the box of the last."""
        clock = Text(page.chrome.time, "t132")
        resting = page.body._replace(h=clock.height(page.kit, page.body.w) + page.kit.g(5))
        page.put(Anywhere(act_of(view.start), hold=STAFF), resting)
        page.add(clock, gap=2)
        page.add(Text(balanced(page.kit, view.question, "t88", page.body.w, bold=True), "t88", bold=True), gap=6)
        return page.add(Text(balanced(page.kit, view.line, "t60", page.body.w), "t60"))


def _height(kit: Kit, width: int, parts: list[tuple[Part, float]]) -> int:
    return sum(part.height(kit, width) + kit.g(gap) for part, gap in parts)


@dataclass(frozen=True, slots=True)
class Promise(Part):
    """What the kiosk does: an icon on a dark square, what in bold, and how below it."""

    icon: str
    what: str
    how: str
    step: str = "t48"

    def _words(self) -> Column:
        return Column((Text(self.what, self.step, "onsea", bold=True), Text(self.how, "t40", "onsea")))

    def _lead(self, kit: Kit) -> int:
        return kit.grown(13) + kit.g(4)

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(13), self._words().height(kit, width - self._lead(kit)))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        side, words, lead = kit.grown(13), self._words(), self._lead(pen.kit)
        square = Box(box.x, box.y + (box.h - side) // 2, side, side)
        if theme.outlined:
            pen.frame(square, "deep", "seaedge", theme.radius, theme.border)
        else:
            pen.fill(square, "deep", theme.radius)
        pen.icon(self.icon, *square.middle, kit.grown(7), "onsea")
        height = words.height(kit, box.w - lead)
        words.paint(pen, Box(box.x + lead, box.y + (box.h - height) // 2, box.w - lead, height), feel)


@dataclass(frozen=True, slots=True)
class Health(Part):
    """How the machine is, from edge to edge: what is well in quiet words on the sea, what is not as a tag. What does
    not fit in one line goes on in a second one.
    """

    tags: tuple[TagView, ...]

    def _width(self, kit: Kit, tag: TagView) -> int:
        if tag.tone in ("warn", "stop"):
            return Tag(tag).width(kit)
        return kit.grown(4.5) + kit.g(1.5) + kit.set(tag.text, "t34").width

    def _lines(self, kit: Kit, width: int) -> list[list[tuple[TagView, int]]]:
        lines: list[list[tuple[TagView, int]]] = [[]]
        for tag in self.tags:
            wide = self._width(kit, tag)
            used = sum(other for _, other in lines[-1]) + kit.g(3) * len(lines[-1])
            if lines[-1] and used + wide > width:
                lines.append([])
            lines[-1].append((tag, wide))
        return lines

    def _line(self, kit: Kit) -> int:
        return kit.theme.t34.line + kit.g(0.5)

    def height(self, kit: Kit, width: int) -> int:
        lines = len(self._lines(kit, width))
        return lines * self._line(kit) + (lines - 1) * kit.g(1)

    def _places(self, kit: Kit, box: Box) -> Iterator[tuple[TagView, Box]]:
        y = box.y
        for line in self._lines(kit, box.w):
            gap = (box.w - sum(wide for _, wide in line)) / max(1, len(line) - 1)
            x = float(box.x)
            for tag, wide in line:
                yield tag, Box(round(x), y, wide, self._line(kit))
                x += wide + gap
            y += self._line(kit) + kit.g(1)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        for tag, place in self._places(kit, box):
            if tag.tone in ("warn", "stop"):
                Tag(tag).paint(pen, place, feel)
                continue
            side = kit.grown(4.5)
            pen.icon(tag.icon, place.x + side / 2, place.y + place.h / 2, side, "onsea")
            words = kit.set(tag.text, "t34")
            pen.text(words, place.right - words.width, place.y + (place.h - words.line) // 2, "onsea")
