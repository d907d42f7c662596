"""The job of a slip in text as it grows: lines, rules, codes, and pictures between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from domain.paper import Dots
from domain.slip import Paragraph, Slip, TakeAway, Variant
from printer import qr, raster, wrap
from printer.profiles import DeviceProfile
from printer.text.characters import advances, cells_of, encoded, padded, plain

_LEFT: Final = b"\x1ba\x00"
_CENTRE: Final = b"\x1ba\x01"

LINE: Final = 32
"""Dots from one line of small characters (24 dots high) to the next."""
_TALL_LINE: Final = 56
AIR: Final = 10
"""Dots of white around a picture between lines of text."""

_EM: Final = 3
"""Cells that `wrap` takes for an em. A Chinese character has two: with less than an em no mark counts as full, so none
is squeezed, which a printer could not do.
"""
GAP: Final = 2
"""Cells between two things on one line."""


@dataclass(frozen=True, slots=True)
class Style:
    """How letters look. Each of `wide` and `tall` doubles them one way."""

    bold: bool = False
    wide: bool = False
    tall: bool = False

    @property
    def commands(self) -> bytes:
        """ESC !, GS ! and FS !, all saying the same."""
        letters = self.bold << 3 | self.tall << 4 | self.wide << 5
        sizes = self.tall | self.wide << 4
        chinese = self.wide << 2 | self.tall << 3
        return bytes((0x1B, 0x21, letters, 0x1D, 0x21, sizes, 0x1C, 0x21, chinese))

    @property
    def spacing(self) -> int:
        return _TALL_LINE if self.tall else LINE


PLAIN: Final = Style()
LARGE: Final = Style(tall=True)
TITLE: Final = Style(bold=True, wide=True, tall=True)

Run = tuple[str, bool]
"""Words and whether they are bold."""


class TextPaper:
    """The job as it grows: `data`, and `rows` of paper that it moves."""

    def __init__(self, slip: Slip, dots_of: Callable[[Slip], Dots], profile: DeviceProfile) -> None:
        self.variant = slip.variant
        self.lang = slip.lang
        self._dots_of = dots_of
        self.profile = profile
        self.cells = profile.cells
        self._style: Style | None = None
        self._spacing = 0
        self._parts: list[bytes] = []
        self._body = LARGE if slip.variant is Variant.LARGE else PLAIN
        self.rows = 0

    @property
    def data(self) -> bytes:
        return b"".join(self._parts)

    def put(
        self,
        text: str,
        *,
        style: Style | None = None,
        bold: bool = False,
        lead: Run = ("", False),
        hang: int = 0,
        tail: Run = ("", False),
        centre: bool = False,
    ) -> None:
        """A paragraph. `lead` stands before it and its further lines hang `hang` cells in; `tail` stands flush right
        behind its last line, or on a line of its own.
        """
        style = style or self._body
        cells = self.cells // 2 if style.wide else self.cells
        head, body, end = plain(lead[0]), plain(text), plain(tail[0])
        hang = max(hang, cells_of(head) + 1) if head and hang else cells_of(head)
        if hang > cells // 2:
            self._line([(head, lead[1])], style)
            head, hang = "", GAP
        lines = [line.text for line in wrap.wrap(body, cells - hang, advances, _EM, blank_after=frozenset())]
        for index, line in enumerate(lines):
            first, last = index == 0, index == len(lines) - 1
            runs: list[Run] = [(padded(head if first else "", hang), lead[1]), (line, bold)]
            spare = cells - hang - cells_of(line)
            if last and end and cells_of(end) + GAP <= spare:
                runs += [(" " * (spare - cells_of(end)), False), (end, tail[1])]
                end = ""
            elif centre:
                runs.insert(0, (" " * (spare // 2), False))
            if line or head or len(lines) > 1:
                self._line(runs, style)
        if end:
            self._line([(" " * max(0, cells - cells_of(end)), False), (end, tail[1])], style)

    def rule(self, sign: str = "-") -> None:
        """A line across."""
        self._line([(sign * (self.cells // cells_of(sign)), False)], PLAIN)

    def feed(self, dots: int) -> None:
        """White rows, 255 at most."""
        self._parts.append(bytes((0x1B, 0x4A, dots)))
        self.rows += dots

    def code(self, text: str, module: int) -> None:
        """A QR code in the middle. Raises `ValueError` when it is too big for paper."""
        size = qr.side(text) + 2 * qr.QUIET_ZONE
        module = module or (5 if size * 5 <= self.profile.width else 4)
        if not self.profile.native_qr:
            return self.picture(Slip((TakeAway(text, "", module=module),), self.variant, self.lang))
        payload = text.encode()
        length = (len(payload) + 3).to_bytes(2, "little")
        quiet = qr.QUIET_ZONE * module
        self.feed(quiet)
        self._parts += [
            _CENTRE,
            b"\x1d(k\x04\x001A2\x00",  # model 2
            b"\x1d(k\x03\x001C" + bytes((module,)),
            b"\x1d(k\x03\x001E1",  # level M
            b"\x1d(k" + length + b"1P0" + payload,
            b"\x1d(k\x03\x001Q0",
            _LEFT,
        ]
        self.rows += (size - 2 * qr.QUIET_ZONE) * module
        self.feed(quiet)
        return None

    def _line(self, runs: Sequence[Run], style: Style) -> None:
        """One line; as a picture when it holds a character that the printer lacks."""
        data = bytearray()
        wanted = self._style
        for text, bold in runs:
            if not text:
                continue
            letters = encoded(text, self.profile.charset)
            if letters is None:
                words = "".join(text for text, _ in runs).strip()
                return self.picture(
                    Slip((Paragraph(words, bold=any(bold for _, bold in runs)),), self.variant, self.lang)
                )
            if (needed := replace(style, bold=style.bold or bold)) != wanted and (text.strip() or wanted is None):
                data += needed.commands
                wanted = needed
            data += letters
        if self._spacing != style.spacing:
            self._parts.append(bytes((0x1B, 0x33, style.spacing)))
            self._spacing = style.spacing
        self._parts.append(bytes(data) + b"\n")
        self._style = wanted
        self.rows += style.spacing
        return None

    def picture(self, slip: Slip) -> None:
        """`slip` in dots, without the white above and below it."""
        dots = self._dots_of(slip)
        if dots.width > self.profile.width:
            raise ValueError(f"{dots.width} dots do not fit on paper {self.profile.width} dots wide")
        inked = _inked(dots)
        if inked is None:
            return
        self.feed(AIR)
        self._parts.append(raster.picture(inked, self.profile))
        self.rows += inked.height
        self.feed(AIR)


def _inked(dots: Dots) -> Dots | None:
    """The rows of `dots` from the first black one to the last; None when there is none."""
    rows = np.frombuffer(dots.data, np.uint8).reshape(dots.height, dots.stride)
    black = np.flatnonzero(rows.any(axis=1))
    if not len(black):
        return None
    first, last = int(black[0]), int(black[-1])
    return Dots(dots.width, last - first + 1, rows[first : last + 1].tobytes())
