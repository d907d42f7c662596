"""The tree of organisations and the list of facts: right whatever records say of one another."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings, strategies as st

from domain.ports import OrgBranch
from localdb.catalogue.build import build
from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb.conftest import MADE_AT, TODAY, Made, guide, lines, org
from workbench.sample import grow, read_records

SAMPLE_CITY = Path(__file__).parents[3] / "deploy" / "sample_city"
MANY_ORGS = 120
VIEW_MS = 20.0
"""CPU milliseconds that the whole tree may take at 7 000 items."""


def tree(catalogue: CatalogueFile) -> dict[str, OrgBranch]:
    return {branch.id: branch for branch in catalogue.org_tree()}


def test_counts_are_those_of_an_organisation_and_all_below_it_each_item_once(made: Made) -> None:
    catalogue = made(
        org("org-top", "市政府"),
        org("org-a", "市公安局", parent="org-top"),
        org("org-b", "市交警支队", parent="org-a", level="institution", short_name="交警"),
        org("org-c", "车辆管理所", parent="org-b", level="institution"),
        org("org-d", "市民政局", parent="org-top"),
        guide("g-1", "一"),
        guide("g-2", "二", handling_agency="org-c"),
        guide("g-3", "三", department="org-c"),
        guide("g-4", "四", department="org-b", accepting_office="交警"),
        guide("g-5", "五", department="org-b", valid_until="2026-11-20"),
        guide("g-6", "六", department="org-b", valid_from="2026-11-22"),
    )
    found = tree(catalogue)
    assert {id: branch.items for id, branch in found.items()} == {
        "org-top": 4,
        "org-a": 4,
        "org-b": 3,
        "org-c": 2,
        "org-d": 0,
    }
    assert [branch.id for branch in found.values() if branch.head] == ["org-top"]
    for id, branch in found.items():
        assert len(catalogue.by_department(id)) == branch.items, id


def test_levels_stand_in_order_and_what_an_organisation_is_about_is_said_where_its_duties_are_not(made: Made) -> None:
    catalogue = made(
        org("org-a", "水厂", level="company", keywords=["水费"]),
        org("org-b", "某区", level="district", keywords=["低保"], duties=["管一个区。"]),
        org("org-c", "某局"),
        org("org-d", "以前的局", valid_until="2026-11-20"),
    )
    assert [(branch.id, branch.level, branch.hint) for branch in catalogue.org_tree()] == [
        ("org-c", "city", ""),
        ("org-b", "district", ""),
        ("org-a", "company", "水费"),
    ]


def bent(folder: Path, parents: Mapping[str, str | None], *more: dict[str, Any]) -> CatalogueFile:
    """A file in which organisations stand below one another as no build would take it: what is on a disk may be older
    than the rules of today.
    """
    path = folder / "bent.db"
    build(lines(*(org(id, f"{id} 局") for id in parents), *more), path, revision=1, made_at=MADE_AT)
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        for id, parent in parents.items():
            if parent is not None:
                line = json.dumps({**org(id, f"{id} 局"), "parent": parent}, ensure_ascii=False).encode() + b"\n"
                connection.execute("UPDATE record SET line = ? WHERE kind = 'org' AND id = ?", (line, id))
                connection.execute(
                    "UPDATE ref SET target = ? WHERE relation = 'parent'"
                    " AND doc = (SELECT doc FROM card WHERE kind = 'org' AND id = ?)",
                    (parent, id),
                )
    return CatalogueFile(path, lambda: TODAY)


def test_a_parent_that_is_not_there_or_goes_round_in_a_circle_hides_nobody(tmp_path: Path) -> None:
    parents = {"org-a": "org-c", "org-b": "org-a", "org-c": "org-b", "org-d": "org-d", "org-e": "org-nobody"}
    catalogue = bent(tmp_path, {**parents, "org-f": "org-c"}, guide("g-1", "一", department="org-f"))
    found = tree(catalogue)
    items = [card.id for card in catalogue.by_department("org-a")]
    catalogue.close()
    assert {id: branch.parent for id, branch in found.items()} == {
        "org-a": None,
        "org-b": "org-a",
        "org-c": "org-b",
        "org-d": None,
        "org-e": None,
        "org-f": "org-c",
    }
    assert found["org-a"].items == 1 and not any(branch.head for branch in found.values())
    assert items == ["g-1"]


PARENTS = st.lists(st.one_of(st.none(), st.integers(0, 9)), min_size=1, max_size=8)


@settings(max_examples=10, deadline=None)
@given(above=PARENTS)
def test_going_up_always_ends_and_everybody_is_there(tmp_path_factory: Any, above: list[int | None]) -> None:
    parents = {f"org-{n}": None if one is None else f"org-{one}" for n, one in enumerate(above)}
    catalogue = bent(tmp_path_factory.mktemp("bent"), parents)
    found = tree(catalogue)
    catalogue.close()
    assert set(found) == set(parents)
    for branch in found.values():
        way = [branch.id]
        while (up := found[way[-1]].parent) is not None:
            assert up not in way
            way.append(up)


def test_a_large_tree_takes_no_longer_than_a_finger_notices(tmp_path: Path) -> None:
    records = grow(list(read_records(SAMPLE_CITY)), 7000)
    orgs = [record["id"] for record in records if record["kind"] == "org"]
    more = [
        org(f"org-z{n:03}", f"第{n}分局", parent=orgs[n % len(orgs)], level="institution") for n in range(MANY_ORGS)
    ]
    ids = [*orgs, *(record["id"] for record in more)]
    for number, record in enumerate(record for record in records if record.get("grown")):
        record["department"] = ids[number % len(ids)]
    path = tmp_path / "grown.db"
    build(lines(*records, *more), path, revision=1, made_at=MADE_AT)
    catalogue = CatalogueFile(path, lambda: TODAY)
    spent = []
    for _ in range(5):
        start = time.process_time()
        found = catalogue.org_tree()
        spent.append((time.process_time() - start) * 1000)
    catalogue.close()
    assert len(found) == len(ids)
    assert max(branch.items for branch in found) == 7000
    assert min(spent) < VIEW_MS, spent


def test_facts_come_with_their_themes(made: Made) -> None:
    fact = {"kind": "fact", "question": "几点开门", "answer": "八点。"}
    catalogue = made(
        org(),
        {**fact, "id": "f-2", "name": "乙", "themes": ["person:135", "person:020"]},
        {**fact, "id": "f-1", "name": "甲"},
        {**fact, "id": "f-3", "name": "丙", "valid_until": "2026-11-20"},
        guide("g-1", "一", themes=["person:020"]),
    )
    assert [(card.id, themes) for card, themes in catalogue.facts()] == [
        ("f-1", ()),
        ("f-2", ("person:020", "person:135")),
    ]
