"""Parts: what pages are made of. A part is a frozen value that knows its height, paints itself and names its targets.

Because parts are values, a board can tell which of them changed between two pages and paints only those.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from screens.kit.pen import Box, Pen

if TYPE_CHECKING:
    from screens.kit.kit import Kit

Act = tuple[str, str]
"""What touching a thing hands back: (action, value), as in the journeys' view states."""


Way = Literal["press", "key", "ink", "pull"]


class Target(NamedTuple):
    """A place to touch. `hold`: what is handed back, beside `act`, when a finger rests on it for `HOLD_S`.

    `way`: how fingers use it. A "key" is touched often and fast; on "ink" a finger draws a line, which is handed
    back as the value, "x,y x,y …" (`screens.kit.ink`); what is a "pull" hands back by how many pixels the finger has
    moved it down, move by move.
    """

    box: Box
    act: Act
    hold: Act | None = None
    way: Way = "press"


HOLD_S = 5.0


class Feel(NamedTuple):
    """What is being done to a part: the target under the finger, and the one the keys of a keypad stand on."""

    down: Act | None = None
    focus: Act | None = None


AT_REST = Feel()


class Part(ABC):
    """Something on a page. Painting must stay inside the box, focus rings excepted."""

    __slots__ = ()

    @abstractmethod
    def height(self, kit: Kit, width: int) -> int:
        """Pixels it needs when it is `width` pixels wide."""

    @abstractmethod
    def paint(self, pen: Pen, box: Box, feel: Feel) -> None:
        """Draws itself into `box`."""

    def targets(self, kit: Kit, box: Box) -> Sequence[Target]:
        """What can be touched when it stands in `box`; the later of two that overlap lies on top."""
        return ()


class Sized(Part):
    """A part with a natural width, such as a chip."""

    __slots__ = ()

    @abstractmethod
    def width(self, kit: Kit) -> int:
        """Pixels it would like."""
