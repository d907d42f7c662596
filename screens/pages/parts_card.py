"""What the pages of the card are made of: a thing with its reason, what was put away, and how long all of it stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from journeys.views import Press, Recommended, SessionBar, Tag as TagView
from screens.kit.buttons import COATS, PRESSED, Button, Kind, act_of, paint_focus
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Sized, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Flow, Grid, Plane
from screens.kit.typeset import Block
from screens.kit.words import Named, Text

BAR = 2.0
"""Height in steps of the bar that shows how much time is left."""


@dataclass(frozen=True, slots=True)
class Reason(Sized):
    """Why something is shown, in the one warm colour. Unlike other tags it goes on in a second line rather than end in
    an ellipsis: half a reason is none.
    """

    tag: TagView

    def _lead(self, kit: Kit) -> int:
        return kit.g(1.5) + (kit.grown(4.5) + kit.g(0.5) if self.tag.icon else 0)

    def _block(self, kit: Kit, width: int = 0) -> Block:
        return kit.set(self.tag.text, "t34", width=width and width - self._lead(kit) - kit.g(1.75))

    def width(self, kit: Kit) -> int:
        return self._lead(kit) + self._block(kit).width + kit.g(1.75)

    def height(self, kit: Kit, width: int) -> int:
        return self._block(kit, width).height + kit.g(0.5)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, block = pen.kit, self._block(pen.kit, box.w)
        wide = min(box.w, self._lead(kit) + block.width + kit.g(1.75))
        pen.fill(box._replace(w=wide), "coralt", kit.theme.small_radius)
        if self.tag.icon:
            side = kit.grown(4.5)
            pen.icon(self.tag.icon, box.x + kit.g(1.5) + side / 2, box.y + box.h / 2, side - kit.g(0.5), "coral")
        pen.text(block, box.x + self._lead(kit), box.y + (box.h - block.height) // 2, "ink")


@dataclass(frozen=True, slots=True)
class SmallButton(Sized):
    """A button inside a row, 18 mm high: quiet, because there is one in every row. `on`: what it unfolds is open;
    `icon` stands behind the words.
    """

    press: Press
    on: bool = False
    icon: str = ""
    primary: bool = False

    def _tail(self, kit: Kit) -> int:
        return kit.grown(4.5) + kit.g(0.5) if self.icon else 0

    def _block(self, kit: Kit, width: int = 0) -> Block:
        return kit.set(self.press.label, "t34", width=width and width - self._tail(kit) - 2 * kit.g(1.5))

    def width(self, kit: Kit) -> int:
        return self._block(kit).width + self._tail(kit) + 2 * kit.g(2.5)

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(9), self._block(kit, width).height + kit.g(1.5))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, act = pen.kit, pen.kit.theme, act_of(self.press)
        if feel.focus == act:
            paint_focus(pen, box, theme.radius)
        kind: Kind = "secondary" if self.on else "tertiary"
        coat = (PRESSED if feel.down == act else COATS)[kind]
        pen.frame(box, coat.fill, coat.edge, theme.radius, theme.border)
        ink = "primary" if self.primary else coat.ink
        block, tail = self._block(kit, box.w), self._tail(kit)
        x = box.x + (box.w - block.width - tail) // 2
        pen.text(block, x, box.y + (box.h - block.height) // 2, ink, block.width, "center")
        if self.icon:
            pen.icon(self.icon, x + block.width + tail - kit.grown(4.5) / 2, box.y + box.h / 2, kit.grown(4.5), ink)

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, act_of(self.press)),)


@dataclass(frozen=True, slots=True)
class RecommendedRow(Part):
    """Official name（everyday name）and a chevron; the reason, and beside or below it 为什么推荐 and 与我无关; what it
    rests on, while that is unfolded. All but the two buttons and what is unfolded hands back ("open", id).

    `small`: what is unfolded is set in the smallest type there may be; `most`: in so many lines, 0: in as many as it
    takes.
    """

    row: Recommended
    small: bool = False
    most: int = 0
    pad: float = 2.5
    reach: float = 4

    def _name(self) -> Named:
        return Named(self.row.title, self.row.alias)

    def _buttons(self) -> tuple[SmallButton, SmallButton]:
        row = self.row
        why = SmallButton(row.why, bool(row.basis), "expand_less" if row.basis else "expand_more", primary=True)
        return why, SmallButton(row.not_mine)

    def _basis(self) -> Plane | None:
        if not self.row.basis:
            return None
        return Plane(
            (Text(self.row.basis, "least" if self.small else "t34", most=self.most),), fill="sand", pad=3, above=2
        )

    def _plan(self, kit: Kit, box: Box) -> list[tuple[Part, Box]]:
        """Name, reason, the two buttons and the basis, each with its place."""
        name, reason, basis = self._name(), Reason(self.row.reason), self._basis()
        inner = box.w - kit.grown(7)
        y = box.y + kit.g(self.pad)
        placed: list[tuple[Part, Box]] = [(name, Box(box.x, y, inner, name.height(kit, inner)))]
        y = placed[0][1].bottom + kit.g(1)
        buttons, gap = self._buttons(), kit.g(1.5)
        wishes = [min(button.width(kit), (box.w - gap) // 2) for button in buttons]
        tall = max(button.height(kit, wish) for button, wish in zip(buttons, wishes, strict=True))
        wish = reason.width(kit)
        if wish + kit.g(2) + sum(wishes) + gap <= box.w:
            height = reason.height(kit, wish)
            placed.append((reason, Box(box.x, y + (tall - height) // 2, wish, height)))
        else:
            wide = min(wish, box.w)
            placed.append((reason, Box(box.x, y, wide, reason.height(kit, wide))))
            y = placed[-1][1].bottom + kit.g(1.5)
        x = box.right - sum(wishes) - gap
        for button, each in zip(buttons, wishes, strict=True):
            placed.append((button, Box(x, y, each, tall)))
            x += each + gap
        y += tall
        if basis:
            y += kit.g(1.5)
            placed.append((basis, Box(box.x, y, box.w, basis.height(kit, box.w))))
        return placed

    def height(self, kit: Kit, width: int) -> int:
        return max(place.bottom for _, place in self._plan(kit, Box(0, 0, width, 0))) + kit.g(self.pad)

    def _open(self, kit: Kit, box: Box) -> list[Box]:
        """Where a touch opens it: everything above the buttons, and what is left of them."""
        left = box.inset(-kit.g(self.reach), 0)
        placed = self._plan(kit, box)
        edge = placed[2][1]
        upper = left._replace(h=edge.y - kit.g(0.75) - box.y)
        beside = Box(left.x, upper.bottom, edge.x - kit.g(1) - left.x, edge.bottom + kit.g(0.75) - upper.bottom)
        return [upper, beside] if beside.w >= kit.g(7) else [upper]

    def _act(self) -> Act:
        return "open", self.row.id

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        if feel.down == self._act():
            upper, *beside = self._open(kit, box)
            for place, corners in ((upper, "tltr" if beside else "tltrblbr"), *((each, "blbr") for each in beside)):
                pen.fill(place.inset(kit.theme.border, 0), "tint", kit.theme.radius, corners)
        placed = self._plan(kit, box)
        for part, place in placed:
            part.paint(pen, place, feel)
        side, name = kit.grown(7), placed[0][1]
        middle = name.y + kit.theme.t40.line / 2 if name.h else box.y
        pen.icon("chevron_right", box.right - side / 2 + kit.g(0.75), middle, side, "primary")

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        found = [Target(place, self._act()) for place in self._open(kit, box)]
        for part, place in self._plan(kit, box):
            found += part.targets(kit, place)
        return found


@dataclass(frozen=True, slots=True)
class PutAway(Sized):
    """How many things were put away."""

    words: str

    def _lead(self, kit: Kit) -> int:
        return kit.grown(5) + kit.g(1.5)

    def _block(self, kit: Kit, width: int = 0) -> Block:
        return kit.set(self.words, "t34", width=width and width - self._lead(kit))

    def width(self, kit: Kit) -> int:
        return self._lead(kit) + self._block(kit).width

    def height(self, kit: Kit, width: int) -> int:
        return max(kit.grown(9), self._block(kit, width).height)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, side = pen.kit, pen.kit.grown(5)
        block = self._block(kit, box.w)
        pen.icon("visibility_off", box.x + side / 2, box.y + box.h / 2, side, "ink2")
        pen.text(block, box.x + self._lead(kit), box.y + (box.h - block.height) // 2, "ink2")


def below_rows(folded: str, restore: Press | None, again: Press | None) -> Flow | None:
    """The small line below the things: how many were put away, the way to have them back, and the three taps that
    tell more; in two lines where one is too short.
    """
    parts: list[Sized] = [PutAway(folded)] if folded else []
    parts += [SmallButton(press, primary=True) for press in (restore, again) if press]
    return Flow(tuple(parts), gap=3) if parts else None


@dataclass(frozen=True, slots=True)
class Session(Part):
    """How long this stays, on the sea: seconds to be read from afar, or the reader's sign while the card lies there;
    the bar; to go on reading, and to end. It is as high with a card as without, so that nothing above it moves when
    the card is taken. `brief`: for large type, with less air and without the second line.
    """

    bar: SessionBar
    brief: bool = False

    def _figure(self, kit: Kit) -> tuple[Block | None, int]:
        """(seconds, width that is kept for them)."""
        kept = kit.set("00", "t88", bold=True).width
        if self.bar.seconds is None:
            return None, kept
        block = kit.set(str(self.bar.seconds), "t88", bold=True)
        return block, max(kept, block.width)

    def _words(self) -> Column:
        title = Text(self.bar.title, "t40", "onsea", bold=True)
        return Column((title,) if self.brief else (title, Text(self.bar.line, "t34", "onsea")))

    def _ways(self, kit: Kit, width: int) -> Grid:
        """The buttons side by side, equally wide and in the same type. The last one ends."""
        presses, tall = self.bar.actions, 13 if self.brief else 16
        kinds: list[Kind] = ["seaghost" if i == len(presses) - 1 else "sea" for i in range(len(presses))]
        cell = (width - kit.theme.gutter * (len(presses) - 1)) // len(presses)
        for step in ("t48", "t40"):
            buttons = tuple(Button(press, kind, tall, step) for press, kind in zip(presses, kinds, strict=True))
            if all(button.width(kit) <= cell + kit.g(3) for button in buttons):
                break
        return Grid(buttons, len(buttons))

    def _boxes(self, kit: Kit, box: Box) -> Iterator[Box]:
        """Figure, words, bar, ways."""
        _, kept = self._figure(kit)
        left = kept + kit.g(5)
        words = self._words().height(kit, box.w - left)
        first = max(kit.theme.t88.line, words)
        y = box.y + kit.g(3)
        yield Box(box.x, y + (first - kit.theme.t88.line) // 2, kept, kit.theme.t88.line)
        yield Box(box.x + left, y + (first - words) // 2, box.w - left, words)
        y += first + kit.g(2.5)
        yield Box(box.x, y, box.w, kit.g(BAR))
        y += kit.g(BAR) + kit.g(2.5 if self.brief else 3.5)
        yield Box(box.x, y, box.w, self._ways(kit, box.w).height(kit, box.w))

    def height(self, kit: Kit, width: int) -> int:
        *_, ways = self._boxes(kit, Box(0, 0, width, 0))
        return ways.bottom + kit.g(2.5 if self.brief else 4)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit = pen.kit
        figure, words, track, ways = self._boxes(kit, box)
        seconds, _ = self._figure(kit)
        if seconds:
            pen.text(seconds, figure.x, figure.y, "onsea")
        else:
            pen.icon("contactless", *figure.middle, kit.g(12), "onsea")
        self._words().paint(pen, words, feel)
        pen.fill(track, "dots", track.h // 2, alpha=0.32)
        left = round(track.w * max(0.0, min(1.0, self.bar.fraction)))
        if left >= track.h:
            pen.fill(track._replace(w=left), "seaedge", track.h // 2)
        self._ways(kit, ways.w).paint(pen, ways, feel)

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        *_, ways = self._boxes(kit, box)
        return self._ways(kit, ways.w).targets(kit, ways)
