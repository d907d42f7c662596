"""A titled list: a theme, an organisation's services, a topic, all life events."""

from __future__ import annotations

from journeys.views import ListPage
from screens.kit.buttons import Chip
from screens.kit.planes import Empty
from screens.kit.rows import list_row
from screens.kit.words import Text, title
from screens.page import Frame, Page
from screens.pages.horizon import close
from screens.pages.parts_find import Filters, rows_plane, turn_rows


class ListingPage(Page):
    """Title, filters, rows; as many rows on a page as fit."""

    def draw(self, view: ListPage, page: Frame) -> None:
        if view.title:
            page.add(title(view.title), gap=3)
        if view.filters:
            page.add(Filters(tuple(Chip(press, on) for press, on in view.filters), view.line), gap=2)
        elif view.line:
            page.add(Text(view.line, ink="ink2"))
        if view.empty:
            page.add(Empty(view.empty), gap=3)
            close(page)
            return
        page.space(2)
        parts = [list_row(row) for row in view.rows]
        shown = turn_rows(page, parts, view.page)
        page.add(rows_plane(parts[shown.first : shown.last]))
        close(page)
