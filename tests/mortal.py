"""A process whose children are killed: it loads its modules once, so a kill costs a fork and no start of Python."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).parents[1]

LOOP = """
import json, os, sys, time
for line in sys.stdin:
    after, given = json.loads(line)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            work(lambda: os.write(writing, b"."), *given)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    os.read(reading, 1)  # begun, or ended before that
    since = time.monotonic()
    killed = False
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            break
        if after is not None and not killed and time.monotonic() - since >= after:
            os.kill(child, 9)  # not waited for yet: its number is nobody else's
            killed = True
        time.sleep(0.001)
    os.close(reading)
    took = time.monotonic() - since
    print(json.dumps([os.waitstatus_to_exitcode(status), took]), flush=True)
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended. `status`: -9 when it was killed; `took`: seconds from its beginning."""

    status: int
    took: float

    @property
    def killed(self) -> bool:
        return self.status == -9


class Mortal:
    """`code` defines `work(begun, *given)`; it calls `begun` once when what may be cut off begins."""

    def __init__(self, code: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", code + LOOP], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def run(self, given: Sequence[str], after: float | None = None) -> Ended:
        """One child; killed `after` seconds, None: left alone."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([after, list(given)]) + "\n")
        self._process.stdin.flush()
        status, took = json.loads(self._process.stdout.readline())
        return Ended(status, took)
