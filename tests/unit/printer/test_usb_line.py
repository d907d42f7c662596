"""The line over USB, on a bus in memory at pyusb's own seam: what is taken, and what python-escpos would do wrong."""

from __future__ import annotations

import gc
import time

import pytest

from printer.connect import LineLost, NotReached, connection_of
from printer.line.usb import UsbConnection
from printer.settings import Line, PrinterSettings
from tests.unit.printer.usb_bus import Bus, EndPoint, Interface, Plugged


def opened(
    bus: Bus, vendor: int | None = 0x04B8, product: int | None = 0x0202, serial: str | None = None
) -> UsbConnection:
    return UsbConnection(vendor, product, serial, backend=bus)


def test_bytes_go_to_the_end_points_that_the_device_describes() -> None:
    printer = Plugged(says=[b"\x12"])
    line = opened(Bus(printer))
    assert line.send(b"\x1b@hello", 1.0) == 7
    assert (bytes(printer.got), printer.wrote_to) == (b"\x1b@hello", {0x03})  # the library would write to 0x01
    assert line.receive(1.0) == b"\x12"
    line.close()


def test_no_reset_and_no_new_configuration_at_opening() -> None:
    printer = Plugged()
    opened(Bus(printer)).close()
    assert (printer.resets, printer.set_configurations) == (0, 0)
    fresh = Plugged(configured=False)
    opened(Bus(fresh)).close()
    assert (fresh.resets, fresh.set_configurations) == (0, 1)


def test_the_drivers_interface_is_given_back() -> None:
    printer = Plugged()
    line = opened(Bus(printer))
    assert printer.kernel == set()
    assert list(printer.claimed) == [0]
    line.close()
    line.close()
    assert printer.kernel == {0}
    assert printer.claimed == {}


def test_without_a_driver_none_is_put_there() -> None:
    printer = Plugged(kernel=set())
    opened(Bus(printer)).close()
    assert printer.kernel == set()


def test_what_it_did_not_take_is_told() -> None:
    printer = Plugged(takes=5)
    line = opened(Bus(printer))
    assert line.send(b"12345678", 0.2) == 5
    assert line.send(b"678", 0.2) == 0
    assert bytes(printer.got) == b"12345"
    line.close()


def test_no_transfer_may_last_for_ever() -> None:
    bus = Bus(Plugged())
    line = opened(bus)
    line.send(b"x", 0.0)
    line.receive(0.0)
    line.send(b"x", 2.5)
    assert bus.timeouts == [1, 1, 2500]
    line.close()


def test_silence_is_no_answer_and_no_fault() -> None:
    line = opened(Bus(Plugged(says=[b"", b"", b"\x16"])))
    assert line.receive(1.0) == b"\x16"  # empty packets are not an answer
    assert line.receive(0.01) == b""
    line.close()


def test_a_long_answer_does_not_overflow() -> None:
    line = opened(Bus(Plugged(says=[bytes(512)])))
    assert len(line.receive(1.0)) == 512
    line.close()


def test_pulled_out_and_put_in_again() -> None:
    printer = Plugged()
    bus = Bus(printer)
    line = opened(bus)
    printer.present = False
    with pytest.raises(LineLost, match="No such device"):
        line.send(b"x", 1.0)
    with pytest.raises(LineLost):
        line.receive(1.0)
    line.close()
    with pytest.raises(NotReached, match="no such device"):
        opened(bus)
    bus.devices = [again := Plugged()]
    line = opened(bus)
    assert line.send(b"x", 1.0) == 1
    line.close()
    assert bytes(again.got) == b"x"


def test_a_stalled_end_point_is_cleared_for_the_next_line() -> None:
    printer = Plugged(stalls=True)
    line = opened(Bus(printer))
    with pytest.raises(LineLost, match="Pipe error"):
        line.send(b"x", 1.0)
    assert printer.halts_cleared == [0x03]
    line.close()


def test_found_by_serial_number() -> None:
    left, right = Plugged(serial="L"), Plugged(serial="R")
    line = opened(Bus(left, right), serial="R")
    line.send(b"x", 1.0)
    line.close()
    assert (bytes(left.got), bytes(right.got)) == (b"", b"x")
    with pytest.raises(NotReached):
        opened(Bus(left, right), serial="X")


def test_two_that_fit_are_one_too_many() -> None:
    with pytest.raises(NotReached, match="several printers fit"):
        opened(Bus(Plugged(serial="L"), Plugged(serial="R")))


def test_without_ids_what_calls_itself_a_printer_is_taken() -> None:
    scanner = Plugged(vendor=1, product=2, interfaces=[Interface(0, [EndPoint(0x01)], kind=3)])
    printer = Plugged(vendor=3, product=4)
    line = opened(Bus(scanner, printer), None, None)
    line.send(b"x", 1.0)
    line.close()
    assert (bytes(scanner.got), bytes(printer.got)) == (b"", b"x")
    with pytest.raises(NotReached):
        opened(Bus(scanner), None, None)


def test_the_interface_that_prints_among_others() -> None:
    """A printer with a vendor's own interface first, and one that speaks both ways as an alternate setting."""
    printer = Plugged(
        interfaces=[
            Interface(0, [EndPoint(0x01), EndPoint(0x81)], kind=255),
            Interface(1, [EndPoint(0x02)]),
            Interface(1, [EndPoint(0x02), EndPoint(0x82)], alternate=1),
        ],
        kernel={1},
        says=[b"\x12"],
    )
    line = opened(Bus(printer))
    assert (list(printer.claimed), printer.alternate) == ([1], 1)
    assert (line.send(b"x", 1.0), printer.wrote_to, line.receive(1.0)) == (1, {0x02}, b"\x12")
    line.close()
    assert printer.kernel == {1}


def test_a_device_of_which_nothing_comes_back() -> None:
    line = opened(Bus(Plugged(interfaces=[Interface(0, [EndPoint(0x02)])])))
    begin = time.monotonic()
    assert line.receive(0.05) == b""
    assert time.monotonic() - begin >= 0.05
    line.close()


def test_a_device_that_cannot_print_is_given_back() -> None:
    device = Plugged(interfaces=[Interface(0, [EndPoint(0x81, attributes=3)])])
    with pytest.raises(NotReached, match="no interface that prints"):
        opened(Bus(device))
    assert (device.claimed, device.kernel) == ({}, {0})


def test_somebody_else_has_it() -> None:
    printer = Plugged()
    bus = Bus(printer)
    first = opened(bus)
    with pytest.raises(NotReached, match="another program"):
        opened(bus)
    assert first.send(b"x", 1.0) == 1
    first.close()


def test_an_account_that_may_not() -> None:
    with pytest.raises(NotReached, match="udev"):
        opened(Bus(Plugged(allowed=False)))


def test_a_closed_line_says_so() -> None:
    line = opened(Bus(Plugged()))
    line.close(give_up=True)
    with pytest.raises(LineLost):
        line.send(b"x", 1.0)
    del line
    gc.collect()  # the library closes once more when it is thrown away


def test_by_settings() -> None:
    printer = Plugged()
    settings = PrinterSettings(connection=Line.USB, vendor=0x04B8, product=0x0202, usb_serial="A1")
    line = connection_of(settings, usb_backend=Bus(printer))()
    line.send(b"x", 1.0)
    line.close()
    assert bytes(printer.got) == b"x"
