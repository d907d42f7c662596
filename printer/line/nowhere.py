"""A line to nowhere."""

from __future__ import annotations

from printer.line.library import library


class DummyConnection:
    """A line to nowhere that keeps what it is given and never answers.

    For profiles that print unseen, and for looking at the bytes of a job.
    """

    def __init__(self) -> None:
        self._printer = library().dummy()

    @property
    def output(self) -> bytes:
        """Everything sent so far."""
        return bytes(self._printer.output)

    def send(self, data: bytes, seconds: float) -> int:
        self._printer._raw(data)
        return len(data)

    def receive(self, seconds: float) -> bytes:
        return b""

    def close(self, *, give_up: bool = False) -> None:
        self._printer.close()
