"""What a card answers: command APDU in, response APDU out.

Status words as the cards give them on which the readers of this country were tried: 61xx and 6Cxx over contacts (T=0),
6A82 no such file, 6A83 no such record, 6982 not allowed, 6B00 beyond the end, 6D00 and 6E00 unknown commands. Writing
and PIN commands are understood and refused, so that the log shows who sent them.
"""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Final, Protocol

from workbench.cards.files import MASTER_FILE, DedicatedFile, ElementaryFile, tlv

OK: Final = b"\x90\x00"
_ANY: Final = 256
"""What Le = 00 asks for."""
_PIN_TRIES: Final = 3


class Interface(StrEnum):
    """How a card is read; the values are what the control page's API calls the readers."""

    CONTACT = "contact"
    CONTACTLESS = "contactless"


class Chip(Protocol):
    """Anything that lies on a reader. `interface` tells the protocol: T=0 over contacts, ISO 14443-4 without."""

    def reset(self) -> None: ...

    def answer(self, command: bytes, interface: Interface) -> bytes: ...


class FileChip:
    """A CPU card with a file system. What was selected is forgotten by `reset`, which power-up and warm reset call."""

    def __init__(self, master: DedicatedFile, *applications: DedicatedFile, uid: bytes = b"") -> None:
        self._all = (master, *applications)
        self._uid = uid
        self._tries = _PIN_TRIES
        self.reset()

    def reset(self) -> None:
        self._directory = self._all[0]
        self._file: ElementaryFile | None = None
        self._waiting = b""  # for GET RESPONSE

    def answer(self, command: bytes, interface: Interface) -> bytes:
        if len(command) < 4:
            return _status(0x6700)
        if command[:2] == b"\xff\xca" and interface is Interface.CONTACTLESS:
            return _identifier(command, self._uid)  # answered by the reader, never by the card
        try:
            data, expected = _body(command[4:])
        except ValueError:
            return _status(0x6700)
        t0 = interface is Interface.CONTACT
        if t0 and expected is None and not data:
            expected = _ANY  # four bytes over T=0: P3 is 00
        p1, p2 = command[2:4]
        waiting, self._waiting = self._waiting, b""
        match (command[0], command[1]):
            case (0x00, 0xC0):
                return self._respond(waiting, expected)
            case (0x00, 0xA4):
                return self._tell(self._select(p1, p2, data), t0)
            case (0x00, 0xB0):
                return self._read_binary(p1, p2, expected, t0)
            case (0x00, 0xB2):
                return self._read_record(p1, p2, expected, t0)
            case (0x80, 0x5C):
                return self._balance(p1, p2, expected, t0)
            case (0x00, 0x84):
                return os.urandom(expected if expected in (4, 8, 16) else 8) + OK
            case (0x00, 0x20):
                return self._verify(data)
            case (0x00, 0xD6 | 0xDC) | (0x04 | 0x84, 0xD6 | 0xDC):
                return _status(0x6982)
            case (0x00, 0x82 | 0x88):
                return _status(0x6A88)
            case (0x80, 0x50 | 0x52 | 0x54):
                return _status(0x9403)
            case (0x00 | 0x04 | 0x80 | 0x84, _):
                return _status(0x6D00)
        return _status(0x6E00)

    def _tell(self, selected: bytes | int, t0: bool) -> bytes:
        if isinstance(selected, int):
            return _status(selected)
        if t0 and selected:
            # T=0 cannot carry data both ways in one exchange.
            self._waiting = selected
            return _status(0x6100 | len(selected))
        return selected + OK

    def _respond(self, waiting: bytes, expected: int | None) -> bytes:
        if not waiting:
            return _status(0x6985)
        if expected is None or expected > len(waiting):
            self._waiting = waiting
            return _status(0x6C00 | len(waiting))
        self._waiting = waiting[expected:]
        return waiting[:expected] + (_status(0x6100 | len(self._waiting)) if self._waiting else OK)

    def _select(self, p1: int, p2: int, data: bytes) -> bytes | int:
        if p2 not in (0x00, 0x0C):
            return 0x6A86
        found: DedicatedFile | ElementaryFile | None = None
        if p1 == 0x04:
            found = next((each for each in self._all if data and each.name.startswith(data)), None)
        elif p1 in (0x00, 0x02):
            number = int.from_bytes(data, "big") if data else MASTER_FILE
            if p1 == 0x00:
                found = next((each for each in self._all if each.number == number), None)
            found = found or self._directory.by_number(number)
        else:
            return 0x6A86
        if found is None:
            return 0x6A82
        if isinstance(found, ElementaryFile):
            self._file = found
            size = len(found.data) if found.records is None else sum(map(len, found.records))
            kind = b"\x01" if found.records is None else b"\x04"
            told = tlv(
                0x6F,
                tlv(0x80, size.to_bytes(2, "big"))
                + tlv(0x82, kind)
                + tlv(0x83, (found.number or 0).to_bytes(2, "big")),
            )
        else:
            self._directory, self._file = found, None
            told = found.control_information()
        return b"" if p2 == 0x0C else told

    def _read_binary(self, p1: int, p2: int, expected: int | None, t0: bool) -> bytes:
        named = bool(p1 & 0x80)
        file, offset = (self._directory.by_short(p1 & 0x1F), p2) if named else (self._file, p1 << 8 | p2)
        if file is None:
            return _status(0x6A82 if named else 0x6986)
        self._file = file
        if file.records is not None:
            return _status(0x6981)
        if not file.may_read():
            return _status(0x6982)
        if offset >= len(file.data):
            return _status(0x6B00)
        if expected is None:
            return _status(0x6700)
        there = file.data[offset:]
        if not t0 and expected == _ANY:
            return there[:_ANY] + OK
        return _status(0x6C00 | len(there) & 0xFF) if expected > len(there) else there[:expected] + OK

    def _read_record(self, p1: int, p2: int, expected: int | None, t0: bool) -> bytes:
        short, how = p2 >> 3, p2 & 0b111
        file = self._directory.by_short(short) if short else self._file
        if file is None:
            return _status(0x6A82 if short else 0x6986)
        self._file = file
        if file.records is None:
            return _status(0x6981)
        if how == 0b100:
            record = file.records[p1 - 1] if 1 <= p1 <= len(file.records) else None
        elif how == 0b000:
            record = next((each for each in file.records if each[:1] == bytes((p1,))), None)
        else:
            return _status(0x6A81)
        if record is None:
            return _status(0x6A83)
        if not file.may_read(record):
            return _status(0x6982)
        return _outgoing(record, expected, t0)

    def _balance(self, p1: int, p2: int, expected: int | None, t0: bool) -> bytes:
        purse = self._directory.purses.get(p2)
        if purse is None:
            return _status(0x6A81)
        if p1 not in (0, 1):
            return _status(0x6A86)
        return _outgoing((purse.overdrawn if p1 else purse.balance).to_bytes(4, "big"), expected, t0)

    def _verify(self, pin: bytes) -> bytes:
        """No PIN is ever right: whoever tries one burns a try, and the third blocks the card for good."""
        if pin and self._tries:
            self._tries -= 1
        return _status(0x63C0 | self._tries if self._tries else 0x6983)


class StorageChip:
    """A card without a processor: the reader answers in its place, and ISO 7816 commands mean nothing to it."""

    def __init__(self, uid: bytes) -> None:
        self._uid = uid

    def reset(self) -> None:
        """Nothing is remembered."""

    def answer(self, command: bytes, interface: Interface) -> bytes:
        if command[:2] == b"\xff\xca":
            return _identifier(command, self._uid)
        return _status(0x6982 if command[:2] == b"\xff\xb0" else 0x6D00)


def _identifier(command: bytes, uid: bytes) -> bytes:
    """GET DATA of PC/SC part 3: P1 = 00 the UID, P1 = 01 the historical bytes, which these cards do not tell."""
    return uid + OK if command[2] == 0 else _status(0x6A81)


def _outgoing(data: bytes, expected: int | None, t0: bool) -> bytes:
    """`data` when it is what was asked for, else 6Cxx with its length. Over T=0 nobody can ask for what there is."""
    if expected is None:
        return _status(0x6700)
    if expected == len(data) or (expected == _ANY and not t0):
        return data + OK
    return _status(0x6C00 | len(data) & 0xFF)


def _body(body: bytes) -> tuple[bytes, int | None]:
    """Data and Le behind the header: short APDUs only. Raises `ValueError` when the lengths do not fit."""
    if len(body) <= 1:
        return b"", (body[0] or _ANY) if body else None
    data, rest = body[1 : 1 + body[0]], body[1 + body[0] :]
    if not body[0] or len(data) != body[0] or len(rest) > 1:
        raise ValueError("lengths do not fit")
    return data, (rest[0] or _ANY) if rest else None


def _status(word: int) -> bytes:
    return word.to_bytes(2, "big")
