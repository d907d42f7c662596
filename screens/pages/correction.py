"""报错: what of a guide is not so, one touch each; and thanks for it."""

from __future__ import annotations

from journeys.views import Correction
from screens.kit.bars import ActionRow
from screens.kit.buttons import Button
from screens.kit.planes import Column
from screens.page import Frame, Page
from screens.pages.parts_print import Said, Verdict, headline


class CorrectionPage(Page):
    """The question above, or thanks in its place; the choices where the hand is; the way back below."""

    def draw(self, view: Correction, page: Frame) -> None:
        kit = page.kit
        page.foot(ActionRow(view.actions), gap=3)
        tall = 12 if kit.theme.large else 18
        choices = Column(tuple(Button(press, "secondary", tall, "t48") for press in view.choices), gap=2)
        height = choices.height(kit, page.body.w)
        top = page.body.bottom - kit.g(6) - height
        page.put(choices, page.body._replace(y=top, h=height))
        page.add(headline(view.title), gap=5)
        page.add(Said(view.name, "t48", bold=True), gap=2)
        if view.thanks:
            page.add(Verdict("ok", view.thanks, (view.fate,)), gap=4)
        elif view.fate:
            page.add(Verdict("warn", view.fate), gap=4)
        else:
            page.add(Said(view.line, "t40", "ink2"), gap=1)
