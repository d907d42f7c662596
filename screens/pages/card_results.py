"""What concerns this person and why, and how long it stays on the glass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from journeys.views import CardResults, Press
from screens.kit.bars import Turner
from screens.kit.buttons import Button
from screens.kit.kit import Kit
from screens.kit.part import Feel, Part, Target
from screens.kit.pen import Box, Pen
from screens.kit.planes import Band, Column, Empty
from screens.kit.words import Text
from screens.page import Frame, Page
from screens.pages.horizon import close, strip
from screens.pages.parts_card import RecommendedRow, Session, below_rows
from screens.pages.parts_find import rows_plane
from screens.pages.turning import Leaf, leaf


class CardResultsPage(Page):
    """Greeting and search above, the things with their reasons, what was put away below them; on the sea how long it
    stays, or on the sand the three taps, which are small where there is a sea. As many things on a page as fit.

    What is unfolded never leaves the page on which it was touched: there the things above it give way, and nothing is
    out of reach for it. In large type, where one thing fills a page, what else stands around it gives way in the order
    of `SHED`.
    """

    def draw(self, view: CardResults, page: Frame) -> None:
        setting = _setting(view, page)
        rows = [RecommendedRow(row) for row in view.rows]
        shown = setting.shown(view, rows)
        if shown.last - shown.first == 1 and setting.over(rows[shown.first], shown):
            rows[shown.first] = replace(rows[shown.first], small=True)
            for name in SHED:
                if setting.over(rows[shown.first], shown):
                    setting = setting.without(name)
            rows[shown.first] = setting.cut(rows[shown.first], shown)
        setting.place(view, rows[shown.first : shown.last], shown)


SHED = ("folded", "turner", "head")
"""What gives way to one thing that is too high for the page, while it is unfolded: folding it brings all back."""


class _Setting(NamedTuple):
    """The parts around the rows, and the page they stand on. `foot`: what stands below the rows, lowest first."""

    page: Frame
    session: Session | None
    head: Part
    foot: tuple[tuple[str, Part], ...]
    gone: frozenset[str] = frozenset()

    def without(self, name: str) -> _Setting:
        """Without one of its parts."""
        return self._replace(gone=self.gone | {name})

    def _feet(self) -> list[Part]:
        return [part for name, part in self.foot if name not in self.gone]

    def room(self, *, turning: bool) -> int:
        """Pixels for rows."""
        kit, width = self.page.kit, self.page.body.w
        taken = self.session.height(kit, width) + kit.g(3) if self.session else 0
        taken += sum(part.height(kit, width) + kit.g(2) for part in self._feet())
        taken += 0 if "head" in self.gone else self.head.height(kit, width)
        if turning and "turner" not in self.gone:
            taken += kit.grown(14) + kit.g(2)
        return self.page.body.h - taken - kit.g(3) - kit.g(2) - kit.g(2)

    def tall(self, row: RecommendedRow) -> int:
        """Height of a row on its plane."""
        kit = self.page.kit
        return row.height(kit, self.page.body.w - 2 * kit.g(rows_plane(()).pad))

    def over(self, row: RecommendedRow, shown: Leaf) -> bool:
        """Whether a row alone is too high."""
        return self.tall(row) > self.room(turning=shown.pages > 1)

    def cut(self, row: RecommendedRow, shown: Leaf) -> RecommendedRow:
        """The row with as many lines of what is unfolded as there is room for: no law is so long that any was met."""
        over = self.tall(row) - self.room(turning=shown.pages > 1)
        if over <= 0:
            return row
        line = self.page.kit.theme.least.line
        lines = (self.tall(row) - self.tall(replace(row, row=replace(row.row, basis="")))) // line
        return replace(row, most=max(1, lines - -(-over // line)))

    def shown(self, view: CardResults, rows: list[RecommendedRow]) -> Leaf:
        """The rows on the page that is asked for."""
        line, whole, room = self.page.kit.theme.border, self.room(turning=False), self.room(turning=True)
        heights = [self.tall(row) for row in rows]
        flat = [self.tall(RecommendedRow(replace(row.row, basis=""))) for row in rows]
        found, home = (leaf(each, view.page, whole=whole, first=room, rest=room, between=line)
                       for each in (heights, flat))  # fmt: skip
        unfolded = next((i for i in range(home.first, home.last) if rows[i].row.basis), None)
        if unfolded is None or found.first <= unfolded < found.last:
            return found
        limit = whole if home.pages == 1 else room
        first, last = unfolded, unfolded + 1
        while first > home.first and sum(heights[first - 1 : last]) + line * (last - first) <= limit:
            first -= 1
        return Leaf(first, last, home.number, home.pages)

    def place(self, view: CardResults, rows: list[RecommendedRow], shown: Leaf) -> None:
        """Puts everything on the page."""
        page = self.page
        kit, width = page.kit, page.body.w
        if self.session:
            sea = strip(page, self.session.height(kit, width), gap=3)
            page.put(Band("sea"), sea)
            page.put(self.session, Box(kit.theme.margin, sea.y, width, sea.h))
        page.space(3)
        if "head" not in self.gone:
            page.add(self.head)
        page.space(2)
        for part in self._feet():
            page.foot(part, gap=2)
        if not rows:
            page.add(Empty(view.empty))
        else:
            if shown.pages > 1 and "turner" not in self.gone:
                page.foot(Turner(shown.number, shown.pages), gap=2)
            page.add(rows_plane(rows))
        close(page)


def _setting(view: CardResults, page: Frame) -> _Setting:
    """The roomier of two in which every row has room while nothing is unfolded."""
    foot: list[tuple[str, Part]] = []
    large = view.again and not (view.bar and view.rows)
    if view.again and large:
        foot.append(("again", Button(view.again, "secondary", tall=16)))
    if line := below_rows(view.folded, view.restore, None if large else view.again):
        foot.append(("folded", line))
    for brief in (False, True):
        session = Session(view.bar, brief) if view.bar else None
        setting = _Setting(page, session, Greeting("" if brief else view.greeting, view.line, view.search), tuple(foot))
        room = setting.room(turning=True)
        if all(setting.tall(RecommendedRow(replace(row, basis=""))) <= room for row in view.rows):
            break
    return setting


@dataclass(frozen=True, slots=True)
class Greeting(Part):
    """Whom this is for, without any part of a name, and at its right the search, which leads to everything else; in
    the next line where both have no room. `greeting` empty: only the line.
    """

    greeting: str
    line: str
    search: Press

    def _words(self) -> Column:
        line = Text(self.line, ink="ink2")
        return Column((Text(self.greeting, "t60", bold=True), line) if self.greeting else (line,))

    def _search(self) -> Button:
        return Button(self.search, "secondary")

    def _places(self, kit: Kit, box: Box) -> tuple[Box, Box]:
        words, search = self._words(), self._search()
        wide = search.width(kit) - kit.g(2)
        left = box.w - wide - kit.g(3)
        tall = search.height(kit, wide)
        greeting = kit.set(self.greeting, "t60", bold=True).width <= left
        if left >= box.w // 3 and greeting and len(kit.set(self.line, width=left).lines) <= 2:
            height = words.height(kit, left)
            whole = max(height, tall)
            place = Box(box.x, box.y + (whole - height) // 2, left, height)
            return place, Box(box.right - wide, box.y + (whole - tall) // 2, wide, tall)
        height = words.height(kit, box.w)
        wide = min(wide, box.w)
        return box._replace(h=height), Box(box.x, box.y + height + kit.g(1.5), wide, search.height(kit, wide))

    def height(self, kit: Kit, width: int) -> int:
        return max(place.bottom for place in self._places(kit, Box(0, 0, width, 0)))

    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        words, search = self._places(pen.kit, box)
        self._words().paint(pen, words, feel)
        self._search().paint(pen, search, feel)

    def targets(self, kit: Kit, box: Box) -> tuple[Target, ...]:
        return self._search().targets(kit, self._places(kit, box)[1])
