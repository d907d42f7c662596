"""The frame of every page: status bar, navigation, the row of actions, turning pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from journeys.views import Chrome, Nav, Press, Tag as TagView
from screens.kit.buttons import COATS, PRESSED, QUIET, Button, Kind, act_of, paint_focus
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.typeset import Block
from screens.kit.words import Tag
from screens.theme import Token

_NAV = ("back", "home", "large", "language", "end")
_NAV_ENDS = ("back", "end")


class _Setting(NamedTuple):
    """How a status bar is set: which words of the date have room, and whether the kiosk's name has its own line."""

    date: str
    stacked: bool


@dataclass(frozen=True, slots=True)
class StatusBar(Part):
    """Who, where, when; below it the horizon with the sun at the time of day.

    Where there is no room the weekday goes first, then the date; then the kiosk's name takes a second line of its
    own, and only a name longer than the whole bar is cut. The marks of a sample and of old content always stay.
    `bare`: without horizon and clock, on a page that shows both large.
    """

    chrome: Chrome
    bare: bool = False

    def height(self, kit: Kit, width: int) -> int:
        if self._setting(kit, width).stacked:
            return 2 * kit.theme.t34.line + 2 * kit.g(1.5)
        return kit.theme.t34.line + 2 * kit.g(3)

    def _tags(self) -> list[Tag]:
        """From the right: that the content is a sample, that it is old."""
        sample = [Tag(TagView(self.chrome.sample, "", "warn"))] if self.chrome.sample else []
        return sample + ([Tag(self.chrome.old)] if self.chrome.old and not self.bare else [])

    def _time(self) -> str:
        return "" if self.bare else self.chrome.time

    def _need(self, kit: Kit, setting: _Setting) -> int:
        """Width of the first line in pixels."""
        words = ((self._time(), True), (setting.date, False))
        right = [kit.set(text, "t34", bold=bold).width for text, bold in words if text]
        right += [tag.width(kit) for tag in self._tags()]
        need = kit.set(self.chrome.brand, "t34", bold=True).width + sum(right) + kit.g(2.5) * len(right)
        return need if setting.stacked else need + kit.g(4.5) + kit.set(self.chrome.kiosk, "t34").width

    def _setting(self, kit: Kit, width: int) -> _Setting:
        # The weekday is the last word of the date in every language.
        dates = dict.fromkeys((self.chrome.date, self.chrome.date.rpartition(" ")[0], ""))
        settings = [_Setting(date, stacked) for stacked in (False, True) for date in dates]
        return next((each for each in settings if self._need(kit, each) <= width), settings[-1])

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, chrome = pen.kit, pen.kit.theme, self.chrome
        setting = self._setting(kit, box.w)
        line = theme.t34.line
        y = box.y + (box.h - line * (2 if setting.stacked else 1)) // 2
        right = self._right(pen, box, y, setting.date, feel)
        brand = kit.set(chrome.brand, "t34", bold=True, width=max(right - box.x, line), most=1)
        pen.text(brand, box.x, y, "ink")
        if setting.stacked:
            pen.text(kit.set(chrome.kiosk, "t34", width=box.w, most=1), box.x, y + line, "ink2")
        else:
            left = box.x + brand.width
            pen.fill(Box(left + kit.g(2.25), y + kit.g(1), theme.border, line - kit.g(2)), "line")
            pen.text(kit.set(chrome.kiosk, "t34"), left + kit.g(4.5), y, "ink2")
        if not self.bare:
            self._horizon(pen, box)

    def _right(self, pen: Pen, box: Box, y: int, date: str, feel: Feel) -> int:
        """Draws what stands at the right end of the first line; returns the x up to which the rest is free."""
        kit, right = pen.kit, box.right
        for words, bold in ((self._time(), True), (date, False)):
            if words:
                block = kit.set(words, "t34", bold=bold)
                right -= block.width
                pen.text(block, right, y, "ink" if bold else "ink2")
                right -= kit.g(2.5)
        for tag in self._tags():
            width = min(tag.width(kit), right - box.x)
            height = tag.height(kit, width)
            right -= width
            tag.paint(pen, Box(right, y + (kit.theme.t34.line - height) // 2, width, height), feel)
            right -= kit.g(2.5)
        return right

    def _horizon(self, pen: Pen, box: Box) -> None:
        kit = pen.kit
        line = Box(box.x, box.bottom - kit.theme.border, box.w, kit.theme.border)
        if 0 <= self.chrome.sun <= 1:
            radius = kit.g(2.25)
            x = box.x + radius + (box.w - 2 * radius) * self.chrome.sun
            pen.ellipse(x, line.y, radius, radius, "coral", floor=line.y)
        pen.fill(line, "sea2")


@dataclass(frozen=True, slots=True)
class NavRow(Part):
    """返回 首页 大字 语言 结束, always in this order; what a page has not leaves its place to the others.

    返回 and 结束 keep three of twelve columns, so that they never move; the others are equally wide, or else as wide
    as their words need. Words without room stand closer together, then as small as in normal type, then on two lines.
    """

    nav: Nav

    def _labels(self, kit: Kit, width: int) -> tuple[dict[str, Block], dict[str, float], int]:
        """(words, widths of the cells, gap between them)."""
        presses = {name: getattr(self.nav, name) for name in _NAV}
        shown: dict[str, str] = {name: press.label for name, press in presses.items() if press is not None}
        gutter = kit.theme.gutter
        for step, gap, halve in (
            ("t34", gutter, False), ("t34", gutter // 2, False), ("least", gutter, False),
            ("least", gutter // 2, False), ("least", gutter // 2, True),
        ):  # fmt: skip
            labels = {
                name: kit.set(_halves(label) if halve else label, step, bold=self._strong(name))
                for name, label in shown.items()
            }
            widths, fits = self._widths(kit, labels, width - gap * (len(shown) - 1))
            if fits:
                break
        return labels, widths, gap

    def _strong(self, name: str) -> bool:
        return name in _NAV_ENDS or (name == "large" and self.nav.large_on)

    def _widths(self, kit: Kit, labels: Mapping[str, Block], free: int) -> tuple[dict[str, float], bool]:
        """(widths of the cells, whether all words have room)."""
        # What has a ground of its own keeps its words off the edge.
        needs = {name: block.width + 2 * kit.g(1) * self._strong(name) for name, block in labels.items()}
        ends = {name: max(kit.theme.columns(3), need) for name, need in needs.items() if name in _NAV_ENDS}
        needs = {name: max(need, kit.g(9)) for name, need in needs.items() if name not in ends}
        room = free - sum(ends.values())
        equal = room / len(needs)
        spare = equal - sum(needs.values()) / len(needs)
        cells = {name: equal if max(needs.values()) <= equal else need + spare for name, need in needs.items()}
        return {name: (ends | cells)[name] for name in labels}, spare >= 0

    def height(self, kit: Kit, width: int) -> int:
        labels, _, _ = self._labels(kit, width)
        words = max(kit.theme.t34.line, *(block.height for block in labels.values()))
        return words + kit.grown(5.5) + kit.g(3.5)

    def _cells(self, kit: Kit, box: Box) -> Iterator[tuple[str, Press, Block, Box]]:
        labels, widths, gap = self._labels(kit, box.w)
        x = float(box.x)
        for name, block in labels.items():
            yield name, getattr(self.nav, name), block, Box(round(x), box.y, round(widths[name]), box.h)
            x += widths[name] + gap

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        for name, press, label, cell in self._cells(kit, box):
            act, strong = act_of(press), name in _NAV_ENDS
            on = name == "large" and self.nav.large_on
            if feel.focus == act:
                paint_focus(pen, cell, theme.radius)
            down = feel.down == act
            ink: Token = "primary" if name == "back" or on else "ink"
            if strong:
                fill: Token = ("tint" if name == "back" else "held") if down else "surface"
                pen.frame(cell, fill, "primary" if name == "back" else "edge", theme.radius, theme.border)
            elif down or on:
                pen.fill(cell, "tint", theme.radius)
            icon = kit.grown(5.5)
            y = cell.y + (cell.h - icon - label.height) // 2
            pen.icon(press.icon, cell.x + cell.w / 2, y + icon / 2, icon, ink)
            pen.text(label, cell.x, y + icon, ink, cell.w, "center")

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [Target(cell, act_of(press)) for _, press, _, cell in self._cells(kit, box)]


def _halves(label: str) -> str:
    """Words on two lines, about equally long."""
    words = label.split(" ")
    lines = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    return "\n".join(min(lines, key=lambda pair: max(map(len, pair)))) if lines else label


@dataclass(frozen=True, slots=True)
class ActionRow(Part):
    """What can be done with a page: the first action is the one filled button, the last the quietest of three."""

    presses: tuple[Press, ...]
    kinds: tuple[Kind, ...] = ("primary", "secondary", "tertiary")
    tall: float = 16

    def _buttons(self) -> list[Button]:
        return [
            Button(press, self.kinds[min(i, len(self.kinds) - 1)], self.tall) for i, press in enumerate(self.presses)
        ]

    def _cells(self, kit: Kit, width: int) -> list[tuple[Button, int, int]]:
        """(button, x, width). What natural widths leave over goes to the one filled button above all; equals are
        equally wide.
        """
        buttons, gutter = self._buttons(), kit.theme.gutter
        free = width - gutter * (len(buttons) - 1)
        wishes = [button.width(kit) for button in buttons]
        spare = free - sum(wishes)
        if spare < 0:
            widths = [wish * free / sum(wishes) for wish in wishes]
        elif self.kinds[0] != "primary" and max(wishes) * len(wishes) <= free:
            widths = [free / len(wishes)] * len(wishes)
        else:
            shares = [4 if i == 0 else 1 for i in range(len(wishes))]
            widths = [wish + spare * share / sum(shares) for wish, share in zip(wishes, shares, strict=True)]
        cells, x = [], 0.0
        for button, wide in zip(buttons, widths, strict=True):
            cells.append((button, round(x), round(wide)))
            x += wide + gutter
        return cells

    def height(self, kit: Kit, width: int) -> int:
        return max(button.height(kit, wide) for button, _, wide in self._cells(kit, width))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        for button, x, wide in self._cells(pen.kit, box.w):
            button.paint(pen, Box(box.x + x, box.y, wide, box.h), feel)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        return [
            target
            for button, x, wide in self._cells(kit, box.w)
            for target in button.targets(kit, Box(box.x + x, box.y, wide, box.h))
        ]


@dataclass(frozen=True, slots=True)
class Turner(Part):
    """Turning the pages of a list: back, which page of how many, on ("page", number from 0). Nothing scrolls on the
    street. A page that is not there leaves a quiet button, so that the other one stays where the finger found it.
    """

    number: int
    pages: int

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(14)

    def _cells(self, kit: Kit, box: Box) -> Iterator[tuple[Box, str, Act, bool]]:
        side = kit.theme.columns(4)
        left, right = box._replace(w=side), box._replace(x=box.right - side, w=side)
        yield left, "expand_less", ("page", str(self.number - 1)), self.number > 0
        yield right, "expand_more", ("page", str(self.number + 1)), self.number + 1 < self.pages

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        for cell, icon, act, enabled in self._cells(kit, box):
            if enabled and feel.focus == act:
                paint_focus(pen, cell, theme.radius)
            coat = (PRESSED if feel.down == act else COATS)["secondary"] if enabled else QUIET
            pen.frame(cell, coat.fill, coat.edge, theme.radius, theme.border)
            pen.icon(icon, *cell.middle, kit.grown(7), coat.ink)
        figures = kit.set(f"{self.number + 1} / {self.pages}")
        pen.text(figures, box.x, box.y + (box.h - figures.line) // 2, "ink2", box.w, "center")

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [Target(cell, act) for cell, _, act, enabled in self._cells(kit, box) if enabled]


@dataclass(frozen=True, slots=True)
class Anywhere(Part):
    """A touch anywhere in its box, for pages that wait for any touch; what is placed later lies above it. `hold`: what
    a finger that rests hands back.
    """

    act: Act
    hold: Act | None = None

    def height(self, kit: Kit, width: int) -> int:
        return 0

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        """Nothing to see."""

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, self.act, self.hold),)
