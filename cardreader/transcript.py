"""Exchanges with a card, on file: recording them without the person, playing them back.

A transcript is JSON, ``{"exchanges": [{"c": hex, "r": hex}, …]}``: command and response with its status word, and
optionally ``"atr"``. Everything else in it is ignored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cardreader import tlv
from cardreader.connection import Connection
from cardreader.families import Register, register, social_security, t_union
from cardreader.families.tables import CardFile, FamilyTable
from cardreader.purse import RECORD_SIZE, RECORDS_SFI
from domain.errors import Code, RecordError

Exchange = tuple[bytes, bytes]

NOT_FOUND: Final = bytes.fromhex("6A82")
NO_RECORD: Final = bytes.fromhex("6A83")

_SELECT, _READ_BINARY, _READ_RECORD, _GET_BALANCE, _GET_RESPONSE = 0xA4, 0xB0, 0xB2, 0x5C, 0xC0


@dataclass(frozen=True, slots=True, repr=False)
class Transcript:
    """What was sent and what came back, in order."""

    exchanges: tuple[Exchange, ...]
    atr: bytes = b""

    def __repr__(self) -> str:
        return f"Transcript({len(self.exchanges)} exchanges)"

    @classmethod
    def load(cls, path: Path) -> Transcript:
        """Reads a file. Raises `RecordError` (R-01) that names the file and the exchange when it is no transcript."""
        try:
            document = json.loads(path.read_bytes().decode("utf-8"))
        except (UnicodeDecodeError, ValueError, RecursionError):
            raise _refused(path, "not JSON") from None
        exchanges = document.get("exchanges") if isinstance(document, dict) else None
        if not isinstance(exchanges, list):
            raise _refused(path, "no exchanges: not a card transcript")
        atr = _hex(document.get("atr", ""))
        if atr is None:
            raise _refused(path, "atr is not hexadecimal")
        return cls(tuple(_exchange(path, number, each) for number, each in enumerate(exchanges, 1)), atr)

    def document(self) -> dict[str, Any]:
        """As it is written to a file."""
        return {
            "atr": self.atr.hex().upper(),
            "exchanges": [{"c": c.hex().upper(), "r": r.hex().upper()} for c, r in self.exchanges],
        }


def _exchange(path: Path, number: int, each: object) -> Exchange:
    command = _hex(each.get("c")) if isinstance(each, dict) else None
    response = _hex(each.get("r")) if isinstance(each, dict) else None
    if command is None or response is None or len(command) < 4 or len(response) < 2:
        raise _refused(path, f"exchange {number} is not a command and a response")
    return command, response


def _hex(text: object) -> bytes | None:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _refused(path: Path, why: str) -> RecordError:
    return RecordError(Code.RECORD_UNREADABLE, (f"{path}: {why}",))


def _question(apdu: bytes) -> bytes:
    """CLA INS P1 P2 and data; not Le, in which programs and readers differ."""
    return apdu[:4] + apdu[5 : 5 + apdu[4]] if len(apdu) > 5 else apdu[:4]


def _whole(exchanges: Sequence[Exchange]) -> list[Exchange]:
    """Exchanges as a card over T=1 would have had them: what was fetched with GET RESPONSE stands behind its command,
    and of a command that was repeated with the right length only the repetition counts.
    """
    whole: list[Exchange] = []
    for command, response in exchanges:
        before, answer = whole[-1] if whole else (b"", b"")
        if answer[-2:-1] in (b"\x61", b"\x6c") and command[1] == _GET_RESPONSE:
            whole[-1] = (before, answer[:-2] + response)
        elif answer[-2:-1] == b"\x6c" and _question(before) == _question(command):
            whole[-1] = (command, response)
        else:
            whole.append((command, response))
    return whole


class Replay:
    """A connection that answers from a transcript: in any order, as often as one asks. A SELECT that is not in it
    answers 6A82, everything else 6A83. An answer that is longer than what is asked for is cut, as a card does.
    """

    def __init__(self, transcript: Transcript) -> None:
        self._atr = transcript.atr
        self._answers: dict[bytes, bytes] = {}
        for command, response in _whole(transcript.exchanges):
            self._answers.setdefault(_question(command), response)

    @property
    def atr(self) -> bytes:
        return self._atr

    def transmit(self, apdu: bytes) -> bytes:
        """See `Connection`."""
        answer = self._answers.get(_question(apdu), NOT_FOUND if apdu[1] == _SELECT else NO_RECORD)
        wanted = apdu[4] if len(apdu) == 5 else 0
        return answer[:wanted] + answer[-2:] if 0 < wanted < len(answer) - 2 else answer


class Recorder:
    """A connection that passes everything on to another and keeps it; unless `unmask`, without what belongs to the
    person: only what is known to be harmless is kept, everything else becomes zeros of the same length. What that is
    on the cards of which city, the tables of `families` say (None: those that are shipped).
    """

    def __init__(self, connection: Connection, *, unmask: bool = False, families: Register | None = None) -> None:
        self._connection = connection
        self._unmask = unmask
        self._tables = [each.table for each in (families or register()).families if each.table is not None]
        self._application = b""  # DF name; empty: where a fresh card stands
        self._named = b""  # the last one that was selected by its name
        self._exchanges: list[Exchange] = []
        self._file = b""
        self._asked = b""
        self._begun = False

    @property
    def atr(self) -> bytes:
        return self._connection.atr

    def transmit(self, apdu: bytes) -> bytes:
        """See `Connection`; an exchange that breaks is not kept."""
        response = self._connection.transmit(apdu)
        self._exchanges.append((apdu, response if self._unmask else self._without_person(apdu, response)))
        return response

    def transcript(self) -> Transcript:
        """What was recorded so far."""
        return Transcript(tuple(self._exchanges), self.atr)

    def _without_person(self, apdu: bytes, response: bytes) -> bytes:
        data, status = response[:-2], response[-2:]
        if apdu[1] != _GET_RESPONSE:
            self._asked, self._begun = apdu, False
        if apdu[1] == _SELECT:
            self._file = _question(apdu)[4:]
        if self._asked[1] == _SELECT and status[0] in (0x61, 0x62, 0x63, 0x90):
            if self._asked[2] & 0x04:
                self._application = self._named = self._file
            self._application = tlv.find(data, 0x6F, 0x84) or self._application
        # A part in the middle of a longer answer cannot be told what it is.
        kept = bytes(len(data)) if self._begun else self._kept(self._asked, data)
        self._begun = self._begun or bool(data)
        return kept + status

    def _kept(self, asked: bytes, data: bytes) -> bytes:
        instruction, p1, sfi = asked[1], asked[2], asked[3] >> 3
        if instruction == _SELECT:
            return self._selected(data)
        files = self._files(lambda file: file.command is not None and file.command.header == asked[:4])
        if files:
            return _only(data, files)
        if instruction == _READ_BINARY and p1 == 0x80 | t_union.PUBLIC_SFI and asked[3] == 0:
            return _public(data) if self._application == t_union.NAME else bytes(len(data))
        if instruction == _GET_BALANCE or (instruction == _READ_BINARY and p1 == 0x80 | t_union.MANAGEMENT_SFI):
            return data
        if instruction == _READ_RECORD and sfi == RECORDS_SFI and len(data) == RECORD_SIZE:
            return _zeroed(data, ((10, 16), (20, 23)))
        if instruction == _READ_RECORD and sfi == 0:
            return self._record(data)
        return bytes(len(data))

    def _selected(self, data: bytes) -> bytes:
        """The answer to SELECT: name and form, and of the public file in it what is harmless."""
        at = data.find(b"\x9f\x0c")
        if at < 0:
            ours = any(table.df_name == self._application and table.files for table in self._tables)
            end = data.find(self._application) + len(self._application) if ours else len(data)
            return data[:end] + bytes(len(data[end:]))
        head, inside = data[: at + 3], data[at + 3 :]
        if self._application == t_union.NAME:
            return head + _public(inside)
        return head + _only(inside, self._files(lambda file: file.in_fci))

    def _files(self, wanted: Callable[[CardFile], bool]) -> list[tuple[FamilyTable, CardFile]]:
        """The files that a table describes in what is selected."""
        return [
            (table, file)
            for table in self._tables
            for file in table.files.values()
            if wanted(file) and self._is_here(table, file)
        ]

    def _is_here(self, table: FamilyTable, file: CardFile) -> bool:
        if file.path is not None:
            return file.path[-1] == self._file and table.df_name == self._named
        if not self._application:
            return () in table.ways or any(way[-1:] == (self._file,) for way in table.ways)
        return table.df_name == self._application

    def _record(self, data: bytes) -> bytes:
        """Tag and length of a TLV record stay; of EF05, also what is not the card's own number."""
        if self._file != social_security.CARD_FILE.to_bytes(2, "big") or not data:
            return data[:2] + bytes(len(data[2:]))
        if data[0] == social_security.CARD_ID:
            return _zeroed(data, ((10, len(data)),))
        if data[0] in (social_security.VERSION, social_security.ISSUED, social_security.EXPIRES):
            return data
        return data[:2] + bytes(len(data[2:]))


def _public(data: bytes) -> bytes:
    """EF15 without the serial part of the number; the issuer's prefix stays."""
    return _zeroed(data, ((15, 20),)) if len(data) >= 28 else bytes(len(data))


def _only(data: bytes, files: Sequence[tuple[FamilyTable, CardFile]]) -> bytes:
    """What one of `files` calls harmless and none of them a number, and what makes them known."""
    kept: set[int] = set().union(*(table.harmless(file.name) for table, file in files))
    kept -= set().union(*(table.numbered(file.name) for table, file in files))
    kept |= set().union(*(table.marks(file.name) for table, file in files))
    return bytes(byte if at in kept else 0 for at, byte in enumerate(data))


def _zeroed(data: bytes, parts: Sequence[tuple[int, int]]) -> bytes:
    out = bytearray(data)
    for start, end in parts:
        out[start:end] = bytes(len(out[start:end]))
    return bytes(out)
