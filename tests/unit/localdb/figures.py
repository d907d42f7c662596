"""How well and how fast the shipped search answers: figures for `make bench`, and what the quality tests look at.

python -m tests.unit.localdb.figures
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb import misspelled

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"
VOCABULARY = ROOT / "deploy" / "sample_city" / "vocabulary.jsonl"
SETS = ("eval_gd_alias", "eval_sz_colloquial", "eval_letters")

TYPED = 12
"""Characters up to which typing is played back."""

PINYIN = (
    "jiazhao",
    "shenfenzheng",
    "gongjijintiqu",
    "shebaokadiule",
    "hukouqianyi",
    "kaifandian",
    "jiashizhengguoqi",
    "jsz",
    "sfz",
    "jz",
)


@dataclass(frozen=True, slots=True)
class Recall:
    """Share of questions with an acceptable record in first place, and among the first five; how many were asked."""

    first: float
    five: float
    questions: int

    @property
    def interval(self) -> tuple[float, float]:
        """Between what the true share among the first five lies, with 95 % certainty (Wilson)."""
        z, n, p = 1.96, self.questions, self.five
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)

    def __str__(self) -> str:
        low, high = self.interval
        return f"R@1 {self.first:.3f}  R@5 {self.five:.3f} ({low:.3f}–{high:.3f})  n={self.questions}"


@dataclass(frozen=True, slots=True)
class Latency:
    """CPU milliseconds of a query."""

    p50: float
    p95: float
    worst: float
    queries: int


def index_of_names(out: Path, *, vocabulary: bool) -> Path:
    """The 3 400 real item names as bare guides, with or without the shipped vocabulary."""
    build(_bare(index_names(), vocabulary), out, revision=1, made_at=dt.datetime.now(dt.UTC))
    return out


def index_names() -> list[str]:
    """The 3 400 real item names."""
    return (DATA / "search" / "index_names.tsv").read_text("utf-8").splitlines()[1:]


def grown(out: Path, size: int) -> Path:
    """`size` bare guides with real names and aliases; beyond the real ones names repeat behind a district's."""
    csv.field_size_limit(1 << 30)
    real: dict[str, list[str]] = {}
    with (DATA / "catalogue" / "gd_items.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            said = [row["short_name"], row["daily_name"]]
            real.setdefault(row["task_name"], [alias for alias in said if alias and len(alias) < 60])
    with (DATA / "catalogue" / "guangan_items.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            real.setdefault(row["name"], [])
    areas = ["", *(line.split("\t")[1] for line in (DATA / "divisions" / "areas.tsv").read_text("utf-8").splitlines())]
    names = list(real)
    wanted = [areas[number // len(names)] + names[number % len(names)] for number in range(size)]
    aliases = [real[names[number % len(names)]] for number in range(size)]
    build(_bare(wanted, vocabulary=True, aliases=aliases), out, revision=1, made_at=dt.datetime.now(dt.UTC))
    return out


def _bare(names: Sequence[str], vocabulary: bool, aliases: Sequence[Sequence[str]] | None = None) -> Iterable[bytes]:
    yield json.dumps({"kind": "org", "id": "org-x", "name": "办事大厅"}).encode()
    for number, name in enumerate(names):
        record = {"kind": "guide", "id": f"g-{number}", "name": name[:190], "department": "org-x"}
        if aliases is not None:
            record["aliases"] = aliases[number]  # type: ignore[assignment]
        yield json.dumps(record).encode()
    if vocabulary:
        for line in VOCABULARY.read_text("utf-8").splitlines():
            yield json.dumps({**json.loads(line), "verified_by": None}).encode()


def questions(name: str) -> list[tuple[str, frozenset[str]]]:
    """(query, names that answer it) of an evaluation set."""
    rows = (line.split("\t") for line in (DATA / "search" / f"{name}.tsv").read_text("utf-8").splitlines()[1:])
    return [(query, frozenset(expected.split("|"))) for query, expected in rows]


def recall(catalogue: CatalogueFile, asked: Sequence[tuple[str, frozenset[str]]]) -> Recall:
    first = five = 0
    for query, expected in asked:
        found = [hit.card.name in expected for hit in catalogue.search(query, limit=5).hits]
        first += bool(found) and found[0]
        five += any(found)
    return Recall(first / len(asked), five / len(asked), len(asked))


def quality(folder: Path) -> dict[tuple[str, bool], Recall]:
    """(evaluation set, with vocabulary) → recall."""
    found = {}
    for vocabulary in (False, True):
        path = index_of_names(folder / f"names-{vocabulary}.db", vocabulary=vocabulary)
        catalogue = CatalogueFile(path, lambda: None)
        for name in SETS:
            found[name, vocabulary] = recall(catalogue, questions(name))
        catalogue.close()
    return found


def spelling(catalogue: CatalogueFile) -> dict[str, Recall]:
    """Way of typing a word → how often an item that has the word in its name is found. `catalogue`: of
    `index_of_names`.
    """
    names = index_names()
    words = misspelled.sample(names)
    having = {word: frozenset(name[:190] for name in names if word in name) for word in words}
    return {
        told: recall(catalogue, [(text, having[word]) for word, text in misspelled.typed(words, way)])
        for told, way in misspelled.ways().items()
    }


def typed_queries() -> dict[str, list[str]]:
    """Ways to ask: real questions growing letter by letter, in full, and pinyin growing letter by letter."""
    full = [query for name in SETS for query, _ in questions(name)[::4]]
    return {
        "as you type": [query[:end] for query in full[::2] for end in range(1, min(len(query), TYPED) + 1)],
        "in full": full,
        "pinyin": [letters[:end] for letters in PINYIN for end in range(1, len(letters) + 1)],
    }


def latency(catalogue: CatalogueFile, queries: Sequence[str]) -> Latency:
    """CPU time of each query, once the first few have warmed SQLite's pages up."""
    for query in queries[:10]:
        catalogue.search(query)
    spent = []
    for query in queries:
        start = time.process_time()
        catalogue.search(query)
        spent.append((time.process_time() - start) * 1000)
    spent.sort()
    return Latency(spent[len(spent) // 2], spent[int(len(spent) * 0.95)], spent[-1], len(spent))


def table(folder: Path, sizes: Sequence[int] = (7_000,)) -> str:
    """Both tables, ready to be printed."""
    rows = ["recall on the handed-over halves"]
    for (name, vocabulary), found in quality(folder).items():
        rows.append(f"{name:<20} {'with' if vocabulary else 'without':<8} vocabulary  {found}")
    rows.append("words of the catalogue, typed in another way")
    catalogue = CatalogueFile(folder / "names-True.db", lambda: None)
    rows += [f"{told:<20} {found}" for told, found in spelling(catalogue).items()]
    catalogue.close()
    rows.append("")
    rows.append("items    asked          p50    p95  worst  (CPU ms)")
    for size in sizes:
        catalogue = CatalogueFile(grown(folder / f"grown-{size}.db", size), lambda: None)
        for way, queries in typed_queries().items():
            spent = latency(catalogue, queries)
            rows.append(
                f"{size:>6}   {way:<12} {spent.p50:6.2f} {spent.p95:6.2f} {spent.worst:6.2f}  n={spent.queries}"
            )
        catalogue.close()
    return "\n".join(rows)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(table(Path(made), (7_000, 70_000)))
