"""Recall over real names and real questions, with and without the shipped vocabulary. The figures are printed (-s)."""

from __future__ import annotations

from pathlib import Path

import pytest

from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb import figures

FLOORS = {"eval_gd_alias": 0.80, "eval_sz_colloquial": 0.84, "eval_letters": 0.84}


@pytest.fixture(scope="module")
def measured(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bool], figures.Recall]:
    found = figures.quality(tmp_path_factory.mktemp("quality"))
    for (name, vocabulary), recall in found.items():
        word = "with" if vocabulary else "without"
        print(f"{name:<20} {word:<8} vocabulary: R@1 {recall.first:.3f}  R@5 {recall.five:.3f}")
    return found


@pytest.mark.parametrize("name", FLOORS)
def test_an_acceptable_record_is_among_the_first_five(
    measured: dict[tuple[str, bool], figures.Recall], name: str
) -> None:
    assert measured[name, True].five >= FLOORS[name]


def test_the_vocabulary_helps_where_people_use_their_own_words(
    measured: dict[tuple[str, bool], figures.Recall],
) -> None:
    for name in ("eval_sz_colloquial", "eval_letters"):
        assert measured[name, True].five > measured[name, False].five
    assert measured["eval_gd_alias", True].five >= measured["eval_gd_alias", False].five - 0.02


def test_ten_times_the_items_do_not_take_ten_times_as_long(shared_data: Path, tmp_path: Path) -> None:
    spent = []
    for size in (400, 4_000):
        catalogue = CatalogueFile(figures.grown(tmp_path / f"{size}.db", size), lambda: None)
        queries = figures.typed_queries()["as you type"][::3]
        spent.append(min(figures.latency(catalogue, queries).p95 for _ in range(3)))
        catalogue.close()
    assert spent[1] < 4 * spent[0], spent
