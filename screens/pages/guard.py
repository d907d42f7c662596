"""The parts that say whether to go now: the panel with its strip of days, the next chance, another office."""

from __future__ import annotations

from dataclasses import dataclass, replace

from journeys.views import GuardDay, GuardPanel
from screens.kit.buttons import paint_focus
from screens.kit.kit import Kit
from screens.kit.part import Act, Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Column, Grid, Plane
from screens.kit.words import Note, Text
from screens.pages.passages import Gap
from screens.theme import Token


def panel_parts(guard: GuardPanel, *, brief: bool = False) -> tuple[tuple[Part, float], ...]:
    """What stands at the head of a guide: (part, gap above). `brief`: that it is in vain and when it is not; the days
    and the other office are left to the leaves, see `left_behind`.
    """
    if not brief:
        return tuple((part, 2) for part in (Panel(guard), *_next_time(guard), *_other_office(guard)))
    if guard.next:
        return tuple((part, 2) for part in (Panel(replace(guard, days=(), note="")), *_next_time(guard)))
    return ((Panel(guard), 2),)


def left_behind(guard: GuardPanel) -> tuple[Part, ...]:
    """What a brief head leaves to the leaves."""
    days = (Panel(replace(guard, headline="", line="")),) if guard.next else ()
    return (*days, *_other_office(guard))


def _next_time(guard: GuardPanel) -> tuple[Part, ...]:
    return (NextTime(guard.next_head, guard.next, guard.due),) if guard.next else ()


def _other_office(guard: GuardPanel) -> tuple[Part, ...]:
    return (OtherOffice(*guard.other),) if guard.other else ()


@dataclass(frozen=True, slots=True)
class Panel(Part):
    """Headline and reason on the ground of a warning, and below them the days."""

    guard: GuardPanel

    def _plane(self, kit: Kit, width: int) -> Plane:
        guard = self.guard
        parts: list[Part] = []
        if guard.headline:
            parts.append(Note("warning", guard.headline, "ink", "warn", step="t60", bold=True, steps=9))
        if guard.line:
            parts.append(Text(guard.line))
        if guard.days:
            cells = tuple(map(DayCell, guard.days))
            parts += [
                Gap(1.5 if parts else 0),
                Grid(cells, _columns(kit, cells, width - 2 * kit.g(4)), gap=2, row_gap=2),
            ]
        if guard.note:
            parts += [Gap(1), Note("info", guard.note, "ink")]
        return Plane(tuple(parts), fill="warnt", above=2.5, edge="warn")

    def height(self, kit: Kit, width: int) -> int:
        return self._plane(kit, width).height(kit, width)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        self._plane(pen.kit, box.w).paint(pen, box, feel)


def _columns(kit: Kit, cells: tuple[DayCell, ...], width: int) -> int:
    """All days side by side when the words of each stand in one line, else two by two."""
    cell = (width - kit.g(2) * (len(cells) - 1)) // max(1, len(cells))
    return len(cells) if all(each.natural(kit) <= cell for each in cells) else 2


@dataclass(frozen=True, slots=True)
class DayCell(Part):
    """One day: which, how it stands, and its hours as a bar from 06:00 to 20:00; now is a coral line across."""

    day: GuardDay

    def natural(self, kit: Kit) -> int:
        """Its width in one line."""
        return max(kit.set(self.day.label, "t34", bold=True).width, kit.set(self.day.state, "t34").width)

    def _words(self) -> Column:
        return Column((Text(self.day.label, "t34", bold=True), Text(self.day.state, "t34", "ink2")))

    def height(self, kit: Kit, width: int) -> int:
        return self._words().height(kit, width) + kit.g(1) + kit.g(7)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme, day = pen.kit, pen.kit.theme, self.day
        words = self._words().height(kit, box.w)
        self._words().paint(pen, box._replace(h=words), feel)
        # A row is as high as its highest cell: the bars of a row stand on one line.
        tall = kit.g(6)
        bar = Box(box.x, box.bottom - tall - kit.g(0.5), box.w, tall)
        pen.fill(bar, "surface", theme.small_radius)
        ink: Token = "primary" if day.open else "sea2"
        for start, end in day.spans:
            left, right = bar.x + round(bar.w * start), bar.x + round(bar.w * end)
            pen.fill(Box(left, bar.y, right - left, bar.h), ink, theme.small_radius)
        if day.now is not None:
            thick = kit.g(0.75)
            x = min(bar.right - thick, max(bar.x, bar.x + round(bar.w * day.now) - thick // 2))
            pen.fill(Box(x, bar.y - kit.g(0.75), thick, bar.h + 2 * kit.g(0.75)), "coral", thick // 2)


@dataclass(frozen=True, slots=True)
class NextTime(Part):
    """The next time that one is accepted, in large letters, and when it is finished then."""

    head: str
    when: str
    due: str

    def _indent(self, kit: Kit) -> int:
        return kit.grown(7.5) + kit.g(3)

    def _words(self) -> Column:
        due = (Text(self.due),) if self.due else ()
        return Column((Text(self.head, "t34", "ink2"), Text(self.when, "t60", bold=True), *due))

    def height(self, kit: Kit, width: int) -> int:
        return self._words().height(kit, width - 2 * kit.g(4) - self._indent(kit)) + 2 * kit.g(2)

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        pen.frame(box, "surface", "plane", theme.radius, theme.border if theme.outlined else 0)
        side, inner = kit.grown(7.5), box.inset(kit.g(4), kit.g(2))
        pen.icon("event_available", inner.x + side / 2, inner.y + side / 2 + kit.g(0.5), side, "ok")
        indent = self._indent(kit)
        self._words().paint(pen, Box(inner.x + indent, inner.y, inner.w - indent, inner.h), feel)


@dataclass(frozen=True, slots=True)
class OtherOffice(Part):
    """Another office that is open sooner; all of it leads there ("place", id)."""

    title: str
    line: str
    id: str

    def _indent(self, kit: Kit) -> int:
        return kit.grown(7.5) + kit.g(3)

    def _words(self) -> Column:
        return Column((Text(self.title, bold=True), Text(self.line, "t34", "ink2")))

    def _inner(self, kit: Kit, width: int) -> int:
        return width - 2 * kit.g(4) - self._indent(kit) - kit.grown(7)

    def height(self, kit: Kit, width: int) -> int:
        return max(self._words().height(kit, self._inner(kit, width)) + 2 * kit.g(2), kit.grown(12))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        kit, theme = pen.kit, pen.kit.theme
        if feel.focus == self._act():
            paint_focus(pen, box, theme.radius)
        ground: Token = "tint" if feel.down == self._act() else "surface"
        pen.frame(box, ground, "plane", theme.radius, theme.border if theme.outlined else 0)
        middle, side, arrow = box.y + box.h / 2, kit.grown(7.5), kit.grown(7)
        pen.icon("alt_route", box.x + kit.g(4) + side / 2, middle, side, "primary")
        width = self._inner(kit, box.w)
        height = self._words().height(kit, width)
        left = box.x + kit.g(4) + self._indent(kit)
        self._words().paint(pen, Box(left, round(middle - height / 2), width, height), feel)
        pen.icon("chevron_right", box.right - kit.g(4) + kit.g(0.75) - arrow / 2, middle, arrow, "primary")

    def _act(self) -> Act:
        return "place", self.id

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return (Target(box, self._act()),)
