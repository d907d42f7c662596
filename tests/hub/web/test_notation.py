"""Small tables in lines, month sheets, and what a record does in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from hub.web.months import months, turned
from hub.web.notation import Notation, read, written
from phrases import Phrases

SAY = Phrases(domain="hub")


@pytest.mark.parametrize(
    ("notation", "value", "text"),
    [
        (Notation.ENTRIES, [{"id": "none", "text": "还没有"}], "none = 还没有"),
        (Notation.LISTS, {"card": ["none", "have"], "who": ["adult"]}, "card = none、have\nwho = adult"),
        (Notation.TABLES, {"gd": {"A01": "01", "A02": "02"}}, "gd：A01 = 01\ngd：A02 = 02"),
        (Notation.CHECKS, {"phone": {"on": "2026-11-20", "by": "org-ga"}}, "phone = 2026-11-20 org-ga"),
        (Notation.CHECKS, {"fee": {"on": "2026-11-20"}}, "fee = 2026-11-20"),
    ],
)
def test_tables_go_into_lines_and_back(notation: Notation, value: Any, text: str) -> None:
    assert written(notation, value) == text and read(notation, text) == value
    assert read(notation, text.replace(" = ", "＝").replace("：", ":")) == value


@pytest.mark.parametrize(
    ("notation", "value"),
    [
        (Notation.ENTRIES, [{"id": "a", "text": "b", "more": "unknown"}]),
        (Notation.ENTRIES, [{"id": "a=b", "text": "c"}]),
        (Notation.LISTS, {"card": []}),
        (Notation.LISTS, {"card": ["two words"]}),
        (Notation.CHECKS, {"phone": {"on": "2026-11-20", "how": "by phone"}}),
        (Notation.TABLES, "no table"),
    ],
)
def test_what_would_not_come_back_is_not_written_in_lines(notation: Notation, value: Any) -> None:
    assert written(notation, value) is None


@pytest.mark.parametrize("notation", list(Notation))
def test_a_line_of_another_form_stays_as_it_was_typed(notation: Notation) -> None:
    for text in ("no sign", "= nothing before", "nothing after =", "a = b\nno sign"):
        assert read(notation, text) == text


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(min_size=1), st.lists(st.text())), st.sampled_from(list(Notation)))
def test_whatever_is_written_is_read_as_the_same(value: dict[str, list[str]], notation: Notation) -> None:
    text = written(notation, value)
    assert text is None or read(notation, text) == value


def test_a_year_stands_on_twelve_sheets_from_monday() -> None:
    sheets = months({"year": 2026, "off": ["2026-10-01"], "work": ["2026-10-10"]}, SAY)
    days = [day for month in sheets for week in month.weeks for day in week if day is not None]
    assert [month.number for month in sheets] == list(range(1, 13)) and len(days) == 365
    assert all(len(week) == 7 for month in sheets for week in month.weeks)
    assert all(dt.date.fromisoformat(week[5].iso).weekday() == 5 for m in sheets for week in m.weeks if week[5])
    told = {day.iso: (day.state, day.words) for day in days}
    assert told["2026-10-01"] == ("off", "10 月 1 日，周四，放假")
    assert told["2026-10-10"] == ("work", "10 月 10 日，周六，上班")
    assert told["2026-10-11"] == ("", "10 月 11 日，周日，休息") and told["2026-10-12"][1].endswith("照常")
    assert months({"year": "next"}, SAY) == () and months({}, SAY) == ()


def test_a_press_turns_a_day_and_the_last_one_brings_it_back() -> None:
    raw: dict[str, Any] = {"kind": "calendar", "year": 2026, "off": ["2026-10-02"]}
    once = turned(raw, "2026-10-01")
    assert once["off"] == ["2026-10-01", "2026-10-02"] and turned(once, "2026-10-01") == raw
    weekend = turned(raw, "2026-10-10")
    assert weekend["work"] == ["2026-10-10"] and weekend["off"] == ["2026-10-02"]
    again = turned(weekend, "2026-10-10")
    assert again["off"] == ["2026-10-02", "2026-10-10"] and "work" not in again
    assert turned(again, "2026-10-10") == raw
    for nonsense in ("2027-01-01", "2026-13-01", "tomorrow", ""):
        assert turned(raw, nonsense) == raw
