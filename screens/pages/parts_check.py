"""Parts of the pages about an old slip: the code as it is typed, the pad for it, a row for what has changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.views import CodeGroup, SlipChange
from screens.kit.keyboard import Key
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column
from screens.kit.words import Text
from screens.theme import Token

ACROSS = 8
"""Keys in a row: the eight digits are the first."""

PLACES = 4
"""Characters of a group."""


@dataclass(frozen=True, slots=True)
class CodeField(Part):
    """The groups side by side, each character on its place as on the paper. A touch on a group types it once more."""

    groups: tuple[CodeGroup, ...]

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(22)

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[CodeGroup, Box]]:
        gap = kit.g(4)
        wide = (box.w - gap * (len(self.groups) - 1)) / len(self.groups)
        for at, group in enumerate(self.groups):
            yield group, Box(round(box.x + at * (wide + gap)), box.y, round(wide), box.h)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        for at, (group, place) in enumerate(self._boxes(kit, box)):
            wrong, now = group.state == "wrong", group.state == "now"
            edge: Token = "warn" if wrong else "primary" if now else "edge"
            fill: Token = "warnt" if wrong else "tint" if feel.down == ("group", str(at)) else "surface"
            pen.frame(place, fill, edge, theme.radius, theme.focus if wrong or now else theme.border)
            pitch = (place.w - 2 * kit.g(2)) / PLACES
            line = place.bottom - kit.g(4)
            for spot in range(PLACES):
                x = round(place.x + kit.g(2) + spot * pitch)
                if spot < len(group.text):
                    block = kit.set(group.text[spot], "t60", bold=True)
                    pen.text(block, x, place.y + (place.h - block.line) // 2, "ink", round(pitch), "center")
                else:
                    dash = Box(x + kit.g(1), line, round(pitch) - 2 * kit.g(1), kit.g(0.5))
                    pen.fill(dash, "primary" if now and spot == len(group.text) else "line")

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [Target(place, ("group", str(at))) for at, (_, place) in enumerate(self._boxes(kit, box))]


@dataclass(frozen=True, slots=True)
class CodePad(Part):
    """The characters that codes have, and delete; nothing that looks like another is among them."""

    signs: str

    def height(self, kit: Kit, width: int) -> int:
        rows = -(-(len(self.signs) + 1) // ACROSS)
        return rows * self._tall(kit) + (rows - 1) * kit.g(2)

    def _tall(self, kit: Kit) -> int:
        return kit.g(15)

    def keys(self, kit: Kit, box: Box) -> Iterator[Key]:
        """All keys, delete last."""
        gap = kit.g(2)
        wide, tall = (box.w - (ACROSS - 1) * gap) / ACROSS, self._tall(kit)
        for at, sign in enumerate((*self.signs, "")):
            row, column = divmod(at, ACROSS)
            place = Box(round(box.x + column * (wide + gap)), box.y + row * (tall + gap), round(wide), tall)
            if sign:
                yield Key(place, ("key", sign), sign, "", "letter")
            else:
                yield Key(place, ("delete", ""), "", "backspace", "special")

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        for key in self.keys(kit, box):
            fill: Token = "tint" if feel.down == key.act else "key" if key.coat == "special" else "surface"
            pen.frame(key.box, fill, "edge", theme.radius, theme.border)
            if key.icon:
                pen.icon(key.icon, *key.box.middle, kit.g(7), "ink")
            else:
                block = kit.set(key.label, "t48")
                pen.text(block, key.box.x, key.box.y + (key.box.h - block.line) // 2, "ink", key.box.w, "center")

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [Target(key.box, key.act, way="key") for key in self.keys(kit, box)]


@dataclass(frozen=True, slots=True)
class ChangeRow(Part):
    """What holds now in bold, what was below it."""

    change: SlipChange

    def _column(self) -> Column:
        detail = (Text(self.change.detail, "t34", "ink2"),) if self.change.detail else ()
        return Column((Text(self.change.title, bold=True), *detail), gap=0.5)

    def _indent(self, kit: Kit) -> int:
        return kit.grown(7.5) + kit.g(3)

    def height(self, kit: Kit, width: int) -> int:
        return self._column().height(kit, width - self._indent(kit)) + 2 * kit.g(2)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, side = pen.kit, pen.kit.grown(7.5)
        pen.icon(self.change.icon, box.x + side / 2, box.y + box.h / 2, side, "primary")
        self._column().paint(pen, Box(box.x + self._indent(kit), box.y + kit.g(2), box.w - self._indent(kit), 0), feel)
