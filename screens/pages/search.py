"""Typing with results in place: field above, keyboard or writing pad below, and between them what has been found."""

from __future__ import annotations

from journeys.views import Press, Search
from screens.kit.buttons import Tile
from screens.kit.keyboard import Keyboard, leaf_of
from screens.kit.pad import WritingPad
from screens.kit.part import Act, Part
from screens.kit.planes import Grid
from screens.kit.rows import list_row
from screens.kit.search import SearchField
from screens.kit.words import Head
from screens.page import Frame, Page
from screens.pages.horizon import Shore
from screens.pages.parts_find import Line, rows_plane


class SearchPage(Page):
    """The keyboard, the pad and the field never move. Rows that do not fit whole are behind the line that counts them.

    It remembers how far the candidates are unfolded, until the letters are others.
    """

    def __init__(self) -> None:
        super().__init__()
        self._letters = self._unfolded_for = ""
        self._leaf = 0

    def handle(self, act: Act) -> bool:
        self._leaf, self._unfolded_for = leaf_of(act), self._letters
        return True

    def draw(self, view: Search, page: Frame) -> None:
        self._letters = view.composition
        if self._unfolded_for != view.composition or not view.candidates:
            self._leaf = 0
        if view.mode == "hand":
            page.foot(WritingPad(view.keys, view.candidates, view.ink, view.pad_line), gap=3)
        else:
            page.foot(Keyboard(view.mode, view.keys, view.candidates, self._leaf), gap=3)
        field = SearchField(view.hint, view.text, view.composition, writing=True, clear=("clear", ""), modes=view.modes)
        page.add(field, gap=3)
        if view.examples:
            self._examples(view, page)
        else:
            self._found(view, page)

    def _found(self, view: Search, page: Frame) -> None:
        kit = page.kit
        rows: list[Part] = []
        line = Line(view.count_line, view.more)
        free = page.body.h - kit.g(2) - line.height(kit, page.body.w) - kit.g(1) - kit.g(2)
        for row in view.rows:
            if rows_plane((*rows, list_row(row, tight=True))).height(kit, page.body.w) > free:
                break
            rows.append(list_row(row, tight=True))
        if len(rows) < len(view.rows):
            # Without words for it, its arrow alone leads to the rows that did not fit.
            line = Line(view.count_line, view.more or Press("", "submit"), label=view.more is not None)
        page.add(line, gap=2)
        if rows:
            page.add(rows_plane(rows), gap=1)

    def _examples(self, view: Search, page: Frame) -> None:
        page.add(Line(view.count_line), gap=2)
        tiles = tuple(
            Tile(Press(press.label, press.action, press.value, "search"), row=True, icon_steps=5.5)
            for press in view.examples
        )
        page.add(Head(view.examples_head), gap=3)
        while tiles and not page.fits(Grid(tiles, 2, row_gap=2), gap=1):
            tiles = tiles[:-2]
        page.add(Grid(tiles, 2, row_gap=2), gap=1)
        if view.mode != "hand":
            page.foot(Shore(page.body.h - page.kit.g(3)))
