"""Dots on thermal paper: the one picture that preview, printer and tests share."""

from __future__ import annotations

from dataclasses import dataclass

DOTS_PER_MM = 8
"""203 dpi heads have 8 dots a millimetre."""

PAPER_MARK = "paper.millimetres"
"""Under this mark the kiosk keeps how many millimetres were printed since the last roll was put in."""

WIDTH_80 = 576
WIDTH_58 = 384


@dataclass(frozen=True, slots=True)
class Dots:
    """A 1-bit picture: rows top down, eight dots a byte, leftmost dot in the highest bit, 1 = black."""

    width: int
    height: int
    data: bytes

    def __post_init__(self) -> None:
        if self.width % 8 or len(self.data) != self.stride * self.height:
            raise ValueError(f"{self.width}x{self.height} dots do not fit {len(self.data)} bytes")

    @property
    def stride(self) -> int:
        """Bytes a row."""
        return self.width // 8

    @property
    def millimetres(self) -> float:
        """Length on paper without the feed to the cutter."""
        return self.height / DOTS_PER_MM
