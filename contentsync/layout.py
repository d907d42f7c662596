"""How releases lie among the targets: names, and what is signed about each file besides its hash.

`catalogue/full-N.zst` holds revision N whole; `catalogue/delta-M-N.zst` leads from M to N. Their `custom` says so
again, with the digests of the content, so that nothing is read out of names. Several whole ones may be offered at a
time: the newest, the one that kiosks outside of its rings stay with, and marks of earlier weeks that changes lead from.
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
    made: int | None = None
    """When the release was made, seconds since 1970; None where an older hub signed it without saying so."""

    @property
    def path(self) -> str:
        return f"catalogue/full-{self.revision}.zst"

    def custom(self) -> dict[str, Any]:
        said = {"to": self.revision, "digest": self.digest, "size": self.size}
        return said if self.made is None else {**said, "made": self.made}


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


@dataclass(frozen=True, slots=True)
class Offers:
    """What is offered: whole catalogues by revision, and every set of changes."""

    wholes: Mapping[int, Whole]
    changes: tuple[Changed, ...]

    @property
    def newest(self) -> Whole:
        return self.wholes[max(self.wholes)]

    def digest_of(self, revision: int) -> str | None:
        """The digest that the content of `revision` has by what is signed; None when nothing names it any more."""
        if (whole := self.wholes.get(revision)) is not None:
            return whole.digest
        for one in self.changes:
            if one.base == revision:
                return one.base_digest
            if one.revision == revision:
                return one.digest
        return None


def of_targets(targets: Mapping[str, TargetFile]) -> Offers:
    """What the targets offer.

    Raises `SyncError` S-02 when there is no whole catalogue, or when something signed makes no sense.
    """
    wholes: dict[int, Whole] = {}
    changes: list[Changed] = []
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
            wholes[described.revision] = described
        else:
            changes.append(described)
    if not wholes:
        raise SyncError(Code.RELEASE_REFUSED, "no catalogue among the targets")
    return Offers(wholes, tuple(sorted(changes, key=lambda one: (one.revision, one.base))))


def _described(custom: dict[str, Any], length: int) -> Whole | Changed:
    revision, digest, size = custom["to"], custom["digest"], custom["size"]
    _check(revision, digest, size)
    if "from" not in custom:
        made = custom.get("made")
        if made is not None and (type(made) is not int or not 0 <= made < 1 << 40):
            raise ValueError("made")
        return Whole(revision, digest, size, length, made)
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
