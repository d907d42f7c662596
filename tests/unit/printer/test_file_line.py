"""The line through a device file: pipes, pseudo terminals and ordinary files stand for /dev/usb/lp0."""

from __future__ import annotations

import os
import select
import time
import tty
from pathlib import Path

import pytest

from printer.connect import LineLost, NotReached, connection_of
from printer.line.file import FileConnection
from printer.settings import Line, PrinterSettings

SOON = 0.1


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """python-escpos would make it, and print into it for ever after."""
    with pytest.raises(NotReached):
        FileConnection(tmp_path / "lp0")
    assert list(tmp_path.iterdir()) == []


def test_an_ordinary_file_grows(tmp_path: Path) -> None:
    path = tmp_path / "slips"
    path.write_bytes(b"old ")
    line = FileConnection(path)
    assert line.send(b"new", SOON) == 3
    assert not line.readable
    begin = time.monotonic()
    assert line.receive(SOON) == b""
    assert time.monotonic() - begin >= SOON * 0.9
    line.close()
    line.close(give_up=True)
    assert path.read_bytes() == b"old new"
    with pytest.raises(LineLost):
        line.send(b"x", SOON)


def test_a_pipe_that_nobody_reads(tmp_path: Path) -> None:
    path = tmp_path / "lp0"
    os.mkfifo(path)
    with pytest.raises(NotReached):  # an ordinary opening would wait for a reader
        FileConnection(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    line = FileConnection(path)
    sent = 0
    while taken := line.send(bytes(1024), SOON):
        sent += taken
        assert sent < 1_000_000
    got = 0
    while data := _now(reader):
        got += len(data)
    assert got == sent
    os.close(reader)
    with pytest.raises(LineLost):
        line.send(b"x", SOON)
    line.close()


def _now(fd: int) -> bytes:
    try:
        return os.read(fd, 4096)
    except BlockingIOError:
        return b""


def test_a_device_answers() -> None:
    printer, other = os.openpty()
    tty.setraw(other)
    line = FileConnection(Path(os.ttyname(other)))
    assert line.readable
    assert line.send(b"\x10\x04\x01", SOON) == 3
    assert os.read(printer, 16) == b"\x10\x04\x01"
    assert line.receive(SOON) == b""
    os.write(printer, b"\x12")
    assert line.receive(5.0) == b"\x12"
    os.close(printer)
    with pytest.raises(LineLost):
        line.receive(1.0)
    with pytest.raises(LineLost):
        line.send(b"x", SOON)
    line.close()
    os.close(other)


@pytest.mark.parametrize("give_up", [False, True])
def test_what_was_given_up_does_not_come_later(give_up: bool) -> None:
    printer, other = os.openpty()
    tty.setraw(other)
    os.set_blocking(printer, False)
    line = FileConnection(Path(os.ttyname(other)))
    sent = 0
    while taken := line.send(bytes(1024), SOON):
        sent += taken
        assert sent < 1_000_000
    line.close(give_up=give_up)
    got, quiet = 0, 0
    while quiet < 3:
        ready, _, _ = select.select([printer], [], [], SOON)
        data = _now(printer) if ready else b""
        got, quiet = got + len(data), 0 if data else quiet + 1
    assert got < sent if give_up else got == sent
    os.close(printer)
    os.close(other)


def test_by_settings(tmp_path: Path) -> None:
    path = tmp_path / "slips"
    path.touch()
    line = connection_of(PrinterSettings(connection=Line.FILE, path=path, profile="blind-80"))()
    line.send(b"x", SOON)
    line.close()
    assert path.read_bytes() == b"x"


def test_no_printer_in_the_settings() -> None:
    with pytest.raises(NotReached):
        connection_of(PrinterSettings())()
