"""Keys of the city: Ed25519, one file a key, the ones that matter sealed with a passphrase.

- three *root* keys, of which any two say which keys count; they live on three sticks in three drawers
- the *release* key signs what is published; sealed, unlocked for one release at a time
- the *online* key signs freshness every day and so lies open on the hub; whoever steals it can withhold, never forge

A sealed file is AES-256-GCM under a key that scrypt (32 MB of memory a try) makes from the passphrase; role and public
key are bound to it, so that a file cannot be passed off as another one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from securesystemslib.signer import CryptoSigner, Key, SSlibKey

from contentsync.files import write_whole
from domain.errors import Code, SyncError

FORMAT = 1
LEAST_PASSPHRASE = 12
"""Characters. scrypt slows down guessing, it does not help against `123456`."""

_COST = {"n": 1 << 15, "r": 8, "p": 1}
_MEMORY = 64 << 20


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A key of `role` (root, release or online) at `path`."""

    path: Path
    role: str

    def make(self, passphrase: str | None) -> Key:
        """Makes the key and writes it, readable by its owner alone; without a passphrase it lies open.

        Raises `SyncError` S-08 when the passphrase is too short or a file is already there: a key is never overwritten.
        """
        if self.path.exists():
            raise SyncError(Code.KEY_REFUSED, f"{self.path.name} is already there")
        if passphrase is not None and len(passphrase) < LEAST_PASSPHRASE:
            raise SyncError(Code.KEY_REFUSED, f"a passphrase has at least {LEAST_PASSPHRASE} characters")
        key = Ed25519PrivateKey.generate()
        public = key.public_key().public_bytes_raw()
        value: dict[str, Any] = {"format": FORMAT, "role": self.role, "public": public.hex()}
        if passphrase is None:
            value["open"] = key.private_bytes_raw().hex()
        else:
            salt, nonce = os.urandom(16), os.urandom(12)
            sealed = AESGCM(_stretched(passphrase, salt, _COST)).encrypt(
                nonce, key.private_bytes_raw(), _bound(self.role, public)
            )
            value["sealed"] = {
                "kdf": "scrypt",
                **_COST,
                "salt": _text(salt),
                "nonce": _text(nonce),
                "secret": _text(sealed),
            }
        write_whole(self.path, json.dumps(value, indent=1).encode() + b"\n", mode=0o600)
        return SSlibKey.from_crypto(key.public_key())

    def public(self) -> Key:
        """The public half; needs no passphrase. Raises `SyncError` S-08."""
        return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(bytes.fromhex(self._read()["public"])))

    def unlock(self, passphrase: str | None = None) -> CryptoSigner:
        """The key, for signing. Raises `SyncError` S-08 for a wrong passphrase and a file that is no such key."""
        value = self._read()
        public = bytes.fromhex(value["public"])
        try:
            if "open" in value:
                secret = bytes.fromhex(value["open"])
            elif passphrase is None:
                raise SyncError(Code.KEY_REFUSED, f"{self.path.name} needs its passphrase")
            else:
                box = value["sealed"]
                cost = {name: int(box[name]) for name in _COST}
                stretched = _stretched(passphrase, _bytes(box["salt"]), cost)
                secret = AESGCM(stretched).decrypt(
                    _bytes(box["nonce"]), _bytes(box["secret"]), _bound(self.role, public)
                )
            key = Ed25519PrivateKey.from_private_bytes(secret)
        except InvalidTag:
            raise SyncError(Code.KEY_REFUSED, f"wrong passphrase for {self.path.name}") from None
        except (ValueError, LookupError, TypeError) as error:
            raise SyncError(
                Code.KEY_REFUSED, f"{self.path.name} is not a key file: {error.__class__.__name__}"
            ) from None
        if key.public_key().public_bytes_raw() != public:
            raise SyncError(Code.KEY_REFUSED, f"{self.path.name} holds another key than it says")
        return CryptoSigner(key)

    def _read(self) -> dict[str, Any]:
        try:
            value: dict[str, Any] = json.loads(self.path.read_bytes())
            if value["format"] != FORMAT or value["role"] != self.role or len(bytes.fromhex(value["public"])) != 32:
                raise ValueError("another kind of file")
        except OSError as error:
            raise SyncError(Code.KEY_REFUSED, f"{self.path.name}: {error.strerror}") from error
        except (ValueError, LookupError, TypeError) as error:
            raise SyncError(
                Code.KEY_REFUSED, f"{self.path.name} is no {self.role} key: {error.__class__.__name__}"
            ) from None
        return value


@dataclass(frozen=True, slots=True)
class KeyFolder:
    """The keys of one hub, by name. After the founding the root keys are carried away; the hub works without them."""

    path: Path

    ROOTS = (1, 2, 3)

    @property
    def release(self) -> KeyFile:
        return KeyFile(self.path / "release.key", "release")

    @property
    def online(self) -> KeyFile:
        return KeyFile(self.path / "online.key", "online")

    @property
    def letterbox(self) -> Path:
        """The public half of the key that kiosks seal for what a stick carries home; hexadecimal. There is none until
        a stick was made.
        """
        return self.path / "letterbox.pub"

    @property
    def counters(self) -> Path:
        """The highest version ever signed in each role; stays with the keys, so that no restored backup of the public
        folder makes the hub count again from a number that kiosks have seen.
        """
        return self.path / "counters.json"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    def root(self, number: int) -> KeyFile:
        return KeyFile(self.path / f"root-{number}.key", "root")


def _stretched(passphrase: str, salt: bytes, cost: dict[str, int]) -> bytes:
    if cost["n"] > 1 << 17 or cost["r"] > 16 or cost["p"] > 4:
        raise ValueError("costs more than any key of ours")
    return hashlib.scrypt(
        unicodedata.normalize("NFC", passphrase).encode(), salt=salt, maxmem=4 * _MEMORY, dklen=32, **cost
    )


def _bound(role: str, public: bytes) -> bytes:
    return b"bianminting key 1\0" + role.encode() + b"\0" + public


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
