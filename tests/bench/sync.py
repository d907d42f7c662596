"""Releases: what publishing costs, what a poll and an update cost the line, how long an update takes to be proved."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from contentsync.client import Client, Installed, Release, UpToDate
from contentsync.fetcher import Fetcher
from contentsync.marks import StateFile
from contentsync.trust import Trust
from localdb.catalogue.install import install_changes, install_full
from tests.bench.figure import Figure
from tests.unit.contentsync.hub import City, Time, serving
from workbench.sample import grow, read_records

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample_city"
T = TypeVar("T")

ITEMS = 7_000
SHARE = 100
"""One item in so many is changed."""


def figures(folder: Path) -> list[Figure]:
    """The figures of this part."""
    now = Time()
    hub = City.found(folder / "hub", now)
    records = grow(list(read_records(SAMPLE)), ITEMS)
    found: list[Figure] = []
    published, took = _timed(lambda: hub.release(records))
    found.append(Figure(f"release of {ITEMS} items", took, "s", most=5))
    found.append(Figure(f"whole catalogue of {ITEMS} items", published.whole_bytes / 1e6, "MB"))
    with serving(hub.public, now) as server:
        fetcher = Fetcher()
        state = StateFile(folder / "state.json")
        trust = Trust(folder / "sync", state, now=now)
        trust.enrol(hub.root)
        client = Client(server.url, trust, folder / "spool", fetcher, now)
        first = client.poll(None)
        assert isinstance(first, Release)
        assert first.whole is not None
        whole, base = first.whole, folder / "catalogue-1.db"
        said = first.manifest
        _, took = _timed(
            lambda: install_full(whole.lines(), base, revision=1, digest=said.digest, made_at=said.made_at)
        )
        found.append(Figure(f"whole catalogue of {ITEMS} items installed and proved", took, "s"))

        requests, received = fetcher.requests, fetcher.received
        installed = Installed(1, said.digest)
        assert isinstance(client.poll(installed), UpToDate)
        found.append(Figure("poll with nothing new, requests", fetcher.requests - requests, most=2))
        found.append(Figure("poll with nothing new, bodies", fetcher.received - received, "B", most=600))

        published, took = _timed(lambda: hub.release(changed(records)))
        found.append(Figure(f"release of {ITEMS} items, 1 % changed", took, "s", most=5))
        assert published.changes_bytes is not None
        found.append(Figure("1 % changed, packed", published.changes_bytes / 1e3, "kB", most=40))
        received = fetcher.received
        release = client.poll(installed)
        assert isinstance(release, Release)
        found.append(Figure("1 % changed, all that is fetched", (fetcher.received - received) / 1e3, "kB"))
        (changes,) = release.changes()
        _, copied = _timed(lambda: shutil.copyfile(base, folder / "copy.db"))
        _, took = _timed(
            lambda: install_changes(
                base,
                changes.lines,
                folder / "catalogue-2.db",
                revision=2,
                digest=changes.to_digest,
                made_at=release.manifest.made_at,
            )
        )
        found.append(Figure("1 % changed, copy of the catalogue", copied * 1e3, "ms"))
        found.append(Figure("1 % changed, applied, indexed and proved", (took - copied) * 1e3, "ms", most=300))
        fetcher.close()
    return found


def changed(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records with one guide in a hundred changed as offices change them; three are gone."""
    chance = random.Random(1)
    guides = [number for number, record in enumerate(records) if record["kind"] == "guide" and record.get("grown")]
    touched = chance.sample(guides, len(guides) // SHARE)
    result = [dict(record) for record in records]
    for number in touched[3:]:
        record = result[number]
        match chance.randrange(3):
            case 0:
                record["phone"] = {"enquiry": f"0535-6{chance.randrange(10**6):06}"}
            case 1:
                record["summary"] = f"{record.get('summary', '')}自{chance.randrange(1, 29)}日起改在二楼办。"
            case _:
                record["aliases"] = [*record.get("aliases", ()), f"新叫法{chance.randrange(1000)}"]
    gone = set(touched[:3])
    return [record for number, record in enumerate(result) if number not in gone]


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    start = time.perf_counter()
    value = work()
    return value, time.perf_counter() - start
