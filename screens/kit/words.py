"""Text on a page: paragraphs, titles with their everyday name, heads, notes, tags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from journeys.views import Tag as TagView, Tone
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Sized, Target
from screens.kit.pen import Align, Box, Pen
from screens.kit.typeset import Block
from screens.kit.wrap import wrap
from screens.theme import Token


class Look(NamedTuple):
    """Ground, ink and icon of a tone; no tone is told by its colour alone."""

    ground: Token
    ink: Token
    icon: str
    icon_ink: Token


TONES: dict[Tone, Look] = {
    "plain": Look("sand", "ink", "", "ink"),
    "sea": Look("tint", "primary", "info", "primary"),
    "ok": Look("okt", "ok", "check_circle", "ok"),
    "warn": Look("warnt", "warn", "warning", "warn"),
    "stop": Look("stopt", "stop", "report", "stop"),
}


@dataclass(frozen=True, slots=True)
class Text(Part):
    """A paragraph. `most` lines at most, 0: as many as it takes."""

    text: str
    step: str = "t40"
    ink: Token = "ink"
    bold: bool = False
    align: Align = "left"
    most: int = 0

    def _block(self, kit: Kit, width: int) -> Block:
        return kit.set(self.text, self.step, bold=self.bold, width=width, most=self.most)

    def height(self, kit: Kit, width: int) -> int:
        return self._block(kit, width).height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        pen.text(self._block(pen.kit, box.w), box.x, box.y, self.ink, box.w, self.align)


@dataclass(frozen=True, slots=True)
class Named(Part):
    """An official name in bold and the everyday name behind it in round brackets; an everyday name that does not fit
    behind goes to the next line, and neither is ever made smaller.
    """

    name: str
    alias: str = ""
    step: str = "t40"
    alias_step: str = "t40"
    most: int = 0

    def _blocks(self, kit: Kit, width: int) -> tuple[Block, Block | None, int, int]:
        """(name, alias, x and y of the alias)."""
        name = kit.set(self.name, self.step, bold=True, width=width, most=self.most)
        if not self.alias:
            return name, None, 0, 0
        wide = any(letter >= "\u2e80" for letter in self.alias)
        text = f"（{self.alias}）" if wide else f" ({self.alias})"
        behind = name.lines[-1].width
        alias = kit.set(text, self.alias_step)
        if behind + alias.width <= width:
            # Two sizes on one line share their baseline: 0.88 em below the top of either em box.
            drop = (name.line - name.strike.size) / 2 + 0.88 * name.strike.size
            drop -= (alias.line - alias.strike.size) / 2 + 0.88 * alias.strike.size
            return name, alias, behind, name.height - name.line + round(drop)
        # A full-width bracket that begins a line stands in the right half of its square: it is moved to the edge.
        lead = -round(alias.strike.size * 0.45) if wide else 0
        alias = kit.set(text.strip(), self.alias_step, width=width - lead, most=self.most)
        return name, alias, lead, name.height

    def height(self, kit: Kit, width: int) -> int:
        name, alias, x, y = self._blocks(kit, width)
        return y + alias.height if alias and x <= 0 else name.height

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        name, alias, x, y = self._blocks(pen.kit, box.w)
        pen.text(name, box.x, box.y, "ink")
        if alias:
            pen.text(alias, box.x + x, box.y + y, "ink2")


def title(name: str, alias: str = "") -> Named:
    """The title of a page."""
    return Named(name, alias, "t60", "t48")


@dataclass(frozen=True, slots=True)
class Runs(Part):
    """A line of small text of which some runs are emphasised, wrapped where it must be; `then` follows behind a
    hairline, or on the next line.
    """

    runs: tuple[tuple[str, bool], ...]
    then: str = ""
    step: str = "t34"

    def _rows(self, kit: Kit, width: int) -> list[list[tuple[Block, bool]]]:
        plain = "".join(text for text, _ in self.runs)
        if not plain:
            return []
        marks = [strong for text, strong in self.runs for _ in text]
        # Bold Latin is a little wider: a line that fits in bold fits in any mixture.
        strike = kit.type.strike(kit.theme.type(self.step).size, bold=any(marks))
        rows, at = [], 0
        for row in wrap(plain, width, strike.advance):
            at = plain.index(row, at) if row else at
            pieces: list[tuple[str, bool]] = []
            for offset, letter in enumerate(row):
                strong = marks[at + offset]
                if pieces and pieces[-1][1] is strong:
                    pieces[-1] = (pieces[-1][0] + letter, strong)
                else:
                    pieces.append((letter, strong))
            rows.append([(kit.set(text, self.step, bold=strong), strong) for text, strong in pieces])
            at += len(row)
        return rows

    def _then(self, kit: Kit, width: int, rows: list[list[tuple[Block, bool]]]) -> tuple[Block | None, int]:
        """(what follows, x behind the last row; 0 when it needs lines of its own)."""
        if not self.then:
            return None, 0
        used = sum(block.width for block, _ in rows[-1]) if rows else 0
        block = kit.set(self.then, self.step)
        if used and used + kit.g(4) + block.width <= width:
            return block, used + kit.g(4)
        return kit.set(self.then, self.step, width=width), 0

    def height(self, kit: Kit, width: int) -> int:
        rows = self._rows(kit, width)
        then, x = self._then(kit, width, rows)
        return kit.theme.type(self.step).line * len(rows) + (then.height if then and not x else 0)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        rows = self._rows(kit, box.w)
        line = kit.theme.type(self.step).line
        y = box.y
        for row in rows:
            x = box.x
            for block, strong in row:
                pen.text(block, x, y, "primary" if strong else "ink2")
                x += block.width
            y += line
        then, x = self._then(kit, box.w, rows)
        if then and x:
            rule = kit.theme.border
            pen.fill(Box(box.x + x - kit.g(2) - rule // 2, y - line + line // 4, rule, line // 2), "line")
            pen.text(then, box.x + x, y - line, "ink2")
        elif then:
            pen.text(then, box.x, y, "ink2")


@dataclass(frozen=True, slots=True)
class Head(Part):
    """A section head, with a remark or something to touch at the right end of its line."""

    text: str
    side: str = ""
    act: Act | None = None
    icon: str = ""

    def _blocks(self, kit: Kit, width: int) -> tuple[Block, Block | None, bool]:
        """(head, side, side by side)."""
        head = kit.set(self.text, "t48", bold=True, width=width)
        if not self.side:
            return head, None, True
        side = kit.set(self.side, "t34")
        tail = kit.grown(4.5) if self.icon else 0
        if len(head.lines) == 1 and head.width + kit.g(3) + side.width + tail <= width:
            return head, side, True
        return head, kit.set(self.side, "t34", width=width - tail), False

    def height(self, kit: Kit, width: int) -> int:
        head, side, beside = self._blocks(kit, width)
        return head.height + (side.height if side and not beside else 0)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        head, side, beside = self._blocks(kit, box.w)
        if self.act and feel.down == self.act:
            pen.fill(self._touch(kit, box), "tint", kit.theme.radius)
        pen.text(head, box.x, box.y, "ink")
        if side is None:
            return
        ink: Token = "primary" if self.act else "ink2"
        tail = kit.grown(4.5) if self.icon else 0
        y = box.y + (head.line - side.line) // 2 + kit.px(0.5) if beside else box.y + head.height
        pen.text(side, box.x, y, ink, box.w - tail, "right" if beside else "left")
        if self.icon:
            x = box.right - tail // 2 if beside else box.x + side.width + tail // 2
            pen.icon(self.icon, x, y + side.line / 2, kit.grown(5), ink)

    def _touch(self, kit: Kit, box: Box) -> Box:
        side = kit.set(self.side, "t34")
        width = min(box.w, side.width + kit.grown(4.5) + kit.g(4))
        return Box(box.right - width + kit.g(2), box.y - kit.g(0.5), width, box.h + kit.g(1))

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(self._touch(kit, box), self.act),) if self.act else ()


@dataclass(frozen=True, slots=True)
class Note(Part):
    """An icon and a few words beside it; the icon stands on the first line."""

    icon: str
    text: str
    ink: Token = "ink2"
    icon_ink: Token | None = None
    step: str = "t34"
    bold: bool = False
    steps: float = 5
    align: Align = "left"

    def _indent(self, kit: Kit) -> int:
        return kit.grown(self.steps) + kit.g(1.5) if self.icon else 0

    def _block(self, kit: Kit, width: int) -> Block:
        return kit.set(self.text, self.step, bold=self.bold, width=width - self._indent(kit))

    def height(self, kit: Kit, width: int) -> int:
        return max(self._block(kit, width).height, kit.grown(self.steps) if self.icon else 0)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        block, indent = self._block(kit, box.w), self._indent(kit)
        x = box.x
        if self.align == "center":
            x += (box.w - indent - block.width) // 2
        elif self.align == "right":
            x += box.w - indent - block.width
        if self.icon:
            side = kit.grown(self.steps)
            pen.icon(self.icon, x + side / 2, box.y + block.line / 2, side, self.icon_ink or self.ink)
        pen.text(block, x + indent, box.y, self.ink)


@dataclass(frozen=True, slots=True)
class Tag(Sized):
    """A small fact on a coloured ground. Not to be touched. `reason`: in the warm colour of 因为您的卡….

    A tag that is wider than its place ends in an ellipsis.
    """

    tag: TagView
    reason: bool = False

    def _look(self) -> Look:
        look = Look("coralt", "ink", "", "coral") if self.reason else TONES[self.tag.tone]
        return look._replace(icon=self.tag.icon or look.icon)

    def _pads(self, kit: Kit) -> tuple[int, int]:
        side = kit.grown(4.5) if self._look().icon else 0
        return kit.g(1.5) + side + (kit.g(0.5) if side else 0), kit.g(1.75)

    def width(self, kit: Kit) -> int:
        return sum(self._pads(kit)) + kit.set(self.tag.text, "t34").width

    def height(self, kit: Kit, width: int) -> int:
        return kit.theme.t34.line + kit.g(0.5)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, look = pen.kit, self._look()
        if kit.theme.outlined and look.ground == "sand":
            pen.frame(box, "sand", "line", kit.theme.small_radius, kit.theme.border)
        else:
            pen.fill(box, look.ground, kit.theme.small_radius)
        left, right = self._pads(kit)
        if look.icon:
            side = kit.grown(4.5)
            pen.icon(look.icon, box.x + kit.g(1.5) + side / 2, box.y + box.h / 2, side - kit.g(0.5), look.icon_ink)
        block = kit.set(self.tag.text, "t34", width=box.w - left - right, most=1)
        pen.text(block, box.x + left, box.y + (box.h - block.line) // 2, look.ink)
