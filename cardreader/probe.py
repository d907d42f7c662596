"""A question to PC/SC: ``python -m cardreader.probe`` ends as soon as every reader with a card could be had, or the
card is gone. While the service or a driver is stuck it never ends, which is the answer `cardreader.rescue` looks for.
Nothing is sent to a card.

A program that was ended in the middle of a command holds its reader as long as the driver holds that command (measured
with pcscd 1.9: everybody else gets a sharing violation), so a reader that somebody holds is asked for again and again.
"""

from __future__ import annotations

import logging
import sys
import time
from typing import Final

from cardreader.pcsc import (
    LEAVE,
    OK,
    PROTOCOLS_ANY,
    SHARING_VIOLATION,
    STATE_PRESENT,
    Context,
    Scard,
    masked,
    system_scard,
)
from domain.errors import CardError

SHARE_SHARED: Final = 2
_PAUSE_S: Final = 0.2


def ask(scard: Scard) -> None:
    """Asks for the readers and for each card that lies on one. Returns, or does not."""
    try:
        with Context(scard) as context:
            for reader in context.readers():
                if not context.look(reader) & STATE_PRESENT:
                    continue
                while True:
                    result, card, _protocol = scard.SCardConnect(context.handle, reader, SHARE_SHARED, PROTOCOLS_ANY)
                    if masked(result) != SHARING_VIOLATION:
                        break
                    time.sleep(_PAUSE_S)
                if masked(result) == OK:
                    scard.SCardDisconnect(card, LEAVE)
    except CardError as error:
        logging.getLogger(__name__).info("%s", error.detail)  # no service is not a stuck one


def main() -> int:
    """Exit status 0; 1 when PC/SC cannot be loaded, which is no matter of a restart either."""
    try:
        ask(system_scard())
    except ImportError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
