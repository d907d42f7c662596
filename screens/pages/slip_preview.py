"""打印前看一眼: the very paper, its size and language, what is not on it, whether there is paper."""

from __future__ import annotations

from collections.abc import Iterator

from domain.paper import Dots
from journeys.views import SlipPreview
from screens.kit.bars import ActionRow
from screens.kit.part import Act, Part
from screens.kit.pen import Box
from screens.kit.planes import Beside, Column, Flow, Plane
from screens.kit.words import Head, Text, title
from screens.page import Frame, Page
from screens.pages.parts_paper import PULL, TURN, Fit, Window
from screens.pages.parts_print import IconButton, SizeCard, Words

SIDE = 42
"""Steps that the choices beside the paper need."""

GAP = 3
"""Steps between the paper and the choices."""


class SlipPreviewPage(Page):
    """The paper dot for dot, as much of it as there is room for: a finger pulls it along, arrows turn to the next part
    of it. Beside it the choices, below it what is not printed, whether there is paper, and printing.

    `top`: the first dot row that is looked at; another paper is looked at from its head.
    """

    def __init__(self) -> None:
        super().__init__()
        self.top = 0
        self._paper: Dots | None = None
        self._tops: tuple[int, ...] = (0,)
        self._dots_a_pixel = 1.0
        self._spare = 0.0

    def draw(self, view: SlipPreview, page: Frame) -> None:
        """Places title, paper, choices, promises and actions."""
        page.add(title(view.title), gap=2)
        page.foot(_actions(view), gap=3)
        page.foot(_promises(view, page), gap=1.5)
        page.space(2)
        self._desk(view, page, page.body._replace(h=page.body.h - page.kit.g(1.5)))

    def _desk(self, view: SlipPreview, page: Frame, desk: Box) -> None:
        kit = page.kit
        margin = kit.g(3)
        paper = Fit(view.paper, desk.w - kit.g(SIDE) - kit.g(GAP) - 2 * margin)
        plane = desk._replace(w=paper.width + 2 * margin)
        turner = IconButton("expand_less", None)
        below = turner.height(kit, plane.w) + kit.g(4)
        window = plane._replace(h=plane.h - below)
        tops = Window(view.paper).looks(kit, window)
        if view.paper != self._paper:
            self._paper, self.top = view.paper, 0
        self._tops, self._dots_a_pixel = tops, paper.shrink / paper.zoom
        self.top = min(self.top, tops[-1])
        page.put(Plane((), fill="sand"), plane)
        page.put(Window(view.paper, self.top - self.top % paper.shrink), window)
        foot = Box(plane.x + margin, window.bottom + kit.g(2), plane.w - 2 * margin, below - kit.g(4))
        page.put(self._turner(view, page), foot)
        right = Box(plane.right + kit.g(GAP), desk.y, desk.right - plane.right - kit.g(GAP), desk.h)
        page.put(*_choices(view, page, right))

    def _turner(self, view: SlipPreview, page: Frame) -> Part:
        """Arrows to the part above and the part below; a paper that is seen whole needs none."""
        length = Text(view.length, "t34" if page.kit.theme.large else "t40", align="center")
        if len(self._tops) < 2:
            return Beside((length,), (1,))
        before = [i for i, top in enumerate(self._tops) if top < self.top]
        after = [i for i, top in enumerate(self._tops) if top > self.top]
        back = IconButton("expand_less", (TURN, str(before[-1])) if before else None)
        on = IconButton("expand_more", (TURN, str(after[0])) if after else None)
        return Beside((back, length, on), (1, 2, 1), gap=1)

    def handle(self, act: Act) -> bool:
        """Turns to another part of the paper, or pulls it along."""
        if act[0] == TURN:
            at = int(act[1])
            self.top, self._spare = self._tops[min(at, len(self._tops) - 1)], 0.0
            return True
        if act[0] != PULL or not act[1]:
            return False
        wanted = self.top + self._spare - int(act[1]) * self._dots_a_pixel
        before, self.top = self.top, round(max(0, min(wanted, self._tops[-1])))
        # What is left of a dot waits for the next move, unless the paper has come to its end.
        self._spare = wanted - self.top if 0 <= wanted <= self._tops[-1] else 0.0
        return self.top != before


def _choices(view: SlipPreview, page: Frame, place: Box) -> tuple[Part, Box]:
    """The roomiest form of the choices that the place has room for."""
    found: Part = Column(())
    for found in _forms(view):
        height = found.height(page.kit, place.w)
        if height <= place.h:
            break
    return found, place._replace(h=min(height, place.h))


def _forms(view: SlipPreview) -> Iterator[Part]:
    """With what each choice means and without, with more and less air."""
    for details, tall, pad, gap, between in (
        (True, 14, 2, 1.5, 3.5),
        (True, 11, 1, 1, 2),
        (False, 12, 1.5, 1.5, 3),
        (False, 10, 1, 1, 2),
        (False, 8, 0.5, 0.75, 1),
    ):
        groups = []
        for head, options in view.choices:
            cards = (
                SizeCard(press, line if details else "", chosen, tall, pad, 0 if pad < 2 else 0.5)
                for press, line, chosen in options
            )
            groups.append(Column((Head(head), *cards), gap=gap))
        yield Column(tuple(groups), gap=between)


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
