"""Printers at every kind of line, and papers that tell which slip they are; no fonts, so that thousands can be made."""

from __future__ import annotations

import contextlib
import errno
import re
import struct
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
import usb.backend
import usb.core
from numpy.typing import NDArray

from domain.events import JobState, SlipFinished
from domain.paper import WIDTH_80, Dots
from domain.slip import Masthead, Paragraph, Slip
from printer.connect import Connect, connection_of
from printer.job import encode
from printer.profiles import PROFILES
from printer.raster import harmless
from printer.settings import Flow, Line, PrinterSettings
from tests.unit.printer.samples import black, dots_of
from workbench.escpos import Sheet, decode
from workbench.printer.cable import FilePrinter, SerialPrinter
from workbench.printer.machine import PrinterModel
from workbench.printer.network import VirtualPrinter
from workbench.printer.running import RunningPrinter
from workbench.printer.usb import PACKET, PIPE_IN, PIPE_OUT, PRODUCT, SERIAL, VENDOR, Unplugged, UsbPrinter

QUICK = PrinterSettings(
    connect_seconds=2.0,
    status_seconds=1.0,
    stall_seconds=0.4,
    confirm_seconds=0.8,
    settle_seconds=0.1,
    quiet_seconds=0.03,
    watch_seconds=0.05,
    poll_seconds=60.0,
    slips_a_session=1_000_000,
)
KINDS = ("network", "serial", "usb", "device", "pipe")
"""`device`: a device file with a way back; `pipe`: one without."""
CHIP = PrinterModel(receive_buffer=2_048)

_BITS = 32
_CELL = 16
"""Dots a bit of the number, each way."""


class Papers:
    """A port `SlipPreview` whose papers carry the slip's number in their first rows and noise below."""

    def __init__(self, rows: int = 160) -> None:
        self._rows = rows

    def render(self, slip: Slip) -> Dots:
        return drawn(number_of(slip), self._rows)


_WORDS: Final = tuple(f"第 {line} 行：材料带齐了再来，少跑一趟；窗口说了算。" for line in range(1, 25))


def slip(number: int) -> Slip:
    """Slip `number`; what stands below its head only a printer with characters of its own puts on paper."""
    return Slip((Masthead("办事明白纸", f"{number}"), *(Paragraph(words) for words in _WORDS)))


@lru_cache(maxsize=16)
def written(number: int) -> tuple[str, ...]:
    """The lines of slip `number` in the printer's own characters."""
    (sheet,) = decode(encode(slip(number), Papers().render, PROFILES["text-80"]).data, WIDTH_80)
    return tuple(line.text for line in sheet.text)


def number_of(slip: Slip) -> int:
    head = slip.blocks[0]
    assert isinstance(head, Masthead)
    return int(head.number)


@lru_cache(maxsize=16)
def drawn(number: int, rows: int) -> Dots:
    """The paper of slip `number`, a black line above it so that its first row is known."""
    picture = np.random.default_rng(number).random((rows, WIDTH_80)) < 0.2
    picture[: _CELL + 2] = False
    picture[0] = True
    for bit in range(_BITS):
        if number >> bit & 1:
            picture[2 : 2 + _CELL, bit * _CELL : (bit + 1) * _CELL] = True
    picture[2 : 2 + _CELL, _BITS * _CELL :] = True
    return harmless(dots_of(picture))


def numbers_on(sheet: Sheet) -> list[int]:
    """Of every slip whose head is on the sheet, whole or not, its number."""
    if sheet.text:
        heads = (re.fullmatch(r"办事明白纸 +(\d+)", line.text) for line in sheet.text)
        return [int(head[1]) for head in heads if head]
    dots = sheet.dots
    tops = np.flatnonzero(dots.all(axis=1))
    found = []
    for top in tops:
        cells = dots[top + 2 : top + 2 + _CELL]
        if len(cells) == _CELL and cells[:, _BITS * _CELL :].all():
            bits = cells[_CELL // 2, _CELL // 2 : _BITS * _CELL : _CELL]
            found.append(sum(1 << place for place, bit in enumerate(bits) if bit))
    return found


def is_whole(sheet: Sheet, number: int, rows: int = 160) -> bool:
    """Whether the sheet is slip `number`, all of it and nothing else."""
    if sheet.text:
        return tuple(line.text for line in sheet.text) == written(number) and not sheet.unknown
    expected = black(drawn(number, rows))
    dots: NDArray[np.bool_] = sheet.dots
    return bool(np.array_equal(dots[: len(expected)], expected)) and not dots[len(expected) :].any()


@dataclass
class Tally:
    """What the tray holds against what was told; raises `AssertionError` where a rule is broken.

    `answers`: whether the line has a way back. Without one nobody knows that a slip broke off in the printer, and the
    next one comes out below what there is of it.
    """

    rows: int = 160
    answers: bool = True

    def __post_init__(self) -> None:
        self.cuts: Counter[int] = Counter()
        self.whole: set[int] = set()

    def look(self, printer: RunningPrinter) -> None:
        """Takes the paper away and adds it up."""
        for paper in printer.take_paper():
            numbers = numbers_on(paper.sheet)
            assert len(numbers) <= 1 or not self.answers, f"slips {numbers} on one sheet"
            for number in numbers:
                self.cuts[number] += 1
                if is_whole(paper.sheet, number, self.rows):
                    self.whole.add(number)

    def check(self, number: int, state: JobState) -> None:
        """The rule: CONFIRMED lies in the tray, NOT_SENT does not, and nothing lies there twice."""
        assert self.cuts[number] <= 1, f"slip {number} came out {self.cuts[number]} times"
        if state is JobState.CONFIRMED:
            assert number in self.whole, f"slip {number} is confirmed and does not lie there whole"
        if state is JobState.NOT_SENT:
            assert not self.cuts[number], f"slip {number} was not sent and lies there"


def job_bytes(settings: PrinterSettings, rows: int = 160) -> int:
    """Length of a job."""
    return len(encode(slip(1), Papers(rows).render, settings.device).data)


def sheet_mm(settings: PrinterSettings, rows: int = 160) -> float:
    """Length of its paper."""
    return encode(slip(1), Papers(rows).render, settings.device).millimetres


@contextlib.contextmanager
def plugged(
    kind: str, folder: Path, model: PrinterModel = CHIP, settings: PrinterSettings = QUICK
) -> Iterator[tuple[RunningPrinter, PrinterSettings, Connect]]:
    """A printer at a line of that kind, the settings that reach it, and how it is opened."""
    backend = None
    printer: RunningPrinter
    match kind:
        case "network":
            with VirtualPrinter(model) as printer:
                settings = replace(settings, host="127.0.0.1", port=printer.port)
                yield printer, settings, connection_of(settings)
        case "serial" | "device":
            with SerialPrinter(model, path=folder / "tty") as printer:
                line = Line.SERIAL if kind == "serial" else Line.FILE
                settings = replace(settings, connection=line, path=printer.path, baud=115200, flow=Flow.NONE)
                yield printer, settings, connection_of(settings)
        case "usb":
            with UsbPrinter(model) as printer:
                settings = replace(settings, connection=Line.USB, vendor=VENDOR, product=PRODUCT)
                backend = Backend(printer)
                yield printer, settings, connection_of(settings, usb_backend=backend)
        case "pipe":
            with FilePrinter(folder / "lp0", model) as printer:
                settings = replace(settings, connection=Line.FILE, path=printer.path, profile="blind-80")
                yield printer, settings, connection_of(settings)
        case _:
            raise ValueError(kind)


class Backend(usb.backend.IBackend):  # type: ignore[misc]
    """The seam of pyusb behind which libusb usually is: one device on the bus, a printer of the workbench.

    `opened` and `claimed` count what was not given back.
    """

    def __init__(self, printer: UsbPrinter) -> None:
        self._printer = printer
        self.opened = 0
        self.claimed = 0

    def enumerate_devices(self) -> Iterator[int]:
        with contextlib.suppress(Unplugged):
            yield self._printer.address

    def get_device_descriptor(self, dev: int) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=VENDOR, idProduct=PRODUCT, bcdDevice=0x0100, iManufacturer=0, iProduct=0,
            iSerialNumber=1, bNumConfigurations=1, address=dev, bus=1, port_number=1, port_numbers=(1,), speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: int, config: int) -> Any:
        if config:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=1, extra_descriptors=b"",
        )  # fmt: skip

    def get_interface_descriptor(self, dev: int, intf: int, alt: int, config: int) -> Any:
        if intf or alt or config:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2, bInterfaceClass=7,
            bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0, extra_descriptors=b"",
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: int, ep: int, intf: int, alt: int, config: int) -> Any:
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(PIPE_OUT, PIPE_IN)[ep], bmAttributes=2,
            wMaxPacketSize=PACKET, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=b"",
        )  # fmt: skip

    def open_device(self, dev: int) -> int:
        self.opened += 1
        return dev

    def close_device(self, dev_handle: int) -> None:
        self.opened -= 1
        self._printer.release(dev_handle)

    def get_configuration(self, dev_handle: int) -> int:
        self._there(dev_handle)
        return 1

    def set_configuration(self, dev_handle: int, config_value: int) -> None:
        self._there(dev_handle)

    def set_interface_altsetting(self, dev_handle: int, intf: int, altsetting: int) -> None:
        self._there(dev_handle)

    def claim_interface(self, dev_handle: int, intf: int) -> None:
        with _as_usb():
            if not self._printer.claim(dev_handle):
                raise usb.core.USBError("Resource busy", None, errno.EBUSY)
        self.claimed += 1

    def release_interface(self, dev_handle: int, intf: int) -> None:
        self.claimed -= 1
        self._printer.release(dev_handle)

    def bulk_write(self, dev_handle: int, ep: int, intf: int, data: array[int], timeout: int) -> int:
        assert ep == PIPE_OUT
        with _as_usb():
            taken = self._printer.bulk_out(dev_handle, data.tobytes(), timeout / 1000)
        if not taken:
            raise usb.core.USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT)
        return taken

    def bulk_read(self, dev_handle: int, ep: int, intf: int, buff: array[int], timeout: int) -> int:
        assert ep == PIPE_IN
        with _as_usb():
            said = self._printer.bulk_in(dev_handle, len(buff), timeout / 1000)
        if not said:
            raise usb.core.USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT)
        buff[: len(said)] = array("B", said)
        return len(said)

    def ctrl_transfer(
        self,
        dev_handle: int,
        bmRequestType: int,
        bRequest: int,
        wValue: int,
        wIndex: int,
        data: array[int],
        timeout: int,
    ) -> int:
        """String descriptors: the languages there are, and the serial number."""
        self._there(dev_handle)
        if (bmRequestType, bRequest) != (0x80, 0x06) or wValue not in (0x0300, 0x0301):
            raise usb.core.USBError("Pipe error", None, errno.EPIPE)
        text = struct.pack("<H", 0x0409) if wValue == 0x0300 else SERIAL.encode("utf-16-le")
        answer = (bytes((2 + len(text), 3)) + text)[: len(data)]
        data[: len(answer)] = array("B", answer)
        return len(answer)

    def clear_halt(self, dev_handle: int, ep: int) -> None:
        self._there(dev_handle)

    def reset_device(self, dev_handle: int) -> None:
        raise AssertionError("a reset cuts a slip short that is still being printed")

    def is_kernel_driver_active(self, dev_handle: int, intf: int) -> bool:
        self._there(dev_handle)
        return False

    def _there(self, dev_handle: int) -> None:
        with _as_usb():
            if dev_handle != self._printer.address:
                raise Unplugged


@contextlib.contextmanager
def _as_usb() -> Iterator[None]:
    try:
        yield
    except Unplugged as error:
        raise usb.core.USBError("No such device", None, errno.ENODEV) from error


def settled(printer: RunningPrinter, timeout: float = 10.0) -> None:
    """Waits until the line is empty and everything that was taken is on paper."""
    printer.wait_for(lambda state: not state.connected and state.buffered == 0, timeout)


__all__ = [
    "KINDS",
    "QUICK",
    "Backend",
    "Papers",
    "SlipFinished",
    "Tally",
    "job_bytes",
    "plugged",
    "settled",
    "sheet_mm",
    "slip",
]
