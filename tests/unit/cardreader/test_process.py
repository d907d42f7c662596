"""The card service over an imitated PC/SC: which messages come, in which order, and that the process can always end."""

from __future__ import annotations

import datetime as dt
import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cardreader import pcsc
from cardreader.connection import Connection
from cardreader.messages import PROVE, Message, encode_settings, parse
from cardreader.process import serve
from cardreader.settings import ReaderSettings
from domain.card import CardFacts, CardFamily
from domain.errors import CardError, Code
from domain.events import CardProved, CardRead, CardUnread, ReaderChanged, ReaderKind, ReaderState
from tests.unit.cardreader.fake_scard import FakeCard, FakeScard

ONE, TWO = "ACME Contactless 00 00", "ACME Contact 00 01"
FACTS = CardFacts(CardFamily.T_UNION)
SELECT = bytes.fromhex("00A4040007A0000000000001")

EMPTY, READING = ReaderChanged(ReaderState.EMPTY), ReaderChanged(ReaderState.READING)
HOLDING, ABSENT = ReaderChanged(ReaderState.HOLDING), ReaderChanged(ReaderState.ABSENT)
GOOD_TAP = [READING, CardRead(FACTS), HOLDING]


@dataclass
class Reads:
    """Stands for `cardreader.reading.read`: two exchanges, then the facts, or what the test wants instead."""

    then: Callable[[], None] = lambda: None
    facts: CardFacts = FACTS
    asked: list[tuple[dt.date, str, float]] = field(default_factory=list)

    def __call__(self, connection: Connection, *, today: dt.date, city: str, budget_s: float) -> CardFacts:
        self.asked.append((today, city, budget_s))
        connection.transmit(SELECT)
        self.then()
        connection.transmit(SELECT)
        return self.facts


class Service:
    def __init__(self, scard: FakeScard, reads: Reads, settings: ReaderSettings) -> None:
        given, self.stdin = os.pipe()
        self.stdout, told = os.pipe()
        os.write(self.stdin, encode_settings(settings))
        self.scard = scard
        self.status: list[int] = []

        def run() -> None:
            self.status.append(serve(scard, reads, given, told))
            os.close(given)
            os.close(told)

        self.thread = threading.Thread(target=run)
        self.thread.start()
        self.rest = b""

    def next(self, count: int) -> list[Message]:
        while self.rest.count(b"\n") < count:
            ready, _, _ = select.select([self.stdout], [], [], 10)
            assert ready, self.rest
            self.rest += os.read(self.stdout, 4096)
        *lines, self.rest = self.rest.split(b"\n", count)
        return [parse(line) for line in lines]

    def quiet(self) -> bool:
        return not self.rest and not select.select([self.stdout], [], [], 0.1)[0]

    def end(self) -> None:
        os.close(self.stdin)
        self.thread.join(10)
        assert not self.thread.is_alive()
        os.close(self.stdout)


@pytest.fixture
def scard() -> FakeScard:
    return FakeScard(ONE, TWO)


@pytest.fixture
def reads() -> Reads:
    return Reads()


@contextmanager
def serving(scard: FakeScard, reads: Reads, settings: ReaderSettings) -> Iterator[Service]:
    service = Service(scard, reads, settings)
    try:
        yield service
    finally:
        service.end()
    assert service.status == [0]
    assert not scard.contexts and not scard.cards


@pytest.fixture
def service(scard: FakeScard, reads: Reads) -> Iterator[Service]:
    with serving(scard, reads, ReaderSettings(city="370602", today="2026-11-21")) as service:
        assert service.next(1) == [EMPTY]
        yield service


def test_a_good_tap(service: Service, scard: FakeScard, reads: Reads) -> None:
    scard.lay(ONE)
    assert service.next(3) == GOOD_TAP
    scard.take(ONE)
    assert service.next(1) == [EMPTY]
    assert reads.asked == [(dt.date(2026, 11, 21), "370602", 5.0)]


def test_what_lies_there_at_the_start_is_not_read(scard: FakeScard, reads: Reads) -> None:
    scard.lay(ONE)
    with serving(scard, reads, ReaderSettings()) as service:
        assert service.next(1) == [HOLDING]
        assert service.quiet()
        scard.take(ONE)
        assert service.next(1) == [EMPTY]
        assert reads.asked == []
        scard.lay(ONE)
        assert service.next(3) == GOOD_TAP


def test_today_is_the_clocks_unless_given(scard: FakeScard, reads: Reads) -> None:
    with serving(scard, reads, ReaderSettings(zone="Pacific/Kiritimati")) as service:
        service.next(1)
        scard.lay(ONE)
        service.next(3)
    day = dt.timedelta(days=1)
    assert dt.datetime.now(dt.UTC).date() <= reads.asked[0][0] <= dt.datetime.now(dt.UTC).date() + day


@pytest.mark.parametrize("code", [code for code in Code if code.value.startswith("C-")])
def test_a_card_that_gives_no_facts(service: Service, scard: FakeScard, reads: Reads, code: Code) -> None:
    def refuse() -> None:
        raise CardError(code)

    reads.then = refuse
    scard.lay(ONE)
    assert service.next(3) == [READING, CardUnread(code), HOLDING]
    scard.take(ONE)
    assert service.next(1) == [EMPTY]


def test_a_fault_of_our_own_is_a_code_too_and_says_nothing_of_the_card(
    service: Service, scard: FakeScard, reads: Reads, caplog: pytest.LogCaptureFixture
) -> None:
    def fall_over() -> None:
        raise KeyError("样本一 370602")

    reads.then = fall_over
    scard.lay(ONE)
    assert service.next(3) == [READING, CardUnread(Code.CARD_UNREADABLE), HOLDING]
    assert "KeyError" in caplog.text and "样本" not in caplog.text and "370602" not in caplog.text


def test_facts_that_no_kiosk_would_take_are_not_sent(service: Service, scard: FakeScard, reads: Reads) -> None:
    reads.facts = CardFacts(CardFamily.T_UNION, age_months=-3)
    scard.lay(ONE)
    assert service.next(3) == [READING, CardUnread(Code.CARD_UNREADABLE), HOLDING]


def test_a_mute_card(service: Service, scard: FakeScard) -> None:
    scard.lay(ONE, mute=True)
    assert service.next(3) == [READING, CardUnread(Code.CARD_UNREADABLE), HOLDING]


def test_a_card_taken_in_mid_read(service: Service, scard: FakeScard, reads: Reads) -> None:
    reads.then = lambda: scard.take(ONE)
    scard.lay(ONE)
    assert service.next(4) == [READING, CardUnread(Code.CARD_GONE), HOLDING, EMPTY]
    reads.then = lambda: None
    scard.lay(ONE)
    assert service.next(3) == GOOD_TAP


def test_a_card_exchanged_in_mid_read_is_read_anew_and_nothing_is_mixed(
    service: Service, scard: FakeScard, reads: Reads
) -> None:
    def exchange() -> None:
        reads.then = lambda: None
        scard.exchange(ONE)

    reads.then = exchange
    scard.lay(ONE)
    assert service.next(3) == [READING, CardUnread(Code.CARD_GONE), HOLDING]
    assert service.next(4) == [EMPTY, *GOOD_TAP]


def test_an_exchange_that_no_exchange_notices_is_noticed_by_the_count(
    service: Service, scard: FakeScard, reads: Reads
) -> None:
    """A driver that keeps the handle alive over the exchange: only the reader's count of events tells."""

    def exchange() -> None:
        reads.then = lambda: None
        scard.exchange(ONE)
        for number, (reader, card, count) in scard.cards.items():
            scard.cards[number] = reader, card, count + 2

    reads.then = exchange
    scard.lay(ONE)
    assert service.next(3) == [READING, CardUnread(Code.CARD_GONE), HOLDING]
    assert service.next(4) == [EMPTY, *GOOD_TAP]


def test_a_card_that_was_lost_and_lies_there_all_the_same_is_read_once_more(service: Service, scard: FakeScard) -> None:
    answers: list[bytes | int] = [b"\x90\x00", pcsc.NOT_TRANSACTED]
    scard.lay(ONE, FakeCard(lambda apdu: answers.pop(0) if answers else b"\x90\x00"))
    assert service.next(6) == [READING, CardUnread(Code.CARD_GONE), HOLDING, *GOOD_TAP]
    assert scard.resets == 1


def test_but_only_once(service: Service, scard: FakeScard, reads: Reads) -> None:
    scard.lay(ONE, FakeCard(lambda apdu: pcsc.NOT_TRANSACTED))
    lost = [READING, CardUnread(Code.CARD_GONE), HOLDING]
    assert service.next(6) == lost * 2
    assert not select.select([service.stdout], [], [], 1.0)[0]
    assert len(reads.asked) == 2


def test_a_card_forgotten_in_the_other_reader(service: Service, scard: FakeScard) -> None:
    scard.lay(TWO)
    assert service.next(3) == GOOD_TAP
    scard.lay(ONE)
    assert service.next(3) == GOOD_TAP
    scard.take(ONE)
    assert service.next(2) == [EMPTY, HOLDING]
    scard.take(TWO)
    assert service.next(1) == [EMPTY]


def test_a_reader_pulled_out_with_its_card(service: Service, scard: FakeScard) -> None:
    scard.lay(ONE)
    service.next(3)
    scard.unplug(ONE)
    assert service.next(1) == [EMPTY]
    scard.unplug(TWO)
    assert service.next(1) == [ABSENT]
    scard.plug(ONE, FakeCard())
    assert service.next(1) == [HOLDING]


def test_the_service_dies_in_mid_read(service: Service, scard: FakeScard, reads: Reads) -> None:
    reads.then = scard.kill
    scard.lay(ONE)
    assert service.next(4) == [READING, CardUnread(Code.NO_READER), HOLDING, ABSENT]
    scard.restart()
    assert service.next(1) == [HOLDING]


def test_only_readers_that_are_meant(scard: FakeScard, reads: Reads) -> None:
    with serving(scard, reads, ReaderSettings(contactless="less", contact="")) as service:
        service.next(1)
        scard.lay(TWO)
        assert service.quiet()
        scard.lay(ONE)
        assert service.next(3) == GOOD_TAP
    with serving(FakeScard("ACME SAM 0"), reads, ReaderSettings()) as service:
        assert service.next(1) == [ABSENT]


def test_many_taps_leak_no_context(service: Service, scard: FakeScard) -> None:
    for _ in range(40):
        scard.lay(ONE)
        assert service.next(3) == GOOD_TAP
        scard.take(ONE)
        assert service.next(1) == [EMPTY]
    assert scard.most_contexts == 2


def test_without_settings_there_is_no_service(scard: FakeScard, reads: Reads) -> None:
    given, stdin = os.pipe()
    os.write(stdin, b'{"contact":"("}\n')
    try:
        assert serve(scard, reads, given, stdin) == 2
    finally:
        os.close(given)
        os.close(stdin)


def test_no_core_file_and_no_look_into_its_memory() -> None:
    ask = (
        "import ctypes; print(ctypes.CDLL(None).prctl(3), resource.getrlimit(resource.RLIMIT_CORE))"  # PR_GET_DUMPABLE
    )
    told = subprocess.run(
        [sys.executable, "-c", f"import resource; from cardreader.process import harden; harden(); {ask}"],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "0 (0, 0)\n"


# Is it still the same card


def numbered(serial: bytes, asked: list[bytes] | None = None) -> FakeCard:
    """A card whose FCI has a public file of 20 bytes."""

    def answer(apdu: bytes) -> bytes:
        if asked is not None:
            asked.append(apdu)
        public = b"\x9f\x0c\x14" + serial * 20
        return b"\x6f" + bytes([len(public) + 2]) + b"\xa5" + bytes([len(public)]) + public + b"\x90\x00"

    return FakeCard(answer)


def asks(service: Service) -> None:
    os.write(service.stdin, PROVE)


def lies_there(service: Service, scard: FakeScard, asked: list[bytes] | None = None) -> None:
    scard.lay(ONE, numbered(b"\x01", asked))
    assert service.next(3) == GOOD_TAP


def swapped_unseen(scard: FakeScard, card: FakeCard) -> None:
    """Another card lies there, and nothing but what it says tells."""
    with scard.changed:
        scard.slots[ONE].card = card


def test_the_kiosk_asks_and_is_answered(service: Service, scard: FakeScard) -> None:
    asks(service)
    assert service.next(1) == [CardProved(False)]  # none was read
    asked: list[bytes] = []
    lies_there(service, scard, asked)
    assert len(asked) == 3  # two of the reading, and one more before the facts are told
    asks(service)
    assert service.next(1) == [CardProved(True)]
    assert len(asked) in (4, 5)
    scard.take(ONE)
    assert service.next(1) == [EMPTY]
    asks(service)
    assert service.next(1) == [CardProved(False)]


def test_another_card_is_told_first_and_then_no(service: Service, scard: FakeScard, reads: Reads) -> None:
    lies_there(service, scard)
    reads.facts = CardFacts(CardFamily.SOCIAL_SECURITY)
    swapped_unseen(scard, numbered(b"\x02"))
    asks(service)
    told = service.next(5)
    assert told == [EMPTY, READING, CardRead(reads.facts), HOLDING, CardProved(False)]


def test_another_card_is_found_out_without_being_asked_for(service: Service, scard: FakeScard, reads: Reads) -> None:
    lies_there(service, scard)
    reads.facts = CardFacts(CardFamily.SOCIAL_SECURITY)
    swapped_unseen(scard, numbered(b"\x02"))
    assert service.next(4) == [EMPTY, READING, CardRead(reads.facts), HOLDING]


def test_a_card_exchanged_right_behind_the_last_exchange_gives_no_facts(
    service: Service, scard: FakeScard, reads: Reads
) -> None:
    answers = [b"\x01", b"\x01", b"\x02"]
    cards = {serial: numbered(serial) for serial in (b"\x01", b"\x02")}

    def exchanged(apdu: bytes) -> bytes | int:
        return cards[answers.pop(0) if answers else b"\x02"].answer(apdu)

    scard.lay(ONE, FakeCard(exchanged))
    assert service.next(3) == [READING, CardUnread(Code.CARD_GONE), HOLDING]
    assert service.next(3) == GOOD_TAP  # what lies there now, from the start


def test_a_card_that_does_not_answer_is_asked_again_before_it_counts_as_another(
    service: Service, scard: FakeScard
) -> None:
    lies_there(service, scard)
    once = [pcsc.NOT_TRANSACTED]
    known = numbered(b"\x01")
    swapped_unseen(scard, FakeCard(lambda apdu: once.pop() if once else known.answer(apdu)))
    asks(service)
    assert service.next(1) == [CardProved(False)]
    asks(service)
    assert service.next(1) == [CardProved(True)]
    swapped_unseen(scard, FakeCard(lambda apdu: pcsc.NOT_TRANSACTED))
    for _ in range(3):
        asks(service)
        assert service.next(1) == [CardProved(False)]
    asks(service)
    assert service.next(4)[:3] == [EMPTY, READING, CardUnread(Code.CARD_GONE)]


def test_where_cards_lie(service: Service, scard: FakeScard) -> None:
    scard.lay(TWO)
    told = service.next(3)
    assert isinstance(told[-1], ReaderChanged) and told[-1].lying == {ReaderKind.CONTACT}
    scard.lay(ONE)
    told = service.next(3)
    assert isinstance(told[-1], ReaderChanged) and told[-1].lying == set(ReaderKind)
    scard.take(TWO)
    (last,) = service.next(1)
    assert isinstance(last, ReaderChanged)
    assert last == HOLDING and last.lying == {ReaderKind.CONTACTLESS}
