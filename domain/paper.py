"""Dots on thermal paper: the one picture that preview, printer and tests share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DOTS_PER_MM = 8
"""203 dpi heads have 8 dots a millimetre."""

PAPER_MARK = "paper.millimetres"
"""Under this mark the kiosk keeps how many millimetres were printed since the last roll was put in."""

ROLL_MARK = "paper.roll_millimetres"
"""Under this mark: how many millimetres the roll that staff put in is long; without it the profile's length counts."""

LAST_SLIPS: Final = 20
"""So many slips before its end a roll counts as nearly used up: a sensor feels the last three to six metres."""

USUAL_SLIP_MM: Final = 220.0
"""Length of a full slip with its feed, for as long as this kiosk has printed none."""

LONG_MM: Final = 260.0
"""People fold and lose what is longer."""

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


@dataclass(frozen=True, slots=True)
class PaperGauge:
    """How far a roll of `roll_mm` goes after `used_mm` of it, with slips of `slip_mm`; millimetres, an estimate.

    It is a sum of what was sent, and knows nothing of paper that was torn off or of a roll changed unsaid.
    """

    roll_mm: float
    used_mm: float
    slip_mm: float = USUAL_SLIP_MM

    def __post_init__(self) -> None:
        if self.roll_mm <= 0 or self.used_mm < 0 or self.slip_mm <= 0:
            raise ValueError(f"roll of {self.roll_mm} mm, {self.used_mm} used, slips of {self.slip_mm}")

    @property
    def slips_left(self) -> int:
        """Whole slips that the rest of the roll holds; 0 once more was counted than there was."""
        return max(0, int((self.roll_mm - self.used_mm) // self.slip_mm))

    @property
    def near_end(self) -> bool:
        """Whether it is time to bring a new roll."""
        return self.slips_left <= LAST_SLIPS


def millimetres(text: str | None) -> float | None:
    """A length as a mark holds it; None for one that is missing or makes no sense."""
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if 0 <= found < float("inf") else None
