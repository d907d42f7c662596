"""How releases lie among the targets: names, and what is signed about each file besides its hash.

`catalogue/full-N.zst` holds revision N whole; `catalogue/delta-M-N.zst` leads from M to N. Their `custom` says so
again, with the digests of the content, so that nothing is read out of names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuf.api.metadata import TargetFile

from domain.errors import Code, SyncError

LARGEST = 512 << 20
"""Bytes that a target may unpack to: 100 times a large city."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole catalogue: `length` bytes packed, `size` unpacked, `digest` of its records."""

    revision: int
    digest: str
    size: int
    length: int

    @property
    def path(self) -> str:
        return f"catalogue/full-{self.revision}.zst"

    def custom(self) -> dict[str, Any]:
        return {"to": self.revision, "digest": self.digest, "size": self.size}


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed between `base` (its records had `base_digest`) and `revision` (they have `digest` then)."""

    base: int
    base_digest: str
    revision: int
    digest: str
    size: int
    length: int

    @property
    def path(self) -> str:
        return f"catalogue/delta-{self.base}-{self.revision}.zst"

    def custom(self) -> dict[str, Any]:
        return {
            "from": self.base,
            "from_digest": self.base_digest,
            "to": self.revision,
            "digest": self.digest,
            "size": self.size,
        }


def entry(described: Whole | Changed, length: int, sha256: str) -> TargetFile:
    """The signed entry of a target."""
    return TargetFile(length, {"sha256": sha256}, described.path, {"custom": described.custom()})


def of_targets(targets: Mapping[str, TargetFile]) -> tuple[Whole, dict[int, Changed]]:
    """The newest whole catalogue and the changes by the revision they lead from.

    Raises `SyncError` S-02 when there is no whole one, or when something signed makes no sense.
    """
    wholes: list[Whole] = []
    changed: dict[int, Changed] = {}
    for path, target in targets.items():
        custom = target.unrecognized_fields.get("custom")
        if not isinstance(custom, dict):
            continue
        try:
            described = _described(custom, target.length)
        except (KeyError, TypeError, ValueError):
            raise SyncError(Code.RELEASE_REFUSED, f"what is said about {path} makes no sense") from None
        if described.path != path:
            raise SyncError(Code.RELEASE_REFUSED, f"{path} is {described.path} by its own words")
        if isinstance(described, Whole):
            wholes.append(described)
        else:
            changed[described.base] = described
    if not wholes:
        raise SyncError(Code.RELEASE_REFUSED, "no catalogue among the targets")
    return max(wholes, key=lambda one: one.revision), changed


def _described(custom: dict[str, Any], length: int) -> Whole | Changed:
    revision, digest, size = custom["to"], custom["digest"], custom["size"]
    _check(revision, digest, size)
    if "from" not in custom:
        return Whole(revision, digest, size, length)
    base, base_digest = custom["from"], custom["from_digest"]
    _check(base, base_digest, size)
    if base >= revision:
        raise ValueError(json.dumps(custom))
    return Changed(base, base_digest, revision, digest, size, length)


def _check(revision: object, digest: object, size: object) -> None:
    if type(revision) is not int or not 0 < revision < 10**18:
        raise ValueError("revision")
    if not isinstance(digest, str) or len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError("digest")
    if type(size) is not int or not 0 <= size <= LARGEST:
        raise ValueError("size")
