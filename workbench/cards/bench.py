"""The bench as seen from the machine's own network: starts the process inside, asks it, and waits until pcscd sees."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from workbench.cards.wallet import WALLET
from workbench.cards.watch import ReaderState, reader_states

_READY_S: Final = 30
_ANSWER_S: Final = 20
_GOODBYE_S: Final = 10
_NOTICED_S: Final = 10
"""pcscd looks every 0.4 s; on two busy cores it takes longer."""


class BenchError(Exception):
    """The bench did not start, or is gone. The text is for the person at the terminal."""


class NotNoticedError(Exception):
    """pcscd does not see what was done on its readers, because a command without an answer holds it."""


class CardBench:
    """Virtual cards on a pcscd of their own; a context manager, after which nothing of it is left.

    `folder` becomes the bench's: it is removed at the end. Methods may be called from any thread. They raise
    `ValueError` for what makes no sense, `BenchError` when the process inside is gone.
    """

    def __init__(self, folder: Path, software: Path) -> None:
        self._folder = folder
        self._software = software
        self._lock = threading.Lock()
        self.socket = folder / "pcscd.comm"
        """What PCSCLITE_CSOCK_NAME is set to by those who are to see these readers."""
        self.readers: dict[str, str] = {}
        """PC/SC names by interface."""

    def __enter__(self) -> Self:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "workbench.cards.inside",
                    str(theirs.fileno()), str(self._folder), str(self._software),
                ],
                pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            )  # fmt: skip
        self._line = ours
        self._answers = ours.makefile("r", encoding="utf-8")
        try:
            ready = self._answer(_READY_S)
        except (ValueError, BenchError):
            self.close()
            raise
        self.readers = ready["readers"]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._answers.close()
        self._line.close()
        try:
            self._process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, call: str, **wish: Any) -> dict[str, Any]:
        """One question to the process inside, without waiting for pcscd."""
        with self._lock:
            try:
                self._line.sendall(json.dumps({"call": call, **wish}).encode() + b"\n")
            except OSError as error:
                raise BenchError("the bench is gone") from error
            return self._answer(_ANSWER_S)

    def insert(self, card: str, reader: str | None = None, *, wait: bool = True) -> None:
        """Lays a card on a reader, after taking away what lies there; `wait`: until pcscd has its ATR.

        Raises `NotNoticedError` when pcscd is held by a command without an answer.
        """
        where = reader or next(iter(WALLET[card].resets)).value if card in WALLET else reader
        if wait and where in self.readers and self.ask("state")["laid"][where]:
            self.remove(where)
        done = self.ask("insert", card=card, reader=where)
        if wait:
            name, atr = self.readers[done["reader"]], bytes.fromhex(done["atr"])
            self._until(lambda states: any(each.name == name and each.atr == atr for each in states))

    def remove(self, reader: str | None = None, *, wait: bool = True) -> None:
        """Takes a card away, or all; `wait`: until pcscd finds the reader empty. Raises like `insert`."""
        self.ask("remove", reader=reader)
        names = [self.readers[reader]] if reader else list(self.readers.values())
        if wait:
            self._until(lambda states: not any(each.present for each in states if each.name in names))

    def pcscd(self, do: str) -> None:
        """`start`, `stop` or `kill`; after `start` all readers are there, and the cards that lay on them."""
        self.ask("pcscd", do=do)
        if do == "start":
            laid = self.ask("state")["laid"]
            cards = {self.readers[interface] for interface, card in laid.items() if card}
            self._until(lambda states: {each.name for each in states if each.present} >= cards)

    def seen(self) -> tuple[ReaderState, ...] | None:
        """What pcscd says of its readers; None when it does not run."""
        return reader_states(self.socket)

    def _until(self, true: Callable[[tuple[ReaderState, ...]], bool]) -> None:
        deadline = time.monotonic() + _NOTICED_S
        while self.ask("state")["pcscd"]:
            states = self.seen()
            if states is not None and true(states):
                return
            if time.monotonic() > deadline:
                raise NotNoticedError("pcscd has not noticed")
            time.sleep(0.01)

    def _answer(self, seconds: float) -> dict[str, Any]:
        self._line.settimeout(seconds)
        try:
            line = self._answers.readline()
        except OSError as error:
            raise BenchError("the bench does not answer") from error
        if not line:
            raise BenchError("the bench is gone")
        answer = json.loads(line)
        if "error" in answer:
            raise ValueError(answer["error"])
        return dict(answer["ok"])
