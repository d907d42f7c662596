"""印好了: where the paper is, and what to do when it is not there."""

from __future__ import annotations

from journeys.views import Printed
from screens.kit.bars import ActionRow
from screens.page import Frame, Page
from screens.pages.parts_paper import Printer
from screens.pages.parts_print import Downwards, headline


class PrintedPage(Page):
    """The sentence that can be read while bending down, the slip in the printer, an arrow down and the seconds after
    which the page goes back by itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._whole = 0

    def draw(self, view: Printed, page: Frame) -> None:
        """Places the sentence, the printer, where to take the paper, and actions."""
        kit = page.kit
        # The view says what is left; the ring is open by what has passed since the page was first seen.
        self._whole = max(self._whole, view.seconds)
        page.add(headline(view.title, "center"), gap=6)
        page.foot(ActionRow(view.actions, kinds=("primary", "tertiary")), gap=3)
        page.foot(Downwards(view.lines, view.seconds, self._whole), gap=4)
        page.space(7)
        room = page.body._replace(h=page.body.h - kit.g(6))
        page.put(Printer(None, done=True), room)
