"""One-time codes of enrolment: read out on the phone, typed once at the kiosk.

Twelve characters of an alphabet without what is taken for something else (0 O, 1 I L): 59 bits, good for a quarter of
an hour and a few tries. The hub keeps only the hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
LENGTH = 12
GROUP = 4
LASTS = dt.timedelta(minutes=15)
"""How long a code may be used."""


def new_code(choice: Callable[[str], str] = secrets.choice) -> str:
    """A code as people read it: three groups of four."""
    letters = "".join(choice(ALPHABET) for _ in range(LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, LENGTH, GROUP))


def normal(typed: str) -> str | None:
    """The letters of a code however it was typed (small letters, spaces, other dashes); None when it can be none."""
    letters = "".join(one for one in typed.upper() if one not in "- –—　")
    return letters if len(letters) == LENGTH and all(one in ALPHABET for one in letters) else None


def hashed(letters: str) -> str:
    """What the hub keeps of a code (in its normal form): SHA-256, hexadecimal."""
    return hashlib.sha256(letters.encode("ascii")).hexdigest()
