"""A virtual ESC/POS network printer with faults to order.

``VirtualPrinter`` is the machine, in a thread of its own; ``ControlPage`` shows its paper in a browser. As a process of
its own: ``python -m workbench.printer --port 9100 --http 8099 --paper-dir DIR``.
"""

from workbench.printer.control import ControlPage
from workbench.printer.faults import Fault, FaultName
from workbench.printer.machine import Paper, PrinterModel, PrinterState
from workbench.printer.network import VirtualPrinter

__all__ = ["ControlPage", "Fault", "FaultName", "Paper", "PrinterModel", "PrinterState", "VirtualPrinter"]
