"""Passwords of the hub's people: argon2id, never more than a few computed at once."""

from __future__ import annotations

import threading

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from hub.refusal import Reason, Refused

SHORTEST = 10
"""Characters. Length is what counts; no rules about kinds of characters."""

LONGEST = 200
"""Characters; a longer one would only cost time."""

AT_ONCE = 2
"""Hashes computed at the same time: each takes 64 MB and a quarter of a second of a core."""


class Passwords:
    """Hashes and checks. A caller waits for its turn when `AT_ONCE` others are at it.

    The work is slow on purpose: web pages call it from a worker thread, never from the event loop. `argon2` sets the
    cost; None: what pwdlib recommends (argon2id, 64 MB, three passes).
    """

    def __init__(self, argon2: PasswordHash | None = None) -> None:
        self._argon2 = argon2 or PasswordHash.recommended()
        self._turn = threading.BoundedSemaphore(AT_ONCE)
        self._nobody: str | None = None

    def hash(self, password: str) -> str:
        """The encoded hash to keep."""
        with self._turn:
            return self._argon2.hash(password)

    def fits(self, password: str, encoded: str | None) -> bool:
        """Whether `password` belongs to `encoded`; None: an account that does not exist, which takes as long."""
        return self.checked(password, encoded)[0]

    def checked(self, password: str, encoded: str | None) -> tuple[bool, str | None]:
        """As `fits`, and a hash to keep instead when `encoded` was made at another cost than is asked for today."""
        if len(password) > LONGEST:
            return False, None
        if self._nobody is None:
            # Made for whoever comes first: otherwise the first unknown login would be the one that takes longer.
            self._nobody = self.hash("nobody has this password")
        if encoded is None:
            with self._turn:
                self._argon2.verify(password, self._nobody)
            return False, None
        with self._turn:
            try:
                return self._argon2.verify_and_update(password, encoded)
            except UnknownHashError:
                return False, None


def check(password: str, login: str, name: str) -> None:
    """Raises `Refused` (password_weak) for what is too short, too long, or made of the account's own names."""
    bare = password.casefold()
    if not SHORTEST <= len(password) <= LONGEST or len(set(password)) < 4:
        raise Refused(Reason.PASSWORD_WEAK, least=SHORTEST)
    if bare in (login.casefold(), name.casefold()) or login.casefold() in bare:
        raise Refused(Reason.PASSWORD_WEAK, least=SHORTEST)
