"""A printer's word that a slip is done: the two ways of asking for it, and what counts as an answer. No input or output
here.

GS ( H carries a number that the printer says back: nothing but the answer to this very question looks like it. The
answer to GS r 1 is one byte with hardly a mark: a break on the line, a letter, the answer for a slip before may look
like it. So it is asked in two rounds. The first stands behind the slip, and tells that the printer has got there. The
second is asked when all is quiet, a number of times that nobody can know beforehand: a printer that has nothing left to
print answers it at once and exactly so often, with the same byte as before.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from printer.status import Answers

GS_R: Final = b"\x1dr\x01"
FIRST_ROUND: Final = 2
"""GS r behind a slip."""
_SECOND_ROUND: Final = (3, 4, 5, 6)
"""GS r once it is quiet: never as many as in the first round."""

_ID_DIGITS: Final = b" !\"#$%&'()*+,-./@ABCDEFGHIJKLMNO`abcdefghijklmno"
"""Of process ids, which may be 32-126: no status byte, which may come in between, looks like one of these."""
_ID_LENGTH: Final = 4
_ID_ANSWER: Final = re.compile(rb"\x37\x22[\x20-\x7e]{4}\x00")


class Heard:
    """What a printer has said: `status` are answers to DLE EOT, `others` everything else that is no automatic status;
    `at`: when each of the others came, in seconds of the clock that `hear` is given.
    """

    def __init__(self) -> None:
        self._answers = Answers()
        self.at: list[float] = []

    def hear(self, data: bytes, now: float) -> None:
        self._answers.hear(data)
        self.at += [now] * (len(self._answers.others) - len(self.at))

    @property
    def status(self) -> bytearray:
        return self._answers.status

    @property
    def others(self) -> bytes:
        return bytes(self._answers.others)


def fresh_id() -> bytes:
    """A process id as good as never used before, by this process or by one that printed before it."""
    return bytes(secrets.choice(_ID_DIGITS) for _ in range(_ID_LENGTH))


def id_question(id: bytes) -> bytes:
    """GS ( H, function 48."""
    return b"\x1d(H\x06\x00\x30\x30" + id


def id_answer(id: bytes) -> bytes:
    """What is said when everything before the question is on paper."""
    return b"\x37\x22" + id + b"\x00"


def strays(heard: bytes) -> bytes:
    """What is left of `heard` without answers to GS ( H, those for slips before included."""
    return _ID_ANSWER.sub(b"", heard)


def second_round() -> int:
    """How often GS r is asked in the second round."""
    return secrets.choice(_SECOND_ROUND)


def answers_gs_r(byte: int) -> bool:
    """Bits 4 and 7 of such an answer are always 0."""
    return byte & 0x90 == 0


def all_agree(heard: bytes, asked: int) -> bool:
    """Whether `heard` is the answer to GS r 1 so many times, and says that there is paper (bits 2 and 3)."""
    return len(heard) == asked and len(set(heard)) == 1 and answers_gs_r(heard[0]) and not heard[0] & 0x0C


def together(at: Sequence[float], pause: float) -> bool:
    """Whether between no two of these moments there was a `pause`."""
    return all(later - earlier < pause for earlier, later in pairwise(at))
