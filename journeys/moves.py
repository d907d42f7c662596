"""Steps of a visit and the moves between them; navigation is data, `Walk` carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from domain.events import Event
from journeys.views import CardSheet, View


class Step(Protocol):
    """One place in a visit. It makes its view afresh whenever asked, so a language switch or new content simply
    shows.
    """

    @property
    def lively(self) -> bool:
        """Whether its view changes with every second; others are made anew once a minute."""
        ...

    def view(self) -> View:
        """What is to be seen now. Raises `CodedError`; `Walk` then shows a kind page with its code."""
        ...

    def sheet(self) -> CardSheet | None:
        """What lies over the page; None: nothing. Made anew at every look."""
        ...

    def do(self, action: str, value: str) -> Move | None:
        """Takes a touch; None: stay and redraw. Unknown actions are ignored."""
        ...

    def hear(self, event: Event) -> Move | None:
        """Takes an event of a device."""
        ...

    def tick(self, now: float) -> Move | None:
        """Called about once a second with monotonic seconds."""
        ...


class Quiet:
    """What most steps do with events, time and touches that are not theirs: nothing."""

    lively = False

    def sheet(self) -> CardSheet | None:
        """Nothing lies over the page."""
        return None

    def do(self, action: str, value: str) -> Move | None:
        """Ignores the touch."""
        return None

    def hear(self, event: Event) -> Move | None:
        """Ignores the event."""
        return None

    def tick(self, now: float) -> Move | None:
        """Ignores the time."""
        return None


@dataclass(frozen=True, slots=True)
class Go:
    """To a further step; 返回 comes back here."""

    step: Step


@dataclass(frozen=True, slots=True)
class Open:
    """To the page of a record, whatever its kind; nothing happens when the catalogue does not hold it (any more)."""

    id: str


@dataclass(frozen=True, slots=True)
class Ask:
    """To the whole answer to a question."""

    question: str


@dataclass(frozen=True, slots=True)
class Replace:
    """To a step that takes this one's place: 返回 leads past it."""

    step: Step


@dataclass(frozen=True, slots=True)
class Declare:
    """To the three taps; a sheet of the card goes away for them."""


@dataclass(frozen=True, slots=True)
class Back:
    """One step back."""


@dataclass(frozen=True, slots=True)
class GoHome:
    """To the home screen, forgetting the way here."""


@dataclass(frozen=True, slots=True)
class End:
    """Ends the visit and wipes it."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Back to the attract screen at once (nothing to wipe: no visit has begun)."""


@dataclass(frozen=True, slots=True)
class Begin:
    """A visit begins in `lang`."""

    lang: str


@dataclass(frozen=True, slots=True)
class Shut:
    """Staff asked the kiosk to stop."""


Move = Go | Open | Ask | Replace | Declare | Back | GoHome | End | Leave | Begin | Shut
