"""The watch over a PC/SC service that comes and goes; what only real pcscd can show is in tests/integration."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import pytest

from cardreader.pcsc import Context
from cardreader.watch import Happening, Watch, What
from tests.unit.cardreader.fake_scard import FakeScard

ONE, TWO, SAM = "ACME Contactless 00 00", "ACME Contact 00 01", "ACME SAM 00 02"

READERS, LOOKED = What.READERS, What.LOOKED


class Watcher:
    """A watch in a thread of its own, and what it has told."""

    def __init__(self, scard: FakeScard) -> None:
        self.scard = scard
        self.told: queue.SimpleQueue[Happening] = queue.SimpleQueue()
        self.watch = Watch(scard, lambda name: "SAM" not in name, self.told.put)
        self.thread = threading.Thread(target=self.watch.run)
        self.thread.start()

    def next(self, count: int) -> list[tuple[What, str]]:
        got = [self.told.get(timeout=10) for _ in range(count)]
        return [(one.what, one.reader) for one in got]

    def end(self) -> None:
        while self.thread.is_alive():
            self.watch.stop()
            self.thread.join(0.05)


@pytest.fixture
def scard() -> FakeScard:
    return FakeScard(ONE, TWO, SAM)


@pytest.fixture
def watcher(scard: FakeScard) -> Iterator[Watcher]:
    watcher = Watcher(scard)
    yield watcher
    watcher.end()
    assert not scard.contexts


def test_cards_come_and_go(watcher: Watcher, scard: FakeScard) -> None:
    first = watcher.told.get(timeout=10)
    assert (first.what, first.readers) == (READERS, (ONE, TWO))
    assert watcher.next(1) == [(LOOKED, "")]
    scard.lay(TWO)
    assert watcher.next(1) == [(What.CARD_IN, TWO)]
    scard.lay(ONE)
    scard.take(TWO)
    assert sorted(watcher.next(2)) == [(What.CARD_IN, ONE), (What.CARD_OUT, TWO)]
    assert watcher.told.empty()


def test_what_lay_there_before_is_not_laid_down(scard: FakeScard) -> None:
    scard.lay(ONE)
    watcher = Watcher(scard)
    try:
        assert watcher.next(3) == [(READERS, ""), (What.CARD_THERE, ONE), (LOOKED, "")]
        scard.take(ONE)
        scard.lay(ONE)
        assert watcher.next(2) == [(What.CARD_OUT, ONE), (What.CARD_IN, ONE)]
    finally:
        watcher.end()


def test_out_and_in_between_two_looks_shows_by_the_count(watcher: Watcher, scard: FakeScard) -> None:
    watcher.next(2)
    scard.lay(ONE)
    watcher.next(1)
    scard.exchange(ONE)
    assert watcher.next(2) == [(What.CARD_OUT, ONE), (What.CARD_IN, ONE)]
    assert watcher.watch.count(ONE) == 3


def test_in_and_out_between_two_looks_is_nothing(watcher: Watcher, scard: FakeScard) -> None:
    watcher.next(2)
    with scard.changed:
        scard.slots[ONE].count += 2
        scard.changed.notify_all()
    scard.lay(TWO)
    assert watcher.next(1) == [(What.CARD_IN, TWO)]
    assert watcher.told.empty()


def test_service_that_is_killed_and_comes_back(watcher: Watcher, scard: FakeScard) -> None:
    watcher.next(2)
    scard.lay(ONE)
    watcher.next(1)
    scard.kill()
    assert watcher.next(1) == [(What.SERVICE_GONE, "")]
    scard.restart()
    assert watcher.next(3) == [(READERS, ""), (What.CARD_THERE, ONE), (LOOKED, "")]


def test_service_that_comes_late(scard: FakeScard) -> None:
    scard.kill()
    watcher = Watcher(scard)
    try:
        assert watcher.next(1) == [(What.SERVICE_GONE, "")]
        scard.restart()
        assert watcher.next(2) == [(READERS, ""), (LOOKED, "")]
        scard.lay(ONE)
        assert watcher.next(1) == [(What.CARD_IN, ONE)]
    finally:
        watcher.end()


def test_readers_are_plugged_in_and_out(watcher: Watcher, scard: FakeScard) -> None:
    watcher.next(2)
    scard.lay(TWO)
    watcher.next(1)
    scard.unplug(TWO)
    gone = watcher.told.get(timeout=10)
    assert (gone.what, gone.readers) == (READERS, (ONE,))
    assert watcher.next(1) == [(LOOKED, "")]
    scard.unplug(ONE)
    assert watcher.told.get(timeout=10).readers == ()
    assert watcher.next(1) == [(LOOKED, "")]
    scard.plug(TWO)
    back = watcher.told.get(timeout=10)
    assert (back.what, back.readers) == (READERS, (TWO,))


def test_looks_again_only_where_nothing_has_happened(watcher: Watcher, scard: FakeScard) -> None:
    watcher.next(2)
    scard.lay(ONE)
    watcher.next(1)
    watcher.watch.look_again(ONE, 0.0)
    with Context(scard):  # any change makes the loop go round; it knows of the wish then
        scard.lay(TWO)
    assert watcher.next(2) == [(What.CARD_IN, TWO), (What.CARD_IN, ONE)]
    scard.take(TWO)
    watcher.next(1)
    watcher.watch.look_again(ONE, 30.0)
    scard.take(ONE)
    scard.lay(ONE)
    assert watcher.next(2) == [(What.CARD_OUT, ONE), (What.CARD_IN, ONE)]
    assert not watcher.watch._again


def test_an_idle_watch_does_nothing(watcher: Watcher, scard: FakeScard) -> None:
    watcher.next(2)
    scard.lay(ONE)
    watcher.next(1)
    with scard.changed:
        before = scard.waits
        scard.changed.wait(0.3)
        assert scard.waits - before <= 1
