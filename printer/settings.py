"""How the kiosk's printer is reached, and how long anything may take."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from printer.profiles import PROFILES, DeviceProfile

DEBIAN_FONTS: Final = Path("/usr/share/fonts/opentype/noto")
"""Where Debian's fonts-noto-cjk puts Noto Sans CJK."""


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """`host` None: this kiosk has no printer. Times are seconds.

    `connect_seconds`: until the printer counts as absent. `status_seconds`: for each answer about its state.
    `stall_seconds`: how long it may take nothing at all while a slip is sent; a slow printer that goes on taking is
    waited for. `confirm_seconds`: from the last byte to its word that the slip is done; the paper has to come out in
    that time. `settle_seconds`: what is left of that once the printer has said that it stands still.
    `watch_seconds`: how often it is asked meanwhile. `poll_seconds`: how often it is asked when there is nothing to
    print. Raises `ValueError` for values that make no sense.
    """

    host: str | None = None
    port: int = 9100
    profile: str = "generic-80"
    fonts: Path = DEBIAN_FONTS
    connect_seconds: float = 2.0
    status_seconds: float = 0.5
    stall_seconds: float = 3.0
    confirm_seconds: float = 20.0
    settle_seconds: float = 1.0
    watch_seconds: float = 1.0
    poll_seconds: float = 10.0
    chunk_bytes: int = 1024
    slips_a_session: int = 3

    def __post_init__(self) -> None:
        if self.profile not in PROFILES:
            raise ValueError(f"printer profile {self.profile!r} is none of {', '.join(sorted(PROFILES))}")
        if not 1 <= self.port <= 65535:
            raise ValueError(f"printer port {self.port}")
        times = [field.name for field in fields(self) if field.name.endswith("_seconds")]
        wrong = [name for name in times if not getattr(self, name) > 0]
        if wrong:
            raise ValueError(f"must be more than 0: {', '.join(wrong)}")
        if not 1 <= self.chunk_bytes <= 2048 or self.slips_a_session < 1:
            raise ValueError(f"chunk of {self.chunk_bytes} bytes, {self.slips_a_session} slips a session")

    @property
    def device(self) -> DeviceProfile:
        """What the printer is like."""
        return PROFILES[self.profile]
