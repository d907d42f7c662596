"""Where one ESC/POS command ends and the next begins.

The lengths follow Epson's command reference; commands that only Chinese makers have (ESC B, the beeper) are listed too.
A length rule looks at the argument bytes that are there and says how many are needed at least; it is asked again when
they have arrived, until it is content. So no rule ever sees the stream, and any chunking gives the same commands.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Arguments = bytes | bytearray | memoryview
LengthRule = Callable[[Arguments], int]

DLE: Final = 0x10
_LEADS: Final = {0x10: "DLE", 0x1B: "ESC", 0x1C: "FS", 0x1D: "GS"}
_CONTROLS: Final = {0x00: "NUL", 0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR", 0x18: "CAN"}

_CHINESE_RUN: Final = re.compile(
    rb"(?:[\x20-\x7e]|[\x81-\xfe][\x30-\x39][\x81-\xfe][\x30-\x39]|[\x81-\xfe][\x40-\x7e\x80-\xfe])+"
)
_SINGLE_BYTE_RUN: Final = re.compile(rb"[\x20-\x7e\x80-\xff]+")


class Kind(StrEnum):
    """What a token is: a command with its arguments, raster dots, characters, or bytes nobody knows."""

    COMMAND = "command"
    DOTS = "dots"
    TEXT = "text"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of the stream.

    ``name`` is the manual's ("ESC J", "LF"), empty for text and dots. ``data`` holds the arguments of a command, the
    bytes of a text, raster dots, or the bytes nobody knows. ``offset`` and ``length`` say where in the stream it stood.
    """

    kind: Kind
    name: str
    data: bytes
    offset: int
    length: int


def _fixed(count: int) -> LengthRule:
    return lambda args: count


def _word(args: Arguments, at: int) -> int:
    return args[at] | args[at + 1] << 8


def _column_image(args: Arguments) -> int:
    if len(args) < 3:
        return 3
    return 3 + _word(args, 1) * (3 if args[0] in (32, 33) else 1)


def _cut(args: Arguments) -> int:
    return 1 if not args or args[0] in (0, 1, 48, 49) else 2


def _counted16(args: Arguments) -> int:
    return 3 if len(args) < 3 else 3 + _word(args, 1)


def _counted32(args: Arguments) -> int:
    return 5 if len(args) < 5 else 5 + _word(args, 1) + (_word(args, 3) << 16)


def _barcode(args: Arguments) -> int:
    if len(args) < 2:
        return 2
    if args[0] >= 65:
        return 2 + args[1]
    end = bytes(args[1:256]).find(0)
    return end + 2 if end >= 0 else min(len(args) + 1, 256)


def _tab_stops(args: Arguments) -> int:
    # Ascending columns closed by NUL; the first one that does not ascend ends the list and belongs to what follows.
    last = 0
    for index, column in enumerate(args[:32]):
        if column == 0:
            return index + 1
        if column <= last:
            return index
        last = column
    return min(len(args) + 1, 32)


def _raster(args: Arguments) -> int:
    # Only "GS v 0" exists; any other digit is no command, so nothing may be swallowed for it.
    return 6 if args and args[0] == 0x30 else 1


def _own_characters(args: Arguments) -> int:
    if len(args) < 3:
        return 3
    at = 3
    for _ in range(max(0, args[2] - args[1] + 1)):
        if len(args) <= at:
            return at + 1
        at += 1 + args[0] * args[at]
    return at


def _downloaded_image(args: Arguments) -> int:
    return 2 if len(args) < 2 else 2 + args[0] * args[1] * 8


def _stored_images(args: Arguments) -> int:
    if not args:
        return 1
    at = 1
    for _ in range(args[0]):
        if len(args) < at + 4:
            return at + 4
        at += 4 + _word(args, at) * _word(args, at + 2) * 8
    return at


def _status_request(args: Arguments) -> int:
    return 2 if args and args[0] in (7, 8, 18) else 1


def _realtime_request(args: Arguments) -> int:
    return {1: 3, 2: 3, 3: 6, 7: 2, 8: 8}.get(args[0], 1) if args else 1


def _table() -> dict[bytes, tuple[str, LengthRule]]:
    plain: dict[int, dict[int, str]] = {
        0x1B: {
            0: "@ 2 < i m L S \x0c v", 1: "3 J d a t ! E G M R { V - _ % ? = K e r u U T", 2: "$ \\ c B",
            3: "p", 8: "W",
        },
        0x1C: {0: "& .", 1: "! - W C", 2: "S p", 74: "2"},
        0x1D: {0: ": c", 1: "! B H h w f r a I b T /", 2: "L W P $ \\", 3: "^"},
    }  # fmt: skip
    odd: dict[bytes, LengthRule] = {
        b"\x1b ": _fixed(1), b"\x1b*": _column_image, b"\x1bD": _tab_stops, b"\x1b&": _own_characters,
        b"\x1b(": _counted16,
        b"\x1c(": _counted16, b"\x1cq": _stored_images,
        b"\x1dv": _raster, b"\x1dV": _cut, b"\x1d(": _counted16, b"\x1d8": _counted32,
        b"\x1dk": _barcode, b"\x1d*": _downloaded_image,
        b"\x10\x04": _status_request, b"\x10\x05": _fixed(1), b"\x10\x14": _realtime_request,
    }  # fmt: skip
    rules = {
        bytes((lead, ord(letter))): _fixed(count)
        for lead, groups in plain.items()
        for count, letters in groups.items()
        for letter in _letters(letters)
    } | odd
    return {code: (_name(code), rule) for code, rule in rules.items()}


def _letters(spaced: str) -> Iterator[str]:
    # split(" "), not split(): ESC FF (page mode) has a form feed for a letter, which split() takes for white space.
    yield from filter(None, spaced.split(" "))


def _name(code: bytes) -> str:
    named = {0x04: "EOT", 0x05: "ENQ", 0x14: "DC4", 0x0C: "FF", 0x20: "SP"}
    return f"{_LEADS[code[0]]} {named.get(code[1], chr(code[1]))}"


_COMMANDS: Final = _table()


class CommandReader:
    """Cuts a stream into tokens, whatever the chunks it arrives in.

    An unfinished command waits for its rest, for ever if need be, as in a printer: after a job that broke off inside a
    picture the next job's first bytes are taken for dots. Raster dots do not wait, they come out as they arrive.
    Unknown bytes never stop it: an unknown ESC, FS, GS or DLE sequence is two bytes, an unknown control character one.
    """

    def __init__(self, *, chinese: bool = True, offset: int = 0) -> None:
        self._buffer = bytearray()
        self._offset = offset
        self._needed = 1
        self._dots_left = 0
        self._chinese = chinese

    @property
    def received(self) -> int:
        """Bytes fed so far."""
        return self._offset + len(self._buffer)

    @property
    def unfinished(self) -> int:
        """Bytes of a command that is not complete yet."""
        return len(self._buffer)

    @property
    def dots_expected(self) -> int:
        """Bytes of raster dots that a GS v 0 has announced and that have not come."""
        return self._dots_left

    def feed(self, data: bytes) -> list[Token]:
        self._buffer += data
        tokens = []
        while self._buffer and len(self._buffer) >= self._needed:
            found = self._take_dots() if self._dots_left else self._next()
            if isinstance(found, int):
                self._needed = found
            else:
                tokens.append(found)
        return tokens

    def _take_dots(self) -> Token:
        return self._token(Kind.DOTS, "", min(self._dots_left, len(self._buffer)), start=0)

    def _next(self) -> Token | int:
        """The next token, or how many bytes it takes to tell."""
        first = self._buffer[0]
        if first in _LEADS:
            return self._next_command()
        if first in _CONTROLS:
            return self._token(Kind.COMMAND, _CONTROLS[first], 1, start=1)
        if first < 0x20 or first == 0x7F:
            return self._token(Kind.UNKNOWN, "", 1, start=0)
        return self._next_text()

    def _next_command(self) -> Token | int:
        if len(self._buffer) < 2:
            return 2
        known = _COMMANDS.get(bytes(self._buffer[:2]))
        if known is None:
            return self._token(Kind.UNKNOWN, "", 2, start=0)
        name, rule = known
        with memoryview(self._buffer) as view, view[2:] as args:
            length = 2 + rule(args)
        return length if length > len(self._buffer) else self._finish(name, length)

    def _finish(self, name: str, length: int) -> Token:
        if name == "GS v" and (length < 8 or self._buffer[3] not in (0, 1, 2, 3, 48, 49, 50, 51)):
            return self._token(Kind.UNKNOWN, "", length, start=0)
        if name in ("FS &", "FS ."):
            self._chinese = name == "FS &"
        elif name == "ESC @":
            self._chinese = True  # GB18030 models power on in Chinese mode (SP91 manual)
        token = self._token(Kind.COMMAND, name, length, start=2)
        if name == "GS v":
            self._dots_left = _word(token.data, 2) * _word(token.data, 4)
        return token

    def _next_text(self) -> Token | int:
        run = (_CHINESE_RUN if self._chinese else _SINGLE_BYTE_RUN).match(self._buffer)
        if run is not None:
            return self._token(Kind.TEXT, "", run.end(), start=0)
        if 0x81 <= self._buffer[0] <= 0xFE:
            if len(self._buffer) < 2:
                return 2
            if 0x30 <= self._buffer[1] <= 0x39 and len(self._buffer) < 4:
                return 4
        return self._token(Kind.TEXT, "", 1, start=0)

    def _token(self, kind: Kind, name: str, length: int, *, start: int) -> Token:
        token = Token(kind, name, bytes(self._buffer[start:length]), self._offset, length)
        del self._buffer[:length]
        self._offset += length
        self._needed = 1
        if kind is Kind.DOTS:
            self._dots_left -= length
        return token
