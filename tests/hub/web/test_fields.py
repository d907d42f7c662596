"""Records as forms and forms as records, without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from domain.records import KINDS, validate
from hub.differences import diff_fields
from hub.web.bound import Binder, ids_in
from hub.web.faults import faults, faults_of_line
from hub.web.fields import LONG_LIST, Field, Widget, field_at, fields_of, origins, record_of, sections_of, shown
from phrases import Phrases
from tests.hub.conftest import guide

SAY = Phrases(domain="hub")


def filled(fields: Sequence[Field], raw: Mapping[str, Any], above: str = "") -> dict[str, list[str]]:
    """What a browser sends back of an untouched form: every field, line ends as on the wire, one spare row a list."""
    sent: dict[str, list[str]] = {}
    for field in fields:
        value, path = raw.get(field.name), above + field.name
        if field.widget is Widget.GROUP:
            sent |= filled(field.fields, value or {}, f"{path}.")
        elif field.widget is Widget.ROWS:
            entries = [*(value or []), {}]
            for number, entry in enumerate(entries):
                sent |= filled(field.fields, entry, f"{path}.{number}.")
                sent[f"{path}.{number}._at"] = [str(number) if number < len(entries) - 1 else ""]
                sent[f"{path}.{number}._order"] = [str(number + 1)]
        elif field.widget is Widget.CHOICES:
            sent[path] = shown(field, value).split("\n") if value else []
        elif field.widget is Widget.FLAG:
            if value:
                sent[path] = ["yes"]
        else:
            sent[path] = [shown(field, value).replace("\n", "\r\n")]
    return sent


def sent_of(raw: Mapping[str, Any]) -> dict[str, list[str]]:
    return filled(fields_of(str(raw["kind"])), raw)


def city(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.open(encoding="utf-8")]


def test_an_untouched_form_changes_no_record_of_the_city(sample_city: Path) -> None:
    records = city(sample_city)
    assert {raw["kind"] for raw in records} >= {"guide", "fact", "place", "rule", "life_event", "home", "translation"}
    for raw in records:
        assert record_of(raw["kind"], raw, sent_of(raw)) == raw


def test_a_form_filled_by_hand_makes_the_same_record(sample_city: Path) -> None:
    for raw in city(sample_city):
        made = record_of(raw["kind"], {"kind": raw["kind"], "id": raw["id"]}, sent_of(raw))
        assert validate(made) == validate(raw), raw["id"]


def test_every_field_of_every_kind_is_in_one_section_and_has_chinese_words() -> None:
    for kind in KINDS:
        names = [field.name for section in sections_of(kind) for field in section.fields]
        assert sorted(names) == sorted(field.name for field in fields_of(kind))
        assert {"kind", "id"}.isdisjoint(names)
    form = Binder(SAY, Phrases()).form("rule", {"kind": "rule"})
    labels = [one.label for part in form.parts for one in part.fields]
    assert all(any("\u4e00" <= character <= "\u9fff" for character in label) for label in labels), labels


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_label_and_choice_is_said_in_chinese(kind: str) -> None:
    pending = [one for part in Binder(SAY, Phrases()).form(kind, {"kind": kind}).parts for one in part.fields]
    while pending:
        one = pending.pop()
        pending.extend(one.fields)
        for words in (one.label, *(option.words for option in one.options)):
            assert any("\u4e00" <= character <= "\u9fff" for character in words), (kind, one.path, words)


def test_one_changed_field_is_the_only_difference() -> None:
    raw = guide(phone={"enquiry": "0535-6000001", "complaint": "0535-6000002", "hours": "9-17"}, later={"x": [1]})
    sent = sent_of(raw) | {"phone.complaint": ["0535-6000009"]}
    made = record_of("guide", raw, sent)
    assert [(one.path, one.old, one.new) for one in diff_fields(raw, made)] == [
        ("phone.complaint", "0535-6000002", "0535-6000009")
    ]
    assert made["later"] == {"x": [1]} and made["phone"]["hours"] == "9-17"


def test_rows_are_ordered_taken_out_and_added_and_keep_what_the_form_does_not_know() -> None:
    raw = guide(
        materials=[
            {"name": "身份证", "originals": 1, "later": "a"},
            {"name": "照片", "copies": 2, "later": "b"},
            {"name": "户口簿", "originals": 1, "later": "c"},
        ]
    )
    sent = sent_of(raw) | {
        "materials.0._order": ["9"],
        "materials.1._drop": ["yes"],
        "materials.3.name": ["申请表"],
        "materials.3.source": ["counter"],
        "materials.3.originals": ["1"],
    }
    made = record_of("guide", raw, sent)
    assert made["materials"] == [
        {"name": "户口簿", "originals": 1, "later": "c"},
        {"name": "申请表", "source": "counter", "originals": 1},
        {"name": "身份证", "originals": 1, "later": "a"},
    ]
    assert origins("guide", sent)["materials"] == ["2", "", "0"]


def test_what_is_emptied_is_gone() -> None:
    raw = guide(
        fee=None, summary="一句话", immediate=True, promised_limit={"days": 3}, aliases=["甲", "乙"], sample=True
    )
    sent = sent_of(raw) | {
        "summary": [" "],
        "immediate": [""],
        "promised_limit.days": [""],
        "aliases": ["\r\n"],
        "sample": [],
        "phone.enquiry": [""],
        "phone.complaint": [""],
        "materials.0.name": [""],
        "materials.0.originals": [""],
    }
    made = record_of("guide", raw, sent)
    assert made == {key: raw[key] for key in ("kind", "id", "name", "department")}


@pytest.mark.parametrize(
    ("path", "typed", "words"),
    [
        ("name", "", "必须写"),
        ("name", "长" * 201, "太长了，最多 200 个字"),
        ("visits", "两次", "要写数字"),
        ("visits", "1.5", "要写整数"),
        ("visits", "21", "最大 20"),
        ("verified_on", "11月20日", "日期写成 2026-11-20 这样"),
        ("department", "org MZ", "只用小写字母、数字和短横，最多 64 个"),
        ("type", "7", "要写两位数字"),
        ("coverage", "world", "要从列出的里面选"),
        ("fee.charged", "yes", None),
        ("materials.0.originals", "-1", "最小 0"),
        ("themes", "person:010\nchild", "主题写成 person:010 或 legal:010 这样"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_stays_as_it_was_typed(
    path: str, typed: str, words: str | None
) -> None:
    raw = guide(fee=None)
    made = record_of("guide", raw, sent_of(raw) | {path: [typed]})
    found = {fault.path: fault.words for fault in faults(made, SAY)}
    if words is None:
        assert found == {"fee.text": "必须写"}
        return
    bare = path if path != "themes" else "themes.1"
    assert found == {bare: words}
    form = Binder(SAY, Phrases()).form("guide", made, faults=faults(made, SAY))
    bound = next(one for part in form.parts for one in part.fields if one.path == path.partition(".")[0])
    assert bound.stops and [remark.words for remark in bound.everything()] == [words]
    assert typed in (bound.text, *(cell.text for row in bound.rows for cell in row.cells))
    assert form.stops == 1


def test_broken_json_in_a_field_is_said_and_shown_again() -> None:
    raw = {"kind": "translation", "id": "t-1", "name": "x", "of": "ga-001", "lang": "en", "fields": {"name": "Birth"}}
    made = record_of("translation", raw, sent_of(raw) | {"fields": ['{"name": ']})
    assert [(one.path, one.words) for one in faults(made, SAY)] == [("fields", "写法不对，要有名称和内容")]
    field = field_at("translation", "fields")
    assert field is not None and shown(field, made["fields"]) == '{"name":'
    made = record_of("translation", raw, sent_of(raw) | {"fields": ['{"name": "Born"}']})
    assert made["fields"] == {"name": "Born"}


def test_faults_never_repeat_what_was_written() -> None:
    line = json.dumps({"kind": "guide", "id": "x", "name": "110101199003070011" * 20}).encode()
    told = [fault.sentence(SAY) for fault in faults_of_line(line, SAY)]
    assert told == ["名称：太长了，最多 200 个字", "所属部门：必须写"]
    assert [fault.words for fault in faults_of_line(b'{"kind": ', SAY)] == ["这一行不是一条完整的记录"]


def test_names_behind_ids_are_looked_up_and_a_lost_one_is_told() -> None:
    raw = guide(places=["pl-1", "pl-2"], accepting_office="pl-1", related=["x-9"])
    assert ids_in("guide", raw) == ["org-mz", "pl-1", "pl-2", "x-9"]
    form = Binder(SAY, Phrases()).form("guide", raw, called={"pl-1": ("place/pl-1", "一号厅")})
    held = {one.path: one for part in form.parts for one in part.fields}
    assert [(ref.id, ref.name) for ref in held["places"].references] == [("pl-1", "一号厅"), ("pl-2", "")]
    assert [ref.name for ref in held["accepting_office"].references] == ["一号厅"]


def test_the_live_text_is_offered_only_where_something_is_wrong() -> None:
    from domain.lint import Finding, Level

    raw = guide(phone={"enquiry": "0535-6000001", "complaint": "0535-6000001"})
    wrong = Finding("guide", "mz-001", "phone.complaint", "same_phone", Level.WARN)
    form = Binder(SAY, Phrases()).form("guide", raw, findings=[wrong], live=guide())
    (phone,) = next(part.fields for part in form.parts if part.key == "phone")
    assert {one.path: one.live for one in phone.fields} == {"phone.enquiry": "", "phone.complaint": "0535-6000002"}
    assert (form.stops, form.notes) == (0, 1)


def test_a_finding_without_a_field_stands_above_the_form() -> None:
    from domain.lint import Finding, Level

    loose = Finding("guide", "mz-001", "nowhere.0", "markup", Level.STOP)
    form = Binder(SAY, Phrases()).form("guide", guide(), findings=[loose])
    assert [one.words for one in form.loose] == ["里面有网页代码"] and form.stops == 1


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_form_has_more_fields_than_a_server_takes(kind: str) -> None:
    full: dict[str, Any] = {"kind": kind}
    for field in fields_of(kind):
        if field.widget is Widget.ROWS:
            full[field.name] = [{} for _ in range(LONG_LIST)]
    tokens_and_buttons = 10
    assert sum(max(1, len(values)) for values in sent_of(full).values()) + tokens_and_buttons < 1000
