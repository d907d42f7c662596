"""旧纸还能用吗: the pad, and every answer that there is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from domain.check_code import ALPHABET
from journeys.views import CheckSlip, Guide, Results, SlipChecked, SlipPreview
from localdb.catalogue.reader import CatalogueFile
from tests.flows.conftest import Kiosk
from tests.flows.old_slips import GONE, GUIDE, SHORT_NUMBER, code, old_slips_city


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CatalogueFile]:
    catalogue = old_slips_city(tmp_path_factory.mktemp("numbered"))
    yield catalogue
    catalogue.close()


@pytest.fixture
def kiosk(numbered: CatalogueFile) -> Kiosk:
    kiosk = Kiosk(numbered)
    kiosk.do("start", "check")
    return kiosk


def pad(kiosk: Kiosk) -> list[tuple[str, str]]:
    return [(group.text, group.state) for group in kiosk.see(CheckSlip).groups]


def checked(kiosk: Kiosk, text: str) -> SlipChecked:
    kiosk.type(text.replace("-", ""))
    return kiosk.see(SlipChecked)


def test_the_pad_has_the_characters_that_codes_have(kiosk: Kiosk) -> None:
    view = kiosk.see(CheckSlip)
    assert view.keys == ALPHABET and len(view.keys) == 31
    assert pad(kiosk) == [("", "now"), ("", "plain"), ("", "plain")]
    kiosk.do(("key", "O"), ("key", "0"), ("key", ""), ("key", "ab"))
    assert pad(kiosk)[0] == ("", "now")
    kiosk.do(("key", "a"), ("key", "B"), "delete")
    assert pad(kiosk) == [("A", "now"), ("", "plain"), ("", "plain")]


def test_a_misread_group_is_pointed_at_and_typed_once_more(kiosk: Kiosk) -> None:
    first, second, third = code().split("-")
    wrong = second[:2] + ("9" if second[2] != "9" else "8") + second[3]
    kiosk.type(first + wrong)
    assert pad(kiosk) == [(first, "plain"), (wrong, "wrong"), ("", "now")]
    assert "第 2 组再看看" in kiosk.see(CheckSlip).trouble
    kiosk.type(third)
    assert pad(kiosk)[1] == (wrong, "wrong")
    kiosk.type(second[0])  # the misread one is begun anew
    assert pad(kiosk) == [(first, "plain"), (second[0], "now"), (third, "plain")]
    assert kiosk.see(CheckSlip).trouble == ""
    kiosk.type(second[1:])
    assert kiosk.see(SlipChecked).tone == "ok"


def test_a_group_is_touched_to_type_it_again_and_delete_goes_back(kiosk: Kiosk) -> None:
    first, second, third = code().split("-")
    kiosk.type(third + second)
    assert [state for _, state in pad(kiosk)] == ["wrong", "plain", "now"]
    kiosk.do(("group", "0"))
    kiosk.type(first)
    kiosk.type(third[:1])
    kiosk.do("delete", "delete")
    assert pad(kiosk) == [(first, "plain"), (second[:3], "now"), ("", "plain")]


def test_valid_and_unchanged(kiosk: Kiosk) -> None:
    view = checked(kiosk, code())
    assert (view.tone, view.verdict, view.changes, view.around) == ("ok", "有效，内容没有变", (), ())
    assert "纸上和现在都是第 4 版。" in view.lines
    assert view.fresh.text == "这台机器的内容是 2026 年 11 月 20 日的"
    assert [press.action for press in view.actions] == ["print", "open"]
    kiosk.do(("open", GUIDE))
    assert kiosk.see(Guide).id == GUIDE
    kiosk.do("back", ("print", GUIDE))
    kiosk.see(SlipPreview)


def test_what_has_changed_is_told_row_by_row(kiosk: Kiosk) -> None:
    view = checked(kiosk, code(version=2))
    assert (view.tone, view.verdict) == ("warn", "有改动，请重新打印一张")  # of one thing it cannot say what
    assert view.lines[:2] == ("少交 2 份、新增 2 份", "纸上是第 2 版，现在是第 4 版。")
    assert {row.title: row.detail for row in view.changes} == {
        "户口簿 原件 1 份": "原来：原件 1 份，复印 1 份 · 2026 年 6 月 10 日改的",
        "要多带：近期照片 原件 2 份": "没有拍过照的人 · 2026 年 6 月 10 日改的",
        "不用再带：介绍信 原件 1 份": "2026 年 7 月 10 日改的",
        "收费：10 元": "原来：20 元 · 2026 年 6 月 10 日改的",
        "多久办完：10 个工作日": "原来：20 个工作日 · 2026 年 7 月 10 日改的",
        "这里不办了：样本老厅": "2026 年 7 月 10 日改的",
        "电话：0535-6000002": "原来：0535-6000001 · 2026 年 7 月 10 日改的",
        "去哪里办：窗口、网上": "原来：窗口 · 2026 年 7 月 10 日改的",
        "多了一条谁能办：在本市住满半年的人也可以": "2026 年 7 月 10 日改的",
        "别的内容有变化": "2026 年 7 月 10 日改的",
    }
    assert view.changes_head == "和纸上不一样的 10 处"
    assert [row.title[:2] for row in view.changes[:3]] == ["户口", "要多", "不用"]


def test_changes_older_than_two_years_are_not_known(kiosk: Kiosk) -> None:
    assert not any("两年" in line for line in checked(kiosk, code(version=2)).lines)
    kiosk.do("home", "check")
    view = checked(kiosk, code(version=1))
    assert (view.verdict, "两年" in view.lines[-1], len(view.changes)) == ("有改动，请重新打印一张", True, 10)
    kiosk.do("home", "check")
    unsure = checked(kiosk, code(SHORT_NUMBER, 1))
    assert (unsure.tone, unsure.verdict, unsure.changes) == ("warn", "这张纸比较早，说不准", ())


def test_an_office_that_changed_is_told_apart(kiosk: Kiosk) -> None:
    view = checked(kiosk, code(SHORT_NUMBER, 2))
    assert (view.tone, view.verdict) == ("warn", "要办的事没有变，地方或单位的信息改过")
    assert [(row.title.partition("，")[2], row.detail) for row in view.around] == [
        (
            "开放时间：周一到周五 9:00–17:00；关门前 30 分钟停止取号",
            "原来：周一到周五 8:30–17:00 · 2026 年 5 月 10 日改的",
        ),
        ("电话：0535-6000008", "原来：0535-6000007 · 2026 年 5 月 10 日改的"),
    ]
    kiosk.do("home", "check")
    fresh = checked(kiosk, code(SHORT_NUMBER, 3))  # printed since
    assert (fresh.tone, fresh.verdict, fresh.around) == ("ok", "有效，内容没有变", ())


def test_a_slip_that_is_newer_than_the_kiosk(kiosk: Kiosk) -> None:
    view = checked(kiosk, code(version=5))
    assert (view.verdict, view.changes) == ("您的纸比这台机器上的内容新", ())


def test_a_slip_of_something_that_is_not_done_any_more(kiosk: Kiosk) -> None:
    view = checked(kiosk, code(GONE, 2))
    assert (view.tone, view.title, view.verdict) == ("stop", "样本旧证换发", "这件事现在不办了")
    assert view.lines[0] == "2026 年 7 月 10 日起下线。"
    kiosk.do(("ask", view.title))
    kiosk.see(Results)


def test_a_number_that_is_not_here(kiosk: Kiosk) -> None:
    view = checked(kiosk, code(4000, 1))
    assert (view.tone, view.title, view.verdict) == ("warn", "旧纸还能用吗", "这里没有这张纸上的事")
    assert [press.action for press in view.actions] == ["retype"]
    kiosk.do("retype")
    assert pad(kiosk)[0] == ("", "now")


def test_a_code_where_one_asks_for_things(kiosk: Kiosk) -> None:
    kiosk.do("home", ("ask", f"{code()} "))
    assert kiosk.see(SlipChecked).tone == "ok"
    kiosk.do("home", ("ask", code()[:-1] + ("2" if code()[-1] != "2" else "3")))
    kiosk.see(Results)
    kiosk.do("home", ("ask", "身份证丢了怎么办呢谢谢"))
    kiosk.see(Results)


@pytest.mark.parametrize("lang", ["zh-Hant", "en", "ja", "ko"])
def test_in_every_language(kiosk: Kiosk, lang: str) -> None:
    kiosk.do("language", ("choose", lang), "home", "check")
    view = checked(kiosk, code(version=2))
    assert len(view.changes) == 10
    assert bool(view.chinese_only) == (lang != "zh-Hant")
