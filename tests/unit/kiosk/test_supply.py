"""The sync process as the screen has it: real children that say what they should, or anything else."""

from __future__ import annotations

import datetime as dt
import io
import json
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest

from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.errors import Code, DeviceStoreError
from domain.events import CatalogueReady, ContentChecked, Event
from kiosk.home import Home
from kiosk.settings import Settings, SyncSettings
from kiosk.supply import LONGEST_LINE, MARK, ContentSupply, NoSupply, Word, parse, supplying
from kiosk.sync_process import Listener
from kiosk.unkept import UnkeptDevice
from localdb.catalogue.file import prove
from localdb.device.store import DeviceStore
from tests.unit.contentsync.hub import City, Time, city, serving

AT = dt.datetime(2026, 11, 20, 4, 30, tzinfo=dt.UTC)
PATIENCE_S = 20.0

Events = queue.SimpleQueue[Event]


def ready(revision: int, path: str = "/nowhere/catalogue.db") -> str:
    return json.dumps({"event": "ready", "revision": revision, "digest": "00", "path": path})


def checked(revision: int, at: dt.datetime = AT) -> str:
    return json.dumps({"event": "checked", "revision": revision, "digest": "00", "at": at.isoformat()})


def child(code: str) -> tuple[str, ...]:
    """A process that does `code`; `say(text)` writes a line, `stay()` waits for the end of its input as sync does."""
    prelude = (
        "import os, sys, time\n"
        "def say(text): os.write(1, text.encode() + b'\\n')\n"
        "def stay():\n    sys.stdin.buffer.read()\n    os._exit(0)\n"
    )
    return (sys.executable, "-I", "-S", "-c", prelude + code)


def saying(*lines: str) -> tuple[str, ...]:
    return child("".join(f"say({line!r})\n" for line in lines) + "stay()")


Start = Callable[[Sequence[str]], ContentSupply]


@pytest.fixture
def events() -> Events:
    return queue.SimpleQueue()


@pytest.fixture
def marks() -> UnkeptDevice:
    return UnkeptDevice("of a test")


@pytest.fixture
def start(events: Events, marks: UnkeptDevice) -> Iterator[Start]:
    with ExitStack() as closing:
        yield lambda command: closing.enter_context(ContentSupply(command, events.put, marks, os.environ, 0.02))


def until(what: str, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.01)  # processes come and go without a word


Children = Callable[[], list[psutil.Process]]


@pytest.fixture
def children() -> Children:
    """The processes that this test has started; other tests of the same run may have servers of their own."""
    before = {process.pid for process in psutil.Process().children()}
    return lambda: [process for process in psutil.Process().children() if process.pid not in before]


# --- What is said ----------------------------------------------------------------------------------------------------


def test_good_lines_become_events_in_their_order(start: Start, events: Events) -> None:
    start(saying(ready(8, "/home/catalogue-8.db"), checked(8), ready(9), checked(9, AT + dt.timedelta(minutes=5))))
    assert [events.get(timeout=PATIENCE_S) for _ in range(4)] == [
        CatalogueReady(8, Path("/home/catalogue-8.db")),
        ContentChecked(AT),
        CatalogueReady(9, Path("/nowhere/catalogue.db")),
        ContentChecked(AT + dt.timedelta(minutes=5)),
    ]


GARBAGE = [
    ("empty", b""),
    ("no JSON", b"Traceback (most recent call last):"),
    ("no UTF-8", b"\xff\xfe\x00{"),
    ("a number", b"1"),
    ("a list", b"[]"),
    ("null", b"null"),
    ("cut short", b'{"event":"ready","revision":8,'),
    ("no event", b'{"revision":8}'),
    ("an event that is no word", b'{"event":["ready"]}'),
    ("an unknown event", b'{"event":"opened","revision":8,"path":"/x"}'),
    ("refused", b'{"event":"refused","code":"S-02","at":"2026-11-20T04:30:00+00:00"}'),
    ("failed", b'{"event":"failed","code":"S-01","at":"2026-11-20T04:30:00+00:00"}'),
    ("ready without a path", b'{"event":"ready","revision":8}'),
    ("ready with a path that is none", b'{"event":"ready","revision":8,"path":7}'),
    ("ready with a path that no system has", b'{"event":"ready","revision":8,"path":"/x\\u0000y"}'),
    ("ready without a revision", b'{"event":"ready","path":"/x"}'),
    ("a revision in words", b'{"event":"ready","revision":"8","path":"/x"}'),
    ("a revision that is a truth", b'{"event":"ready","revision":true,"path":"/x"}'),
    ("an infinite revision", b'{"event":"ready","revision":1e999,"path":"/x"}'),
    ("a negative revision", b'{"event":"ready","revision":-1,"path":"/x"}'),
    ("checked without a time", b'{"event":"checked","revision":8}'),
    ("checked at no time", b'{"event":"checked","revision":8,"at":"yesterday"}'),
    ("checked at a time without a zone", b'{"event":"checked","revision":8,"at":"2026-11-20T04:30:00"}'),
    ("checked before the beginning", b'{"event":"checked","revision":8,"at":"0001-01-01T00:00:00+14:00"}'),
    ("checked nothing", b'{"event":"checked","at":"2026-11-20T04:30:00+00:00"}'),
    ("nested beyond measure", b"[" * 4000),
    ("a number beyond measure", b'{"event":"ready","revision":' + b"9" * 4000 + b',"path":"/x"}'),
]


@pytest.mark.parametrize("line", [line for _, line in GARBAGE], ids=[name for name, _ in GARBAGE])
def test_what_is_no_message_is_none(line: bytes) -> None:
    assert parse(line + b"\n") is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (ready(8, "/a b/目录-8.db"), CatalogueReady(8, Path("/a b/目录-8.db"))),
        (ready(0), CatalogueReady(0, Path("/nowhere/catalogue.db"))),
        (checked(8), Word(8, AT)),
        (checked(8, AT.astimezone(dt.timezone(dt.timedelta(hours=8)))), Word(8, AT)),
        (' {"more":1,"event":"checked","revision":8,"at":"2026-11-20T04:30:00Z"} ', Word(8, AT)),
    ],
)
def test_what_is_a_message_is_read(line: str, said: object) -> None:
    assert parse(line.encode()) == said


def test_garbage_between_good_lines_is_passed_over(children: Children, start: Start, events: Events) -> None:
    """All of it from one process, which is still the same one when it has something to say."""
    garbage = "".join(f"os.write(1, {line!r} + b'\\n')\n" for _, line in GARBAGE)
    supply = start(child(f"{garbage}say({ready(8)!r})\n{garbage}say({checked(8)!r})\nstay()"))
    assert events.get(timeout=PATIENCE_S) == CatalogueReady(8, Path("/nowhere/catalogue.db"))
    assert events.get(timeout=PATIENCE_S) == ContentChecked(AT)
    assert events.empty()
    supply.showing(8)
    assert supply.checked_at == AT
    assert len(children()) == 1


def test_who_stumbles_over_a_line_hears_the_next_one(events: Events, marks: UnkeptDevice) -> None:
    heard = []

    def stumble(said: Mapping[str, Any]) -> None:
        heard.append(said["revision"])
        raise AttributeError("nobody thought of this")

    with ContentSupply(saying(ready(8), ready(9)), events.put, marks, os.environ, 0.02, heard=stumble):
        assert events.get(timeout=PATIENCE_S) == CatalogueReady(8, Path("/nowhere/catalogue.db"))
        assert events.get(timeout=PATIENCE_S) == CatalogueReady(9, Path("/nowhere/catalogue.db"))
    assert heard == [8, 9]


def test_who_draws_the_screen_does_not_wait_for_a_process_that_does_not_read(start: Start, events: Events) -> None:
    supply = start(child(f"say({ready(8)!r})\nwhile True: time.sleep(60)"))
    assert events.get(timeout=PATIENCE_S) == CatalogueReady(8, Path("/nowhere/catalogue.db"))
    held = threading.Thread(target=supply.tell, args=(b"x" * (1 << 20),), daemon=True)
    held.start()
    showing = threading.Thread(target=supply.showing, args=(8,), daemon=True)
    showing.start()
    showing.join(PATIENCE_S)
    assert held.is_alive() and not showing.is_alive()
    supply.close()
    held.join(PATIENCE_S)
    assert not held.is_alive()


def test_the_process_ends_also_when_what_it_is_told_cannot_be_read() -> None:
    """Else it would go on without a screen, and beside the one that is started in its place."""
    gone, shown = threading.Event(), list[int]()
    told = io.TextIOWrapper(io.BytesIO(b"serving 7\n\xff\xfe\nserving 8\n"), "utf-8")
    told._CHUNK_SIZE = 10  # type: ignore[attr-defined]  # a line at a time, as they come over a pipe
    Listener(told, gone.set, shown.append)
    assert gone.wait(PATIENCE_S)
    assert shown == [7]


def test_the_end_of_an_endless_line_is_no_message(start: Start, events: Events) -> None:
    """Read in pieces, one of them would be a message by itself."""
    start(child(f"say(' ' * {LONGEST_LINE} + {ready(66)!r})\nsay({ready(8)!r})\nstay()"))
    assert events.get(timeout=PATIENCE_S) == CatalogueReady(8, Path("/nowhere/catalogue.db"))
    assert events.empty()


def test_a_line_without_end_is_not_kept(start: Start, events: Events) -> None:
    """64 MB without a line end: passed over as they come; then the process goes on as if nothing had been."""
    before = psutil.Process().memory_info().rss
    start(child(f"for _ in range(1024): os.write(1, b'x' * 65536)\nsay('')\nsay({ready(8)!r})\nstay()"))
    assert events.get(timeout=PATIENCE_S) == CatalogueReady(8, Path("/nowhere/catalogue.db"))
    assert psutil.Process().memory_info().rss - before < 16 << 20


def test_a_line_that_the_end_of_the_process_cut_short_is_no_message(
    start: Start, events: Events, tmp_path: Path
) -> None:
    """It reads as a message, but nobody knows what else would have been said; the next process says it whole."""
    again = tmp_path / "again"
    start(
        child(
            f"if os.path.exists({str(again)!r}):\n    say({ready(9)!r})\n    stay()\n"
            f"open({str(again)!r}, 'w').close()\nos.write(1, {ready(8)!r}.encode())"
        )
    )
    assert events.get(timeout=PATIENCE_S) == CatalogueReady(9, Path("/nowhere/catalogue.db"))


def test_no_log_line_repeats_what_was_said(start: Start, events: Events, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever the process prints by mistake, an invented number of a person here, stays out of the log."""
    caplog.set_level(logging.DEBUG)
    person = "370602199001012345 李样本"
    lines = [person, json.dumps({"event": person}), json.dumps({"event": "ready", "path": person}), person * 500]
    start(saying(*lines, ready(8)))
    events.get(timeout=PATIENCE_S)
    assert "no message" in caplog.text
    assert "no line" in caplog.text
    assert "李样本" not in caplog.text
    assert "3706" not in caplog.text


# --- What becomes of the process -------------------------------------------------------------------------------------


def test_a_process_that_dies_at_once_is_started_again(start: Start, events: Events, tmp_path: Path) -> None:
    count = tmp_path / "count"
    start(
        child(
            f"with open({str(count)!r}, 'a') as f: f.write('x')\n"
            f"if os.path.getsize({str(count)!r}) < 4: os._exit(7)\n"
            f"say({ready(8)!r})\nstay()"
        )
    )
    assert events.get(timeout=PATIENCE_S) == CatalogueReady(8, Path("/nowhere/catalogue.db"))
    assert count.read_text() == "xxxx"


def test_a_process_that_is_killed_is_started_again(children: Children, start: Start, events: Events) -> None:
    start(saying(ready(8)))
    for _ in range(3):
        assert events.get(timeout=PATIENCE_S) == CatalogueReady(8, Path("/nowhere/catalogue.db"))
        (process,) = children()
        process.kill()
        until("its end", lambda process=process: not process.is_running())  # type: ignore[misc]


def test_pauses_grow_while_there_is_nothing_to_hear(events: Events, marks: UnkeptDevice, tmp_path: Path) -> None:
    """A process that always dies does not keep the machine busy: 0.1, 0.2, 0.4, 0.8 seconds, not ten starts."""
    count = tmp_path / "count"
    dying = child(f"with open({str(count)!r}, 'a') as f: f.write('x')")
    begun = time.monotonic()
    with ContentSupply(dying, events.put, marks, os.environ, pause_s=0.1):
        until("four starts", lambda: count.exists() and count.stat().st_size >= 4)
        assert time.monotonic() - begun >= 0.7


def test_a_process_that_never_speaks_is_left_alone_and_ended(
    children: Children, events: Events, marks: UnkeptDevice
) -> None:
    with ContentSupply(child("time.sleep(600)"), events.put, marks, os.environ) as supply:
        until("the process", lambda: len(children()) == 1)
        (process,) = children()
        supply.showing(8)
        assert supply.checked_at is None
    assert not process.is_running()
    assert events.empty()


def test_a_program_that_is_not_there_is_tried_again(
    start: Start, events: Events, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = tmp_path / "sync"
    start((str(program),))
    until("a word in the log", lambda: "the sync process does not start: No such file" in caplog.text)
    (tmp_path / "new").write_text(f"#!/bin/sh\necho '{ready(8)}'\nexec cat >/dev/null\n")
    (tmp_path / "new").chmod(0o755)
    (tmp_path / "new").rename(program)
    assert events.get(timeout=PATIENCE_S) == CatalogueReady(8, Path("/nowhere/catalogue.db"))


@pytest.mark.parametrize(
    "command",
    [
        child("time.sleep(600)"),
        saying(ready(8)),
        child("import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nsay('')\ntime.sleep(600)"),
        child("os.close(1)\ntime.sleep(600)"),
        child("while True: os.write(1, b'x' * 65536)"),
        child("os._exit(1)"),
        ("/nowhere/sync",),
    ],
    ids=["silent", "talking", "deaf", "shut", "flooding", "dying", "not there"],
)
def test_close_leaves_nothing_running(
    command: Sequence[str], children: Children, events: Events, marks: UnkeptDevice
) -> None:
    threads = set(threading.enumerate())
    supply = ContentSupply(command, events.put, marks, os.environ)
    with supply:
        if command[0] != "/nowhere/sync":
            until("the process", lambda: supply.process is not None)
        pid = supply.process
    assert set(threading.enumerate()) == threads
    assert children() == []
    assert pid is None or not psutil.pid_exists(pid)
    supply.close()  # once more does no harm


# --- What the hub said last ------------------------------------------------------------------------------------------


def test_the_hubs_word_outlives_a_restart(events: Events, tmp_path: Path) -> None:
    kept = tmp_path / "device.db"
    with DeviceStore(kept) as store, ContentSupply(saying(checked(8)), events.put, store, os.environ) as supply:
        assert events.get(timeout=PATIENCE_S) == ContentChecked(AT)
        supply.showing(8)
        assert supply.checked_at == AT
    silent = child("time.sleep(600)")
    with DeviceStore(kept) as store, ContentSupply(silent, events.put, store, os.environ) as supply:
        assert supply.checked_at is None  # nothing is on show yet
        supply.showing(8)
        assert supply.checked_at == AT


def test_a_word_about_one_revision_makes_no_other_fresh(start: Start, events: Events) -> None:
    """9 is in place, but a citizen reads 8: what they read is no fresher for it."""
    supply = start(saying(checked(8), ready(9), checked(9, AT + dt.timedelta(days=2))))
    for _ in range(3):
        events.get(timeout=PATIENCE_S)
    supply.showing(8)
    assert supply.checked_at is None
    supply.showing(9)
    assert supply.checked_at == AT + dt.timedelta(days=2)


@pytest.mark.parametrize("kept", ["", "8", "8 ", "8 yesterday", "eight 1", f"8 {10**30}", "8 1 1", "8 nan"])
def test_a_mark_that_is_none_is_forgotten(events: Events, kept: str) -> None:
    marks = UnkeptDevice("of a test")
    marks.put(MARK, kept)
    supply = ContentSupply(child("pass"), events.put, marks, os.environ)
    supply.recall()
    supply.showing(8)
    assert supply.checked_at is None


def test_a_mark_that_cannot_be_kept_holds_until_the_end(events: Events) -> None:
    class Full(UnkeptDevice):
        def put(self, key: str, value: str) -> None:
            raise DeviceStoreError(Code.JOURNAL_FAILED, "no room")

    with ContentSupply(saying(checked(8)), events.put, Full("full"), os.environ) as supply:
        assert events.get(timeout=PATIENCE_S) == ContentChecked(AT)
        supply.showing(8)
        assert supply.checked_at == AT


def test_without_a_hub_nobody_vouches() -> None:
    supply = NoSupply()
    supply.showing(8)
    assert supply.checked_at is None


# --- The real process ------------------------------------------------------------------------------------------------


@pytest.fixture
def street(tmp_path: Path) -> Iterator[tuple[City, Home, Settings]]:
    """A hub with one release, and a kiosk that trusts it and has nothing yet."""
    time_ = Time(dt.datetime.now(dt.UTC))
    hub = City.found(tmp_path / "hub", time_)
    hub.release(city(12))
    home = Home(tmp_path / "home")
    home.prepare()
    Trust(home.sync, StateFile(home.sync / "state.json")).enrol(hub.root)
    with serving(hub.public, time_) as server:
        yield hub, home, Settings(sync=SyncSettings(url=server.url, poll_s=5))


def test_the_real_process_brings_a_release(
    street: tuple[City, Home, Settings], children: Children, events: Events, marks: UnkeptDevice
) -> None:
    """It is told by the environment alone where to look and where the home is."""
    _, home, settings = street
    with supplying(settings, home, events.put, marks, {"PATH": os.environ["PATH"]}) as supply:
        assert events.get(timeout=PATIENCE_S) == CatalogueReady(1, home.catalogue(1))
        event = events.get(timeout=PATIENCE_S)
        supply.showing(1)
        assert isinstance(event, ContentChecked)
        assert supply.checked_at == event.at
        assert abs(event.at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=2)
    assert prove(home.catalogue(1)).revision == 1
    assert children() == []


HOST = """
import json, os, sys
from pathlib import Path
from kiosk.home import Home
from kiosk.settings import Settings, SyncSettings
from kiosk.supply import supplying
from kiosk.unkept import UnkeptDevice
settings = Settings(sync=SyncSettings(url=sys.argv[2], poll_s=3600))
def post(event):
    print(type(event).__name__, supply.process, flush=True)
with supplying(settings, Home(Path(sys.argv[1])), post, UnkeptDevice(""), os.environ) as supply:
    sys.stdin.read()
"""


def test_the_process_ends_with_a_screen_that_is_killed(street: tuple[City, Home, Settings], root: Path) -> None:
    _, home, settings = street
    assert settings.sync.url is not None
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, home.root, settings.sync.url],
        cwd=root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert host.stdout is not None and host.stdin is not None
    try:
        name, pid = host.stdout.readline().split()
        assert name == "CatalogueReady"
        sync = psutil.Process(int(pid))
        assert sync.is_running()
        host.send_signal(signal.SIGKILL)
        host.wait(PATIENCE_S)
        _, alive = psutil.wait_procs([sync], timeout=PATIENCE_S)
        assert alive == []
    finally:
        host.kill()
        host.wait()
        host.stdin.close()
        host.stdout.close()
