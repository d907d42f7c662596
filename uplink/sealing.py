"""Sealing what only one office may read: HPKE (RFC 9180; X25519, HKDF-SHA256, AES-128-GCM), padded to 256 bytes.

The kiosk seals before anything touches its disk, the hub's web process stores what it cannot open, and whoever has the
private key opens it, away from both. A seal is bound to what it is for (`about`): it opens for nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from domain.errors import Code, SyncError
from uplink.files import write_whole

PADDED_TO = 256
"""Bytes; so that the length of what is sealed tells little."""

OVERHEAD = 48
"""Bytes that a seal adds: the ephemeral key and the tag."""

LEAST_PASSPHRASE = 12
"""Characters, as for the keys that sign releases."""

_LENGTH = 4
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def seal(plain: bytes, public: str, about: str) -> bytes:
    """`plain` for the holder of the key `public` (hexadecimal). Raises `SyncError` S-08 for what is no key."""
    try:
        key = X25519PublicKey.from_public_bytes(bytes.fromhex(public))
    except ValueError:
        raise SyncError(Code.KEY_REFUSED, "no sealing key") from None
    framed = len(plain).to_bytes(_LENGTH, "big") + plain
    return _SUITE.encrypt(framed + b"\0" * (-len(framed) % PADDED_TO), key, info=_info(about))


@dataclass(frozen=True, slots=True)
class SealingKey:
    """The private half, opened by its passphrase."""

    _key: X25519PrivateKey

    def __repr__(self) -> str:
        return f"SealingKey({self.public[:8]}…)"

    @property
    def public(self) -> str:
        """The public half, hexadecimal."""
        return self._key.public_key().public_bytes_raw().hex()

    def open(self, sealed: bytes, about: str) -> bytes:
        """What was sealed. Raises `SyncError` S-08 when it is for another key or another purpose, or was altered."""
        try:
            framed = _SUITE.decrypt(sealed, self._key, info=_info(about))
            length = int.from_bytes(framed[:_LENGTH], "big")
            if len(framed) % PADDED_TO or length > len(framed) - _LENGTH or any(framed[_LENGTH + length :]):
                raise ValueError("no frame")
        except (InvalidTag, ValueError):
            raise SyncError(Code.KEY_REFUSED, "the seal does not open") from None
        return framed[_LENGTH : _LENGTH + length]


@dataclass(frozen=True, slots=True)
class SealingKeyFile:
    """A sealing key on the hub: `path` has the private half under a passphrase, `path`.pub the public one. The web
    process reads only the latter, so the former may be carried away.
    """

    path: Path

    @property
    def public_path(self) -> Path:
        return self.path.with_suffix(".pub")

    def make(self, passphrase: str) -> str:
        """Makes the key; returns its public half. Raises `SyncError` S-08 when there is one, or the passphrase is too
        short: a key is never overwritten.
        """
        if self.path.exists() or self.public_path.exists():
            raise SyncError(Code.KEY_REFUSED, f"{self.path.name} is already there")
        if len(passphrase) < LEAST_PASSPHRASE:
            raise SyncError(Code.KEY_REFUSED, f"a passphrase has at least {LEAST_PASSPHRASE} characters")
        key = X25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase.encode()))
        public = key.public_key().public_bytes_raw().hex()
        write_whole(self.path, pem)
        write_whole(self.public_path, f"{public}\n".encode(), 0o644)
        return public

    def public(self) -> str | None:
        """The public half, hexadecimal; None when no key was made. Raises `SyncError` S-08 for a damaged file."""
        try:
            text = self.public_path.read_text("ascii").strip()
            if len(bytes.fromhex(text)) != 32:
                raise ValueError("no key")
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise SyncError(Code.KEY_REFUSED, f"{self.public_path.name} is no sealing key") from None
        return text

    def unlock(self, passphrase: str) -> SealingKey:
        """The private half. Raises `SyncError` S-08 for a wrong passphrase or another kind of file."""
        try:
            key = load_pem_private_key(self.path.read_bytes(), passphrase.encode())
        except OSError as error:
            raise SyncError(Code.KEY_REFUSED, f"{self.path.name}: {error.strerror}") from error
        except (ValueError, TypeError):
            raise SyncError(Code.KEY_REFUSED, f"wrong passphrase for {self.path.name}") from None
        if not isinstance(key, X25519PrivateKey):
            raise SyncError(Code.KEY_REFUSED, f"{self.path.name} is another kind of key")
        return SealingKey(key)


def _info(about: str) -> bytes:
    return b"bianminting seal 1\0" + about.encode()
