"""Releases that become the catalogue: whole, or by what changed, with the same result to the last row."""

from __future__ import annotations

import itertools
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from domain.errors import CatalogueError, Code, CodedError, RecordError
from domain.records import canonical_line, digest
from domain.records.changes import diff
from domain.search import Results
from localdb.catalogue import amendment, install
from localdb.catalogue.build import build
from localdb.catalogue.file import open_file, prove
from localdb.catalogue.handle import CatalogueShelf
from localdb.catalogue.install import install_changes, install_full, sweep
from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb.conftest import MADE_AT, SAMPLE_CITY, TODAY, guide, org, word
from tests.unit.localdb.tables import assert_same

Record = dict[str, Any]


def canonical(records: Iterable[Record]) -> list[bytes]:
    return [canonical_line(raw) for raw in sorted(records, key=lambda raw: (raw["kind"], raw["id"]))]


def built(records: Iterable[Record], path: Path, revision: int = 1) -> Path:
    build(canonical(records), path, revision=revision, made_at=MADE_AT)
    return path


def amend(base: Path, old: Iterable[Record], new: list[Record], out: Path, revision: int = 2) -> Path:
    changes = diff(canonical(old), canonical(new))
    info = install_changes(base, changes, out, revision=revision, digest=digest(new), made_at=MADE_AT)
    assert info == prove(out)
    assert (info.revision, info.digest) == (revision, digest(new))
    return out


def others(out: Path, *known: Path) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path not in (out, *known))


# --- The same as a build -------------------------------------------------------------------------------------------

NAMES = ("身份证补领", "驾驶证换领", "社保卡", "结婚登记", "户口迁移", "行长办公", "龘字", "C1 驾照", "补领", "䶮城")
ORG_NAMES = ("市公安局", "公安局", "市民政局", "民政局", "行政审批服务局")


@st.composite
def cities(draw: st.DrawFn) -> list[Record]:
    """Records of every kind that others' rows know of, out of few names, so that much coincides."""
    some = st.lists(st.sampled_from(NAMES), max_size=2)
    orgs = draw(st.lists(st.sampled_from(["org-a", "org-b", "org-c"]), min_size=1, unique=True))
    records: list[Record] = []
    for id in orgs:
        records.append(org(id, draw(st.sampled_from(ORG_NAMES))))
        if draw(st.booleans()):
            records[-1]["short_name"] = draw(st.sampled_from(ORG_NAMES))
        if id != orgs[0] and draw(st.booleans()):
            records[-1]["parent"] = orgs[0]
    places = draw(st.lists(st.sampled_from(["pl-1", "pl-2"]), unique=True))
    for id in places:
        records.append({"kind": "place", "id": id, "name": draw(st.sampled_from(NAMES))})
        if draw(st.booleans()):
            records[-1]["district"] = draw(st.sampled_from(["370602", "370611"]))
    carded = [*orgs, *places]
    for id in draw(st.lists(st.sampled_from([f"g-{number}" for number in range(8)]), unique=True)):
        one = guide(id, draw(st.sampled_from(NAMES)), department=draw(st.sampled_from(orgs)))
        office = st.sampled_from([*ORG_NAMES, "org-a", "org-b", "pl-1"])
        for field in ("accepting_office", "handling_agency"):
            if draw(st.booleans()):
                one[field] = draw(office)
        one["aliases"], one["keywords"] = draw(some), draw(some)
        one["themes"] = draw(st.lists(st.sampled_from(["person:001", "person:002"]), max_size=2))
        one["places"] = draw(st.lists(st.sampled_from(places), max_size=1)) if places else []
        if draw(st.booleans()):
            one |= {
                "summary": draw(st.sampled_from(NAMES)),
                "immediate": draw(st.booleans()),
                "sample": draw(st.booleans()),
                "coverage": draw(st.sampled_from(["office", "national"])),
                "codes": [{"scheme": "city", "code": f"{draw(st.integers(0, 1))}0000{id}"}],
                "number": draw(st.integers(1, 3)),
                "version": draw(st.integers(1, 3)),
            }
        records.append(one)
        carded.append(id)
    for id in draw(st.lists(st.sampled_from(["f-1", "g-1"]), unique=True)):
        records.append(
            {"kind": "fact", "id": id, "name": "在哪", "question": "在哪", "answer": draw(st.sampled_from(NAMES))}
        )
    for number in draw(st.lists(st.integers(0, 5), unique=True)):
        fields = {"aliases": draw(st.sampled_from(["id card", ["passport", "visa"]]))} if draw(st.booleans()) else {}
        lang = draw(st.sampled_from(["en", "en", "ja"]))
        of = draw(st.sampled_from(carded))
        name = draw(st.sampled_from(["Police", "ID card", "名前"]))
        records.append(
            {"kind": "translation", "id": f"tr-{number}", "name": name, "of": of, "lang": lang, "fields": fields}
        )
    for number in draw(st.lists(st.integers(0, 5), unique=True)):
        told: dict[str, Any] = {"kind": "change", "id": f"c-{number}", "name": "改"}
        told |= {"at": "2026-11-01T00:00:00Z", "field": "fee"}
        told |= {"of": draw(st.sampled_from(["g-1", "g-2", "g-9"])), "version": draw(st.integers(1, 3))}
        records.append(told | {"number": draw(st.integers(1, 3))} if draw(st.booleans()) else told)
    for number in draw(st.lists(st.integers(0, 3), unique=True)):
        relation = draw(st.sampled_from(["same", "narrower", "stop", "intent"]))
        words = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3))
        records.append(word(f"v-{number}", relation, *words, weight=draw(st.sampled_from([0.5, 1.0]))))
    for id in draw(st.lists(st.sampled_from(["home-1", "home-2"]), unique=True)):
        records.append({"kind": "home", "id": id, "name": "首页", "popular": draw(some)})
    if draw(st.booleans()):
        records.append(
            {"kind": "penalty", "id": "p-1", "name": "罚", "amount": draw(st.integers(0, 1)), "sample": True}
        )
    return records


def partly(old: list[Record], other: list[Record]) -> list[Record]:
    """`old`, where records that others' rows know of are those of `other`: guides stay as they are."""
    ids = {one["id"] for one in old}
    kinds = ("org", "place", "translation", "vocabulary", "home")
    taken = [one for one in other if one["kind"] in kinds and {one.get("parent"), one.get("of")} <= {None, *ids}]
    return list({(one["kind"], one["id"]): one for one in (*old, *taken)}.values())


UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""An example takes a second: looking for a smaller one that fails would take minutes."""


@settings(
    max_examples=15, phases=UNSHRUNK, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(cities(), min_size=2, max_size=3))
def test_changes_lead_to_the_very_tables_of_a_build(tmp_path: Path, drawn: list[list[Record]]) -> None:
    revisions = [drawn[0]]
    for city in drawn[1:]:
        revisions += [partly(revisions[-1], city), city]
    base = built(revisions[0], tmp_path / "1.db")
    for number, (old, new) in enumerate(itertools.pairwise(revisions), 2):
        base = amend(base, old, new, tmp_path / f"{number}.db", number)
        assert_same(base, built(new, tmp_path / "whole.db", number))
    assert not list(tmp_path.glob(".*"))


@pytest.fixture(scope="module")
def records() -> list[Record]:
    return [json.loads(line) for file in sorted(SAMPLE_CITY.glob("*.jsonl")) for line in file.read_bytes().splitlines()]


@pytest.fixture(scope="module")
def first(records: list[Record], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(records, tmp_path_factory.mktemp("first") / "catalogue-1.db")


def other_city(records: list[Record]) -> list[Record]:
    """The sample city after a busy month: of every kind something changed, something is gone, something is new."""
    new = json.loads(json.dumps(records))
    by_kind: dict[str, list[Record]] = {}
    for record in new:
        by_kind.setdefault(record["kind"], []).append(record)
    guides = by_kind["guide"]
    for number, one in enumerate(guides[:40]):
        one["aliases"] = [*one.get("aliases", ()), f"新叫法{number}"]
        one["phone"] = {"enquiry": f"0535-{number:07}"}
    org_one = by_kind["org"][5]
    org_one["name"], org_one["short_name"] = "城市更新与住房服务局", "住房服务局"
    by_kind["home"][0]["popular"] = ["社保卡怎么办", *by_kind["home"][0].get("popular", [])[1:]]
    gone = {(one["kind"], one["id"]) for one in (*by_kind["translation"][::9], *by_kind["vocabulary"][::11])}
    for one in by_kind["vocabulary"][1::11]:
        one["words"] = [*one["words"], "新的说法"]
    for one in by_kind["translation"][1::9]:
        one["name"] = f"{one['name']} (new)"
    added = [guide(f"{guides[at]['id']}-x{count}", f"新办事项{at}号{count}") for at in (0, 3, 3) for count in range(3)]
    fresh = {one["id"]: one | {"department": org_one["id"]} for one in added}
    return [one for one in new if (one["kind"], one["id"]) not in gone] + list(fresh.values())


@pytest.fixture(scope="module")
def second(records: list[Record]) -> list[Record]:
    return other_city(records)


def answers(path: Path) -> list[Results]:
    catalogue = CatalogueFile(path, lambda: TODAY)
    try:
        asked = ("身份证", "社保卡丢了", "jsz", "gongjijin", "新叫法7", "住房服务局", "card", "老年", "补领", "xinban")
        return [catalogue.search(query) for query in asked]
    finally:
        catalogue.close()


def test_a_changed_city_has_the_tables_and_the_answers_of_a_build(
    tmp_path: Path, records: list[Record], first: Path, second: list[Record]
) -> None:
    before = first.read_bytes()
    out = amend(first, records, second, tmp_path / "catalogue-2.db")
    whole = built(second, tmp_path / "whole.db", 2)
    assert_same(out, whole)
    assert answers(out) == answers(whole)
    assert others(out) == ["whole.db"]
    back = amend(out, second, records, tmp_path / "catalogue-3.db", 3)
    assert_same(back, built(records, whole, 3))
    assert answers(back) == answers(first)
    assert first.read_bytes() == before


def test_another_name_of_an_organisation_reaches_whoever_writes_it(tmp_path: Path) -> None:
    written = [guide("g-1", "补领", handling_agency="住房局"), guide("g-2", "换领", accepting_office="建设局")]
    own = guide("g-3", "迁移", department="org-b", summary="带好原件，先取号。")
    old = [org(), org("org-b", "市建设局", short_name="建设局"), *written, own]
    new = [org(), org("org-b", "市住房局", short_name="住房局"), *written, own]
    out = amend(built(old, tmp_path / "1.db"), old, new, tmp_path / "2.db")
    assert_same(out, built(new, tmp_path / "whole.db", 2))
    catalogue = CatalogueFile(out, lambda: TODAY)
    assert [card.id for card in catalogue.by_department("org-b")] == ["g-1", "g-3"]
    assert [card.department for card in catalogue.cards(["g-3"])] == ["住房局"]
    catalogue.close()


def test_a_place_that_lies_in_another_district_takes_its_items_along(tmp_path: Path) -> None:
    hall: Record = {"kind": "place", "id": "pl-1", "name": "大厅", "district": "370602"}
    items = [
        org(),
        guide("g-1", "补领", places=["pl-1"]),
        guide("g-2", "换领", accepting_office="pl-1"),
        {"kind": "fact", "id": "f-1", "name": "几点", "question": "几点", "answer": "九点。", "place": "pl-1"},
        guide("g-3", "迁移"),
    ]
    old, moved, unknown = [hall, *items], [hall | {"district": "370611"}, *items], [hall | {"district": None}, *items]
    base = built(old, tmp_path / "1.db")
    assert districts(base) == {"370602": ["f-1", "g-1", "g-2", "pl-1"]}
    second = amend(base, old, moved, tmp_path / "2.db")
    assert_same(second, built(moved, tmp_path / "whole.db", 2))
    assert districts(second) == {"370611": ["f-1", "g-1", "g-2", "pl-1"]}
    third = amend(second, moved, unknown, tmp_path / "3.db", 3)
    assert_same(third, built(unknown, tmp_path / "whole.db", 3))
    assert districts(third) == {}


def districts(path: Path) -> dict[str, list[str]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT target, id FROM ref JOIN card USING (doc) WHERE relation = 'district' ORDER BY id"
    )
    found: dict[str, list[str]] = {}
    for target, id in rows:
        found.setdefault(target, []).append(id)
    connection.close()
    return found


def test_nothing_changed_is_a_revision_too(tmp_path: Path, records: list[Record], first: Path) -> None:
    out = amend(first, records, records, tmp_path / "catalogue-2.db")
    assert_same(out, built(records, tmp_path / "whole.db", 2))


def test_the_shelf_shows_what_was_installed(tmp_path: Path) -> None:
    old = [org(), guide("g-1", "补领", phone={"enquiry": "1"})]
    new = [org(), guide("g-1", "补领", phone={"enquiry": "2"}, aliases=["挂失"])]
    shelf = CatalogueShelf(lambda: TODAY)
    shelf.put(built(old, tmp_path / "1.db"))
    shelf.put(amend(tmp_path / "1.db", old, new, tmp_path / "2.db"))
    current = shelf.current()
    assert current is not None
    assert [hit.card.phone for hit in current.search("挂失").hits] == ["2"]
    shelf.close()


# --- When going on is not worth it ---------------------------------------------------------------------------------


def test_where_no_doc_is_free_everything_is_derived_anew(tmp_path: Path) -> None:
    old = [org(), guide("g-a", "头"), guide("g-z", "尾")]
    new = [*old, *(guide(f"g-m{number:02}", f"新{number}") for number in range(20))]
    out = amend(built(old, tmp_path / "1.db"), old, new, tmp_path / "2.db")
    assert_same(out, built(new, tmp_path / "whole.db", 2))
    with sqlite3.connect(out) as connection:  # there is room again
        docs = [doc for (doc,) in connection.execute("SELECT doc FROM card WHERE kind = 'guide' ORDER BY doc")]
    assert min(after - before for before, after in itertools.pairwise(docs)) > 1
    assert others(out) == ["1.db", "whole.db"]


def test_a_change_of_nearly_everything_is_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, records: list[Record], first: Path, second: list[Record]
) -> None:
    monkeypatch.setattr(amendment, "FEW", 10)
    monkeypatch.setattr(amendment, "MOST", 0.01)
    out = amend(first, records, second, tmp_path / "catalogue-2.db")
    assert_same(out, built(second, tmp_path / "whole.db", 2))


# --- Refused -------------------------------------------------------------------------------------------------------

OLD = [org(), guide("g-1", "补领", summary="带好原件和复印件各一份，先取号，再到窗口，当场就能办好。")]
NEW = [org(), OLD[1] | {"phone": {"enquiry": "12345"}}]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return built(OLD, tmp_path / "catalogue-1.db")


def refusal(base: Path, changes: Iterable[bytes], wanted: str = digest(NEW)) -> CodedError:
    out = base.with_name("catalogue-2.db")
    held = base.read_bytes()
    with pytest.raises((CatalogueError, RecordError)) as caught:
        install_changes(base, changes, out, revision=2, digest=wanted, made_at=MADE_AT)
    assert others(base) == []
    assert base.read_bytes() == held
    return caught.value


def test_records_with_another_digest_are_not_installed(base: Path) -> None:
    error = refusal(base, diff(canonical(OLD), canonical(NEW)), "0" * 64)
    assert error.code is Code.DIGEST_DIFFERS
    assert digest(NEW) in error.detail


def test_changes_of_another_catalogue_are_not_applied(base: Path) -> None:
    foreign = [org(), OLD[1] | {"visits": 1}]
    assert refusal(base, diff(canonical(foreign), canonical(NEW))).code is Code.DIGEST_DIFFERS
    gone = diff(canonical([*OLD, guide("g-2", "换领")]), canonical(NEW))
    assert refusal(base, gone).code is Code.DIGEST_DIFFERS


def test_changes_that_make_no_sense_are_refused_by_their_line(base: Path) -> None:
    (line,) = diff(canonical(OLD), canonical(NEW))
    broken = refusal(base, [line, b"{"])
    assert (broken.code, broken.detail[:10]) == (Code.RECORD_UNREADABLE, "changes:2:")
    unfit = refusal(base, diff(canonical(OLD), canonical([org(), OLD[1] | {"visits": "twice"}])))
    assert (unfit.code, unfit.detail[:17]) == (Code.RECORD_INVALID, "guide g-1: visits")


def test_what_the_source_of_changes_raises_goes_through(base: Path) -> None:
    def lines() -> Iterator[bytes]:
        yield from diff(canonical(OLD), canonical(NEW))
        raise RecordError(Code.RELEASE_REFUSED, ("the frame is broken",))

    assert refusal(base, lines()).code is Code.RELEASE_REFUSED


def test_a_base_that_cannot_be_gone_on_from_is_refused(base: Path) -> None:
    whole = base.read_bytes()
    changes = list(diff(canonical(OLD), canonical(NEW)))
    base.write_bytes(whole[: len(whole) // 2])
    assert refusal(base, changes).code is Code.CATALOGUE_UNREADABLE
    base.write_bytes(whole)
    connection = sqlite3.connect(base)
    connection.execute("PRAGMA user_version = 1")
    connection.close()
    assert refusal(base, changes).code is Code.CATALOGUE_FORMAT
    spoiled = bytearray(whole)
    spoiled[4096 * 3 : 4096 * (len(whole) // 4096 - 3)] = b"\xa5" * (len(whole) // 4096 * 4096 - 4096 * 6)
    base.write_bytes(bytes(spoiled))
    assert refusal(base, changes).code is Code.CATALOGUE_UNREADABLE


def test_a_record_of_the_base_that_is_not_what_it_was_is_noticed(base: Path) -> None:
    connection = sqlite3.connect(base)
    connection.execute(
        "UPDATE record SET line = CAST(replace(line, '市公安局', '市公安厅') AS BLOB) WHERE kind = 'org'"
    )
    connection.commit()
    connection.close()
    assert refusal(base, diff(canonical(OLD), canonical(NEW))).code is Code.DIGEST_DIFFERS


def test_a_lexicon_that_does_not_add_up_is_noticed(base: Path) -> None:
    connection = sqlite3.connect(base)
    connection.execute("DELETE FROM lexicon")
    connection.commit()
    connection.close()
    new = [org(), guide("g-1", "换领")]
    error = refusal(base, diff(canonical(OLD), canonical(new)), digest(new))
    assert error.code is Code.CATALOGUE_UNREADABLE


def test_a_catalogue_without_the_mark_of_its_digest_is_not_opened(base: Path) -> None:
    for change in ("DELETE FROM meta WHERE key = 'digest'", "UPDATE meta SET value = '' WHERE key = 'digest'"):
        copy = shutil.copyfile(base, base.with_name("copy.db"))
        connection = sqlite3.connect(copy)
        connection.execute(change)
        connection.commit()
        connection.close()
        with pytest.raises(CatalogueError) as caught:
            CatalogueFile(copy, lambda: TODAY)
        assert caught.value.code is Code.CATALOGUE_UNREADABLE


def test_without_room_for_a_copy_nothing_is_begun(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = base.stat().st_size
    usage = shutil.disk_usage(base.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=size + install.SPARE - 1))
    assert refusal(base, diff(canonical(OLD), canonical(NEW))).code is Code.DISK_FULL
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=size + install.SPARE))
    amend(base, OLD, NEW, base.with_name("catalogue-2.db"))


# --- Whole ---------------------------------------------------------------------------------------------------------


def test_a_whole_release_is_read_as_it_comes_and_proved(tmp_path: Path) -> None:
    out = tmp_path / "catalogue-5.db"
    told: list[float] = []
    info = install_full(
        iter(canonical(NEW)), out, revision=5, digest=digest(NEW), made_at=MADE_AT, progress=told.append
    )
    assert info == prove(out)
    assert (info.revision, info.digest) == (5, digest(NEW))
    assert told[-1] == 1.0
    held = out.read_bytes()
    with pytest.raises(CatalogueError) as caught:
        install_full(iter(canonical(OLD)), out, revision=5, digest=digest(NEW), made_at=MADE_AT)
    assert caught.value.code is Code.DIGEST_DIFFERS
    assert (others(out), out.read_bytes()) == ([], held)


def test_a_whole_release_with_a_broken_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError):
        install_full([b"{}"], tmp_path / "c.db", revision=5, digest=digest(NEW), made_at=MADE_AT)
    assert list(tmp_path.iterdir()) == []


def test_the_newest_two_stay(tmp_path: Path) -> None:
    paths = [tmp_path / f"catalogue-{number}.db" for number in (9, 8, 7, 6)]
    for path in paths:
        built(OLD, path)
    pool, _ = open_file(paths[2])
    with pool.connect() as reading:
        assert sweep(paths) == (paths[2], paths[3])
        assert reading.execute("SELECT count(*) FROM record").fetchone() == (len(OLD),)
    pool.close()
    assert sorted(tmp_path.iterdir()) == sorted(paths[:2])
    assert sweep(paths[:2]) == ()
