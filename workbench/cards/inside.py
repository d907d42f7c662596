"""The process inside the private network: pcscd and the cards.

Speaks JSON, one object a line, over the socket it was given: `{"call": …}` in, `{"ok": …}` or `{"error": …}` out. Ends,
with everything it started, when the other end hangs up or dies.
"""

from __future__ import annotations

import json
import shutil
import signal
import socket
import sys
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Final

from workbench.cards.chip import Interface
from workbench.cards.daemon import NAMES, PORTS, Pcscd, PcscdError, Software
from workbench.cards.faults import Fault, FaultName, Faults
from workbench.cards.journal import Journal
from workbench.cards.namespace import die_with_parent, enter_private_network
from workbench.cards.slot import Slot
from workbench.cards.wallet import WALLET

_SHOWN: Final = 60
"""Commands that the control page shows."""


class Inside:
    """What can be asked for. Every method but `close` gives what the other end is told; `ValueError` is refused."""

    def __init__(self, pcscd: Pcscd) -> None:
        self._pcscd = pcscd
        self._journal = Journal()
        self._faults = Faults()
        self._lock = threading.Lock()  # of the faults
        self._slots = {
            interface: Slot(interface, port, self._faults, self._lock, self._journal)
            for interface, port in PORTS.items()
        }

    def insert(self, *, card: str, reader: str | None = None) -> dict[str, Any]:
        if card not in WALLET:
            raise ValueError(f"there is no card {card!r}")
        interface = Interface(reader or next(iter(WALLET[card].resets)))
        return {"reader": interface.value, "atr": self._slots[interface].insert(card).hex()}

    def remove(self, *, reader: str | None = None) -> dict[str, Any]:
        for interface in [Interface(reader)] if reader else self._slots:
            self._slots[interface].remove()
        return {}

    def fault(self, *, name: str, argument: object = None, at: int = 1) -> dict[str, Any]:
        fault = Fault.ordered(name, argument, int(at))
        with self._lock:
            self._faults.order(fault)
        return {}

    def clear(self, *, name: str | None = None) -> dict[str, Any]:
        kind = FaultName(name) if name else None
        with self._lock:
            self._faults.clear(kind)
        return {}

    def pcscd(self, *, do: str) -> dict[str, Any]:
        steps = {"start": self._pcscd.start, "stop": self._pcscd.stop, "kill": self._pcscd.kill}
        if do not in steps:
            raise ValueError(f"start, stop or kill, not {do!r}")
        steps[do]()
        self._journal.event(f"pcscd-{do}")
        return {"running": self._pcscd.running}

    def state(self) -> dict[str, Any]:
        with self._lock:
            faults = self._faults.told()
        return {
            "pcscd": self._pcscd.running,
            "laid": {interface.value: slot.card for interface, slot in self._slots.items()},
            "faults": faults,
            "latest": self._journal.latest(_SHOWN),
        }

    def log(self) -> dict[str, Any]:
        return dict(self._journal.all())

    def close(self) -> None:
        for slot in self._slots.values():
            slot.close()  # first: a card that keeps silent would hold pcscd
        self._pcscd.stop()


def main(fd: int, folder: Path, software: Path) -> int:
    """Serves until the other end is gone; exit status 1 when there is no network or no pcscd to be had."""
    # Ctrl-C is for the process that started this one; its end is the end here, too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _leave)
    die_with_parent(signal.SIGTERM)
    with ExitStack() as stack:
        line = stack.enter_context(socket.socket(fileno=fd)).makefile("rw", encoding="utf-8")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            enter_private_network(folder)
            pcscd = Pcscd(folder, Software(software))
            inside = Inside(pcscd)
            stack.callback(inside.close)
            pcscd.start()
        except (OSError, PcscdError) as error:
            _tell(line, {"error": str(error)})
            return 1
        readers = {interface.value: f"{name} 00 00" for interface, name in NAMES.items()}
        _tell(line, {"ok": {"socket": str(pcscd.socket), "readers": readers}})
        for wish in line:
            _tell(line, _served(inside, json.loads(wish)))
    return 0


def _served(inside: Inside, wish: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"ok": getattr(inside, wish.pop("call"))(**wish)}
    except (TypeError, ValueError, PcscdError) as error:
        return {"error": str(error)}


def _tell(line: Any, what: dict[str, Any]) -> None:
    line.write(json.dumps(what) + "\n")
    line.flush()


def _leave(number: int, _frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # a second one must not stop the tidying up
    sys.exit(128 + number)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])))
