"""A page draws one kind of view; the frame it draws into is a column that fills from the top and from the foot."""

from __future__ import annotations

from typing import Any, ClassVar

from journeys.views import Chrome
from screens.kit.board import Placed
from screens.kit.kit import Kit
from screens.kit.part import Act, Part
from screens.kit.pen import Box


class Frame:
    """The place of a page: `whole` is the panel, `body` what is still free between the margins. `chrome`: who, where
    and when, for a page that shows them larger than the status bar does.

    `add` takes from the top of the body and `foot` from its lower end; `put` stands anywhere. Gaps are grid steps.
    """

    def __init__(self, kit: Kit, chrome: Chrome) -> None:
        panel, theme = kit.theme.panel, kit.theme
        self.kit = kit
        self.chrome = chrome
        self.whole = Box(0, 0, panel.width, panel.height)
        self.body = Box(theme.margin, 0, theme.width, panel.height)
        self.placed: list[Placed] = []

    def put(self, part: Part, box: Box) -> Box:
        """Places a part in a box; it does not take from the body."""
        self.placed.append(Placed(part, box))
        return box

    def add(self, part: Part, gap: float = 0) -> Box:
        """Places a part at the top of the body, `gap` below what stands there, and takes its height from the body."""
        self.space(gap)
        height = part.height(self.kit, self.body.w)
        box = self.put(part, self.body._replace(h=height))
        self._cut(height)
        return box

    def foot(self, part: Part, gap: float = 0) -> Box:
        """Places a part at the lower end of the body, `gap` above what stands there."""
        height = part.height(self.kit, self.body.w)
        self.body = self.body._replace(h=self.body.h - self.kit.g(gap) - height)
        return self.put(part, self.body._replace(y=self.body.bottom, h=height))

    def space(self, steps: float) -> None:
        """Leaves free steps at the top of the body."""
        self._cut(self.kit.g(steps))

    def fits(self, part: Part, gap: float = 0) -> bool:
        """Whether `add` would find room."""
        return self.kit.g(gap) + part.height(self.kit, self.body.w) <= self.body.h

    def wide(self, height: int) -> Box:
        """The top of the body from one edge of the panel to the other."""
        return Box(0, self.body.y, self.whole.w, height)

    def _cut(self, height: int) -> None:
        self.body = self.body._replace(y=self.body.y + height, h=self.body.h - height)


class Page:
    """Draws one kind of view. Its attributes are what only the screen remembers (is a list unfolded?); they live as
    long as views of this kind follow one another in one visit.

    A page decides nothing: what is touched goes to the journey, but for acts with a leading dot, which `handle` gets.
    """

    status: ClassVar[bool] = True
    """Whether the status bar stands above it."""
    bare_status: ClassVar[bool] = False
    """Whether the status bar is without horizon and clock, because the page shows both large."""
    navigation: ClassVar[bool] = True
    """Whether the navigation row stands below it, when the scene has one."""
    beat: ClassVar[float] = 0.0
    """Seconds from one drawing to the next when it moves by itself; 0: it stands still."""

    def __init__(self) -> None:
        self.beats = 0
        """How often it was drawn again because of `beat`."""

    def draw(self, view: Any, page: Frame) -> None:
        """Places the parts of `view` on `page`."""
        raise TypeError(f"{type(self).__name__} does not draw")

    def handle(self, act: Act) -> bool:
        """Takes an act of its own (leading dot); true: draw the page again."""
        return False
