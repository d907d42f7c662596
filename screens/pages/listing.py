"""A titled list: a theme, an organisation's services, a topic, all life events."""

from __future__ import annotations

from journeys.views import ListPage, Row
from screens.kit.bars import ActionRow
from screens.kit.buttons import Chip
from screens.kit.kit import Kit
from screens.kit.part import Part
from screens.kit.planes import Empty
from screens.kit.rows import list_row
from screens.kit.words import Text, title
from screens.page import Frame, Page
from screens.pages.horizon import close
from screens.pages.parts_find import Filters, rows_plane
from screens.pages.turning import Leaf, turn

FEW_FILTERS = 14
"""Steps of height that filters may take on every page."""


class ListingPage(Page):
    """Title, filters, rows; as many rows on a page as fit. Rows are measured once for all pages of a list."""

    def __init__(self) -> None:
        super().__init__()
        self._measured: tuple[tuple[Row, ...], Kit, list[int]] | None = None

    def draw(self, view: ListPage, page: Frame) -> None:
        if view.actions:
            page.foot(ActionRow(view.actions), gap=3)
        if view.title:
            page.add(title(view.title), gap=3)
        if view.empty:
            self._above(view, page, full=True)
            page.add(Empty(view.empty), gap=3)
            close(page)
            return
        shown = self._turn(view, page)
        page.add(rows_plane(map(list_row, view.rows[shown.first : shown.last])), gap=2)
        close(page)

    def _turn(self, view: ListPage, page: Frame) -> Leaf:
        """What stands above the rows, and which rows stand on the page. Many filters take the first page only."""
        kit, width = page.kit, page.body.w
        free = page.body.h - kit.g(3)
        full, brief = (sum(part.height(kit, width) + kit.g(gap) for part, gap in above(view, full))
                       for full in (True, False))  # fmt: skip
        if full - brief < kit.grown(FEW_FILTERS):
            brief = full
        room = free - kit.g(2)
        shown = turn(page, self._heights(view.rows, page), view.page, between=0, first=room - full, rest=room - brief)
        self._above(view, page, full=shown.number == 0 or brief == full)
        return shown

    def _above(self, view: ListPage, page: Frame, *, full: bool) -> None:
        for part, gap in above(view, full):
            page.add(part, gap)

    def _heights(self, rows: tuple[Row, ...], page: Frame) -> list[int]:
        """Pixels that each row takes on a plane of rows."""
        kit = page.kit
        if self._measured is None or self._measured[0] is not rows or self._measured[1] is not kit:
            inner = page.body.w - 2 * kit.g(rows_plane(()).pad)
            self._measured = (rows, kit, [list_row(row).height(kit, inner) for row in rows])
        return self._measured[2]


def above(view: ListPage, full: bool) -> list[tuple[Part, float]]:
    """(part, steps above it): filters and the line that counts; not `full`: without the filters."""
    if view.filters and full:
        return [(Filters(tuple(Chip(press, on) for press, on in view.filters), view.line), 2)]
    return [(Text(view.line, ink="ink2"), 0)] if view.line else []
