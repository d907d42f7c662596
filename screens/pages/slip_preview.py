"""打印前看一眼: the very paper, its size, what is not on it, whether there is paper."""

from __future__ import annotations

from domain.paper import Dots
from journeys.views import SlipPreview
from screens.kit.bars import ActionRow
from screens.kit.part import Act
from screens.kit.pen import Box
from screens.kit.planes import Beside, Column, Flow, Grid, Plane
from screens.kit.words import Head, Text, title
from screens.page import Frame, Page
from screens.pages.parts_paper import TURN, Fit, Overview, Window
from screens.pages.parts_print import IconButton, SizeCard, Words

SIDE = 30
"""Steps that the column beside the paper needs at least."""


class SlipPreviewPage(Page):
    """The paper dot for dot in the sky, as much of it as there is room for; beside it the whole slip in small, on which
    one sees which part that is and turns to another. Sizes and printing are in the lower half.

    `turn`: the part that is looked at; another paper is looked at from its head.
    """

    def __init__(self) -> None:
        super().__init__()
        self.turn = 0
        self._paper: Dots | None = None

    def draw(self, view: SlipPreview, page: Frame) -> None:
        """Places title, paper, sizes, promises and actions."""
        page.add(title(view.title), gap=3)
        page.foot(_actions(view), gap=3)
        page.foot(_promises(view, page), gap=2)
        for head, options in reversed(view.choices):
            cards = tuple(SizeCard(press, line, chosen) for press, line, chosen in options)
            page.foot(Grid(cards, columns=len(cards)), gap=2)
            page.foot(Head(head), gap=1)
        page.space(3)
        self._desk(view, page, page.body._replace(h=page.body.h - page.kit.g(2.5)))

    def _desk(self, view: SlipPreview, page: Frame, desk: Box) -> None:
        kit = page.kit
        margin = kit.g(3)
        paper = Fit(view.paper, desk.w - kit.g(SIDE) - 3 * margin)
        window = desk._replace(w=paper.width + 2 * margin)
        tops = Window(view.paper).looks(kit, window)
        if view.paper != self._paper:
            self._paper, self.turn = view.paper, 0
        turn = min(self.turn, len(tops) - 1)
        page.put(Plane((), fill="sand"), desk)
        page.put(Window(view.paper, tops[turn]), window)
        side = Box(window.right, desk.y + margin, desk.right - margin - window.right, desk.h - 2 * margin)
        if len(tops) > 1:
            back = IconButton("expand_less", (TURN, str(turn - 1)) if turn else None)
            on = IconButton("expand_more", (TURN, str(turn + 1)) if turn + 1 < len(tops) else None)
            side = _below(page, Beside((back, on), (1, 1), gap=2), side, gap=2)
        side = _below(page, Text(view.length, align="center"), side, gap=2)
        if len(tops) > 1:
            rows = Window(view.paper).rows(kit, window)
            page.put(Overview(view.paper, tops, turn, rows), side.inset(kit.theme.focus, kit.theme.focus))

    def handle(self, act: Act) -> bool:
        """Turns to another part of the paper."""
        if act[0] != TURN:
            return False
        self.turn = int(act[1])
        return True


def _below(page: Frame, part: Beside | Text, place: Box, gap: float) -> Box:
    """Places a part at the lower end of a box; returns what is left above it."""
    height = part.height(page.kit, place.w)
    page.put(part, place._replace(y=place.bottom - height, h=height))
    return place._replace(h=place.h - height - page.kit.g(gap))


def _actions(view: SlipPreview) -> ActionRow:
    """Without paper the phone is the way, and its button the filled one."""
    if view.actions[0].enabled:
        return ActionRow(view.actions)
    return ActionRow(view.actions, kinds=("secondary", "primary"))


def _promises(view: SlipPreview, page: Frame) -> Flow | Column:
    state = Words(view.state.icon, view.state.text, view.state.tone)
    privacy = Words("visibility_off", view.privacy)
    kit = page.kit
    spare = page.body.w - state.width(kit) - privacy.width(kit)
    if spare < kit.g(2):
        return Column((state, privacy), gap=0.5)
    return Flow((state, privacy), gap=min(5, spare / kit.g(1)))
