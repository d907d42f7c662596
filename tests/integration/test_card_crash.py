"""A process that dies with a card in its memory leaves nothing of the card: no core, no words, no trace on the disk.

The card is one of the workbench; its holder does not exist.
"""

from __future__ import annotations

import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cardreader.messages import encode_settings
from domain.events import CardRead, CardUnread
from kiosk.home import Home
from kiosk.needles import Finder, facts_of, forms
from kiosk.privacy import scan
from tests.integration.cards import ROOT, CardBench
from tests.integration.test_card_service import EMPTY, FACTS, Kiosk, settings, until, without_expiry
from tests.integration.test_privacy import answers, in_the_sample_city, invented, screen, session

FATAL = [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGQUIT]


def finder(bench: CardBench) -> Finder:
    """For everything that the people of the wallet are, and for the very bytes that cards have said."""
    facts = facts_of([*invented(), answers(bench)])
    return Finder(form for name, value in facts for form in forms(name, value))


def found(files: list[Path], needles: Finder) -> list[str]:
    return [f"{path}" for path in files if path.is_file() and any(needles.find(path.read_bytes()))]


def allow_cores() -> None:
    """As on a machine whose administrator wants them. A shell starts what it puts into the background deaf to SIGQUIT,
    and a suite may run there.
    """
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def cores() -> set[Path]:
    """Core files where this machine's kernel would put those of a process that runs here, and beside it."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text().strip()
    places = {ROOT, Path("/var/lib/systemd/coredump"), Path("/var/crash"), Path("/tmp")}
    if pattern.startswith("/"):
        places.add(Path(pattern).parent)
    return {
        path for place in places if place.is_dir() for path in place.iterdir() if re.match(r"core(\.|$)", path.name)
    }


@pytest.mark.parametrize("number", FATAL, ids=lambda number: number.name)
def test_a_card_service_that_crashes_while_it_knows_a_card(
    card_bench: CardBench, tmp_path: Path, number: signal.Signals
) -> None:
    """Right behind the reading, when name, number and birth date are in its memory or just were."""
    before = cores()
    words = tmp_path / "standard error"
    with words.open("wb") as told:
        process = subprocess.Popen(
            [sys.executable, "-m", "cardreader.process"],
            cwd=tmp_path,
            env=card_bench.environment | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(ROOT)},
            preexec_fn=allow_cores,  # noqa: PLW1509
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=told,
            bufsize=0,
        )
    with process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(encode_settings(settings()))
        assert process.stdout.readline() == b'{"state":"empty"}\n'
        card_bench.insert("social-v1", wait=False)
        assert process.stdout.readline() == b'{"state":"reading"}\n'
        assert process.stdout.readline().startswith(b'{"facts":')
        process.send_signal(number)
        assert process.wait(10) == -number
    assert cores() == before
    assert [path.name for path in tmp_path.iterdir()] == [words.name]
    assert found([words, *(path for path in tmp_path.rglob("*"))], finder(card_bench)) == []
    assert words.read_bytes() in (b"", b"card service: - end\n")


def test_the_kiosk_outlives_a_crash_in_mid_read(card_bench: CardBench, caplog: pytest.LogCaptureFixture) -> None:
    with Kiosk(card_bench) as kiosk:
        assert kiosk.mail.until(EMPTY) == [EMPTY]
        card_bench.fault("slow", 0.15)
        card_bench.insert("social-v1", wait=False)
        until(lambda: len([each for each in kiosk.exchanges() if each["response"]]) >= 4)
        process = kiosk.service.process
        assert process is not None
        os.kill(process, signal.SIGSEGV)
        told = []

        def unread() -> bool:
            told.extend(kiosk.mail.take())
            return any(isinstance(event, CardUnread) for event in told)

        until(unread)
        assert not any(isinstance(event, CardRead) for event in told)
        card_bench.clear()
        until(lambda: kiosk.service.process not in (None, process))
        card_bench.remove()
        until(lambda: kiosk.service.state.value == "empty")
        kiosk.mail.forget()
        assert without_expiry(kiosk.tap("tunion-senior")) == CardRead(FACTS["tunion-senior"])
    log = caplog.text.encode()
    assert log and not any(finder(card_bench).find(log))


def test_a_screen_process_that_crashes_while_a_card_is_shown(
    card_bench: CardBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGSEGV in the middle of a visit: files, logs and stacks of the crash have nothing of the holder in them."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))  # as the kiosk's: other tests' samples lie in that of this one
    before = cores()
    with screen(card_bench, tmp_path) as shown:
        session(shown, card_bench, "social-v1-senior", 1)
        card_bench.insert("social-v1", wait=False)
        seen = shown.until("a read card", lambda seen: seen["view"] == "CardResults")
        service = seen["service"]
        os.kill(shown.pid, signal.SIGSEGV)
        until(lambda: not Path(f"/proc/{service}").exists() or _is_dead(service), 20)
    assert cores() == before
    report = scan(Home(tmp_path / "home"), finder(card_bench))
    assert report.findings == [] and report.kiosk is None
    assert found(list(tmp_path.rglob("*")), finder(card_bench)) == []
    assert (tmp_path / "home" / "logs" / "kiosk.log").stat().st_size > 0


def _is_dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_the_needles_would_be_found(card_bench: CardBench, tmp_path: Path) -> None:
    """A file with a number of the card is reported, or the tests above prove nothing."""
    (tmp_path / "left").write_text(str(invented()[0]["id_number"]), "ascii")
    assert found([tmp_path / "left"], finder(card_bench)) == [str(tmp_path / "left")]
    assert not in_the_sample_city("id_number", str(invented()[0]["id_number"]))
