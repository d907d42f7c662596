from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, strategies as st

from domain.errors import Code, RecordError
from domain.records import canonical_line, digest, digest_of_lines
from domain.records.changes import LONGEST, Change, applied, diff, fingerprint, parse, patched

Record = dict[str, Any]

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT
VALUE = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=6
)
FIELD = st.sampled_from(["name", "aliases", "summary", "入口", "a b", "set", "op"])
KEY = st.tuples(st.sampled_from(["guide", "org", "Zone", "\uff21"]), st.sampled_from(["a", "a-1", "b", "zz", "é"]))
RECORDS = st.dictionaries(KEY, st.dictionaries(FIELD, VALUE, max_size=5), max_size=8)


def lines(records: dict[tuple[str, str], Record]) -> list[bytes]:
    raws = [{**fields, "kind": kind, "id": id} for (kind, id), fields in records.items()]
    return [canonical_line(raw) for raw in sorted(raws, key=lambda raw: (raw["kind"], raw["id"]))]


def canonical_keys(records: dict[tuple[str, str], Record]) -> bool:
    """Keys are compared in canonical order, so they must be in normal form."""
    found = [(json.loads(line)["kind"], json.loads(line)["id"]) for line in lines(records)]
    return found == sorted(set(found))


@given(RECORDS.filter(canonical_keys), RECORDS.filter(canonical_keys))
def test_the_changes_lead_from_any_records_to_any_others(
    old: dict[tuple[str, str], Record], new: dict[tuple[str, str], Record]
) -> None:
    before, after = lines(old), lines(new)
    written = list(diff(before, after))
    reached = list(applied(before, parse(written)))
    assert reached == after
    assert digest_of_lines(reached) == digest([{**fields, "kind": k, "id": i} for (k, i), fields in new.items()])
    assert [change.line() for change in parse(written)] == written
    assert bool(written) == (before != after)


def written(old: Iterable[Record], new: Iterable[Record]) -> list[Record]:
    return [json.loads(line) for line in diff(map(canonical_line, old), map(canonical_line, new))]


LONG = "先取号，再到窗口，带好原件和复印件各一份。" * 4
OLD = {"kind": "guide", "id": "g-1", "name": "补领", "summary": LONG, "steps": [{"name": "取号"}], "visits": 1}


def test_a_changed_field_is_a_short_patch_with_the_digest_of_its_base() -> None:
    new = {key: value for key, value in OLD.items() if key != "steps"} | {"visits": 2}
    (change,) = written([OLD], [new])
    assert change == {
        "op": "patch",
        "kind": "guide",
        "id": "g-1",
        "base": fingerprint(canonical_line(OLD)),
        "set": {"visits": 2},
        "unset": ["steps"],
    }
    assert len(change["base"]) == 32


def test_a_value_of_another_type_is_a_change() -> None:
    """True and 1 are equal for Python, not for whoever reads the record."""
    (change,) = written([{**OLD, "visits": 1}], [{**OLD, "visits": True}])
    assert change["set"] == {"visits": True}


def test_what_is_new_stands_there_in_full_and_what_is_gone_leaves_a_tombstone() -> None:
    org = {"kind": "org", "id": "org-1", "name": "市公安局"}
    assert written([OLD], [org]) == [
        {"op": "drop", "kind": "guide", "id": "g-1"},
        {"op": "put", "kind": "org", "id": "org-1", "set": {"name": "市公安局"}},
    ]


def test_a_record_that_is_quite_another_one_is_put_whole() -> None:
    (change,) = written([OLD], [{"kind": "guide", "id": "g-1", "name": "换领"}])
    assert change == {"op": "put", "kind": "guide", "id": "g-1", "set": {"name": "换领"}}


@pytest.mark.parametrize("turned", [(True, False), (False, True)])
def test_lines_out_of_order_are_refused(turned: tuple[bool, bool]) -> None:
    sound = [canonical_line({"kind": "org", "id": id}) for id in ("a", "b")]
    sides = [list(reversed(sound)) if turn else sound for turn in turned]
    with pytest.raises(RecordError) as caught:
        list(diff(sides[0], [*sides[1], canonical_line({"kind": "org", "id": "c"})]))
    assert caught.value.code is Code.RECORD_INVALID
    with pytest.raises(RecordError):
        list(diff([], [sound[0], sound[0]]))
    with pytest.raises(RecordError):
        list(diff([b"[]\n"], []))


def test_a_patch_for_another_base_is_refused() -> None:
    (line,) = diff([canonical_line(OLD)], [canonical_line({**OLD, "visits": 2})])
    (change,) = parse([line])
    other = canonical_line({**OLD, "visits": 3})
    for held in (other, None):
        with pytest.raises(RecordError) as caught:
            patched(held, change)
        assert caught.value.code is Code.DIGEST_DIFFERS
        assert caught.value.problems[0].startswith("guide g-1: ")
    with pytest.raises(RecordError) as caught:
        list(applied([], [Change("guide", "g-1", "drop")]))
    assert caught.value.code is Code.DIGEST_DIFFERS
    with pytest.raises(RecordError) as caught:
        patched(canonical_line(OLD), Change("guide", "g-1", "patch", {}, ("phone",), fingerprint(canonical_line(OLD))))
    assert caught.value.code is Code.RECORD_INVALID


SOUND = {"op": "put", "kind": "org", "id": "b", "set": {"name": "x"}}
PATCH = {"op": "patch", "kind": "org", "id": "b", "base": "0" * 32, "set": {"name": "x"}}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"", Code.RECORD_UNREADABLE),
        (b"[]", Code.RECORD_UNREADABLE),
        (b'{"op":"put","op":"drop","kind":"org","id":"b","set":{}}', Code.RECORD_UNREADABLE),
        (b'{"op":"put","kind":"org","id":"b","set":{"n":NaN}}', Code.RECORD_UNREADABLE),
        (b'{"op":"put","kind":"org","id":"b","set":{"n":' + b"1" * 5000 + b"}}", Code.RECORD_UNREADABLE),
        (b'{"op":"put","kind":"org","id":"b","set":{"n":"' + b"1" * LONGEST + b'"}}', Code.RECORD_UNREADABLE),
        (SOUND | {"op": "move"}, Code.RECORD_INVALID),
        (SOUND | {"op": ["put"]}, Code.RECORD_INVALID),
        (SOUND | {"kind": 3}, Code.RECORD_INVALID),
        (SOUND | {"id": ""}, Code.RECORD_INVALID),
        (SOUND | {"more": 1}, Code.RECORD_INVALID),
        (SOUND | {"base": "0" * 32}, Code.RECORD_INVALID),
        (SOUND | {"set": {"id": "c"}}, Code.RECORD_INVALID),
        (SOUND | {"set": {"name": None}}, Code.RECORD_INVALID),
        (SOUND | {"set": []}, Code.RECORD_INVALID),
        ({"op": "put", "kind": "org", "id": "b"}, Code.RECORD_INVALID),
        ({"op": "drop", "kind": "org", "id": "b", "set": {"name": "x"}}, Code.RECORD_INVALID),
        (PATCH | {"base": "0" * 31 + "G"}, Code.RECORD_INVALID),
        (PATCH | {"base": "0" * 31}, Code.RECORD_INVALID),
        (PATCH | {"set": {}}, Code.RECORD_INVALID),
        (PATCH | {"unset": ["name"]}, Code.RECORD_INVALID),
        (PATCH | {"unset": ["kind"]}, Code.RECORD_INVALID),
        (PATCH | {"unset": ["a", "a"]}, Code.RECORD_INVALID),
        (PATCH | {"unset": "a"}, Code.RECORD_INVALID),
        (PATCH | {"unset": [1]}, Code.RECORD_INVALID),
        (PATCH | {"set": {str(number): 1 for number in range(1001)}}, Code.RECORD_INVALID),
        (SOUND | {"id": "a"}, Code.RECORD_INVALID),
        (SOUND | {"kind": "guide", "id": "x"}, Code.RECORD_INVALID),
    ],
)
def test_what_is_no_change_is_refused_by_its_line(line: bytes | Record, code: Code) -> None:
    first = canonical_line({"op": "drop", "kind": "org", "id": "a"})
    second = line if isinstance(line, bytes) else json.dumps(line).encode()
    found: list[Change] = []
    with pytest.raises(RecordError) as caught:
        found.extend(parse([first, second], name="delta"))
    assert caught.value.code is code
    assert caught.value.problems[0].startswith("delta:2: ")
    assert found == [Change("org", "a", "drop")]
