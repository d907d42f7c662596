"""The kiosk's side: processes that speak, fall silent, lie, die, or do not start at all."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from cardreader import service
from cardreader.service import CardReaderService
from cardreader.settings import ReaderSettings
from domain.card import CardFacts, CardFamily, CardType
from domain.errors import Code
from domain.events import CardProved, CardRead, CardUnread, Event, ReaderChanged, ReaderKind, ReaderState

EMPTY, READING = ReaderChanged(ReaderState.EMPTY), ReaderChanged(ReaderState.READING)
HOLDING, ABSENT = ReaderChanged(ReaderState.HOLDING), ReaderChanged(ReaderState.ABSENT)
FACTS = CardRead(CardFacts(CardFamily.T_UNION, CardType.SENIOR))

QUICK = ReaderSettings(budget_s=0.2, margin_s=0.1, start_s=2.0, back_off_s=0.05)

PROGRAM = """
import os, sys, time
sys.stdin.readline()
folder = sys.argv[1]
turn = len(os.listdir(folder))
open(os.path.join(folder, str(os.getpid())), "w").close()
say = lambda *lines: [os.write(1, line.encode() + b"\\n") for line in lines]
state = lambda *states: say(*('{"state":"%s"}' % one for one in states))
facts = '{"facts":{"family":"t-union","card_type":"senior"}}'
stay = lambda: sys.stdin.read()
"""
"""What every process of these tests begins with; `turn` counts from 0, the folder has a file for each."""


class Kiosk:
    """A service whose processes are Python text, and what it has posted."""

    def __init__(self, folder: Path, text: str, settings: ReaderSettings) -> None:
        self.folder = folder
        self.posted: list[Event] = []
        self.changed = threading.Condition()
        program = (sys.executable, "-S", "-c", PROGRAM + text, str(folder))
        self.service = CardReaderService(settings, self.post, os.environ, program)

    def post(self, event: Event) -> None:
        with self.changed:
            self.posted.append(event)
            self.changed.notify_all()

    def wait_for(self, *events: Event) -> None:
        """Until exactly these have been posted since the start."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.posted) >= len(events), 10), self.posted
        assert self.posted == list(events)

    @property
    def started(self) -> list[int]:
        return [int(file.name) for file in self.folder.iterdir()]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def children(folder: Path) -> list[psutil.Process]:
    """Processes of this test; others of the run may have their own."""
    return [child for child in psutil.Process().children() if str(folder) in child.cmdline()]


Begin = Callable[..., Kiosk]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Starts a kiosk; afterwards nothing of it is left."""
    begun: list[Kiosk] = []
    threads = threading.active_count()

    def begin(text: str, settings: ReaderSettings = QUICK) -> Kiosk:
        kiosk = Kiosk(tmp_path, text, settings)
        begun.append(kiosk)
        kiosk.service.start()
        return kiosk

    yield begin
    for kiosk in begun:
        kiosk.service.close()
        kiosk.service.close()
        assert not any(psutil.pid_exists(number) for number in kiosk.started)
        assert not children(tmp_path)
    assert threading.active_count() == threads


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


def test_a_good_tap_in_order(begin: Begin) -> None:
    kiosk = begin('state("empty", "reading"); say(facts); state("holding", "empty"); stay()')
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING, EMPTY)
    assert kiosk.service.state is ReaderState.EMPTY


def test_lines_in_pieces_and_in_heaps(begin: Begin) -> None:
    kiosk = begin(
        'line = (\'{"state":"empty"}\\n{"state":"reading"}\\n\' + facts + \'\\n{"state":"holding"}\\n\').encode()\n'
        "for byte in line: os.write(1, bytes([byte]))\n"
        'os.write(1, b\'{"state":"empty"}\\n{"state":"reading"}\\n{"unread":"C-12"}\\n{"state":"holding"}\\n\'); stay()'
    )
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING, EMPTY, READING, CardUnread(Code.CARD_UNKNOWN), HOLDING)


def test_the_settings_and_the_environment_arrive(begin: Begin, tmp_path: Path) -> None:
    kiosk = begin('state("empty"); stay()', ReaderSettings(contactless="读卡器"))
    kiosk.wait_for(EMPTY)
    process = psutil.Process(kiosk.service.process)
    assert str(Path(__file__).parents[3]) in process.environ()["PYTHONPATH"].split(":")


def test_a_read_without_end_is_ended(begin: Begin) -> None:
    kiosk = begin('state(*(["empty", "reading"] if turn == 0 else ["holding", "empty"])); stay()')
    kiosk.wait_for(EMPTY, READING, CardUnread(Code.CARD_TOO_SLOW), HOLDING, EMPTY)
    assert len(kiosk.started) == 2


def test_listening_that_falls_over_costs_one_process(begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would in a process with more than 1024 descriptors."""
    kiosk: Kiosk
    real, fallen = select.select, list[bool]()

    def falls(*asked: Any) -> Any:
        if not fallen and kiosk.service.state is ReaderState.READING:
            fallen.append(True)
            raise ValueError("filedescriptor out of range in select()")
        return real(*asked)

    monkeypatch.setattr(service, "select", SimpleNamespace(select=falls))
    slow = replace(QUICK, budget_s=20.0)
    kiosk = begin('state("empty", *(["reading"] if turn == 0 else [])); stay()', slow)
    kiosk.wait_for(EMPTY, READING, CardUnread(Code.CARD_UNREADABLE), ABSENT, EMPTY)
    assert len(kiosk.started) == 2


def test_a_state_that_follows_from_nothing_new_is_not_posted(begin: Begin) -> None:
    kiosk = begin('state("empty", "empty", "holding", "holding"); stay()')
    kiosk.wait_for(EMPTY, HOLDING)


@pytest.mark.parametrize(
    "lines",
    [
        "{}",
        "x" * 5000,
        '{"state":"reading"}\\n{"state":"reading"}',
        '{"state":"reading"}\\n{"state":"empty"}',
        '{"unread":"C-11"}',
        '{"facts":{"family":"t-union","name":"x"}}',
        "\\x00\\xff",
    ],
)
def test_a_process_that_talks_nonsense_is_replaced(begin: Begin, lines: str) -> None:
    kiosk = begin(f'if turn == 0: say("{{}}" if 0 else \'{lines}\')\nelse: state("empty")\nstay()')
    reading = '"reading"' in lines
    expected: list[Event] = [READING, CardUnread(Code.CARD_UNREADABLE), ABSENT] if reading else []
    kiosk.wait_for(*expected, EMPTY)
    assert len(kiosk.started) == 2


def test_a_second_outcome_is_nonsense(begin: Begin) -> None:
    kiosk = begin('state("reading"); say(facts, facts) if turn == 0 else say(facts); state("holding"); stay()')
    kiosk.wait_for(READING, FACTS, ABSENT, READING, FACTS, HOLDING)


def test_a_process_that_says_nothing_is_replaced(begin: Begin) -> None:
    settings = ReaderSettings(start_s=0.3, back_off_s=0.05)
    kiosk = begin('state("empty") if turn else None; stay()', settings)
    kiosk.wait_for(EMPTY)
    assert len(kiosk.started) == 2


def test_a_process_that_dies_in_mid_read(begin: Begin) -> None:
    kiosk = begin('state("empty"); turn or (state("reading"), os.abort()); stay()')
    kiosk.wait_for(EMPTY, READING, CardUnread(Code.CARD_UNREADABLE), ABSENT, EMPTY)


def test_one_that_dies_again_and_again_is_given_more_and_more_time(begin: Begin) -> None:
    kiosk = begin("sys.exit(1)", ReaderSettings(back_off_s=0.2, back_off_most_s=30))
    until(lambda: len(kiosk.started) == 3)
    began = time.monotonic()
    until(lambda: len(kiosk.started) == 4)
    assert time.monotonic() - began > 0.4  # the third pause is 0.8 s
    assert kiosk.posted == []
    with within(1.0):
        kiosk.service.close()


def test_one_that_cannot_be_started(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    posted: list[Event] = []
    with CardReaderService(QUICK, posted.append, {}, [str(tmp_path / "nothing")]) as service:
        until(lambda: caplog.text.count("no process") >= 2)
        assert service.state is ReaderState.ABSENT and service.process is None
    assert posted == []


def test_the_end_of_a_session_ends_the_process_that_has_read(begin: Begin) -> None:
    kiosk = begin('turn or (state("empty", "reading"), say(facts)); state("holding"); stay()')
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING)
    first = kiosk.service.process
    assert first is not None
    with within(0.1):
        kiosk.service.end_session()
    assert kiosk.service.state is ReaderState.HOLDING
    until(lambda: not psutil.pid_exists(first))
    until(lambda: len(kiosk.started) == 2)
    assert kiosk.service.process != first
    assert kiosk.posted == [EMPTY, READING, FACTS, HOLDING]


def test_the_next_process_stands_by_while_a_card_is_shown(begin: Begin) -> None:
    kiosk = begin('turn or (state("empty", "reading"), say(facts), state("holding")); state("empty"); stay()')
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING, EMPTY)
    until(lambda: len(children(kiosk.folder)) == 2)
    (spare,) = {child.pid for child in children(kiosk.folder)} - {kiosk.service.process}
    kiosk.service.end_session()
    until(lambda: kiosk.service.process == spare)
    until(lambda: spare in kiosk.started)
    assert len(children(kiosk.folder)) == 1


def test_one_that_died_standing_by_is_not_taken(begin: Begin) -> None:
    kiosk = begin('turn or (state("empty", "reading"), say(facts), state("holding")); state("empty"); stay()')
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING, EMPTY)
    until(lambda: len(children(kiosk.folder)) == 2)
    (spare,) = {child.pid for child in children(kiosk.folder)} - {kiosk.service.process}
    psutil.Process(spare).kill()
    until(lambda: psutil.Process(spare).status() == psutil.STATUS_ZOMBIE)
    kiosk.service.end_session()
    until(lambda: len(kiosk.started) == 2)
    assert kiosk.posted == [EMPTY, READING, FACTS, HOLDING, EMPTY]


def test_the_end_of_a_session_that_read_nothing_leaves_the_process(begin: Begin) -> None:
    kiosk = begin('state("empty"); stay()')
    kiosk.wait_for(EMPTY)
    first = kiosk.service.process
    kiosk.service.end_session()
    assert kiosk.service.process == first and psutil.pid_exists(first or 0)


def test_nothing_of_a_session_is_posted_after_its_end(begin: Begin) -> None:
    kiosk = begin(
        'turn or (state("empty", "reading"), say(facts), state("holding", "empty"), [(state("reading"), say(facts), '
        'state("holding")) for _ in range(100_000)])\nstate("empty"); stay()'
    )
    until(lambda: kiosk.posted.count(FACTS) > 50)
    kiosk.service.end_session()
    count = len(kiosk.posted)
    until(lambda: len(kiosk.started) == 2 and kiosk.service.state is ReaderState.EMPTY)
    assert FACTS not in kiosk.posted[count:]
    assert CardUnread(Code.CARD_TOO_SLOW) not in kiosk.posted


def test_the_end_of_a_session_in_mid_read(begin: Begin) -> None:
    kiosk = begin('state("holding") if turn else state("empty", "reading"); stay()', ReaderSettings())
    kiosk.wait_for(EMPTY, READING)
    kiosk.service.end_session()
    until(lambda: len(kiosk.started) == 2)
    kiosk.wait_for(EMPTY, READING, HOLDING)


def test_closing_does_not_wait_for_a_stuck_process(begin: Begin) -> None:
    kiosk = begin(
        'import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); state("reading"); time.sleep(600)',
        ReaderSettings(),
    )
    kiosk.wait_for(READING)
    with within(1.0):
        kiosk.service.close()


def test_a_listener_that_falls_over_hears_the_next_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def post(event: Event) -> None:
        heard.append(event)
        if event == EMPTY:
            raise RuntimeError("falls over")

    text = PROGRAM + 'state("empty", "holding"); stay()'
    with CardReaderService(QUICK, post, os.environ, (sys.executable, "-S", "-c", text, str(tmp_path))):
        until(lambda: HOLDING in heard)
    assert "falls over" in caplog.text


# Is it still the same card

READ = 'state("empty", "reading"); say(facts); state("holding")\n'
PROVED = "say('{\"proved\":%s}')\n"


def test_a_question_about_the_card_is_passed_on_and_its_answer_told(begin: Begin) -> None:
    kiosk = begin(
        READ + "line = sys.stdin.readline()\n" + 'say(\'{"proved":%s}\' % str(line == "prove\\n").lower()); stay()'
    )
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING)
    kiosk.service.prove()
    kiosk.service.prove()  # one answer is for both
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING, CardProved(True))


def test_without_a_card_that_was_read_the_answer_is_no(begin: Begin) -> None:
    kiosk = begin('state("empty"); stay()')
    kiosk.wait_for(EMPTY)
    kiosk.service.prove()
    kiosk.wait_for(EMPTY, CardProved(False))
    kiosk.service.close()
    kiosk.service.prove()
    kiosk.wait_for(EMPTY, CardProved(False), CardProved(False))


def test_a_process_that_does_not_answer_is_killed_and_the_card_counts_as_taken(begin: Begin) -> None:
    kiosk = begin("if turn == 0:\n    " + READ.strip() + '\n    stay()\nstate("holding"); stay()')
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING)
    with within(5):
        kiosk.service.prove()
        kiosk.wait_for(EMPTY, READING, FACTS, HOLDING, CardProved(False), EMPTY, HOLDING)
    until(lambda: kiosk.service.process not in (None, kiosk.started[0]) or len(kiosk.started) > 1)


def test_a_process_that_dies_of_the_question_says_no(begin: Begin) -> None:
    kiosk = begin("if turn:\n    stay()\n" + READ + "sys.stdin.readline()")
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING)
    kiosk.service.prove()
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING, CardProved(False), ABSENT)


def test_a_proof_that_nobody_asked_for_is_a_fault(begin: Begin) -> None:
    kiosk = begin("if turn:\n    stay()\n" + READ + PROVED % "true" + "stay()")
    kiosk.wait_for(EMPTY, READING, FACTS, HOLDING, ABSENT)


def test_where_cards_lie(begin: Begin) -> None:
    kiosk = begin(
        'say(\'{"state":"holding","lying":["contact"]}\', \'{"state":"holding","lying":["contact","contactless"]}\')\n'
        "sys.stdin.readline(); stay()"
    )
    kiosk.wait_for(HOLDING, HOLDING)
    assert kiosk.service.lying == set(ReaderKind)
    assert [event.lying for event in kiosk.posted if isinstance(event, ReaderChanged)] == [
        {ReaderKind.CONTACT},
        set(ReaderKind),
    ]
