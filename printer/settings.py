"""How the kiosk's printer is reached, and how long anything may take."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from domain.paper import WIDTH_80
from printer.profiles import DeviceProfile, Mode, profiles

DEBIAN_FONTS: Final = Path("/usr/share/fonts/opentype/noto")
"""Where Debian's fonts-noto-cjk puts Noto Sans CJK."""

BAUDS: Final = (4800, 9600, 19200, 38400, 57600, 115200, 230400)
"""Speeds of a serial line, bits a second. Slower ones hold the end of a slip (the kernel keeps up to 4 kB) longer than
its confirmation is waited for.
"""


_PICTURE_BYTES: Final = 87_000
"""A usual slip on 80 mm paper as a picture, and in the printer's own characters; see docs/operations/printer.md."""
_TEXT_BYTES: Final = 3_300
_BITS_A_BYTE: Final = 10
"""On a serial line: eight, a start bit and a stop bit."""
_LONG: Final = 10.0
"""Seconds that people in front of a kiosk wait for a slip without wondering."""


class Line(StrEnum):
    """What lies between kiosk and printer. FILE: a device file of the kernel, such as /dev/usb/lp0."""

    NETWORK = "network"
    USB = "usb"
    SERIAL = "serial"
    FILE = "file"


class Flow(StrEnum):
    """How a serial printer says that it is busy: not at all; by DTR, which arrives here as DSR; by RTS/CTS; by
    XON/XOFF.
    """

    NONE = "none"
    DTR = "dtr"
    RTS = "rts"
    XON = "xon"


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """`connection` says which line there is. NETWORK: to `host`:`port`; `host` None: this kiosk has no printer. USB: to
    the device `vendor`:`product` with the serial number `usb_serial`, each None where it does not matter. SERIAL: the
    port `path` at `baud` with `flow`. FILE: the device file `path`.

    `profile` is the name of a kind of printer, shipped or from the file `profiles`. `mode` and `roll_mm`, where they
    are not None, stand above what the profile says.

    Times are seconds. `connect_seconds`: until the printer counts as absent. `status_seconds`: for each answer about
    its state. `stall_seconds`: how long it may take nothing at all while a slip is sent; a slow printer that goes on
    taking is waited for. `confirm_seconds`: from the last byte to its word that the slip is done; the paper has to come
    out in that time. `settle_seconds`: what is left of that once the printer has said that it stands still.
    `watch_seconds`: how often it is asked meanwhile. `poll_seconds`: how often it is asked when there is nothing to
    print. `again_seconds`: how long one session does not print the same slip twice. `quiet_seconds`: answers to
    questions that stood next to each other come with shorter pauses than this, and nothing comes by itself for as long.

    Raises `ValueError` that names everything that makes no sense; `ProfilesFault` (one, too) for the file `profiles`.
    """

    connection: Line = Line.NETWORK
    host: str | None = None
    port: int = 9100
    vendor: int | None = None
    product: int | None = None
    usb_serial: str | None = None
    path: Path | None = None
    baud: int = 19200
    flow: Flow = Flow.DTR
    profile: str = "generic-80"
    profiles: Path | None = None
    mode: Mode | None = None
    roll_mm: int | None = None
    fonts: Path = DEBIAN_FONTS
    connect_seconds: float = 2.0
    status_seconds: float = 0.5
    stall_seconds: float = 3.0
    confirm_seconds: float = 20.0
    settle_seconds: float = 1.0
    watch_seconds: float = 1.0
    poll_seconds: float = 10.0
    again_seconds: float = 60.0
    quiet_seconds: float = 0.1
    chunk_bytes: int = 1024
    slips_a_session: int = 3

    def __post_init__(self) -> None:
        wrong = []
        known = profiles(self.profiles)
        if self.profile not in known:
            wrong.append(f"printer profile {self.profile!r} is none of {', '.join(sorted(known))}")
        if self.roll_mm is not None and self.roll_mm <= 0:
            wrong.append(f"a roll of {self.roll_mm} mm")
        if not 1 <= self.port <= 65535:
            wrong.append(f"printer port {self.port}")
        if (self.vendor is None) != (self.product is None):
            wrong.append("vendor and product belong together")
        if self.connection in (Line.SERIAL, Line.FILE) and self.path is None:
            wrong.append(f"a {self.connection.value} printer needs the path of its device")
        if self.baud not in BAUDS:
            wrong.append(f"{self.baud} baud is none of {', '.join(map(str, BAUDS))}")
        times = [field.name for field in fields(self) if field.name.endswith("_seconds")]
        nonsense = [name for name in times if not getattr(self, name) > 0]
        if nonsense:
            wrong.append(f"must be more than 0: {', '.join(nonsense)}")
        if not 1 <= self.chunk_bytes <= 2048 or self.slips_a_session < 1:
            wrong.append(f"chunk of {self.chunk_bytes} bytes, {self.slips_a_session} slips a session")
        if wrong:
            raise ValueError("; ".join(wrong))

    @property
    def present(self) -> bool:
        """Whether this kiosk has a printer at all."""
        return self.connection is not Line.NETWORK or self.host is not None

    @property
    def device(self) -> DeviceProfile:
        """What the printer is like."""
        profile = profiles(self.profiles)[self.profile]
        if self.mode is None and self.roll_mm is None:
            return profile
        return replace(profile, mode=self.mode or profile.mode, roll_mm=self.roll_mm or profile.roll_mm)

    @property
    def seconds_a_slip(self) -> float:
        """About how long a serial line carries a usual slip, all else being free; 0 for other lines."""
        if self.connection is not Line.SERIAL:
            return 0.0
        device = self.device
        size = _TEXT_BYTES if device.mode is Mode.TEXT else _PICTURE_BYTES * device.width / WIDTH_80
        return size * _BITS_A_BYTE / self.baud

    @property
    def advice(self) -> str:
        """What would make the printing much faster, for staff; empty where all is well."""
        if self.seconds_a_slip <= _LONG:
            return ""
        known = profiles(self.profiles).values()
        fitting = [each.name for each in known if each.mode is Mode.TEXT and each.width == self.device.width]
        instead = f"profile {fitting[0]}" if fitting else 'a profile with mode = "text"'
        in_words = max(1.0, _TEXT_BYTES * _BITS_A_BYTE / self.baud)
        return (
            f"at {self.baud} baud a slip takes about {self.seconds_a_slip:.0f} s as a picture, "
            f"{in_words:.0f} s as text: set {instead}, or a faster line"
        )

    @property
    def where(self) -> str:
        """The line in a few words, for logs and staff."""
        match self.connection:
            case Line.NETWORK:
                return f"{self.host}:{self.port}" if self.host else "no printer is set"
            case Line.USB:
                ids = "any printer" if self.vendor is None else f"{self.vendor:04x}:{self.product:04x}"
                return " ".join(filter(None, ("usb", ids, self.usb_serial)))
            case Line.SERIAL:
                return f"{self.path}, {self.baud} baud, flow {self.flow.value}"
            case Line.FILE:
                return str(self.path)
