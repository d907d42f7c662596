"""The search field: what was typed, what is being typed, and how to write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from journeys.views import Press
from screens.kit.buttons import Button, act_of, paint_focus
from screens.kit.fitting import step_that_fits
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.typeset import ELLIPSIS, Block
from screens.theme import Token


@dataclass(frozen=True, slots=True)
class SearchField(Part):
    """A field. While something is written in it (`writing`) it has a border and a coral cursor, the composition is
    underlined behind the text, and text that is too long shows its end. A hint, or a question that stands to be read,
    is never cut: it is set smaller, then on as many lines as it takes.

    `act`: touching the field. `clear`: the cross at the right. `modes`: buttons inside the field, (press, chosen).
    """

    hint: str
    text: str = ""
    composition: str = ""
    writing: bool = False
    act: Act | None = None
    clear: Act | None = None
    modes: tuple[tuple[Press, bool], ...] = ()
    edit: Press | None = None

    def height(self, kit: Kit, width: int) -> int:
        words = self._standing(kit, Box(0, 0, width, 0))
        return max(kit.grown(14 if self.edit else 16), words.height + kit.g(2) if words else 0)

    def _lead(self, kit: Kit) -> int:
        """Pixels from the edge to the words."""
        return kit.g(4) + kit.grown(6.5) + kit.g(2.5)

    def _standing(self, kit: Kit, box: Box) -> Block | None:
        """What stands to be read; None while something is being written."""
        typed = self.text + self.composition
        if typed and self.writing:
            return None
        words = typed or self.hint
        room = self._tail(kit, box) - box.x - self._lead(kit) - kit.g(4 if self.writing else 1)
        step = step_that_fits(kit, (words,), room, ("t48", "t40", "t34"))
        return kit.set(words, step, width=room, apart=bool(typed))

    def _switch(self, kit: Kit, box: Box) -> Iterator[tuple[Press, bool, Box]]:
        """The halves of the switch between ways of writing, from the right."""
        x, inset = box.right - kit.g(2) - kit.g(1), kit.g(3)
        for press, chosen in reversed(self.modes if self.writing else ()):
            width = kit.set(press.label, bold=True).width + 2 * kit.g(3.5)
            x -= width
            yield press, chosen, Box(x, box.y + inset, width, box.h - 2 * inset)

    def _buttons(self, kit: Kit, box: Box) -> Iterator[tuple[Button, Box]]:
        """Buttons that begin to write, from the right."""
        x, inset = box.right - kit.g(2), kit.g(2)
        for press, chosen in reversed(() if self.writing else self.modes):
            button = Button(press, "primary" if chosen else "secondary", tall=12)
            width = button.width(kit) - kit.g(2)
            x -= width
            yield button, Box(x, box.y + inset, width, box.h - 2 * inset)
            x -= kit.g(2)

    def _tail(self, kit: Kit, box: Box) -> int:
        """Where text must end, as an x."""
        places = [place.x for _, place in self._buttons(kit, box)]
        places += [place.x - kit.g(1) for *_, place in self._switch(kit, box)]
        x = min(places, default=box.right) - kit.g(2)
        if self.edit:
            x -= Button(self.edit, "secondary").width(kit) - kit.g(4)
        return x - kit.grown(9) if self.clear else x

    def _cross(self, kit: Kit, box: Box) -> Box:
        return Box(self._tail(kit, box), box.y, kit.grown(9), box.h)

    def _edit(self, kit: Kit, box: Box) -> Box:
        x = self._tail(kit, box)
        return Box(x, box.y, box.right - x, box.h)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if self.act and feel.focus == self.act:
            paint_focus(pen, box, theme.radius)
        if self.writing:
            pen.frame(box, "surface", "primary", theme.radius, theme.focus)
        elif self.edit or theme.outlined:
            pen.frame(box, "surface", "edge", theme.radius, theme.border)
        else:
            pen.fill(box, "tint" if self.act and feel.down == self.act else "surface", theme.radius)
        icon = kit.grown(6.5)
        pen.icon("search", box.x + kit.g(4) + icon / 2, box.y + box.h / 2, icon, "primary")
        self._words(pen, box)
        if self.clear and (self.text or self.composition):
            cross = self._cross(kit, box)
            if feel.down == self.clear:
                pen.fill(cross.inset(kit.g(0.5), kit.g(2)), "held", theme.radius)
            pen.icon("close", *cross.middle, kit.grown(5.5), "ink")
        for button, place in self._buttons(kit, box):
            button.paint(pen, place, feel)
        self._paint_switch(pen, box, feel)
        if self.edit:
            place = self._edit(kit, box)
            block = kit.set(self.edit.label, bold=True)
            side = kit.grown(5)
            x = place.right - kit.g(3.5) - block.width
            pen.icon(self.edit.icon or "edit", x - kit.g(1) - side / 2, box.y + box.h / 2, side, "primary")
            pen.text(block, x, box.y + (box.h - block.line) // 2, "primary")

    def _paint_switch(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        halves = list(self._switch(kit, box))
        if not halves:
            return
        left, right = halves[-1][2], halves[0][2]
        bed = Box(left.x, left.y, right.right - left.x, left.h).inset(-kit.g(1))
        if theme.outlined:
            pen.frame(bed, "sand", "edge", theme.radius, theme.border)
        else:
            pen.fill(bed, "sand", theme.radius)
        for press, chosen, place in halves:
            down = feel.down == act_of(press)
            if chosen or down:
                pen.fill(place, "primary" if chosen else "tint", theme.radius - kit.g(0.5))
            block = kit.set(press.label, bold=chosen)
            y = place.y + (place.h - block.line) // 2
            pen.text(block, place.x, y, "onp" if chosen else "ink", place.w, "center")

    def _words(self, pen: Pen, box: Box) -> None:
        kit, x = pen.kit, box.x + self._lead(pen.kit)
        words = self._standing(kit, box)
        if self.writing:
            x = self._written(pen, box, x)
            cursor, tall = max(2, kit.px(1.24)), kit.grown(7)
            pen.fill(Box(x + kit.g(0.5), box.y + (box.h - tall) // 2, cursor, tall), "coral")
            x += kit.g(3)
        if words:
            ink: Token = "ink" if self.text + self.composition else "ink2"
            pen.text(words, x, box.y + (box.h - words.height) // 2, ink)

    def _written(self, pen: Pen, box: Box, x: int) -> int:
        """Draws the end of what is being written from `x` on; returns where it ends."""
        kit, typed = pen.kit, self.text + self.composition
        room = self._tail(kit, box) - x - kit.g(1)
        y = box.y + (box.h - kit.theme.t48.line) // 2
        drop, end = 0, kit.set(typed, "t48", apart=True).width
        while end > room and drop < len(typed):
            drop += 1
            end = kit.set(ELLIPSIS + typed[drop:], "t48", apart=True).width
        done = kit.set((ELLIPSIS if drop else "") + self.text[drop:], "t48", apart=True)
        pen.text(done, x, y, "ink")
        x += done.width
        if self.composition:
            going = kit.set(self.composition[max(0, drop - len(self.text)) :], "t48", apart=True)
            pen.text(going, x, y, "ink")
            pen.fill(Box(x, y + kit.theme.t48.line - kit.theme.focus, going.width, kit.theme.focus), "primary")
            x += going.width
        return x

    def targets(self, kit: Kit, box: Box) -> list[Target]:
        found = [Target(box, self.act)] if self.act else []
        if self.clear and (self.text or self.composition):
            found.append(Target(self._cross(kit, box), self.clear))
        if self.edit:
            found.append(Target(self._edit(kit, box), act_of(self.edit)))
        for button, place in self._buttons(kit, box):
            found += button.targets(kit, place)
        # The halves reach to the edges of the field, so that a finger need not aim at them.
        found += [Target(Box(p.x, box.y, p.w, box.h), act_of(press)) for press, _, p in self._switch(kit, box)]
        return found
