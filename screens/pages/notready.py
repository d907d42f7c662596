"""尚未同步: there is nothing to find yet. Calm, and with a person to ask."""

from __future__ import annotations

from journeys.views import NotReady
from screens.kit.bars import Anywhere
from screens.kit.planes import Column
from screens.kit.words import Text
from screens.page import Frame, Page
from screens.pages.attract import STAFF, WATER, Promise
from screens.pages.horizon import scenery


class NotReadyPage(Page):
    """What is so and what to do in the sky; the number of a person, and the code for them, on the sea.

    Resting a finger on the clock asks for the staff's PIN here too: it is they who can help this kiosk.
    """

    navigation = False

    def draw(self, view: NotReady, page: Frame) -> None:
        kit = page.kit
        bar = page.placed[-1].box
        clock = bar._replace(x=bar.x + bar.w // 2, w=bar.w - bar.w // 2)
        page.put(Anywhere(("start", ""), hold=STAFF), clock)
        page.add(Text(view.title, "t88", bold=True), gap=9)
        page.add(Column(tuple(Text(line, "t48", "ink2") for line in view.lines), gap=1), gap=3)
        person = Promise("call", view.help, view.code, "t60")
        below = kit.g(WATER) + person.height(kit, page.body.w) + kit.g(12)
        horizon = max(page.whole.h - max(below, round(page.whole.h * 0.3)), page.body.y)
        scenery(page, horizon - page.body.y, horizon, page.whole.bottom, WATER)
        page.body = page.body._replace(y=horizon, h=page.whole.bottom - horizon)
        page.add(person, gap=WATER)
