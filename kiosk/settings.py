"""Everything that can be set about a kiosk: one frozen group a room, composed once from TOML and environment.

A key ``printer.host`` is ``host`` under ``[printer]`` in the TOML file and ``BIANMINTING_PRINTER__HOST`` in the
environment, which wins. ``docs/operations/settings.md`` lists every key; a test keeps it complete.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, field_validator, model_validator

from domain.configuration import Configuration, Group
from domain.home import sample_city
from domain.ports import KioskPlace
from domain.unmet import LEAST_VISITS
from kiosk import staffgate
from kiosk.card_settings import CardSettings
from kiosk.home import Home
from kiosk.printer_settings import PrinterSettings

Seconds = Annotated[float, Field(gt=0, le=3600)]


class PlaceSettings(Group):
    """Where the kiosk stands."""

    name: str = Field("便民亭", min_length=1, max_length=40, description="name that people read on screen and slips")
    number: str = Field("0", pattern=r"^[0-9A-Za-z-]{1,16}$", description="the kiosk's number, read out on the phone")
    district: str | None = Field(None, pattern=r"^[0-9]{6}$", description="district, GB/T 2260 code")
    lat: float | None = Field(None, ge=-90, le=90, description="latitude, WGS 84 degrees")
    lon: float | None = Field(None, ge=-180, le=180, description="longitude, WGS 84 degrees")
    stop: str | None = Field(None, min_length=1, max_length=40, description="nearest bus stop")

    @model_validator(mode="after")
    def _whole_position(self) -> Self:
        if (self.lat is None) != (self.lon is None):
            raise ValueError("lat and lon belong together")
        return self

    def place(self) -> KioskPlace:
        """As journeys want it."""
        return KioskPlace(**self.model_dump())


class ScreenSettings(Group):
    """The panel."""

    width_px: int = Field(1080, ge=320, le=7680, description="width in pixels, as people see it")
    height_px: int = Field(1920, ge=320, le=7680, description="height in pixels")
    mm_per_px: float = Field(0.248, ge=0.05, le=1.0, description="size of a pixel in millimetres; all sizes follow it")
    theme: Literal["light", "hc"] = Field("light", description="colours at the start: light, or hc (high contrast)")


class VisitSettings(Group):
    """How long a visit waits."""

    idle_s: Seconds = Field(60, description="seconds without a touch until the kiosk asks whether anyone is there")
    alert_s: Seconds = Field(20, description="seconds that the question stands before the visit is cleared")
    idle_large_s: Seconds = Field(120, description="idle_s with big type")
    alert_large_s: Seconds = Field(30, description="alert_s with big type")
    cleared_s: Seconds = Field(5, description="seconds that the farewell stands")
    printed_s: Seconds = Field(30, description="seconds that the result of printing stands")
    staff_idle_s: Seconds = Field(180, description="seconds without a touch until staff mode shuts")
    card_away_s: Seconds = Field(30, description="seconds after a card was taken away until the visit is cleared")
    card_idle_s: Seconds = Field(45, description="idle_s once a card was read")
    card_idle_large_s: Seconds = Field(90, description="card_idle_s with big type")
    card_most_s: Seconds = Field(600, description="seconds that what a card told stays before the kiosk asks anyway")


class InputSettings(Group):
    """How people write what they look for."""

    handwriting: Literal["dinkit", "zinnia", "off"] = Field(
        "dinkit", description="what reads the writing pad: dinkit, Debian's zinnia, or off"
    )
    fuzzy_pinyin: bool = Field(
        True, description="whether z/zh, c/ch, s/sh, n/l, in/ing, en/eng and an/ang may stand for each other"
    )
    bounce_ms: int = Field(
        120, ge=0, le=500, description="milliseconds in which a second touch of the same key is a tremor, not a letter"
    )


class UnmetSettings(Group):
    """What people ask in vain, for the hub to learn their words. Counted without the words, see privacy.md."""

    enabled: bool = Field(True, description="whether it is counted at all")
    visits: int = Field(
        LEAST_VISITS,
        ge=1,
        le=1000,
        description="separate visits of a day that must have asked the same before the words are written down; fewer "
        f"than {LEAST_VISITS} only in the demo profile",
    )


class CatalogueSettings(Group):
    """The content."""

    sample_city: Path | None = Field(
        None, description="folder with the records of the sample city (demo profile only); a checkout brings one along"
    )


class SyncSettings(Group):
    """Where content comes from."""

    url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="address of the hub's public folder; without it nothing is synced",
    )
    poll_s: float = Field(300, ge=5, le=86400, description="seconds between two looks at the hub")
    jitter: float = Field(0.2, ge=0, le=0.5, description="share of poll_s by which each pause varies")
    connect_s: float = Field(5, gt=0, le=120, description="seconds until the hub counts as out of reach")
    read_s: float = Field(20, gt=0, le=600, description="seconds that the hub may send nothing at all")
    ring: str | None = Field(
        None,
        pattern=r"^[0-9a-z-]{1,24}$",
        description="ring of staged releases; without it the one that the hub says, else all; early: before the street",
    )


class ReportSettings(Group):
    """What is told to the hub. Nothing is, until the kiosk was enrolled with a code."""

    every_s: float = Field(60, ge=1, le=3600, description="seconds between two reports of how the kiosk is")
    url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="address of the hub when it has moved; without it the one of the enrolment",
    )
    connect_s: float = Field(5, gt=0, le=120, description="seconds until the hub counts as out of reach")
    read_s: float = Field(20, gt=0, le=600, description="seconds that the hub may take to answer")


class StaffSettings(Group):
    """The staff's way in."""

    pin_hash: SecretStr | None = Field(
        None, description="what `kiosk staff-pin` prints for the staff PIN; without it staff mode stays shut"
    )
    usb_roots: str = Field(
        "/media:/run/media",
        pattern=r"^(/[^:]*(:/[^:]*)*)?$",
        description="folders below which sticks are mounted, with `:` between them; empty: staff mode offers no sticks",
    )

    @property
    def stick_roots(self) -> tuple[Path, ...]:
        """The folders of `usb_roots`."""
        return tuple(Path(one) for one in self.usb_roots.split(":") if one)

    @field_validator("pin_hash")
    @classmethod
    def _is_hash(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            staffgate.PinHash.parse(value.get_secret_value())
        return value


class ClockSettings(Group):
    """Wall time."""

    zone: str = Field("Asia/Shanghai", description="time zone, IANA name")

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if value != "Asia/Shanghai":  # known by heart, see kiosk.clock
            try:
                ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                raise ValueError("no such time zone") from None
        return value


class LogSettings(Group):
    """What is written down about the kiosk itself. Never what a citizen typed, at no level."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least level that is written")
    file_kb: int = Field(1024, ge=16, le=102400, description="size of a log file in kB; then the next one begins")
    files: int = Field(5, ge=1, le=100, description="log files that are kept besides the current one")


class Settings(Group):
    """All settings of one kiosk, made by `load`."""

    profile: Literal["street", "demo"] = Field(
        "street", description="street, or demo: sample content, marked on every page, and the staff PIN 2468"
    )
    place: PlaceSettings = PlaceSettings()
    screen: ScreenSettings = ScreenSettings()
    visit: VisitSettings = VisitSettings()
    printer: PrinterSettings = PrinterSettings()
    card: CardSettings = CardSettings()
    input: InputSettings = InputSettings()
    unmet: UnmetSettings = UnmetSettings()
    catalogue: CatalogueSettings = CatalogueSettings()
    sync: SyncSettings = SyncSettings()
    report: ReportSettings = ReportSettings()
    staff: StaffSettings = StaffSettings()
    clock: ClockSettings = ClockSettings()
    log: LogSettings = LogSettings()

    @property
    def demo(self) -> bool:
        return self.profile == "demo"

    @property
    def sample_city(self) -> Path | None:
        """The folder of the sample city: as set, else that of the checkout; None: there is none."""
        return sample_city(self.catalogue.sample_city)

    def unready(self) -> tuple[str, ...]:
        """What still has to be set before this kiosk may stand on the street, one sentence a key."""
        if self.demo:
            return ()
        missing = [
            f"place.{key}: must be set on a street kiosk"
            for key in ("name", "number")
            if key not in self.place.model_fields_set
        ]
        if self.unmet.visits < LEAST_VISITS:
            missing.append(f"unmet.visits: at least {LEAST_VISITS} on a street kiosk")
        return tuple(missing)

    @property
    def unmet_visits(self) -> int:
        """How many separate visits must have asked the same; on the street never fewer than the least, whatever is
        set.
        """
        return self.unmet.visits if self.demo else max(self.unmet.visits, LEAST_VISITS)


CONFIGURATION = Configuration(Settings, "BIANMINTING_", others=("BIANMINTING_HUB__",))


def load(config: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process: `config`, else kiosk.toml in the home when there is one; the environment over both.

    Raises `SettingsError` (K-03) with every fault at once.
    """
    return CONFIGURATION.load(config, Home.of(environ).config, environ)
