"""Which line a kiosk has to its printer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from printer.line import Connect, Connection, LineLost, NotReached
from printer.line.network import NetworkConnection
from printer.line.nowhere import DummyConnection

if TYPE_CHECKING:
    from printer.settings import PrinterSettings

__all__ = ["Connect", "Connection", "DummyConnection", "LineLost", "NetworkConnection", "NotReached", "connection_of"]

_NO_PRINTER: Final = "no printer is set"


def connection_of(settings: PrinterSettings, *, usb_backend: Any = None) -> Connect:
    """How to open the line of `settings`; nothing is opened yet, and each call opens a line of its own.

    Without a printer in the settings every call raises `NotReached`. `usb_backend`: of pyusb, None for libusb.
    """
    from printer.settings import Line

    if not settings.present:
        return _nobody
    match settings.connection:
        case Line.NETWORK:
            return partial(NetworkConnection, settings.host or "", settings.port, settings.connect_seconds)
        case Line.USB:
            from printer.line.usb import UsbConnection

            return partial(UsbConnection, settings.vendor, settings.product, settings.usb_serial, backend=usb_backend)
        case Line.SERIAL:
            from printer.line.serial import SerialConnection

            assert settings.path is not None
            return partial(SerialConnection, settings.path, settings.baud, settings.flow)
        case Line.FILE:
            from printer.line.file import FileConnection

            assert settings.path is not None
            return partial(FileConnection, settings.path)


def _nobody() -> Connection:
    raise NotReached(_NO_PRINTER)
