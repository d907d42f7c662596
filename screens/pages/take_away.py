"""手机带走: the text itself as a QR code."""

from __future__ import annotations

from journeys.views import TakeAway
from screens.kit.bars import ActionRow
from screens.kit.pictures import Qr
from screens.kit.planes import Column, Plane
from screens.page import Frame, Page
from screens.pages.parts_print import Said, headline


class TakeAwayPage(Page):
    """Words in the sky, and the code as large as there is room for at the height of a hand."""

    def draw(self, view: TakeAway, page: Frame) -> None:
        """Places words, code and the way back."""
        first, *rest = view.lines or ("",)
        page.add(headline(view.title), gap=6)
        page.add(Said(first, "t48", "ink2"), gap=1)
        page.foot(ActionRow(view.actions), gap=3)
        words = tuple(Said(line, ink="ink" if i == 0 else "ink2", align="center") for i, line in enumerate(rest))
        planes = [Plane((Qr(view.qr, side), Column(words, gap=1)), above=4, gap=3) for side in range(104, 40, -8)]
        page.foot(next((plane for plane in planes if page.fits(plane, gap=6)), planes[-1]), gap=3)
