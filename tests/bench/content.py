"""Search: how fast at two sizes of catalogue, how good on questions that others wrote, how long a build takes."""

from __future__ import annotations

import datetime as dt
import json
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

RECALL_BARS = {"eval_gd_alias": 0.80, "eval_sz_colloquial": 0.84, "eval_letters": 0.84}


def figures(folder: Path) -> list[Figure]:
    """The figures of this part."""
    found: list[Figure] = []
    records = list(read_records(SAMPLE))
    queries = _typed(records)
    for size, bar in SIZES:
        path = folder / f"grown-{size}.db"
        lines = [json.dumps(record, ensure_ascii=False).encode() for record in grow(records, size)]
        start = time.perf_counter()
        build(lines, path, revision=1, made_at=dt.datetime.now(dt.UTC))
        took = time.perf_counter() - start
        catalogue = CatalogueFile(path, lambda: None)
        spent = search.latency(catalogue, queries)
        catalogue.close()
        found.append(Figure(f"build of {size} items", took, "s"))
        found.append(Figure(f"catalogue file of {size} items", path.stat().st_size / 1e6, "MB"))
        found.append(Figure(f"search as you type, {size} items, p50 CPU", spent.p50, "ms"))
        found.append(Figure(f"search as you type, {size} items, p95 CPU", spent.p95, "ms", most=bar))
        path.unlink()
    if search.DATA.is_dir():
        for (name, vocabulary), recall in search.quality(folder).items():
            told = "with" if vocabulary else "without"
            bar_here = RECALL_BARS[name] if vocabulary else None
            found.append(Figure(f"R@5 {name} {told} vocabulary", recall.five, least=bar_here))
    return found


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
