"""A reading by the product beside the bare commands of the same reading, in a process of its own whose readers are the
bench's: ``python -m tests.bench.card_bare ROUNDS`` prints ``{"ours": ms, "bare": ms, "commands": n}``, medians.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable

from smartcard import scard

from cardreader.connection import Connection
from cardreader.families import register
from cardreader.pcsc import open_card
from cardreader.reading import read

TODAY = dt.date(2026, 11, 21)


class Kept:
    """Passes on, and keeps the commands."""

    def __init__(self, inner: Connection) -> None:
        self.inner = inner
        self.sent: list[bytes] = []

    @property
    def atr(self) -> bytes:
        return self.inner.atr

    def transmit(self, apdu: bytes) -> bytes:
        self.sent.append(apdu)
        return self.inner.transmit(apdu)


def main(rounds: int) -> None:
    register()
    with open_card(None) as connection:
        kept = Kept(connection)
        read(kept, today=TODAY, city="370602")
        ours = timed(lambda: read(connection, today=TODAY, city="370602"), rounds)
    code, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    names = scard.SCardListReaders(context, [])[1]
    for name in names:
        code, card, protocol = scard.SCardConnect(context, name, scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_ANY)
        if code == scard.SCARD_S_SUCCESS:
            break
    pci = scard.SCARD_PCI_T0 if protocol == scard.SCARD_PROTOCOL_T0 else scard.SCARD_PCI_T1
    commands = [list(apdu) for apdu in kept.sent]

    def bare() -> None:
        for command in commands:
            scard.SCardTransmit(card, pci, command)

    told = {"ours": ours, "bare": timed(bare, rounds), "commands": len(commands)}
    scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
    scard.SCardReleaseContext(context)
    print(json.dumps(told))


def timed(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds, the median."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


if __name__ == "__main__":
    main(int(sys.argv[1]))
