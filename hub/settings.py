"""Everything that can be set about the hub: frozen groups, composed once from TOML and environment.

A key ``session.hours`` is ``hours`` under ``[session]`` in hub.toml and ``BIANMINTING_HUB__SESSION__HOURS`` in the
environment, which wins. ``docs/operations/hub.md`` lists every key.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator

from domain.configuration import Configuration, Group
from domain.home import sample_city
from hub.alarm_settings import AlarmSettings
from hub.home import HubHome


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

    tries_per_login: int = Field(
        8,
        ge=1,
        le=1000,
        description="wrong passwords for one login, or wrong passphrases of one person, within the window",
    )
    tries_per_address: int = Field(
        40, ge=1, le=100000, description="wrong passwords from one address within the window"
    )
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
    requests_per_minute: int = Field(
        120, ge=1, le=100000, description="requests of one kiosk in a minute, counted by each process"
    )


class RolloutSettings(Group):
    """The stages of a release on its way to the street, and when the hub offers no further one."""

    rings: tuple[str, ...] = Field(
        ("early",),
        max_length=8,
        description="rings of kiosks that get a release before the street, in their order; a kiosk's ring is set when"
        " it is enrolled and on its page; in the environment with commas",
    )
    stages: tuple[int, ...] = Field(
        (1, 10, 100),
        min_length=1,
        max_length=6,
        description="shares of the street after the rings, per cent, ascending, the last one 100; in the environment"
        " with commas",
    )
    stage_minutes: int = Field(
        30,
        ge=0,
        le=10080,
        description="minutes that a stage lasts before the next, unless somebody writes down why not",
    )
    hold_percent: int = Field(
        5, ge=0, le=100, description="more of the kiosks that have it are not well: it is held up; 100: never"
    )
    worse_percent: int = Field(
        5,
        ge=0,
        le=100,
        description="it went wrong on so much more of the kiosks that have it than of the others, in points, and not"
        " by luck: it is held up; 100: never",
    )
    silent_minutes: int = Field(
        30, ge=5, le=1440, description="minutes without a word after which a kiosk that has it counts as silent"
    )

    @field_validator("rings", "stages", mode="before")
    @classmethod
    def _parted(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("rings")
    @classmethod
    def _are_rings(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch("[a-z][0-9a-z-]{0,23}", ring) for ring in value):
            raise ValueError("a ring is named with a-z, 0-9 and -, 24 letters at the most, and begins with a letter")
        if "all" in value or len(set(value)) != len(value):
            raise ValueError("each ring once, and without all, which is the street")
        return value

    @field_validator("stages")
    @classmethod
    def _ascend(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if value[-1] != 100 or value[0] < 1 or any(a >= b for a, b in pairwise(value)):
            raise ValueError("must ascend from 1 or more to 100")
        return value


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
    alarms: AlarmSettings = AlarmSettings()

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
        return sample_city(self.content.sample_city)


CONFIGURATION = Configuration(HubSettings, "BIANMINTING_HUB__")


def load(config: Path | None = None, environ: Mapping[str, str] = os.environ) -> HubSettings:
    """The settings of this process: `config`, else hub.toml in the home when there is one; the environment over both.

    Raises `SettingsError` (K-03) with every fault at once.
    """
    return CONFIGURATION.load(config, HubHome.of(environ).config, environ)
