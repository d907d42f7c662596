"""The keyboard: one part, its keys rectangles in a table. Letters, signs, a strip of candidates that unfolds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from screens.kit.fitting import balanced
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.typeset import Block
from screens.theme import Token

Mode = Literal["zh", "en", "num"]
Coat = Literal["letter", "special", "submit"]

_LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SIGNS = ("1234567890", "-/:;()，。？", "@#.,+=*")
"""Seven signs in the third row, as there are seven letters."""

CANDIDATES = ".candidates"
"""The act (it concerns the page alone) that turns the leaves of candidates; its value is the leaf, 0: folded."""


def leaf_of(act: Act) -> int:
    """Which leaf of candidates an act asks for."""
    return int(act[1])


class Key(NamedTuple):
    """A key: its rectangle, what it hands back, its words or icon, its coat."""

    box: Box
    act: Act
    label: str
    icon: str
    coat: Coat


@dataclass(frozen=True, slots=True)
class Keyboard(Part):
    """`words`: labels of the special keys (submit, space, num, zh, en). `leaf` 0: candidates have the strip above the
    keys; 1 and on: they have the place of the keys too, and what does not fit stands on the next leaf. `bleed`: how
    far its bed reaches beyond its box on either side, in steps. Touching between two keys means the nearer one.
    """

    mode: Mode
    words: tuple[tuple[str, str], ...]
    candidates: tuple[str, ...] = ()
    leaf: int = 0
    bleed: float = 6

    def height(self, kit: Kit, width: int) -> int:
        return self._strip(kit) + 4 * self._tall(kit) + 3 * self._gap(kit) + kit.g(2.5) + kit.g(3)

    def _strip(self, kit: Kit) -> int:
        return kit.grown(12)

    def _tall(self, kit: Kit) -> int:
        return kit.g(13.5)

    def _gap(self, kit: Kit) -> int:
        return kit.g(1.5)

    def _first_row(self, kit: Kit, box: Box) -> int:
        return box.y + kit.g(1.5) + self._strip(kit) + kit.g(1.5)

    def keys(self, kit: Kit, box: Box) -> Iterator[Key]:
        """Every key below the strip."""
        words = dict(self.words)
        rows = _SIGNS if self.mode == "num" else _LETTERS
        side_gap = kit.g(1.25)
        wide = (box.w - 9 * side_gap) / 10
        y, tall = self._first_row(kit, box), self._tall(kit)

        def row(signs: str, x: float) -> Iterator[Key]:
            for sign in signs:
                yield Key(Box(round(x), y, round(wide), tall), ("key", sign), sign, "", "letter")
                x += wide + side_gap

        def special(name: str, x: float, right: float, act: Act, icon: str = "", coat: Coat = "special") -> Key:
            label = "" if icon == "backspace" else words.get(name, "")
            return Key(Box(round(x), y, round(right - x), tall), act, label, icon, coat)

        yield from row(rows[0], box.x)
        y += tall + self._gap(kit)
        yield from row(rows[1], box.x + (wide + side_gap) / 2)
        y += tall + self._gap(kit)
        left = box.x + 1.5 * (wide + side_gap)
        other: Mode = "zh" if self.mode == "num" else "num"
        yield special(other, box.x, left - side_gap, ("mode", other))
        yield from row(rows[2], left)
        right = left + 7 * (wide + side_gap)
        yield special("delete", right, box.right, ("delete", ""), "backspace")
        y += tall + self._gap(kit)
        language: Mode = "en" if self.mode == "zh" else "zh"
        first, last = box.x + box.w * 0.19, box.x + box.w * 0.70
        if self.mode == "num":
            yield special("en", box.x, first, ("mode", "en"))
        else:
            yield special(language, box.x, first, ("mode", language))
        yield special("space", first + side_gap, last - side_gap, ("space", ""), coat="letter")
        yield special("submit", last, box.right, ("submit", ""), "search", "submit")

    def picks(self, kit: Kit, box: Box) -> list[Key]:
        """Candidates that are shown."""
        if not self.leaf:
            return self._lay(kit, box, 0, 1, below=False)
        pitch = self._strip(kit) + kit.g(1)
        rows = (box.h - kit.g(1.5)) // pitch
        first = 0
        for leaf in range(1, self.leaf + 1):
            shown = self._lay(kit, box, first, rows, below=False)
            if first + len(shown) < len(self.candidates):
                shown = self._lay(kit, box, first, rows, below=True)
                if leaf < self.leaf:
                    first += len(shown)
        return shown

    def _lay(self, kit: Kit, box: Box, first: int, rows: int, *, below: bool) -> list[Key]:
        """The candidates from `first` on that fit into so many rows; the first row ends at the arrow, and the last
        one too when there is one `below`.
        """
        tall = self._strip(kit)
        x, row, keys = box.x, 0, []
        for i, text in enumerate(self.candidates[first:], first):
            width = max(self._word(kit, box.w, i, text).width + 2 * self._pad(kit), kit.grown(9))
            if x > box.x and x + width > self._end(kit, box, row, rows, below):
                x, row = box.x, row + 1
            if row == rows:
                break
            width = min(width, self._end(kit, box, row, rows, below) - x)
            place = Box(x, box.y + kit.g(1.5) + row * (tall + kit.g(1)), width, tall)
            keys.append(Key(place, ("pick", str(i)), text, "", "special"))
            x += width + kit.g(1)
        return keys

    def _end(self, kit: Kit, box: Box, row: int, rows: int, below: bool) -> int:
        """Where a row of candidates ends, as an x."""
        return box.right - (self._arrow(kit) if row == 0 or (below and row == rows - 1) else 0)

    def _pad(self, kit: Kit) -> int:
        """Free pixels on either side of a candidate."""
        return kit.g(3.5)

    def _word(self, kit: Kit, width: int, index: int, text: str) -> Block:
        """A candidate; one that is longer than the strip is set smaller, then on two even lines."""
        bold, room = index == 0, width - self._arrow(kit) - 2 * self._pad(kit)
        for step in ("t48", "t40", "t34"):
            block = kit.set(text, step, bold=bold)
            if block.width <= room:
                return block
        return kit.set(balanced(kit, text, "t34", room, bold=bold), "t34", bold=bold, width=room, most=2)

    def _arrow(self, kit: Kit) -> int:
        return kit.grown(10)

    def _arrows(self, kit: Kit, box: Box) -> Iterator[tuple[Target, str]]:
        """(target, icon) of the ways to more candidates and back."""
        picks, side = self.picks(kit, box), self._arrow(kit)
        more = bool(picks) and int(picks[-1].act[1]) + 1 < len(self.candidates)
        place = Box(box.right - side, box.y + kit.g(1.5), side, self._strip(kit))
        if self.leaf:
            yield Target(place, (CANDIDATES, str(self.leaf - 1))), "expand_less"
            place = place._replace(y=max(pick.box.y for pick in picks)) if picks else place
        if more:
            yield Target(place, (CANDIDATES, str(self.leaf + 1))), "expand_more"

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        pen.fill(box.inset(-kit.g(self.bleed), 0), "sand")
        for key in self.picks(kit, box):
            first, down = key.act == ("pick", "0"), feel.down == key.act
            if first:
                pen.fill(key.box, "deep" if down else "primary", theme.radius)
            elif down:
                pen.fill(key.box, "tint", theme.radius)
            block = self._word(kit, box.w, int(key.act[1]), key.label)
            y = key.box.y + (key.box.h - block.height) // 2
            pen.text(block, key.box.x, y, ("onsea" if down else "onp") if first else "ink", key.box.w, "center")
        for target, icon in self._arrows(kit, box):
            if feel.down == target.act:
                pen.fill(target.box, "tint", theme.radius)
            pen.icon(icon, *target.box.middle, kit.grown(7.5), "ink")
        if not self.leaf:
            for key in self.keys(kit, box):
                self._key(pen, key, feel.down == key.act)

    def _key(self, pen: Pen, key: Key, down: bool) -> None:
        kit, theme = pen.kit, pen.kit.theme
        shade = kit.g(0.5)
        ink: Token = "ink"
        if key.coat == "submit":
            pen.fill(key.box, "deep", theme.radius)
            if not down:
                pen.fill(key.box._replace(h=key.box.h - shade), "primary", theme.radius)
            ink = "onsea" if down else "onp"
        elif key.coat == "special":
            pen.fill(key.box, "tint" if down else "key", theme.radius)
        else:
            if theme.outlined:
                pen.frame(key.box, "tint" if down else "surface", "plane", theme.radius, theme.border)
            else:
                pen.fill(key.box, "key", theme.radius)
                pen.fill(key.box._replace(h=key.box.h - shade), "tint" if down else "surface", theme.radius)
        single = len(key.label) == 1
        block = kit.set(key.label, "t48" if single else "t40", bold=key.coat == "submit", width=key.box.w, most=1)
        side = kit.grown(5.5 if key.label else 7) if key.icon else 0
        gap = kit.g(2) if side and key.label else 0
        x = key.box.x + (key.box.w - block.width - side - gap) // 2
        face = key.box.h - (shade if key.coat != "special" and not theme.outlined else 0)
        if side:
            pen.icon(key.icon, x + side / 2, key.box.y + face / 2, side, ink)
        pen.text(block, x + side + gap, key.box.y + (face - block.line) // 2, ink)

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        found = [Target(key.box, key.act, way="key") for key in self.picks(kit, box)]
        found += [target for target, _ in self._arrows(kit, box)]
        if not self.leaf:
            found += [Target(key.box, key.act, way="key") for key in self.keys(kit, box)]
        return found


@dataclass(frozen=True, slots=True)
class PinPad(Part):
    """Ten digits, delete and enter, with a dot for each digit typed; the digits themselves are never shown."""

    typed: int
    most: int = 8

    def height(self, kit: Kit, width: int) -> int:
        return kit.grown(10) + 4 * kit.grown(16) + 4 * kit.g(2)

    def keys(self, kit: Kit, box: Box) -> Iterator[Key]:
        """The twelve keys."""
        gap = kit.g(2)
        wide, tall = (box.w - 2 * gap) / 3, kit.grown(16)
        top = box.y + kit.grown(10) + gap
        for i, sign in enumerate("123456789⌫0⏎"):
            place = Box(round(box.x + i % 3 * (wide + gap)), top + i // 3 * (tall + gap), round(wide), tall)
            if sign == "⌫":
                yield Key(place, ("delete", ""), "", "backspace", "special")
            elif sign == "⏎":
                yield Key(place, ("enter", ""), "", "check", "submit")
            else:
                yield Key(place, ("digit", sign), sign, "", "letter")

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        pitch, side = kit.grown(6), kit.grown(3)
        x = box.x + box.w / 2 - pitch * (self.most - 1) / 2
        for i in range(self.most):
            pen.disc(x + i * pitch, box.y + kit.grown(5), side, "primary" if i < self.typed else "line")
        for key in self.keys(kit, box):
            down = feel.down == key.act
            theme = kit.theme
            ink: Token = "ink"
            if key.coat == "submit":
                pen.fill(key.box, "deep" if down else "primary", theme.radius)
                ink = "onsea" if down else "onp"
            else:
                fill: Token = "tint" if down else ("key" if key.coat == "special" else "surface")
                pen.frame(key.box, fill, "edge", theme.radius, theme.border)
            if key.icon:
                pen.icon(key.icon, *key.box.middle, kit.grown(6), ink)
            else:
                block = kit.set(key.label, "t60")
                pen.text(block, key.box.x, key.box.y + (key.box.h - block.line) // 2, ink, key.box.w, "center")

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [Target(key.box, key.act, way="key") for key in self.keys(kit, box)]
