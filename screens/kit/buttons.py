"""Things to press: buttons, chips, choices, tick boxes, tiles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from journeys.views import Press
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Sized, Target
from screens.kit.pen import Box, Pen
from screens.kit.typeset import Block
from screens.theme import Token

Kind = Literal["primary", "secondary", "tertiary", "sea", "seaghost"]


class Coat(NamedTuple):
    """How a control is painted: ground, border, ink."""

    fill: Token
    edge: Token
    ink: Token


COATS: dict[Kind, Coat] = {
    "primary": Coat("primary", "primary", "onp"),
    "secondary": Coat("surface", "primary", "primary"),
    "tertiary": Coat("surface", "edge", "ink"),
    "sea": Coat("surface", "plane", "primary"),
    "seaghost": Coat("sea", "seaedge", "onsea"),
}

PRESSED: dict[Kind, Coat] = {
    "primary": Coat("deep", "deep", "onsea"),
    "secondary": Coat("tint", "primary", "primary"),
    "tertiary": Coat("held", "edge", "ink"),
    "sea": Coat("tint", "plane", "primary"),
    "seaghost": Coat("deep", "onsea", "onsea"),
}

QUIET = Coat("ground", "line", "ink2")
"""What cannot be pressed now stays readable."""


def act_of(press: Press) -> Act:
    """What a press hands back."""
    return press.action, press.value


def paint_focus(pen: Pen, box: Box, radius: int) -> None:
    """The ring around what the keys of a keypad stand on: 6 px of ground, 6 px of ink."""
    step = pen.kit.g(0.75)
    pen.fill(box.inset(-2 * step), "ink", radius + 2 * step)
    pen.fill(box.inset(-step), "ground", radius + step)


@dataclass(frozen=True, slots=True)
class Button(Sized):
    """A button. `tall`: its height in steps, 16 for the row above the navigation and 14 elsewhere.

    A label that is too long for one line takes two, and its icon goes before the words do.
    """

    press: Press
    kind: Kind = "secondary"
    tall: float = 14
    step: str = ""
    icon_behind: bool = False
    icon_ink: Token | None = None

    def _step(self) -> str:
        return self.step or ("t48" if self.kind in ("primary", "sea") and self.tall >= 16 else "t40")

    def _icon(self, kit: Kit) -> int:
        return kit.grown({"t40": 6, "t48": 6.5}.get(self._step(), 8.5))

    def _fit(self, kit: Kit, width: int) -> tuple[Block, int]:
        """(label, side of the icon or 0)."""
        free = width - 2 * kit.g(2)
        icon = self._icon(kit) if self.press.icon else 0
        block = kit.set(self.press.label, self._step(), bold=True)
        if block.width + (icon + kit.g(2) if icon else 0) <= free:
            return block, icon
        if block.width <= free:
            return block, 0
        block = kit.set(self.press.label, "t40", bold=True, width=free - (icon + kit.g(2) if icon else 0))
        if len(block.lines) == 1:
            return block, icon
        return kit.set(self.press.label, "t40" if self.tall >= 14 else "t34", bold=True, width=free, most=2), 0

    def width(self, kit: Kit) -> int:
        icon = self._icon(kit) + kit.g(2) if self.press.icon else 0
        return kit.set(self.press.label, self._step(), bold=True).width + icon + 2 * kit.g(4)

    def height(self, kit: Kit, width: int) -> int:
        block, _ = self._fit(kit, width)
        return max(kit.grown(self.tall), block.height + kit.g(2))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        act = act_of(self.press)
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        coat = QUIET if not self.press.enabled else (PRESSED if feel.down == act else COATS)[self.kind]
        if coat.fill == coat.edge:
            pen.fill(box, coat.fill, theme.radius)
        else:
            pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
        block, icon = self._fit(kit, box.w)
        whole = block.width + (icon + kit.g(2) if icon else 0)
        x = box.x + (box.w - whole) // 2
        y = box.y + (box.h - block.height) // 2
        if icon and not self.icon_behind:
            pen.icon(self.press.icon, x + icon / 2, box.y + box.h / 2, icon, self.icon_ink or coat.ink)
            x += icon + kit.g(2)
        pen.text(block, x, y, coat.ink, block.width, "center")
        if icon and self.icon_behind:
            pen.icon(self.press.icon, x + block.width + kit.g(2) + icon / 2, box.y + box.h / 2, icon, coat.ink)

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, act_of(self.press)),) if self.press.enabled else ()


@dataclass(frozen=True, slots=True)
class Chip(Sized):
    """A filter or one of several choices; chosen: filled, with a check mark. `sea`: it lies on the sea."""

    press: Press
    chosen: bool = False
    sea: bool = False
    tall: float = 10
    icon: bool = True

    def _icon(self) -> str:
        if not self.icon:
            return ""
        return self.press.icon or ("check" if self.chosen else "")

    def _block(self, kit: Kit, width: int = 0) -> Block:
        return kit.set(self.press.label, "t40", bold=self.chosen, width=width, most=1 if width else 0)

    def width(self, kit: Kit) -> int:
        icon = kit.grown(5.5) + kit.g(1.25) if self._icon() else 0
        return self._block(kit).width + icon + 2 * kit.g(3.75)

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(self.tall)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        act = act_of(self.press)
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        if self.chosen:
            coat = COATS["primary"]
        elif feel.down == act:
            coat = PRESSED["seaghost"] if self.sea else Coat("tint", "primary", "ink")
        else:
            coat = COATS["seaghost"] if self.sea else COATS["tertiary"]
        pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
        icon = self._icon()
        room = box.w - 2 * kit.g(1.5)
        tail = kit.grown(5.5) + kit.g(1.25) if icon else 0
        if tail and self._block(kit).width + tail > room:
            icon, tail = "", 0
        block = self._block(kit, room - tail)
        x = box.x + (box.w - block.width - tail) // 2
        if icon:
            pen.icon(icon, x + kit.grown(5.5) / 2, box.y + box.h / 2, kit.grown(5.5), coat.ink)
        pen.text(block, x + tail, box.y + (box.h - block.line) // 2, coat.ink)

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, act_of(self.press)),) if self.press.enabled else ()


@dataclass(frozen=True, slots=True)
class Choice(Part):
    """One of a few, as a round button with a second line: 普通 · 约 18 厘米."""

    press: Press
    detail: str
    chosen: bool

    def height(self, kit: Kit, width: int) -> int:
        inner = width - kit.grown(7) - kit.g(8)
        label = kit.set(self.press.label, bold=self.chosen, width=inner)
        detail = kit.set(self.detail, "t34", width=inner) if self.detail else None
        return max(kit.grown(14), label.height + (detail.height if detail else 0) + kit.g(1))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        act = act_of(self.press)
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        on = self.chosen or feel.down == act
        pen.frame(box, "tint" if on else "surface", "primary" if self.chosen else "edge", theme.radius, theme.focus)
        side = kit.grown(7)
        paint_radio(pen, box.x + kit.g(3) + side / 2, box.y + box.h / 2, side, self.chosen)
        left = kit.g(3) + side + kit.g(2.5)
        label = kit.set(self.press.label, bold=self.chosen, width=box.w - left - kit.g(2.5))
        detail = kit.set(self.detail, "t34", width=box.w - left - kit.g(2.5)) if self.detail else None
        y = box.y + (box.h - label.height - (detail.height if detail else 0)) // 2
        pen.text(label, box.x + left, y, "ink")
        if detail:
            pen.text(detail, box.x + left, y + label.height, "ink2")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, act_of(self.press)),) if self.press.enabled else ()


@dataclass(frozen=True, slots=True)
class Tile(Part):
    """A theme or a tool: icon above, words below; `row`: icon before the words, the way of life events."""

    press: Press
    fill: Token | None = "surface"
    edge: Token | None = None
    row: bool = False
    tall: float = 14
    icon_ink: Token = "primary"
    step: str = "t40"
    bold: bool = False
    icon_steps: float = 6.5

    def _block(self, kit: Kit, width: int) -> Block:
        free = width - 2 * kit.g(1)
        if self.row:
            free -= kit.grown(self.icon_steps) + kit.g(1.5)
        return kit.set(self.press.label, self.step, bold=self.bold, width=free, most=2)

    def height(self, kit: Kit, width: int) -> int:
        words = self._block(kit, width).height
        side = kit.grown(self.icon_steps)
        need = max(words, side) + kit.g(2) if self.row else words + side + kit.g(2)
        return max(kit.grown(self.tall), need)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        act = act_of(self.press)
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        fill: Token | None = "tint" if feel.down == act else self.fill
        edge = self.edge or ("plane" if theme.outlined and fill else None)
        if edge:
            pen.frame(box, fill or "ground", edge, theme.radius, theme.border)
        elif fill:
            pen.fill(box, fill, theme.radius)
        block, side = self._block(kit, box.w), kit.grown(self.icon_steps)
        if self.row:
            x = box.x + (box.w - block.width - side - kit.g(1.5)) // 2
            pen.icon(self.press.icon, x + side / 2, box.y + box.h / 2, side, self.icon_ink)
            pen.text(block, x + side + kit.g(1.5), box.y + (box.h - block.height) // 2, "ink")
        else:
            gap = kit.g(0.5)
            y = box.y + (box.h - side - gap - block.height) // 2
            pen.icon(self.press.icon, box.x + box.w / 2, y + side / 2, side, self.icon_ink)
            pen.text(block, box.x, y + side + gap, "ink", box.w, "center")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, act_of(self.press)),) if self.press.enabled else ()


@dataclass(frozen=True, slots=True)
class LanguageChip(Sized):
    """A language by its own name in its own face. `on_sea`: without a ground of its own until it is chosen."""

    lang: str
    name: str
    action: str
    chosen: bool = False
    on_sea: bool = True
    step: str = "t34"

    def width(self, kit: Kit) -> int:
        return kit.set_name(self.lang, self.name, self.step, bold=self.chosen).width + 2 * kit.g(3.5)

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(11)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        act = (self.action, self.lang)
        ink: Token = "onsea" if self.on_sea else "ink"
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        if self.chosen:
            coat = COATS["sea"] if self.on_sea else COATS["primary"]
            pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
            ink = coat.ink
        elif feel.down == act:
            pen.fill(box, "deep" if self.on_sea else "tint", theme.radius)
        elif not self.on_sea:
            pen.frame(box, "surface", "edge", theme.radius, theme.border)
        block = kit.set_name(self.lang, self.name, self.step, bold=self.chosen)
        pen.text(block, box.x, box.y + (box.h - block.line) // 2, ink, box.w, "center")

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, (self.action, self.lang)),)


def paint_tick(pen: Pen, box: Box, on: bool) -> None:
    """A tick box."""
    theme = pen.kit.theme
    if on:
        pen.fill(box, "primary", theme.small_radius)
        pen.icon("check", *box.middle, round(box.w * 0.8), "onp")
    else:
        pen.frame(box, "surface", "ink2", theme.small_radius, theme.focus)


def paint_radio(pen: Pen, x: float, y: float, side: int, on: bool) -> None:
    """A round button around a point."""
    pen.disc(x, y, side, "primary" if on else "edge")
    if on:
        pen.disc(x, y, round(side * 0.36), "onp")
    else:
        pen.disc(x, y, side - 2 * pen.kit.theme.focus, "surface")
