"""A card that somebody left behind: words, a sound, and after a minute a word to those who look after the kiosk."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Set
from typing import Final

from domain.events import ReaderKind, ReaderState
from journeys.visit import Tools

log = logging.getLogger(__name__)

LEFT_MARK = "card.left_since"
"""The mark that says since when, ISO 8601; empty once the card is away. It means something while a card lies there."""

RING_S = 5.0
"""Between two rings while a card sits in a slot."""

MOST_RINGS = 24
"""Then whoever left it is out of hearing, and those who live here are not."""

ALARM_S = 60.0
"""A card that lies there so long, and nobody with it, is a matter for staff."""


_ELSEWHERE: Final[Mapping[str, tuple[str, str]]] = {
    "attract.card_left": ("attract.card_left_contact", "attract.card_left_both"),
    "card.left": ("card.left_contact", "card.left_both"),
    "cleared.take_card": ("cleared.take_card_contact", "cleared.take_card_both"),
}
"""The same sentence for a card in the slot, and for one on each reader."""


def where_left(key: str, lying: Set[ReaderKind]) -> str:
    """The key of the sentence about cards that lie on these readers; `key` itself is about the one to lay cards on,
    and about one of which nobody knows where it is.
    """
    if ReaderKind.CONTACT not in lying:
        return key
    contact, both = _ELSEWHERE[key]
    return both if ReaderKind.CONTACTLESS in lying else contact


class LeftCard:
    """Counts how long a card has lain there with nobody at the kiosk. Times are monotonic seconds.

    The sound is for slots alone: a card that lies on the glass is seen. After `ALARM_S` the mark `LEFT_MARK` has the
    time since when, which the diagnosis shows, and the log has one line; both say nothing about the card.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._since: float | None = None
        self._rings = 0
        self._told = False

    def tick(self, now: float, *, alone: bool) -> None:
        """Call it about once a second; `alone`: nobody's visit is under way."""
        cards = self._tools.cards
        if not alone or cards.state is not ReaderState.HOLDING:
            self._over(gone=cards.state is ReaderState.EMPTY)
            return
        if self._since is None:
            self._since = now
        waited = now - self._since
        bell = self._tools.bell if ReaderKind.CONTACT in cards.lying and self._rings < MOST_RINGS else None
        if bell is not None and waited >= self._rings * RING_S:
            self._rings += 1
            bell.ring()
        if waited >= ALARM_S and not self._told:
            self._told = True
            log.warning("a card was left behind")
            self._tools.marks.put(LEFT_MARK, self._tools.clock.now().isoformat(timespec="minutes"))

    def _over(self, *, gone: bool) -> None:
        """Somebody is there, or the card is away."""
        self._since, self._rings = None, 0
        if self._told and gone:
            log.info("the card that was left behind is away")
            self._told = False
            self._tools.marks.put(LEFT_MARK, "")
