"""没有打印: what happened, what will not happen behind anyone's back, and the whole text for the phone instead."""

from __future__ import annotations

from collections.abc import Iterator

from journeys.views import NotPrinted
from screens.kit.bars import ActionRow
from screens.kit.part import Part
from screens.kit.pen import Align
from screens.kit.pictures import Qr
from screens.kit.planes import Beside, Column, Plane
from screens.kit.words import Head
from screens.page import Frame, Page
from screens.pages.parts_print import Said, Verdict, Way, near_paper
from screens.pages.take_away import smallest


class NotPrintedPage(Page):
    """The verdict in the sky; below it the ways that are left, the code as large as there is room for: one that a phone
    at arm's length would not read is left to its own page. A press that hands nothing back is a person to ask: it is
    told, not offered as a button.
    """

    def draw(self, view: NotPrinted, page: Frame) -> None:
        """Places verdict, ways and the way back."""
        page.space(3)
        page.foot(_actions(view), gap=3)
        verdict, ways = _fitting(view, page)
        page.add(verdict)
        page.foot(ways, gap=2.5)
        page.foot(Head(view.ways_head), gap=1)


def _fitting(view: NotPrinted, page: Frame) -> tuple[Part, Part]:
    """(verdict, ways) with the largest code that leaves room for every word."""
    kit, width = page.kit, page.body.w
    free = page.body.h - Head(view.ways_head).height(kit, width) - kit.g(5.5)
    least = smallest(page, view.qr)
    forms = (
        (
            Verdict(view.tone, view.title, view.lines, step, "t34" if small else "t40"),
            Plane((block, *_others(view, small)), above=above, gap=gap, rules=True),
        )
        for above, gap, small in ((3.0, 4.0, False), (2.0, 2.0, False), (1.5, 1.5, True))
        for step in ("t60", "t48")
        for block in _blocks(view, least)
    )
    found = None
    for found in forms:
        if sum(part.height(kit, width) for part in found) <= free:
            break
    assert found is not None
    return found


def _others(view: NotPrinted, small: bool) -> Iterator[Part]:
    """The further ways, numbered; the last of them in smaller type when room is short."""
    if view.near:
        yield near_paper(view.near, 2)
    for number, press in enumerate((each for each in view.actions if not each.action), 3 if view.near else 2):
        yield Said(press.label, bold=True) if small else Way(number, press.label)


def _blocks(view: NotPrinted, least: float) -> Iterator[Part]:
    """The code and its words, from the most to the least roomy; at last the words alone, above the button."""
    head = Way(1, view.qr_head)

    def words(step: str, align: Align = "left") -> Column:
        return Column(tuple(Said(line, step, "ink2", align=align) for line in view.qr_lines))

    for side in (80.0, 72.0, 64.0):
        yield Column((head, Qr(view.qr, side), words("t40", "center")), gap=2)
    for side, step in ((60.0, "t40"), (50.0, "t40"), (max(50.0, least), "t34")):
        if side >= least:
            yield Column((head, Beside((Qr(view.qr, side), words(step)), shares=(side, 115 - side))), gap=2)
    yield Column((head, words("t34")), gap=1)


def _actions(view: NotPrinted) -> Part:
    """Two beside one another; what more there is stands above the first, where long words have room."""
    first, *rest = (press for press in view.actions if press.action)
    if len(rest) < 2:
        return ActionRow((first, *rest))
    row = ActionRow(tuple(rest), kinds=("secondary", "secondary"), tall=14)
    return Column((row, ActionRow((first,))), gap=2)
