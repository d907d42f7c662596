"""The staff PIN: kept as a scrypt hash, compared in constant time, guessing slowed down."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

WRONG_IN_A_ROW = 5
CLOSED_S = 60.0

DEMO_HASH = "scrypt:14:8:1:Ymlhbm1pbnRpbmctZGVtbw==:+d6KGPsoEMVIrIJMGa5Q6BJLALwzFOrYdEv3oGG29bQ="
"""Of the PIN 2468, for the demo profile; `docs/operations/settings.md` says so."""

_PIN = re.compile(r"[0-9]{4,12}", re.ASCII)


class UnfitPin(ValueError):
    """Not a PIN that can be typed at the kiosk."""


@dataclass(frozen=True, slots=True)
class PinHash:
    """scrypt (RFC 7914) of a PIN: `scrypt:log2 N:r:p:salt:hash`, the last two in base64.

    N = 2^14, r = 8 takes 16 MiB and about 50 ms on a kiosk: nothing for one PIN a day, 8 minutes for all of four
    digits by someone who has stolen the hash. A longer PIN is what helps against that.
    """

    log_n: int
    r: int
    p: int
    salt: bytes
    digest: bytes

    @classmethod
    def make(cls, pin: str, salt: bytes | None = None) -> Self:
        """Hash of `pin` (4 to 12 digits, `UnfitPin` otherwise) with a fresh salt."""
        if not _PIN.fullmatch(pin):
            raise UnfitPin("a PIN has 4 to 12 digits")
        salt = os.urandom(16) if salt is None else salt
        return cls(14, 8, 1, salt, cls(14, 8, 1, salt, b"")._of(pin))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads what `str` wrote. Raises ValueError without a word of what was read."""
        try:
            scheme, log_n, r, p, salt, digest = text.split(":")
            made = cls(
                int(log_n),
                int(r),
                int(p),
                base64.b64decode(salt, validate=True),
                base64.b64decode(digest, validate=True),
            )
        except (ValueError, binascii.Error):
            raise ValueError("not a hash as `kiosk staff-pin` prints it") from None
        # The upper bounds keep a slip of the pen from asking for gigabytes.
        fits = scheme == "scrypt" and 10 <= made.log_n <= 17 and 1 <= made.r <= 16 and 1 <= made.p <= 4
        if not fits or len(made.salt) < 8 or len(made.digest) != 32:
            raise ValueError("not a hash as `kiosk staff-pin` prints it")
        return made

    def __str__(self) -> str:
        salt, digest = (base64.b64encode(part).decode("ascii") for part in (self.salt, self.digest))
        return f"scrypt:{self.log_n}:{self.r}:{self.p}:{salt}:{digest}"

    def __repr__(self) -> str:
        return "PinHash(…)"

    def fits(self, pin: str) -> bool:
        """Whether `pin` is the one; takes the same time either way."""
        return hmac.compare_digest(self._of(pin), self.digest)

    def _of(self, pin: str) -> bytes:
        n = 1 << self.log_n
        memory = 128 * n * self.r * self.p + (1 << 20)
        return hashlib.scrypt(
            pin.encode("utf-8", "surrogatepass"), salt=self.salt, n=n, r=self.r, p=self.p, maxmem=memory, dklen=32
        )


_NOBODY = PinHash(14, 8, 1, b"no PIN is set here", bytes(32))
"""Compared with where no hash is set, so that a kiosk without a PIN answers no faster."""


class HashedStaffGate:
    """`domain.ports.StaffGate` over one hash; without a hash it never opens.

    After five wrong PINs in a row it stays shut for a minute of the monotonic clock, whatever is typed; attempts during
    that minute do not lengthen it, so staff can wait it out. The count does not outlive a restart: a citizen cannot
    cause one.
    """

    def __init__(self, pin_hash: PinHash | None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._hash = pin_hash
        self._monotonic = monotonic
        self._wrong = 0
        self._shut_until = float("-inf")
        self._one_at_a_time = threading.Lock()

    def open(self, pin: str) -> bool:
        """Whether `pin` opens now."""
        with self._one_at_a_time:
            fits = (self._hash or _NOBODY).fits(pin) and self._hash is not None
            now = self._monotonic()
            if now < self._shut_until:
                return False
            if fits:
                self._wrong = 0
                return True
            self._wrong += 1
            if self._wrong >= WRONG_IN_A_ROW:
                self._wrong = 0
                self._shut_until = now + CLOSED_S
            return False
