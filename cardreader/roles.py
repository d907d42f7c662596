"""Which reader is for what, told by its name: positions change with the order of plugging in."""

from __future__ import annotations

import re
from typing import Final

from cardreader.settings import ReaderSettings
from domain.events import ReaderKind

_SECURITY_MODULE: Final = re.compile(r"(?i)psam|\bsam\d*\b|\bisam\b")
"""Slots for PSAM and SAM cards: keys of the operator live there, never a citizen's card."""


class Roles:
    """Names of readers → roles, by the patterns of the settings; the contactless one is asked first."""

    def __init__(self, settings: ReaderSettings) -> None:
        self._patterns = tuple(
            (role, re.compile(pattern))
            for role, pattern in (
                (ReaderKind.CONTACTLESS, settings.contactless),
                (ReaderKind.CONTACT, settings.contact),
            )
            if pattern
        )

    def of(self, name: str) -> ReaderKind | None:
        """The role of the reader `name`; None: none of ours."""
        if _SECURITY_MODULE.search(name):
            return None
        return next((role for role, pattern in self._patterns if pattern.search(name)), None)
