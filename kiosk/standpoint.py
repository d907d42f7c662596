"""Who this kiosk is among the rings of a release."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from contentsync.channels import STREET, Standpoint
from domain.errors import SyncError
from uplink.identity import IdentityFolder

if TYPE_CHECKING:
    from kiosk.home import Home
    from kiosk.settings import Settings

log = logging.getLogger(__name__)


def standpoint(settings: Settings, home: Home) -> Standpoint:
    """By its settings, else by what its hub has said last; one that was enrolled with a root alone goes by its number.

    Read anew whenever it is needed: the hub may say something else with any answer.
    """
    folder = IdentityFolder(home.uplink)
    try:
        known = folder.read() if folder.enrolled else None
    except SyncError as error:
        log.warning("the ring of the enrolment is not known: %s", error.detail, extra={"code": error.code})
        known = None
    return Standpoint(
        device=known.device if known else settings.place.number,
        ring=settings.sync.ring or (known.ring if known else STREET),
        district=settings.place.district or (known.district if known else None),
    )
