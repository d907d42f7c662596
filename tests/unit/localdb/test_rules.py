"""Rules as the catalogue gives them: those of the day, with the guides that it has and shows."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from domain.card import CardType
from domain.matching import Person, recommend
from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb.conftest import TODAY, Made, guide, org


def rule(id: str, *items: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "rule", "id": id, "name": id, "needs": ["date"], "when": {"months": [11]}, "items": list(items),
        "reason": "到了十一月", **more,
    }  # fmt: skip


def test_rules_come_with_the_guides_that_are_shown(made: Made) -> None:
    catalogue = made(
        org(),
        guide("g-1", "一"),
        guide("g-2", "二", valid_until="2026-11-20"),
        guide("g-3", "三", valid_from="2026-11-21"),
        {"kind": "place", "id": "pl-1", "name": "大厅"},
        rule("r-2", "g-3", "g-2", "g-1"),
        rule("r-1", "g-1", "pl-1"),
        rule("r-3", "g-2"),
        rule("r-4", "pl-1"),
        rule("r-5", "g-1", valid_until="2026-11-20"),
        rule("r-6", "g-1", valid_from="2026-11-22"),
    )
    assert [(each.id, each.items) for each in catalogue.rules()] == [("r-1", ("g-1",)), ("r-2", ("g-3", "g-1"))]


def test_a_catalogue_without_rules_has_none(made: Made) -> None:
    assert made(org(), guide("g-1", "一")).rules() == ()


def test_conditions_of_a_later_version_are_kept_and_do_not_hold(made: Made) -> None:
    catalogue = made(
        org(), guide("g-1", "一"), rule("r-1", "g-1", when={"months": [11], "shoe_size": 40}), rule("r-2", "g-1")
    )
    assert [each.when.unknown for each in catalogue.rules()] == [("shoe_size",), ()]
    assert [found.rule for found in recommend(catalogue.rules(), Person(), TODAY)] == ["r-2"]


def test_the_sample_city_is_read_and_evaluated_in_no_time(city: CatalogueFile) -> None:
    person = Person(age_months=(804, 804), card_type=CardType.SENIOR, expires_in_days=9)

    def spent() -> Iterator[float]:
        for _ in range(10):
            since = time.thread_time()
            found = recommend(city.rules(), person, TODAY)
            yield (time.thread_time() - since) * 1000
            assert [each.rule for each in found] == ["r-39", "r-30-b", "r-40", "r-26"]

    # A tenth of what a tap may take; 3 ms here.
    assert min(spent()) < 15
