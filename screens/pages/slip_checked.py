"""What has become of an old slip: the verdict, and row by row what is not as on the paper."""

from __future__ import annotations

from collections.abc import Iterator

from journeys.views import SlipChecked
from screens.kit.bars import ActionRow
from screens.kit.part import Part
from screens.kit.pen import Box
from screens.kit.planes import Column
from screens.kit.scenery import EVENING, Scenery
from screens.kit.words import Head, Note, title
from screens.page import Frame, Page
from screens.pages.foot import Foot, NamedTurner
from screens.pages.parts_check import ChangeRow
from screens.pages.parts_print import Verdict
from screens.pages.passages import Leaf, Passage, spread

SEA, SKY = 30, 30
"""Steps of sea and of sky above it where there is nothing to tell row by row."""


class SlipCheckedPage(Page):
    """The verdict stands on every leaf, in brief from the second one on; the way to a new paper is always there."""

    def draw(self, view: SlipChecked, page: Frame) -> None:
        """Places verdict, changes and the ways on."""
        page.foot(ActionRow(view.actions), gap=3)
        leaves = leaves_of(view, page)
        at = min(view.page, len(leaves) - 1)
        page.foot(_foot(view, at, len(leaves)), gap=3)
        for part, gap in _head(view, at):
            page.add(part, gap)
        if leaves[at].parts:
            page.add(Column(leaves[at].parts, gap=3), gap=3)
            return
        kit, shore = page.kit, page.body.bottom - page.kit.g(4)
        tall = min(kit.g(SEA + SKY), shore - page.body.y - kit.g(4))
        if tall >= kit.g(SKY + SEA // 2):
            page.put(Scenery(EVENING, sky=SKY, sea=SEA), Box(0, shore - tall, page.whole.w, tall))


def leaves_of(view: SlipChecked, page: Frame) -> list[Leaf]:
    """All changes on one leaf if they fit, else on as few as they need."""
    kit, width = page.kit, page.body.w

    def room(at: int, count: int) -> int:
        head = sum(part.height(kit, width) + kit.g(gap) for part, gap in _head(view, at))
        return page.body.h - head - _foot(view, at, count).height(kit, width) - kit.g(3 + 3 + 2)

    passages = [
        Passage(tuple(map(ChangeRow, rows)), Head(head))
        for head, rows in ((view.changes_head, view.changes), (view.around_head, view.around))
        if rows
    ]
    whole = spread(kit, width, passages, room(0, 1), room(0, 1))
    return whole if len(whole) == 1 else spread(kit, width, passages, room(0, 2), room(1, 3))


def _head(view: SlipChecked, at: int) -> Iterator[tuple[Part, float]]:
    yield title(view.title), 3
    if at:
        yield Verdict(view.tone, view.verdict, (), "t48"), 2
        return
    yield Verdict(view.tone, view.verdict, view.lines), 3
    if view.chinese_only:
        yield Note("translate", view.chinese_only), 2


def _foot(view: SlipChecked, at: int, count: int) -> Foot:
    """How new the content is, and turning when there is something to turn."""
    return Foot((Note(view.fresh.icon, view.fresh.text),), NamedTurner(at, count) if count > 1 else None)
