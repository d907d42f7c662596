"""What a kiosk must never be: one that keeps the holder of a card. `tests/integration/test_privacy.py` looks for it.

The card service of such a build reads name and number as well, and hands them to the screen process by a socket; that
keeps them in a global, logs them, or writes them to a file, one after the other.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kiosk.home import Home

KEPT: list[str] = []


def _keep(holder: dict[str, str], home: Home) -> None:
    KEPT.append(holder["id_number"])


def _log(holder: dict[str, str], home: Home) -> None:
    logging.getLogger("kiosk").warning("a card of %s", holder["name"])


def _write(holder: dict[str, str], home: Home) -> None:
    (home.root / "last.json").write_text(json.dumps(holder), "utf-8")


LEAKS: dict[str, Callable[[dict[str, str], Home], None]] = {"memory": _keep, "log": _log, "file": _write}


def begin(leaks: str, home: Home) -> None:
    """In the screen process, before its rooms are opened; `leaks`, with commas: one for each card that is read."""
    from cardreader.service import CardReaderService
    from kiosk import wiring

    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    address = str(Path(os.environ["TMPDIR"]) / "line")
    line.bind(address)
    os.environ["LEAK"] = address
    # The last word lets a scan know it for a card service.
    program = (sys.executable, "-P", "-m", "tests.integration.leaks", "cardreader.process")
    setattr(wiring, "CardReaderService", functools.partial(CardReaderService, program=program))  # noqa: B010

    def listen() -> None:
        for leak in leaks.split(","):
            LEAKS[leak](json.loads(line.recv(4096)), home)

    threading.Thread(target=listen, name="leak", daemon=True).start()


def _serve() -> int:
    """In the card service."""
    import time

    from cardreader import process, reading
    from cardreader.apdu import read_record
    from cardreader.families import register
    from cardreader.processors import pipeline

    read = reading.read

    def more(connection: Any, **options: Any) -> Any:
        facts = read(connection, **options)
        card = pipeline(connection, names=register().names, budget_s=5, monotonic=time.monotonic)
        number, name = (card.send(read_record(each, 0)).data[2:].rstrip(b"\0") for each in (1, 2))
        holder = json.dumps({"id_number": number.decode("ascii"), "name": name.decode("gbk")})
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.sendto(holder.encode("ascii"), os.environ["LEAK"])
        return facts

    reading.read = more
    return process.main()


if __name__ == "__main__":
    sys.exit(_serve())
