"""The home screen: what one reads in the sky, asking in the sea, themes and tools below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from journeys.views import Home
from screens.kit.buttons import Tile, act_of
from screens.kit.kit import Kit
from screens.kit.part import Part
from screens.kit.planes import Grid
from screens.kit.words import Head, Text
from screens.page import Frame, Page
from screens.pages.horizon import AIR, lower, scenery, strip
from screens.pages.parts_home import AskField, Bulletin, CardOffer, Look, Themes, press, shortcuts, tiles

Stack = tuple[tuple[Part, float], ...]
"""Parts below one another, each with the steps free above it."""

SKY = ("greeting", "line", "card", "notice", "events")
SEA = ("head", "field", "popular")

WELCOME = ("notice", "events", "popular", "line")
"""What can be left out, last what is missed least: the search page offers popular questions too, and events and
notices have a tool of their own. The card has no other way, so it stays, if need be in brief."""

ABOVE_FIELD = 1.5

TOOL_GAP = 1.5
"""Steps between tools, which are many in one row."""

SHORE = 4
"""Steps of sea below what lies on it."""


class Ground(NamedTuple):
    """How themes and tools are set out: columns of themes, and whether themes and tools have icons."""

    columns: int
    icons: bool = True
    tool_icons: bool = True


GROUNDS = (Ground(4), Ground(4, icons=False), Ground(4, icons=False, tool_icons=False))
LARGE_GROUNDS = (Ground(3), *GROUNDS)
"""The first one is taken above which the search field is in everybody's reach."""


class HomePage(Page):
    """Tools at the foot, themes above them, then the sea with the search field; the rest is sky. In large type less
    is offered at once rather than anything made smaller.
    """

    def draw(self, view: Home, page: Frame) -> None:
        kit, width = page.kit, page.body.w
        field = AskField(view.ask_hint, view.ask_modes)
        tools, themes = self._ground(view, page, field)
        page.foot(tools, gap=3)
        page.put(themes, strip(page, themes.height(kit, width), gap=3))
        sections, shown = self._welcome(view, page, field)
        sea = strip(page, _height(kit, width, _of(sections, SEA, shown)) + kit.g(SHORE))
        sky = _height(kit, width, _of(sections, SKY, shown))
        scenery(page, page.body.h - sky, sea.y, sea.bottom, 0)
        for part, gap in _of(sections, SKY, shown):
            page.add(part, gap)
        page.body = page.body._replace(y=sea.y, h=sea.h)
        for part, gap in _of(sections, SEA, shown):
            page.add(part, gap)

    def _ground(self, view: Home, page: Frame, field: AskField) -> tuple[Part, Part]:
        """(tools, themes) with as many icons and as much room as the search field's place allows."""
        kit, width = page.kit, page.body.w
        grounds = LARGE_GROUNDS if kit.theme.large else GROUNDS
        for columns, icons, tool_icons in grounds:
            tools = _tools(view, kit, width, icons=tool_icons)
            themes = Themes(view.tiles, columns, icons)
            taken = tools.height(kit, width) + themes.height(kit, width) + field.height(kit, width)
            if page.body.bottom - taken - kit.g(3) - kit.g(3) - kit.g(SHORE) >= lower(page):
                break
        return tools, themes

    def _welcome(self, view: Home, page: Frame, field: AskField) -> tuple[Mapping[str, Stack], set[str]]:
        """All sections, and which of them are shown. The row of the card says less where that brings another section
        onto the page: what it says is told again when it is asked for.
        """
        sections = self._sections(view, page.kit, page.body.w, field)
        found = [(sections, self._shown(sections, page))]
        if view.card:
            looks: tuple[tuple[Look, float], ...] = (("compact", 1.5), ("brief", 2))
            for look, gap in looks:
                offer = CardOffer(view.card_title, view.card_line, view.card, look)
                other = {**sections, "card": ((offer, gap),)}
                found.append((other, self._shown(other, page)))
            found = [each for each in found if self._holds(*each, page)] or found[-1:]
        return max(found, key=lambda each: len(each[1] - {"line"}))

    def _sections(self, view: Home, kit: Kit, width: int, field: AskField) -> Mapping[str, Stack]:
        found: dict[str, Stack] = {
            "greeting": ((Text(view.greeting, "t60", bold=True), 3),),
            "line": ((Text(view.line, ink="ink2"), 0),),
            "head": ((Text(view.ask_head, "t48", "onsea", bold=True), 3),),
            "field": ((field, ABOVE_FIELD),),
        }
        if view.card:
            found["card"] = ((CardOffer(view.card_title, view.card_line, view.card), 2.0),)
        if view.notice:
            found["notice"] = ((Bulletin(view.notice), 2),)
        if view.events:
            head = Head(view.events_head, view.events_all.label, act_of(view.events_all), view.events_all.icon)
            found["events"] = ((head, 3), (_events(view, kit, width), 1))
        if view.popular:
            found["popular"] = ((shortcuts(kit, width, view.popular), 2.5),)
        return found

    def _holds(self, sections: Mapping[str, Stack], shown: set[str], page: Frame) -> bool:
        """Whether there is room for all these sections."""
        return _height(page.kit, page.body.w, _of(sections, sections, shown)) + page.kit.g(SHORE) <= page.body.h

    def _shown(self, sections: Mapping[str, Stack], page: Frame) -> set[str]:
        """The sections there is room for beside some sky, the search field in reach."""
        kit, body = page.kit, page.body
        shown = set(sections) - set(WELCOME)
        for name in WELCOME:
            more = shown | {name} & set(sections)
            whole = _height(kit, body.w, _of(sections, sections, more)) + kit.g(AIR) + kit.g(SHORE)
            below = _height(kit, body.w, _of(sections, ("field", "popular"), more)) + kit.g(SHORE)
            field = body.bottom - below + kit.g(ABOVE_FIELD)
            if whole <= body.h and (name != "popular" or field >= lower(page)):
                shown = more
        return shown


def _of(sections: Mapping[str, Stack], names: Iterable[str], shown: set[str]) -> Stack:
    return tuple(entry for name in names if name in shown for entry in sections[name])


def _height(kit: Kit, width: int, stack: Stack) -> int:
    return sum(part.height(kit, width) + kit.g(gap) for part, gap in stack)


def _tools(view: Home, kit: Kit, width: int, *, icons: bool) -> Grid:
    """Tools in one row."""
    count = max(1, len(view.tools))
    cell = (width - (count - 1) * kit.g(TOOL_GAP)) // count
    return Grid(tiles(kit, cell, view.tools, "sand", step="t34", icons=icons), count, gap=TOOL_GAP)


def _events(view: Home, kit: Kit, width: int) -> Grid:
    """Life events: icon beside the word where all words are short, else above it."""
    presses = [press(tile) for tile in view.events]
    cell = (width - 3 * kit.theme.gutter) // 4
    beside = cell - kit.g(2) - kit.grown(6) - kit.g(1.5)
    if all(kit.set(each.label).width <= beside for each in presses):
        return Grid(tuple(Tile(each, row=True, icon_steps=6) for each in presses), 4)
    return Grid(tiles(kit, cell, presses, "surface"), 4)
