"""What can be set about the slip printer: what lies between, and how long each wait is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from domain.configuration import Group
from printer.profiles import profiles
from printer.settings import BAUDS, Flow, Line, PrinterSettings as SpoolingSettings


def _usb_id(value: object) -> object:
    """As everybody writes them, in hexadecimal: a text is read so, with or without 0x."""
    return int(value, 16) if isinstance(value, str) else value


UsbId = Annotated[int, BeforeValidator(_usb_id), Field(ge=0, le=0xFFFF)]

_LINES_WITH: Mapping[str, tuple[str, ...]] = {
    "host": ("network",),
    "vendor": ("usb",),
    "product": ("usb",),
    "usb_serial": ("usb",),
    "device": ("serial", "file"),
}


class PrinterSettings(Group):
    """The slip printer."""

    connection: Literal["network", "usb", "serial", "file"] = Field(
        "network", description="what lies between kiosk and printer; file: a device file such as /dev/usb/lp0"
    )
    host: str | None = Field(
        None,
        min_length=1,
        validate_default=True,
        description="network: address; without it a kiosk with this connection has no printer",
    )
    port: int = Field(9100, ge=1, le=65535, description="network: TCP port")
    vendor: UsbId | None = Field(
        None,
        validate_default=True,
        description="usb: vendor of the printer as `lsusb` tells it, 0x04b8; without it the only printer that there is",
    )
    product: UsbId | None = Field(None, validate_default=True, description="usb: its product, 0x0202")
    usb_serial: str | None = Field(
        None, min_length=1, validate_default=True, description="usb: its serial number, where several are alike"
    )
    device: Path | None = Field(
        None, validate_default=True, description="serial: the port, /dev/ttyS0; file: the device file"
    )
    baud: int = Field(
        19200, description=f"serial: bits a second: {', '.join(map(str, BAUDS))}; below 115200 take a profile in text"
    )
    flow: Literal["none", "dtr", "rts", "xon"] = Field(
        "dtr", description="serial: how the printer says that it is busy: DTR/DSR, RTS/CTS, XON/XOFF, or not at all"
    )
    profiles: Path | None = Field(None, description="file with more kinds of printers (TOML), see printer.md")
    profile: str = Field("generic-80", description="kind of printer; `kiosk printer profiles` lists them")
    roll_mm: int | None = Field(
        None,
        ge=1000,
        le=1_000_000,
        description="millimetres of paper on a new roll, where it is not what the profile says",
    )
    connect_s: float = Field(2.0, gt=0, le=60, description="seconds until the printer counts as absent")
    status_s: float = Field(0.5, gt=0, le=10, description="seconds to wait for each answer about its state")
    stall_s: float = Field(3.0, gt=0, le=120, description="seconds that it may take nothing at all while it is sent to")
    confirm_s: float = Field(20.0, gt=0, le=120, description="seconds to wait for its word that a slip is done")
    poll_s: float = Field(10.0, ge=1, le=600, description="seconds between questions while nothing is printed")
    slips_per_visit: int = Field(3, ge=1, le=50, description="slips that one visit may print")
    again_s: float = Field(60.0, gt=0, le=3600, description="seconds in which one visit does not print a slip twice")

    @field_validator("host", "vendor", "product", "usb_serial", "device")
    @classmethod
    def _fits_the_connection(cls, value: Any, info: ValidationInfo) -> Any:
        key, connection = info.field_name or "", info.data.get("connection")
        if connection is None:
            return value  # that fault is told already
        if value is not None and connection not in _LINES_WITH[key]:
            raise ValueError(f"means nothing with connection = {connection}")
        if key == "device" and value is None and connection in _LINES_WITH[key]:
            raise ValueError(f"must be set with connection = {connection}")
        if key == "product" and "vendor" in info.data and (value is None) != (info.data["vendor"] is None):
            raise ValueError("vendor and product belong together")
        return value

    @field_validator("baud")
    @classmethod
    def _is_a_speed(cls, value: int) -> int:
        if value not in BAUDS:
            raise ValueError(f"none of {', '.join(map(str, BAUDS))}")
        return value

    @field_validator("profiles")
    @classmethod
    def _are_profiles(cls, value: Path | None) -> Path | None:
        if value is not None:
            profiles(value)  # says everything that is wrong with them
        return value

    @field_validator("profile")
    @classmethod
    def _is_profile(cls, value: str, info: ValidationInfo) -> str:
        if "profiles" in info.data and value not in (known := profiles(info.data["profiles"])):
            raise ValueError(f"none of {', '.join(sorted(known))}")
        return value

    def spooling(self) -> SpoolingSettings:
        """As the printer room wants them."""
        return SpoolingSettings(
            connection=Line(self.connection),
            host=self.host,
            port=self.port,
            vendor=self.vendor,
            product=self.product,
            usb_serial=self.usb_serial,
            path=self.device,
            baud=self.baud,
            flow=Flow(self.flow),
            profile=self.profile,
            profiles=self.profiles,
            roll_mm=self.roll_mm,
            connect_seconds=self.connect_s,
            status_seconds=self.status_s,
            stall_seconds=self.stall_s,
            confirm_seconds=self.confirm_s,
            poll_seconds=self.poll_s,
            slips_a_session=self.slips_per_visit,
            again_seconds=self.again_s,
        )
