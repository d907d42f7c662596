"""Imitates `smartcard.scard`: a service with readers and cards in the test's hands, answering as pcsc-lite 1.9 does."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cardreader import pcsc
from cardreader.pcsc import Change, Status
from cardreader.watch import PNP

Answer = Callable[[bytes], bytes | int]
"""An APDU → the response, or the result code of SCardTransmit."""


def signed(code: int) -> int:
    """As half of the functions return it."""
    return code - (1 << 32) if code else 0


def polite(apdu: bytes) -> bytes:
    """A card that says yes to everything."""
    return b"\x90\x00"


@dataclass
class FakeCard:
    answer: Answer = polite
    atr: bytes = bytes.fromhex("3B8180018080")
    connect: int = pcsc.OK
    """What SCardConnect returns."""


@dataclass
class Slot:
    card: FakeCard | None = None
    count: int = 0
    mute: bool = False

    @property
    def state(self) -> int:
        present = pcsc.STATE_PRESENT if self.card else 0x0010
        return present | (pcsc.STATE_MUTE if self.mute else 0) | self.count << 16


class FakeScard:
    def __init__(self, *readers: str, up: bool = True) -> None:
        self.changed = threading.Condition()
        self.slots = {reader: Slot() for reader in readers}
        self.up = up
        self.contexts: set[int] = set()
        self.cards: dict[int, tuple[str, FakeCard, int]] = {}
        self.most_contexts = 0
        self.waits = 0
        self.resets = 0
        self._numbers = itertools.count(1)
        self._cancelled: set[int] = set()

    # In the test's hands

    def plug(self, reader: str, card: FakeCard | None = None) -> None:
        with self.changed:
            self.slots[reader] = Slot(card)
            self.changed.notify_all()

    def unplug(self, reader: str) -> None:
        with self.changed:
            del self.slots[reader]
            self.changed.notify_all()

    def lay(self, reader: str, card: FakeCard | None = None, *, mute: bool = False) -> None:
        with self.changed:
            slot = self.slots[reader]
            slot.card, slot.mute, slot.count = card or FakeCard(), mute, slot.count + 1
            self.changed.notify_all()

    def take(self, reader: str) -> None:
        with self.changed:
            slot = self.slots[reader]
            slot.card, slot.mute, slot.count = None, False, slot.count + 1
            self.changed.notify_all()

    def exchange(self, reader: str, card: FakeCard | None = None) -> None:
        """Out and in between two looks."""
        with self.changed:
            slot = self.slots[reader]
            slot.card, slot.count = card or FakeCard(), slot.count + 2
            self.changed.notify_all()

    def kill(self) -> None:
        """Ends the service: every context is dead for ever."""
        with self.changed:
            self.up = False
            self.contexts.clear()
            self.cards.clear()
            self.changed.notify_all()

    def restart(self) -> None:
        with self.changed:
            self.up = True
            for slot in self.slots.values():
                slot.count = 0
            self.changed.notify_all()

    def wait_for_waits(self, more: int = 1) -> None:
        """Until somebody has begun to wait for a change, `more` times from now."""
        with self.changed:
            goal = self.waits + more
            assert self.changed.wait_for(lambda: self.waits >= goal, 10)

    # As the binding has them

    def SCardEstablishContext(self, scope: int, /) -> Sequence[int]:
        with self.changed:
            if not self.up:
                return [signed(pcsc.NO_SERVICE), 139957450184566]
            number = next(self._numbers)
            self.contexts.add(number)
            self.most_contexts = max(self.most_contexts, len(self.contexts))
            return [pcsc.OK, number]

    def SCardReleaseContext(self, context: int, /) -> int:
        with self.changed:
            if context not in self.contexts:
                return signed(pcsc.NO_SERVICE)
            self.contexts.remove(context)
            return pcsc.OK

    def SCardCancel(self, context: int, /) -> int:
        with self.changed:
            self._cancelled.add(context)
            self.changed.notify_all()
            return pcsc.OK

    def SCardListReaders(self, context: int, groups: list[str], /) -> tuple[int, list[str]]:
        with self.changed:
            if context not in self.contexts:
                return signed(pcsc.NO_SERVICE), []
            return (pcsc.OK, list(self.slots)) if self.slots else (signed(pcsc.NO_READERS), [])

    def SCardGetStatusChange(self, context: int, timeout_ms: int, states: list[Status], /) -> tuple[int, list[Change]]:
        def look() -> tuple[int, list[Change]] | None:
            if context not in self.contexts:
                return pcsc.COMM_ERROR, []
            if context in self._cancelled:
                self._cancelled.remove(context)
                return signed(pcsc.CANCELLED), []
            if any(name != PNP and name not in self.slots for name, _ in states):
                return signed(pcsc.UNKNOWN_READER), []
            changes: list[Change] = []
            moved = False
            for name, known in states:
                if name == PNP:
                    differs = len(self.slots) != known >> 16
                    changes.append((name, pcsc.STATE_CHANGED if differs else 0, []))
                else:
                    slot = self.slots[name]
                    differs = known != slot.state
                    state = slot.state | (pcsc.STATE_CHANGED if differs else 0)
                    changes.append((name, state, list(slot.card.atr) if slot.card else []))
                moved |= differs
            return (pcsc.OK, changes) if moved else None

        with self.changed:
            self.waits += 1
            self.changed.notify_all()
            self.changed.wait_for(lambda: look() is not None, timeout_ms / 1000)
            return look() or (signed(pcsc.TIMEOUT), [(name, state, []) for name, state in states])

    def SCardConnect(self, context: int, reader: str, share: int, protocols: int, /) -> tuple[int, int, int]:
        with self.changed:
            if context not in self.contexts:
                return signed(pcsc.NO_SERVICE), 0, 0
            slot = self.slots.get(reader)
            if slot is None:
                return signed(pcsc.UNKNOWN_READER), 0, 0
            if slot.card is None:
                return signed(pcsc.NO_SMARTCARD), 0, 0
            if any(name == reader for name, _, _ in self.cards.values()):
                return signed(pcsc.SHARING_VIOLATION), 0, 0
            if slot.mute:
                return signed(pcsc.UNRESPONSIVE), 0, 0
            if slot.card.connect != pcsc.OK:
                return signed(slot.card.connect), 0, 0
            number = next(self._numbers)
            self.cards[number] = reader, slot.card, slot.count
            return pcsc.OK, number, 2

    def SCardReconnect(self, card: int, share: int, protocols: int, first: int, /) -> tuple[int, int]:
        with self.changed:
            if (code := self._gone(card)) == pcsc.OK:
                self.resets += 1
            return signed(code), 2

    def SCardStatus(self, card: int, /) -> tuple[int, str, int, int, Sequence[int]]:
        with self.changed:
            if (code := self._gone(card)) != pcsc.OK:
                return signed(code), "", 0, 0, []
            reader, laid, _ = self.cards[card]
            return pcsc.OK, reader, 0x34, 2, list(laid.atr)

    def SCardTransmit(self, card: int, protocol: int, apdu: list[int], /) -> tuple[int, list[int]]:
        with self.changed:
            if (code := self._gone(card)) != pcsc.OK:
                return signed(code), []
            answer = self.cards[card][1].answer
        said = answer(bytes(apdu))  # outside the lock: the test may lay and take cards in here
        return (signed(said), []) if isinstance(said, int) else (pcsc.OK, list(said))

    def SCardDisconnect(self, card: int, disposition: int, /) -> int:
        with self.changed:
            return pcsc.OK if self.cards.pop(card, None) else signed(pcsc.NO_SERVICE)

    def _gone(self, card: int) -> int:
        held = self.cards.get(card)
        if held is None:
            return pcsc.NO_SERVICE
        reader, _, count = held
        slot = self.slots.get(reader)
        if slot is None:
            return pcsc.READER_UNAVAILABLE
        return pcsc.OK if slot.count == count else pcsc.REMOVED
