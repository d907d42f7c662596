"""Line breaking against the Unicode line breaking algorithm as `uniseg` has it, and against the rules of the trade."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, given, strategies as st
from uniseg.linebreak import line_break_breakables  # type: ignore[import-untyped]

from printer import wrap
from printer.wrap import Line

EM = 24
NO_START = "，。、；：？！）》」』】”’…·"
NO_END = "（《「『【“‘"

ALPHABET = (
    "办事材料窗口周月日号元个工作第〇かなアッー々가나다"
    "，。、；：？！（）《》「」“”‘’…—·～①②%℃¥￥％#→㎡é"
    "abcXYZ0123456789 -–/.,:()\u2003\u3000"
)
texts = st.text(ALPHABET, min_size=1, max_size=60)
sentences = st.lists(
    st.sampled_from(
        [
            "请带身份证原件",
            "（一式二份）",
            "「申请表」",
            "《机动车驾驶证申领和使用规定》",
            "，",
            "。",
            "；",
            "：",
            "、",
            "11月23日（周一）",
            "8:30–12:00",
            "3 号窗口",
            "1 个工作日",
            "0305-6000122",
            "Binhe Lu",
            "收费10元",
            "到大厅取号",
            "①",
        ]
    ),
    min_size=1,
    max_size=14,
).map("".join)


def measure(text: str) -> list[int]:
    """Full-width characters an em, the others half of one; as simple as a face can be."""
    return [EM if unicodedata.east_asian_width(char) in "FWA" else EM // 2 for char in text]


def lines(text: str, width: int, indent: int = 0) -> tuple[Line, ...]:
    return wrap.wrap(text, width, measure, EM, indent=indent)


def set_in(text: str, ems: float) -> list[str]:
    return [line.text for line in lines(text, round(ems * EM))]


def unbroken(text: str, width: int) -> bool:
    """Whether `text` can be set without tearing a piece that is wider than the line."""
    return wrap.widest_piece(text, measure, EM) <= width


def oracle(text: str) -> list[int]:
    """Where UAX #14 lets a line start."""
    return [index for index, allowed in enumerate(line_break_breakables(text)) if allowed]


@given(texts, st.integers(3 * EM, 20 * EM))
def test_lines_start_only_where_uax14_allows(text: str, width: int) -> None:
    """No tolerance, unless a piece has to be torn because it is wider than the whole line."""
    assume(unbroken(text, width))
    allowed = oracle(text)
    assert [line.start for line in lines(text, width)[1:] if line.text and line.start not in allowed] == []


@given(sentences, st.integers(9 * EM, 24 * EM))
def test_no_line_of_a_sentence_starts_or_ends_with_a_forbidden_mark(text: str, width: int) -> None:
    assume(unbroken(text, width))
    broken = [line.text for line in lines(text, width)]
    assert not [line for line in broken[1:] if line[0] in NO_START]
    assert not [line for line in broken[:-1] if line[-1] in NO_END]


@given(texts, st.integers(1, 20 * EM), st.integers(0, 8 * EM))
def test_nothing_is_lost_and_nothing_doubled(text: str, width: int, indent: int) -> None:
    blanks = str.maketrans("", "", " \u2003\u3000\n")
    broken = lines(text, width, indent=min(indent, width))
    assert "".join(line.text for line in broken).translate(blanks) == text.translate(blanks)
    for line in broken:
        assert text[line.start : line.start + len(line.text)] == line.text


@given(texts, st.integers(2 * EM, 20 * EM))
def test_no_line_is_wider_than_the_paper(text: str, width: int) -> None:
    for line in lines(text, width):
        assert line.width <= width or len(line.text) == 1
        assert len(line.offsets) == len(line.text)
        assert list(line.offsets) == sorted(line.offsets)


@given(st.integers(7, 120), st.integers(6 * EM, 24 * EM))
def test_the_last_line_never_holds_one_or_two_characters(count: int, width: int) -> None:
    broken = lines("办" * count, width)
    assert len(broken) == 1 or len(broken[-1].text) >= 3


@pytest.mark.parametrize(
    "kept",
    [
        "11月23日（周一）",
        "周一（11月23日）",
        "2026年11月23日",
        "11 月 23 日（周一）",
        "2026 年 11 月 23 日",
        "11월 23일",
        "Mon, 23 Nov",
        "2026-11-23",
        "8:30–12:00",
        "3 号窗口",
        "1 个工作日",
        "15个自然日",
        "25 分钟",
        "2.4 公里",
        "0305-6000122",
        "400-810-1234",
        "12345 转 2",
        "10 元",
        "《",
        "window 3",
        "第十二条",
        "第一百二十三条",
        "第十二条の三",
        "第3条",
        "三十七号",
        "3-2-1",
        "３－２－１",
        "○○号",
        "12号室",
        "3丁目",
        "１２番地",
        "〔2019〕12号",
        "e-Tax",
        "Wi-Fi",
        "マイナンバー",
        "パスポート",
    ],
)
def test_what_belongs_together_stays_on_one_line(kept: str) -> None:
    for before in range(1, 14):
        text = f"{'请' * before}{kept}{'办' * 9}"
        for width in range(11 * EM, 16 * EM, EM // 2):
            joined = kept + "办" if kept == "《" else kept
            assert any(joined in line.text for line in lines(text, width)), (text, width)


def test_a_piece_wider_than_the_line_is_torn_rather_than_lost() -> None:
    assert set_in("0305-60001220305-6000122", 4) == ["0305-600", "01220305", "-6000122"]
    assert set_in("编号11月23日（周一）", 6) == ["编号", "11月23日", "（周一）"]


def test_two_lines_break_where_the_sentence_does() -> None:
    assert set_in("原件，没过期；看完就还您", 11) == ["原件，没过期；", "看完就还您"]
    assert set_in("大厅取号，领表照样表填写好了", 11) == [
        "大厅取号，领表照样表填",
        "写好了",
    ]  # the mark is too far to the left


def test_meeting_marks_share_their_blanks() -> None:
    line = wrap.on_one_line("表）、「样", measure, EM)
    assert line.offsets == (0, EM, EM + EM // 2, EM * 2, EM * 3)
    assert line.width == EM * 4
    centred = wrap.on_one_line("表，「样", measure, EM, blank_after=wrap.TRADITIONAL)
    assert centred.offsets == (0, EM, 2 * EM, 3 * EM)


def test_brackets_sit_flush_and_closing_marks_hang() -> None:
    line = wrap.on_one_line("（办）", measure, EM)
    assert line.offsets[0] == -EM // 2
    assert line.width == 2 * EM
    assert set_in("一二三四五，六七八九十", 5.5) == ["一二三四五，", "六七八九十"]


def test_an_eighth_of_an_em_between_chinese_and_latin() -> None:
    assert wrap.on_one_line("坐13路", measure, EM).offsets == (0, EM + 3, EM + 3 + 12, EM + 3 + 24 + 3)
    assert wrap.on_one_line("坐 13", measure, EM).offsets == (0, EM, EM + 12, EM + 24)


def test_blanks_around_a_square_middle_dot_are_not_seen_twice() -> None:
    spaced = wrap.on_one_line("甲 · 乙", measure, EM)
    assert spaced.offsets[-1] == 2 * EM
    assert spaced.width == wrap.on_one_line("甲·乙", measure, EM).width


def test_an_indent_narrows_the_first_line_only() -> None:
    broken = lines("一二三四五六七八九十", 6 * EM, indent=2 * EM)
    assert [line.text for line in broken] == ["一二三四", "五六七八九十"]
    assert [line.text for line in lines("abcdefgh", 6 * EM, indent=3 * EM)] == ["", "abcdefgh"]


def test_line_feeds_end_a_line_and_empty_text_is_an_empty_line() -> None:
    broken = lines("甲乙\n丙", 9 * EM)
    assert [(line.start, line.text) for line in broken] == [(0, "甲乙"), (3, "丙")]
    assert lines("", 9 * EM) == (Line(0, "", (), 0),)
    assert lines("  ", 9 * EM)[0].text == ""


def test_korean_keeps_its_words() -> None:
    assert set_in("창구에서 무료로 받습니다", 6) == ["창구에서", "무료로", "받습니다"]


def test_real_titles_break_as_unicode_allows(shared_data: Path) -> None:
    with (shared_data / "letters" / "letters_titles.tsv").open(encoding="utf-8") as file:
        titles = [row["title"] for row in csv.DictReader(file, delimiter="\t")][::7][:400]
    torn = 0
    for title in titles:
        allowed = set(oracle(title))
        for width in (9 * EM, 14 * EM):
            if not unbroken(title, width):
                torn += 1
                continue
            assert {line.start for line in lines(title, width)[1:]} <= allowed, title
    assert len(titles) > 300
    assert torn <= len(titles) * 2 * 0.02
