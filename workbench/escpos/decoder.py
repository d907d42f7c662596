"""What an ESC/POS printer does with its commands: dots on a roll, cuts, and questions it will have to answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from workbench.escpos.grammar import CommandReader, Kind, Token
from workbench.escpos.paper import Dots, Note, Roll, Sheet

DEFAULT_LINE_SPACING: Final = 30
LINE_HEIGHT: Final = 24
"""Font A and Chinese characters are 24 dots high, and so is a line of ESC * columns."""
_HALF_CELL: Final = 12

_NOT_DRAWN: Final = {
    "ESC L": "page mode",
    "ESC K": "feed back",
    "ESC e": "feed back",
    "ESC V": "turned characters",
    "ESC {": "upside-down printing",
    "GS k": "barcode",
    "GS /": "downloaded image",
    "GS P": "motion units",
    "FS p": "stored image",
}


@dataclass(frozen=True, slots=True)
class Request:
    """A question that stood in the stream and is due now that everything before it has been printed.

    ``name`` is "GS r", "GS a" (both with their one argument byte in ``data``) or "GS ( H" (with the four bytes of the
    process id).
    """

    name: str
    data: bytes


@dataclass(slots=True)
class _Line:
    """The line buffer: columns and characters wait here for a line feed."""

    dots: Dots
    used: int = 0
    filled: bool = False
    text: str = ""


class Decoder:
    """Turns a byte stream into paper ``width`` dots wide; the sheets cut so far are in ``sheets``.

    Vertical motion units are taken as dots, as 203 dpi printers have it. Text in the printer's own font is recorded and
    moves the paper, but no glyph is drawn and no long line is wrapped. Raster rows come out one by one as their bytes
    arrive, so a stream that breaks off leaves what a printer would leave. Nothing raises on bad input: it is counted in
    ``Sheet.unknown`` with its offset, and what follows is read as if it were meant.
    """

    def __init__(self, width: int = 576, *, cutter_gap: int = 0) -> None:
        self.width = width
        self.cutter_gap = cutter_gap
        self.sheets: list[Sheet] = []
        self._roll = Roll(width, cutter_gap)
        self._requests: list[Request] = []
        self._reader = CommandReader()
        self._raster_width = 0
        self._raster_scale = (1, 1)
        self._raster_rest = b""
        self._stored: Dots | None = None
        self._initialise()

    def reset(self) -> None:
        """Power on: the half command, the line and all settings are gone, the paper stays where it is."""
        self._initialise()
        self.forget_half_command()

    def clear_buffers(self) -> None:
        """The half command, the line and the stored picture are gone; the settings stay."""
        self.forget_half_command()
        self._line = self._empty_line()
        self._stored = None

    def forget_half_command(self) -> None:
        """Whatever comes next is read as the beginning of a command."""
        self._reader = CommandReader(chinese=self._chinese, offset=self._reader.received)
        self._raster_rest = b""

    def _initialise(self) -> None:
        self._line = self._empty_line()
        self._line_spacing = DEFAULT_LINE_SPACING
        self._justify = 0
        self._margin = 0
        self._area = self.width
        self._stored = None
        self._chinese = True

    @property
    def strip(self) -> Sheet:
        """The paper that no cut has freed yet."""
        return self._roll.hanging()

    @property
    def strip_rows(self) -> int:
        return self._roll.rows

    @property
    def unfinished(self) -> int:
        """Bytes that still wait for the rest of their command, raster dots not yet a whole row included."""
        return self._reader.unfinished + len(self._raster_rest)

    @property
    def expects_dots(self) -> bool:
        """Inside a GS v 0 picture: whatever comes next is printed as dots."""
        return self._reader.dots_expected > 0

    def feed(self, data: bytes) -> list[Request]:
        """Prints ``data`` and returns the questions it held, in order."""
        for token in self._reader.feed(data):
            self._obey(token)
        requests, self._requests = self._requests, []
        return requests

    def take_sheets(self) -> list[Sheet]:
        """Hands over the sheets cut since the last call."""
        taken, self.sheets = self.sheets, []
        return taken

    def _obey(self, token: Token) -> None:
        match token.kind:
            case Kind.DOTS:
                self._raster_rows(token.data)
            case Kind.TEXT:
                self._set_text(token.data)
            case Kind.UNKNOWN:
                self._unknown(token, "unknown command")
            case Kind.COMMAND:
                action = _ACTIONS.get(token.name)
                if action is not None:
                    action(self, token)
                elif token.name in _NOT_DRAWN:
                    self._undrawn(token, _NOT_DRAWN[token.name])

    # Lines

    def _empty_line(self) -> _Line:
        return _Line(np.zeros((LINE_HEIGHT, self.width), np.bool_))

    def _set_text(self, data: bytes) -> None:
        text = data.decode("gb18030" if self._chinese else "cp437", "replace")
        self._line.text += text
        self._line.filled = True
        self._line.used += sum(_HALF_CELL if ord(letter) < 0x80 else 2 * _HALF_CELL for letter in text)

    def _columns(self, token: Token) -> None:
        mode, data = token.data[0], np.frombuffer(token.data[3:], np.uint8)
        if mode not in (0, 1, 32, 33):
            return self._unknown(token, "bit image mode")
        tall = mode >= 32
        columns = np.unpackbits(data.reshape(-1, 3 if tall else 1), axis=1).astype(np.bool_).T
        columns = _enlarged(columns, across=1 if mode & 1 else 2, down=1 if tall else 3)
        line = self._line
        free = columns[:, : max(0, self.width - line.used)]
        line.dots[: columns.shape[0], line.used : line.used + free.shape[1]] |= free
        line.used += columns.shape[1]
        line.filled = True

    def _end_line(self, advance: int) -> None:
        """Prints the line buffer and moves the paper ``advance`` rows, or a line's height if that is more."""
        line = self._line
        if line.text:
            self._roll.write(line.text)
        if line.filled:
            self._burn(line.dots[:, : min(line.used, self.width)])
            advance -= LINE_HEIGHT
            self._line = self._empty_line()
        self._roll.feed(max(0, advance))

    def _line_feed(self, token: Token) -> None:
        self._end_line(self._line_spacing)

    def _feed_dots(self, token: Token) -> None:
        self._end_line(token.data[0])

    def _feed_lines(self, token: Token) -> None:
        self._end_line(token.data[0] * self._line_spacing)

    def _flush_line(self) -> None:
        if self._line.filled:
            self._end_line(self._line_spacing)

    # Pictures

    def _raster(self, token: Token) -> None:
        self._flush_line()
        mode = token.data[1] & 0x0F
        self._raster_width = token.data[2] | token.data[3] << 8
        self._raster_scale = (2 if mode & 1 else 1, 2 if mode & 2 else 1)
        self._raster_rest = b""

    def _raster_rows(self, data: bytes) -> None:
        data = self._raster_rest + data
        whole = len(data) // self._raster_width * self._raster_width
        self._raster_rest = data[whole:]
        if whole:
            rows = np.unpackbits(np.frombuffer(data[:whole], np.uint8).reshape(-1, self._raster_width), axis=1)
            self._burn(_enlarged(rows.astype(np.bool_), *self._raster_scale))

    def _graphics(self, token: Token) -> None:
        function = token.data[4:5] if token.name == "GS (" else token.data[6:7]
        body = token.data[5:] if token.name == "GS (" else token.data[7:]
        if function == b"p":
            self._store_graphics(token, body)
        elif function in (b"\x02", b"2"):
            self._flush_line()
            if self._stored is not None:
                self._burn(self._stored)
            self._stored = None
        else:
            self._undrawn(token, "graphics function")

    def _store_graphics(self, token: Token, body: bytes) -> None:
        # body: tone, scale across, scale down, colour, width and height in dots (little endian), rows of dots
        width, height = (int.from_bytes(body[at : at + 2], "little") for at in (4, 6))
        row, dots = -(-width // 8), body[8:]
        if len(body) < 8 or len(dots) != row * height or not dots:
            self._stored = None
            return self._unknown(token, "graphics data do not fill the picture")
        picture = np.unpackbits(np.frombuffer(dots, np.uint8).reshape(height, row), axis=1, count=width)
        self._stored = _enlarged(picture.astype(np.bool_), across=body[1], down=body[2])

    def _burn(self, dots: Dots) -> None:
        area = min(self._area, self.width - self._margin)
        slack = max(0, area - dots.shape[1])
        left = self._margin + (0, slack // 2, slack)[self._justify]
        self._roll.burn(dots, left, limit=self._margin + area)

    # Settings, cuts, questions

    def _reset_settings(self, token: Token) -> None:
        self._initialise()

    def _set_spacing(self, token: Token) -> None:
        self._line_spacing = token.data[0] if token.data else DEFAULT_LINE_SPACING

    def _set_justification(self, token: Token) -> None:
        self._justify = token.data[0] & 0x0F if token.data[0] in (0, 1, 2, 48, 49, 50) else self._justify

    def _set_margin(self, token: Token) -> None:
        self._margin = min(self.width, int.from_bytes(token.data, "little"))

    def _set_area(self, token: Token) -> None:
        self._area = int.from_bytes(token.data, "little")

    def _move_across(self, token: Token) -> None:
        distance = int.from_bytes(token.data, "little", signed=token.name == "ESC \\")
        self._line.used = max(0, distance + (self._line.used if token.name == "ESC \\" else 0))

    def _set_chinese(self, token: Token) -> None:
        self._chinese = token.name == "FS &"

    def _cut(self, token: Token) -> None:
        self._flush_line()
        mode = token.data[0] if token.data else ord(token.name[-1])
        if mode in (65, 66, 97, 98, 103, 104):
            self._roll.feed(self.cutter_gap + token.data[1])
        elif mode not in (0, 1, 48, 49, ord("i"), ord("m")):
            return self._unknown(token, "cut mode")
        self.sheets.append(self._roll.cut(partly=mode not in (0, 48, 65, 97, 103)))

    def _counted(self, token: Token) -> None:
        """GS ( and GS 8: a letter, a length, and a body."""
        letter = token.data[:1]
        if letter == b"L" and len(token.data) > 4:
            self._graphics(token)
        elif letter == b"H" and token.name == "GS (":
            if token.data[3:5] == b"00" and len(token.data) == 9:
                self._requests.append(Request("GS ( H", token.data[5:9]))
            else:
                self._unknown(token, "process id request")
        elif letter == b"k":
            if token.data[4:5] == b"Q":
                self._undrawn(token, "two-dimensional code")
        else:
            self._undrawn(token, f"{token.name} {letter.decode('ascii', 'replace')}")

    def _ask(self, token: Token) -> None:
        self._requests.append(Request(token.name, token.data))

    def _unknown(self, token: Token, what: str) -> None:
        self._roll.note_unknown(_note(token, what))

    def _undrawn(self, token: Token, what: str) -> None:
        self._roll.note_undrawn(_note(token, what))


def _note(token: Token, what: str) -> Note:
    return Note(token.offset, f"{what} {token.name}".strip() if token.name else what, token.data[:16])


def _enlarged(dots: Dots, across: int, down: int) -> Dots:
    if across > 1:
        dots = np.repeat(dots, across, axis=1)
    return np.repeat(dots, down, axis=0) if down > 1 else dots


_ACTIONS: Final[dict[str, Callable[[Decoder, Token], None]]] = {
    "LF": Decoder._line_feed,
    "ESC @": Decoder._reset_settings,
    "ESC 2": Decoder._set_spacing,
    "ESC 3": Decoder._set_spacing,
    "ESC J": Decoder._feed_dots,
    "ESC d": Decoder._feed_lines,
    "ESC *": Decoder._columns,
    "ESC $": Decoder._move_across,
    "ESC \\": Decoder._move_across,
    "ESC a": Decoder._set_justification,
    "ESC i": Decoder._cut,
    "ESC m": Decoder._cut,
    "GS V": Decoder._cut,
    "GS v": Decoder._raster,
    "GS (": Decoder._counted,
    "GS 8": Decoder._counted,
    "GS L": Decoder._set_margin,
    "GS W": Decoder._set_area,
    "GS r": Decoder._ask,
    "GS a": Decoder._ask,
    "FS &": Decoder._set_chinese,
    "FS .": Decoder._set_chinese,
}


def decode(chunks: bytes | Iterable[bytes], width: int = 576, *, cutter_gap: int = 0) -> list[Sheet]:
    """All the paper of a stream: the sheets cut, and what hangs uncut at the end if anything was printed on it."""
    decoder = Decoder(width, cutter_gap=cutter_gap)
    for chunk in (chunks,) if isinstance(chunks, bytes) else chunks:
        decoder.feed(chunk)
    strip = decoder.strip
    rest = [strip] if strip.height > cutter_gap or strip.unknown else []
    return [*decoder.sheets, *rest]
