"""The line over real sockets: every call ends in time, and says what really went out."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from printer.connect import DummyConnection, LineLost, NetworkConnection, NotReached

SOON = 0.15


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        server.bind(("127.0.0.1", 0))
        server.listen(1)
        yield server


@pytest.fixture
def line(listener: socket.socket) -> Iterator[NetworkConnection]:
    connection = NetworkConnection("127.0.0.1", listener.getsockname()[1], 2.0)
    yield connection
    connection.close()


@pytest.fixture
def printer(listener: socket.socket, line: NetworkConnection) -> Iterator[socket.socket]:
    peer, _ = listener.accept()
    peer.settimeout(5.0)
    with peer:
        yield peer


def reset(peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def drain(peer: socket.socket) -> None:
    while peer.recv(4096):
        pass


def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: refused
        with pytest.raises(NotReached):
            NetworkConnection("127.0.0.1", taken.getsockname()[1], 1.0)


def test_bytes_arrive_and_answers_come_back(line: NetworkConnection, printer: socket.socket) -> None:
    assert line.send(b"\x1b@hello", SOON) == 7
    assert printer.recv(64) == b"\x1b@hello"
    printer.sendall(b"\x12")
    assert line.receive(1.0) == b"\x12"


def test_silence_costs_no_more_than_it_may(line: NetworkConnection, printer: socket.socket) -> None:
    begin = time.monotonic()
    assert line.receive(SOON) == b""
    assert SOON * 0.9 < time.monotonic() - begin < SOON + 1.0


def test_a_printer_that_takes_nothing_is_noticed_within_a_few_kilobytes(
    line: NetworkConnection, printer: socket.socket
) -> None:
    sent = 0
    while taken := line.send(bytes(1024), SOON):
        sent += taken
        assert sent < 64_000
    printer.settimeout(SOON)
    got = 0
    try:
        while data := printer.recv(4096):
            got += len(data)
    except TimeoutError:
        pass
    assert got == sent


def test_a_reset_is_told(line: NetworkConnection, printer: socket.socket) -> None:
    reset(printer)
    with pytest.raises(LineLost):
        line.receive(1.0)


def test_the_end_of_the_line_is_not_silence(line: NetworkConnection, printer: socket.socket) -> None:
    printer.shutdown(socket.SHUT_WR)
    with pytest.raises(LineLost):
        line.receive(1.0)


def test_closing_never_fails(line: NetworkConnection, printer: socket.socket) -> None:
    reset(printer)
    line.close()
    line.close(give_up=True)
    with pytest.raises(LineLost):
        line.send(b"x", SOON)


def test_giving_up_takes_back_what_was_not_taken(line: NetworkConnection, printer: socket.socket) -> None:
    while line.send(bytes(1024), SOON):
        pass
    line.close(give_up=True)
    with pytest.raises(ConnectionResetError):
        drain(printer)


def test_a_line_to_nowhere_keeps_its_bytes() -> None:
    line = DummyConnection()
    assert line.send(b"ab", SOON) == 2
    assert line.send(b"c", SOON) == 1
    assert line.receive(SOON) == b""
    line.close()
    assert line.output == b"abc"


def test_the_library_leaves_no_trace(tmp_path: Path, root: Path) -> None:
    """Loading python-escpos would leave a folder in /tmp, a handler on the root logger and a message a connection."""
    program = (
        "import logging, sys\n"
        "from printer.connect import DummyConnection, NetworkConnection, NotReached\n"
        "assert not any(name.startswith('escpos') for name in sys.modules)\n"
        "DummyConnection()\n"
        "assert logging.root.handlers == []\n"
        "logging.basicConfig(level=0, stream=sys.stdout)\n"
        "try:\n    NetworkConnection('127.0.0.1', 1, 0.5)\n"
        "except NotReached:\n    print('not reached')\n"
    )
    environment = {key: value for key, value in os.environ.items() if key != "ESCPOS_CAPABILITIES_PICKLE_DIR"}
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={**environment, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == "not reached\n"
    assert list(tmp_path.iterdir()) == []
