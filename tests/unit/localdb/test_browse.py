from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from domain.errors import CatalogueError, Code
from domain.records import Calendar, Fact, Guide, Home, Limit, Org, Place, Record
from domain.search import Card
from localdb.catalogue.reader import CatalogueFile
from tests.unit.localdb.conftest import MADE_AT, SAMPLE_CITY, Made, guide, org

FULL: dict[str, Any] = {
    "aliases": ["驾照"],
    "audience": ["person"],
    "themes": ["person:095"],
    "summary": "丢了就补一本。",
    "materials": [{"name": "身份证", "originals": 1}],
    "steps": [{"name": "取号"}],
    "eligibility": ["本人"],
    "legal_limit": {"days": 5},
    "promised_limit": {"days": 1, "unit": "working"},
    "fee": {"charged": True, "text": "10 元"},
    "visits": 1,
    "channels": ["counter", "online"],
    "places": ["pl-1"],
    "phone": {"enquiry": "0535-1"},
    "result": {"name": "驾驶证"},
    "immediate": False,
    "codes": [{"scheme": "city", "code": "4421-33-700"}, {"scheme": "gbt39554-catalogue", "code": "442199806003"}],
    "coverage": "national",
    "local_code": "7",
    "verified_on": "2026-11-01",
    "verified_by": "org-a",
}


def ids(cards: tuple[Card, ...]) -> list[str]:
    return [card.id for card in cards]


def test_a_list_row_holds_what_a_list_shows(made: Made) -> None:
    catalogue = made(
        org(short_name="公安"),
        {"kind": "place", "id": "pl-1", "name": "车管所", "address": "海岸街 1 号", "phone": "0535-2"},
        guide("g-1", "机动车驾驶证补领", **FULL),
        {
            "kind": "fact",
            "id": "f-1",
            "name": "几点开门",
            "question": "几点开门",
            "answer": "8 点。",
            "verified_by": "org-a",
        },
    )
    row, fact, place, department = catalogue.cards(["g-1", "f-1", "nowhere", "pl-1", "org-a"])
    assert row == Card(
        id="g-1",
        kind="guide",
        name="机动车驾驶证补领",
        alias="驾照",
        department="公安",
        department_id="org-a",
        audience=("person",),
        summary="丢了就补一本。",
        immediate=False,
        limit=Limit(days=1, unit="working"),
        fee=row.fee,
        visits=1,
        online=True,
        phone="0535-1",
        place="pl-1",
        verified_on=dt.date(2026, 11, 1),
        verified_by="org-a",
        code="4421-33-700",
    )
    assert row.fee is not None
    assert (row.fee.charged, row.fee.text) == (True, "10 元")
    assert (fact.answer, fact.department, fact.department_id) == ("8 点。", "公安", "org-a")
    assert (place.summary, place.place, place.phone, place.department) == ("海岸街 1 号", "pl-1", "0535-2", None)
    assert (department.alias, department.department) == ("公安", None)


def test_a_record_comes_back_as_it_was_written(made: Made) -> None:
    catalogue = made(org(), {"kind": "place", "id": "pl-1", "name": "车管所"}, guide("g-1", "补领", **FULL))
    found = catalogue.get(Guide, "g-1")
    assert found is not None
    assert found == Guide.model_validate(guide("g-1", "补领", **FULL))
    assert found.model_extra == {"local_code": "7"}
    assert catalogue.get(Guide, "pl-1") is None
    assert catalogue.get(Fact, "g-1") is None
    anything = catalogue.get(Record, "pl-1")
    assert isinstance(anything, Place)
    assert catalogue.get(Record, "no-1") is None


def test_complete_guides_stand_before_short_ones_and_facts_behind(made: Made) -> None:
    theme = {"themes": ["person:095"]}
    fact = {"kind": "fact", "name": "问", "question": "问", "answer": "答"}
    catalogue = made(
        org(),
        {"kind": "place", "id": "pl-1", "name": "车管所"},
        guide("g-1", "只有名字", **theme),
        guide("g-2", "短的", **theme, summary="一句。", visits=0, fee={"charged": False, "text": "不收费"}),
        guide("g-3", "全的", **{**FULL, "audience": []}),
        guide("g-4", "企业的", **theme, audience=["enterprise"]),
        guide("g-5", "别的", themes=["person:010"]),
        {**fact, "id": "f-1", **theme},
        {**fact, "id": "f-2", "themes": ["person:010"]},
    )
    assert ids(catalogue.by_theme(["person:095"])) == ["g-3", "g-2", "g-1", "g-4", "f-1"]
    assert ids(catalogue.by_theme(["person:095"], "person")) == ["g-3", "g-2", "g-1", "f-1"]
    assert ids(catalogue.by_theme(["person:095"], "enterprise")) == ["g-3", "g-2", "g-1", "g-4", "f-1"]
    assert ids(catalogue.by_theme(["person:010", "person:095"]))[-2:] == ["f-1", "f-2"]
    assert catalogue.by_theme([]) == ()


def test_a_department_has_what_belongs_to_it_what_it_accepts_and_what_it_handles(made: Made) -> None:
    catalogue = made(
        org(),
        org("org-b", "市交警支队", parent="org-a", short_name="交警"),
        org("org-c", "市政府"),
        org("org-d", "市民政局", parent="org-c"),
        guide("g-1", "一"),
        guide("g-2", "二", handling_agency="org-b"),
        guide("g-3", "三", accepting_office="交警"),
        guide("g-4", "四", accepting_office="交警大队违法处理窗口"),
        {"kind": "guide", "id": "g-5", "name": "五", "department": "org-d"},
    )
    assert ids(catalogue.by_department("org-a")) == ["g-1", "g-2", "g-3", "g-4"]
    assert ids(catalogue.by_department("org-b")) == ["g-2", "g-3"]
    assert ids(catalogue.by_department("org-c")) == ["g-5"]
    assert catalogue.by_department("org-x") == ()


def test_what_leads_to_a_place(made: Made) -> None:
    catalogue = made(
        org(),
        {"kind": "place", "id": "pl-1", "name": "车管所"},
        guide("g-1", "一", places=["pl-1"]),
        guide("g-2", "二", accepting_office="pl-1"),
        guide("g-3", "三"),
        {"kind": "fact", "id": "f-1", "name": "问", "question": "问", "answer": "答", "place": "pl-1"},
    )
    assert ids(catalogue.at_place("pl-1")) == ["g-1", "g-2", "f-1"]


def test_organisations_stand_by_level_then_by_id(made: Made) -> None:
    catalogue = made(
        org("org-z", "市政府"),
        org("org-3", "热力公司", level="company", parent="org-z"),
        org("org-2", "芝罘区政府", level="district", parent="org-z"),
        org("org-1", "市民政局", parent="org-z"),
        org("org-0", "救助站", level="institution", parent="org-1"),
        org("org-4", "市档案馆", parent="org-z"),
    )
    assert [one.id for one in catalogue.orgs(None)] == ["org-z"]
    assert [one.id for one in catalogue.orgs("org-z")] == ["org-1", "org-4", "org-2", "org-3"]
    assert [one.id for one in catalogue.orgs("org-0")] == []
    found = catalogue.get(Org, "org-2")
    assert found is not None
    assert found.level == "district"


def test_nothing_is_shown_outside_its_dates(made: Made) -> None:
    dates = {"valid_from": "2026-11-01", "valid_until": "2026-11-30"}
    records = [
        org(),
        guide("g-1", "只在十一月办", themes=["person:095"], **dates),
        {"kind": "place", "id": "pl-1", "name": "十一月的地方", **dates},
        {"kind": "life_event", "id": "le-1", "name": "十一月的事", **dates},
    ]
    for day, shown in [
        (dt.date(2026, 10, 31), False),
        (dt.date(2026, 11, 1), True),
        (dt.date(2026, 11, 30), True),
        (dt.date(2026, 12, 1), False),
    ]:
        catalogue = made(*records, today=day)
        assert (catalogue.get(Guide, "g-1") is not None) is shown
        assert (len(catalogue.cards(["g-1"])) == 1) is shown
        assert (len(catalogue.by_theme(["person:095"])) == 1) is shown
        assert (len(catalogue.by_department("org-a")) == 1) is shown
        assert (len(catalogue.places()) == 1) is shown
        assert (len(catalogue.life_events()) == 1) is shown
        assert (len(catalogue.search("只在十一月办").hits) > 0) is shown


def test_without_a_trusted_clock_the_day_of_the_catalogue_counts(made: Made) -> None:
    before, after = MADE_AT.date() - dt.timedelta(1), MADE_AT.date() + dt.timedelta(1)
    catalogue = made(
        org(),
        guide("g-1", "过期的", valid_until=before.isoformat()),
        guide("g-2", "现在的"),
        guide("g-3", "将来的", valid_from=after.isoformat()),
        today=None,
    )
    assert ids(catalogue.by_department("org-a")) == ["g-2"]


def test_notices_and_topics_of_the_day(made: Made) -> None:
    notice = {"kind": "notice", "text": "停水。", "show_from": "2026-11-20", "show_until": "2026-11-23"}
    catalogue = made(
        {**notice, "id": "nt-1", "name": "旧", "show_until": "2026-11-20"},
        {**notice, "id": "nt-2", "name": "早", "show_from": "2026-11-01"},
        {**notice, "id": "nt-3", "name": "新"},
        {**notice, "id": "nt-4", "name": "急", "level": "warn", "show_from": "2026-10-01"},
        {**notice, "id": "nt-5", "name": "别处", "district": "370613"},
        {"kind": "topic", "id": "tp-1", "name": "供暖", "show_from": "2026-11-15"},
        {"kind": "topic", "id": "tp-2", "name": "征兵", "show_until": "2026-09-30"},
    )
    assert [one.id for one in catalogue.notices("370602")] == ["nt-4", "nt-3", "nt-2"]
    assert [one.id for one in catalogue.notices("370613")] == ["nt-4", "nt-3", "nt-5", "nt-2"]
    assert len(catalogue.notices(None)) == 4
    assert [one.id for one in catalogue.topics()] == ["tp-1"]


def test_translations_by_id(made: Made) -> None:
    fields = {"name": "Replace a licence", "summary": "In one visit."}
    catalogue = made(
        org(),
        guide("g-1", "补领"),
        {"kind": "translation", "id": "t-1", "name": "x", "of": "g-1", "lang": "en", "fields": fields},
        {"kind": "translation", "id": "t-2", "name": "運転免許証", "of": "g-1", "lang": "ja", "fields": {}},
    )
    assert catalogue.translation("g-1", "en") == fields
    assert catalogue.translation("g-1", "ko") == {}
    assert catalogue.names(["g-1", "org-a"], "ja") == {"g-1": "運転免許証"}


def test_the_sample_city_answers_every_question_a_screen_asks(city: CatalogueFile) -> None:
    home = city.home()
    assert isinstance(home, Home)
    for tile in home.tiles:
        if tile.themes:
            assert city.by_theme(tile.themes), tile.label
        if tile.item:
            assert city.cards([tile.item]), tile.label
    assert all(city.search(query).hits for query in home.popular)
    calendar = city.calendar(2026)
    assert isinstance(calendar, Calendar)
    assert dt.date(2026, 10, 1) in calendar.off
    assert city.calendar(2099) is None
    (root,) = city.orgs(None)
    assert city.by_department(root.id), "a city's government has what its departments have"
    assert len(city.places()) == city.info.counts["place"]
    assert [one.id for one in city.life_events()] == sorted(one.id for one in city.life_events())
    for event in city.life_events():
        steps = [step.guide for step in event.steps]
        assert ids(city.cards(steps)) == steps


def test_the_lexicon_holds_what_people_say(city: CatalogueFile) -> None:
    words = {one.word: one for one in city.lexicon()}
    assert words["驾照"].syllables == ("jia", "zhao")
    assert words["公积金"].syllables == ("gong", "ji", "jin")
    assert words["丢了"].syllables == ("diu", "le")
    assert words["驾照"].weight > words["驾校"].weight
    assert all(0 < one.weight <= 1 and len(one.word) == len(one.syllables) for one in words.values())
    weights = [one.weight for one in city.lexicon()]
    assert weights == sorted(weights, reverse=True)


def test_a_file_that_breaks_under_way_is_told_and_can_be_tried_again(city_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "city.db"
    path.write_bytes(city_file.read_bytes())
    catalogue = CatalogueFile(path, lambda: None)
    whole = path.read_bytes()
    catalogue.close()
    path.write_bytes(whole[:4096] + b"\0" * (len(whole) - 4096))
    for call in (lambda: catalogue.search("驾照"), catalogue.places, lambda: catalogue.get(Guide, "ga-001")):
        with pytest.raises(CatalogueError) as caught:
            call()
        assert caught.value.code is Code.CATALOGUE_UNREADABLE
    catalogue.close()
    path.write_bytes(whole)
    assert catalogue.search("驾照").hits
    catalogue.close()


def test_the_sample_city_is_where_it_is_shipped() -> None:
    assert sorted(path.name for path in SAMPLE_CITY.glob("*.jsonl"))


def test_an_item_is_found_by_its_codes(made: Made) -> None:
    long = "12441500196720244T3442199806003"
    codes = [{"scheme": "gbt39554-implementation", "code": long}, {"scheme": "city", "code": "GA-12"}]
    catalogue = made(org(), guide("g-1", "补领", codes=codes), guide("g-2", "换领", summary="第 12 号窗口"))
    for query in (long, long.lower(), "124415001967202443442199806003", "GA-12", "ga-12"):
        assert [hit.card.id for hit in catalogue.search(query).hits[:1]] == ["g-1"], query
    assert catalogue.cards(["g-1"])[0].code == long
    assert catalogue.cards(["g-2"])[0].code is None
