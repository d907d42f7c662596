"""Laying a card down: the sheet that asks for it, in each of its phases, and the drawn card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from journeys.views import CardSheet, Press, StepLine
from screens.kit.buttons import Button, Kind
from screens.kit.fitting import breathed
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Plane
from screens.kit.rows import Steps, paint_badge
from screens.kit.typeset import Block
from screens.kit.words import TONES, Note, Text
from screens.theme import Token

SHARE = 0.65
"""The share of the panel that a sheet may cover."""

SHAPE = 54.0 / 85.6
"""Height of a card by its width (ISO/IEC 7810, ID-1)."""

CARD_MOST, CARD_LEAST = 65.0, 24.0
"""Width of the drawn card in steps: more is not needed to know it, less is no card any more."""

REACH = 8.0
"""Steps of air that the arrow above or below the card needs."""

TURNS = 8
"""In so many seconds the coral arc goes around once while a card is read."""


def paint_card(pen: Pen, box: Box) -> None:
    """A card as it lies in the hand: chip, waves of contactless reading, the sea and the sun. It bears no words, so
    that it is anybody's in any language.
    """
    theme = pen.kit.theme
    radius = round(box.w * 0.055)
    if theme.outlined:
        pen.frame(box, "sea", "seaedge", radius, theme.border)
    else:
        pen.fill(box, "primary", radius)
    inset = theme.border if theme.outlined else 0
    horizon = box.bottom - 2 * radius
    pen.ellipse(box.x + box.w * 0.68, horizon, box.w * 0.26, box.h * 0.17, "sea2", floor=horizon)
    sun = box.w * 0.125
    pen.ellipse(box.x + box.w * 0.29, horizon, sun, sun, "coral", floor=horizon)
    water = Box(box.x + inset, horizon, box.w - 2 * inset, box.bottom - inset - horizon)
    pen.fill(water, "sea3", radius - inset, corners="blbr")
    chip = Box(
        box.x + round(box.w * 0.085), box.y + round(box.h * 0.16), round(box.w * 0.147), round(box.h * 0.19)
    )  # fmt: skip
    pen.fill(chip, "lamp", max(2, round(box.w * 0.016)))
    line = max(2, round(box.w * 0.012))
    cut: Token = "sea" if theme.outlined else "primary"
    pen.fill(Box(chip.x, chip.y + (chip.h - line) // 2, chip.w, line), cut)
    pen.fill(Box(chip.x + (chip.w - line) // 2, chip.y, line, chip.h), cut)
    side = round(box.w * 0.15)
    pen.icon("contactless", box.right - chip.x + box.x - side / 2, chip.y + chip.h / 2, side, "onsea")


@dataclass(frozen=True, slots=True)
class Lying(Part):
    """The drawn card in as much room as there is, its arrow below it (`way` 1: lay it down) or above it (-1: take it
    away). `way` 0: it is being read, and an arc goes around it, a step with every one of `beats`.
    """

    way: int
    beats: int = 0

    def height(self, kit: Kit, width: int) -> int:
        return round(kit.g(CARD_MOST) * SHAPE) + kit.g(REACH)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        if self.way:
            self._card(pen, box)
        else:
            self._ring(pen, box)

    def _card(self, pen: Pen, box: Box) -> None:
        kit = pen.kit
        tall = min(round(min(kit.g(CARD_MOST), box.w) * SHAPE), box.h - kit.g(REACH))
        wide = round(tall / SHAPE)
        air = kit.g(REACH)
        top = box.y + (box.h - tall - air) // 2 + (air if self.way < 0 else 0)
        card = Box(box.x + (box.w - wide) // 2, top, wide, tall)
        paint_card(pen, card)
        x, half, reach = box.x + box.w / 2, kit.g(6.5), kit.g(5.25)
        if self.way > 0:
            y = card.bottom + kit.g(2)
            pen.polygon([(x - half, y), (x + half, y), (x, y + reach)], "coral")
        else:
            y = card.y - kit.g(2)
            pen.polygon([(x, y - reach), (x + half, y), (x - half, y)], "coral")

    def _ring(self, pen: Pen, box: Box) -> None:
        kit = pen.kit
        side = min(box.h, box.w, kit.g(50))
        x, y = box.middle
        width = max(2, round(side * 0.06))
        pen.ring(x, y, (side - width) / 2, width, "key")
        pen.ring(x, y, (side - width) / 2, width, "coral", 0.25, self.beats % TURNS / TURNS)
        wide = round(side * 0.52)
        tall = round(wide * SHAPE)
        paint_card(pen, Box(round(x - wide / 2), round(y - tall / 2), wide, tall))


@dataclass(frozen=True, slots=True)
class Unread(Part):
    """That a card could not be read: a shape, and the code for whoever is asked about it."""

    code: str

    def height(self, kit: Kit, width: int) -> int:
        return kit.g(30)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        look = TONES["warn"]
        words = kit.set(self.code, "t40", bold=True) if self.code else None
        below = words.line + kit.g(1) if words else 0
        side = min(kit.g(24), box.w, box.h - below)
        top = box.y + (box.h - side - below) // 2
        x = box.x + box.w / 2
        pen.disc(x, top + side / 2, side, look.ground)
        pen.icon(look.icon, x, top + side * 0.47, round(side * 0.6), look.icon_ink)
        if words:
            pen.text(words, box.x, top + side + kit.g(1), "ink2", box.w, "center")


@dataclass(frozen=True, slots=True)
class Paces(Part):
    """What to do, numbered: side by side where each has room, in two lines if need be; else below one another."""

    words: tuple[str, ...]

    def _badge(self, kit: Kit) -> int:
        return kit.grown(8)

    def _across(self, kit: Kit, width: int) -> list[tuple[Block, int]]:
        """(words, width with the badge) of each when all stand side by side, else nothing."""
        lead, gap = self._badge(kit) + kit.g(2), kit.g(4)
        blocks = [kit.set(text, bold=True) for text in self.words]
        if sum(lead + block.width for block in blocks) + gap * (len(blocks) - 1) > width:
            free = (width - gap * (len(blocks) - 1)) // len(blocks) - lead
            blocks = [kit.set(text, bold=True, width=free) for text in self.words]
            longest = max(
                (kit.set(word, bold=True).width for text in self.words for word in text.split()), default=0
            )  # fmt: skip
            if longest > free or any(len(block.lines) > 2 for block in blocks):
                return []
        return [(block, lead + block.width) for block in blocks]

    def _below(self) -> Steps:
        return Steps(tuple(StepLine(i + 1, text, "") for i, text in enumerate(self.words)))

    def stacked(self, kit: Kit, width: int) -> int:
        """Pixels that they are wide when they stand below one another, 0 when they stand side by side."""
        if self._across(kit, width):
            return 0
        longest = max(kit.set(text, bold=True).width for text in self.words)
        return min(width, self._badge(kit) + kit.g(3) + longest)

    def height(self, kit: Kit, width: int) -> int:
        if across := self._across(kit, width):
            return max(self._badge(kit), *(block.height for block, _ in across))
        return self._below().height(kit, width)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        across = self._across(kit, box.w)
        if not across:
            self._below().paint(pen, box, feel)
            return
        badge = self._badge(kit)
        spare = (box.w - sum(wide for _, wide in across)) / len(across)
        x = box.x + spare / 2
        for i, (block, wide) in enumerate(across):
            paint_badge(pen, x + badge / 2, box.y + box.h / 2, str(i + 1), badge)
            pen.text(block, round(x) + badge + kit.g(2), box.y + (box.h - block.height) // 2, "ink")
            x += wide + spare


@dataclass(frozen=True, slots=True)
class Exits(Part):
    """The ways on: the first one has the border of a choice that one makes, the others are quieter. Where they do not
    fit side by side the first has a line of its own.
    """

    presses: tuple[Press, ...]

    def _rows(self, kit: Kit, width: int) -> list[list[tuple[Button, int]]]:
        kinds: list[Kind] = ["secondary", *(["tertiary"] * (len(self.presses) - 1))]  # type: ignore[list-item]
        buttons = [Button(press, kind, tall=16) for press, kind in zip(self.presses, kinds, strict=True)]
        gutter = kit.theme.gutter

        def row(some: Sequence[Button]) -> list[tuple[Button, int]] | None:
            wishes = [button.width(kit) - kit.g(3) for button in some]
            spare = width - gutter * (len(some) - 1) - sum(wishes)
            return (
                [(b, wish + spare // len(some)) for b, wish in zip(some, wishes, strict=True)] if spare >= 0 else None
            )

        if not buttons:
            return []
        if one := row(buttons):
            return [one]
        equal = (width - gutter * max(0, len(buttons) - 2)) // max(1, len(buttons) - 1)
        rest = row(buttons[1:]) or [(button, equal) for button in buttons[1:]]
        return [[(buttons[0], width)], rest]

    def _boxes(self, kit: Kit, box: Box) -> Iterator[tuple[Button, Box]]:
        y = box.y
        for row in self._rows(kit, box.w):
            x, tall = box.x, max(button.height(kit, wide) for button, wide in row)
            for i, (button, wide) in enumerate(row):
                # The last one takes what rounding left over.
                place = Box(x, y, box.right - x if i == len(row) - 1 else wide, tall)
                yield button, place
                x += wide + kit.theme.gutter
            y += tall + kit.g(2)

    def height(self, kit: Kit, width: int) -> int:
        return max((place.bottom for _, place in self._boxes(kit, Box(0, 0, width, 0))), default=0)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        for button, place in self._boxes(pen.kit, box):
            button.paint(pen, place, feel)

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        return [target for button, place in self._boxes(kit, box) for target in button.targets(kit, place)]


class _Set(NamedTuple):
    """How the words of a sheet are set: steps of title, line, promise and note, and steps of space between them."""

    title: str
    line: str
    small: str
    note: bool
    gap: float
    picture: bool = True


_SETTINGS = (
    _Set("t60", "t40", "t40", True, 3),
    _Set("t60", "t40", "t34", True, 3),
    _Set("t60", "t40", "t34", True, 2),
    _Set("t60", "t40", "t34", False, 2),
    _Set("t60", "t34", "least", False, 2),
    _Set("t60", "t34", "t34", False, 2, picture=False),
    _Set("t48", "t34", "t34", False, 1.5, picture=False),
    _Set("t48", "least", "least", False, 1.5, picture=False),
)
"""From the roomiest; the first one in which every word has room is taken."""


@dataclass(frozen=True, slots=True)
class Laying(Part):
    """The sheet in one of its phases. It is always as high as a sheet may be, and its buttons stay where they are, so
    that nothing moves under a finger when a card is found; the picture has what the words leave over, and in large
    type it goes before a word does.

    `beats`: seconds that a card has been read.
    """

    sheet: CardSheet
    beats: int = 0

    def height(self, kit: Kit, width: int) -> int:
        return int(kit.theme.panel.height * SHARE)

    def _picture(self) -> Part:
        if self.sheet.phase == "unread":
            return Unread(self.sheet.code)
        return Lying({"waiting": 1, "reading": 0, "left": -1}[self.sheet.phase], self.beats)

    def _above(self, kit: Kit, width: int, setting: _Set) -> list[Part]:
        def said(text: str, step: str, ink: Token, *, bold: bool = False) -> Text:
            rows = breathed(kit, text, step, width, bold=bold).lines
            return Text("\n".join(row.text for row in rows), step, ink, bold, "center")

        parts: list[Part] = [said(self.sheet.title, setting.title, "ink", bold=True)]
        if self.sheet.line:
            parts.append(said(self.sheet.line, setting.line, "ink2"))
        return parts

    def _under(self, setting: _Set) -> list[Part]:
        """What stands below picture and steps, from the top."""
        parts: list[Part] = []
        if self.sheet.promise:
            steps = 6 if setting.small == "t40" else 5
            words = Note("lock", "\n".join(self.sheet.promise), "ink", "primary", step=setting.small, steps=steps)
            parts.append(Plane((words,), fill="sand", above=2.5))
        if self.sheet.note and setting.note:
            parts.append(Note("info", self.sheet.note, step="t34", align="center"))
        return [*parts, Exits(self.sheet.actions)]

    def _places(self, kit: Kit, box: Box) -> list[tuple[Part, Box]]:
        """Every part and its place, from the top."""
        inner = Box(box.x + kit.theme.margin, box.y, box.w - 2 * kit.theme.margin, box.h)
        for setting in _SETTINGS:
            y = inner.y + kit.g(setting.gap * 2)
            above: list[tuple[Part, Box]] = []
            for part in self._above(kit, inner.w, setting):
                above.append((part, inner._replace(y=y, h=part.height(kit, inner.w))))
                y += above[-1][1].h + kit.g(0.5)
            foot = inner.bottom - kit.g(4)
            under: list[tuple[Part, Box]] = []
            for part in reversed(self._under(setting)):
                tall = part.height(kit, inner.w)
                foot -= tall
                under.insert(0, (part, inner._replace(y=foot, h=tall)))
                foot -= kit.g(setting.gap)
            room = Box(inner.x, y + kit.g(1), inner.w, foot - y - kit.g(1))
            between = self._between(kit, room, setting)
            if between is not None:
                break
        return [*above, *(between or []), *under]

    def _between(self, kit: Kit, room: Box, setting: _Set) -> list[tuple[Part, Box]] | None:
        """Picture and steps in the room that the words leave: the picture above the steps, or beside them where they
        stand below one another, or the shape and code alone, or the steps alone. None: there is no room for them.
        """
        steps = Paces(self.sheet.steps) if self.sheet.steps else None
        tall = steps.height(kit, room.w) if steps else 0
        if steps and (wide := steps.stacked(kit, room.w)):
            if tall > room.h:
                return None
            place = room._replace(w=wide, y=room.y + (room.h - tall) // 2, h=tall)
            left = room.w - wide - kit.g(4)
            if left < kit.g(CARD_LEAST):
                return None if setting.picture else [(steps, place)]
            return [(steps, place), (self._picture(), room._replace(x=room.right - left, w=left))]
        gap = kit.g(setting.gap) if steps else 0
        free = room.h - tall - gap
        found: list[tuple[Part, Box]] = []
        if free >= kit.g(2) + kit.g(REACH) + round(kit.g(CARD_LEAST) * SHAPE):
            found.append((self._picture(), room._replace(y=room.y + kit.g(2), h=free - kit.g(2))))
        elif setting.picture or free < 0:
            return None
        elif self.sheet.code and free >= kit.theme.least.line:
            code = Text(self.sheet.code, "least", "ink2", align="center")
            found.append((code, room._replace(h=kit.theme.least.line)))
        if steps:
            found.append((steps, room._replace(y=room.bottom - tall, h=tall)))
        return found

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        pen.fill(box, "ground", pen.kit.theme.sheet_radius, corners="tltr")
        for part, place in self._places(pen.kit, box):
            part.paint(pen, place, feel)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        return [target for part, place in self._places(kit, box) for target in part.targets(kit, place)]
