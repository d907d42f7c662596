"""The one place where other threads reach the screen."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue

from kivy.clock import Clock

from domain.events import Event


class Bridge:
    """Events from any thread, handed to `hear` one after another on Kivy's main loop, in the order they were posted.

    `post` returns at once and never raises. What is posted after the loop has ended is dropped with it.
    """

    def __init__(self) -> None:
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._hear: Callable[[Event], None] | None = None

    def post(self, event: Event) -> None:
        """Called by any thread."""
        self._events.put(event)
        Clock.schedule_once(self._deliver)

    def to(self, hear: Callable[[Event], None]) -> None:
        """Delivers to `hear` from now on, beginning with what was posted so far."""
        self._hear = hear
        Clock.schedule_once(self._deliver)

    def _deliver(self, _dt: float) -> None:
        while self._hear is not None:
            try:
                event = self._events.get_nowait()
            except Empty:
                return
            self._hear(event)
