"""The line over a serial port, a pair of pseudo terminals: the other end is the printer's cable."""

from __future__ import annotations

import gc
import os
import select
import termios
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from printer.connect import LineLost, NotReached, connection_of
from printer.line.serial import SerialConnection
from printer.settings import Flow, Line, PrinterSettings

SOON = 0.15


class Cable:
    """The printer's end."""

    def __init__(self) -> None:
        self.fd, self._other = os.openpty()
        tty.setraw(self._other)
        self.path = Path(os.ttyname(self._other))

    def read(self, least: int, seconds: float = 5.0) -> bytes:
        """At least so many bytes, or what came in time."""
        until, got = time.monotonic() + seconds, b""
        while len(got) < least and (left := until - time.monotonic()) > 0:
            if select.select([self.fd], [], [], left)[0]:
                got += os.read(self.fd, 65536)
        return got

    def say(self, data: bytes) -> None:
        """The printer sends."""
        os.write(self.fd, data)

    def pull(self) -> None:
        """The cable is out."""
        for end in (self.fd, self._other):
            if end >= 0:
                os.close(end)
        self.fd = self._other = -1


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    yield cable
    cable.pull()


@pytest.fixture
def line(cable: Cable) -> Iterator[SerialConnection]:
    connection = SerialConnection(cable.path, 19200, Flow.NONE)
    yield connection
    connection.close(give_up=True)


def fill(line: SerialConnection) -> int:
    """Sends until nothing more is taken."""
    sent = 0
    while taken := line.send(bytes(1024), SOON):
        sent += taken
        assert sent < 1_000_000
    return sent


def test_bytes_arrive_as_they_are(cable: Cable, line: SerialConnection) -> None:
    everything = bytes(range(256))
    assert line.send(everything, SOON) == 256
    assert cable.read(256) == everything
    cable.say(b"\x12\x00\x11\x13\x7f")
    assert line.receive(1.0) == b"\x12\x00\x11\x13\x7f"


def test_an_answer_does_not_wait_for_more(cable: Cable, line: SerialConnection) -> None:
    """The library reads sixteen bytes or its whole time."""
    cable.say(b"\x12")
    begin = time.monotonic()
    assert line.receive(5.0) == b"\x12"
    assert time.monotonic() - begin < 1.0


def test_silence_costs_no_more_than_it_may(line: SerialConnection) -> None:
    begin = time.monotonic()
    assert line.receive(SOON) == b""
    assert SOON * 0.9 < time.monotonic() - begin < SOON + 1.0


def test_a_printer_that_takes_nothing_stops_nobody(cable: Cable, line: SerialConnection) -> None:
    """pyserial would wait for ever, or tell nobody how much went out before its time was up."""
    sent = fill(line)
    assert len(cable.read(sent, 2.0)) == sent


def test_closing_does_not_wait_for_a_printer_that_takes_nothing(cable: Cable, line: SerialConnection) -> None:
    fill(line)
    begin = time.monotonic()
    line.close()
    line.close(give_up=True)
    gc.collect()
    assert time.monotonic() - begin < 15.0, "the kernel would wait for half a minute"
    with pytest.raises(LineLost):
        line.send(b"x", SOON)
    with pytest.raises(LineLost):
        line.receive(SOON)


def test_one_program_at_a_time(cable: Cable, line: SerialConnection) -> None:
    with pytest.raises(NotReached, match="lock"):
        SerialConnection(cable.path, 19200, Flow.NONE)
    line.close(give_up=True)
    SerialConnection(cable.path, 19200, Flow.NONE).close(give_up=True)


def test_the_cable_is_pulled(cable: Cable, line: SerialConnection) -> None:
    cable.pull()
    with pytest.raises(LineLost):
        line.receive(1.0)
    with pytest.raises(LineLost):
        line.send(b"x", 1.0)
    line.close()


@pytest.mark.parametrize("what", ["missing", "a folder", "a file"])
def test_what_is_no_port_is_not_reached(tmp_path: Path, what: str) -> None:
    path = tmp_path / "port"
    if what == "a folder":
        path.mkdir()
    elif what == "a file":
        path.write_bytes(b"")
    with pytest.raises(NotReached):
        SerialConnection(path, 9600, Flow.NONE)
    assert what != "missing" or not path.exists()


def test_the_port_is_set_up_raw_at_its_speed(cable: Cable) -> None:
    line = SerialConnection(cable.path, 38400, Flow.NONE)
    incoming, outgoing, control, local, speed, *_ = termios.tcgetattr(cable.fd)
    line.close()
    assert speed == termios.B38400
    assert control & termios.CSIZE == termios.CS8
    assert not control & (termios.PARENB | termios.CSTOPB)
    assert not outgoing & termios.OPOST
    assert not local & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert not incoming & (termios.IXON | termios.IXOFF)


@pytest.mark.parametrize("flow", [Flow.NONE, Flow.RTS, Flow.XON])
def test_a_break_is_no_byte_that_a_printer_says(cable: Cable, flow: Flow) -> None:
    """It comes as FF 00 00; without this mark it would be a NUL, which is what a printer with paper answers."""
    line = SerialConnection(cable.path, 19200, flow)
    incoming = termios.tcgetattr(cable.fd)[0]
    assert incoming & termios.PARMRK
    assert not incoming & (termios.IGNBRK | termios.BRKINT | termios.IGNPAR)
    cable.say(b"\x12\xff")
    assert line.receive(5.0) == b"\x12\xff\xff"
    line.close()


def test_xon_is_obeyed_and_never_sent(cable: Cable) -> None:
    line = SerialConnection(cable.path, 19200, Flow.XON)
    incoming = termios.tcgetattr(cable.fd)[0]
    assert incoming & termios.IXON
    assert not incoming & termios.IXOFF  # a 0x13 of ours would be dots
    cable.say(b"\x13")
    until = time.monotonic() + 5
    while line.send(b"x", 0.02) and time.monotonic() < until:
        pass
    assert line.send(b"x", SOON) == 0
    cable.say(b"\x11")
    assert line.send(b"y", 5.0) == 1
    assert cable.read(1_000_000, SOON).endswith(b"y")
    line.close()


def test_dtr_is_looked_at_before_every_few_bytes(cable: Cable) -> None:
    """Linux has no DTR/DSR flow control: what is sent to a busy printer would be lost."""
    ready = threading.Event()
    line = SerialConnection(cable.path, 19200, Flow.DTR, dsr=ready.is_set)
    assert line.send(bytes(1024), SOON) == 0
    ready.set()
    assert line.send(bytes(1024), SOON) == 64
    threading.Timer(0.1, ready.set).start()
    ready.clear()
    assert line.send(b"z", 5.0) == 1
    assert cable.read(65) == bytes(64) + b"z"
    line.close()


def test_a_port_without_dsr_is_not_taken_for_one(cable: Cable) -> None:
    """A pseudo terminal has no such line; neither has an adapter with three wires."""
    with pytest.raises(NotReached):
        SerialConnection(cable.path, 19200, Flow.DTR)


def test_by_settings(cable: Cable) -> None:
    settings = PrinterSettings(connection=Line.SERIAL, path=cable.path, baud=9600, flow=Flow.NONE)
    line = connection_of(settings)()
    line.send(b"hello", SOON)
    line.close()
    assert cable.read(5) == b"hello"
