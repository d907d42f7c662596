"""What editors search, kept at the newest release."""

from __future__ import annotations

import logging
import threading

from domain.errors import CodedError
from hub.office import Office

log = logging.getLogger(__name__)


def refresh(office: Office) -> None:
    """Makes what editors search the newest release; a fault is logged, names are searched then."""
    try:
        office.search.refresh()
    except CodedError as error:
        log.warning("the catalogue for searching is not there: %s", error.code.value)
    except Exception as error:
        log.warning("the catalogue for searching is not there: %s", type(error).__name__)


def refresh_soon(office: Office) -> threading.Thread:
    """The same on a thread of its own: nobody waits for it."""
    thread = threading.Thread(target=refresh, args=(office,), name="hub-catalogue", daemon=True)
    thread.start()
    return thread
