from __future__ import annotations

import pytest

from domain.search import Facet, Narrowing, Results
from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb.conftest import Made, guide, org


def ids(results: Results) -> set[str]:
    return {hit.card.id for hit in results.hits}


@pytest.fixture
def subsidies(made: Made) -> CatalogueFile:
    return made(
        org("org-a", "市民政局"),
        org("org-b", "市人社局"),
        {"kind": "place", "id": "pl-1", "name": "芝罘大厅", "district": "370602"},
        {"kind": "place", "id": "pl-2", "name": "福山大厅", "district": "370611"},
        guide("g-1", "高龄补贴", audience=["person"], themes=["person:085"], places=["pl-1"], coverage="city"),
        guide("g-2", "残疾补贴", audience=["person"], themes=["person:065"], places=["pl-1", "pl-2"]),
        guide("g-3", "用工补贴", audience=["enterprise"], themes=["legal:030"], department="org-b"),
        guide("g-4", "通用补贴", department="org-b", coverage="national"),
        {"kind": "fact", "id": "f-1", "name": "补贴怎么查", "question": "补贴怎么查", "answer": "在大厅。"},
    )


@pytest.mark.parametrize(
    ("narrow", "left"),
    [
        (Narrowing(), {"g-1", "g-2", "g-3", "g-4", "f-1"}),
        (Narrowing(audience="person"), {"g-1", "g-2", "g-4", "f-1"}),
        (Narrowing(audience="enterprise"), {"g-3", "g-4", "f-1"}),
        (Narrowing(department="org-a"), {"g-1", "g-2", "f-1"}),
        (Narrowing(theme="person:065"), {"g-2", "g-4", "f-1"}),
        (Narrowing(district="370611"), {"g-2", "g-3", "g-4", "f-1"}),
        (Narrowing(coverage=True), {"g-1", "g-4", "f-1"}),
        (Narrowing(audience="person", department="org-b"), {"g-4", "f-1"}),
        (Narrowing(audience="person", department="org-a", theme="person:085", district="370602"), {"g-1", "f-1"}),
    ],
)
def test_an_answer_is_narrowed_to_what_was_chosen(subsidies: CatalogueFile, narrow: Narrowing, left: set[str]) -> None:
    assert ids(subsidies.search("补贴", narrow=narrow)) == left


@pytest.mark.parametrize("query", ["butie", "bt", "朴贴", "高龄补tie"])
def test_whatever_way_it_was_typed(subsidies: CatalogueFile, query: str) -> None:
    found = ids(subsidies.search(query, narrow=Narrowing(audience="person", department="org-a")))
    assert "g-1" in found
    assert not found & {"g-3", "org-b"}


def test_facets_are_counted_and_those_that_change_nothing_left_out(subsidies: CatalogueFile) -> None:
    assert subsidies.search("补贴").facets == ()
    assert subsidies.search("补贴", facets=True).facets == (
        Facet("audience", "person", 2),
        Facet("audience", "enterprise", 1),
        Facet("department", "org-a", 2),
        Facet("department", "org-b", 2),
        Facet("theme", "legal:030", 1),
        Facet("theme", "person:065", 1),
        Facet("theme", "person:085", 1),
        Facet("district", "370611", 1),
        Facet("coverage", "wide", 2),
    )
    narrowed = subsidies.search("补贴", narrow=Narrowing(department="org-a", audience="person"), facets=True)
    assert {facet.axis for facet in narrowed.facets} == {"theme", "district", "coverage"}


def test_every_facet_leaves_what_it_counts_and_less_than_before(city: CatalogueFile) -> None:
    whole = city.search("补贴", limit=200, facets=True)
    assert whole.facets
    for facet in whole.facets:
        value: object = True if facet.axis == "coverage" else facet.value
        narrowed = city.search("补贴", limit=200, narrow=Narrowing(**{facet.axis: value}))  # type: ignore[arg-type]
        having = [hit for hit in narrowed.hits if hit.card.id in ids(whole)]
        assert facet.count <= len(having) < len(whole.hits), facet


def test_a_narrowed_answer_reaches_past_what_is_outside(made: Made) -> None:
    others = [guide(f"g-{number:03}", f"公积金提取{number}") for number in range(150)]
    catalogue = made(
        org(), org("org-b", "市医保局"), *others, guide("h-1", "住房公积金租房提取办理", department="org-b")
    )
    found = catalogue.search("公积金提取", narrow=Narrowing(department="org-b"))
    assert [hit.card.id for hit in found.hits][:1] == ["h-1"]
    assert not any(hit.card.department_id == "org-a" for hit in found.hits)


def test_a_value_that_nothing_has_leaves_what_is_for_everybody(subsidies: CatalogueFile) -> None:
    assert ids(subsidies.search("补贴", narrow=Narrowing(department="org-x' OR '1'='1"))) == {"f-1"}
