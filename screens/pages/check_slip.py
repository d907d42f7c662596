"""旧纸还能用吗: the code as it is typed, which group to look at again, and the keys at the height of a hand."""

from __future__ import annotations

from journeys.views import CheckSlip
from screens.kit.words import Text, title
from screens.page import Frame, Page
from screens.pages.parts_check import CodeField, CodePad
from screens.pages.parts_print import Words


class CheckSlipPage(Page):
    """The groups stand right above the keys, so that eye and finger stay together."""

    def draw(self, view: CheckSlip, page: Frame) -> None:
        """Places words, groups and keys."""
        page.add(title(view.title), gap=3)
        page.add(Text(view.line, ink="ink2"), gap=1)
        page.foot(CodePad(view.keys), gap=5)
        page.foot(CodeField(view.groups), gap=5)
        if view.trouble:
            page.foot(Words("", view.trouble, "warn"), gap=3)
