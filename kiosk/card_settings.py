"""What can be set about the card reader."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import Field, field_validator

from cardreader.settings import CONTACT, CONTACTLESS, ReaderSettings
from domain.configuration import Group


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

    def reading(self, city: str | None, zone: str) -> ReaderSettings:
        """As the card room wants them: cards of `city` are at home (GB/T 2260), days are counted in `zone`."""
        return ReaderSettings(
            contactless=self.contactless,
            contact=self.contact,
            city=city,
            zone=zone,
            budget_s=self.budget_s,
            stuck_s=self.stuck_s,
            restart_file=None if self.restart_file is None else str(self.restart_file),
            families=None if self.families is None else str(self.families),
        )
