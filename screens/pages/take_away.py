"""手机带走: the text itself as QR codes, one at a time, with its words above."""

from __future__ import annotations

from collections.abc import Iterator

from journeys.views import TakeAway
from screens.kit.bars import ActionRow
from screens.kit.part import Part
from screens.kit.pictures import QUIET_ZONE, Qr
from screens.kit.planes import Beside, Column, Plane
from screens.kit.words import Head, Text, title
from screens.page import Frame, Page
from screens.pages.parts_print import IconButton, Said, near_paper

MODULE_MM = 1.2
"""A module of a code is at least so wide: a phone at arm's length (60 cm) sees more than two pixels of it."""


class TakeAwayPage(Page):
    """What the code says in the sky, and the code as large as there is room for at the height of a hand; arrows beside
    which one it is of how many. When words run short of room they become smaller, then those of the code are left to
    the phone; the code does not shrink below what a phone reads.
    """

    def draw(self, view: TakeAway, page: Frame) -> None:
        """Places words, code and the way back."""
        kit, width = page.kit, page.body.w
        page.add(title(view.title), gap=3)
        back = ActionRow(view.actions)
        room = page.body.h - kit.g(7)
        for words, code, button in _forms(view, page):
            taken = words.height(kit, width) + code.height(kit, width)
            if taken + (back.height(kit, width) + kit.g(3) if button else 0) <= room:
                break
        if button:
            page.foot(back, gap=3)
        page.add(words, gap=2.5)
        page.foot(code, gap=2.5)


def _forms(view: TakeAway, page: Frame) -> Iterator[tuple[Part, Part, bool]]:
    """(words, code, with a button back?) from the roomiest to the narrowest. 返回 stands in the row at the foot of
    every page, so the button may give way to what the code says.
    """
    least = smallest(page, view.qr)
    sides = [float(side) for side in range(104, 40, -8) if side >= least] or [least]
    near = (near_paper(view.near),) if view.near else ()
    lines = len(view.lines)

    def said(step: str, above: float, *, head: bool = True) -> Column:
        told = Column(tuple(Text(line, step) for line in view.text))
        parts: tuple[Part, ...] = (Head(view.text_head), told) if head else (told,)
        return Column((Plane((Column(parts, gap=0.5),), fill="sand", above=above, pad=3), *near), gap=1.5)

    for step, above in (("t40", 2.0), ("t34", 1.5)):
        for side in sides:
            yield said(step, above), _code(view, side, lines), True
    for most in (2, 1):
        yield said("t34", 1.5), _code(view, least, most), True
    for head, most in ((True, 2), (True, 1), (False, 1)):
        yield said("t34", 1.5, head=head), _code(view, least, most), False
    yield Column((Said(view.lines[0], "t40"), *near), gap=2), _code(view, least, lines), True


def smallest(page: Frame, rows: tuple[bytes, ...]) -> float:
    """Steps of the smallest code of these rows that a phone reads at arm's length."""
    kit = page.kit
    return (len(rows) + 2 * QUIET_ZONE) * kit.px(MODULE_MM) / kit.g(1) + 0.01


def _code(view: TakeAway, side: float, lines: int) -> Part:
    words = tuple(Said(line, ink="ink" if i == 0 else "ink2", align="center") for i, line in enumerate(view.lines))
    code: Part = Qr(view.qr, side)
    turner: tuple[Part, ...] = ()
    if view.count > 1:
        back = IconButton("chevron_left", ("code", str(view.number - 1)) if view.number else None)
        on = IconButton("chevron_right", ("code", str(view.number + 1)) if view.number + 1 < view.count else None)
        turner = (Beside((back, Text(view.step, "t48", bold=True, align="center"), on), (2, 5, 2)),)
    return Plane((code, *turner, Column(words[:lines], gap=0.5)), above=2.5, gap=2)
