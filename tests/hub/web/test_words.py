from __future__ import annotations

import datetime as dt

import pytest

from hub.differences import diff_fields
from hub.web.differing import shown
from hub.web.meaning import Meaning, meaning
from hub.web.words import ago, day, figure, groups, marked, when
from phrases import Phrases

SAY = Phrases(domain="hub")
AT = dt.datetime(2026, 11, 20, 16, 5, 7, tzinfo=dt.UTC)


def test_times_are_those_of_the_city() -> None:
    assert when(AT) == "11-21 00:05" and day(AT) == "11-21 周六" and day(dt.date(2026, 11, 20)) == "11-20 周五"
    assert when(None) == "" == day(None)


@pytest.mark.parametrize(
    ("minutes", "shown_as"),
    [(0, "1 分钟"), (59, "59 分钟"), (60, "1 小时"), (24 * 60 - 1, "23 小时"), (49 * 60, "2 天")],
)
def test_how_long_something_waits(minutes: int, shown_as: str) -> None:
    assert ago(AT, AT + dt.timedelta(minutes=minutes)) == shown_as


def test_figures_and_digests_are_grouped() -> None:
    assert figure(7012) == "7\u2009012" and figure(58) == "58"
    assert groups("9f3c41ab77d0e2c8", 8) == "9f3c 41ab"


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("0535-6000110", "0535-6000118", "0535-600011<del>0</del>", "0535-600011<ins>8</ins>"),
        ("驾照补办", "驾照补办、驾照丢了", "驾照补办", "驾照补办<ins>、驾照丢了</ins>"),
        ("一寸彩色照片 2 张", "一寸照片 1 张", "一寸<del>彩色</del>照片 <del>2</del> 张", "一寸照片 <ins>1</ins> 张"),
        ("", "新的", "", "<ins>新的</ins>"),
        ("旧的", "", "<del>旧的</del>", ""),
        ("a<b>", "a<b>c", "a&lt;b&gt;", "a&lt;b&gt;<ins>c</ins>"),
        (
            "甲乙丙丁戊己庚辛壬癸",
            "一二三四五六七八九十",
            "<del>甲乙丙丁戊己庚辛壬癸</del>",
            "<ins>一二三四五六七八九十</ins>",
        ),
    ],
)
def test_a_difference_marks_what_is_gone_and_what_is_new(old: str, new: str, before: str, after: str) -> None:
    assert tuple(map(str, marked(old, new))) == (before, after)


def test_very_long_texts_are_not_compared_piece_by_piece() -> None:
    old, new = marked("甲" * 3000, "甲" * 2999 + "乙")
    assert str(old) == f"<del>{'甲' * 3000}</del>" and str(new).startswith("<ins>甲")


def test_an_entry_of_a_list_is_read_with_its_name_first() -> None:
    material = {"copies": 0, "form": "paper", "name": "双人合影", "note": "两寸", "originals": 3, "source": "self"}
    assert shown(material, SAY) == "双人合影；原件份数：3；说明：两寸；谁提供：自己带；形式：纸质"
    assert shown({"charged": False}, SAY) == "是否收费：否"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"phone": {"enquiry": "1"}}, {"phone": {"enquiry": "2"}}, Meaning("warn", "群众会打新号码，请打一遍试试")),
        ({"phone": {"enquiry": "1"}}, {"phone": {}}, Meaning("warn", "亭子上没有这个电话了")),
        (
            {"materials": [{"name": "照片", "originals": 3}]},
            {"materials": [{"name": "照片", "originals": 2}]},
            Meaning("ok", "少带 1 份"),
        ),
        ({"materials": []}, {"materials": [{"name": "照片"}]}, Meaning("warn", "多带 1 样：照片")),
        ({"materials": [{"name": "照片"}]}, {"materials": []}, Meaning("ok", "少带 1 样：照片")),
        ({"promised_limit": {"days": 5}}, {"promised_limit": {"days": 3}}, Meaning("ok", "快 2 天")),
        ({"promised_limit": {"days": 5}}, {"promised_limit": {"days": 9}}, Meaning("warn", "慢 4 天")),
        ({"visits": 2}, {"visits": 1}, Meaning("ok", "少跑 1 趟")),
        ({"fee": {"charged": False}}, {"fee": {"charged": True}}, Meaning("warn", "要收费了")),
        ({"aliases": ["领证"]}, {"aliases": ["领证", "扯证"]}, Meaning("ok", "这样说也搜得到：扯证")),
        ({"aliases": ["领证", "扯证"]}, {"aliases": ["领证"]}, Meaning("warn", "这样说搜不到了：扯证")),
        ({"summary": "一"}, {"summary": "二"}, None),
    ],
)
def test_what_a_change_means_for_people(old: dict[str, object], new: dict[str, object], said: Meaning | None) -> None:
    (change,) = diff_fields(old, new)
    assert meaning(change, SAY) == said
