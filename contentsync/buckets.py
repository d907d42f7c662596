"""A catalogue in 256 parts, so that one that differs somewhere is mended without being fetched whole.

A record belongs to the bucket that the first byte of SHA-256 of ``kind/id`` names. The digest of a bucket is that of
its canonical lines in canonical order; its file is named after it, so that a release writes only those that changed.
`buckets-N.json`, a signed target, has the digests of revision N. A kiosk computes its own, fetches the buckets that
differ, and proves the whole that comes of it as always.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from contentsync.layout import LARGEST
from domain.errors import Code, SyncError

COUNT = 256
FORMAT = 1

FOLDER = "buckets"
"""Below `targets`; files are named ``<digest>.zst``."""

DIGITS = 32
"""Hexadecimal digits of a bucket's digest that are written: 128 bits find what differs and name a file; what is made of
the buckets is proved by the whole digest.
"""

EMPTY = hashlib.sha256().hexdigest()[:DIGITS]

Keyed = tuple[str, str, bytes]
"""Kind, id and canonical line of a record."""


def bucket_of(kind: str, id: str) -> int:
    """0 to 255."""
    return hashlib.sha256(f"{kind}/{id}".encode()).digest()[0]


def name_of(revision: int) -> str:
    """The target with the digests of `revision`."""
    return f"buckets-{revision}.json"


@dataclass(frozen=True, slots=True)
class Bucket:
    """Digest of its lines, and their bytes."""

    digest: str
    size: int

    @classmethod
    def of(cls, lines: bytes) -> Bucket:
        """The bucket of these lines."""
        return cls(hashlib.sha256(lines).hexdigest()[:DIGITS], len(lines))

    @property
    def file(self) -> str:
        return f"{self.digest}.zst"


def buckets_of(records: Iterable[Keyed]) -> tuple[Bucket, ...]:
    """The buckets of records that come in canonical order; none of them is held."""
    sums, sizes = [hashlib.sha256() for _ in range(COUNT)], [0] * COUNT
    for kind, id, line in records:
        number = bucket_of(kind, id)
        sums[number].update(line)
        sizes[number] += len(line)
    return tuple(Bucket(one.hexdigest()[:DIGITS], size) for one, size in zip(sums, sizes, strict=True))


def parts_of(records: Iterable[Keyed]) -> tuple[bytes, ...]:
    """The lines of each bucket, of records that come in canonical order."""
    parts: list[list[bytes]] = [[] for _ in range(COUNT)]
    for kind, id, line in records:
        parts[bucket_of(kind, id)].append(line)
    return tuple(map(b"".join, parts))


@dataclass(frozen=True, slots=True)
class Table:
    """The buckets of a revision, all 256 of them."""

    revision: int
    buckets: tuple[Bucket, ...]

    def encode(self) -> bytes:
        """As it lies on the hub, 10 kB."""
        value = {
            "format": FORMAT,
            "revision": self.revision,
            "buckets": [one.digest for one in self.buckets],
            "sizes": [one.size for one in self.buckets],
        }
        return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def decode(cls, data: bytes) -> Table:
        """Raises `SyncError` S-02 for what makes no sense, although it is signed."""
        try:
            value: dict[str, Any] = json.loads(data)
            digests, sizes = value["buckets"], value["sizes"]
            if (
                value["format"] != FORMAT
                or type(value["revision"]) is not int
                or not len(digests) == COUNT == len(sizes)
            ):
                raise ValueError("format")
            for digest, size in zip(digests, sizes, strict=True):
                if len(digest) != DIGITS or not set(digest) <= set("0123456789abcdef"):
                    raise ValueError("digest")
                if type(size) is not int or not 0 <= size <= LARGEST:
                    raise ValueError("size")
            return cls(value["revision"], tuple(Bucket(*one) for one in zip(digests, sizes, strict=True)))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise SyncError(Code.RELEASE_REFUSED, f"buckets: {error.__class__.__name__}") from error

    def differing(self, own: Sequence[Bucket]) -> tuple[int, ...]:
        """Numbers of the buckets that `own` has otherwise."""
        return tuple(number for number in range(COUNT) if self.buckets[number].digest != own[number].digest)


def key_of(line: bytes) -> Keyed:
    """A line with its kind and id. Raises `SyncError` S-02 for what is no record."""
    try:
        record = json.loads(line)
        return str(record["kind"]), str(record["id"]), line
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise SyncError(
            Code.RELEASE_REFUSED, f"a bucket holds what is no record: {error.__class__.__name__}"
        ) from error


def merged(held: Callable[[], Iterable[Keyed]], bad: Iterable[int], fetched: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of what is `held`, without those of the `bad` buckets, and those that were `fetched` in their place, in
    canonical order.
    """
    out = frozenset(bad)
    good = (one for one in held() if bucket_of(one[0], one[1]) not in out)
    came = sorted((key_of(line) for line in fetched), key=lambda one: one[:2])
    for _, _, line in heapq.merge(good, came, key=lambda one: one[:2]):
        yield line
