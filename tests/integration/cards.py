"""Virtual cards for tests that start processes: the bench of `workbench.cards`, driven over its control page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30


class CardBench:
    """A pcscd with two virtual readers, one contactless and one for contacts.

    Processes under test find it with `environment`. What `insert`, `remove` and `pcscd` do has been noticed by pcscd
    when they return.
    """

    def __init__(self, process: subprocess.Popen[str], ready: dict[str, Any]) -> None:
        self.process = process
        self.url: str = ready["url"]
        self.socket: str = ready["socket"]
        self.readers: list[str] = ready["readers"]
        """PC/SC names: contacts, contactless."""
        self.cards: list[str] = [card["name"] for card in ready["cards"]]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "PCSCLITE_CSOCK_NAME": self.socket}

    def insert(self, card: str, reader: str | None = None, *, wait: bool = True) -> None:
        """Lays `card` on `reader` ("contactless", "contact"; None: where such a card goes), instead of what lies there.

        `wait=False`: returns before pcscd has noticed.
        """
        self.post("insert", card=card, reader=reader, wait=wait)

    def remove(self, reader: str | None = None, *, wait: bool = True) -> None:
        """Takes away the card on `reader`, or all."""
        self.post("remove", reader=reader, wait=wait)

    def fault(self, name: str, argument: object = None, at: int = 1) -> None:
        """Orders a fault from the `at`th command from now on; `workbench.cards.faults` has the names."""
        self.post("fault", name=name, argument=argument, at=at)

    def clear(self) -> None:
        """Takes back all faults."""
        self.post("clear")

    def pcscd(self, do: str) -> None:
        """`kill`, `stop` or `start`."""
        self.post("pcscd", do=do)

    def reset(self) -> None:
        """As it was at the start: pcscd runs, no faults, no cards."""
        self.clear()
        self.remove(wait=False)
        self.pcscd("start")
        self.remove()

    def log(self) -> list[dict[str, Any]]:
        """Every command since the start: `n`, `at` (monotonic seconds), `card`, `reader`, `command`, `response`, `ms`.

        `response` is None for a command that was never answered.
        """
        return list(self.get("log")["apdus"])

    def events(self) -> list[dict[str, Any]]:
        """What happened to cards since the start: `at`, `event`, `card`, `reader`."""
        return list(self.get("log")["events"])

    def state(self) -> dict[str, Any]:
        return self.get("state")

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE_S) as answer:
            return dict(json.load(answer))

    def post(self, path: str, **wish: object) -> dict[str, Any]:
        request = urllib.request.Request(
            self.url + path, json.dumps(wish).encode(), {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            raise AssertionError(f"/{path} {wish}: {error.code} {error.read().decode()}") from error


def software() -> Path:
    """Where deploy/env.sh puts pcscd and vpcd."""
    return Path(os.environ.get("BIANMINTING_HOME") or ROOT / "var").absolute() / "workbench"


@contextmanager
def running(*before: str) -> Iterator[CardBench]:
    """A bench of one's own; `before`: a command that starts the command given behind it."""
    command = [*before, sys.executable, "-m", "workbench.cards", "--http=0", "--software", str(software())]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, "the card bench did not start"
            yield CardBench(process, json.loads(line))
        finally:
            process.terminate()
            try:
                process.wait(PATIENCE_S)
            finally:
                process.kill()
