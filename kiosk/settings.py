"""Everything that can be set about a kiosk: one frozen group a room, composed once from TOML and environment.

A key ``printer.host`` is ``host`` under ``[printer]`` in the TOML file and ``BIANMINTING_PRINTER__HOST`` in the
environment, which wins. ``docs/operations/settings.md`` lists every key; a test keeps it complete.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from cardreader.settings import CONTACT, CONTACTLESS, ReaderSettings
from domain.errors import SettingsError
from domain.ports import KioskPlace
from domain.unmet import LEAST_VISITS
from kiosk import staffgate
from kiosk.home import VARIABLE, Home, checkout
from printer.profiles import profiles
from printer.settings import BAUDS, Flow, Line, PrinterSettings as SpoolingSettings

PREFIX = "BIANMINTING_"
NESTED = "__"
HUB = "BIANMINTING_HUB__"
"""Variables of the hub, which may share an environment with a kiosk."""

Key = tuple[str, ...]

Seconds = Annotated[float, Field(gt=0, le=3600)]


class Group(BaseModel):
    """Base of the groups: frozen, and a key that is not known is a fault, not a remark."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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
    baud: int = Field(19200, description=f"serial: bits a second: {', '.join(map(str, BAUDS))}")
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


class CardSettings(Group):
    """The card reader."""

    enabled: bool = Field(True, description="whether cards are read; false where the kiosk has no reader")
    contactless: str = Field(
        CONTACTLESS, description="regular expression for names of contactless readers; empty: none"
    )
    contact: str = Field(CONTACT, description="the same for readers with contacts, asked second; SAM slots never count")
    budget_s: float = Field(5.0, ge=0.5, le=30, description="seconds that reading one card may take")
    left_sound: bool = Field(
        False, description="whether a sound calls back somebody whose card is still in the slot; needs a loudspeaker"
    )
    stuck_s: float = Field(
        20.0, ge=1, le=600, description="seconds without an answer after which the PC/SC service counts as stuck"
    )
    restart_file: Path | None = Field(
        None, description="file that is written then, for the unit that restarts pcscd; without it the log alone tells"
    )
    families: Path | None = Field(None, description="folder with tables (*.toml) of more cities' cards")

    @field_validator("families")
    @classmethod
    def _are_tables(cls, value: Path | None) -> Path | None:
        if value is not None:
            from cardreader.families import register

            register(str(value))  # says everything that is wrong with them
        return value

    @field_validator("contactless", "contact")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from None
        return value

    def reading(self, place: PlaceSettings, zone: str) -> ReaderSettings:
        """As the card room wants them; days are counted in `zone`."""
        return ReaderSettings(
            contactless=self.contactless,
            contact=self.contact,
            city=place.district,
            zone=zone,
            budget_s=self.budget_s,
            stuck_s=self.stuck_s,
            restart_file=None if self.restart_file is None else str(self.restart_file),
            families=None if self.families is None else str(self.families),
        )


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
        description="ring of staged releases; without it the one of the enrolment, else all; early: before the street",
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
        if self.catalogue.sample_city is not None:
            return self.catalogue.sample_city
        tree = checkout()
        folder = tree / "deploy" / "sample_city" if tree else None
        return folder if folder is not None and folder.is_dir() else None

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


def load(config: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process: `config`, else kiosk.toml in the home when there is one; the environment over both.

    Raises `SettingsError` (K-03) with every fault at once, each naming its key, where it was set and what is wrong.
    """
    problems: list[str] = []
    path = config or Home.of(environ).config
    written = _file(path, problems) if config is not None or path.is_file() else {}
    variables = _variables(environ)
    merged = written
    for key, name in variables.items():
        merged = _with(merged, key, environ[name])
    try:
        settings = Settings.model_validate(merged)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            key = tuple(map(str, fault["loc"]))
            problems.append(f"{'.'.join(key)} ({variables.get(key, path)}): {_reason(key, fault)}")
    else:
        if not problems:
            return settings
    raise SettingsError(tuple(problems))


def keys(group: type[Group] = Settings, above: Key = ()) -> Iterator[tuple[Key, FieldInfo]]:
    """Every key that can be set, in order: ("printer", "host") and what is known about it."""
    for name, field in group.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Group):
            yield from keys(inner, (*above, name))
        else:
            yield (*above, name), field


def variable(key: Key) -> str:
    """The name of `key` in the environment."""
    return PREFIX + NESTED.join(key).upper()


def _file(path: Path, problems: list[str]) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        problems.append(f"{path}: cannot be read: {error.strerror}")
    except UnicodeDecodeError as error:
        problems.append(f"{path}: not UTF-8 at byte {error.start}")
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path}: not TOML: {error}")
    return {}


def _variables(environ: Mapping[str, str]) -> dict[Key, str]:
    """Keys that the environment sets, and by which variable; an empty variable sets nothing."""
    return {
        tuple(name.removeprefix(PREFIX).lower().split(NESTED)): name
        for name in sorted(environ)
        if name.startswith(PREFIX) and name != VARIABLE and not name.startswith(HUB) and environ[name]
    }


def _with(tree: dict[str, Any], key: Key, value: str) -> dict[str, Any]:
    """`tree` with `value` at `key`; what stands in the way of the key (a scalar where a group belongs) goes."""
    first, *rest = key
    if rest:
        below = tree.get(first)
        return tree | {first: _with(below if isinstance(below, dict) else {}, tuple(rest), value)}
    return tree | {first: value}


def _reason(key: Key, fault: ErrorDetails) -> str:
    """What is wrong, without the value: it may be a secret typed under the wrong key."""
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(".".join(key), [".".join(known) for known, _ in keys()], n=1)
        return f"no such setting; did you mean {near[0]}?" if near else "no such setting"
    return fault["msg"].removeprefix("Value error, ")
