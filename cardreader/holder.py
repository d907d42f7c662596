"""What the holder file (EF16) tells without a name: PBOC's layout, on 交通联合 and city union cards."""

from __future__ import annotations

from typing import Final

from cardreader.apdu import read_binary
from cardreader.fields import Holder, holder_of
from cardreader.processors import Processor

SFI: Final = 0x16

_ID_OFFSET, _ID_LENGTH = 22, 33
"""Where it has the number and kind of the identity document: behind card type, staff mark and name."""


def holder_in_ef16(card: Processor) -> Holder:
    """Age and sex from the identity document; nobody's on most cards, which leave it blank. The name before it is not
    read.
    """
    response = card.send(read_binary(SFI, _ID_OFFSET, _ID_LENGTH))
    return holder_of(response.data) if response.ok else Holder()
