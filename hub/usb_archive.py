"""A stick as one file, for people who sit at a browser and not at the hub: what `Sticks.export` writes, as a zip to
unpack onto an empty stick; and what kiosks have left on a stick, as a zip or as its files, for `Sticks.bring_home`.

What is sent here is anybody's. It is looked at whole before any of it is taken: one name that is a link or leads
elsewhere, one file too many, one byte too many, and all of it is refused. Only letters of kiosks are unpacked, and
only as many bytes as a letter can have; what a zip says of its lengths is not believed.
"""

from __future__ import annotations

import io
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from contentsync.usb import FOLDER as RELEASE
from domain.errors import SyncError
from hub.people import Person
from hub.refusal import Reason, Refused
from hub.usb import Exported, Home, Sticks
from uplink.stick import FOLDER, LONGEST_ENVELOPE, Envelope, file_of

MOST_ENTRIES = 10_000
"""Files of an archive: a whole stick with 200 kiosks' letters has less than half."""

MOST_LETTERS = 2_000
MOST_BYTES = 64 << 20
"""Of all letters together, unpacked."""

LONGEST_DIRECTORY = 2 << 20
"""Bytes of the list at a zip's end, which is read whole before anything can be counted."""

_LETTER = re.compile(rf"(?:.*/)?({FOLDER}/[0-9a-f]{{32}}/[0-9a-f-]{{36}}\.post)", re.DOTALL)
_END = b"PK\x05\x06"
_END_LENGTH = 22
_SECOND = b"PK\x06\x07"
"""Before the end: that counts and lengths stand in a second one, for archives of gigabytes. Ours are none."""
_SECOND_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Packed:
    """A stick in a file that has no name and is gone when it is closed; it stands at its beginning."""

    file: IO[bytes]
    bytes: int
    made: Exported


def packed(sticks: Sticks, person: Person) -> Packed:
    """The release, and the answers to kiosks of `person`, in a zip with one folder. Raises as `Sticks.export`."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever is given it closes it
    try:
        with tempfile.TemporaryDirectory(prefix="stick-") as place:
            folder = Path(place) / RELEASE
            folder.mkdir()
            made = sticks.export(folder, by=person)
            # What lies there is packed already.
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                for path in sorted(folder.rglob("*")):
                    if path.is_file():
                        archive.write(path, path.relative_to(place).as_posix())
        length = file.seek(0, io.SEEK_END)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return Packed(file, length, made)


def brought(sticks: Sticks, person: Person, files: Sequence[bytes]) -> Home:
    """Takes in what somebody has sent: zips of a stick, or letters as they lie on it.

    Raises `Refused`: stick_unfit (what can be neither), stick_links, stick_too_large, stick_empty (no letter at all),
    and nothing was taken then; and as `Sticks.bring_home`.
    """
    letters: dict[str, bytes] = {}
    seen = unpacked = 0
    for data in files:
        for name, letter in _letters(data):
            letters[name] = letter
            seen, unpacked = seen + 1, unpacked + len(letter)  # a name that comes a second time costs the same
            if seen > MOST_LETTERS or unpacked > MOST_BYTES:
                raise Refused(Reason.STICK_TOO_LARGE)
    if not letters:
        raise Refused(Reason.STICK_EMPTY)
    with tempfile.TemporaryDirectory(prefix="stick-") as place:
        _lay_out(Path(place), letters)
        return sticks.bring_home(Path(place), by=person)


def _lay_out(place: Path, letters: Mapping[str, bytes]) -> None:
    for name, data in letters.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _letters(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Names below a stick's folder, and what they hold."""
    if not data.startswith((b"PK\x03\x04", _END)):
        try:
            envelope = Envelope.read(data)
        except SyncError:
            raise Refused(Reason.STICK_UNFIT) from None
        yield f"{FOLDER}/{envelope.device}/{file_of(envelope.id)}", data
        return
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            for one in entries:
                _check_entry(one)
            for one in entries:
                found = _LETTER.fullmatch(one.filename)
                if found is not None and not one.is_dir():
                    with archive.open(one) as stream:
                        # One byte more than a letter has: the gate behind this calls it damaged.
                        yield found[1], stream.read(LONGEST_ENVELOPE + 1)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError):
        raise Refused(Reason.STICK_UNFIT) from None


def _check_directory(data: bytes) -> None:
    """The list at the end, before it is read: a zip of thirty megabytes can name half a million files."""
    at = data.rfind(_END, max(0, len(data) - _END_LENGTH - 0xFFFF))
    if at < 0 or len(data) < at + _END_LENGTH or data[max(0, at - _SECOND_LENGTH) : at].startswith(_SECOND):
        raise Refused(Reason.STICK_UNFIT)
    count, length = int.from_bytes(data[at + 10 : at + 12], "little"), int.from_bytes(data[at + 12 : at + 16], "little")
    if count > MOST_ENTRIES or length > LONGEST_DIRECTORY:  # 0xFFFF and more: said elsewhere, and too many
        raise Refused(Reason.STICK_TOO_LARGE)


def _check_entry(one: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(one.external_attr >> 16)
    leads_off = one.filename.startswith("/") or "\\" in one.filename or ".." in one.filename.split("/")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR) or leads_off:
        raise Refused(Reason.STICK_LINKS)
    if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others cannot be stopped half-way
        raise Refused(Reason.STICK_UNFIT)
