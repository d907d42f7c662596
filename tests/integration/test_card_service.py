"""The card service with real pcscd under it, and virtual cards that do whatever cards do.

The rules: every card ends in facts or a code; facts are of one card; the next card is read whatever happened to the
last; and no command ever goes out that could change a card.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from cardreader.messages import encode_settings
from cardreader.service import CardReaderService
from cardreader.settings import ReaderSettings
from domain.card import CardFacts, CardFamily, CardType, Division, Sex
from domain.errors import Code
from domain.events import CardProved, CardRead, CardUnread, Event, ReaderChanged, ReaderKind, ReaderState
from tests.integration.cards import CardBench

BUDGET_S, MARGIN_S = 1.0, 0.5
ALLOWED = {0xA4, 0xB0, 0xB2, 0xC0, 0x5C}
"""SELECT, READ BINARY, READ RECORD, GET RESPONSE, GET BALANCE."""

EMPTY, READING = ReaderChanged(ReaderState.EMPTY), ReaderChanged(ReaderState.READING)
HOLDING, ABSENT = ReaderChanged(ReaderState.HOLDING), ReaderChanged(ReaderState.ABSENT)

T_UNION, SOCIAL = CardFamily.T_UNION, CardFamily.SOCIAL_SECURITY
LOCAL = Division.LOCAL
FACTS = {
    "tunion-ordinary": CardFacts(T_UNION, CardType.ORDINARY, LOCAL),
    "tunion-senior": CardFacts(T_UNION, CardType.SENIOR, LOCAL),
    "tunion-student": CardFacts(T_UNION, CardType.STUDENT, LOCAL),
    "expiring": CardFacts(T_UNION, CardType.ORDINARY, LOCAL, expires_in_days=45),
    "tunion-province": CardFacts(T_UNION, CardType.ORDINARY, Division.PROVINCE),
    "tunion-elsewhere": CardFacts(T_UNION, CardType.ORDINARY, Division.ELSEWHERE),
    "social-v1": CardFacts(SOCIAL, None, LOCAL, 495, Sex.MALE),
    "social-v1-senior": CardFacts(SOCIAL, None, LOCAL, 806, Sex.FEMALE),
    "social-v3": CardFacts(SOCIAL, None, LOCAL),
}
CODES = {"unknown": Code.CARD_UNKNOWN, "storage": Code.CARD_WITHOUT_PROCESSOR, "bank": Code.CARD_OF_A_BANK}


def settings() -> ReaderSettings:
    """The day is the bench's, which makes its cards for the day on which they are laid."""
    return ReaderSettings(city="370602", today=dt.date.today().isoformat(), budget_s=BUDGET_S, margin_s=MARGIN_S)


class Mailbox:
    """What was posted and not yet looked at, in order."""

    def __init__(self) -> None:
        self._events: list[tuple[float, Event]] = []
        self._changed = threading.Condition()

    def post(self, event: Event) -> None:
        with self._changed:
            self._events.append((time.monotonic(), event))
            self._changed.notify_all()

    def until(self, last: Event, seconds: float = 10) -> list[Event]:
        """Everything up to the next `last`."""
        with self._changed:
            found = self._changed.wait_for(lambda: last in [event for _, event in self._events], seconds)
            told = [event for _, event in self._events]
            assert found, f"{last} did not come; {told}"
            count = told.index(last) + 1
            del self._events[:count]
            return told[:count]

    def take(self) -> list[Event]:
        """All that was posted so far."""
        with self._changed:
            told = [event for _, event in self._events]
            self._events.clear()
            return told

    def forget(self) -> None:
        """Nobody looks at what was posted so far."""
        self.take()

    def outcome(self) -> Event:
        """READING, what came of it, HOLDING: what came of it."""
        told = self.until(HOLDING)
        assert len(told) == 3 and told[0] == READING, told
        return told[1]


class Kiosk:
    """The service over the bench, as a kiosk has it."""

    def __init__(self, bench: CardBench, given: ReaderSettings | None = None) -> None:
        self.bench = bench
        self.mail = Mailbox()
        self.service = CardReaderService(given or settings(), self.mail.post, bench.environment)
        self._before = len(bench.log())

    def __enter__(self) -> Kiosk:
        self.service.start()
        return self

    def __exit__(self, *_: object) -> None:
        process = self.service.process
        self.service.close()
        assert process is None or not psutil.pid_exists(process)
        for exchange in self.exchanges():
            apdu = bytes.fromhex(str(exchange["command"]))
            assert apdu[1] in ALLOWED, exchange["command"]

    def exchanges(self) -> list[dict[str, object]]:
        return self.bench.log()[self._before :]

    def tap(self, card: str) -> Event:
        """Lays a card, waits for what comes of it, takes it away."""
        self.bench.insert(card, wait=False)
        outcome = self.mail.outcome()
        self.bench.remove()
        assert self.mail.until(EMPTY) == [EMPTY]
        return outcome


@pytest.fixture
def kiosk(card_bench: CardBench) -> Iterator[Kiosk]:
    with Kiosk(card_bench) as kiosk:
        assert kiosk.mail.until(EMPTY) == [EMPTY]
        yield kiosk


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def without_expiry(event: Event) -> Event:
    return CardRead(replace(event.facts, expires_in_days=None)) if isinstance(event, CardRead) else event


@pytest.mark.parametrize("card", FACTS)
def test_every_card_gives_its_facts(kiosk: Kiosk, card: str) -> None:
    outcome = kiosk.tap(card)
    assert isinstance(outcome, CardRead)
    expected = FACTS[card]
    assert outcome.facts.expires_in_days is not None
    if expected.expires_in_days is None:
        assert without_expiry(outcome) == CardRead(expected)
    else:
        assert outcome == CardRead(expected)


@pytest.mark.parametrize("card", CODES)
def test_a_card_that_is_none_of_ours_gives_its_code(kiosk: Kiosk, card: str) -> None:
    assert kiosk.tap(card) == CardUnread(CODES[card])
    commands = [str(exchange["command"]) for exchange in kiosk.exchanges()]
    # Beside names and file identifiers, what a fresh card of Beijing's or the city union's would tell.
    assert all(command.startswith(("00A4", "00B084", "00B085")) for command in commands)
    banks = [at for at, command in enumerate(commands) if "325041592E" in command]
    assert all(command.startswith("00A404") for at in banks for command in commands[at:])
    assert (card == "storage") == (commands == [])


def test_the_other_reader_too(kiosk: Kiosk) -> None:
    kiosk.bench.insert("social-v1", "contact", wait=False)
    assert without_expiry(kiosk.mail.outcome()) == CardRead(FACTS["social-v1"])


def test_two_taps_in_a_row_are_two_people(kiosk: Kiosk) -> None:
    for card in ("social-v1-senior", "tunion-student"):
        assert without_expiry(kiosk.tap(card)) == CardRead(FACTS[card])


def test_a_card_that_lies_there_at_the_start_is_not_read(card_bench: CardBench) -> None:
    card_bench.insert("tunion-ordinary")
    with Kiosk(card_bench) as kiosk:
        assert kiosk.mail.until(HOLDING) == [HOLDING]
        card_bench.remove()
        assert kiosk.mail.until(EMPTY) == [EMPTY]
        assert kiosk.exchanges() == []
        assert without_expiry(kiosk.tap("tunion-ordinary")) == CardRead(FACTS["tunion-ordinary"])


@pytest.mark.parametrize("at", [1, 2, 5])
def test_a_card_pulled_inside_a_command(kiosk: Kiosk, at: int) -> None:
    kiosk.bench.fault("pull", at)
    kiosk.bench.insert("social-v3", wait=False)
    assert kiosk.mail.outcome() == CardUnread(Code.CARD_GONE)
    assert kiosk.mail.until(EMPTY) == [EMPTY]
    assert without_expiry(kiosk.tap("social-v3")) == CardRead(FACTS["social-v3"])


@pytest.mark.parametrize(
    ("fault", "argument"), [("short", 1), ("short", "half"), ("oversize", 300), ("oversize", 65000)]
)
def test_an_answer_that_is_none(kiosk: Kiosk, fault: str, argument: object) -> None:
    kiosk.bench.fault(fault, argument)
    assert kiosk.tap("tunion-senior") == CardUnread(Code.CARD_UNREADABLE)
    kiosk.bench.clear()
    assert without_expiry(kiosk.tap("tunion-senior")) == CardRead(FACTS["tunion-senior"])


def test_a_silent_card_ends_the_process_and_the_kiosk_goes_on(kiosk: Kiosk) -> None:
    first = kiosk.service.process
    kiosk.bench.fault("silent")
    began = time.monotonic()
    kiosk.bench.insert("tunion-senior", wait=False)
    assert kiosk.mail.outcome() == CardUnread(Code.CARD_TOO_SLOW)
    assert time.monotonic() - began < BUDGET_S + MARGIN_S + 10
    until(lambda: kiosk.service.process not in (None, first))
    assert not psutil.pid_exists(first or 0)
    assert kiosk.service.state is ReaderState.HOLDING
    kiosk.bench.clear()
    kiosk.bench.remove()
    assert kiosk.mail.until(EMPTY)[-1] == EMPTY
    assert without_expiry(kiosk.tap("tunion-senior")) == CardRead(FACTS["tunion-senior"])


def test_a_slow_card_is_told_to_be_slow(kiosk: Kiosk) -> None:
    kiosk.bench.fault("slow", 0.6)
    kiosk.bench.insert("social-v1", wait=False)
    assert kiosk.mail.outcome() == CardUnread(Code.CARD_TOO_SLOW)


@pytest.mark.parametrize("at", [1, 2])
def test_a_swap_that_nobody_noticed_never_mixes_two_cards(kiosk: Kiosk, at: int) -> None:
    kiosk.bench.fault("swap", "social-v3", at)
    kiosk.bench.insert("tunion-student", wait=False)
    assert kiosk.mail.outcome() == CardUnread(Code.CARD_GONE)
    told = kiosk.mail.until(HOLDING)
    assert told[0] in (READING, EMPTY)
    assert without_expiry(told[-2]) == CardRead(FACTS["social-v3"])


def test_a_swap_right_after_the_last_command_tells_nothing_of_the_first_card(kiosk: Kiosk) -> None:
    kiosk.bench.fault("swap", "social-v3", 3)
    kiosk.bench.insert("tunion-student", wait=False)
    assert kiosk.mail.outcome() == CardUnread(Code.CARD_GONE)
    told = kiosk.mail.until(HOLDING)
    assert without_expiry(told[-2]) == CardRead(FACTS["social-v3"])


def test_a_swap_right_after_the_facts_ends_them(kiosk: Kiosk) -> None:
    kiosk.bench.fault("swap", "tunion-senior", 4)  # the fourth command asks whether it is still the same card
    kiosk.bench.insert("tunion-student", wait=False)
    assert without_expiry(kiosk.mail.outcome()) == CardRead(FACTS["tunion-student"])
    told = kiosk.mail.until(HOLDING)
    assert told[0] == EMPTY and told[1] == READING
    # The card that took its place is read; or it was lost in the middle of that, and then read once more.
    if told[-2] == CardUnread(Code.CARD_GONE):
        told = kiosk.mail.until(HOLDING)
    assert without_expiry(told[-2]) == CardRead(FACTS["tunion-senior"])


def test_the_kiosk_asks_whether_it_is_still_the_same_card(kiosk: Kiosk) -> None:
    kiosk.service.prove()
    assert kiosk.mail.until(CardProved(False)) == [CardProved(False)]  # there is none
    kiosk.bench.insert("social-v1", wait=False)
    assert isinstance(kiosk.mail.outcome(), CardRead)
    for _ in range(3):
        kiosk.service.prove()
        assert kiosk.mail.until(CardProved(True), 2) == [CardProved(True)]
    before = len(kiosk.exchanges())
    kiosk.service.prove()
    kiosk.mail.until(CardProved(True))
    assert 1 <= len(kiosk.exchanges()) - before <= 6
    kiosk.bench.remove()
    kiosk.mail.until(EMPTY)
    kiosk.service.prove()
    assert kiosk.mail.until(CardProved(False)) == [CardProved(False)]


def test_another_card_that_nobody_saw_coming_is_no_longer_the_same(kiosk: Kiosk) -> None:
    kiosk.bench.insert("tunion-student", wait=False)
    assert isinstance(kiosk.mail.outcome(), CardRead)
    kiosk.service.prove()
    kiosk.mail.until(CardProved(True))
    until(lambda: kiosk.bench.log()[-1]["at"] < time.monotonic() - 1.0)  # the reader's own second look is over
    kiosk.bench.fault("swap", "tunion-senior", 1)
    kiosk.service.prove()  # answered by the card that is exchanged right behind its answer
    kiosk.mail.until(CardProved(True))
    kiosk.service.prove()
    told = kiosk.mail.until(CardProved(False))
    if EMPTY not in told:
        told += kiosk.mail.until(HOLDING)
    assert EMPTY in told
    outcomes: list[Event] = [event for event in told if isinstance(event, CardRead | CardUnread)]
    while not any(isinstance(event, CardRead) for event in outcomes):
        outcomes.append(kiosk.mail.until(HOLDING)[-2])
    assert without_expiry(outcomes[-1]) == CardRead(FACTS["tunion-senior"])


def test_a_card_that_falls_silent_when_it_is_asked_again(kiosk: Kiosk) -> None:
    first = kiosk.service.process
    kiosk.bench.insert("tunion-student", wait=False)
    assert isinstance(kiosk.mail.outcome(), CardRead)
    kiosk.bench.fault("silent")
    kiosk.service.prove()
    told = kiosk.mail.until(HOLDING)
    assert told == [CardProved(False), EMPTY, HOLDING]
    until(lambda: kiosk.service.process not in (None, first))
    kiosk.bench.clear()
    kiosk.bench.remove()
    kiosk.mail.until(EMPTY)
    assert without_expiry(kiosk.tap("tunion-senior")) == CardRead(FACTS["tunion-senior"])


def test_a_card_on_each_reader_and_which(kiosk: Kiosk) -> None:
    kiosk.bench.insert("social-v1", wait=False)
    assert without_expiry(kiosk.mail.outcome()) == CardRead(FACTS["social-v1"])
    assert kiosk.service.lying == {ReaderKind.CONTACT}
    kiosk.bench.insert("tunion-senior", wait=False)
    assert without_expiry(kiosk.mail.outcome()) == CardRead(FACTS["tunion-senior"])
    assert kiosk.service.lying == {ReaderKind.CONTACT, ReaderKind.CONTACTLESS}
    kiosk.bench.remove("contactless")
    assert kiosk.mail.until(HOLDING) == [EMPTY, HOLDING]
    assert kiosk.service.lying == {ReaderKind.CONTACT}
    kiosk.bench.remove("contact")
    assert kiosk.mail.until(EMPTY) == [EMPTY]
    assert kiosk.service.lying == frozenset()


def test_a_stuck_pcscd_is_found_out_and_its_restart_asked_for_once(card_bench: CardBench, tmp_path: Path) -> None:
    """A silent card that nobody takes away holds the driver when the process that asked it has long been killed."""
    asked = tmp_path / "pcscd-stuck"
    given = replace(settings(), stuck_s=1.0, restart_file=str(asked))
    with Kiosk(card_bench, given) as kiosk:
        kiosk.mail.until(EMPTY)
        card_bench.fault("silent")
        card_bench.insert("tunion-senior", wait=False)
        assert kiosk.mail.outcome() == CardUnread(Code.CARD_TOO_SLOW)
        until(asked.exists, 20)
        first = asked.stat().st_mtime_ns
        assert kiosk.service.stuck
        assert re.fullmatch(r"\d+\n", asked.read_text())
        time.sleep(2.5)  # it goes on asking, and does not write again
        assert asked.stat().st_mtime_ns == first and kiosk.service.stuck
        # What the unit does: the same socket, another pcscd.
        card_bench.clear()
        card_bench.pcscd("kill")
        card_bench.remove(wait=False)
        card_bench.pcscd("start")
        until(lambda: not kiosk.service.stuck, 20)
        until(lambda: kiosk.service.state is ReaderState.EMPTY)
        kiosk.mail.forget()
        assert without_expiry(kiosk.tap("tunion-senior")) == CardRead(FACTS["tunion-senior"])


def test_a_silent_card_that_is_taken_away_leaves_nothing_stuck(card_bench: CardBench, tmp_path: Path) -> None:
    asked = tmp_path / "pcscd-stuck"
    with Kiosk(card_bench, replace(settings(), stuck_s=3.0, restart_file=str(asked))) as kiosk:
        kiosk.mail.until(EMPTY)
        card_bench.fault("silent")
        card_bench.insert("tunion-senior", wait=False)
        assert kiosk.mail.outcome() == CardUnread(Code.CARD_TOO_SLOW)
        card_bench.clear()
        card_bench.remove()
        kiosk.mail.until(EMPTY)
        assert without_expiry(kiosk.tap("tunion-senior")) == CardRead(FACTS["tunion-senior"])
        assert not kiosk.service.stuck and not asked.exists()


def test_no_service_killed_and_back(card_bench: CardBench) -> None:
    card_bench.pcscd("stop")
    with Kiosk(card_bench) as kiosk:
        until(lambda: kiosk.service.process is not None)
        process = kiosk.service.process
        card_bench.pcscd("start")
        assert kiosk.mail.until(EMPTY) == [EMPTY]
        card_bench.insert("social-v3", wait=False)
        assert without_expiry(kiosk.mail.outcome()) == CardRead(FACTS["social-v3"])
        card_bench.pcscd("kill")
        assert kiosk.mail.until(ABSENT) == [ABSENT]
        card_bench.pcscd("start")
        assert kiosk.mail.until(HOLDING)[-1:] == [HOLDING]  # the same card, which nobody has laid down anew
        card_bench.remove()
        kiosk.mail.until(EMPTY)
        assert without_expiry(kiosk.tap("social-v3")) == CardRead(FACTS["social-v3"])
        assert kiosk.service.process == process


def test_the_service_killed_in_mid_read(kiosk: Kiosk) -> None:
    kiosk.bench.fault("slow", 0.4)
    kiosk.bench.insert("social-v3", wait=False)
    kiosk.mail.until(READING)
    kiosk.bench.pcscd("kill")
    told = kiosk.mail.until(ABSENT)
    assert [event for event in told if isinstance(event, CardUnread)] == [CardUnread(Code.NO_READER)]
    kiosk.bench.reset()
    assert kiosk.mail.until(EMPTY)[-1] == EMPTY
    assert without_expiry(kiosk.tap("social-v3")) == CardRead(FACTS["social-v3"])


def test_the_end_of_a_session(kiosk: Kiosk) -> None:
    first = kiosk.service.process
    assert first is not None
    kiosk.bench.insert("social-v1", wait=False)
    assert isinstance(kiosk.mail.outcome(), CardRead)
    began = time.monotonic()
    kiosk.service.end_session()
    assert time.monotonic() - began < 1  # it does not wait for the process
    assert kiosk.service.state is ReaderState.HOLDING
    until(lambda: not psutil.pid_exists(first))
    count = len(kiosk.exchanges())
    kiosk.bench.remove()
    assert kiosk.mail.until(EMPTY) == [EMPTY]  # told by the new one
    assert kiosk.service.process not in (None, first)
    assert len(kiosk.exchanges()) == count  # what lay there was not read again
    assert without_expiry(kiosk.tap("social-v3")) == CardRead(FACTS["social-v3"])


def test_another_program_that_holds_the_reader(kiosk: Kiosk) -> None:
    hold = (
        "import sys\nfrom smartcard.scard import *\n_, context = SCardEstablishContext(SCARD_SCOPE_USER)\n"
        "print(SCardConnect(context, sys.argv[1], SCARD_SHARE_DIRECT, 0)[0], flush=True); sys.stdin.read()"
    )
    reader = next(reader for reader in kiosk.bench.readers if "Contactless" in reader)
    with subprocess.Popen(
        [sys.executable, "-c", hold, reader],
        env=kiosk.bench.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"0\n"
        assert kiosk.tap("tunion-senior") == CardUnread(Code.READER_BUSY)
        holder.kill()
    assert without_expiry(kiosk.tap("tunion-senior")) == CardRead(FACTS["tunion-senior"])


def test_forty_taps_at_random_moments_leave_a_usable_reader(kiosk: Kiosk) -> None:
    """Cards come and go without regard to what is being done with them; contexts and files do not pile up."""
    chance = random.Random(40)
    for _ in range(40):
        kiosk.bench.insert(chance.choice([*FACTS, *CODES]), wait=False)
        time.sleep(chance.uniform(0, 0.6))
        kiosk.bench.remove(wait=False)
        time.sleep(chance.uniform(0, 0.5))
    kiosk.bench.insert("tunion-senior")
    kiosk.bench.remove()
    until(lambda: kiosk.service.state is ReaderState.EMPTY)
    kiosk.mail.post(ABSENT)
    told = kiosk.mail.until(ABSENT)
    for before, event in itertools.pairwise(told):
        assert isinstance(event, CardRead | CardUnread) == (before == READING), told
    assert any(isinstance(event, CardRead) for event in told)
    given = {without_expiry(event) for event in told if isinstance(event, CardRead)}
    whole = {CardRead(replace(facts, expires_in_days=None)) for facts in FACTS.values()}
    assert given <= whole  # never a mixture
    assert psutil.Process(kiosk.service.process).num_fds() <= 12
    assert without_expiry(kiosk.tap("social-v1")) == CardRead(FACTS["social-v1"])


def test_the_process_gives_nothing_away(card_bench: CardBench) -> None:
    """No core file, no look into its memory; ends with its input, also while a silent card holds the driver."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cardreader.process"],
        cwd=Path(__file__).parents[2],
        env=card_bench.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        bufsize=0,
    )
    with process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(encode_settings(settings()))
        assert process.stdout.readline() == b'{"state":"empty"}\n'
        assert psutil.Process(process.pid).rlimit(psutil.RLIMIT_CORE) == (0, 0)
        card_bench.fault("silent")
        card_bench.insert("tunion-senior", wait=False)
        assert process.stdout.readline() == b'{"state":"reading"}\n'
        process.stdin.close()
        assert process.wait(5) == 0
    card_bench.clear()


def test_nothing_is_left_when_the_kiosk_is_killed(card_bench: CardBench) -> None:
    script = (
        "import os, sys, time\nfrom cardreader.service import CardReaderService\n"
        "from cardreader.settings import ReaderSettings\n"
        "service = CardReaderService(ReaderSettings(), lambda event: print(service.process, flush=True), os.environ)\n"
        "service.start(); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=Path(__file__).parents[2],
        env=card_bench.environment,
        stdout=subprocess.PIPE,
    ) as kiosk:
        assert kiosk.stdout is not None
        child = int(kiosk.stdout.readline())
        assert psutil.pid_exists(child)
        kiosk.send_signal(signal.SIGKILL)
        kiosk.wait(5)
    until(lambda: not psutil.pid_exists(child) or psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
