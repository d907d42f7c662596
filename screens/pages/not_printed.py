"""没有打印: what happened, what will not happen behind anyone's back, and the whole text for the phone instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from journeys.views import NotPrinted
from screens.kit.bars import ActionRow
from screens.kit.part import Part
from screens.kit.pen import Align
from screens.kit.pictures import Qr
from screens.kit.planes import Beside, Column, Plane
from screens.kit.words import Head
from screens.page import Frame, Page
from screens.pages.parts_print import Said, Verdict, Way


class NotPrintedPage(Page):
    """The verdict in the sky; below it the ways that are left, the code as large as there is room for. A press that
    hands nothing back is a person to ask: it is told, not offered as a button.
    """

    def draw(self, view: NotPrinted, page: Frame) -> None:
        """Places verdict, ways and the way back."""
        page.space(4)
        page.foot(ActionRow(tuple(press for press in view.actions if press.action)), gap=3)
        told = [press.label for press in view.actions if not press.action]
        others = [Way(number, label) for number, label in enumerate(told, 2)]
        verdict, ways = _fitting(view, others, page)
        page.add(verdict)
        page.foot(ways, gap=3)
        page.foot(Head(view.ways_head), gap=1.5)


def _fitting(view: NotPrinted, others: Sequence[Part], page: Frame) -> tuple[Part, Part]:
    """(verdict, ways) with the largest code that leaves room for every word."""
    kit, width = page.kit, page.body.w
    free = page.body.h - Head(view.ways_head).height(kit, width) - kit.g(7.5)
    choices = [
        (Verdict(view.tone, view.title, view.lines, step), Plane((block, *others), above=3, gap=4, rules=True))
        for step in ("t60", "t48")
        for block in _blocks(view)
    ]
    fitting = (choice for choice in choices if sum(part.height(kit, width) for part in choice) <= free)
    return next(fitting, choices[-1])


def _blocks(view: NotPrinted) -> Iterator[Part]:
    """The code and its words, from the most to the least roomy."""
    head = Way(1, view.qr_head)

    def words(step: str, align: Align = "left") -> Column:
        return Column(tuple(Said(line, step, "ink2", align=align) for line in view.qr_lines))

    for side in (80, 72, 64):
        yield Column((head, Qr(view.qr, side), words("t40", "center")), gap=2)
    for side, step in ((60, "t40"), (50, "t40"), (50, "t34"), (40, "t34")):
        yield Column((head, Beside((Qr(view.qr, side), words(step)), shares=(side, 115 - side))), gap=2)
