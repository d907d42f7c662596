"""A printer, a host that talks to it over a real socket, and a little job to print."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from workbench.printer import PrinterModel, VirtualPrinter

PATIENCE = 5.0


class Host:
    """The other end of the cable. Every read has a time limit; an end of the connection reads as ``b""``."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self, count: int) -> bytes:
        got = b""
        while len(got) < count and (more := self.socket.recv(count - len(got))):
            got += more
        return got

    def ask(self, question: bytes, count: int = 1) -> bytes:
        self.send(question)
        return self.read(count)

    def status(self) -> str:
        """DLE EOT 1 to 4 as hex, one question after the other."""
        return "".join(self.ask(bytes((0x10, 0x04, n))).hex() for n in (1, 2, 3, 4))

    def silent(self, seconds: float = 0.05) -> bool:
        """Nothing comes within ``seconds``, and the connection stays."""
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(1)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(PATIENCE)
        return False


@pytest.fixture
def plug_in() -> Iterator[Callable[..., VirtualPrinter]]:
    """Starts a virtual printer with the given model settings; it is gone after the test."""
    with ExitStack() as stack:

        def start(**settings: object) -> VirtualPrinter:
            return stack.enter_context(VirtualPrinter(PrinterModel(**settings)))  # type: ignore[arg-type]

        yield start


@pytest.fixture
def printer(plug_in: Callable[..., VirtualPrinter]) -> VirtualPrinter:
    return plug_in()


@pytest.fixture
def dial() -> Iterator[Callable[[VirtualPrinter], Host]]:
    """Connects a host to a printer."""
    with ExitStack() as stack:
        yield lambda printer: stack.enter_context(Host(printer.port))


@pytest.fixture
def host(printer: VirtualPrinter, dial: Callable[[VirtualPrinter], Host]) -> Host:
    return dial(printer)


@pytest.fixture(scope="session")
def picture() -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """500 rows of 576 dots with something in every corner."""
    dots = np.random.default_rng(17).random((500, 576)) < 0.2
    dots[[0, -1], :] = True
    return dots


@pytest.fixture(scope="session")
def job(picture: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> bytes:
    """The picture in bands of 100 rows, then feed and cut: 36 kB, each band 8 + 7 200 bytes behind the two of ESC @."""
    out = b"\x1b@"
    for top in range(0, 500, 100):
        out += b"\x1dv0\x00\x48\x00\x64\x00" + np.packbits(picture[top : top + 100], axis=1).tobytes()
    return out + b"\x1dVB\x20"


@pytest.fixture(scope="session")
def closing_time() -> Callable[[Callable[[], object]], float]:
    """Seconds that an action takes."""

    def measure(action: Callable[[], object]) -> float:
        before = time.monotonic()
        action()
        return time.monotonic() - before

    return measure


@pytest.fixture(scope="session")
def shared_sample(root: Path) -> Path:
    """The drafts of the sample city beside the checkout."""
    path = root.parent / "shared" / "sample_city"
    if not path.is_dir():
        pytest.skip("the drafts of the sample city (../shared/sample_city) are not beside this checkout")
    return path
