"""A page that could not be shown: says so calmly, and leads home."""

from __future__ import annotations

from journeys.views import Trouble
from screens.kit.bars import ActionRow
from screens.kit.pen import Box
from screens.kit.scenery import EVENING, Scenery
from screens.kit.words import Note
from screens.page import Frame, Page
from screens.pages.parts_print import Verdict

SEA = 30
"""Steps of sea below the horizon."""


class TroublePage(Page):
    """The verdict in the sky, a person to ask on the sea, the way home below. A press that hands nothing back is told,
    not offered as a button.
    """

    def draw(self, view: Trouble, page: Frame) -> None:
        """Places verdict, sea and the way home."""
        kit = page.kit
        page.add(Verdict("warn", view.title, view.lines), gap=6)
        page.foot(ActionRow(tuple(press for press in view.actions if press.action)), gap=3)
        shore = page.body.bottom - kit.g(4)
        notes = tuple(
            Note(press.icon, press.label, "onsea", step="t48", bold=True, steps=7, align="center")
            for press in view.actions
            if not press.action
        )
        scenery = Scenery(EVENING, sky=30, sea=SEA)
        page.put(scenery, Box(0, shore - kit.g(SEA) - kit.g(30), page.whole.w, kit.g(SEA) + kit.g(30)))
        heights = [note.height(kit, page.body.w) for note in notes]
        y = shore - (kit.g(SEA) + sum(heights)) // 2
        for note, height in zip(notes, heights, strict=True):
            page.put(note, page.body._replace(y=y, h=height))
            y += height
