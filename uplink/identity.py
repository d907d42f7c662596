"""Who this kiosk is to its hub: the answer to its enrolment, kept beside its key in ``uplink/`` of the home."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from domain.errors import Code, SyncError
from uplink.files import moved, write_whole, written_beside

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


def _encoded(identity: Identity) -> bytes:
    return json.dumps({"format": FORMAT, **asdict(identity)}, ensure_ascii=False, indent=1).encode() + b"\n"


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
        write_whole(self._file, _encoded(identity))

    def write_with_key(self, identity: Identity, key: Path) -> None:
        """Keeps it, and makes the file `key`, which lies in this folder, its key. Raises as `write`; key and identity
        are those that were there then.

        Both are on the disk before the first gets its name, but the power can still go between the two names: then the
        key is the new one, the hub does not know it under the old identity, and a code has to be asked for once more.
        """
        beside = written_beside(self._file, _encoded(identity))
        try:
            moved(key, self.key_path)
            moved(beside, self._file)
        finally:
            beside.unlink(missing_ok=True)

    def seal_for(self, key: str) -> None:
        """Notes another sealing key of the hub. Raises as `read` and `write`."""
        identity = self.read()
        if identity.sealing != key:
            self.write(replace(identity, sealing=key))

    def stand_at(self, ring: str, district: str | None) -> None:
        """Notes another ring or district that the hub has given it. Raises as `read` and `write`."""
        identity = self.read()
        if (identity.ring, identity.district) != (ring, district):
            self.write(replace(identity, ring=ring, district=district))

    def key(self) -> DeviceKey:
        """The kiosk's key. Raises `SyncError` S-08."""
        from uplink.signing import DeviceKey  # a kiosk that only asks whether it is enrolled needs no cryptography

        return DeviceKey.load(self.key_path)
