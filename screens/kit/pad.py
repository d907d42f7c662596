"""The writing pad: candidates above, the pad with its cross, what can be done beside it, how it is used below."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.views import Press
from screens.kit.buttons import Button, Kind, act_of
from screens.kit.fitting import breathed, step_that_fits
from screens.kit.ink import WIDTH_STEPS, placed
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.typeset import Block
from screens.theme import Token

SHOWN = 6
"""Candidates beside each other."""

_SIDE = 28.5
"""Steps that the buttons beside the pad have."""

_ASPECT = 600 / 732
_SQUEEZED = 0.8
"""How much of its usual height the pad keeps when large type needs room for results."""

_BUTTONS: tuple[tuple[str, tuple[str, str], str, Kind], ...] = (
    ("undo", ("undo_stroke", ""), "undo", "tertiary"),
    ("rewrite", ("rewrite", ""), "replay", "tertiary"),
    ("erase", ("delete", ""), "backspace", "tertiary"),
    ("submit", ("submit", ""), "search", "primary"),
)


@dataclass(frozen=True, slots=True)
class WritingPad(Part):
    """`words`: labels of undo, rewrite, erase, submit. `ink`: strokes as numbers (`screens.kit.ink`). `line`: how it is
    used. `bleed`: how far its bed reaches beyond its box on either side, in steps.
    """

    words: tuple[tuple[str, str], ...]
    candidates: tuple[str, ...]
    ink: tuple[tuple[tuple[int, int], ...], ...]
    line: str
    bleed: float = 6

    def height(self, kit: Kit, width: int) -> int:
        return self._strip(kit).bottom + kit.g(3) + self._tall(kit, width) + kit.g(2) + self._foot(kit, width)

    def _foot(self, kit: Kit, width: int) -> int:
        return self._words(kit, width).height + kit.g(2)

    def _words(self, kit: Kit, width: int) -> Block:
        return breathed(kit, self.line, step_that_fits(kit, (self.line,), width, ("t40", "t34")), width)

    def _strip(self, kit: Kit) -> Box:
        """The row of candidates in a pad at (0, 0)."""
        return Box(0, kit.g(4), 0, kit.g(16))

    def _tall(self, kit: Kit, width: int) -> int:
        tall = round((width - kit.g(_SIDE) - kit.g(3)) * _ASPECT)
        return round(tall * _SQUEEZED) if kit.theme.large else tall

    def plane(self, kit: Kit, box: Box) -> Box:
        """Where one writes."""
        y = box.y + self._strip(kit).bottom + kit.g(3)
        return Box(box.x, y, box.w - kit.g(_SIDE) - kit.g(3), self._tall(kit, box.w))

    def picks(self, kit: Kit, box: Box) -> Iterator[tuple[int, Box]]:
        """Candidates that are shown, and where."""
        gap, strip = kit.g(3), self._strip(kit)
        wide = (box.w - (SHOWN - 1) * gap) / SHOWN
        for i in range(min(SHOWN, len(self.candidates))):
            left = round(box.x + i * (wide + gap))
            yield i, Box(left, box.y + strip.y, round(wide), strip.h)

    def _beside(self, kit: Kit, box: Box) -> Iterator[tuple[Button, Box]]:
        words, plane = dict(self.words), self.plane(kit, box)
        step, icons = self._labels(kit, kit.g(_SIDE))
        gap = kit.g(3 if not kit.theme.large else 2)
        tall = (plane.h - (len(_BUTTONS) - 1) * gap) / len(_BUTTONS)
        for i, (name, act, icon, kind) in enumerate(_BUTTONS):
            y = round(plane.y + i * (tall + gap))
            place = Box(box.right - kit.g(_SIDE), y, kit.g(_SIDE), round(tall))
            press = Press(words.get(name, ""), *act, icon if icons else "")
            yield Button(press, kind, step=step), place

    def _labels(self, kit: Kit, width: int) -> tuple[str, bool]:
        """(type, with icons?) in which every label stands on one line: the four look alike."""
        words = [label for _, label in self.words]
        for step, icons in (("t40", True), ("t34", True), ("t40", False)):
            widths = (Button(Press(label, "", "", "undo" if icons else ""), step=step).width(kit) for label in words)
            if max(widths, default=0) <= width + 2 * kit.g(2):  # a button wants more margin than it needs
                return step, icons
        return "t34", False

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        pen.fill(box.inset(-kit.g(self.bleed), 0), "sand")
        for i, place in self.picks(kit, box):
            first, down = i == 0, feel.down == ("pick", str(i))
            if first:
                pen.fill(place, "deep" if down else "primary", theme.radius)
            elif theme.outlined:
                pen.frame(place, "tint" if down else "surface", "edge", theme.radius, theme.border)
            else:
                pen.fill(place, "tint" if down else "surface", theme.radius)
            block = kit.set(self.candidates[i], "t60", bold=first)
            ink: Token = ("onsea" if down else "onp") if first else "ink"
            pen.text(block, place.x, place.y + (place.h - block.line) // 2, ink, place.w, "center")
        plane = self.plane(kit, box)
        if theme.outlined:
            pen.frame(plane, "surface", "edge", theme.radius, theme.border)
        else:
            pen.fill(plane, "surface", theme.radius)
        self._cross(pen, plane)
        width = kit.g(WIDTH_STEPS)
        kit.atlas.disc(width)  # the line under the finger needs it when no page is being painted
        for stroke in self.ink:
            pen.stroke([placed(plane, point, width // 2 + 1) for point in stroke], width, "ink")
        for button, place in self._beside(kit, box):
            button.paint(pen, place, feel)
        block = self._words(kit, box.w)
        pen.text(block, box.x, plane.bottom + kit.g(2), "ink2", box.w, "center")

    def _cross(self, pen: Pen, plane: Box) -> None:
        """Dashes through the middle, as on the paper on which one learns to write."""
        kit = pen.kit
        x, y = (round(v) for v in plane.middle)
        reach, dash, thin = round(plane.h * 0.43), kit.g(1.75), kit.px(0.6)
        for at in range(-reach, reach, 2 * dash):
            long = min(dash, reach - at)
            pen.fill(Box(x - thin // 2, y + at, thin, long), "line")
            pen.fill(Box(x + at, y - thin // 2, long, thin), "line")

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        found = [Target(place, ("pick", str(i)), way="key") for i, place in self.picks(kit, box)]
        found.append(Target(self.plane(kit, box), ("stroke", ""), way="ink"))
        found += [Target(place, act_of(button.press), way="key") for button, place in self._beside(kit, box)]
        return found
