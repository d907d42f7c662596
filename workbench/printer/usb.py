"""The plug of a USB printer: the two bulk pipes of a printer class device, as calls.

It speaks no USB library; a backend of one can be laid over it in a few lines.
"""

from __future__ import annotations

import select
import time
from pathlib import Path
from typing import Final

from workbench.printer.machine import PrinterModel
from workbench.printer.running import RunningPrinter

VENDOR: Final = 0x0519
PRODUCT: Final = 0x2013
SERIAL: Final = "BENCH0001"
PIPE_OUT: Final = 0x02
PIPE_IN: Final = 0x83
"""Addresses of the pipes: valid, and none that a program would find by guessing."""
PACKET: Final = 64
"""Bytes of a packet at full speed."""


class Unplugged(Exception):
    """The device is not on the bus (any more)."""


class UsbPrinter(RunningPrinter):
    """A USB printer, of one interface with two bulk pipes, which one host may claim.

    ``reset`` is a cable that is pulled out and put back: the device comes back at another ``address``, and every call
    with the old one raises ``Unplugged``. ``half_close`` takes in and throws away until the interface is released.
    """

    def __init__(
        self, model: PrinterModel | None = None, *, paper_dir: Path | None = None, tray_size: int = 200
    ) -> None:
        super().__init__(model, paper_dir=paper_dir, tray_size=tray_size)
        self._address = 1

    @property
    def where(self) -> str:
        return f"USB {VENDOR:04x}:{PRODUCT:04x}"

    @property
    def address(self) -> int:
        """Its number on the bus; another one each time that it is plugged in."""
        with self._changed:
            self._present(self._address)
            return self._address

    def claim(self, address: int) -> bool:
        """Whether the interface was free. Raises ``Unplugged``."""
        with self._changed:
            self._present(address)
            if self._machine.connected:
                return False
            self._host_came()
            self._wake()
            return True

    def release(self, address: int) -> None:
        """Lets the interface go; of an old address: nothing."""
        with self._changed:
            if address == self._address and self._machine.connected:
                self._host_gone()
                self._wake()

    def bulk_out(self, address: int, data: bytes, seconds: float) -> int:
        """How much of ``data`` the printer took within ``seconds``. Raises ``Unplugged``."""
        until, taken = time.monotonic() + seconds, 0
        with self._changed:
            while True:
                self._present(address)
                if room := self._room():
                    portion = data[taken : taken + room]
                    self._take_in(portion)
                    taken += len(portion)
                    self._fire_events()
                    self._wake()
                left = until - time.monotonic()
                if taken == len(data) or (left <= 0 and not room):
                    return taken
                if not room:
                    self._changed.wait(left)

    def bulk_in(self, address: int, size: int, seconds: float) -> bytes:
        """What the printer says, at most ``size`` bytes; empty when nothing comes for ``seconds``. Raises
        ``Unplugged``.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or address != self._address or self._outgoing, seconds)
            self._present(address)
            said = bytes(self._outgoing[:size])
            del self._outgoing[:size]
            return said

    def _present(self, address: int) -> None:
        if address != self._address or self._stopping or not self.running or self._died_of is not None:
            raise Unplugged(f"no device {address}")

    def _plug_in(self) -> None:
        pass

    def _unplug(self) -> None:
        pass

    def _interests(self, poll: select.poll) -> float | None:
        return None

    def _attend(self, ready: dict[int, int]) -> None:
        pass

    def _give(self, data: bytes) -> int:
        return 0  # fetched by the host, which asks in its own time

    def _drop_host(self, *, reset: bool) -> None:
        if not self._machine.connected:
            return
        if reset:
            self._address += 1
        self._host_gone()
        self._changed.notify_all()
