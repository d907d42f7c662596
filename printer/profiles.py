"""What the printers in the field are like: data, not code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.paper import WIDTH_58, WIDTH_80

_FULL_CUT: Final = b"\x1dV\x00"
_PARTIAL_CUT: Final = b"\x1dV\x01"


class Confirm(StrEnum):
    """How a printer says that a slip is done.

    PROCESS_ID: GS ( H with a number of our own, answered when the paper is through. GS_R: GS r 1, which waits in the
    printer's queue behind the slip. NONE: it cannot say; every slip ends uncertain.
    """

    PROCESS_ID = "process_id"
    GS_R = "gs_r"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """One kind of printer.

    `width` of the paper in dots; `band_height`: rows of one GS v 0 picture (1-255, tall pictures overflow small
    buffers); `avoid_multiple`: heights that the printer garbles (a POS-5890K prints rubbish at multiples of 48; 0:
    none); `set_motion_units`: whether GS P must say that feeds count in dots; `feed_to_cutter`: dots between head and
    blade; `cut`: the command, empty where paper is torn off; `answers`: False for a line that carries nothing back,
    where slips are sent unseen.
    """

    name: str
    width: int
    band_height: int = 128
    avoid_multiple: int = 0
    set_motion_units: bool = False
    feed_to_cutter: int = 112
    cut: bytes = _PARTIAL_CUT
    confirm: Confirm = Confirm.GS_R
    answers: bool = True

    def __post_init__(self) -> None:
        if self.width % 8 or not 8 <= self.width <= 2040:
            raise ValueError(f"{self.name}: width {self.width}")
        if not 1 <= self.band_height <= 255 or self.avoid_multiple == 1:
            raise ValueError(f"{self.name}: band height {self.band_height}, avoid {self.avoid_multiple}")
        if self.confirm is not Confirm.NONE and not self.answers:
            raise ValueError(f"{self.name}: a printer that never answers cannot confirm")


PROFILES: Final[Mapping[str, DeviceProfile]] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            DeviceProfile("epson-80", WIDTH_80, set_motion_units=True, confirm=Confirm.PROCESS_ID),
            DeviceProfile("generic-80", WIDTH_80, avoid_multiple=48),
            DeviceProfile("generic-58", WIDTH_58, avoid_multiple=48, feed_to_cutter=96),
            DeviceProfile("tear-off-58", WIDTH_58, avoid_multiple=48, feed_to_cutter=160, cut=b""),
            DeviceProfile("blind-80", WIDTH_80, avoid_multiple=48, confirm=Confirm.NONE, answers=False),
        )
    }
)
"""By name. The generic ones assume what most makers copy from Epson: GS v 0, GS r, a blade 14 mm above the head."""
