from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.importing import Batch, files_of, read_files, read_lines
from hub.refusal import Reason, Refused
from hub.workflow import CITY, Action, Part, Role, Status
from tests.hub.conftest import City, fact, guide, org

TODAY = dt.date(2026, 11, 20)


def lines(*raws: dict[str, Any]) -> list[bytes]:
    return [json.dumps(raw, ensure_ascii=False).encode() + b"\n" for raw in raws]


def batch(*raws: dict[str, Any]) -> Batch:
    return read_lines([("样本.jsonl", lines(*raws))])


def test_drafts_then_nothing_new(city: City) -> None:
    given = batch(org(), guide(), fact())
    importing = city.office.importing
    dry = importing.dry_run(given)
    assert dry.new == ("org/org-mz", "guide/mz-001", "fact/f-001")
    assert city.office.items.all() == (), "a dry run changes nothing"
    assert importing.drafts(given, None) == dry
    version = city.office.items.open("guide/mz-001")
    assert version is not None
    assert (version.status, version.author, version.record["kind"]) == (Status.DRAFT, None, "guide")
    (step,) = city.office.items.history("guide/mz-001", 1)
    assert (step.action, step.remark) == (Action.IMPORT, "样本.jsonl:2")
    told = city.office.audit.entries(action="item.import")
    assert [entry.subject for entry in told] == ["fact/f-001", "guide/mz-001", "org/org-mz"]
    again = importing.drafts(given, None)
    assert (again.new, again.changed, again.busy) == ((), (), ("org/org-mz", "guide/mz-001", "fact/f-001"))
    assert city.office.items.get("guide/mz-001").last == 1
    assert city.office.audit.verify() is None


def test_who_submits_an_import_answers_for_it(city: City) -> None:
    city.office.importing.drafts(batch(org(), guide()), None)
    items = city.office.items
    both = city.office.people.set_roles(city.writer, {Role.EDITOR, Role.DEPARTMENT_REVIEWER})
    version = items.submit(both, "guide/mz-001", 1)
    assert [(hand.person, hand.part) for hand in items.hands(version.item, 1)] == [(both.id, Part.AUTHOR)]
    with pytest.raises(Refused) as refused:
        items.approve(both, version.item, version.edits)
    assert refused.value.reason is Reason.AUTHOR_REVIEWS


def test_an_editor_imports_for_the_own_department_only(city: City) -> None:
    with pytest.raises(Refused) as refused:
        city.office.importing.drafts(batch(guide(), org("org-ga"), guide("ga-1", department="org-ga")), city.writer)
    assert refused.value.reason is Reason.OTHER_DEPARTMENT
    assert refused.value.details == ("样本.jsonl:2 org/org-ga", "样本.jsonl:3 guide/ga-1")
    assert city.office.items.all() == ()
    city.office.importing.drafts(batch(guide()), city.writer)
    assert city.office.items.hands("guide/mz-001", 1)[0].person == city.writer.id


BROKEN: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "half a line": (lambda good: [*good[:2], good[2][:20]], "样本.jsonl:3"),
    "another encoding": (lambda good: [*good, '{"kind":"事"}'.encode("gb18030")], "样本.jsonl:4"),
    "a page of HTML": (lambda good: [b"<html><body>502</body></html>\n", *good], "样本.jsonl:1"),
    "an id twice": (lambda good: [*good, good[0]], "样本.jsonl:4"),
    "a guide without department": (lambda good: [*good, b'{"kind":"guide","id":"x-1","name":"x"}'], "样本.jsonl:4"),
    "a number that is none": (lambda good: [*good, b'{"kind":"fact","id":"f-9","name":NaN}'], "样本.jsonl:4"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_nothing_is_taken_from_a_broken_file(city: City, how: str) -> None:
    break_, place = BROKEN[how]
    broken = read_lines([("样本.jsonl", break_(lines(org(), guide(), fact())))])
    head = city.office.audit.head()
    importing = city.office.importing
    for report in (importing.dry_run(broken), importing.drafts(broken, None), importing.baseline(broken)):
        assert report.problems
        assert report.problems[0].startswith(place)
    assert city.office.items.all() == ()
    assert city.office.audit.head() == head


def test_an_id_in_two_files(city: City) -> None:
    both = read_lines([("a.jsonl", lines(guide())), ("b.jsonl", lines(org(), guide()))])
    assert both.problems == ("b.jsonl:2: guide/mz-001 stands already at a.jsonl:1",)


def test_a_baseline_only_into_an_empty_hub_and_only_without_a_stop(city: City) -> None:
    importing = city.office.importing
    with pytest.raises(Refused) as refused:
        importing.baseline(batch(org(), guide(related=["mz-404"])))
    assert refused.value.reason is Reason.SET_UNFIT
    assert refused.value.details == ("guide/mz-001 related dangling",)
    assert city.office.items.all() == ()
    importing.baseline(batch(org(), guide()))
    version = city.office.items.open("guide/mz-001")
    assert version is not None
    assert version.status is Status.APPROVED
    with pytest.raises(Refused) as refused:
        importing.baseline(batch(fact()))
    assert refused.value.reason is Reason.NOT_EMPTY


def test_the_lint_looks_at_a_file_among_what_the_hub_has(city: City) -> None:
    importing = city.office.importing
    importing.baseline(batch(org(), org("org-rs", name="样本人社局"), guide(), guide("rs-001", department="org-rs")))
    city.found()
    city.release()
    city.draft(guide("mz-005", name="还没发布的事项"))
    report = importing.dry_run(batch(guide("mz-002", name="高龄津贴申领", related=["mz-001", "mz-005", "mz-404"])))
    stops = [one for one in report.as_json()["findings"] if one["level"] == "stop"]
    assert stops == [{"item": "guide/mz-002", "field": "related", "rule": "dangling", "level": "stop"}]
    assert {one["item"] for one in report.as_json()["findings"]} == {"guide/mz-002"}, "of the file only"
    assert report.missing == ("guide/mz-001",), "what another department has is not missing in the file of this one"
    everybody = importing.dry_run(batch(guide("mz-002"), guide("rs-002", department="org-rs")))
    assert everybody.missing == ("guide/mz-001", "guide/rs-001")
    assert importing.dry_run(batch(org())).missing == ("org/org-rs",)


def test_records_with_a_stop_come_in_as_drafts_that_cannot_be_submitted(city: City) -> None:
    report = city.office.importing.drafts(batch(org(), guide(materials=[{"name": "其他材料", "copies": 1}])), None)
    assert report.stopping == 1
    assert {"item": "guide/mz-001", "field": "materials.0.name", "rule": "catch_all_material", "level": "stop"} in (
        report.as_json()["findings"]
    )
    with pytest.raises(Refused) as refused:
        city.office.items.submit(city.writer, "guide/mz-001", 1)
    assert refused.value.reason is Reason.LINT_STOPS


def test_what_a_release_adds_does_not_come_back_with_its_export(city: City) -> None:
    """A published export has numbers, versions and what changed; the hub writes them, and no file."""
    city.found()
    importing, office = city.office.importing, city.office
    importing.baseline(batch(org(), guide(), guide("mz-002", name="高龄津贴申领")))
    city.release()
    version = office.items.edit(city.writer, "guide/mz-001")
    moved = {**version.record, "phone": {"enquiry": "0535-6000003", "complaint": "0535-6000002"}}
    city.reviewed(office.items.save(city.writer, "guide/mz-001", moved, version.edits))
    city.release()
    export = office.releases.lines()
    assert sorted({json.loads(line)["kind"] for line in export}) == ["change", "guide", "org"]
    again = read_lines([("线上.jsonl", export)])
    report = importing.drafts(again, None)
    assert (report.records, report.unchanged, report.new, report.changed, report.busy) == (3, 3, (), (), ())
    assert (report.changes, report.numbered) == (1, 2)
    assert (report.as_json()["changes"], report.as_json()["numbered"]) == (1, 2)

    # A guide of another city's export, whose number here is that of another one.
    foreign = batch({**json.loads(export[1]), "id": "mz-009", "number": 1, "version": 7, "name": "殡葬补贴申领"})
    importing.drafts(foreign, None)
    assert foreign.records[0].record.model_fields_set.isdisjoint({"number", "version"})
    record = office.items.version("guide/mz-009", 1).record
    assert "number" not in record and "version" not in record


def test_fields_nobody_knows_survive(city: City) -> None:
    city.office.importing.drafts(
        batch(org(), guide(future={"a": [1, "二"]}), {"kind": "doc", "id": "d-1", "name": "x"}), None
    )
    assert city.office.items.version("guide/mz-001", 1).record["future"] == {"a": [1, "二"]}
    assert city.office.items.get("doc/d-1").department == CITY


def test_the_sample_city_comes_in(city: City, sample_city: Path) -> None:
    given = read_files(files_of(sample_city))
    assert given.problems == ()
    report = city.office.importing.baseline(given)
    assert len(report.new) == report.records > 2000


def test_a_folder_without_records(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files_of(tmp_path)


def test_many_rows_at_once(city: City, sample_city: Path, tmp_path: Path) -> None:
    guides = [json.loads(line) for line in (sample_city / "guides.jsonl").read_bytes().splitlines()]
    others = [path for path in files_of(sample_city) if path.name != "guides.jsonl"]
    grown = tmp_path / "guides.jsonl"
    wanted = 1000
    with grown.open("wb") as file:
        for number in range(wanted):
            raw = guides[number % len(guides)]
            copy = number // len(guides)
            if copy:
                raw = {**raw, "id": f"{raw['id']}-{copy}", "name": f"{raw['name']}（{copy}）"}
            file.write(json.dumps(raw, ensure_ascii=False).encode() + b"\n")
    report = city.office.importing.drafts(read_files([grown, *others]), None)
    assert len(report.new) > wanted
    assert report.problems == ()
