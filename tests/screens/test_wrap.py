from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st
from uniseg.linebreak import line_break_boundaries  # type: ignore[import-untyped]

from screens.kit.wrap import NO_END, NO_START, chains, tokens, wrap

EM = 40


def measure(token: str) -> int:
    """Widths as in the face: an ideograph is an em, everything else half of it."""
    return sum(EM if unicodedata.east_asian_width(letter) in "WFA" else EM // 2 for letter in token)


LETTERS = st.text(
    st.sampled_from(
        "便民亭办事驾照丢了补领机动车，。、；：？！（）《》“”…—·%℃10 35元天 a b Type-C PVC 한국어 ニャー\n"
    ),
    max_size=120,
)


@pytest.mark.parametrize(
    ("text", "em", "lines"),
    [
        ("老年卡发给六十岁以上的人，坐公交常要用到优待。", 12, ["老年卡发给六十岁以上的", "人，坐公交常要用到优待。"]),
        ("只看了卡的种类（没有读姓名）。", 8, ["只看了卡的种类", "（没有读姓名）。"]),
        ("请带上《居民户口簿》", 4, ["请带上", "《居民户", "口簿》"]),
        ("请带《居民户口簿》原件", 4, ["请带《居", "民户口", "簿》原件"]),
        ("工本费 10 元，当场交", 5, ["工本费", "10 元，当", "场交"]),
        ("充电口是 Type-C 的那种", 6, ["充电口是", "Type-C 的那", "种"]),
        ("See what concerns you today", 8, ["See what", "concerns you", "today"]),
        ("民政局——婚姻登记处", 4, ["民政", "局——婚", "姻登记处"]),
        ("第一行\n\n第三行", 10, ["第一行", "", "第三行"]),
        ("행정 복지 센터에서 신청", 5, ["행정 복지", "센터에서", "신청"]),
        ("", 5, [""]),
    ],
)  # fmt: skip
def test_lines_read_as_a_typesetter_would_break_them(text: str, em: int, lines: list[str]) -> None:
    assert wrap(text, em * EM, measure) == lines


def test_a_word_longer_than_the_line_is_cut_and_nothing_of_it_is_lost() -> None:
    address = "https://www.example.gov.cn/col/col12345/index.html"
    lines = wrap(f"网址{address}可查", 10 * EM, measure)
    assert "".join(lines) == f"网址{address}可查"
    assert all(measure(line) <= 10 * EM for line in lines)


def test_a_run_that_may_not_be_broken_anywhere_still_ends() -> None:
    lines = wrap("。" * 50, 8 * EM, measure)
    assert "".join(lines) == "。" * 50
    assert max(map(len, lines)) == 8


@given(LETTERS, st.integers(1, 30))
@example("（" * 40, 3)
def test_no_text_is_lost_and_no_line_is_too_wide(text: str, em: int) -> None:
    lines = wrap(text, em * EM, measure)
    assert "".join("".join(lines).split()) == "".join(text.split())
    for line in lines:
        assert measure(line) <= em * EM or len(line) == 1
        assert line == line.strip(" ")


WORDS = (
    "便民亭， 驾照。 （一寸） 《户口簿》、 什么？ “卡”的 100%， Type-C； 民政局—— 等等…… 天 去哪儿办： 【急】 30℃ "
    "￥20 P-02。 センター っと ３．５元"
)
PHRASES = st.lists(st.sampled_from([*WORDS.split(), "10 元"]), max_size=40)
"""Words with their punctuation: the longest chain that must stay together is shorter than ten ems."""


@given(PHRASES, st.integers(12, 30))
def test_no_line_begins_or_ends_with_a_forbidden_character(phrases: list[str], em: int) -> None:
    lines = wrap("".join(phrases), em * EM, measure)
    for above, below in pairwise(lines):
        assert below[0] not in NO_START
        assert above[-1] not in NO_END


@given(LETTERS, st.integers(4, 30))
def test_breaks_are_those_of_the_unicode_standard(text: str, em: int) -> None:
    """UAX 14 is the oracle. We may break less often; where we break and it would not, it is (1) beside a curly quote,
    which is an opening or closing bracket in Chinese and neither in the standard, (2) behind a middle dot or a unit,
    after which a number may begin a line, (3) inside a chain that alone is wider than the line.
    """
    for paragraph in text.split("\n"):
        allowed = set(line_break_boundaries(paragraph))
        wide = any(sum(map(measure, chain)) > em * EM for _, chain in chains(tokens(paragraph)))
        at = 0
        for line in wrap(paragraph, em * EM, measure)[:-1]:
            at = paragraph.index(line, at) + len(line)
            while at < len(paragraph) and paragraph[at] == " ":
                at += 1
            around = paragraph[max(0, at - 1) : at + 1]
            assert at in allowed or set(around) & set("“”·℃%") or wide, (paragraph, at, around)


@given(LETTERS)
def test_tokens_are_the_text(text: str) -> None:
    assert "".join(tokens(text)) == text


def test_effort_grows_with_the_text_and_no_faster() -> None:
    def calls(length: int) -> int:
        seen = 0

        def counting(token: str) -> int:
            nonlocal seen
            seen += 1
            return measure(token)

        wrap("便民服务，" * (length // 5), 20 * EM, counting)
        return seen

    assert calls(40_000) <= 11 * calls(4_000)
