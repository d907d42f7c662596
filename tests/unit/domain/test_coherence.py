"""What must hold over all records together, and what a record is without a reference."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import Code
from domain.records import Record, validate
from domain.records.coherence import Coherence
from domain.records.references import references, without

Raw = dict[str, Any]


def org(id: str, parent: str | None = None) -> Raw:
    return {"kind": "org", "id": id, "name": id, **({"parent": parent} if parent else {})}


def guide(id: str, **more: Any) -> Raw:
    return {"kind": "guide", "id": id, "name": id, "department": "org-a", **more}


def event(*steps: Raw) -> Raw:
    return {"kind": "life_event", "id": "le-1", "name": "一件事", "steps": list(steps)}


def faults(*raws: Raw) -> list[tuple[Code, str]]:
    coherence = Coherence()
    found = (coherence.add(validate(raw), f"f:{number}") for number, raw in enumerate(raws, 1))
    return [(fault.code, str(fault)) for fault in found if fault is not None]


def test_an_item_code_belongs_to_one_item() -> None:
    code = {"scheme": "gbt39554-catalogue", "code": "442199806003"}
    assert faults(guide("g-1", codes=[code]), guide("g-2", codes=[{**code, "version": "2"}])) == []
    assert faults(guide("g-1", codes=[code]), guide("g-2", codes=[{**code, "scheme": "city"}])) == []
    assert faults(guide("g-1", codes=[code]), guide("g-2", codes=[{"scheme": "x", "code": "1"}, code])) == [
        (Code.RECORD_DUPLICATE, "guide g-2: codes.1: the code is that of guide g-1 already")
    ]
    assert faults(guide("g-1", codes=[code, code])) == [
        (Code.RECORD_DUPLICATE, "guide g-1: codes.1: the code is that of guide g-1 already")
    ]


@pytest.mark.parametrize(
    ("orgs", "said"),
    [
        ([org("a", "b"), org("b", "c"), org("c")], None),
        ([org("a", "a")], "org a: parent: goes round in a circle: a → a"),
        ([org("a", "b"), org("b", "a")], "org b: parent: goes round in a circle: b → a → b"),
        ([org("a", "b"), org("b", "c"), org("c", "a")], "org c: parent: goes round in a circle: c → a → b → c"),
        # One that hangs on a circle does not close it.
        ([org("a", "b"), org("x", "a"), org("b", "a")], "org b: parent: goes round in a circle: b → a → b"),
    ],
)
def test_the_organisation_that_closes_a_circle_is_at_fault(orgs: list[Raw], said: str | None) -> None:
    assert faults(*orgs) == ([] if said is None else [(Code.RECORD_CIRCLE, said)])


@pytest.mark.parametrize(
    ("steps", "way"),
    [
        ([{"guide": "g-1"}, {"guide": "g-2", "after": ["g-1"]}], None),
        ([{"guide": "g-1", "after": ["g-1"]}], "g-1 → g-1"),
        ([{"guide": "g-1", "after": ["g-2"]}, {"guide": "g-2", "after": ["g-1"]}], "g-1 → g-2 → g-1"),
        (
            [
                {"guide": "g-1", "after": ["g-3"]},
                {"guide": "g-2", "after": ["g-1"]},
                {"guide": "g-3", "after": ["g-2"]},
            ],
            "g-1 → g-3 → g-2 → g-1",
        ),
        # In one branch the one comes first, in another the other: nobody waits for both.
        (
            [
                {"guide": "g-1", "when": {"q": ["x"]}},
                {"guide": "g-2", "after": ["g-1"], "when": {"q": ["x"]}},
                {"guide": "g-2", "when": {"q": ["y"]}},
                {"guide": "g-1", "after": ["g-2"], "when": {"q": ["y"]}},
            ],
            None,
        ),
        ([{"guide": "g-1", "after": ["g-9"]}], None),
    ],
)
def test_steps_that_wait_for_each_other(steps: list[Raw], way: str | None) -> None:
    wanted = (
        [] if way is None else [(Code.RECORD_CIRCLE, f"life_event le-1: steps.after: goes round in a circle: {way}")]
    )
    assert faults(event(*steps)) == wanted


def test_a_long_chain_of_steps_is_no_circle() -> None:
    chain = [{"guide": f"g-{n}", "after": [f"g-{n + 1}"]} for n in range(1500)]
    assert faults(event(*chain, {"guide": "g-1500"})) == []


def test_what_was_refused_counts_for_nothing() -> None:
    coherence = Coherence()
    assert coherence.add(validate(org("a", "b")), "f:1") is None
    assert coherence.add(validate(org("b", "a")), "f:2") is not None
    assert coherence.problems() == ["f:1: org a: parent: b is not here"]
    coherence.drop(("org", "a"))
    assert coherence.add(validate(org("b", "a")), "f:2") is None
    assert coherence.problems() == ["f:2: org b: parent: a is not here"]


EVERYTHING: list[tuple[Raw, Raw | None]] = [
    (guide("g-1", places=["gone", "pl-1"], related=["gone"]), guide("g-1", places=["pl-1"], related=[])),
    (guide("g-1", verified_by="gone"), guide("g-1")),
    (
        guide("g-1", verified_fields={"phone": {"on": "2026-01-01", "by": "gone"}}),
        guide("g-1", verified_fields={"phone": {"on": "2026-01-01"}}),
    ),
    ({**guide("g-1"), "department": "gone"}, None),
    (org("a", "gone"), org("a")),
    ({"kind": "translation", "id": "t", "name": "x", "of": "gone", "lang": "en"}, None),
    (event({"guide": "gone"}), None),
    (event({"guide": "g-1", "after": ["gone", "g-2"]}), event({"guide": "g-1", "after": ["g-2"]})),
    (
        {"kind": "home", "id": "h", "name": "首页", "tiles": [{"label": "甲", "icon": "a", "item": "gone"}],
         "life_events": ["gone", "le-1"]},
        {"kind": "home", "id": "h", "name": "首页", "tiles": [], "life_events": ["le-1"]},
    ),
    (
        {"kind": "fact", "id": "f", "name": "q", "question": "q", "answer": "a", "place": "gone"},
        {"kind": "fact", "id": "f", "name": "q", "question": "q", "answer": "a"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("raw", "left"), EVERYTHING)
def test_a_record_without_what_is_gone(raw: Raw, left: Raw | None) -> None:
    assert without(validate(raw), raw, {"gone"}) == left
    if left is not None:
        assert "gone" not in {target for _, target in references(validate(left))}


def test_fields_that_a_kind_does_not_have_are_no_references() -> None:
    odd: list[Record] = [
        validate({"kind": "weather", "id": "w", "name": "x", "items": 7, "department": ["x"], "places": "pl"}),
        validate({"kind": "fact", "id": "f", "name": "q", "question": "q", "answer": "a", "items": True, "of": 3}),
    ]
    assert [list(references(record)) for record in odd] == [[], []]
