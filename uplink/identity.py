"""Who this kiosk is to its hub: the answer to its enrolment, kept beside its key in ``uplink/`` of the home."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import Code, SyncError

if TYPE_CHECKING:
    from uplink.signing import DeviceKey

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """`hub`: address of the hub without a slash at its end; `sealing`: public key that letters are sealed for."""

    device: str
    hub: str
    number: str
    name: str
    place: str
    district: str | None
    ring: str
    sealing: str | None

    @property
    def public(self) -> str:
        """Where the hub's content is."""
        return f"{self.hub}/public"


class IdentityFolder:
    """The folder of key and identity; there is one or none."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def key_path(self) -> Path:
        return self.path / "device.key"

    @property
    def _file(self) -> Path:
        return self.path / "device.json"

    @property
    def enrolled(self) -> bool:
        """Whether there is an identity."""
        return self._file.is_file()

    def read(self) -> Identity:
        """Raises `SyncError` S-06 when this kiosk is not enrolled, S-08 when the file is no identity."""
        try:
            value: dict[str, Any] = json.loads(self._file.read_bytes())
            if value.pop("format") != FORMAT:
                raise ValueError("another format")
            return Identity(**value)
        except FileNotFoundError:
            raise SyncError(Code.NOT_ENROLLED, "no device; run `kiosk enrol CODE --hub URL`") from None
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise SyncError(Code.KEY_REFUSED, f"{self._file.name}: {error.__class__.__name__}") from error

    def write(self, identity: Identity) -> None:
        """Keeps it, whole or not at all. Raises `SyncError` S-08 when it cannot be written."""
        beside = self._file.with_name(f".{self._file.name}.new")
        data = json.dumps({"format": FORMAT, **asdict(identity)}, ensure_ascii=False, indent=1).encode() + b"\n"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._file)
        except OSError as error:
            raise SyncError(Code.KEY_REFUSED, f"{self._file.name}: {error.strerror}") from error

    def seal_for(self, key: str) -> None:
        """Notes another sealing key of the hub. Raises as `read` and `write`."""
        identity = self.read()
        if identity.sealing != key:
            self.write(replace(identity, sealing=key))

    def key(self) -> DeviceKey:
        """The kiosk's key. Raises `SyncError` S-08."""
        from uplink.signing import DeviceKey  # a kiosk that only asks whether it is enrolled needs no cryptography

        return DeviceKey.load(self.key_path)
