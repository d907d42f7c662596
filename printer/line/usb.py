"""A printer at USB, spoken to by way of libusb.

The kernel's own printer driver (usblp) is put aside while a line is open and gets its interface back afterwards.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import time
from typing import Any, Final

from printer.line import LineLost, NotReached
from printer.line.library import library

_log = logging.getLogger(__name__)

_PRINTER_CLASS: Final = 7
_BULK: Final = 2
_TYPE: Final = 0x03
_PACKET: Final = 512
"""Bytes. Reading is asked for in whole packets of the largest size: less, and a longer answer is an overflow."""
_PAUSE: Final = 0.005
"""Seconds between two questions to a printer that answers at once that it has nothing to say."""


class UsbConnection:
    """The printer `vendor`:`product` with serial number `serial`; what is None is not looked at.

    With no vendor any device that calls itself a printer is taken, which must be the only one. `backend`: of pyusb,
    None for its own. Raises `NotReached` when there is none or several, when another program has it, or when this one
    may not open it. There is no reset at opening: a slip that is still being printed comes out whole.

    The end points are those that the device describes. Every opening looks for the device anew, so that one that was
    unplugged is found again at whatever port it comes back.
    """

    def __init__(
        self,
        vendor: int | None = None,
        product: int | None = None,
        serial: str | None = None,
        *,
        backend: Any = None,
    ) -> None:
        import usb.core

        self._errors: tuple[type[Exception], ...] = (usb.core.USBError,)
        self._timeout: type[Exception] = usb.core.USBTimeoutError
        self._name = _name(vendor, product, serial)
        self._claimed = self._driver_aside = False
        escpos = library()
        fitting = _Fitting(vendor, product, serial)
        arguments: dict[str, Any] = {"custom_match": fitting}
        if backend is not None:
            arguments["backend"] = backend
        self._printer = escpos.usb(usb_args=arguments)
        self._device: Any = None
        try:
            if fitting.more_than_one(arguments):
                raise NotReached(f"{self._name}: several printers fit; set printer.vendor, product and usb_serial")
            self._printer.open()
            self._device = self._printer.device
            self._take()
        except (escpos.not_found, usb.core.NoBackendError, OSError) as error:
            self.close()
            raise NotReached(f"{self._name}: {_why(error)}") from error
        except BaseException:
            self.close()
            raise

    def _take(self) -> None:
        """Claims the interface that prints. Raises `NotReached` when the device has none, `OSError` (USBError)."""
        import usb.util

        device = self._device
        try:
            configuration = device.get_active_configuration()
        except self._errors:
            device.set_configuration()  # only where it has none: it would reset a printer at work
            configuration = device.get_active_configuration()
        interface = _printing(configuration)
        if interface is None:
            raise NotReached(f"{self._name}: no interface that prints")
        self._number = interface.bInterfaceNumber
        with contextlib.suppress(NotImplementedError):
            if device.is_kernel_driver_active(self._number):
                device.detach_kernel_driver(self._number)
                self._driver_aside = True
        usb.util.claim_interface(device, self._number)
        self._claimed = True
        if interface.bAlternateSetting:
            interface.set_altsetting()
        self._out = _end_point(interface, inward=False)
        self._in = _end_point(interface, inward=True)

    def send(self, data: bytes, seconds: float) -> int:
        try:
            return int(self._open().write(self._out.bEndpointAddress, data, _milliseconds(seconds)))
        except self._timeout:
            return 0
        except self._errors as error:
            self._clear_halt(error, self._out)
            raise LineLost(f"{self._name}: {_why(error)}") from error

    def receive(self, seconds: float) -> bytes:
        until = time.monotonic() + seconds
        device = self._open()
        while True:
            left = until - time.monotonic()
            if self._in is None:
                time.sleep(max(0.0, left))
                return b""
            try:
                data = device.read(self._in.bEndpointAddress, _PACKET, _milliseconds(left))
            except self._timeout:
                return b""
            except self._errors as error:
                self._clear_halt(error, self._in)
                raise LineLost(f"{self._name}: {_why(error)}") from error
            if len(data):
                return bytes(data)
            if left <= _PAUSE:
                return b""
            time.sleep(_PAUSE)

    def close(self, *, give_up: bool = False) -> None:
        import usb.util

        device, self._device = self._device, None
        if device is not None:
            with contextlib.suppress(*self._errors):
                if self._claimed:
                    usb.util.release_interface(device, self._number)
            if self._driver_aside:
                with contextlib.suppress(*self._errors, NotImplementedError):
                    device.attach_kernel_driver(self._number)
        with contextlib.suppress(*self._errors):
            self._printer.close()
        self._claimed = self._driver_aside = False

    def _open(self) -> Any:
        if self._device is None:
            raise LineLost(f"{self._name}: closed")
        return self._device

    def _clear_halt(self, error: Exception, end_point: Any) -> None:
        """A stalled end point stays stalled for the next line, too, unless it is told."""
        if getattr(error, "errno", None) == errno.EPIPE:
            with contextlib.suppress(*self._errors, NotImplementedError):
                self._device.clear_halt(end_point.bEndpointAddress)


class _Fitting:
    """Which devices may be meant; the answer for pyusb's `custom_match`."""

    def __init__(self, vendor: int | None, product: int | None, serial: str | None) -> None:
        self._ids = ((vendor, "idVendor"), (product, "idProduct"))
        self._named = vendor is not None
        self._serial = serial

    def __call__(self, device: Any) -> bool:
        if any(wanted is not None and getattr(device, field) != wanted for wanted, field in self._ids):
            return False
        if not self._named and not _calls_itself_printer(device):
            return False
        return self._serial is None or _serial_of(device) == self._serial

    def more_than_one(self, arguments: dict[str, Any]) -> bool:
        """Whether several devices fit: then none is taken, rather than somebody else's label printer."""
        import usb.core

        found = list(usb.core.find(find_all=True, **arguments))
        return len(found) > 1


def _calls_itself_printer(device: Any) -> bool:
    return any(interface.bInterfaceClass == _PRINTER_CLASS for each in device for interface in each)


def _serial_of(device: Any) -> str | None:
    """What the device says; None when it has no serial number or this program may not ask."""
    import usb.core

    try:
        number = device.serial_number
    except (usb.core.USBError, ValueError):
        _log.debug("a USB device does not tell its serial number")
        return None
    return None if number is None else str(number)


def _printing(configuration: Any) -> Any:
    """The interface that prints: of the printer class and with an end point back where there is one."""
    usable = [each for each in configuration if _end_point(each, inward=False) is not None]
    return max(
        usable,
        key=lambda each: (each.bInterfaceClass == _PRINTER_CLASS, _end_point(each, inward=True) is not None),
        default=None,
    )


def _end_point(interface: Any, *, inward: bool) -> Any:
    for each in interface:
        if each.bmAttributes & _TYPE == _BULK and bool(each.bEndpointAddress & 0x80) is inward:
            return each
    return None


def _milliseconds(seconds: float) -> int:
    """For libusb 0 is for ever."""
    return max(1, round(seconds * 1000))


def _why(error: Exception) -> str:
    cause = error.__cause__ or error.__context__ or error
    number = getattr(cause, "errno", None)
    if number == errno.EACCES:
        return "this account may not open it (udev rule, see printer.md)"
    if number == errno.EBUSY:
        return "another program has it"
    if isinstance(cause, AssertionError):  # so python-escpos says that it found none
        return "no such device"
    return str(cause).strip() or type(cause).__name__


def _name(vendor: int | None, product: int | None, serial: str | None) -> str:
    ids = ":".join("****" if each is None else f"{each:04x}" for each in (vendor, product))
    return f"usb {ids}" + ("" if serial is None else f" {serial}")
