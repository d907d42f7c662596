"""python-escpos, and the libraries that it brings for USB and serial lines; nothing else imports it.

What it does on its own is not safe for slips, so only its ways of opening a line are used, without these traps:

- network: it waits a minute for every answer, and hands 128 kB to the kernel and calls it printed;
- USB: it resets the printer at every opening (which cuts a slip short that is still being printed), takes end points
  0x82 and 0x01 for granted, waits for ever, ignores how many bytes were taken, and never gives the kernel's driver its
  device back;
- serial: it waits for ever, lets two programs have the port, and waits for the printer when it closes;
- everywhere: it takes any byte, and none at all, for a status.
"""

from __future__ import annotations

import logging
import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple


class Library(NamedTuple):
    """The classes of python-escpos that open lines, and what they raise where nobody is."""

    network: Any
    usb: Any
    serial: Any
    dummy: Any
    not_found: type[Exception]


@cache
def library() -> Library:
    """The library, loaded when the first line is opened, and leaving nothing behind.

    Importing it takes a quarter of a second, hangs a handler on the root logger and leaves a folder in /tmp; every line
    that it opens and closes is a message of the root logger.
    """
    handlers = list(logging.root.handlers)
    from escpos import capabilities, exceptions, printer

    logging.root.handlers[:] = handlers
    folder = str(Path(printer.__file__).parent)
    logging.root.addFilter(lambda record: not record.pathname.startswith(folder))
    if "ESCPOS_CAPABILITIES_PICKLE_DIR" not in os.environ:
        shutil.rmtree(capabilities.pickle_dir, ignore_errors=True)

    class Usb(printer.Usb):  # type: ignore[misc]
        """Finds the device and no more: `printer.line.usb` takes one interface of it, without a reset."""

        def _check_driver(self) -> None:
            pass

        def _configure_usb(self) -> None:
            pass

    return Library(printer.Network, Usb, printer.Serial, printer.Dummy, exceptions.DeviceNotFoundError)
