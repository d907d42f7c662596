"""The kiosk's end of enrolment: a one-time code becomes a key that the hub knows, and an identity."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from domain.errors import Code, SyncError
from uplink.codes import normal
from uplink.identity import Identity, IdentityFolder
from uplink.line import Declined, Line, as_json
from uplink.messages import ENROL, Enrolled
from uplink.signing import DeviceKey


@dataclass(frozen=True, slots=True)
class NewDevice:
    """What the hub answered: the identity, its trust root (None: it has none yet), its time."""

    identity: Identity
    root: bytes | None
    server_time: dt.datetime


def enrol(folder: IdentityFolder, code: str, hub: str, *, connect_s: float = 5.0, read_s: float = 20.0) -> NewDevice:
    """Makes the key, proves that it is this kiosk's, and keeps what the hub answers. A kiosk that was enrolled before
    gets another key; its old device is to be revoked at the hub.

    Raises `SyncError`: S-06 when the code is none, used, too old or refused, S-01 when the hub cannot be reached, S-08
    when key or identity cannot be written. Nothing is enrolled on this kiosk then, and what was there stays.
    """
    letters = normal(code)
    if letters is None:
        raise SyncError(Code.NOT_ENROLLED, "no enrolment code: twelve letters and digits in three groups")
    base = hub.rstrip("/")
    fresh = folder.key_path.with_name("device.next.key")
    key = DeviceKey.make(fresh)
    line = Line(base, connect_s=connect_s, read_s=read_s)
    try:
        body = as_json({"code": letters, "key": key.public, "proof": key.proof(letters)})
        answer = line.post(ENROL, body, Enrolled)
        identity = Identity(
            device=answer.device,
            hub=base,
            number=answer.number,
            name=answer.name,
            place=answer.place,
            district=answer.district,
            ring=answer.ring,
            sealing=answer.sealing,
        )
        folder.write_with_key(identity, fresh)
    except Declined as error:
        if error.status == 429:
            raise SyncError(Code.NOT_ENROLLED, "too many tries; wait a minute") from None
        if error.status in (400, 401, 403):
            raise SyncError(Code.NOT_ENROLLED, "the hub does not take this code; ask for a new one") from None
        raise SyncError(Code.HUB_OUT_OF_REACH, f"the hub answers {error.status}") from None
    finally:
        line.close()
        fresh.unlink(missing_ok=True)
    return NewDevice(identity, answer.root.encode() if answer.root is not None else None, answer.server_time)
