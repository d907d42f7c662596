r"""Requests that a kiosk signs, and the key it signs with.

A request carries ``X-Device`` (the id that the hub gave), ``X-Ts`` (the kiosk's seconds since 1970, for a remark only:
its clock may be dead) and ``X-Sig``, base64 of Ed25519 over ``method \n path \n ts \n SHA-256 of the body``. A
recorded request that is sent again does no harm, because every write has its own id; so no clock is needed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from domain.errors import Code, SyncError
from uplink.files import write_whole

DEVICE, TS, SIGNATURE = "X-Device", "X-Ts", "X-Sig"

_TS = re.compile(r"[0-9]{1,12}")


def signed_text(method: str, path: str, ts: str, body: bytes) -> bytes:
    """The very bytes that are signed."""
    return f"{method}\n{path}\n{ts}\n{hashlib.sha256(body).hexdigest()}".encode()


def proof_text(letters: str, public: str) -> bytes:
    """What proves at enrolment that whoever has the code also has the key `public` (hexadecimal)."""
    return f"bianminting enrol 1\n{letters}\n{public}".encode()


def holds(public: str, signature: bytes, text: bytes) -> bool:
    """Whether the key `public` (hexadecimal) has signed `text`; False for what is no key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def request_holds(public: str, method: str, path: str, ts: str, signature: str, body: bytes) -> bool:
    """Whether a request bears the signature of the device whose key is `public`."""
    if not _TS.fullmatch(ts) or len(signature) > 128:
        return False
    try:
        raw = base64.b64decode(signature.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    return holds(public, raw, signed_text(method, path, ts, body))


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """The kiosk's own key. It never leaves the machine."""

    _key: Ed25519PrivateKey

    def __repr__(self) -> str:
        return f"DeviceKey({self.public[:8]}…)"

    @classmethod
    def make(cls, path: Path) -> DeviceKey:
        """Makes a key and writes it to `path`, readable by its owner alone, flushed. One that is there is replaced.

        Raises `SyncError` S-08 when it cannot be written.
        """
        key = Ed25519PrivateKey.generate()
        write_whole(path, base64.b64encode(key.private_bytes_raw()) + b"\n")
        return cls(key)

    @classmethod
    def load(cls, path: Path) -> DeviceKey:
        """The key in `path`. Raises `SyncError` S-08."""
        try:
            raw = base64.b64decode(path.read_bytes().strip(), validate=True)
            return cls(Ed25519PrivateKey.from_private_bytes(raw))
        except OSError as error:
            raise SyncError(Code.KEY_REFUSED, f"{path.name}: {error.strerror}") from error
        except ValueError:
            raise SyncError(Code.KEY_REFUSED, f"{path.name} is no device key") from None

    @property
    def public(self) -> str:
        """The public half, hexadecimal."""
        return self._key.public_key().public_bytes_raw().hex()

    def proof(self, letters: str) -> str:
        """Hexadecimal signature that goes with a code at enrolment."""
        return self._key.sign(proof_text(letters, self.public)).hex()

    def headers(self, device: str, method: str, path: str, ts: int, body: bytes) -> Mapping[str, str]:
        """The headers of a signed request."""
        signature = self._key.sign(signed_text(method, path, str(ts), body))
        return {DEVICE: device, TS: str(ts), SIGNATURE: base64.b64encode(signature).decode("ascii")}
