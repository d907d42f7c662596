"""Search: how fast at two sizes of catalogue, how good on questions that others wrote, how long a build takes."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile
from tests.bench.figure import Figure
from tests.unit.localdb import figures as search
from workbench.sample import grow, read_records

SAMPLE = Path(__file__).parents[2] / "deploy" / "sample_city"
SIZES = ((7_000, 5.0), (70_000, 15.0))
"""(items, bar of the 95th percentile in ms CPU, as people type)."""

RECALL_BARS = {"eval_gd_alias": 0.83, "eval_sz_colloquial": 0.90, "eval_letters": 0.88}

SPELLING_BARS = {"initials": 0.88, "full pinyin": 0.96}


def figures(folder: Path) -> list[Figure]:
    """The figures of this part."""
    found: list[Figure] = []
    records = list(read_records(SAMPLE))
    queries = _typed(records)
    for size, bar in SIZES:
        path = folder / f"grown-{size}.db"
        lines = [json.dumps(record, ensure_ascii=False).encode() for record in grow(records, size)]
        start, spent_before = time.perf_counter(), time.process_time()
        build(lines, path, revision=1, made_at=dt.datetime.now(dt.UTC))
        took, cpu = time.perf_counter() - start, time.process_time() - spent_before
        catalogue = CatalogueFile(path, lambda: None)
        spent = search.latency(catalogue, queries)
        catalogue.close()
        held = _held_by(path, queries[:: max(1, len(queries) // 500)])
        found.append(Figure(f"build of {size} items", took, "s"))
        found.append(Figure(f"build of {size} items, CPU", cpu, "s"))
        found.append(Figure(f"catalogue file of {size} items", path.stat().st_size / 1e6, "MB"))
        found.append(Figure(f"memory that an open catalogue of {size} items takes", held, "MB"))
        found.append(Figure(f"search as you type, {size} items, p50 CPU", spent.p50, "ms"))
        found.append(Figure(f"search as you type, {size} items, p95 CPU", spent.p95, "ms", most=bar))
        path.unlink()
    if search.DATA.is_dir():
        for (name, vocabulary), recall in search.quality(folder).items():
            told = "with" if vocabulary else "without"
            bar_here = RECALL_BARS[name] if vocabulary else None
            found.append(Figure(_told(f"R@5 {name} {told} vocabulary", recall), recall.five, least=bar_here))
        catalogue = CatalogueFile(folder / "names-True.db", lambda: None)
        for told, recall in search.spelling(catalogue).items():
            bar_here = SPELLING_BARS.get(told)
            found.append(Figure(_told(f"R@5 words of names, {told}", recall), recall.five, least=bar_here))
        catalogue.close()
    return found


def _told(name: str, recall: search.Recall) -> str:
    low, high = recall.interval
    return f"{name} (n={recall.questions}, {low:.3f}–{high:.3f})"


OPEN = """
import os, sys
from pathlib import Path
from localdb.catalogue.reader import CatalogueFile
def resident():
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
before = resident()
catalogue = CatalogueFile(Path(sys.argv[1]), lambda: None)
for query in sys.stdin:
    catalogue.search(query.rstrip())
print(resident() - before)
"""


def _held_by(path: Path, queries: list[str]) -> float:
    """Resident memory in MB by which a fresh process grows that opens the catalogue and answers `queries`."""
    asked = "\n".join(queries)
    run = subprocess.run([sys.executable, "-c", OPEN, path], input=asked, capture_output=True, text=True, check=True)
    return float(run.stdout)


def _typed(records: list[dict[str, Any]]) -> list[str]:
    """Names, aliases and questions of the sample city as they grow letter by letter, and pinyin."""
    asked = [record for record in records if record["kind"] in ("guide", "fact")]
    said = [str(word) for record in asked for word in (record["name"], *_aliases(record))]
    whole = said[:: max(1, len(said) // 120)]
    typed = [text[:end] for text in whole for end in range(1, min(len(text), search.TYPED) + 1)]
    return typed + [letters[:end] for letters in search.PINYIN for end in range(1, len(letters) + 1)]


def _aliases(record: dict[str, Any]) -> list[object]:
    aliases = record.get("aliases")
    return list(aliases) if isinstance(aliases, list) else []
