"""Who may write what: a role, a kind of record, and whose the item is."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from domain.records import KINDS
from hub.importing import read_lines
from hub.importing.taking import writable
from hub.migrations import downgrade, upgrade
from hub.owners import BY_VERIFIER, FREE, owner_of
from hub.refusal import Reason, Refused
from hub.tables import items as items_table, versions
from hub.task import Turn
from hub.workflow import CITY, Role, Status
from tests.hub.conftest import City, fact, guide, org

MINE, OTHER = "org-mz", "org-ga"


def record(kind: str, whose: str | None, id: str) -> dict[str, Any]:
    """A new record of a kind that says it is `whose`; None: nobody's."""
    plain: dict[str, dict[str, Any]] = {
        "fact": {"question": "样本？", "answer": "样本。"},
        "life_event": {},
        "notice": {"text": "样本通知。"},
        "vocabulary": {"relation": "same", "words": ["样本甲", "样本乙"]},
        "rule": {
            "needs": ["age"],
            "when": {"age": [60, 70]},
            "items": ["mz-001"],
            "reason": "因为样本",
            "basis": "样本",
        },
        "codelist": {"list": "sample", "version": "1"},
        "calendar": {"year": 2026},
        "translation": {"of": {MINE: "mz-001", OTHER: "ga-001", None: "nowhere"}[whose], "lang": "en"},
    }
    made: dict[str, Any] = {"kind": kind, "id": id, "name": f"样本{id}", **plain.get(kind, {})}
    if kind == "guide":
        return guide(id, department=whose or MINE)
    if kind == "org":
        return {**made, "id": whose or id}
    if whose is not None:
        made["verified_by"] = whose
    return made


@pytest.fixture
def town(city: City) -> City:
    """Live: two departments with a guide each."""
    live(city, [org(MINE), org(OTHER, name="样本公安"), guide("mz-001"), guide("ga-001", department=OTHER)])
    return city


def live(city: City, records: list[dict[str, Any]]) -> None:
    lines = [json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in records]
    report = city.office.importing.baseline(read_lines([("tests", lines)]))
    assert not report.problems, report.problems
    out(city)


def out(city: City) -> None:
    def work(connection: Connection) -> None:
        connection.execute(update(versions).values(status=Status.PUBLISHED.value))
        moved = update(items_table).where(items_table.c.open.is_not(None))
        connection.execute(moved.values(live=items_table.c.open, open=None))

    city.office.store.run_tx(work)


def refused(call: Any, *args: Any) -> Reason | None:
    try:
        call(*args)
    except Refused as one:
        return one.reason
    return None


def expected(role: Role, home: str, kind: str, whose: str | None) -> bool:
    """What docs/operations/hub.md says."""
    if role is Role.COLLECTOR:
        return True
    if role is not Role.EDITOR:
        return False
    if home == CITY:
        return True
    if kind == "guide":
        return whose in (MINE, None)
    return kind in ("org", "fact", "place", "notice", "life_event", "translation") and whose == MINE


WRITTEN = [kind for kind in KINDS if kind != "change"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_begins_what(town: City) -> None:
    """Every role, of a department and of the city, by kind and by what the record says whose it is."""
    office, tried = town.office, 0
    everybody = [
        (role, home, town.add(f"{role.value.replace('_', '-')}-{'shi' if home == CITY else 'mz'}", role, home))
        for role in Role
        for home in (MINE, CITY)
    ]
    for role, home, person in everybody:
        for kind in WRITTEN if role in (Role.EDITOR, Role.COLLECTOR) else ("fact", "rule"):
            for whose in (MINE, OTHER, None) if kind != "org" else (None,):
                tried += 1
                raw = record(kind, whose, f"n{tried}")
                reason = refused(office.items.create, person, raw)
                assert (reason is None) == expected(role, home, kind, whose), (role, home, kind, whose, reason)
                line = json.dumps({**raw, "id": f"i{tried}"}, ensure_ascii=False).encode() + b"\n"
                batch = read_lines([("tests", [line])])
                taken = office.store.read(partial(writable, actor=person.actor, coming=batch.records))
                assert bool(taken) == (reason is None), (role, home, kind, whose)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_is_the_citys_stays_it_whatever_it_says(city: City) -> None:
    raws = [record(kind, MINE, f"c-{kind}") for kind in WRITTEN if kind not in FREE]
    live(city, [org(MINE), org(OTHER, name="样本公安"), guide("mz-001"), guide("ga-001", department=OTHER), *raws])
    items = city.office.items
    mine, whole = city.add("bianji", Role.EDITOR, MINE), city.add("caibian", Role.COLLECTOR, CITY)
    first, all_over = (city.add(f"c{n}", Role.DEPARTMENT_REVIEWER, home) for n, home in enumerate((MINE, CITY)))
    for key in (f"{raw['kind']}/{raw['id']}" for raw in raws):
        assert items.get(key).department == CITY
        assert refused(items.edit, mine, key) is Reason.CITYS_KIND
        assert refused(items.retire, mine, key, "样本") is Reason.CITYS_KIND
        draft = items.edit(whole, key)
        assert refused(items.save, mine, key, draft.record, draft.edits) is Reason.CITYS_KIND
        assert refused(items.submit, mine, key, draft.edits) is Reason.CITYS_KIND
        assert refused(items.discard, mine, key, draft.edits) is Reason.CITYS_KIND
        stands(city, key, Status.DEPARTMENT_REVIEW)
        assert refused(items.approve, first, key, draft.edits) is Reason.OTHER_DEPARTMENT
        assert key not in [one.item for one in city.office.tasks.review_queue(first)]
        assert items.approve(all_over, key, draft.edits).status is Status.CITY_REVIEW


def stands(city: City, key: str, status: Status, department: str | None = None) -> None:
    """Puts the open version of an item where it should stand; `department`: what its row says."""

    def work(connection: Connection) -> None:
        connection.execute(
            update(versions).where(versions.c.item == key, versions.c.release.is_(None)).values(status=status.value)
        )
        if department is not None:
            connection.execute(update(items_table).where(items_table.c.key == key).values(department=department))

    city.office.store.run_tx(work)


def test_a_draft_from_before_is_judged_anew_at_its_next_step(town: City) -> None:
    """An older hub took the department's word for it."""
    office = town.office
    whole = town.add("caibian", Role.COLLECTOR, CITY)
    mine = town.add("bianji", Role.EDITOR, MINE)
    first = town.add("chushen", Role.DEPARTMENT_REVIEWER, MINE)
    for number, raw in enumerate((record("rule", MINE, "r-1"), record("translation", OTHER, "t-1"))):
        version = office.items.create(whole, raw)
        stands(town, version.item, Status.DRAFT, department=MINE)
        wanted = Reason.CITYS_KIND if number == 0 else Reason.OTHERS_TRANSLATION
        assert refused(office.items.submit, mine, version.item, version.edits) is wanted
        stands(town, version.item, Status.DEPARTMENT_REVIEW, department=MINE)
        assert refused(office.items.approve, first, version.item, version.edits) is Reason.OTHER_DEPARTMENT


def test_a_translation_goes_with_its_item(town: City) -> None:
    office = town.office
    mine, other = town.add("bianji", Role.EDITOR, MINE), town.add("jingguan", Role.EDITOR, OTHER)
    theirs = {"kind": "translation", "id": "t-en-ga-001", "name": "Sample", "of": "ga-001", "lang": "en"}
    own = {**theirs, "id": "t-en-mz-001", "of": "mz-001", "fields": {"name": "Sample"}}
    assert refused(office.items.create, mine, {**theirs, "verified_by": MINE}) is Reason.OTHERS_TRANSLATION
    version = office.items.create(mine, own)
    assert office.items.get(version.item).department == MINE, "it need not say so"
    moved = {**own, "of": "ga-001"}
    assert refused(office.items.save, mine, version.item, moved, version.edits) is Reason.OTHERS_TRANSLATION
    out(town)
    # The item changes hands, in a release or by a draft of what is not out: so does what translates it.
    guide_row = items_table.c.key == "guide/mz-001"
    office.store.run_tx(lambda tx: tx.execute(update(items_table).where(guide_row).values(department=OTHER)))
    assert refused(office.items.edit, mine, version.item) is Reason.OTHERS_TRANSLATION
    assert office.items.edit(other, version.item).record["of"] == "mz-001"
    assert office.items.get(version.item).department == OTHER


def test_a_release_takes_translations_along(city: City) -> None:
    office = city.office
    city.found()
    for raw in (org(MINE), org(OTHER, name="样本公安"), guide("mz-001")):
        version = office.items.create(city.add(f"w-{raw['id']}", Role.COLLECTOR, CITY), raw)
        stands(city, version.item, Status.APPROVED)
    city.release()
    whole = city.add("caibian", Role.COLLECTOR, CITY)
    raw = {"kind": "translation", "id": "t-en-mz-001", "name": "Sample", "of": "mz-001", "lang": "en"}
    assert office.items.get(office.items.create(whole, {**raw, "fields": {"name": "Sample"}}).item).department == MINE
    version = office.items.edit(whole, "guide/mz-001")
    office.items.save(whole, version.item, {**version.record, "department": OTHER}, version.edits)
    stands(city, version.item, Status.APPROVED)
    assert office.items.get("translation/t-en-mz-001").department == MINE, "the item is theirs until it goes out"
    city.release()
    assert office.items.get("translation/t-en-mz-001").department == OTHER


def test_what_is_missing_is_said(town: City) -> None:
    mine = town.add("bianji", Role.EDITOR, MINE)
    nobodys = {name: value for name, value in fact().items() if name != "verified_by"}
    assert refused(town.office.items.create, mine, nobodys) is Reason.VERIFIER_NEEDED
    assert refused(town.office.items.create, mine, fact(verified_by=OTHER)) is Reason.OTHER_DEPARTMENT
    version = town.office.items.create(mine, fact())
    assert refused(town.office.items.save, mine, version.item, nobodys, version.edits) is Reason.VERIFIER_NEEDED


def test_a_file_changes_nobody_elses_item(town: City) -> None:
    """Naming the own department in a row does not make the live item behind it one's own."""
    mine = town.add("bianji", Role.EDITOR, MINE)
    line = json.dumps(guide("ga-001", department=MINE), ensure_ascii=False).encode() + b"\n"
    batch = read_lines([("tests", [line])])
    assert refused(town.office.importing.drafts, batch, mine) is Reason.OTHER_DEPARTMENT
    assert town.office.trials.tried(mine, "tests.jsonl", line).own.records == ()


def test_the_upgrade_brings_rows_to_their_owners_and_back(town: City) -> None:
    office = town.office
    whole = town.add("caibian", Role.COLLECTOR, CITY)
    for raw in (record("rule", MINE, "r-1"), record("translation", OTHER, "t-1"), record("topic", None, "tp-1")):
        office.items.create(whole, raw)

    def owners() -> dict[str, str]:
        wanted = select(items_table.c.key, items_table.c.department).order_by(items_table.c.key)
        return office.store.read(lambda tx: {row.key: row.department for row in tx.execute(wanted)})

    now = owners()
    assert now["rule/r-1"] == CITY and now["translation/t-1"] == OTHER and now["topic/tp-1"] == CITY
    office.store.run_tx(lambda tx: downgrade(tx, "0011"))
    assert owners() == {**now, "rule/r-1": MINE, "translation/t-1": OTHER}
    office.store.run_tx(
        lambda tx: tx.execute(update(items_table).where(items_table.c.key == "translation/t-1").values(department=MINE))
    )
    office.store.run_tx(upgrade)
    assert owners() == now


def test_every_kind_is_thought_of() -> None:
    assert BY_VERIFIER < FREE < set(KINDS)
    for kind in KINDS:
        raw = {"kind": kind, "id": MINE, "department": MINE, "verified_by": MINE, "of": "mz-001"}
        assert owner_of(raw, lambda id: MINE) == (MINE if kind in FREE else CITY), kind
    assert owner_of({"kind": "from-tomorrow", "id": "a", "verified_by": MINE}) == CITY


def test_who_could_review_is_missing_and_it_is_told(town: City) -> None:
    office = town.office
    whole, shi = town.add("caibian", Role.COLLECTOR, CITY), town.add("yunwei", Role.OPERATOR, CITY)
    version = office.items.create(whole, record("notice", None, "nt-1"))
    version = office.items.submit(whole, version.item, version.edits)
    assert office.tasks.nobody_for(version.item) is Status.DEPARTMENT_REVIEW
    (mine,) = [one for one in office.tasks.tasks_for(whole) if one.item == version.item]
    assert (mine.turn, mine.stuck) == (Turn.WAITING, Status.DEPARTMENT_REVIEW)
    assert [one.stuck for one in office.tasks.tasks_for(shi)] == [Status.DEPARTMENT_REVIEW]
    office.people.set_roles(whole, {Role.COLLECTOR, Role.DEPARTMENT_REVIEWER})
    assert office.tasks.nobody_for(version.item) is Status.DEPARTMENT_REVIEW, "nobody reviews what they wrote"
    all_over = town.add("zongshen", Role.DEPARTMENT_REVIEWER, CITY)
    assert office.tasks.nobody_for(version.item) is None and office.tasks.tasks_for(shi) == ()
    office.people.set_roles(town.second, {Role.AUDITOR})
    office.items.approve(all_over, version.item, version.edits)
    assert office.tasks.nobody_for(version.item) is Status.CITY_REVIEW
    town.add("fushen", Role.CITY_REVIEWER, CITY)
    assert office.tasks.nobody_for(version.item) is None
