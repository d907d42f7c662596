"""Looks for card holders where nothing about them may be: in a kiosk's files and in the memory of its processes.

What may be left of a visit, and what may not, is in docs/operations/privacy.md. A scan never says "clean" of what it
could not look at, and never tells what it found, only what kind of thing it is and where it lies.
"""

from __future__ import annotations

import bisect
import contextlib
import os
import re
import sqlite3
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kiosk.home import Home
from kiosk.lock import holder
from kiosk.needles import Finder
from kiosk.processes import CHUNK, Memory, Process, Region, family, living

CARD_SERVICE_LEFT: Final = "card service that has read a card and still lives"
OF_A_NAME: Final = "name of a file"

_SETTLE_S: Final = 2.0
"""Given to a card service that has just been told to end."""

_CORE: Final = re.compile(r"core|core\.\d+|.+\.core")
_CORE_PATTERN: Final = Path("/proc/sys/kernel/core_pattern")
_KEPT_CORES: Final = Path("/var/lib/systemd/coredump")
_DATABASE: Final = b"SQLite format 3\0"
_ROWS: Final = 64 << 10


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that may not be there: `times` at `where`, first at the byte, address or row `at`."""

    what: str
    where: str
    at: int
    times: int
    in_memory: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """Where nobody could look, and why."""

    where: str
    why: str


@dataclass(slots=True)
class Report:
    """What came of a scan."""

    findings: list[Finding] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    files: int = 0
    file_bytes: int = 0
    processes: dict[str, int] = field(default_factory=dict)
    """Bytes of memory by process."""
    kiosk: int | None = None
    """The kiosk that runs in this home."""
    seconds: float = 0.0

    @property
    def status(self) -> str:
        """found, incomplete or clean."""
        return "found" if self.findings else "incomplete" if self.gaps else "clean"


def scan(
    home: Home, finder: Finder, pids: Iterable[int] = (), progress: Callable[[float], None] = lambda part: None
) -> Report:
    """Looks at the files of `home`, all processes of the kiosk that runs there, and `pids` with their children."""
    began = time.monotonic()
    look = _Look(home, finder, progress)
    people = _Processes.find(home, frozenset(pids), look.report)
    look.expect(people.members)
    look.home()
    for process in people.members:
        look.leftovers(process)
    look.temporary(people.kiosk)
    look.cores(people.members)
    for process in people.members:
        look.memory(process)
    for process in people.old_card_services():
        look.report.findings.append(Finding(CARD_SERVICE_LEFT, str(process), process.pid, 1))
    look.report.seconds = time.monotonic() - began
    return look.report


@dataclass(frozen=True, slots=True)
class _Processes:
    """Whose memory is looked at (`members`), and the card services, to whom what a card says belongs as long as it lies
    there.
    """

    kiosk: Process | None
    members: tuple[Process, ...]

    @classmethod
    def find(cls, home: Home, asked: frozenset[int], report: Report) -> _Processes:
        everybody = living()
        report.kiosk = holder(home)
        kiosk = next((each for each in everybody if each.pid == report.kiosk), None)
        members: dict[int, Process] = {}
        for pid in sorted(asked | ({kiosk.pid} if kiosk else set())):
            found = family(pid, everybody)
            if not found:
                report.gaps.append(Gap(f"process {pid}", "there is none"))
            members |= {each.pid: each for each in found if each.pid in asked or not each.is_card_service}
        if members.pop(os.getpid(), None) is not None and os.getpid() in asked:
            report.gaps.append(Gap(f"process {os.getpid()}", "a scan cannot look for facts where it keeps them itself"))
        return cls(kiosk, tuple(members.values()))

    def old_card_services(self) -> list[Process]:
        """Card services whose kiosk has gone, and all but the newest of a kiosk: while nobody's card is being shown it
        has one, which has read none. Those that are just ending get a moment.
        """
        deadline = time.monotonic() + _SETTLE_S
        while old := self._old_ones():
            if time.monotonic() > deadline:
                return old
            time.sleep(0.05)
        return []

    def _old_ones(self) -> list[Process]:
        everybody = living()
        ours = {each.pid for process in self.members for each in family(process.pid, everybody)}
        orphaned = 1 not in ours  # else the kiosk itself is the first process, in a container for instance
        by_parent: dict[int, list[Process]] = {}
        for each in everybody:
            if each.is_card_service and (each.pid in ours or (orphaned and each.parent == 1)):
                by_parent.setdefault(each.parent, []).append(each)
        return [
            each
            for parent, services in by_parent.items()
            for each in (services if orphaned and parent == 1 else services[:-1])
        ]


class _Look:
    """One scan under way."""

    def __init__(self, home: Home, finder: Finder, progress: Callable[[float], None]) -> None:
        self._home = home
        self._finder = finder
        self._progress = progress
        self._expected, self._done = 1, 0
        self._seen: set[tuple[int, int]] = set()
        self.report = Report()

    def expect(self, processes: Iterable[Process]) -> None:
        """Estimates how much there is to look at."""
        for process in processes:
            with contextlib.suppress(OSError, ValueError):
                pages = int((process.folder / "statm").read_text().split()[1])
                self._expected += pages * os.sysconf("SC_PAGE_SIZE")
        with contextlib.suppress(OSError):
            self._expected += sum(path.stat().st_size for path in self._home.root.rglob("*") if path.is_file())

    # Files

    def home(self) -> None:
        """Every file of the home, and the rows of its databases."""
        if not self._home.root.is_dir():
            self.report.gaps.append(Gap(str(self._home.root), "no such folder"))
        for path in self._below(self._home.root, names=True):
            self._file(path, str(path), rows=True)

    def leftovers(self, process: Process) -> None:
        """Files that a process still writes to elsewhere, and those it has open though they are removed."""
        try:
            files = list(process.open_files())
        except OSError as error:
            self._refused(process, "its open files", error)
            return
        for descriptor, path, removed in files:
            if not path.is_relative_to("/proc") and not path.is_relative_to("/sys"):
                where = f"{process}, open file {'that is removed' if removed else self._shown(path)}"
                self._file(process.folder / "fd" / str(descriptor), where)

    def temporary(self, kiosk: Process | None) -> None:
        """What its user has put into the folder for temporary files since the kiosk last started."""
        try:
            since, owner = self._home.lock.stat().st_mtime, self._home.root.stat().st_uid
        except OSError:
            return  # no kiosk has ever run here
        root, folder = Path("/"), os.environ.get("TMPDIR")
        if kiosk is not None:
            try:
                root, folder = kiosk.folder / "root", kiosk.variable("TMPDIR")
            except OSError as error:
                self._refused(kiosk, "its folder for temporary files", error)
                return
        top = root / (folder or "/tmp").lstrip("/")
        for path in self._below(top, owner=owner, since=since):
            self._file(path, f"/{path.relative_to(root)}")

    def cores(self, processes: Iterable[Process]) -> None:
        """Core dumps where the kernel would put them: in the folders that the processes work in, or elsewhere."""
        folders = {process.folder / "cwd" for process in processes} or {Path.cwd()}
        begins: dict[Path, re.Pattern[str]] = dict.fromkeys(folders, _CORE)
        with contextlib.suppress(OSError):
            pattern = _CORE_PATTERN.read_text().strip()
            if pattern.startswith("/"):
                begin = Path(pattern).name.partition("%")[0]
                begins[Path(pattern).parent] = re.compile(re.escape(begin) + ".*") if begin else _CORE
        for folder, names in begins.items():
            with contextlib.suppress(OSError):  # refused: said already of the process
                for path in folder.iterdir():
                    if names.fullmatch(path.name) and stat.S_ISREG(path.lstat().st_mode):
                        self._file(path, self._shown(path.resolve()))
        with contextlib.suppress(OSError):
            owner = self._home.root.stat().st_uid
            for path in _KEPT_CORES.iterdir():
                if f".{owner}." in path.name:
                    self.report.gaps.append(Gap(str(path), "a core dump that is packed"))

    def _below(self, top: Path, *, owner: int | None = None, since: float = 0.0, names: bool = False) -> Iterator[Path]:
        """Regular files below `top`, through links, none twice; with `owner` only what is theirs and younger."""
        folders = [top]
        while folders:
            folder = folders.pop()
            try:
                entries = sorted(folder.iterdir())
            except FileNotFoundError:
                continue
            except OSError as error:
                self.report.gaps.append(Gap(self._shown(folder), error.strerror or ""))
                continue
            for path in entries:
                if names:
                    for _, what in self._finder.find(os.fsencode(path.name)):
                        self._found(f"{what}, {OF_A_NAME}", self._shown(folder), 0)
                try:
                    about = path.lstat() if owner is not None else path.stat()
                except OSError as error:
                    if not isinstance(error, FileNotFoundError):
                        self.report.gaps.append(Gap(self._shown(path), error.strerror or ""))
                    continue
                if owner is not None and about.st_uid != owner:
                    continue
                if stat.S_ISDIR(about.st_mode):
                    if (about.st_dev, about.st_ino) not in self._seen:
                        self._seen.add((about.st_dev, about.st_ino))
                        folders.append(path)
                elif stat.S_ISREG(about.st_mode) and about.st_mtime >= since:
                    yield path

    def _file(self, path: Path, where: str, *, rows: bool = False) -> None:
        public = rows and path in (*self._home.catalogues(), *self._home.samples())
        try:
            with path.open("rb", buffering=0) as stream:
                about = os.fstat(stream.fileno())
                if (about.st_dev, about.st_ino) in self._seen:
                    return
                self._seen.add((about.st_dev, about.st_ino))
                database = stream.read(len(_DATABASE)) == _DATABASE
                stream.seek(0)
                chunks = iter(lambda: stream.read(CHUNK), b"")
                for at, what in self._finder.scan(self._counted(chunks), public=public):
                    self._found(what, self._shown(path, where), at)
                self.report.files += 1
                self.report.file_bytes += about.st_size
            if rows and database:
                self._rows(path, public=public)
        except FileNotFoundError:
            return  # removed meanwhile
        except (OSError, sqlite3.Error) as error:
            why = error.strerror if isinstance(error, OSError) else f"its rows cannot be read: {error}"
            self.report.gaps.append(Gap(self._shown(path, where), why or "cannot be read"))

    def _rows(self, path: Path, *, public: bool) -> None:
        """A row whose pages lie apart is in one piece only here. Raises `sqlite3.Error`."""
        live = all(path.with_name(path.name + end).exists() for end in ("-wal", "-shm"))
        # Otherwise SQLite would make these two files, owned by whoever looks.
        how = "mode=ro" if live else "mode=ro&immutable=1"
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True)) as connection:
            connection.text_factory = bytes
            made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
            for name, sql in made:
                if sql and b"CREATE VIRTUAL" not in sql.upper()[:20]:
                    table = name.decode("utf-8", "replace")
                    quoted = table.replace('"', '""')
                    rows = connection.execute(f'SELECT * FROM "{quoted}"')
                    for at, what in self._in_rows(rows, public=public):
                        self._found(what, f"{self._shown(path)}, rows of {table}", at)

    def _in_rows(self, rows: Iterable[tuple[Any, ...]], *, public: bool) -> Iterator[tuple[int, str]]:
        """(number of the row, kind)."""
        text, starts, first = bytearray(), [], 1
        for number, row in enumerate(rows, 1):
            starts.append(len(text))
            for value in row:
                text += (value if isinstance(value, bytes) else str(value).encode("utf-8")) + b"\n"
            if len(text) >= _ROWS:
                for at, what in self._finder.find(bytes(text), public=public):
                    yield first + bisect.bisect_right(starts, at) - 1, what
                text, starts, first = bytearray(), [], number + 1
        for at, what in self._finder.find(bytes(text), public=public):
            yield first + bisect.bisect_right(starts, at) - 1, what

    # Memory

    def memory(self, process: Process) -> None:
        """What `process` has written into its memory, its own or shared, but not the files that are mapped there."""
        looked = 0
        try:
            with Memory(process) as memory:
                for region in memory.regions():
                    looked += self._region(memory, region)
        except OSError as error:
            self._refused(process, "its memory", error)
        else:
            if not process.lives:
                self._refused(process, "its memory", ProcessLookupError())
        if looked:
            self.report.processes[str(process)] = looked

    def _region(self, memory: Memory, region: Region) -> int:
        """Bytes that were looked at. A part that cannot be read keeps nobody from the others."""
        where = f"{memory.process}, {self._shown(Path(region.name or 'anonymous memory'))}"
        looked = 0
        for start, end in region.runs:
            try:
                for at, what in self._finder.scan(self._counted(memory.read((start, end))), start):
                    self._found(what, where, start + at, in_memory=True)
            except OSError as error:
                self._refused(memory.process, f"{region.name or 'memory'} from 0x{start:x} on", error)
            else:
                looked += end - start
        return looked

    def _refused(self, process: Process, what: str, error: OSError) -> None:
        if not process.lives:
            # A child that is gone has taken its memory along; the kiosk itself should have stayed.
            if process.pid == self.report.kiosk:
                self.report.gaps.append(Gap(str(process), "ended while it was looked at"))
            return
        allowed = "; try as root" if isinstance(error, PermissionError) else ""
        self.report.gaps.append(Gap(str(process), f"{what} cannot be read: {error.strerror}{allowed}"))

    # What both have in common

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield chunk
            self._done += len(chunk)
            self._progress(min(1.0, self._done / self._expected))

    def _found(self, what: str, where: str, at: int, *, in_memory: bool = False) -> None:
        findings = self.report.findings
        for place, known in enumerate(findings):
            if (known.what, known.where) == (what, where):
                findings[place] = Finding(what, where, min(at, known.at), known.times + 1, in_memory)
                return
        findings.append(Finding(what, where, at, 1, in_memory))

    def _shown(self, path: Path, where: str | None = None) -> str:
        """`path`, or `where` it is, without a part that is itself what is looked for."""
        parts = Path(where if where is not None else path).parts
        return str(Path(*("…" if any(self._finder.find(os.fsencode(part))) else part for part in parts)))
