"""筛一筛: what an answer can be narrowed to, in groups of chips."""

from __future__ import annotations

from journeys.views import Narrow
from screens.kit.bars import ActionRow
from screens.kit.buttons import Chip
from screens.kit.planes import Column, Flow
from screens.kit.search import SearchField
from screens.kit.words import Head, Text, title
from screens.page import Frame, Page
from screens.pages.horizon import close
from screens.pages.turning import turn


class NarrowPage(Page):
    """The question stays above. Groups that have no room stand on further pages, each group whole."""

    def draw(self, view: Narrow, page: Frame) -> None:
        kit = page.kit
        if view.actions:
            page.foot(ActionRow(view.actions), gap=3)
        page.add(SearchField("", view.query, edit=None), gap=3)
        page.add(Column((title(view.title), Text(view.line, ink="ink2"))), gap=3)
        groups = [
            Column((Head(group.head), Flow(tuple(Chip(press) for press in group.presses), gap=2, row_gap=2)), gap=1.5)
            for group in view.groups
        ]
        page.space(1)
        room = page.body.h - kit.g(6)
        heights = [group.height(kit, page.body.w) for group in groups]
        shown = turn(page, heights, view.page, between=4, first=room, rest=room)
        for number, group in enumerate(groups[shown.first : shown.last]):
            page.add(group, gap=4 if number else 3)
        close(page)
