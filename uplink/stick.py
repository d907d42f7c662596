"""What kiosks send home on a stick: the messages of the outbox in sealed, signed envelopes, and the hub's answers.

An envelope holds what one request would hold. It is signed as a request is, and sealed for the hub's letterbox key, so
that a lost stick tells nobody anything; letters in it are sealed for their own office besides. An envelope that is
brought twice does no harm: the hub knows messages by their ids. Bytes only; who reads and writes sticks is
`contentsync.usb`.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import TypeAdapter, ValidationError

from domain.errors import Code, SyncError
from uplink.delivery import Outgoing
from uplink.files import write_whole
from uplink.messages import BATCH, REPORTS, Message, MessageId, Placement, body_of
from uplink.sealing import SealingKey, seal
from uplink.signing import SIGNATURE, DeviceKey, request_holds

FOLDER = "home"
"""Below the release: a folder for each kiosk, named as its device."""

ANSWER = "answer.json"
"""What the hub has of a kiosk, in that kiosk's folder."""

FORMAT = 1

LONGEST_ENVELOPE = 1 << 20
"""Bytes of a file."""

BATCH_BYTES = 256 << 10
"""Bytes of the messages of one envelope."""

LONGEST_ANSWER = 512 << 10
MOST_ANSWERED = 4000

METHOD = "STICK"
"""In the place of POST in what is signed: an envelope is no request, and a request no envelope."""

_FILE = re.compile(r"([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\.post")
_DEVICE = re.compile(r"[0-9a-f]{32}")

_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
_ID: TypeAdapter[str] = TypeAdapter(MessageId)


def is_device(name: str) -> bool:
    """Whether a folder is named as a device."""
    return _DEVICE.fullmatch(name) is not None


def file_of(id: str) -> str:
    """The file of the envelope `id`."""
    return f"{id}.post"


def id_of(name: str) -> str | None:
    """The envelope that a file is named after; None for any other file."""
    found = _FILE.fullmatch(name)
    return found[1] if found else None


# --- The hub's key ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LetterboxKey:
    """The key that envelopes are sealed for: `path` has its private half, open as that of the online key is, since it
    is used whenever a stick comes; `path`.pub the public one.
    """

    path: Path

    @property
    def public_path(self) -> Path:
        return self.path.with_suffix(".pub")

    def ready(self) -> str:
        """The public half, hexadecimal; makes the key when there is none. Raises `SyncError` S-08."""
        if not self.path.exists():
            key = X25519PrivateKey.generate()
            write_whole(self.path, base64.b64encode(key.private_bytes_raw()) + b"\n")
        public = self.load().public
        try:
            known = self.public_path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            known = ""
        if known != public:
            write_whole(self.public_path, f"{public}\n".encode(), 0o644)
        return public

    def load(self) -> SealingKey:
        """The private half. Raises `SyncError` S-08."""
        try:
            raw = base64.b64decode(self.path.read_bytes().strip(), validate=True)
            return SealingKey(X25519PrivateKey.from_private_bytes(raw))
        except OSError as error:
            raise SyncError(Code.KEY_REFUSED, f"{self.path.name}: {error.strerror}") from error
        except ValueError:
            raise SyncError(Code.KEY_REFUSED, f"{self.path.name} is no letterbox key") from None


# --- Envelopes --------------------------------------------------------------------------------------------------------


def enveloped(
    messages: Sequence[Outgoing], *, device: str, key: DeviceKey, letterbox: str, at: int
) -> Iterator[tuple[str, bytes]]:
    """`messages` as envelopes: id and bytes of each. `at`: the kiosk's seconds since 1970.

    Raises `SyncError` S-08 when `letterbox` is no key.
    """
    for batch in _batches(messages):
        id = str(uuid.uuid4())
        said = {"messages": [{"id": one.id, "kind": one.kind, "body": one.body} for one in batch]}
        plain = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        sealed = seal(plain, letterbox, _about(device, id))
        headers = key.headers(device, METHOD, _path(id), max(0, at), sealed)
        envelope = {
            "format": FORMAT,
            "device": device,
            "id": id,
            "ts": str(max(0, at)),
            "sig": headers[SIGNATURE],
            "sealed": base64.b64encode(sealed).decode("ascii"),
        }
        yield id, json.dumps(envelope, separators=(",", ":")).encode() + b"\n"


def _batches(messages: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    batch: list[Outgoing] = []
    size = 0
    for one in messages:
        own = len(json.dumps(one.body, ensure_ascii=False).encode())
        if batch and (len(batch) == BATCH or size + own > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += own
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as it was found; nothing of it is believed before `signed_by`."""

    device: str
    id: str
    ts: str
    signature: str
    sealed: bytes

    @classmethod
    def read(cls, data: bytes) -> Envelope:
        """Raises `SyncError` S-02 for what is none."""
        try:
            value: dict[str, Any] = json.loads(data)
            device, id = str(value["device"]), str(value["id"])
            if value["format"] != FORMAT or not is_device(device) or id_of(file_of(id)) is None:
                raise ValueError("no envelope")
            sealed = base64.b64decode(str(value["sealed"]).encode("ascii"), validate=True)
            return cls(device, id, str(value["ts"]), str(value["sig"]), sealed)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
            raise SyncError(Code.RELEASE_REFUSED, f"no envelope: {type(error).__name__}") from error

    def signed_by(self, public: str) -> bool:
        """Whether the device whose key is `public` (hexadecimal) has signed it."""
        return request_holds(public, METHOD, _path(self.id), self.ts, self.signature, self.sealed)

    def opened(self, key: SealingKey) -> Contents:
        """Raises `SyncError` S-08 when it is sealed for another key, S-02 for contents that are none."""
        plain = key.open(self.sealed, _about(self.device, self.id))
        try:
            given = json.loads(plain)["messages"]
            if not isinstance(given, list) or not 0 < len(given) <= BATCH:
                raise ValueError("no messages")
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise SyncError(Code.RELEASE_REFUSED, f"no contents: {type(error).__name__}") from error
        messages: list[Message] = []
        unfit: list[str] = []
        for one in given:
            try:
                messages.append(_MESSAGE.validate_json(json.dumps(one)))
            except ValidationError:
                unfit += _ids(one)
        return Contents(tuple(messages), tuple(unfit))


@dataclass(frozen=True, slots=True)
class Contents:
    """The messages of an envelope. `unfit`: ids of what is no message that this hub knows."""

    messages: tuple[Message, ...]
    unfit: tuple[str, ...] = ()


def _ids(one: object) -> list[str]:
    try:
        return [_ID.validate_python(one["id"])] if isinstance(one, dict) else []
    except (ValidationError, LookupError):
        return []


def _about(device: str, id: str) -> str:
    return f"stick {device} {id}"


def _path(id: str) -> str:
    return f"{REPORTS}/{id}"


# --- Answers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HubAnswer:
    """What the hub says that it has of a kiosk: fates by message id; `newest`: the highest number of its health; where
    it stands among the others, None when an older hub has written this.
    """

    device: str
    at: dt.datetime
    fates: Mapping[str, str] = field(default_factory=dict)
    newest: int = 0
    placement: Placement | None = None

    def as_note(self) -> dict[str, Any]:
        """As it is signed."""
        told = {"placement": body_of(self.placement)} if self.placement is not None else {}
        return told | {
            "format": FORMAT,
            "device": self.device,
            "at": self.at.astimezone(dt.UTC).isoformat(timespec="seconds"),
            "fates": dict(self.fates),
            "newest": self.newest,
        }

    @classmethod
    def of_note(cls, said: Mapping[str, Any]) -> HubAnswer:
        """Raises `SyncError` S-02 for a note about something else."""
        try:
            fates = said["fates"]
            at = dt.datetime.fromisoformat(said["at"])
            if said["format"] != FORMAT or at.tzinfo is None or len(fates) > MOST_ANSWERED:
                raise ValueError("no answer")
            stands = said.get("placement")
            return cls(
                str(said["device"]),
                at,
                {str(id): str(fate) for id, fate in fates.items()},
                int(said["newest"]),
                Placement.model_validate(stands) if stands is not None else None,
            )
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise SyncError(Code.RELEASE_REFUSED, f"no answer to a kiosk: {type(error).__name__}") from error


def lasting(fates: Mapping[str, str]) -> dict[str, str]:
    """Of the fates those that stay true however often they are read: what the hub has, it has."""
    return {id: fate for id, fate in fates.items() if fate in ("stored", "duplicate")}
