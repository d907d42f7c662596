from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from domain.errors import Code, RecordError
from domain.unmet import LONGEST, Unmet, UnmetFile, kept_form, read_unmet

CHINA = dt.timezone(dt.timedelta(hours=8))
DAY = dt.date(2026, 11, 20)
FILE = UnmetFile(
    "37-021",
    dt.datetime(2026, 11, 21, 9, 0, tzinfo=CHINA),
    (Unmet("驾驶本丢了", DAY, 7), Unmet("老年卡怎么办", DAY, 5), Unmet("驾驶本丢了", dt.date(2026, 11, 21), 5)),
)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("驾驶本丢了", "驾驶本丢了"),
        ("  驾驶本 丢了？！", "驾驶本丢了"),
        ("65岁以上公交卡", "岁以上公交卡"),
        ("ＳＨＥＢＡＯ卡", "shebao卡"),
        ("一次性告知书", "一次性告知书"),
        ("地铁12号线", "地铁号线"),
        ("老旧小区加装电梯", "老旧小区加装电梯"),
        ("办公室在哪", "办公室在哪"),
    ],
)
def test_words_are_kept_without_numbers_and_marks(query: str, kept: str) -> None:
    assert kept_form(query) == kept


@pytest.mark.parametrize(
    "query",
    [
        "",
        "卡",
        "？！，。",
        "13800138000",
        "电话138 0013",
        "补卡0535-66",
        "补卡1-2-3-4",
        "２０２６年的补贴",
        "①②③④",
        "一三八零零一三",
        "一 三 八 〇",
        "卡1a2b3c4d5e6f",
        "370602198508211234的社保",
        "幸福路12号楼",
        "三单元漏水",
        "5 栋停暖气",
        "我叫张三要补卡",
        "姓 名张三",
        "张女士的社保卡",
        "鲁F A12B3违章",
        "abc@example.com",
        "www.example.com",
        "ねんきん",
        "연금을 받고 싶어요",
        "café补贴",
        "我想问一下我家老人去年摔断腿以后的护理补贴",
    ],
)
def test_what_may_be_somebodys_is_not_kept(query: str) -> None:
    assert kept_form(query) is None


@given(st.text(max_size=40))
@example("姓 名 张三")
@example("1 号1 楼的事情")
def test_what_is_kept_is_letters_alone_and_stays_what_it_is(query: str) -> None:
    kept = kept_form(query)
    if kept is not None:
        assert kept_form(kept) == kept
        assert 2 <= len(kept) <= LONGEST
        assert all(one.isalpha() and not one.isdigit() for one in kept)


@given(st.text(alphabet="社保卡a 1٣７-", min_size=1, max_size=30))
def test_four_digits_in_a_row_are_never_kept_in_any_form(query: str) -> None:
    squeezed = "".join(one for one in query if one.isalnum())
    if re.search(r"\d{4}", squeezed):
        assert kept_form(query) is None


def test_a_file_comes_back_as_it_was_written() -> None:
    assert read_unmet(FILE.document(), name="stick") == FILE


def faulty(**fields: Any) -> bytes:
    raw = json.loads(FILE.document())
    raw["queries"][1].update(fields)
    return json.dumps(raw, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"visits": 4}, "not 5"),
        ({"visits": True}, "not 5"),
        ({"visits": 10**9}, "not 5"),
        ({"text": "补卡13800138000"}, "must not be kept"),
        ({"text": "=HYPERLINK(1)"}, "must not be kept"),
        ({"text": "<b>补卡</b>"}, "must not be kept"),
        ({"text": 7}, "must not be kept"),
        ({"text": "卡" * 1000}, "must not be kept"),
        ({"day": "2026-11-22"}, "had not come"),
        ({"day": "2026-13-01"}, "YYYY-MM-DD"),
        ({"text": "驾驶本丢了"}, "twice"),
        ({"name": "张三"}, "not text, day and visits"),
    ],
)
def test_one_faulty_entry_refuses_the_file_and_is_not_repeated(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(RecordError) as caught:
        read_unmet(faulty(**fields), name="stick")
    assert caught.value.code is Code.RECORD_INVALID
    (problem,) = caught.value.problems
    assert problem.startswith("stick: queries.1: ") and why in problem
    assert "138" not in problem and "张三" not in problem and "<b>" not in problem


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe", b"[]", b"[" * 100_000, b'{"kiosk": "1"}', FILE.document()[:-20], b" " * (5 << 20)],
)
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError) as caught:
        read_unmet(data, name="stick")
    assert caught.value.code is Code.RECORD_UNREADABLE


@pytest.mark.parametrize("head", [{"kiosk": "亭子"}, {"kiosk": 7}, {"made_at": "2026-11-21T09:00:00"}, {"made_at": 1}])
def test_a_file_says_of_which_kiosk_it_is_and_when_it_was_made(head: dict[str, Any]) -> None:
    raw = json.loads(FILE.document()) | head
    with pytest.raises(RecordError) as caught:
        read_unmet(json.dumps(raw).encode(), name="stick")
    assert caught.value.code is Code.RECORD_INVALID
