"""Recall over real names and real questions, with and without the shipped vocabulary. The figures are printed (-s)."""

from __future__ import annotations

from pathlib import Path

import pytest

from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb import figures

FLOORS = {"eval_gd_alias": 0.83, "eval_sz_colloquial": 0.90, "eval_letters": 0.88}

SPELLING_FLOORS = {
    "as it is": 0.98,
    "Traditional": 0.98,
    "full pinyin": 0.96,
    "pinyin, 70 %": 0.90,
    "initials": 0.88,
    "half pinyin": 0.96,
    "sounds alike": 0.91,
    "looks alike": 0.89,
    "one dropped": 0.87,
    "two swapped": 0.88,
}
"""Words of the catalogue, typed in another way: a little under what holds."""


@pytest.fixture(scope="module")
def measured(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, bool], figures.Recall]:
    found = figures.quality(tmp_path_factory.mktemp("quality"))
    for (name, vocabulary), recall in found.items():
        word = "with" if vocabulary else "without"
        print(f"{name:<20} {word:<8} vocabulary: {recall}")
    return found


@pytest.fixture(scope="module")
def spelled(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, figures.Recall]:
    path = figures.index_of_names(tmp_path_factory.mktemp("spelling") / "names.db", vocabulary=True)
    catalogue = CatalogueFile(path, lambda: None)
    found = figures.spelling(catalogue)
    catalogue.close()
    for told, recall in found.items():
        print(f"{told:<20} {recall}")
    return found


@pytest.mark.parametrize("name", FLOORS)
def test_an_acceptable_record_is_among_the_first_five(
    measured: dict[tuple[str, bool], figures.Recall], name: str
) -> None:
    assert measured[name, True].five >= FLOORS[name]


@pytest.mark.parametrize("way", SPELLING_FLOORS)
def test_a_word_is_found_however_it_is_typed(spelled: dict[str, figures.Recall], way: str) -> None:
    assert spelled[way].five >= SPELLING_FLOORS[way]


def test_every_way_of_typing_is_held_to_a_floor(spelled: dict[str, figures.Recall]) -> None:
    assert set(spelled) == set(SPELLING_FLOORS)
    assert min(one.questions for one in spelled.values()) >= 150


def test_pinyin_and_traditional_characters_find_what_simplified_ones_find(spelled: dict[str, figures.Recall]) -> None:
    assert spelled["full pinyin"].five >= spelled["as it is"].five - 0.02
    assert spelled["Traditional"].five == spelled["as it is"].five


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
