"""Bad input as it really comes: each fault is named by file, line, record and field, and nothing is built of it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st

from domain.errors import Code, RecordError
from domain.lint import Level, lint
from domain.records import digest, read
from domain.records.codec import MAX_LINE
from localdb.catalogue.build import LeftOut, build
from localdb.catalogue.file import prove
from tests.unit.localdb.conftest import MADE_AT, guide, lines, org, word

Raw = dict[str, Any]

SEED = Path(__file__).parents[4] / "shared" / "seeds" / "001_e6fc16e26672a527.txt"
"""An article that went through two wrong encodings and lost its markup on the way."""

PLACE = {"kind": "place", "id": "pl-1", "name": "大厅"}
SPAN = {"days": "MO-FR", "open": "09:00", "close": "17:00"}
CODE = {"scheme": "gbt39554-catalogue", "code": "442199806003"}


def event(*steps: Raw) -> Raw:
    return {"kind": "life_event", "id": "le-1", "name": "开餐馆", "steps": list(steps)}


def file_of(*records: Raw | bytes) -> list[bytes]:
    """The first line is an organisation; the faulty record stands on the last."""
    return [*lines(org()), *(one if isinstance(one, bytes) else lines(one)[0] for one in records)]


# What it is, the lines behind the first, code, what the last line's problem says.
REFUSED: list[tuple[str, list[Raw | bytes], Code, str]] = [
    ("a web page in place of JSON", [b"<!DOCTYPE html>"], Code.RECORD_UNREADABLE, "not JSON: this is a web page"),
    ("GBK", [b'{"kind":"org"}' + "乱".encode("gbk")], Code.RECORD_UNREADABLE, "not UTF-8 at byte 14"),
    (
        "a control character as it is",
        [b'{"kind":"org","id":"o","name":"a\x07b"}'],
        Code.RECORD_UNREADABLE,
        "org o: not JSON: Invalid control character at",
    ),
    (
        "a line without end",
        [b'{"kind":"guide","id":"g-1","summary":"' + b"a" * MAX_LINE + b'"}'],
        Code.RECORD_UNREADABLE,
        f"guide g-1: longer than {MAX_LINE} bytes, most of them in summary",
    ),
    (
        "a field of a megabyte",
        [guide("g-1", "补领", summary="a" * 1_000_000)],
        Code.RECORD_INVALID,
        "guide g-1: summary: ",
    ),
    (
        "the same id",
        [guide("g-1", "补领"), guide("g-1", "换领")],
        Code.RECORD_DUPLICATE,
        "guide g-1 stands already on line 2",
    ),
    (
        "the same code",
        [guide("g-1", "补领", codes=[CODE]), guide("g-2", "换领", codes=[{"scheme": "x", "code": "1"}, CODE])],
        Code.RECORD_DUPLICATE,
        "guide g-2: codes.1: the code is that of guide g-1 already",
    ),
    (
        "a day that is none",
        [guide("g-1", "补领", valid_until="2026-02-30")],
        Code.RECORD_INVALID,
        "guide g-1: valid_until: ",
    ),
    (
        "hours that are none",
        [{**PLACE, "hours": [{**SPAN, "close": "25:00"}]}],
        Code.RECORD_INVALID,
        "place pl-1: hours.0.close: ",
    ),
    (
        "a season that is none",
        [{**PLACE, "hours": [{**SPAN, "from": "02-30"}]}],
        Code.RECORD_INVALID,
        "place pl-1: hours.0.from: ",
    ),
    (
        "organisations below themselves",
        [org("org-b", "甲", parent="org-c"), org("org-c", "乙", parent="org-b")],
        Code.RECORD_CIRCLE,
        "org org-c: parent: goes round in a circle: org-c → org-b → org-c",
    ),
    (
        "steps that wait for each other",
        [
            guide("g-1", "补领"),
            guide("g-2", "换领"),
            event({"guide": "g-1", "after": ["g-2"]}, {"guide": "g-2", "after": ["g-1"]}),
        ],
        Code.RECORD_CIRCLE,
        "life_event le-1: steps.after: goes round in a circle: g-1 → g-2 → g-1",
    ),
    (
        "a reference to nothing",
        [guide("g-1", "补领", related=["g-9"])],
        Code.RECORD_DANGLING,
        "guide g-1: related: g-9 is not here",
    ),
]


@pytest.mark.parametrize(("records", "code", "says"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_fault_is_named_and_the_older_catalogue_stays(
    tmp_path: Path, records: list[Raw | bytes], code: Code, says: str
) -> None:
    out = tmp_path / "catalogue.db"
    out.write_bytes(b"the older one")
    source = tmp_path / "records.jsonl"
    source.write_bytes(b"\n".join(file_of(*records)))
    with pytest.raises(RecordError) as caught:
        build([source], out, revision=1, made_at=MADE_AT)
    assert caught.value.code is code
    (problem,) = caught.value.problems
    assert problem.startswith(f"records.jsonl:{len(records) + 1}: {says}")
    assert out.read_bytes() == b"the older one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["catalogue.db", "records.jsonl"]


UNCLEAN: list[tuple[str, str]] = [
    ("看&amp;amp;nbsp;这里", "markup"),
    ("第一行<br>第二行", "markup"),
    ("市民可以查询，?!?/p>", "mojibake"),
    ("????????", "mojibake"),
    ("公共服務(wù)網(wǎng)站", "mojibake"),
    ("é©¾é©¶è¯", "mojibake"),
    ("锟斤拷锟斤拷", "mojibake"),
    ("å±…æ°‘èº«ä»½è¯", "mojibake"),
    ("带上\x0b身份证", "control_characters"),
    ("带上\x85身份证", "control_characters"),
    ("带上\u200b身份证", "control_characters"),
    ("带上\ufffd身份证", "control_characters"),
    ("请找 37060219900101123X", "id_number"),
    ("请打 13800138000", "mobile_number"),
]


@pytest.mark.parametrize(("text", "rule"), UNCLEAN)
def test_residue_in_a_text_is_stopped_by_the_lint_with_record_and_field(text: str, rule: str) -> None:
    raws = lines(org(), guide("g-1", "补领", materials=[{"name": "照片", "copies": 1, "note": text}]))
    found = lint([line.record for line in read(raws)], least=Level.STOP)
    assert [(one.record, one.field, one.rule) for one in found] == [("g-1", "materials.0.note", rule)]


CLEAN = [
    "带身份证原件和复印件（A4）",
    "Café 拿铁 20 元",
    "0535-6000001，12345",
    "a < b 且 c > d",
    "AT&T",
    "真的吗？？？",
    "1 号线→2 号线",
    "乐(le)清",
]


@pytest.mark.parametrize("text", CLEAN)
def test_what_only_looks_odd_is_left_alone(text: str) -> None:
    assert (
        lint([line.record for line in read(lines(org(), guide("g-1", "补领", summary=text)))], least=Level.STOP) == []
    )


def test_the_article_that_was_broken_on_its_way_is_stopped() -> None:
    if not SEED.exists():
        pytest.skip("the article is not here")
    text = SEED.read_text("utf-8", "replace")
    paragraphs = [part for part in text.splitlines() if "?!?" in part or "/p>" in part]
    assert paragraphs
    for part in paragraphs:
        at = max(part.find("?!?"), part.find("/p>"))
        record = guide("g-1", "补领", special_procedure=part[max(0, at - 200) : at + 200])
        found = lint([line.record for line in read(lines(org(), record))], least=Level.STOP)
        assert {(one.field, one.rule) for one in found} & {
            ("special_procedure", "mojibake"),
            ("special_procedure", "markup"),
        }


# --- Going on without ----------------------------------------------------------------------------------------------


def kept(out: Path) -> dict[str, Raw]:
    with sqlite3.connect(out) as connection:
        rows = connection.execute("SELECT line FROM record").fetchall()
    connection.close()
    return {raw["id"]: raw for raw in (json.loads(line) for (line,) in rows)}


def without_faults(source: Any, out: Path) -> list[LeftOut]:
    told: list[LeftOut] = []
    info = build(source, out, revision=1, made_at=MADE_AT, leave_out=told.append)
    assert prove(out) == info
    assert info.digest == digest(kept(out).values())
    return told


@pytest.mark.parametrize(("records", "code"), [case[1:3] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_faulty_record_can_be_left_out(tmp_path: Path, records: list[Raw | bytes], code: Code) -> None:
    told = without_faults(file_of(*records), tmp_path / "catalogue.db")
    assert told[0].code is code
    assert told[0].place.startswith("records:")
    assert "org-a" in kept(tmp_path / "catalogue.db")
    again = build(
        file_of(*(kept(tmp_path / "catalogue.db").values())),
        tmp_path / "2.db",
        revision=1,
        made_at=MADE_AT,
        leave_out=told.append,
    )
    assert sum(again.counts.values()) == len(kept(tmp_path / "catalogue.db"))


def test_what_leads_to_something_left_out_goes_with_it_until_nothing_leads_nowhere(tmp_path: Path) -> None:
    out = tmp_path / "catalogue.db"
    records = [
        org(),
        {"kind": "org", "id": "org-b", "name": ""},
        guide("g-1", "甲", department="org-b"),
        guide("g-2", "乙", related=["g-1", "g-3"], verified_by="org-b", verified_on="2026-01-01"),
        guide("g-3", "丙"),
        {"kind": "translation", "id": "t-1", "name": "A", "of": "g-1", "lang": "en"},
        event({"guide": "g-3"}, {"guide": "g-1"}),
        {"kind": "topic", "id": "tp-1", "name": "题", "items": ["le-1", "g-3"]},
        {"kind": "home", "id": "h-1", "name": "首页", "life_events": ["le-1"],
         "tiles": [{"label": "甲", "icon": "a", "item": "g-1"}, {"label": "丙", "icon": "a", "item": "g-3"}]},
    ]  # fmt: skip
    told = without_faults(lines(*records), out)
    held = kept(out)
    assert set(held) == {"org-a", "g-2", "g-3", "tp-1", "h-1"}
    assert held["g-2"] == {**guide("g-2", "乙", related=["g-3"]), "verified_on": "2026-01-01"}
    assert held["tp-1"]["items"] == ["g-3"]
    assert held["h-1"]["life_events"] == [] and [tile["item"] for tile in held["h-1"]["tiles"]] == ["g-3"]
    assert {line for one in told for line in one.lines()} == {
        "records:2: org org-b: name: String should have at least 1 character: left out",
        "records:3: guide g-1: department: org-b is not here: left out",
        "records:4: guide g-2: verified_by: org-b is not here: left out this reference",
        "records:4: guide g-2: related: g-1 is not here: left out this reference",
        "records:6: translation t-1: of: g-1 is not here: left out",
        "records:7: life_event le-1: steps.guide: g-1 is not here: left out",
        "records:8: topic tp-1: items: le-1 is not here: left out this reference",
        "records:9: home h-1: life_events: le-1 is not here: left out this reference",
        "records:9: home h-1: tiles.item: g-1 is not here: left out this reference",
    }
    assert sum(one.record for one in told) == 4


def test_with_nothing_to_leave_out_the_catalogue_is_the_same(tmp_path: Path) -> None:
    records = lines(org(), guide("g-1", "补领", related=["g-1"]))
    strict = build(records, tmp_path / "1.db", revision=1, made_at=MADE_AT)
    assert without_faults(records, tmp_path / "2.db") == []
    assert (tmp_path / "1.db").read_bytes() == (tmp_path / "2.db").read_bytes()
    assert prove(tmp_path / "2.db") == strict


# --- Anything at all -----------------------------------------------------------------------------------------------

QUICK = settings(
    max_examples=25,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)

anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)

GOOD: list[Raw] = [
    org(),
    org("org-b", "市民政局", parent="org-a", short_name="民政局"),
    {**PLACE, "district": "370602", "hours": [SPAN]},
    guide("g-1", "身份证补领", codes=[CODE], places=["pl-1"], aliases=["补身份证"], coverage="city"),
    guide("g-2", "结婚登记", accepting_office="pl-1", department="org-b"),
    event({"guide": "g-1"}, {"guide": "g-2", "after": ["g-1"]}),
    {"kind": "fact", "id": "f-1", "name": "几点开门", "question": "几点开门", "answer": "九点。", "place": "pl-1"},
    {"kind": "home", "id": "h-1", "name": "首页", "popular": ["补身份证"], "tiles": []},
    {"kind": "translation", "id": "t-1", "name": "ID card", "of": "g-1", "lang": "en"},
    {"kind": "penalty", "id": "p-1", "name": "罚", "items": 7},
    word("v-1", "same", "居民身份证", "身份证"),
]  # fmt: skip


@QUICK
@given(st.lists(st.tuples(st.sampled_from(GOOD), st.text(max_size=8), anything), max_size=4), st.binary(max_size=80))
def test_no_object_and_no_bytes_break_a_build(tmp_path: Path, odd: list[tuple[Raw, str, Any]], noise: bytes) -> None:
    written = [*lines(*GOOD), *noise.split(b"\n")]
    for number, (raw, field, value) in enumerate(odd):
        name = field if field not in raw else sorted(raw)[number % len(raw)]
        written.append(lines({**raw, "id": f"{raw['id']}-{number}", name: value})[0])
    told = without_faults(iter(written), tmp_path / "catalogue.db")
    assert {"g-1", "le-1", "p-1"} <= set(kept(tmp_path / "catalogue.db"))
    assert all(one.code.value.startswith("R-") for one in told)


def dump(path: Path) -> Iterator[str]:
    connection = sqlite3.connect(path)
    yield from connection.iterdump()
    connection.close()


@QUICK
@given(st.permutations(GOOD))
def test_the_order_of_records_leaves_no_trace(tmp_path: Path, records: list[Raw]) -> None:
    usual, other = tmp_path / "usual.db", tmp_path / "other.db"
    if not usual.exists():
        build(lines(*GOOD), usual, revision=1, made_at=MADE_AT)
    info = build(lines(*(dict(reversed(record.items())) for record in records)), other, revision=1, made_at=MADE_AT)
    assert info.digest == digest(GOOD)
    assert list(dump(other)) == list(dump(usual))
