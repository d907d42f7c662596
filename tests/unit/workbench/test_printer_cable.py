"""The printer on a serial line, behind a file, and at USB."""

from __future__ import annotations

import errno
import os
import select
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from workbench.printer.cable import FilePrinter, SerialPrinter
from workbench.printer.machine import PrinterModel
from workbench.printer.usb import Unplugged, UsbPrinter

ID = b"\x1d(H\x06\x0000A001"
DONE = b"\x37\x22A001\x00"
EOT = b"".join(bytes((0x10, 0x04, n)) for n in (1, 2, 3, 4))
SMALL = PrinterModel(receive_buffer=2_048)


class Cable:
    """The host's end of a device file."""

    def __init__(self, path: Path, mode: int = os.O_RDWR) -> None:
        self.fd = os.open(path, mode | os.O_NONBLOCK | os.O_NOCTTY)

    def send(self, data: bytes, seconds: float = 5.0) -> int:
        """How many bytes went in before nothing was taken for so long."""
        sent = 0
        while sent < len(data) and select.select([], [self.fd], [], seconds)[1]:
            sent += os.write(self.fd, data[sent : sent + 1_024])
        return sent

    def read(self, count: int, seconds: float = 5.0) -> bytes:
        got = b""
        while len(got) < count and select.select([self.fd], [], [], seconds)[0]:
            got += os.read(self.fd, count - len(got))
        return got

    def close(self) -> None:
        os.close(self.fd)


@pytest.fixture
def serial() -> Iterator[SerialPrinter]:
    with SerialPrinter(SMALL) as printer:
        yield printer


@pytest.fixture
def cable(serial: SerialPrinter) -> Iterator[Cable]:
    cable = Cable(serial.path)
    yield cable
    cable.close()


def heights(printer: SerialPrinter | FilePrinter | UsbPrinter, count: int) -> list[int]:
    return [paper.sheet.height for paper in printer.wait_for_papers(count)]


def test_a_slip_on_a_serial_line(serial: SerialPrinter, cable: Cable, job: bytes) -> None:
    cable.send(EOT)
    assert cable.read(4).hex() == "12121212"
    assert cable.send(job + ID) == len(job + ID)
    assert cable.read(7) == DONE
    assert heights(serial, 1) == [532]
    assert serial.papers[0].sheet.unknown == ()


def test_every_byte_reaches_a_serial_printer_as_it_is(serial: SerialPrinter, cable: Cable) -> None:
    """No line discipline in between: control characters, ends of lines and bytes above 0x7f stay what they are."""
    rows = np.arange(256, dtype=np.uint8).repeat(9)[: 31 * 72]
    cable.send(b"\x1b@\x1dv0\x00\x48\x00\x1f\x00" + rows.tobytes() + b"\x1dV\x00" + ID)
    assert cable.read(7) == DONE
    (paper,) = serial.papers
    assert np.packbits(paper.sheet.dots[:31], axis=1).tobytes() == rows.tobytes()


def test_a_serial_printer_that_takes_nothing_is_felt(serial: SerialPrinter, cable: Cable, job: bytes) -> None:
    serial.fail("stall")
    assert 0 < cable.send(job, 0.1) < len(job)
    assert serial.state.received == 0


def test_paper_out_in_mid_slip_prints_the_rest_by_itself(serial: SerialPrinter, job: bytes) -> None:
    serial.fail("paper_out", at=len(job) - 1_000)
    first = Cable(serial.path)
    first.send(job)
    serial.wait_for(lambda state: not state.online)
    first.close()
    serial.wait_for(lambda state: not state.connected)
    assert serial.state.sheets_cut == 0
    serial.clear()
    assert heights(serial, 1) == [532]


def test_an_adapter_pulled_out_is_gone_for_who_had_it_and_back_under_its_name(
    serial: SerialPrinter, cable: Cable, job: bytes
) -> None:
    name = serial.path
    serial.fail("reset", at=5_000)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        cable.send(job * 100)
    assert serial.path == name
    again = Cable(name)
    again.send(EOT)
    assert again.read(4).hex() == "12121212"
    again.close()


def test_a_name_of_ones_own_for_the_line(tmp_path: Path) -> None:
    link = tmp_path / "ttyPRN"
    with SerialPrinter(path=link) as printer:
        assert printer.path == link
        assert link.is_symlink()
    assert not link.is_symlink()


def test_a_device_file_without_a_way_back(tmp_path: Path, job: bytes) -> None:
    path = tmp_path / "lp0"
    with FilePrinter(path, SMALL) as printer:
        cable = Cable(path, os.O_WRONLY)
        assert cable.send(EOT + job + ID) == len(EOT + job + ID)
        assert heights(printer, 1) == [532]
        cable.close()
        printer.wait_for(lambda state: not state.connected)
        printer.fail("reset", at=4_000)
        cable = Cable(path, os.O_WRONLY)
        with pytest.raises(BrokenPipeError):
            cable.send(job * 100)
        cable.close()
        printer.power_cycle()
        hanging = printer.strip.height
        again = Cable(path, os.O_WRONLY)
        again.send(job)
        assert heights(printer, 2)[-1] == hanging + 532
        again.close()
    assert not path.exists()


def test_a_plain_file_is_printed_and_what_is_added_to_it(tmp_path: Path, job: bytes) -> None:
    path = tmp_path / "slip.bin"
    path.write_bytes(job)
    with FilePrinter(path) as printer:
        assert heights(printer, 1) == [532]
        with path.open("ab") as file:
            file.write(job)
        assert heights(printer, 2) == [532, 532]
    assert path.read_bytes() == job + job


@pytest.fixture
def usb() -> Iterator[UsbPrinter]:
    with UsbPrinter(SMALL) as printer:
        yield printer


def test_a_slip_over_usb(usb: UsbPrinter, job: bytes) -> None:
    address = usb.address
    assert usb.claim(address)
    assert not usb.claim(address), "somebody has it already"
    assert usb.bulk_out(address, EOT, 1.0) == len(EOT)
    said = b""
    while len(said) < 4:
        said += usb.bulk_in(address, 64, 1.0)
    assert said.hex() == "12121212"
    assert usb.bulk_in(address, 64, 0.02) == b""
    assert usb.bulk_out(address, job + ID, 5.0) == len(job + ID)
    assert usb.bulk_in(address, 64, 5.0) == DONE
    usb.release(address)
    assert heights(usb, 1) == [532]


def test_usb_that_takes_nothing_says_how_much_it_took(usb: UsbPrinter, job: bytes) -> None:
    usb.fail("stall", at=700)
    address = usb.address
    usb.claim(address)
    began = time.monotonic()
    assert usb.bulk_out(address, job, 0.1) == 700
    assert usb.bulk_out(address, job, 0.1) == 0
    assert 0.2 <= time.monotonic() - began < 2.0


def test_a_cable_pulled_out_ends_every_call_and_comes_back_elsewhere(usb: UsbPrinter, job: bytes) -> None:
    old = usb.address
    usb.claim(old)
    usb.fail("reset", at=5_000)
    with pytest.raises(Unplugged):
        usb.bulk_out(old, job, 5.0)
    assert usb.state.received == 5_000
    with pytest.raises(Unplugged):
        usb.bulk_in(old, 64, 1.0)
    assert usb.address != old
    assert usb.claim(usb.address)


def test_who_waits_for_an_answer_is_not_left_waiting_when_the_printer_goes(usb: UsbPrinter) -> None:
    address = usb.address
    usb.claim(address)
    raised = threading.Event()

    def wait() -> None:
        with pytest.raises(Unplugged):
            usb.bulk_in(address, 64, 30.0)
        raised.set()

    thread = threading.Thread(target=wait)
    thread.start()
    usb.power_cycle()
    assert raised.wait(5.0)
    thread.join()
