"""The bytes in which an ESC/POS printer tells how it is.

Bit by bit after Epson's reference, which Bixolon's and Citizen's manuals share. A DLE EOT answer always has the pattern
0xx1xx10, an automatic status (ASB) begins with 0xx1xx00: the two never look alike.
"""

import random
from dataclasses import dataclass
from typing import Final

UNLIKE: Final = (0xFF, 0x80, 0x10, 0xC1)
"""None fits an answer to DLE EOT or GS r: a floating line, a lone bit, the head of an ASB, a byte of some text."""
LIKE_QUEUED: Final = (0x00, 0x20, 0x41, 0x62)
"""Each would pass for an answer to GS r that there is paper: a break, a space, two letters."""
LIKE_REALTIME: Final = (0x12, 0x16, 0x72)
"""Each has the fixed bits of an answer to DLE EOT."""
GARBAGE: Final = (*UNLIKE, *LIKE_QUEUED, *LIKE_REALTIME)


@dataclass(frozen=True, slots=True)
class Sensors:
    """What the machine feels."""

    paper_out: bool = False
    near_end: bool = False
    cover_open: bool = False
    cutter_jam: bool = False
    offline: bool = False

    @property
    def stopped(self) -> bool:
        return self.paper_out or self.cover_open or self.cutter_jam or self.offline

    def realtime(self, n: int) -> int | None:
        """The answer to DLE EOT ``n``; None for an ``n`` that does not exist (it is then not answered)."""
        match n:
            case 1:
                return 0x12 | 0x08 * self.stopped
            case 2:
                return 0x12 | 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * self.cutter_jam
            case 3:
                return 0x12 | 0x08 * self.cutter_jam
            case 4:
                return 0x12 | 0x0C * (self.near_end or self.paper_out) | 0x60 * self.paper_out
        return None

    def queued(self, n: int) -> int | None:
        """The answer to GS r ``n``: 1 or "1" paper, 2 or "2" drawer; it stands in the queue behind the job."""
        match n:
            case 1 | 49:
                return 0x03 * (self.near_end or self.paper_out) | 0x0C * self.paper_out
            case 2 | 50:
                return 0x00
        return None

    def automatic(self) -> bytes:
        """The four bytes of an automatic status (ASB)."""
        return bytes(
            (
                0x10 | 0x08 * self.stopped | 0x20 * self.cover_open,
                0x08 * self.cutter_jam,
                0x03 * (self.near_end or self.paper_out) | 0x0C * self.paper_out,
                0x00,
            )
        )


def process_id_answer(process_id: bytes) -> bytes:
    """What GS ( H function 48 sends back once everything before it has been printed."""
    return b"\x37\x22" + process_id + b"\x00"


CLEARED: Final = b"\x37\x25\x00"
"""The answer to DLE DC4 8: the buffers are empty."""


class Garbage:
    """Bytes of `GARBAGE`, the same ones for the same seed: two times in three a lone one, else a burst of two to six,
    of which every second is one byte over and over.
    """

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def burst(self) -> bytes:
        """The next ones."""
        chance = self._chance
        length = 1 if chance.random() < 2 / 3 else chance.randint(2, 6)
        if chance.random() < 0.5:
            return bytes((chance.choice(GARBAGE),)) * length
        return bytes(chance.choices(GARBAGE, k=length))

    def pause(self) -> float:
        """Seconds until the next ones, where nobody asks for them."""
        return self._chance.uniform(0.002, 0.12)
