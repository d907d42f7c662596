"""正在印: the slip on its way out."""

from __future__ import annotations

from journeys.views import Printing
from screens.page import Frame, Page
from screens.pages.parts_paper import Printer
from screens.pages.parts_print import Bar, Downwards, headline


class PrintingPage(Page):
    """The printer and the paper, which is as long as what was sent of it; below them where it really comes out.

    Nothing can be touched, because a slip that is on its way cannot be called back.
    """

    def draw(self, view: Printing, page: Frame) -> None:
        """Places the sentence, the printer, the way down and the bar."""
        kit = page.kit
        page.add(headline(view.title, "center"), gap=6)
        page.foot(Bar(view.fraction), gap=8)
        page.foot(Downwards((view.line,)), gap=5)
        page.space(7)
        page.put(Printer(view.paper, view.fraction), page.body._replace(h=page.body.h - kit.g(5)))
