"""Slips that are not of one guide alone: for the window, of a life event, printed again, of a letter."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest

from domain.clerk_slip import build_clerk_slip
from domain.guide_slip import Second
from domain.receipt_slip import Receipt, build_receipt_slip
from domain.records import Fee, Material
from domain.reprint import Reprint, reprinted, same_content
from domain.slip import (
    Blank,
    Boxed,
    CheckCode,
    Choices,
    Figures,
    Guard,
    Keyed,
    Legs,
    Mark,
    Masthead,
    Numbered,
    Office,
    Secret,
    Shout,
    Slip,
    Stations,
    Strip,
    Tab,
    Table,
    TakeAway,
    Ticks,
    Title,
    Variant,
)
from phrases import Phrases
from tests.unit.domain.test_guide_slip import BARE, FULL, KIOSK, SATURDAY, SAY, all_text, facts, one, slip
from tests.unit.printer.sheet import CHECK, EVENT, city, event_slip, guide_slip


def test_the_clerk_reads_the_official_name_first_and_finds_the_check_code() -> None:
    paper = build_clerk_slip(SAY, FULL, replace(facts(), check=CHECK), number=126)
    assert paper.variant is Variant.CLERK
    assert one(paper, Shout).text == "机动车驾驶证补领"
    assert [row.name for row in one(paper, Ticks).conditional] == ["居民身份证"]
    assert one(paper, Numbered).rows == ("给我一份补领申请表", "告诉我去几号窗口", "说慢一点，写在下面")
    blanks = [block.words for block in paper.blocks if isinstance(block, Blank)]
    assert blanks == [("下一步去", "号窗口"), ("哪天再来", "月", "日"), ("还缺", ""), ("", "")]
    assert one(paper, CheckCode).code == CHECK
    assert not any(isinstance(block, TakeAway) for block in paper.blocks)


def test_the_clerks_slip_without_materials_or_check_code_has_neither() -> None:
    paper = build_clerk_slip(SAY, BARE, facts(()), number=1)
    assert not any(isinstance(block, Ticks | CheckCode) for block in paper.blocks)
    assert "校验码" not in all_text(paper)
    assert one(paper, Numbered).rows[0] == "看看我还缺什么"


def test_the_clerks_slip_speaks_to_both() -> None:
    english = Phrases("en")
    paper = build_clerk_slip(SAY, FULL, facts(), number=1, second=Second(english, FULL, facts().places))
    assert (paper.lang, paper.second_lang) == ("zh-Hans", "en")
    assert "Tell me which window" in repr(paper.second) and "告诉我去几号窗口" in repr(paper.blocks)


def test_a_reprint_says_which_slip_it_repeats() -> None:
    again = Reprint(123, 2, SATURDAY, SATURDAY + dt.timedelta(minutes=9), changed=False)
    first = slip()
    paper = reprinted(SAY, first, again)
    assert paper.blocks[1] == Mark("补打", "第 2 张，原号 000123", "原打印 16:42，本次 16:51，内容没有变")
    assert (paper.blocks[0], *paper.blocks[2:]) == first.blocks
    another_day = replace(again, at=SATURDAY + dt.timedelta(days=2), changed=True)
    assert one(reprinted(SAY, first, another_day), Mark).detail.startswith("原打印 11 月 21 日 16:42，")
    assert one(reprinted(SAY, first, replace(again, first_at=None, changed=None)), Mark).detail == ""


def test_a_reprint_keeps_both_languages() -> None:
    held = city()
    paper = guide_slip(held, "ga-023", Variant.BILINGUAL, "ko")
    again = reprinted(SAY, paper, Reprint(1, 2, None, None, changed=True), Phrases("ko"))
    marks = [block for block in (*again.blocks, *again.second) if isinstance(block, Mark)]
    assert [mark.word for mark in marks] == ["补打", "재인쇄"]


def test_whether_the_content_changed_is_seen_apart_from_number_and_time() -> None:
    later = slip(given=facts(at=SATURDAY + dt.timedelta(hours=1)))
    assert same_content(slip(), later) and slip() != later
    dearer = FULL.model_copy(update={"visits": 2})
    assert not same_content(slip(), slip(dearer))


RECEIPT = Receipt(
    "K7M4-X2QP",
    "咨询",
    "交警支队（示例）",
    126,
    SATURDAY,
    dt.date(2026, 11, 25),
    dt.date(2026, 11, 27),
    dt.date(2026, 12, 14),
    KIOSK,
)


def test_a_receipt_has_the_code_and_four_dated_stations_of_which_one_is_done() -> None:
    paper = build_receipt_slip(SAY, RECEIPT, number=127)
    assert one(paper, Secret).code == "K7M4-X2QP"
    stations = one(paper, Stations)
    assert stations.done == 1
    assert stations.rows == (
        ("收好", "今天 16:42"),
        ("受理", "11 月 25 日前"),
        ("转给部门", "11 月 27 日前"),
        ("答复", "12 月 14 日前"),
    )
    assert dict(one(paper, Keyed).rows) == {
        "类别": "咨询",
        "寄给": "交警支队（示例）",
        "字数": "126 字；内容不印在纸上",
        "联系": "没有留，只能凭查询码看答复",
    }
    codes = one(paper, TakeAway)
    assert codes.module == 5 and "K7M4 X2QP" in codes.payload and codes.check is not None
    assert codes.check.code == "12345"


def test_a_receipt_names_no_time_that_may_be_wrong() -> None:
    paper = build_receipt_slip(SAY, replace(RECEIPT, trusted=False, contact=True), number=1)
    assert one(paper, Stations).rows[0] == ("收好", "")
    assert "2026" not in all_text(paper) and "封在信里" in all_text(paper)


@pytest.fixture(scope="module")
def event() -> Slip:
    return event_slip(city(), EVENT, Variant.FULL, "zh-Hans")


def test_a_life_event_has_one_table_of_papers_with_a_total(event: Slip) -> None:
    table = one(event, Table)
    assert table.heads == ("原件", "复印", "给第几步")
    copies = sum(row.copies for row in table.rows)
    assert table.total == ("复印一共", f"{copies} 份")
    assert f"复印件一共 {copies} 份" in [tab.figure for tab in event.blocks if isinstance(tab, Tab)]
    rows = {row.name: row for row in table.rows}
    assert rows["营业执照"].detail == "第 2 步办好就有" and min(rows["营业执照"].steps) > 2
    assert rows["营业执照"].given == 2 and rows["居民身份证"].given == 0 and "→" in table.legend
    assert all(row.steps for row in table.rows)


def test_steps_have_the_same_numbers_in_the_table_and_on_the_way(event: Slip) -> None:
    legs = [leg for block in event.blocks if isinstance(block, Legs) for leg in block.rows]
    assert sorted(leg.number for leg in legs) == list(range(1, len(legs) + 1))
    names = {leg.number: leg.name for leg in legs}
    held = city()
    for row in one(event, Table).rows:
        for number in row.steps:
            guide = next(guide for guide in held.guides.values() if guide.name == names[number])
            assert row.name in [material.name for material in guide.materials]
    assert all(re.fullmatch(r"当场办|\d+ 月 \d+ 日|\d+ .*|", leg.result) for leg in legs)


def test_every_office_says_once_where_it_lies_and_how_to_ask_there(event: Slip) -> None:
    stops = [block for block in event.blocks if isinstance(block, Office) and block.letter]
    assert all(stop.half in ("上午", "下午") for stop in stops)
    assert all(re.fullmatch(r"\d+:\d\d–\d+:\d\d", stop.hours) for stop in stops)
    held = {place.name: place for place in city().places.values()}
    seen = set()
    for stop in stops:
        place = held[stop.name]
        told = stop.name not in seen
        assert place.phone and place.address
        assert (place.phone in stop.detail) is told and (place.address in stop.detail) is told, stop
        seen.add(stop.name)
    assert len(stops) > len(seen) > 1
    heads = [(tab.word, tab.figure, tab.beside) for tab in event.blocks if isinstance(tab, Tab) and tab.beside]
    assert heads[0] == ("第 1 趟", "最迟哪天办好", "11 月 23 日（周一）")
    assert heads[1][:2] == ("第 2 趟", "2、3、5 办好后")


def test_a_single_trip_goes_from_the_kiosk_by_letters() -> None:
    single = event_slip(city(), "le-transfer", Variant.FULL, "zh-Hans", {"dir": "out", "why": "move"})
    strip = one(single, Strip)
    assert strip.stops[0][:2] == ("", "本亭") and strip.stops[1][0] == "A" and len(strip.ways) == len(strip.stops) - 1


def test_questions_without_an_answer_are_ticked_on_paper(event: Slip) -> None:
    asked = {row.ask: dict(row.answers) for row in one(event, Choices).rows}
    assert asked["店里卖烟吗？"] == {"卖": (11,)}
    assert asked["用什么身份开店？"] == {"个体户": (2,), "公司": (1, 3, 4)}
    chosen = {"form": "individual", "size": "small", "sign": "no"}
    answered = event_slip(city(), EVENT, Variant.FULL, "zh-Hans", chosen)
    assert [row.ask for row in one(answered, Choices).rows] == ["店里卖烟吗？"]
    assert one(answered, Title).alias_line == "您选的：个体户、小吃店、小饭馆、不做"
    whole = event_slip(city(), EVENT, Variant.FULL, "zh-Hans", {**chosen, "tobacco": "no"})
    assert not any(isinstance(block, Choices) for block in whole.blocks)


def test_today_in_vain_is_said_with_the_first_day(event: Slip) -> None:
    guard = one(event, Guard)
    assert guard.headline == "现在去，今天办不上了"
    assert guard.detail.startswith("11 月 23 日（周一） 8:00 到")
    skipped = event_slip(city(), EVENT, Variant.FULL, "zh-Hans", skipped=("消防检查",))
    assert ("这次不用办", "消防检查") in one(skipped, Boxed).rows
    assert not any(isinstance(block, Boxed) for block in event.blocks)


@pytest.mark.parametrize("variant", [Variant.FULL, Variant.COMPACT, Variant.LARGE])
def test_fees_phone_and_papers_of_some_people_are_not_passed_over(variant: Variant) -> None:
    held = city()
    paper = event_slip(held, "le-transfer", variant, "zh-Hans")
    rows = dict(one(paper, Keyed).rows)
    assert dict(one(paper, Figures).cells)["费用"] and "咨询、投诉：12345" in one(paper, TakeAway).lines
    materials = [each for step in held.events["le-transfer"].steps for each in held.guides[step.guide].materials]
    everybody = {m.name for m in materials if m.when is None and m.source != "counter" and m.necessity != "optional"}
    window = {m.name for m in materials if m.when is None and m.source == "counter"} - everybody
    some = {m.name for m in materials if m.when or m.necessity == "optional"} - everybody - window
    parts = [f"另有 {len(some)} 样看情况带，问窗口"] if some else []
    parts += [f"窗口领 {len(window)} 样"] if window else []
    assert parts and rows["材料"] == "；".join(parts)


def test_fees_of_all_steps_are_added_up() -> None:
    held = city()
    dear = Fee(charged=True, text="10 元")
    guides = {id: guide.model_copy(update={"fee": dear}) for id, guide in held.guides.items()}
    paper = event_slip(replace(held, guides=guides), "le-transfer", Variant.FULL, "zh-Hans")
    steps = len([leg for block in paper.blocks if isinstance(block, Legs) for leg in block.rows])
    assert dict(one(paper, Figures).cells)["费用"] == f"{10 * steps} 元"
    step = held.events["le-transfer"].steps[0].guide
    guides[step] = guides[step].model_copy(update={"fee": Fee(charged=True, text="每平方米 3 元")})
    paper = event_slip(replace(held, guides=guides), "le-transfer", Variant.FULL, "zh-Hans")
    assert dict(one(paper, Figures).cells)["费用"] == f"{10 * (steps - 1)} 元起"


def test_papers_that_an_answer_names_are_listed() -> None:
    held = city()
    step = held.events["le-transfer"].steps[0].guide
    option = held.events["le-transfer"].questions[0].options[0]
    named = Material(name="只给这样选的人要的证明", originals=1, when=f"{option.text}时")
    guide = held.guides[step].model_copy(update={"materials": (named,)})
    changed = replace(held, guides={**held.guides, step: guide})
    question = held.events["le-transfer"].questions[0].id
    chosen = event_slip(changed, "le-transfer", Variant.FULL, "zh-Hans", {question: option.id})
    assert "只给这样选的人要的证明" in dict(one(chosen, Keyed).rows)["按您选的"]
    open_ = event_slip(changed, "le-transfer", Variant.FULL, "zh-Hans")
    assert "只给这样选的人要的证明" not in all_text(open_)


def test_the_codes_of_a_life_event_hold_its_papers_first() -> None:
    held = city()
    for id in held.events:
        codes = one(event_slip(held, id, Variant.FULL, "zh-Hans"), TakeAway)
        texts = [codes.payload, *(text for text, _ in codes.more)]
        assert len(texts) <= 3 and codes.payload.splitlines()[1].startswith("要带")
        whole = codes.head == "扫码带走全文"
        assert whole is ("便民亭" not in texts[-1].splitlines()[-1])
        assert "以窗口答复为准" in texts[-1]


def test_a_large_life_event_has_ticks_and_a_compact_one_no_notes() -> None:
    held = city()
    large = event_slip(held, EVENT, Variant.LARGE, "zh-Hans")
    assert any(isinstance(block, Ticks) for block in large.blocks)
    compact = event_slip(held, EVENT, Variant.COMPACT, "zh-Hans")
    assert not any(isinstance(block, Strip) for block in compact.blocks)
    assert all(row.detail == "" for row in one(compact, Table).rows)
    assert "租房合同先签好" not in all_text(compact)


ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
LONG_NUMBER = re.compile(r"(?<![\d.])\d{13,}(?!\d)")


def test_no_slip_of_the_sample_city_holds_a_number_of_a_person() -> None:
    """Nothing but records goes in; were a number of a card in a record, it would be seen here."""
    held = city()
    for id in held.guides:
        for variant in (Variant.FULL, Variant.LARGE, Variant.CLERK):
            text = repr(guide_slip(held, id, variant, "zh-Hans"))
            assert not ID_NUMBER.search(text) and not LONG_NUMBER.search(text), id
    assert len(held.guides) > 50


def test_every_slip_begins_with_its_masthead() -> None:
    for paper in (build_clerk_slip(SAY, FULL, facts(), number=1), build_receipt_slip(SAY, RECEIPT, number=1)):
        assert isinstance(paper.blocks[0], Masthead)
