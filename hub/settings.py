"""Everything that can be set about the hub: frozen groups, composed once from TOML and environment.

A key ``session.hours`` is ``hours`` under ``[session]`` in hub.toml and ``BIANMINTING_HUB__SESSION__HOURS`` in the
environment, which wins. ``docs/operations/hub.md`` lists every key.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator
from pydantic.fields import FieldInfo

from domain.errors import SettingsError
from hub.home import HubHome, checkout

PREFIX = "BIANMINTING_HUB__"
NESTED = "__"

Key = tuple[str, ...]


class Group(BaseModel):
    """Base of the groups: frozen, and a key that is not known is a fault, not a remark."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WebSettings(Group):
    """The web pages."""

    host: str = Field("127.0.0.1", min_length=1, description="address to listen on; a proxy with TLS stands before it")
    port: int = Field(8680, ge=0, le=65535, description="TCP port; 0: any free one")
    proxies: str = Field(
        "127.0.0.1",
        pattern=r"^(?:[0-9a-fA-F.:/]+(?:, *[0-9a-fA-F.:/]+)*)?$",
        description="addresses or networks of proxies, with commas, that are believed who a visitor is"
        " (X-Forwarded-For); empty: nobody",
    )
    secure_cookies: bool = Field(True, description="cookies only over HTTPS; false for a demonstration on loopback")


class SessionSettings(Group):
    """How long somebody stays logged in."""

    idle_minutes: int = Field(30, ge=1, le=720, description="minutes without a request until a session ends")
    hours: int = Field(10, ge=1, le=72, description="hours after logging in until a session ends in any case")


class LoginSettings(Group):
    """How fast passwords can be tried."""

    tries_per_login: int = Field(8, ge=1, le=1000, description="tries for one login within the window")
    tries_per_address: int = Field(40, ge=1, le=100000, description="tries from one address within the window")
    window_minutes: int = Field(10, ge=1, le=1440, description="length of the window in minutes")


class ContentSettings(Group):
    """The content."""

    sample_city: Path | None = Field(
        None, description="folder with the records of the sample city, for `hub demo`; a checkout brings one along"
    )
    verify_days: int = Field(180, ge=1, le=3650, description="days after which an item is to be verified again")


class UplinkSettings(Group):
    """What kiosks may send."""

    enrolments_per_address: int = Field(
        20, ge=1, le=100000, description="tries to enrol from one address within 10 minutes"
    )
    requests_per_minute: int = Field(120, ge=1, le=100000, description="requests of one kiosk in a minute")


class RolloutSettings(Group):
    """When the hub offers no further step of a release."""

    hold_percent: int = Field(
        5, ge=0, le=100, description="more of the kiosks that have it are not well: it is held up; 100: never"
    )
    silent_minutes: int = Field(
        30, ge=5, le=1440, description="minutes without a word after which a kiosk that has it counts as silent"
    )


class HubSettings(Group):
    """All settings of one hub, made by `load`."""

    profile: Literal["city", "demo"] = Field(
        "city", description="city, or demo: accounts made by `hub demo` may log in; never reachable from outside"
    )
    database: SecretStr | None = Field(
        None, description="URL of a PostgreSQL database (postgresql://…); without it hub/hub.db in the home"
    )
    web: WebSettings = WebSettings()
    session: SessionSettings = SessionSettings()
    login: LoginSettings = LoginSettings()
    content: ContentSettings = ContentSettings()
    uplink: UplinkSettings = UplinkSettings()
    rollout: RolloutSettings = RolloutSettings()

    @field_validator("database")
    @classmethod
    def _is_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().startswith(("postgresql://", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql://")
        return value

    @property
    def demo(self) -> bool:
        return self.profile == "demo"

    @property
    def sample_city(self) -> Path | None:
        """The folder of the sample city: as set, else that of the checkout; None: there is none."""
        if self.content.sample_city is not None:
            return self.content.sample_city
        tree = checkout()
        folder = tree / "deploy" / "sample_city" if tree else None
        return folder if folder is not None and folder.is_dir() else None


def load(config: Path | None = None, environ: Mapping[str, str] = os.environ) -> HubSettings:
    """The settings of this process: `config`, else hub.toml in the home when there is one; the environment over both.

    Raises `SettingsError` (K-03) with every fault at once, each naming its key and where it was set, never its value.
    """
    problems: list[str] = []
    path = config or HubHome.of(environ).config
    merged: dict[str, Any] = _file(path, problems) if config is not None or path.is_file() else {}
    variables = {
        tuple(name.removeprefix(PREFIX).lower().split(NESTED)): name
        for name in sorted(environ)
        if name.startswith(PREFIX) and environ[name]
    }
    for key, name in variables.items():
        merged = _with(merged, key, environ[name])
    try:
        settings = HubSettings.model_validate(merged)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            key = tuple(map(str, fault["loc"]))
            reason = "no such setting" if fault["type"] == "extra_forbidden" else fault["msg"]
            problems.append(f"{'.'.join(key)} ({variables.get(key, path)}): {reason.removeprefix('Value error, ')}")
    else:
        if not problems:
            return settings
    raise SettingsError(tuple(problems))


def keys(group: type[Group] = HubSettings, above: Key = ()) -> Iterator[tuple[Key, FieldInfo]]:
    """Every key that can be set, in order: ("session", "hours") and what is known about it."""
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


def _with(tree: dict[str, Any], key: Key, value: str) -> dict[str, Any]:
    """`tree` with `value` at `key`; what stands in the way of the key (a scalar where a group belongs) goes."""
    first, *rest = key
    if rest:
        below = tree.get(first)
        return tree | {first: _with(below if isinstance(below, dict) else {}, tuple(rest), value)}
    return tree | {first: value}
