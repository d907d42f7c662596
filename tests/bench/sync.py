"""Releases: what publishing costs, what a poll and an update cost the line, how long an update takes to be proved."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from contentsync.client import Client, Installed, Release, UpToDate
from contentsync.fetcher import Fetcher
from contentsync.marks import StateFile
from contentsync.trust import Trust
from domain.records import digest_of_lines
from localdb.catalogue.install import install_changes, install_full, readable_records
from tests.bench.figure import Figure
from tests.contract.test_nginx import nginx_program, serving as nginx_over
from tests.unit.contentsync.hub import City, Time, serving
from workbench.sample import grow, read_records

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample_city"
T = TypeVar("T")

ITEMS = 7_000
TURNS = 3
"""Of what takes less than a second the quickest of so many counts: others need the machine, too."""

SHARE = 100
"""One item in so many is changed."""


def figures(folder: Path) -> list[Figure]:
    """The figures of this part."""
    now = Time()
    hub = City.found(folder / "hub", now)
    records = grow(list(read_records(SAMPLE)), ITEMS)
    found: list[Figure] = []
    found.append(Figure("load of the machine, last minute (bars are for a quiet one)", os.getloadavg()[0]))
    published, took, spent = _measured(lambda: hub.release(records))
    found.append(Figure(f"release of {ITEMS} items", took, "s", most=5))
    found.append(Figure(f"release of {ITEMS} items, CPU", spent, "s"))
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

        published, took, spent = _measured(lambda: hub.release(changed(records)))
        found.append(Figure(f"release of {ITEMS} items, 1 % changed", took, "s", most=5))
        found.append(Figure(f"release of {ITEMS} items, 1 % changed, CPU", spent, "s"))
        assert published.changes_bytes is not None
        found.append(Figure("1 % changed, packed", published.changes_bytes / 1e3, "kB", most=40))
        received = fetcher.received
        release = client.poll(installed)
        assert isinstance(release, Release)
        found.append(Figure("1 % changed, all that is fetched", (fetcher.received - received) / 1e3, "kB"))
        (changes,) = release.changes()
        _, copied = _timed(lambda: shutil.copyfile(base, folder / "copy.db"))
        lines = list(changes.lines)

        def applied() -> object:
            (folder / "catalogue-2.db").unlink(missing_ok=True)
            made_at, to = release.manifest.made_at, folder / "catalogue-2.db"
            return install_changes(base, lines, to, revision=2, digest=changes.to_digest, made_at=made_at)

        took, spent = min(_measured(applied)[1:] for _ in range(TURNS))
        found.append(Figure("1 % changed, copy of the catalogue", copied * 1e3, "ms"))
        found.append(Figure("1 % changed, applied, indexed and proved", (took - copied) * 1e3, "ms", most=300))
        found.append(Figure("1 % changed, applied, indexed and proved with the copy, CPU", spent * 1e3, "ms"))
        full = client.whole(release).whole
        assert full is not None
        old, new = b"".join(whole.lines()), b"".join(full.lines())
        found.append(Figure("the same as a whole download", full.target.length / 1e3, "kB"))
        found.append(Figure("the same by blocks of 2 kB, as rsync does (estimate)", by_blocks(old, new) / 1e3, "kB"))
        found.append(_mended(client, fetcher, base))
        fetcher.close()
    return [*found, *polls(hub, folder)]


def _mended(client: Client, fetcher: Fetcher, base: Path) -> Figure:
    """Bytes that a catalogue costs in which one record is not what it should be."""
    held = [one for number, one in enumerate(readable_records(base.with_name("catalogue-2.db"))) if number != 4000]
    client.clear()
    received = fetcher.received
    release = client.poll(Installed(2, ""), lambda: iter(held))
    assert isinstance(release, Release)
    assert release.mended is not None
    assert digest_of_lines(list(release.mended.lines())) == release.manifest.digest
    return Figure("one record of 7 000 mended, all that is fetched", (fetcher.received - received) / 1e3, "kB", most=40)


def by_blocks(old: bytes, new: bytes, size: int = 2048) -> int:
    """What a tool that looks for the blocks of `old` in `new` with a rolling checksum would move: the checksums of the
    blocks (20 bytes each) one way, and packed what was found in no block the other way.

    A tool of its own, not rsync: blocks are compared themselves instead of by checksums, which finds the same ones.
    """
    known = {old[start : start + size] for start in range(0, len(old), size)}
    heads = {block[:16] for block in known}
    literal, at, seen = bytearray(), 0, 0
    while at < len(new):
        if new[at : at + 16] in heads and new[at : at + size] in known:
            literal += new[seen:at]
            at += size
            seen = at
        else:
            at += 1
    literal += new[seen:]
    return len(old) // size * 20 + len(zlib.compress(bytes(literal), 9))


def polls(hub: City, folder: Path) -> list[Figure]:
    """Polls a second for timestamp.json on loopback, through nginx and from the hub's own server; two seconds each."""
    found = []
    environ = {**os.environ, "BIANMINTING_HOME": str(hub.folder)}
    command = [sys.executable, "-m", "hub", "serve"]
    environ["BIANMINTING_HUB__WEB__PORT"] = "0"
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = urlsplit(json.loads(server.stdout.readline())["url"])
            assert url.port is not None
            alone = rate(url.port, "/public/metadata/timestamp.json")
        finally:
            server.terminate()
    found.append(Figure("polls a second, the hub's own server, one worker", alone, "/s"))
    program = nginx_program()
    if program is not None:
        (folder / "nginx").mkdir()
        with nginx_over(program, hub.public, folder / "nginx") as site:
            static = rate(site.port, "/metadata/timestamp.json")
        found.append(Figure("polls a second, nginx, one worker", static, "/s"))
        found.append(Figure("nginx beside the hub's own server", static / alone, "times"))
    return found


def rate(port: int, path: str, seconds: float = 2.0, at_once: int = 32, batches: int = 28) -> float:
    """Answers a second with so many requests under way on a connection; the client is a loop over a socket. After some
    batches a connection is given up for another one, before the server does that (nginx: after 1 000 answers).
    """
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    answered, began, whole = 0, time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        with socket.create_connection(("127.0.0.1", port), 10) as line:
            if not whole:
                line.sendall(request)
                whole = _answer_bytes(line)
            for _ in range(batches):
                line.sendall(request * at_once)
                left = whole * at_once
                while left > 0:
                    came = len(line.recv(min(left, 1 << 20)))
                    assert came, "the server hung up"
                    left -= came
                answered += at_once
    return answered / (time.perf_counter() - began)


def _answer_bytes(line: socket.socket) -> int:
    """Bytes of an answer, head and body; all answers to one request have as many."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += line.recv(1 << 16)
    head, _, body = got.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    (length,) = (int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:"))
    while len(body) < length:
        body += line.recv(1 << 16)
    return len(head) + 4 + length


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
    value, took, _ = _measured(work)
    return value, took


def _measured(work: Callable[[], T]) -> tuple[T, float, float]:
    """What `work` returns, and its seconds: on the clock, and of the processor."""
    start, spent = time.perf_counter(), time.process_time()
    value = work()
    return value, time.perf_counter() - start, time.process_time() - spent
