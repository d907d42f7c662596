"""Each lint rule fires on what it is for and stays quiet on a good record."""

from __future__ import annotations

import datetime as dt

import pytest

from domain.lint import Level, lint
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
    "materials": [{"name": "出生医学证明", "originals": 1}],
    "steps": [{"name": "取号"}],
    "immediate": True,
    "visits": 1,
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


def rules(*records: Record, today: dt.date | None = None) -> list[str]:
    return [finding.rule for finding in lint([*records, ORG, PLACE], today=today)]


def guide(**changes: object) -> Record:
    return validate({**GOOD, **changes})


def test_a_good_guide_has_no_findings() -> None:
    assert rules(guide(), today=dt.date(2026, 11, 21)) == []


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
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
    ],
)
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


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
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
    ],
)
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
