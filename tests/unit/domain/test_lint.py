"""Each lint rule fires on what it is for and stays quiet on a good record."""

from __future__ import annotations

import datetime as dt

import pytest

from domain.lint import CHECKS, Finding, Level, lint
from domain.lint.checks import TEXTS
from domain.lint.rules import RULE_LEVELS
from domain.lint.special import LEVELS
from domain.records import Guide, Record, validate
from phrases import LANGUAGES, Phrases

GOOD = {
    "kind": "guide",
    "id": "ga-001",
    "name": "出生登记",
    "aliases": ["上户口"],
    "department": "org-a",
    "audience": ["person"],
    "themes": ["person:010"],
    "summary": "给孩子报上户口。",
    "materials": [{"name": "出生医学证明", "type": "credential", "originals": 1}],
    "steps": [{"name": "取号"}],
    "immediate": True,
    "visits": 1,
    "visit_reason": "要核对原件",
    "fee": {"charged": False, "text": "不收费"},
    "places": ["pl-a"],
    "phone": {"enquiry": "0535-6000001", "complaint": "12345"},
}
ORG = validate({"kind": "org", "id": "org-a", "name": "局"})
PLACE = validate(
    {
        "kind": "place", "id": "pl-a", "name": "大厅", "address": "路 1 号", "phone": "0535-6000002",
        "lat": 37.5, "lon": 121.4,
        "hours": [{"days": "MO-FR", "open": "09:00", "close": "17:00"}],
    }
)  # fmt: skip


DAY = dt.date(2026, 11, 21)


def rules(*records: Record, today: dt.date | None = None, least: Level = Level.WARN) -> list[str]:
    return [finding.rule for finding in lint([*records, ORG, PLACE], today=today, least=least)]


def found(record: Record, *more: Record, least: Level = Level.NOTE) -> set[tuple[str, str, Level]]:
    """(rule, field, level) of everything about `record`."""
    findings = lint([record, *more, ORG, PLACE], today=DAY, least=least)
    return {(one.rule, one.field, one.level) for one in findings if one.record == record.id}


def guide(**changes: object) -> Record:
    return validate({**GOOD, **changes})


def test_a_good_guide_has_no_findings() -> None:
    assert rules(guide(), today=dt.date(2026, 11, 21)) == []


FIRES: list[tuple[dict[str, object], str]] = [
    ({"promised_limit": {"days": 3}}, "immediate_with_limit"),
    (
        {"immediate": False, "promised_limit": {"days": 9}, "legal_limit": {"days": 7, "unit": "calendar"}},
        "promise_over_law",
    ),
    ({"fee": None}, "missing_fee"),
    ({"fee": {"charged": True, "text": "按文件"}}, "fee_without_figure"),
    ({"phone": None}, "missing_phone"),
    ({"phone": {"enquiry": "12345", "complaint": "12345"}}, "same_phone"),
    ({"phone": {"enquiry": "6000001"}}, "phone_form"),
    ({"themes": ["legal:005"]}, "theme_for_other_audience"),
    ({"materials": []}, "missing_materials"),
    ({"materials": [{"name": "其他材料", "originals": 1}]}, "catch_all_material"),
    ({"materials": [{"name": "照片"}]}, "material_without_count"),
    ({"materials": [{"name": "照片", "copies": 1}, {"name": "照片", "copies": 1}]}, "material_twice"),
    ({"places": []}, "missing_place"),
    ({"visits": 0, "channels": ["counter"]}, "no_visit_no_way"),
    ({"summary": "长" * 41}, "too_long"),
    ({"aliases": ["出生登记"]}, "alias_is_name"),
    ({"aliases": ["上户口", "上户口"]}, "alias_twice"),
    ({"summary": "<b>粗</b>"}, "markup"),
    ({"summary": "编号 37060219900101123X 的人"}, "id_number"),
    ({"summary": "打 13800138000"}, "mobile_number"),
    ({"summary": "看\x07见"}, "control_characters"),
    ({"summary": "é©¾ç…§"}, "mojibake"),
    ({"related": ["ga-999"]}, "dangling"),
]


@pytest.mark.parametrize(("changes", "rule"), FIRES)
def test_a_rule_fires(changes: dict[str, object], rule: str) -> None:
    assert rule in rules(guide(**changes))


def test_age_is_told_only_when_the_day_is_known() -> None:
    old = guide(verified_on="2025-01-01", valid_until="2026-01-01", verified_by="org-a")
    assert rules(old) == []
    assert rules(old, today=dt.date(2026, 11, 21)) == ["expired", "stale"]


def test_places_tell_what_people_need_to_get_there() -> None:
    bare = validate({"kind": "place", "id": "pl-b", "name": "空"})
    assert rules(bare) == ["missing_address", "missing_hours", "missing_phone", "missing_position"]


def test_a_word_in_two_groups_and_two_guides_of_one_name() -> None:
    first = validate({"kind": "vocabulary", "id": "v-1", "name": "a", "relation": "same", "words": ["驾驶证", "驾照"]})
    second = validate({"kind": "vocabulary", "id": "v-2", "name": "b", "relation": "same", "words": ["行驶证", "驾照"]})
    assert rules(first, second) == ["word_in_two_groups"]
    assert "same_name" in rules(guide(), guide(id="ga-002"))


def test_every_rule_can_be_said_in_chinese_and_english() -> None:
    bad = guide(fee=None, phone=None, materials=[], places=[], summary="<b>" + "长" * 50)
    assert isinstance(bad, Guide)
    for finding in lint([bad], today=dt.date(2026, 11, 21)):
        for lang in (LANGUAGES[0], "en"):
            message = finding.message(Phrases(lang))
            assert not message.startswith("lint.") and "{" not in message
        assert finding.level in Level


RULE = {
    "kind": "rule",
    "id": "r-1",
    "name": "老年卡",
    "needs": ["card_type"],
    "when": {"card_type": ["senior"]},
    "items": ["ga-001"],
    "reason": "因为您的卡是老年卡",
    "basis": "老年人权益保障法第五章",
}


def about(changes: dict[str, object], *more: Record) -> list[str]:
    rule = validate({**RULE, **changes})
    return [finding.rule for finding in lint([rule, guide(), ORG, PLACE, *more]) if finding.kind == "rule"]


ABOUT: list[tuple[dict[str, object], str | None]] = [
    ({}, None),
    ({"when": {"card_type": ["senior"], "cardtype": ["x"]}}, "unknown_condition"),
    ({"needs": [], "when": {}}, "rule_for_everybody"),
    ({"needs": ["card_type", "shoe_size"]}, "unknown_need"),
    ({"needs": ["card_type", "asked"]}, "unknown_need"),
    ({"needs": ["card_type", "asked:"]}, "unknown_need"),
    ({"needs": ["card_type", "age"]}, "need_without_condition"),
    ({"needs": ["card_type", "asked:student"]}, "need_without_condition"),
    ({"needs": []}, "condition_without_need"),
    ({"needs": ["card_type"], "when": {"card_type": ["senior"], "asked": ["x"]}}, "condition_without_need"),
    ({"needs": ["age"], "when": {"age": [60, 70], "age_months": [0, 719]}}, "ages_exclude_each_other"),
    ({"needs": ["age"], "when": {"age": [0, 12]}}, "rule_for_some_children"),
    ({"needs": ["age", "sex"], "when": {"age": [0, 13], "sex": "f"}}, "rule_for_some_children"),
    ({"needs": ["age"], "when": {"age": [0, 13]}}, None),
    ({"reason": "您的卡是老年卡"}, "reason_form"),
    ({"basis": None}, "missing_basis"),
    ({"items": []}, "rule_without_items"),
    ({"items": ["ga-001", "ga-001"]}, "item_twice"),
    ({"items": ["ga-001", "ga-999"]}, "dangling"),
    ({"items": ["ga-001", "org-a"]}, "item_not_guide"),
    ({"items": ["mz-001"]}, "delicate_item"),
    ({"items": ["mz-001"], "sensitive": True}, None),
]


@pytest.mark.parametrize(("changes", "rule"), ABOUT)
def test_rules_for_rules(changes: dict[str, object], rule: str | None) -> None:
    wedding = validate({**GOOD, "id": "mz-001", "name": "结婚登记"})
    assert about(changes, wedding) == ([] if rule is None else [rule])


def test_every_rule_for_rules_can_be_said_in_every_language() -> None:
    bad = [
        validate(
            {**RULE, "when": {"agee": 3}, "needs": ["x", "age"], "items": ["org-a", "mz-001"], "reason": "您好呀"}
        ),
        validate({**RULE, "id": "r-2", "needs": [], "items": ["ga-001", "ga-001"], "basis": None}),
        validate({**RULE, "id": "r-3", "needs": [], "when": {}, "items": []}),
        validate({**RULE, "id": "r-4", "needs": ["age"], "when": {"age": [9, 9], "age_months": [0, 1]}}),
        validate({**RULE, "id": "r-5", "needs": ["age"], "when": {"age": [9, 9]}}),
        validate({**GOOD, "id": "mz-001", "name": "结婚登记"}),
    ]
    found = [finding for finding in lint([*bad, guide(), ORG, PLACE]) if finding.kind == "rule"]
    assert len({finding.rule for finding in found}) == 13
    for finding in found:
        for lang in LANGUAGES:
            message = finding.message(Phrases(lang))
            assert not message.startswith("lint.") and "{" not in message


STOP, WARN, NOTE = Level.STOP, Level.WARN, Level.NOTE
CHARGED = {"charged": True, "text": "20 元"}

GUIDES: list[tuple[dict[str, object], str, str, Level]] = [
    ({"immediate": False}, "missing_limit", "promised_limit", WARN),
    ({"fee": {**CHARGED, "items": [{"name": "工本费", "standard": "按规定"}]}}, "fee_item_without_standard",
     "fee.items.0.standard", WARN),
    ({"fee": CHARGED}, "fee_without_basis", "fee.basis", NOTE),
    ({"fee": CHARGED}, "fee_without_items", "fee.items", NOTE),
    ({"fee": CHARGED}, "online_payment_unknown", "fee.online_payment", NOTE),
    ({"fee": {"charged": False, "text": "不收费", "online_payment": True}}, "payment_without_fee",
     "fee.online_payment", WARN),
    ({"materials": [{"name": "照片", "copies": 1}]}, "material_without_type", "materials.0.type", NOTE),
    ({"materials": [{"name": "申请表", "type": "form", "originals": 1}]}, "form_without_blank",
     "materials.0.blank", NOTE),
    ({"online_depth": 4}, "online_yet_visits", "visits", STOP),
    ({"visit_reason": None}, "visit_without_reason", "visit_reason", NOTE),
    ({"visits": 0, "channels": ["online"], "visit_reason": "要按手印"}, "reason_without_visit", "visit_reason", WARN),
    ({"result": {"name": "居住证", "kind": "money"}}, "result_kind", "result.name", WARN),
    ({"result": {"name": "同意批复", "kind": "certificate"}}, "result_kind", "result.name", WARN),
    ({"result": {"name": "居住证", "kind": "certificate"}}, "result_without_sample", "result.sample", NOTE),
    ({"type": "01"}, "permit_few_steps", "steps", NOTE),
    ({"type": "01"}, "permit_without_faq", "faq", NOTE),
    ({"eligibility": ["字" * 49]}, "long_sentence", "eligibility.0", NOTE),
    ({"eligibility": ["申请人须自批准之日起领取"]}, "hard_word", "eligibility.0", NOTE),
    ({"materials": [{"name": "长" * 41, "originals": 1}]}, "too_long", "materials.0.name", NOTE),
    ({"valid_from": "2026-12-02", "valid_until": "2026-12-01"}, "dates_backwards", "valid_from", STOP),
    ({"verified_on": "2026-11-22"}, "verified_in_future", "verified_on", WARN),
    ({"verified_fields": {"phone": {"on": "2025-01-01"}}}, "stale", "verified_fields.phone.on", WARN),
    ({"codes": [{"scheme": "gbt39554-implementation", "code": "123"}]}, "code_form", "codes.0.code", WARN),
    ({"phone": {"enquiry": "0535-6000001", "complaint": "0535-6000001"}}, "same_phone", "phone.complaint", WARN),
    ({"aliases": ["上户口", "出生登记"]}, "alias_is_name", "aliases.1", WARN),
    ({"aliases": [f"叫法{n}" for n in range(9)]}, "many_aliases", "aliases", WARN),
    ({"themes": ["person:010", "legal:005"]}, "theme_for_other_audience", "themes.1", WARN),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "rule", "field", "level"), GUIDES)
def test_a_check_names_the_field_and_how_much_it_matters(
    changes: dict[str, object], rule: str, field: str, level: Level
) -> None:
    assert (rule, field, level) in found(guide(**changes))
    assert (rule, field, level) not in found(guide())


def test_notes_are_told_when_asked_for() -> None:
    record = guide(fee=CHARGED, materials=[{"name": "照片", "copies": 1}])
    assert rules(record) == []
    assert set(rules(record, least=NOTE)) == {
        "fee_without_basis", "fee_without_items", "online_payment_unknown", "material_without_type",
    }  # fmt: skip
    assert rules(guide(fee=None, online_depth=4), least=STOP) == ["online_yet_visits"]


@pytest.mark.parametrize(
    "good",
    [
        {"immediate": False, "promised_limit": {"days": 3}, "legal_limit": {"days": 5, "unit": "calendar"}},
        {"visits": 0, "visit_reason": None, "online_depth": 4, "channels": ["online"]},
        {"visits": 0, "visit_reason": None, "channels": ["mail"]},
        {"fee": {**CHARGED, "items": [{"name": "工本费", "standard": "每证 20 元"}]}},
        {"result": {"name": "参保凭证", "kind": "document"}},
        {"result": {"name": "居住证"}},
        {"phone": {"enquiry": "12345"}},
        {"codes": [{"scheme": "gbt39554-implementation", "code": "1" * 31}, {"scheme": "city", "code": "7"}]},
        {"materials": [{"name": "照片", "form": "electronic"}]},
        {"valid_from": "2026-01-01", "valid_until": "2026-01-01"},
    ],
)
def test_what_is_in_order_is_left_alone(good: dict[str, object]) -> None:
    assert rules(guide(**good), today=dt.date(2026, 1, 1)) == []


HOURS = {"days": "MO-FR", "open": "09:00", "close": "17:00"}
PLACES: list[tuple[dict[str, object], str, str]] = [
    ({"hours": [{**HOURS, "close": "08:00"}]}, "hours_backwards", "hours.0.open"),
    ({"hours": [{**HOURS, "close": "09:00"}]}, "hours_backwards", "hours.0.open"),
    ({"exceptions": [{"on": "2026-02-17", "open": "12:00", "close": "09:00"}]}, "hours_backwards", "exceptions.0.open"),
    ({"exceptions": [{"on": "2026-02-17", "open": "12:00"}]}, "half_hours", "exceptions.0.open"),
    ({"exceptions": [{"on": "2026-02-17", "close": "12:00"}]}, "half_hours", "exceptions.0.open"),
    ({"exceptions": [{"on": "2026-02-17", "until": "2026-02-16"}]}, "dates_backwards", "exceptions.0.on"),
    ({"hours": [{**HOURS, "from": "2026-03-01", "until": "2026-02-01"}]}, "dates_backwards", "hours.0.from"),
]


@pytest.mark.parametrize(("changes", "rule", "field"), PLACES)
def test_hours_that_cannot_be_kept_are_stopped(changes: dict[str, object], rule: str, field: str) -> None:
    place = validate({**PLACE.model_dump(mode="json", by_alias=True, exclude_none=True), "id": "pl-x", **changes})
    assert found(place, least=WARN) == {(rule, field, STOP)}


def test_a_season_may_go_round_the_end_of_the_year() -> None:
    seasons = [{**HOURS, "from": "11-15", "until": "03-15"}, {**HOURS, "from": "2026-02-01", "until": "2026-02-01"}]
    place = {**PLACE.model_dump(mode="json", exclude_none=True), "hours": seasons, "exceptions": [{"on": "2026-01-01"}]}
    assert rules(validate(place)) == []


def event(*steps: dict[str, object]) -> Record:
    questions = [{"id": "q", "ask": "几个？", "options": [{"id": "one", "text": "一"}, {"id": "two", "text": "二"}]}]
    return validate(
        {"kind": "life_event", "id": "le-1", "name": "生孩子", "questions": questions, "steps": list(steps)}
    )


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        ([{"guide": "ga-001", "when": {"q": ["one"]}}, {"guide": "ga-002", "after": ["ga-001"]}], set()),
        (
            [{"guide": "ga-001", "after": ["ga-002"]}, {"guide": "ga-002", "after": ["ga-001"]}],
            {("after_circle", "steps", STOP)},
        ),
        ([{"guide": "ga-001", "after": ["ga-002"]}], {("after_not_a_step", "steps.0.after", WARN)}),
        ([{"guide": "ga-001", "when": {"q": ["three"]}}], {("unknown_answer", "steps.0.when", STOP)}),
        ([{"guide": "ga-001", "when": {"p": ["one"]}}], {("unknown_answer", "steps.0.when", STOP)}),
    ],
)
def test_steps_of_a_life_event(steps: list[dict[str, object]], wanted: set[tuple[str, str, Level]]) -> None:
    assert found(event(*steps), guide(), guide(id="ga-002", name="参保")) == wanted


def test_days_of_a_calendar() -> None:
    year = {"kind": "calendar", "id": "cal", "name": "2026", "year": 2026, "off": ["2026-01-01", "2027-01-01"]}
    assert found(validate({**year, "work": ["2026-01-01"]})) == {
        ("date_of_other_year", "off.1", WARN),
        ("off_and_work", "work", STOP),
    }


def test_one_code_means_one_item_and_stands_in_its_list() -> None:
    lists = [
        validate({"kind": "codelist", "id": f"cl-{at}", "name": "表", "list": name, "version": "1",
                  "entries": [{"code": code, "name": "名"}]})
        for at, (name, code) in enumerate({"task_type": "07", "use_level": "3", "person_theme": "010"}.items())
    ]  # fmt: skip
    code = {"scheme": "city", "code": "7"}
    first = guide(codes=[code], type="07", use_level="3", power_source="9")
    second = guide(
        id="ga-002", name="参保", codes=[code], type="20", use_level="4", themes=["person:010", "person:085"]
    )
    home = validate(
        {"kind": "home", "id": "h", "name": "首页", "tiles": [{"label": "甲", "icon": "a", "themes": ["person:001"]}]}
    )
    assert found(first, second, home, *lists, least=WARN) == set()
    assert found(second, home, *lists, first, least=WARN) >= {
        ("code_not_in_list", "type", WARN),
        ("code_not_in_list", "use_level", WARN),
        ("code_not_in_list", "themes.1", WARN),
    }
    assert found(home, *lists) == {("code_not_in_list", "tiles.0.themes", WARN)}
    (collision,) = (one for one in lint([first, second, ORG, PLACE]) if one.rule == "code_collision")
    assert (collision.record, collision.field, dict(collision.values)) == (
        "ga-002",
        "codes.0",
        {"code": "7", "other": "guide ga-001"},
    )


def test_an_organisation_below_itself() -> None:
    orgs = [validate({"kind": "org", "id": id, "name": id, "parent": up}) for id, up in (("a", "b"), ("b", "a"))]
    (closing,) = (one for one in lint(orgs) if one.rule == "parent_circle")
    assert (closing.record, closing.field, dict(closing.values)) == ("b", "parent", {"way": "b → a → b"})


def test_every_rule_is_provoked_here_and_can_be_said_in_every_language() -> None:
    findings = provoked()
    assert {one.rule for one in findings} >= {check.rule for check in CHECKS} | {rule for rule, _, _ in TEXTS}
    assert {one.rule for one in findings} >= {*LEVELS, *RULE_LEVELS}
    for lang in LANGUAGES:
        say = Phrases(lang)
        for one in {one.rule: one for one in findings}.values():
            message = one.message(say)
            assert not message.startswith("lint.") and "{" not in message, (lang, one.rule)


def provoked() -> list[Finding]:
    """Everything that the cases of this file provoke, with what a guide, a fact and a rule can lack."""
    records: list[Record] = []
    cases = [*(case[0] for case in GUIDES), *(case[0] for case in FIRES)]
    records += (guide(**{"id": f"g-{at}", **changes}) for at, changes in enumerate(cases))
    records += (
        validate({**PLACE.model_dump(mode="json", by_alias=True, exclude_none=True), "id": f"pl-{at}", **changes})
        for at, (changes, _, _) in enumerate(PLACES)
    )
    records += (validate({**RULE, "id": f"r-{at}", **changes}) for at, (changes, _) in enumerate(ABOUT))
    records += [
        validate({"kind": "place", "id": "pl-bare", "name": "空"}),
        validate({"kind": "fact", "id": "f-1", "name": "几点", "question": "几点开", "answer": "字" * 61}),
        validate(
            {"kind": "calendar", "id": "c", "name": "年", "year": 2026, "off": ["2025-01-01"], "work": ["2025-01-01"]}
        ),
        event({"guide": "ga-001", "after": ["ga-001", "ga-003"], "when": {"p": ["x"]}}),
        guide(valid_until="2026-01-01", verified_on="2024-01-01"),
    ]
    return lint([*records, ORG, PLACE], today=DAY, least=NOTE)
