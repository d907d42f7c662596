"""The staff gate."""

from __future__ import annotations

from journeys.views import StaffPin
from screens.kit.keyboard import PinPad
from screens.kit.words import Text, title
from screens.page import Frame, Page
from screens.pages.parts_print import IconButton, Words

DOTS = 8
"""Digits that there is a place for from the beginning; whoever types more sees more places."""


class StaffPinPage(Page):
    """The keys at the height of a hand, and above them what was wrong. The arrow stands where 返回 stands on other
    pages, for whoever came here by chance.
    """

    def draw(self, view: StaffPin, page: Frame) -> None:
        """Places words, keys and the way out."""
        kit, theme = page.kit, page.kit.theme
        page.add(title(view.title), gap=3)
        page.add(Text(view.line, ink="ink2"), gap=1)
        page.foot(IconButton("arrow_back", ("leave", ""), tall=15, wide=theme.columns(3)), gap=4)
        pad = PinPad(view.typed, most=max(DOTS, view.typed))
        height, wide = pad.height(kit, theme.columns(8)), theme.columns(8)
        x, y = page.body.x + (page.body.w - wide) // 2, page.body.bottom - kit.g(5) - height
        page.put(pad, page.body._replace(x=x, y=y, w=wide, h=height))
        if view.trouble:
            words = Words("", view.trouble, "stop")
            width, tall = min(words.width(kit), page.body.w), words.height(kit, page.body.w)
            page.put(words, page.body._replace(x=(page.whole.w - width) // 2, y=y - kit.g(3) - tall, w=width, h=tall))
