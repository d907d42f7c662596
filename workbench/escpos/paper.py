"""Paper: the roll under the print head, and the sheets that the cutter lets fall."""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

DOTS_PER_MM: Final = 8
"""203 dpi, the resolution of nearly every 58 and 80 mm printer (72 mm = 576 dots, 48 mm = 384)."""

Dots = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TextLine:
    """Characters the host sent to be set in the printer's own font; ``row`` is the top of their line on the sheet."""

    row: int
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something the paper does not show: an unknown command, or a known one that is not drawn here.

    ``offset`` counts from the start of the stream, ``data`` is cut off after 16 bytes.
    """

    offset: int
    what: str
    data: bytes = b""


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A piece of paper. Dots are kept packed, eight to a byte, so that a drawer full of sheets stays small."""

    width: int
    height: int
    packed: NDArray[np.uint8]
    text: tuple[TextLine, ...] = ()
    unknown: tuple[Note, ...] = ()
    undrawn: tuple[Note, ...] = ()
    partly_cut: bool = False

    @property
    def dots(self) -> Dots:
        """Shape (height, width), True = black."""
        return np.unpackbits(self.packed, axis=1, count=self.width).astype(np.bool_)

    @property
    def ink(self) -> Dots:
        """The rows from the first black one to the last, at full width; no rows when the sheet is blank."""
        dots = self.dots
        rows = np.flatnonzero(dots.any(axis=1))
        return dots[rows[0] : rows[-1] + 1] if rows.size else dots[:0]

    @property
    def length_mm(self) -> float:
        return self.height / DOTS_PER_MM

    def png(self) -> bytes:
        """One dot a pixel, 1 bit deep, marked with the resolution so that it prints at the paper's own size."""
        height = max(1, self.height)
        white = np.full((height, self.packed.shape[1]), 0xFF, np.uint8)
        white[: self.height] ^= self.packed
        out = io.BytesIO()
        resolution = DOTS_PER_MM * 25.4
        image = Image.frombytes("1", (self.width, height), white.tobytes())
        image.save(out, "PNG", dpi=(resolution, resolution))
        return out.getvalue()


@dataclass(slots=True)
class Roll:
    """An endless strip that moves past the head towards the cutter, ``cutter_gap`` dots further on.

    A cut falls at the cutter, not at the head: without a feed over the gap first, the last rows printed stay behind and
    head the next sheet, as on a real printer.
    """

    width: int
    cutter_gap: int = 0
    _bands: list[NDArray[np.uint8]] = field(default_factory=list)
    _rows: int = 0
    _text: list[TextLine] = field(default_factory=list)
    _unknown: list[Note] = field(default_factory=list)
    _undrawn: list[Note] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.feed(self.cutter_gap)

    @property
    def rows(self) -> int:
        """Rows between the last cut and the head."""
        return self._rows

    def feed(self, rows: int) -> None:
        self._add(np.zeros((rows, -(-self.width // 8)), np.uint8))

    def burn(self, dots: Dots, left: int = 0, limit: int | None = None) -> None:
        """Prints ``dots`` from column ``left`` on; what would lie right of ``limit`` or beside the paper is lost."""
        right = min(self.width, self.width if limit is None else limit, left + dots.shape[1])
        band = np.zeros((dots.shape[0], self.width), np.bool_)
        if right > left:
            band[:, left:right] = dots[:, : right - left]
        self._add(np.packbits(band, axis=1))

    def write(self, text: str) -> None:
        self._text.append(TextLine(self._rows, text))

    def note_unknown(self, note: Note) -> None:
        self._unknown.append(note)

    def note_undrawn(self, note: Note) -> None:
        self._undrawn.append(note)

    def cut(self, *, partly: bool = False) -> Sheet:
        at = self._rows - self.cutter_gap
        strip = self._strip()
        sheet = self._sheet(strip[:at], (line for line in self._text if line.row < at), partly)
        self._bands, self._rows = [strip[at:].copy()], self._rows - at
        self._text = [TextLine(line.row - at, line.text) for line in self._text if line.row >= at]
        self._unknown, self._undrawn = [], []
        return sheet

    def hanging(self) -> Sheet:
        """What has been printed since the last cut and still hangs in the machine."""
        return self._sheet(self._strip(), self._text, False)

    def _add(self, band: NDArray[np.uint8]) -> None:
        self._bands.append(band)
        self._rows += band.shape[0]

    def _strip(self) -> NDArray[np.uint8]:
        if len(self._bands) != 1:
            self._bands = [np.concatenate([np.zeros((0, -(-self.width // 8)), np.uint8), *self._bands])]
        return self._bands[0]

    def _sheet(self, packed: NDArray[np.uint8], text: Iterable[TextLine], partly: bool) -> Sheet:
        own = packed.copy()
        own.flags.writeable = False
        return Sheet(
            self.width, own.shape[0], own, tuple(text), tuple(self._unknown), tuple(self._undrawn), partly_cut=partly
        )
