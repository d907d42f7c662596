"""The line to the printer: what every kind of line does alike, one module a kind.

`printer.connect` chooses; `library` is the one file that imports python-escpos.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class LineLost(Exception):
    """The connection is gone: reset, unplugged, or closed by the printer."""


class NotReached(LineLost):
    """There was no connection: refused, nobody at that address, no such device, or somebody else has it."""


class Connection(Protocol):
    """A line to a printer, for one thread. After `LineLost` only `close` may follow."""

    def send(self, data: bytes, seconds: float) -> int:
        """Hands over what the printer takes within `seconds`, and says how many bytes that was; 0: it takes nothing."""
        ...

    def receive(self, seconds: float) -> bytes:
        """What the printer says; empty when it says nothing for `seconds`."""
        ...

    def close(self, *, give_up: bool = False) -> None:
        """Ends the connection; never fails. `give_up`: what the printer has not taken yet must not reach it later."""
        ...


Connect = Callable[[], Connection]
"""Opens a line; raises `NotReached`."""
