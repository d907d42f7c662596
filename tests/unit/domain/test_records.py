"""The record format: what is accepted, what is refused and how it is said, one canonical form, one digest."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from domain.errors import Code, RecordError
from domain.lint import Level, lint
from domain.records import (
    KINDS,
    Guide,
    Line,
    Place,
    Unknown,
    canonical,
    canonical_line,
    dangling,
    digest,
    read,
    references,
    validate,
)
from domain.records.codec import MAX_LINE
from domain.records.coherence import Coherence
from domain.records.references import without

FIXTURE = Path(__file__).with_name("format1.jsonl")
FIXTURE_DIGEST = "23fb16249c5f42557f05f93052d07aa83f208a0817c54763807d65defce1c9d7"
"""Of format 1, for ever: a change here is a new format."""

LATER = Path(__file__).with_name("format1b.jsonl")
LATER_DIGEST = "2bdcf3335c170430755f31599f649094d36149687c7d4b805b76a543ffee5504"
"""Of the fields that came to format 1 later; for ever, too."""

GUIDE = {"kind": "guide", "id": "a-1", "name": "一件事", "department": "org-a"}


def lines(*objects: object) -> list[bytes]:
    return [json.dumps(item, ensure_ascii=False).encode() if not isinstance(item, bytes) else item for item in objects]


def problems(*objects: object) -> tuple[Code, tuple[str, ...]]:
    with pytest.raises(RecordError) as caught:
        list(read(lines(*objects), name="f.jsonl"))
    return caught.value.code, caught.value.problems


def fixture() -> list[Line]:
    with FIXTURE.open("rb") as stream:
        return list(read(stream, name=FIXTURE.name))


def test_format_1_still_reads_and_has_the_digest_it_always_had() -> None:
    held = fixture()
    assert {line.record.kind for line in held} == {*KINDS, "weather"}
    assert digest(line.raw for line in held) == FIXTURE_DIGEST
    assert dangling(line.record for line in held) == []


def test_the_fields_that_came_later_still_read() -> None:
    with LATER.open("rb") as stream:
        held = list(read(stream, name=LATER.name))
    assert digest(line.raw for line in held) == LATER_DIGEST
    assert [line.record.model_extra for line in held] == [{}] * len(held)
    org, place, guide, _ = (line.record for line in held)
    assert isinstance(guide, Guide) and isinstance(place, Place)
    assert [(one.scheme, one.code[-3:], one.version) for one in guide.codes] == [
        ("gbt39554-implementation", "003", "1"),
        ("gbt39554-catalogue", "003", "2"),
    ]
    assert guide.fee is not None and guide.fee.items[0].reduction == "低保户免收"
    assert guide.legal_basis[0].in_force_on == dt.date(2004, 1, 1)
    assert [one.until for one in place.exceptions] == [None, dt.date(2027, 1, 1)]
    assert org.verified_on == dt.date(2026, 11, 1)


def test_a_field_is_verified_by_itself_or_with_what_is_around_it_or_with_the_record() -> None:
    with LATER.open("rb") as stream:
        org = next(read(stream)).record
    days = {field: org.verification(field) for field in ("phone", "sections.0.name", "sections.1", "name")}
    assert {field: one and (one.on.day, one.by) for field, one in days.items()} == {
        "phone": (20, "org-a"),
        "sections.0.name": (2, None),
        "sections.1": (1, "org-a"),
        "name": (1, "org-a"),
    }
    assert validate(GUIDE).verification("phone.enquiry") is None


def test_the_digest_does_not_depend_on_order_spacing_or_key_order() -> None:
    raws = [line.raw for line in fixture()]
    shuffled = [dict(reversed(list(raw.items()))) for raw in reversed(raws)]
    assert digest(shuffled) == FIXTURE_DIGEST
    assert canonical(shuffled) == canonical(raws)


def test_unknown_fields_and_unknown_kinds_survive() -> None:
    by_kind = {line.record.kind: line for line in fixture()}
    guide = by_kind["guide"].record
    assert guide.model_extra == {"next_field": {"kept": ["as", 1, "wrote"]}}
    again = json.loads(canonical_line(by_kind["guide"].raw))
    assert again["next_field"] == {"kept": ["as", 1, "wrote"]}
    assert by_kind["weather"].record.model_extra == {"anything": [1, 2.5, None, {"deep": True}]}


def test_a_guide_needs_only_four_fields() -> None:
    record = validate(GUIDE)
    assert isinstance(record, Guide)
    assert record.materials == () and record.fee is None and record.alias is None


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        (b"{", Code.RECORD_UNREADABLE, "f.jsonl:2: not JSON"),
        (b"[1]", Code.RECORD_UNREADABLE, "f.jsonl:2: not a JSON object"),
        (b"\xff\xfe", Code.RECORD_UNREADABLE, "f.jsonl:2: not UTF-8 at byte 0"),
        (b'{"kind":"guide","kind":"fact"}', Code.RECORD_UNREADABLE, "field 'kind' is written twice"),
        (b'{"kind":"guide","id":"x","n":NaN}', Code.RECORD_UNREADABLE, "NaN is not a number of JSON"),
        (b'{"kind":"x","id":"y","n":1e999}', Code.RECORD_UNREADABLE, "1e999 is too large a number"),
        (b'{"kind":"x","id":"y","n":"\\ud800"}', Code.RECORD_UNREADABLE, "half a character"),
        (b'{"kind":"x","id":"y","n":[{"m":"a\\u0000"}]}', Code.RECORD_UNREADABLE, "n: a NUL character"),
        (b'{"kind":"x","id":"y","n":{"m\\u0000":1}}', Code.RECORD_UNREADABLE, "n: a NUL character"),
        (b"[" * 50_000, Code.RECORD_UNREADABLE, "f.jsonl:2: nested too deeply"),
        (
            b'{"kind":"x","id":"y","n":' + b"[" * 65 + b"]" * 65 + b"}",
            Code.RECORD_UNREADABLE,
            "f.jsonl:2: x y: nested too deeply",
        ),
        (b'{"kind":"x","id":"y","bad":"\\ud800"}', Code.RECORD_UNREADABLE, "f.jsonl:2: x y: bad: half a character"),
        (b"<!DOCTYPE html><html>", Code.RECORD_UNREADABLE, "f.jsonl:2: not JSON: this is a web page"),
        (
            b'{"kind":"guide","id":"g-7","summary":"' + b"x" * MAX_LINE + b'"}',
            Code.RECORD_UNREADABLE,
            f"f.jsonl:2: guide g-7: longer than {MAX_LINE} bytes, most of them in summary",
        ),
        ({**GUIDE, "id": "b", "verified_on": "2026-02-30"}, Code.RECORD_INVALID, "guide b: verified_on:"),
        ({**GUIDE, "id": "b", "verified_on": 20261101}, Code.RECORD_INVALID, "guide b: verified_on: a day is written"),
        ({**GUIDE, "id": "b", "summary": "x" * 900_000}, Code.RECORD_INVALID, "guide b: summary:"),
        ({"kind": 7, "id": "b"}, Code.RECORD_INVALID, "f.jsonl:2: b: record without a kind"),
        (b" " * 10 + b'"' + b"x" * MAX_LINE + b'"', Code.RECORD_UNREADABLE, f"longer than {MAX_LINE} bytes"),
        ({"id": "x"}, Code.RECORD_INVALID, "record without a kind"),
        ({**GUIDE, "id": "Ä"}, Code.RECORD_INVALID, "guide Ä: id:"),
        ({**GUIDE, "id": "b", "visits": -1}, Code.RECORD_INVALID, "guide b: visits:"),
        ({**GUIDE, "id": "b", "materials": [{"copies": 1}]}, Code.RECORD_INVALID, "guide b: materials.0.name:"),
        ({**GUIDE, "id": "b", "valid_from": "2026-13-01"}, Code.RECORD_INVALID, "guide b: valid_from:"),
        (GUIDE, Code.RECORD_DUPLICATE, "f.jsonl:2: guide a-1 stands already on line 1"),
    ],
)
def test_a_faulty_line_is_named_with_number_record_and_field(line: object, code: Code, says: str) -> None:
    got, told = problems(GUIDE, line)
    assert got is code
    assert says in told[0]


HOURS = {"days": "MO-FR", "open": "09:00", "close": "17:00"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": [{**HOURS, "close": "25:00"}]}, "hours.0.close"),
        ({"hours": [{**HOURS, "open": "24:01"}]}, "hours.0.open"),
        ({"hours": [{**HOURS, "from": "02-30"}]}, "hours.0.from"),
        ({"hours": [{**HOURS, "until": "2026-02-29"}]}, "hours.0.until"),
        ({"hours": [{**HOURS, "until": "04-31"}]}, "hours.0.until"),
        ({"exceptions": [{"on": "2026-02-30"}]}, "exceptions.0.on"),
        ({"exceptions": [{"on": "2026-02-28", "open": "9:00"}]}, "exceptions.0.open"),
    ],
)
def test_days_and_times_that_do_not_exist_are_refused(changes: dict[str, Any], field: str) -> None:
    _, told = problems({"kind": "place", "id": "pl-a", "name": "大厅", **changes})
    assert [problem.startswith(f"f.jsonl:1: place pl-a: {field}: ") for problem in told] == [True]


def test_a_leap_day_of_every_year_exists() -> None:
    record = validate({"kind": "place", "id": "pl-a", "name": "大厅", "hours": [{**HOURS, "from": "02-29"}]})
    assert isinstance(record, Place) and record.hours[0].season_from == "02-29"


def test_every_faulty_line_is_told_at_once_and_good_ones_come_through() -> None:
    seen: list[str] = []
    good = read(lines(b"{", GUIDE, b"x", {**GUIDE, "id": "ok"}), name="f")
    with pytest.raises(RecordError) as caught:
        seen.extend(line.record.id for line in good)
    assert seen == ["a-1", "ok"]
    assert [problem.split(":")[1] for problem in caught.value.problems] == ["1", "3"]


def test_a_flood_of_faults_is_cut_short_with_the_count() -> None:
    _, told = problems(*[b"{"] * 250)
    assert len(told) == 101
    assert told[-1] == "f.jsonl: and 150 more"


def test_byte_order_mark_blank_lines_and_line_ends_do_not_matter() -> None:
    text = b"\xef\xbb\xbf" + lines(GUIDE)[0] + b"\r\n\r\n  \n"
    assert [line.number for line in read(text.splitlines(keepends=True))] == [1]


def test_references_that_lead_nowhere_are_told() -> None:
    guide = validate({**GUIDE, "places": ["pl-x"], "related": ["a-1"]})
    assert dangling([guide]) == [
        "guide a-1: department: org-a is not here",
        "guide a-1: places: pl-x is not here",
    ]
    assert ("related", "a-1") in set(references(guide))


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=6))
def test_canonical_form_is_stable(extra: dict[str, Any]) -> None:
    raw = {**extra, "kind": "x", "id": "y"}
    once = canonical_line(raw)
    assert canonical_line(json.loads(once)) == once
    assert once.endswith(b"\n") and once.count(b"\n") == 1


WRITTEN = [json.loads(line) for path in (FIXTURE, LATER) for line in path.read_bytes().splitlines()]


@given(st.sampled_from(WRITTEN), st.data())
def test_any_value_in_any_field_is_taken_or_refused_by_name(raw: dict[str, Any], data: st.DataObject) -> None:
    model = KINDS.get(raw["kind"], Unknown)
    field = data.draw(st.sampled_from([info.alias or name for name, info in model.model_fields.items()]) | st.text())
    changed = {**raw, field: data.draw(json_values)}
    refused: RecordError | None = None
    try:
        record = validate(changed)
        lint([record], today=dt.date(2026, 11, 21), least=Level.NOTE)
        assert Coherence().add(record) is None or raw["kind"] in ("org", "life_event", "guide")
        left = without(record, changed, {target for _, target in references(record)})
        assert left is None or not list(references(validate(left)))
    except RecordError as error:
        refused = error
    assert refused is None or (refused.code is Code.RECORD_INVALID and all(": " in one for one in refused.problems))


@given(st.binary(max_size=300))
def test_any_bytes_are_either_read_or_refused_with_a_code(data: bytes) -> None:
    refused: RecordError | None = None
    try:
        list(read(data.split(b"\n")))
    except RecordError as error:
        refused = error
    assert refused is None or (refused.code.value.startswith("R-") and refused.problems)
