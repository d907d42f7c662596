"""Where a kiosk keeps its files: one folder, `BIANMINTING_HOME`, and the names in it."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Code, CodedError, SettingsError
from domain.home import VARIABLE, home_folder

_CATALOGUE = re.compile(r"catalogue-([0-9]{1,18})\.db")
_SAMPLE = re.compile(r"sample-[0-9a-f]{12}\.db")


@dataclass(frozen=True, slots=True)
class Home:
    """Paths under `root`; nothing is made or read until a method says so."""

    root: Path

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Home:
        """`BIANMINTING_HOME`, else `var` in the checkout, else /var/lib/bianminting."""
        return cls(home_folder(environ))

    @property
    def config(self) -> Path:
        return self.root / "kiosk.toml"

    @property
    def device_db(self) -> Path:
        return self.root / "device.db"

    @property
    def fonts(self) -> Path:
        return self.root / "fonts"

    @property
    def lock(self) -> Path:
        return self.root / "kiosk.lock"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def sync(self) -> Path:
        return self.root / "sync"

    @property
    def uplink(self) -> Path:
        """Key and identity of this kiosk at its hub."""
        return self.root / "uplink"

    @property
    def tour(self) -> Path:
        return self.root / "tour"

    @property
    def folders(self) -> tuple[Path, ...]:
        """What `prepare` makes."""
        return (self.root, self.logs, self.fonts)

    def catalogue(self, revision: int) -> Path:
        """The file of a synced catalogue."""
        return self.root / f"catalogue-{revision}.db"

    def sample(self, digest: str) -> Path:
        """The file of the sample city made from records with this digest (hexadecimal).

        It is not named as a catalogue, so that a street kiosk can never take it for one.
        """
        return self.root / f"sample-{digest[:12]}.db"

    def catalogues(self) -> tuple[Path, ...]:
        """Synced catalogues, newest revision first; () when the home cannot be read."""
        found = [(int(match[1]), path) for path, match in self._matching(_CATALOGUE)]
        return tuple(path for _, path in sorted(found, reverse=True))

    def samples(self) -> tuple[Path, ...]:
        """Sample cities built earlier, in no particular order."""
        return tuple(path for path, _ in self._matching(_SAMPLE))

    def _matching(self, pattern: re.Pattern[str]) -> list[tuple[Path, re.Match[str]]]:
        try:
            found = sorted(self.root.iterdir())
        except OSError:
            return []
        return [(path, match) for path in found if (match := pattern.fullmatch(path.name))]

    def prepare(self) -> None:
        """Makes the folders, readable by their owner alone; folders that are there keep their mode.

        Raises `SettingsError` (K-03) naming the folder and what to do, `CodedError` D-03 when the disk is full.
        """
        for folder in self.folders:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise _explained(folder, error) from error

    def writable(self) -> bool:
        """Whether files can be made in the home; leaves nothing behind."""
        probe = self.root / f".writable-{os.getpid()}"
        try:
            os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            probe.unlink()
        except OSError:
            return False
        return True


def _explained(folder: Path, error: OSError) -> CodedError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CodedError(Code.DISK_FULL, f"no space left to make {folder}")
    if isinstance(error, FileExistsError | NotADirectoryError):
        return SettingsError((f"{VARIABLE}: {folder} cannot be made, something that is not a folder is in the way",))
    return SettingsError((f"{VARIABLE}: {folder} cannot be made: {error.strerror}; name a folder you may write to",))
