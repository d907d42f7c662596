"""What the hub adds when records go out: numbers that stay, versions, and what changed for citizens, exactly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from contentsync.keys import KeyFolder
from contentsync.publisher import Publisher
from domain.records import Change, digest_of_lines, validate
from domain.slip_changes import since
from hub.importing import read_lines
from hub.item import Version
from hub.tables import check_numbers
from tests.hub.conftest import PASSPHRASE, City, guide, org
from tests.hub.test_releases import town

__all__ = ["town"]

PLACE = {"kind": "place", "id": "pl-a", "name": "样本大厅", "verified_by": "org-mz"}


def out(city: City) -> dict[tuple[str, str], dict[str, Any]]:
    """What kiosks get now; also that the hub itself says the same, line for line."""
    publisher = Publisher(city.office.home.public, KeyFolder(city.office.home.keys))
    lines = list(publisher.lines())
    assert lines == city.office.releases.lines()
    manifest = publisher.standing().manifest
    assert manifest is not None and manifest.digest == digest_of_lines(lines)
    raws = [json.loads(line) for line in lines]
    return {(raw["kind"], raw["id"]): raw for raw in raws}


def told(city: City, of: str = "mz-001") -> list[tuple[int, str, Any, Any]]:
    """The changes that kiosks get of an item."""
    found = [raw for (kind, _), raw in out(city).items() if kind == "change" and raw["of"] == of]
    found.sort(key=lambda raw: (raw["version"], raw["id"]))
    return [(raw["version"], raw["field"], raw.get("old"), raw.get("new")) for raw in found]


def changed(city: City, id: str = "mz-001", **fields: Any) -> Version:
    version = city.office.items.edit(city.writer, f"guide/{id}")
    version = city.office.items.save(city.writer, version.item, guide(id, **fields), version.edits)
    return city.reviewed(version)


def place(city: City, **fields: Any) -> None:
    key, editor = "place/pl-a", city.writer
    items = city.office.items
    if any(item.key == key for item in items.all(limit=100)):
        version = items.edit(editor, key)
        version = items.save(editor, key, {**PLACE, **fields}, version.edits)
    else:
        version = items.create(editor, {**PLACE, **fields})
    city.reviewed(version)


def versions_out(city: City) -> dict[str, int]:
    """The version that a slip of each item names now."""
    return {id: raw["version"] for (kind, id), raw in out(city).items() if kind in ("guide", "life_event")}


def test_a_guide_gets_its_number_when_it_first_goes_out_and_keeps_it(town: City) -> None:
    town.release()
    first = out(town)["guide", "mz-001"]
    assert (first["number"], first["version"]) == (1, 1)
    assert "number" not in out(town)["org", "org-mz"]
    town.reviewed(town.draft(guide("mz-000")))
    changed(town, summary="改过的")
    town.release()
    content = out(town)
    assert (content["guide", "mz-001"]["number"], content["guide", "mz-001"]["version"]) == (1, 2)
    assert (content["guide", "mz-000"]["number"], content["guide", "mz-000"]["version"]) == (3, 1)
    assert told(town) == []  # a summary changes nothing for who has the slip
    town.reviewed(town.office.items.retire(town.writer, "guide/mz-001", "不办了"))
    town.release()
    town.reviewed(town.draft(guide("mz-009")))
    town.release()
    assert out(town)["guide", "mz-009"]["number"] == 4  # never that of one that went
    assert "number" not in town.office.items.version("guide/mz-001", 1).record


def test_a_number_of_a_release_that_was_given_up_stays_with_its_item(town: City) -> None:
    town.release()
    town.reviewed(town.draft(guide("mz-002")))
    given_up = town.office.releases.prepare(town.signer)
    assert len(out(town)) == 2  # what is out is told as it is out
    town.office.releases.cancel(town.signer, given_up.id)
    town.reviewed(town.draft(guide("mz-003")))
    town.release()
    content = out(town)
    assert [content["guide", f"mz-00{n}"]["number"] for n in (1, 2, 3)] == [1, 3, 4]
    with town.office.store.engine.connect() as connection:
        assert connection.execute(select(check_numbers.c.number).order_by(check_numbers.c.number)).scalars().all() == [
            1, 2, 3, 4,
        ]  # fmt: skip


def test_every_change_that_matters_is_told_once_and_nothing_else(town: City) -> None:
    place(town)
    town.release()
    photo = {"name": "照片", "originals": 2}
    changed(
        town,
        materials=[{"name": "身份证", "originals": 1, "copies": 1, "note": "看完就还"}, photo],
        fee={"charged": True, "text": "20 元"},
        promised_limit={"days": 5},
        places=["pl-a"],
        phone={"enquiry": "0535-6000009", "complaint": "0535-6000003"},
        visits=1,
        channels=["counter"],
        eligibility=["有本市户口"],
        keywords=["不说"],
        faq=[{"q": "问", "a": "答"}],
    )
    town.release()
    assert sorted(told(town), key=lambda one: (one[1], str(one[3]))) == [
        (2, "channels", None, ["counter"]),
        (2, "complaint", "0535-6000002", "0535-6000003"),
        (2, "eligibility", None, "有本市户口"),
        (2, "fee", False, "20 元"),
        (2, "limit", None, {"days": 5, "unit": "working"}),
        (2, "materials", None, {"name": "照片", "originals": 2, "copies": 0}),
        (
            2,
            "materials",
            {"name": "身份证", "originals": 1, "copies": 0},
            {"name": "身份证", "originals": 1, "copies": 1, "note": "看完就还"},
        ),
        (2, "phone", "0535-6000001", "0535-6000009"),
        (2, "places", None, {"id": "pl-a", "name": "样本大厅"}),
        (2, "visits", None, 1),
    ]
    changed(town, materials=[photo])
    place(town, phone="0535-6000010", hours=[{"days": "MO-FR", "open": "09:00", "close": "17:00"}])
    town.release()
    gone = {"name": "身份证", "originals": 1, "copies": 1, "note": "看完就还"}
    assert (3, "materials", gone, None) in told(town)
    assert not any(row[1] == "around" for row in told(town))  # it is not at that hall any more
    assert [one[:2] for one in told(town, "pl-a")] == [(2, "hours"), (2, "phone")]
    assert told(town, "pl-a")[1][2:] == (None, "0535-6000010")
    for raw in out(town).values():
        validate(raw)


def test_long_texts_are_cut_and_stay_different(town: City) -> None:
    town.release()
    long = "要" * 400
    changed(town, eligibility=[long + "甲"])
    town.release()
    changed(town, eligibility=[long + "乙"])
    town.release()
    rows = told(town)
    assert [len(value) for row in rows for value in row[2:] if value] == [120, 120, 120]
    assert len({value for row in rows for value in row[2:] if value}) == 2


def test_taken_down_and_put_up_again(town: City) -> None:
    town.release()
    town.reviewed(town.office.items.retire(town.writer, "guide/mz-001", "不办了"))
    town.release()
    gone = [raw for (kind, _), raw in out(town).items() if kind == "change"]
    assert [(raw["field"], raw["new"], raw["number"], raw["name"]) for raw in gone] == [
        ("withdrawn", True, 1, "样本事项 mz-001")
    ]
    town.reviewed(town.draft(guide(visits=2)))
    town.release()
    again = out(town)["guide", "mz-001"]
    assert (again["number"], again["version"]) == (1, 3)
    assert told(town)[1:] == [(3, "withdrawn", True, None), (3, "visits", None, 2)]


def test_a_withdrawal_tells_what_it_changes_back(town: City) -> None:
    town.release()
    changed(town, fee={"charged": True, "text": "20 元"})
    town.reviewed(town.draft(guide("mz-002")))
    town.release()
    taken_back = town.office.releases.withdraw(town.signer, 2)
    for person in (town.signer, town.cosigner):
        town.office.releases.approve(person, taken_back.id)
    town.office.issuing.publish(town.signer, taken_back.id, PASSPHRASE)
    assert told(town) == [(2, "fee", False, "20 元"), (3, "fee", "20 元", False)]
    assert told(town, "mz-002") == [(2, "withdrawn", None, True)]
    records = [validate(raw) for raw in out(town).values()]
    mine = [one for one in records if isinstance(one, Change) and one.of == "mz-001"]
    assert since(mine, 1).differences == ()
    assert [(one.old, one.new) for one in since(mine, 2).differences] == [("20 元", False)]


def test_a_hall_that_changes_makes_a_new_version_of_everything_that_is_printed_from_it(town: City) -> None:
    """Guides that name it, and life events of these; what is given up is taken back with it."""
    place(town, phone="0535-6000010")
    town.reviewed(town.draft(guide("mz-002")))
    event = {"kind": "life_event", "id": "le-1", "name": "样本一件事", "verified_by": "org-mz"}
    town.reviewed(town.draft({**event, "steps": [{"guide": "mz-001"}]}))
    town.release()
    mine = out(town)["life_event", "le-1"]["number"]
    changed(town, places=["pl-a"])
    town.release()
    assert versions_out(town) == {"mz-001": 2, "mz-002": 1, "le-1": 2}
    place(town, phone="0535-6000011")
    given_up = town.office.releases.prepare(town.signer)
    assert versions_out(town) == {"mz-001": 2, "mz-002": 1, "le-1": 2}
    town.office.releases.cancel(town.signer, given_up.id)
    town.release()
    assert versions_out(town) == {"mz-001": 3, "mz-002": 1, "le-1": 3}
    assert (told(town)[-1], told(town, "le-1")[-1]) == ((3, "around", None, ["pl-a"]), (3, "around", None, ["pl-a"]))
    changed(town, places=["pl-a"], summary="改过的")
    town.release()
    assert versions_out(town) == {"mz-001": 3, "mz-002": 1, "le-1": 3}  # the same paper
    changed(town, places=["pl-a"], visits=2)
    town.release()
    assert versions_out(town) == {"mz-001": 4, "mz-002": 1, "le-1": 4}
    assert told(town)[-1] == (4, "visits", None, 2)
    town.reviewed(town.office.items.retire(town.writer, "life_event/le-1", "不办了"))
    town.release()
    assert [raw["number"] for raw in out(town).values() if raw.get("field") == "withdrawn"] == [mine]


def test_after_two_years_only_that_something_changed_is_kept(town: City) -> None:
    town.release()
    town.reviewed(town.draft(guide("mz-002")))
    changed(town, visits=1)
    town.release()
    town.clock.later(days=400)
    changed(town, visits=2)
    town.reviewed(town.office.items.retire(town.writer, "guide/mz-002", "不办了"))
    town.release()
    assert told(town) == [(2, "visits", None, 1), (3, "visits", 1, 2)]
    town.clock.later(days=400)
    changed(town, visits=3)
    town.release()
    assert told(town) == [(2, "pruned", None, None), (3, "visits", 1, 2), (4, "visits", 2, 3)]
    mine = [one for one in map(validate, out(town).values()) if isinstance(one, Change) and one.of == "mz-001"]
    assert [since(mine, version).known for version in (1, 2, 3)] == [False, True, True]
    town.clock.later(days=800)
    changed(town, visits=4)
    town.release()
    assert told(town) == [(4, "pruned", None, None), (5, "visits", 3, 4)]
    assert told(town, "mz-002") == [(2, "withdrawn", None, True)]  # its slips are still known


def test_nothing_new_is_no_release(town: City) -> None:
    town.release()
    before = list(town.office.releases.lines())
    changed(town, visits=1)
    release = town.office.releases.prepare(town.signer)
    town.office.releases.cancel(town.signer, release.id)
    assert town.office.releases.lines() == before


def test_what_was_published_can_be_imported_again_unchanged(town: City) -> None:
    town.release()
    changed(town, visits=1)
    town.release()
    lines = [line for line in town.office.releases.lines() if b'"kind":"change"' not in line]
    report = town.office.importing.dry_run(read_lines([("out.jsonl", lines)]))
    assert (report.unchanged, report.changed, report.new) == (2, (), ())


def test_numbers_of_imported_records_are_not_taken_over(city: City) -> None:
    city.found()
    raws = [org(), guide(number=77, version=9), guide("mz-002", number=77)]
    lines = [json.dumps(raw, ensure_ascii=False).encode() for raw in raws]
    city.office.importing.baseline(read_lines([("in.jsonl", lines)]))
    city.release()
    content = out(city)
    assert [(content["guide", id]["number"], content["guide", id]["version"]) for id in ("mz-001", "mz-002")] == [
        (1, 1),
        (2, 1),
    ]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_seven_thousand_items_and_what_a_hundredth_of_them_costs(city: City) -> None:
    """The packed changes of 70 items, each with its new version and two change records, stay within 40 kB."""
    city.found()
    raws = [org(), *(guide(f"mz-{n:04}", fee={"charged": True, "text": f"{n % 90} 元"}) for n in range(7000))]
    lines = [json.dumps(raw, ensure_ascii=False).encode() for raw in raws]
    city.office.importing.baseline(read_lines([("in.jsonl", lines)]))
    city.release()
    for n in range(0, 7000, 100):
        phone = {"enquiry": f"0535-61{n:05}", "complaint": "0535-6000002"}
        changed(city, f"mz-{n:04}", fee={"charged": True, "text": "免费"}, phone=phone)
    city.release()
    packed = [path.stat().st_size for path in city.office.home.public.rglob("*.delta-1-2.zst")]
    assert packed and max(packed) <= 40_000
    assert len(out(city)) == 7001 + 140
