"""A kiosk's spooler and its journal as a process that may be killed: prints one slip after another for as long as it
lives, and says what it did, a line each: ``asked NUMBER``, ``ended NUMBER STATE``.

    python -m tests.integration.spooler_process DEVICE.DB PORT|TTY PROFILE
"""

from __future__ import annotations

import queue
import sys
from dataclasses import replace
from pathlib import Path

from domain.events import Event, PrinterChanged, SlipFinished
from domain.slip import Slip
from localdb.device.store import DeviceStore
from printer.settings import Flow, Line, PrinterSettings
from printer.spooler import Spooler
from tests.integration.printers import QUICK, Papers, slip


def settings_for(place: str, profile: str) -> PrinterSettings:
    """A port of this machine, or the path of a serial line."""
    settings = replace(QUICK, profile=profile)
    if place.isdecimal():
        return replace(settings, host="127.0.0.1", port=int(place))
    return replace(settings, connection=Line.SERIAL, path=Path(place), baud=115200, flow=Flow.NONE)


def main(path: str, place: str, profile: str) -> None:
    """Runs until it is killed."""
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    settings = settings_for(place, profile)
    with DeviceStore(Path(path)) as store, Spooler(settings, Papers(), store, store, events.put) as spooler:
        while not isinstance(events.get(), PrinterChanged):
            pass  # from here on the library for the line is loaded, and what is killed is a slip on its way
        while True:
            numbers: list[int] = []

            def build(number: int, numbers: list[int] = numbers) -> Slip:
                numbers.append(number)
                return slip(number)

            job = spooler.submit(build)
            print(f"asked {numbers[0]}", flush=True)
            while True:
                event = events.get()
                if isinstance(event, SlipFinished) and event.job == job:
                    break
            print(f"ended {numbers[0]} {event.state.value}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
