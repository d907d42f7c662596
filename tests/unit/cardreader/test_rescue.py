"""A PC/SC service that does not answer: found out by a process, told by a file, and not too often."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from cardreader import pcsc
from cardreader.probe import ask
from cardreader.rescue import Rescue
from cardreader.settings import ReaderSettings
from tests.unit.cardreader.fake_scard import FakeCard, FakeScard

ANSWERS = (sys.executable, "-c", "")
STUCK = (sys.executable, "-c", "import time; time.sleep(600)")


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    return tmp_path / "stuck"


@pytest.fixture
def made() -> Iterator[list[Rescue]]:
    rescues: list[Rescue] = []
    yield rescues
    for rescue in rescues:
        rescue.close()
    assert not [each for each in psutil.Process().children() if "600" in "".join(each.cmdline())]


def rescue(made: list[Rescue], asked: Path | None, program: tuple[str, ...], least_s: float = 600) -> Rescue:
    settings = ReaderSettings(stuck_s=0.3, restart_file=None if asked is None else str(asked))
    made.append(Rescue(settings, os.environ, program, least_s))
    return made[-1]


def ended(one: Rescue) -> bool:
    return one._thread is not None and not one._thread.is_alive()


def test_one_that_answers_is_left_alone(made: list[Rescue], asked: Path) -> None:
    settings = ReaderSettings(stuck_s=10, restart_file=str(asked))
    one = Rescue(settings, os.environ, ANSWERS)
    made.append(one)
    one.suspect()
    until(lambda: ended(one))
    assert not one.stuck and not asked.exists()


def test_one_that_does_not_is_told_of_once(made: list[Rescue], asked: Path, caplog: pytest.LogCaptureFixture) -> None:
    one = rescue(made, asked, STUCK)
    one.suspect()
    one.suspect()
    until(asked.exists)
    first = asked.stat().st_mtime_ns
    assert one.stuck and abs(int(asked.read_text()) - time.time()) < 10
    time.sleep(1.2)  # three more questions
    assert asked.stat().st_mtime_ns == first
    assert [record.message for record in caplog.records] == ["PC/SC is stuck; its restart was asked for"]


def test_and_again_after_a_while(made: list[Rescue], asked: Path) -> None:
    one = rescue(made, asked, STUCK, least_s=0.5)
    one.suspect()
    until(asked.exists)
    first = asked.stat().st_mtime_ns
    until(lambda: asked.stat().st_mtime_ns != first)


def test_a_kiosk_that_was_started_anew_remembers(made: list[Rescue], asked: Path) -> None:
    asked.write_text("1\n")
    one = rescue(made, asked, STUCK)
    one.suspect()
    until(lambda: one.stuck)
    time.sleep(0.5)
    assert asked.read_text() == "1\n"
    hour_ago = time.time() - 3600
    os.utime(asked, (hour_ago, hour_ago))
    other = rescue(made, asked, STUCK)
    other.suspect()
    until(lambda: asked.read_text() != "1\n")


def test_it_stops_when_the_answer_comes(made: list[Rescue], asked: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    script = f"import os, time\nwhile not os.path.exists({str(gate)!r}): time.sleep(0.01)"
    one = rescue(made, asked, (sys.executable, "-c", script))
    one.suspect()
    until(lambda: one.stuck)
    gate.touch()
    until(lambda: ended(one))
    assert not one.stuck


@pytest.mark.parametrize("where", [None, "no/such/folder"])
def test_nobody_to_ask_is_said(
    made: list[Rescue], tmp_path: Path, caplog: pytest.LogCaptureFixture, where: str | None
) -> None:
    one = rescue(made, None if where is None else tmp_path / where, STUCK)
    one.suspect()
    until(lambda: "stuck" in caplog.text)
    assert one.stuck


def test_a_file_that_is_a_way_elsewhere_is_not_followed(made: list[Rescue], asked: Path, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("mine")
    hour_ago = time.time() - 3600
    os.utime(victim, (hour_ago, hour_ago))
    asked.symlink_to(victim)
    one = rescue(made, asked, STUCK)
    one.suspect()
    until(lambda: one.stuck)
    time.sleep(0.2)
    assert victim.read_text() == "mine"


def test_what_cannot_be_asked_is_not_stuck(made: list[Rescue], asked: Path) -> None:
    one = rescue(made, asked, (str(asked / "nothing"),))
    one.suspect()
    until(lambda: ended(one))
    assert not one.stuck and not asked.exists()


def test_stuck_until_somebody_answers_also_when_it_could_not_be_asked_meanwhile(
    made: list[Rescue], asked: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = tmp_path / "probe"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    one = rescue(made, asked, (str(program),))
    one.suspect()
    until(lambda: one.stuck, 20)
    program.unlink()
    until(lambda: "no process" in caplog.text, 20)
    assert one.stuck
    answers = tmp_path / "answers"
    answers.write_text("#!/bin/sh\n")
    answers.chmod(0o755)
    answers.rename(program)
    until(lambda: ended(one), 20)
    assert not one.stuck


# The question itself

ONE, TWO = "ACME Contactless 00 00", "ACME Contact 00 01"


def test_the_question_has_an_end_and_sends_nothing() -> None:
    sent: list[bytes] = []

    def answer(apdu: bytes) -> bytes:
        sent.append(apdu)
        return b"\x90\x00"

    scard = FakeScard(ONE, TWO)
    ask(scard)
    scard.lay(ONE, FakeCard(answer))
    scard.lay(TWO, mute=True)
    ask(scard)
    scard.kill()
    ask(scard)
    assert sent == [] and not scard.cards and not scard.contexts


def test_a_reader_that_somebody_holds_is_waited_for() -> None:
    scard = FakeScard(ONE)
    scard.lay(ONE)
    _, context = scard.SCardEstablishContext(0)
    _, card, _ = scard.SCardConnect(context, ONE, pcsc.SHARE_EXCLUSIVE, 3)
    thread = threading.Thread(target=ask, args=(scard,), daemon=True)
    thread.start()
    thread.join(0.6)
    assert thread.is_alive()
    scard.SCardDisconnect(card, pcsc.LEAVE)
    thread.join(5)
    assert not thread.is_alive()
