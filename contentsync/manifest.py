"""The manifest of a release: which content it is and which two people let it out. Signed like everything else."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.errors import Code, SyncError

TARGET = "release.json"
"""Its path among the targets, for the newest revision."""


def of(revision: int) -> str:
    """The path of an earlier revision's, which is offered besides."""
    return f"release-{revision}.json"


FORMAT = 1

APPROVERS = 2
"""Different people who must have approved: one who answers for the content, one who answers for letting it out."""


@dataclass(frozen=True, slots=True)
class Approval:
    """`who` (the name of a work account, not of a person) approved as `role` at `at` (aware)."""

    who: str
    role: str
    at: dt.datetime


def check_approvals(approvals: Sequence[Approval]) -> None:
    """Raises `SyncError` S-07 unless two different people approved; names that differ in case only are one person."""
    people = {approval.who.strip().casefold() for approval in approvals} - {""}
    if len(people) < APPROVERS:
        raise SyncError(Code.APPROVALS_MISSING, f"approved by {len(people)} of {APPROVERS} people")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What release `revision` is. `digest`: SHA-256 of its canonical records; `counts`: records by kind."""

    revision: int
    digest: str
    made_at: dt.datetime
    counts: Mapping[str, int]
    approvals: tuple[Approval, ...]

    def encode(self) -> bytes:
        """As it lies on the hub: one JSON object, keys sorted."""
        value = {
            "format": FORMAT,
            "revision": self.revision,
            "digest": self.digest,
            "made_at": _written(self.made_at),
            "counts": dict(self.counts),
            "approvals": [{"who": one.who, "role": one.role, "at": _written(one.at)} for one in self.approvals],
        }
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> Manifest:
        """Raises `SyncError` S-02 for what is not a manifest, S-07 when fewer than two people approved."""
        try:
            value: dict[str, Any] = json.loads(data)
            if value["format"] != FORMAT:
                raise ValueError(f"format {value['format']}")
            manifest = cls(
                revision=int(value["revision"]),
                digest=str(value["digest"]),
                made_at=_read(value["made_at"]),
                counts={str(kind): int(count) for kind, count in value["counts"].items()},
                approvals=tuple(
                    Approval(str(one["who"]), str(one["role"]), _read(one["at"])) for one in value["approvals"]
                ),
            )
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
            raise SyncError(Code.RELEASE_REFUSED, f"{TARGET}: {error.__class__.__name__}") from error
        check_approvals(manifest.approvals)
        return manifest


def _written(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="seconds")


def _read(text: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time without its zone")
    return moment.astimezone(dt.UTC)
