"""A virtual ESC/POS printer with faults to order.

``VirtualPrinter`` has a network board, ``SerialPrinter`` a serial line, ``FilePrinter`` a device file, ``UsbPrinter``
the pipes of USB; each is the same mechanism in a thread of its own. ``ControlPage`` shows its paper in a browser. As a
process of its own: ``python -m workbench.printer --port 9100 --http 8099 --paper-dir DIR``.
"""

from workbench.printer.cable import FilePrinter, SerialPrinter
from workbench.printer.control import ControlPage
from workbench.printer.faults import Fault, FaultName
from workbench.printer.machine import Paper, PrinterModel, PrinterState
from workbench.printer.network import VirtualPrinter
from workbench.printer.running import RunningPrinter
from workbench.printer.usb import UsbPrinter

__all__ = [
    "ControlPage",
    "Fault",
    "FaultName",
    "FilePrinter",
    "Paper",
    "PrinterModel",
    "PrinterState",
    "RunningPrinter",
    "SerialPrinter",
    "UsbPrinter",
    "VirtualPrinter",
]
