"""A pcscd of one's own: real pcsc-lite with vpcd's driver, on a private socket."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from workbench.cards.chip import Interface
from workbench.cards.namespace import listening_ports

PORTS: Final = {Interface.CONTACT: 35_963, Interface.CONTACTLESS: 35_973}
"""Of the first slot of each driver. Any will do in a network where nobody else is."""
NAMES: Final = {Interface.CONTACT: "Workbench Contact", Interface.CONTACTLESS: "Workbench Contactless"}
"""pcscd adds the index of the reader and of the slot: "Workbench Contact 00 00". Every vpcd has two slots, and the
second stays empty, as the spare slots of real readers do.
"""
_READY_S: Final = 10
_GOODBYE_S: Final = 3


class PcscdError(Exception):
    """pcscd could not be started; the text says what it said."""


@dataclass(frozen=True, slots=True)
class Software:
    """Where pcscd and vpcd were unpacked: the root of a tree as Debian's packages have it. Neither is installed."""

    root: Path

    @property
    def pcscd(self) -> Path:
        return self.root / "usr/sbin/pcscd"

    @property
    def driver(self) -> Path:
        return self.root / "usr/lib/pcsc/drivers/serial/libifdvpcd.so"

    @property
    def missing(self) -> Path | None:
        return next((path for path in (self.pcscd, self.driver) if not path.exists()), None)


class Pcscd:
    """Started, stopped and killed at will. All of it from one thread, the first: pcscd is killed when that one ends."""

    def __init__(self, folder: Path, software: Software) -> None:
        self.socket = folder / "pcscd.comm"
        self._program = software.pcscd
        self._configuration = folder / "reader.conf.d"
        self._log = folder / "pcscd.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._configuration.mkdir()
        entries = []
        for interface, port in PORTS.items():
            # Two readers with one driver file would share its table of slots, and the second would take the first's.
            driver = folder / f"libifdvpcd-{interface}.so"
            shutil.copyfile(software.driver, driver)
            entries.append(
                f'FRIENDLYNAME "{NAMES[interface]}"\n'
                f"DEVICENAME   /dev/null:0x{port:X}\nLIBPATH      {driver}\nCHANNELID    0x{port:X}\n"
            )
        (self._configuration / "vpcd").write_text("\n".join(entries))

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Until its readers take cards. Raises `PcscdError`; one that runs already is left alone."""
        if self.running:
            return
        self.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, self._log.open("ab") as log:
            listener.bind(str(self.socket))
            listener.listen(16)
            self.socket.chmod(0o600)
            launcher = str(Path(__file__).with_name("launch.py"))
            fd = listener.fileno()
            process = self._process = subprocess.Popen(
                [
                    sys.executable, "-I", "-S", launcher, str(fd), str(os.getpid()),
                    str(self._program), "--foreground", "-c", str(self._configuration),
                ],
                pass_fds=(fd,), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + _READY_S
        while not set(PORTS.values()) <= listening_ports():
            if process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise PcscdError(self._log.read_text(errors="replace").strip()[-2_000:] or "pcscd 没有说原因")
            time.sleep(0.01)

    def stop(self) -> None:
        """As systemd would; its socket goes, too."""
        self._end(signal.SIGTERM)
        self.socket.unlink(missing_ok=True)

    def kill(self) -> None:
        """As a crash would end it: the file of the socket stays, and nobody listens behind it."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(_GOODBYE_S)
        except subprocess.TimeoutExpired:  # a silent card holds its threads
            process.kill()
            process.wait()
