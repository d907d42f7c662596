"""Every fault that a card, a reader or the service behind it can have, as one table over real pcscd.

Each row: what happens, what the kiosk is told, and then the proof that it is over: another person's card gives that
person's facts and no others. What only a made-up PC/SC can do (a reader that is unplugged, a mute card) is in
tests/unit/cardreader; stuck services and exchanged cards are in test_card_service.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from cardreader.settings import ReaderSettings
from domain.errors import Code
from domain.events import CardRead, CardUnread, Event, ReaderState
from tests.integration.cards import CardBench
from tests.integration.test_card_service import ABSENT, EMPTY, FACTS, Kiosk, settings, until, without_expiry

QUICK = ReaderSettings(city="370602", today=settings().today, budget_s=0.5, margin_s=0.2)

FIRST, NEXT = "social-v1", "tunion-student"
"""The card of the row, unless it names another, and the next person's."""

Act = Callable[[CardBench], None]


@dataclass(frozen=True)
class Row:
    """`before`: ordered before the card is laid down; `during`: done once it is being read; `after`: takes it all back.

    `code`: one of what the kiosk may be told of this card; None: its facts, whole.
    """

    before: Act = lambda bench: None
    code: tuple[Code | None, ...] = ()
    card: str = FIRST
    during: Act | None = None
    after: Act = lambda bench: None


def fault(name: str, argument: object = None, at: int = 1) -> Act:
    return lambda bench: bench.fault(name, argument, at)


def faults(*each: Act) -> Act:
    def order(bench: CardBench) -> None:
        for act in each:
            act(bench)

    return order


GONE, BAD, SLOW = Code.CARD_GONE, Code.CARD_UNREADABLE, Code.CARD_TOO_SLOW
UNKNOWN, NO_READER = Code.CARD_UNKNOWN, Code.NO_READER

TABLE: dict[str, Row] = {
    "pulled at the first command": Row(fault("pull", 1), (GONE,)),
    "pulled at the third command": Row(fault("pull", 3), (GONE,)),
    "pulled at the last but one": Row(fault("pull", 6), (GONE,)),
    "pulled behind a slow command": Row(
        fault("slow", 0.3), (GONE, NO_READER), during=lambda bench: bench.remove(wait=False)
    ),
    "answers one byte": Row(fault("short", 1), (BAD, GONE)),
    "answers half": Row(fault("short", "half"), (BAD, GONE, UNKNOWN)),
    "answers half from the third command on": Row(fault("short", "half", 3), (BAD, GONE, UNKNOWN)),
    "answers 257 bytes": Row(fault("oversize", 257), (BAD,)),
    "answers 300 bytes": Row(fault("oversize", 300), (BAD,)),
    "answers 5000 bytes": Row(fault("oversize", 5000), (BAD,)),
    "answers 65533 bytes": Row(fault("oversize", 65533), (BAD,)),
    "answers too much from the fourth command on": Row(fault("oversize", 300, 4), (BAD,)),
    "answers nothing": Row(fault("short", 0), (SLOW, GONE, BAD)),
    "never answers": Row(fault("silent"), (SLOW,)),
    "falls silent at the fourth command": Row(fault("silent", None, 4), (SLOW,)),
    "half a second for each command": Row(fault("slow", 0.5), (SLOW,)),
    "a little slow": Row(fault("slow", 0.02), (None,)),
    "61xx for ever": Row(fault("sw", "6110"), (BAD, UNKNOWN)),
    "6Cxx for ever": Row(fault("sw", "6C10"), (BAD, UNKNOWN)),
    "6100 for ever, from the second command on": Row(fault("sw", "6100", 2), (BAD, UNKNOWN)),
    "refuses everything": Row(fault("sw", "6982"), (UNKNOWN, BAD)),
    "knows no command": Row(fault("sw", "6D00"), (UNKNOWN, BAD)),
    "knows no class": Row(fault("sw", "6E00"), (UNKNOWN, BAD)),
    "is worn out": Row(fault("sw", "6581"), (UNKNOWN, BAD)),
    "is blocked": Row(fault("sw", "6283"), (BAD,)),
    "says zeros": Row(fault("sw", "0000"), (BAD,)),
    "says ones": Row(fault("sw", "FFFF"), (BAD,)),
    "is exchanged at the first command": Row(fault("swap", "social-v3", 1), (GONE,)),
    "is exchanged at the fourth command": Row(fault("swap", "social-v3", 4), (GONE,)),
    "slow and then pulled": Row(faults(fault("slow", 0.05), fault("pull", 4)), (GONE,)),
    "pcscd is killed in mid-read": Row(
        fault("slow", 0.2),
        (NO_READER, GONE, SLOW),
        during=lambda bench: bench.pcscd("kill"),
        after=lambda bench: bench.pcscd("start"),
    ),
    "pcscd is stopped in mid-read": Row(
        fault("slow", 0.2),
        (NO_READER, GONE, SLOW),
        during=lambda bench: bench.pcscd("stop"),
        after=lambda bench: bench.pcscd("start"),
    ),
    "pcscd is killed and is back at once": Row(
        fault("slow", 0.2),
        (NO_READER, GONE, SLOW),
        during=faults(lambda bench: bench.pcscd("kill"), lambda bench: bench.pcscd("start")),
    ),
}


@pytest.fixture(scope="module")
def faulty(_one_card_bench: CardBench) -> Iterator[Kiosk]:
    """One kiosk for the whole table: what one row leaves behind, the next one meets."""
    _one_card_bench.reset()
    with Kiosk(_one_card_bench, QUICK) as kiosk:
        yield kiosk
    _one_card_bench.reset()


def outcome(kiosk: Kiosk) -> Event:
    """What became of the read under way."""
    told: list[Event] = []

    def is_told() -> bool:
        told.extend(kiosk.mail.take())
        return any(isinstance(event, CardRead | CardUnread) for event in told)

    until(is_told)
    return next(event for event in told if isinstance(event, CardRead | CardUnread))


def recovered(kiosk: Kiosk) -> None:
    """The reader is empty and watched, whatever was."""
    bench = kiosk.bench
    bench.clear()
    bench.remove(wait=False)
    until(lambda: kiosk.service.state is ReaderState.EMPTY and not any(r["present"] for r in bench.state()["readers"]))
    kiosk.mail.forget()


@pytest.mark.parametrize("name", TABLE)
def test_fault(faulty: Kiosk, name: str) -> None:
    row, kiosk = TABLE[name], faulty
    recovered(kiosk)
    row.before(kiosk.bench)
    kiosk.bench.insert(row.card, wait=False)
    if row.during is not None:
        until(lambda: kiosk.service.state is ReaderState.READING)
        row.during(kiosk.bench)
    came = outcome(kiosk)
    if isinstance(came, CardRead):
        assert None in row.code and without_expiry(came) == CardRead(FACTS[row.card])
    else:
        assert isinstance(came, CardUnread) and came.code in row.code
    row.after(kiosk.bench)
    recovered(kiosk)
    # Nobody else's facts come late, and the next person is read as if nothing had been.
    kiosk.bench.insert(NEXT, wait=False)
    assert without_expiry(outcome(kiosk)) == CardRead(FACTS[NEXT])


def test_another_program_that_takes_the_reader_for_itself(faulty: Kiosk) -> None:
    """Exclusive, and shared with a transaction: the kiosk is told that it is busy, and reads once it is free."""
    recovered(faulty)
    reader = next(reader for reader in faulty.bench.readers if "Contactless" in reader)
    script = (
        "import sys\nfrom smartcard.scard import *\n_, context = SCardEstablishContext(SCARD_SCOPE_USER)\n"
        "result, *_ = SCardConnect(context, sys.argv[1], SCARD_SHARE_DIRECT, 0)\nprint(result, flush=True)\n"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, reader],
        env=faulty.bench.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline() == b"0\n"
        faulty.bench.insert(NEXT, wait=False)
        assert outcome(faulty) == CardUnread(Code.READER_BUSY)
        with contextlib.suppress(BrokenPipeError):
            holder.stdin.close()
    recovered(faulty)
    faulty.bench.insert(NEXT, wait=False)
    assert without_expiry(outcome(faulty)) == CardRead(FACTS[NEXT])


def test_no_pcscd_and_then_one(faulty: Kiosk) -> None:
    recovered(faulty)
    faulty.bench.pcscd("stop")
    until(lambda: faulty.service.state is ReaderState.ABSENT)
    assert ABSENT in faulty.mail.take()
    faulty.bench.pcscd("start")
    until(lambda: faulty.service.state is ReaderState.EMPTY)
    assert EMPTY in faulty.mail.take()
    faulty.bench.insert(NEXT, wait=False)
    assert without_expiry(outcome(faulty)) == CardRead(FACTS[NEXT])
