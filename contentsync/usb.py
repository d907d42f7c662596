"""Sticks: a folder that anybody may have written, read and written as such.

What lies on a stick is believed for its signatures only (`contentsync.trust`). Before that it must not do harm by
merely lying there: nothing is opened by a path that a link could bend, nothing but plain files and folders is touched,
and every number has an end. On a stick the release lies in `bianminting/`, or in the stick's root; what kiosks send
home lies below it in `home/`, and is no business of this module.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import CryptoSigner, Key, Signature

from domain.errors import Code, SyncError

FOLDER = "bianminting"
"""Of the release, on a stick that holds other things besides."""

MOST_FILES = 10_000
"""Entries below the folder. A release has some 80, a kiosk's letters home 40 at the most."""

DEEPEST = 4
"""Folders within each other."""

LARGEST_FILE = 512 << 20
MOST_BYTES = 2 << 30

SPARE = 4 << 20
"""Bytes that stay free on a stick: for what kiosks write home, and for the file system's own."""

_NAME = re.compile(r"[0-9A-Za-z._-]{1,140}")
"""What we write ourselves is named so, on every file system."""

_METADATA = re.compile(r"[0-9]{1,18}\.(root|snapshot|targets)\.json")

_GONE = (errno.ENOENT, errno.ENOTDIR)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Extent:
    """What lies below a folder: plain files, and their bytes."""

    files: int
    bytes: int


class StickFolder:
    """A folder on a stick. Every step of the way to a file is opened by its own name, without following links, and the
    file is looked at before it is read; so it does not matter what is exchanged meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def survey(self) -> Extent:
        """Counts what lies here.

        Raises `SyncError` S-02 for links, special files, names that no file system of ours has, and more or larger
        files than any stick of ours; S-01 when it cannot be read.
        """
        found = [0, 0]
        try:
            with self._opened(()) as handle:
                self._count(handle, found, 0, os.fstat(handle).st_dev)
        except OSError as error:
            raise unreadable(error) from error
        return Extent(found[0], found[1])

    def _count(self, handle: int, found: list[int], depth: int, device: int) -> None:
        if depth > DEEPEST:
            raise SyncError(Code.RELEASE_REFUSED, "folders within folders on the stick")
        seen = 0
        with os.scandir(handle) as entries:
            for entry in entries:
                seen += 1
                state = entry.stat(follow_symlinks=False)
                kind = stat.S_IFMT(state.st_mode)
                if kind not in (stat.S_IFREG, stat.S_IFDIR) or state.st_dev != device:
                    raise SyncError(Code.RELEASE_REFUSED, f"{_shown(entry.name)} on the stick is no plain file")
                if kind == stat.S_IFDIR:
                    with _folder(handle, entry.name) as inner:
                        self._count(inner, found, depth + 1, device)
                    continue
                found[0] += 1
                found[1] += state.st_size
                if state.st_size > LARGEST_FILE:
                    raise SyncError(Code.RELEASE_REFUSED, f"{_shown(entry.name)} on the stick is too large")
                if found[0] + seen > MOST_FILES or found[1] > MOST_BYTES:
                    raise SyncError(Code.RELEASE_REFUSED, "more on the stick than any release has")

    def names(self, *folders: str) -> tuple[str, ...]:
        """Names in a folder below this one, in order, `MOST_FILES` at most; () when there is no such folder. Names that
        we would not write are left out. Raises OSError.
        """
        try:
            with self._opened(folders) as handle, os.scandir(handle) as entries:
                found = [entry.name for _, entry in zip(range(MOST_FILES), entries, strict=False)]
        except OSError as error:
            if error.errno in _GONE:
                return ()
            raise
        return tuple(sorted(name for name in found if _NAME.fullmatch(name)))

    def size(self, *names: str) -> int | None:
        """Bytes of a plain file; None when there is none. Raises OSError."""
        try:
            with self._plain(names) as (_, state):
                return state.st_size
        except OSError as error:
            if error.errno in (*_GONE, errno.ELOOP):
                return None
            raise

    def read(self, *names: str, most: int) -> bytes:
        """A plain file of at most `most` bytes.

        Raises `SyncError` S-02 for a larger one, for what is no plain file and for a name that is not one of ours,
        OSError.
        """
        with self._plain(names) as (handle, state):
            if state.st_size > most:
                raise SyncError(Code.RELEASE_REFUSED, f"{_shown(names[-1])} on the stick is too large")
            parts, left = [], most + 1
            while left and (part := os.read(handle, min(left, _BLOCK))):
                parts.append(part)
                left -= len(part)
            if not left:
                raise SyncError(Code.RELEASE_REFUSED, f"{_shown(names[-1])} on the stick grows while it is read")
        return b"".join(parts)

    def blocks(self, *names: str, start: int = 0, block: int = _BLOCK) -> Iterator[bytes]:
        """A plain file, block by block. Raises as `read`."""
        with self._plain(names) as (handle, _):
            os.lseek(handle, start, os.SEEK_SET)
            while part := os.read(handle, block):
                yield part

    def write(self, *names: str, data: bytes | Iterable[bytes]) -> None:
        """Puts a file in place, whole or not at all, and flushed; makes the folders that it needs. Raises OSError."""
        for name in names:
            if not _NAME.fullmatch(name) or name in (".", ".."):
                raise ValueError(name)
        beside = f".{secrets.token_hex(4)}.new"
        with self._opened(names[:-1], make=True) as folder:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            handle = os.open(beside, flags, 0o644, dir_fd=folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    for part in (data,) if isinstance(data, bytes) else data:
                        file.write(part)
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(beside, names[-1], src_dir_fd=folder, dst_dir_fd=folder)
                with contextlib.suppress(OSError):  # some file systems of sticks cannot flush a folder
                    os.fsync(folder)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(beside, dir_fd=folder)
                raise

    def remove(self, *names: str) -> None:
        """Removes a file, if it is there. Raises OSError."""
        try:
            with self._opened(names[:-1]) as folder:
                os.unlink(names[-1], dir_fd=folder)
        except OSError as error:
            if error.errno not in _GONE:
                raise

    def sweep(self, *folders: str) -> None:
        """Removes what writing left behind in a folder when a stick was pulled out."""
        with contextlib.suppress(OSError):
            for name in self.names(*folders):
                if name.startswith(".") and name.endswith(".new"):
                    self.remove(*folders, name)

    @contextlib.contextmanager
    def _opened(self, folders: Iterable[str], make: bool = False) -> Iterator[int]:
        with contextlib.ExitStack() as closing:
            # The folder itself may be behind a link of this machine's own, as a mount point often is.
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            closing.callback(os.close, handle)
            for name in folders:
                if make:
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(name, 0o755, dir_fd=handle)
                handle = closing.enter_context(_folder(handle, name))
            yield handle

    @contextlib.contextmanager
    def _plain(self, names: tuple[str, ...]) -> Iterator[tuple[int, os.stat_result]]:
        if any(not _NAME.fullmatch(name) or name in (".", "..") for name in names):
            # A name may come out of a file that lies on the stick; one with a slash in it would be a way to elsewhere.
            raise SyncError(Code.RELEASE_REFUSED, "a name on the stick that is none of ours")
        with self._opened(names[:-1]) as folder:
            # Not to wait for whoever might write into a pipe of that name.
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            handle = os.open(names[-1], flags, dir_fd=folder)
            try:
                state = os.fstat(handle)
                if not stat.S_ISREG(state.st_mode):
                    raise SyncError(Code.RELEASE_REFUSED, f"{_shown(names[-1])} on the stick is no plain file")
                yield handle, state
            finally:
                os.close(handle)


@contextlib.contextmanager
def _folder(handle: int, name: str) -> Iterator[int]:
    inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=handle)
    try:
        yield inner
    finally:
        os.close(inner)


def _shown(name: str) -> str:
    """A name as it may stand in a log."""
    return name if _NAME.fullmatch(name) else "something with an unusual name"


def unreadable(error: OSError) -> SyncError:
    """A stick that cannot be read (any more): S-01, as a hub that does not answer; a link where none may be: S-02."""
    if error.errno == errno.ELOOP:
        return SyncError(Code.RELEASE_REFUSED, "a link on the stick")
    return SyncError(Code.HUB_OUT_OF_REACH, f"the stick: {error.strerror}")


# --- What is on it ----------------------------------------------------------------------------------------------------


def release_folder(stick: Path) -> Path | None:
    """Where a stick has a release: in `bianminting/`, else in its root; None: nowhere."""
    for folder in (stick / FOLDER, stick):
        try:
            if not folder.is_symlink() and StickFolder(folder).size("metadata", "timestamp.json") is not None:
                return folder
        except (OSError, SyncError):
            continue
    return None


@dataclass(frozen=True, slots=True)
class Described:
    """What a stick says of itself; nothing of it is proved. `bytes`: of everything in the folder."""

    revision: int
    made_at: dt.datetime
    bytes: int


def described(folder: Path) -> Described:
    """Raises `SyncError` S-02 for what is no release, and as `survey`."""
    stick = StickFolder(folder)
    size = stick.survey().bytes
    try:
        timestamp = json.loads(stick.read("metadata", "timestamp.json", most=4 << 10))["signed"]
        snapshot = int(timestamp["meta"]["snapshot.json"]["version"])
        listed = json.loads(stick.read("metadata", f"{snapshot}.snapshot.json", most=64 << 10))["signed"]
        version = int(listed["meta"]["targets.json"]["version"])
        targets = json.loads(stick.read("metadata", f"{version}.targets.json", most=1 << 20))["signed"]["targets"]
        digest = str(targets["release.json"]["hashes"]["sha256"])
        said = json.loads(stick.read("targets", f"{digest}.release.json", most=64 << 10))
        made_at = dt.datetime.fromisoformat(said["made_at"])
        if made_at.tzinfo is None or not 0 < (revision := int(said["revision"])) < 10**18:
            raise ValueError("no release")
        made_at = made_at.astimezone(dt.UTC)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise SyncError(Code.RELEASE_REFUSED, f"what is on the stick is no release: {type(error).__name__}") from error
    except OSError as error:
        if error.errno in _GONE:
            raise SyncError(Code.RELEASE_REFUSED, "what is on the stick is no whole release") from error
        raise unreadable(error) from error
    return Described(revision, made_at, size)


# --- Writing a release ------------------------------------------------------------------------------------------------


def write_release(public: Path, stick: Path, wanted: Mapping[str, str | None], timestamp: bytes) -> None:
    """Brings the files `wanted` (paths below `public`, by the SHA-256 that their content must have, None: as it is
    there) to `stick`, then `timestamp` in one moment, and then removes what belonged to another release.

    A stick that is pulled out at any moment holds the release before or this one, whole: names of files hold their
    hash or version, and timestamp.json alone says which of them count. Only where the stick is of another hub is there
    nothing to believe in between.

    Raises `SyncError` S-02 for links on the stick, D-03 when it is too small, OSError.
    """
    folder = StickFolder(stick)
    folder.survey()
    files = {path: tuple(path.split("/")) for path in wanted}
    if _another_hub(public, folder):
        folder.remove("metadata", "timestamp.json")
    missing = {path for path, names in files.items() if not _same(public / path, folder, names, wanted[path])}
    needed = sum((public / path).stat().st_size for path in missing) + SPARE
    free = shutil.disk_usage(stick).free
    if missing and free < needed:
        raise SyncError(Code.DISK_FULL, f"the stick has {free >> 20} MB free and needs {(needed >> 20) + 1}")
    try:
        for path in sorted(missing):
            folder.write(*files[path], data=_blocks_of(public / path))
        folder.write("root.json", data=(public / "root.json").read_bytes())
        folder.write("metadata", "timestamp.json", data=timestamp)
    except OSError as error:
        if error.errno in _FULL:
            raise SyncError(Code.DISK_FULL, "no space left on the stick") from error
        raise
    kept = set(files.values())
    for place in (("metadata",), ("targets",), ("targets", "catalogue")):
        for name in folder.names(*place):
            ours = _METADATA.fullmatch(name) if place == ("metadata",) else len(name) > 64
            if ours and (*place, name) not in kept:
                folder.remove(*place, name)
        folder.sweep(*place)


def _blocks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            yield block


def _another_hub(public: Path, stick: StickFolder) -> bool:
    try:
        there = stick.read("metadata", "1.root.json", most=64 << 10)
    except (OSError, SyncError):
        return True
    return there != (public / "metadata" / "1.root.json").read_bytes()


def _same(source: Path, stick: StickFolder, names: tuple[str, ...], sha256: str | None) -> bool:
    """Whether the stick has the very file: its content is read, for what a stick says of lengths proves nothing."""
    try:
        if stick.size(*names) != source.stat().st_size:
            return False
        sums = hashlib.sha256()
        for block in stick.blocks(*names):
            sums.update(block)
    except (OSError, SyncError):
        return False
    return sums.hexdigest() == (sha256 or hashlib.sha256(source.read_bytes()).hexdigest())


# --- Notes from the hub -----------------------------------------------------------------------------------------------

_NOTE = b"bianminting note 1\0"


def note(said: Mapping[str, Any], signer: CryptoSigner) -> bytes:
    """A note that kiosks believe: `said`, signed with the hub's online key."""
    body = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    signature = signer.sign(_NOTE + body.encode())
    return json.dumps({"said": body, "keyid": signature.keyid, "sig": signature.signature}).encode() + b"\n"


def read_note(data: bytes, keys: Mapping[str, Key]) -> dict[str, Any]:
    """What a note says. `keys`: of those who sign that a release is current, by id (`Trust.online_keys`).

    Raises `SyncError` S-02 for what none of them has signed.
    """
    try:
        value = json.loads(data)
        body, keyid = str(value["said"]), str(value["keyid"])
        keys[keyid].verify_signature(Signature(keyid, str(value["sig"])), _NOTE + body.encode())
        said: dict[str, Any] = json.loads(body)
        if not isinstance(said, dict):
            raise ValueError("no note")
    except (UnverifiedSignatureError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise SyncError(Code.RELEASE_REFUSED, f"no note of this hub: {type(error).__name__}") from error
    return said
