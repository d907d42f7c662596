"""The slip of a guide: what must be on it, what is left out, and that the take-away text fits its code."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest

from domain.guide_slip import Second, SlipFacts, build_guide_slip, copies
from domain.ports import KioskPlace
from domain.records import Fee, Guide, Hours, Limit, Material, Place
from domain.slip import (
    Figures,
    Guard,
    Keyed,
    Map,
    Masthead,
    Numbered,
    Paragraph,
    Separator,
    Slip,
    Small,
    Tab,
    TakeAway,
    Ticks,
    Title,
    Variant,
)
from domain.take_away import PART_BYTES
from phrases import Phrases
from tests.unit.printer.sheet import city, guide_slip

SAY = Phrases()
HALL = Place(
    id="pl-a",
    name="车辆管理所",
    address="滨海路 88 号",
    lat=37.54,
    lon=121.41,
    phone="0535-6000122",
    hours=(Hours(days="MO-FR", open="08:30", close="17:00"),),
    last_acceptance_minutes=30,
    open_on_workdays_only=True,
)
KIOSK = KioskPlace("滨海广场亭", "017", "370602", 37.52, 121.40)
SATURDAY = dt.datetime(2026, 11, 21, 16, 42, tzinfo=ZoneInfo("Asia/Shanghai"))
FULL = Guide.model_validate(
    {
        "id": "ga-023",
        "name": "机动车驾驶证补领",
        "aliases": ["驾照丢了", "补驾照"],
        "department": "org-gaj",
        "materials": [
            {"name": "居民身份证", "originals": 1, "copies": 1, "note": "看完就还"},
            {"name": "补领申请表", "source": "counter", "originals": 1},
            {"name": "委托书", "originals": 1, "copies": 2, "when": "别人代办"},
        ],
        "steps": [{"name": "取号"}, {"name": "交材料", "where": "3 号窗口"}],
        "promised_limit": {"days": 1},
        "visits": 1,
        "fee": {"charged": True, "text": "10 元"},
        "eligibility": ["证没有被扣押"],
        "phone": {"enquiry": "0535-6000100", "complaint": "0535-6000110"},
        "legal_basis": [{"law": "机动车驾驶证申领和使用规定", "article": "第六十二条"}],
        "verified_on": "2026-11-18",
    }
)
BARE = Guide(id="b-1", name="一件没填的事", department="org-a")


def facts(
    places: tuple[Place, ...] = (HALL,), at: dt.datetime = SATURDAY, *, trusted: bool = True, sample: bool = True
) -> SlipFacts:
    return SlipFacts(
        "市公安局", "车辆管理所", places, KIOSK, at, trusted, lambda year: None, 7, dt.date(2026, 11, 20), sample
    )


def slip(guide: Guide = FULL, given: SlipFacts | None = None, variant: Variant = Variant.FULL) -> Slip:
    return build_guide_slip(SAY, guide, given or facts(), number=123, variant=variant)


B = TypeVar("B")


def one(slip: Slip, kind: type[B]) -> B:
    found = [block for block in slip.blocks if isinstance(block, kind)]
    assert len(found) == 1, kind
    return found[0]


def all_text(slip: Slip) -> str:
    return repr(slip)


def test_a_full_slip_says_everything_at_once() -> None:
    paper = slip()
    assert one(paper, Masthead).number == "第 000123 张"
    assert one(paper, Title) == Title("机动车驾驶证补领", "日常叫法：驾照丢了、补驾照")
    assert one(paper, Figures).cells == (
        ("收费", "10 元"),
        ("要跑", "1 次"),
        ("多久办完", "1 个工作日"),
        ("复印", "1 份"),
    )
    ticks = one(paper, Ticks)
    assert [(row.name, row.count, row.tag, row.tag_style) for row in ticks.rows] == [
        ("居民身份证", "原件 1 份，复印 1 份", "自己带", "solid"),
        ("补领申请表", "原件 1 份", "窗口领", "outline"),
    ]
    assert [(row.name, row.detail) for row in ticks.conditional] == [("委托书", "别人代办")]
    assert one(paper, Numbered).rows == ("取号", "交材料：3 号窗口")
    assert [block.word for block in paper.blocks if isinstance(block, Tab)] == [
        "先带齐",
        "去哪儿",
        "怎么办",
        "还要知道",
    ]
    text = all_text(paper)
    for said in (
        "0535-6000100",
        "0535-6000110",
        "12345",
        "滨海路 88 号",
        "第六十二条",
        "以窗口答复为准",
        "2026-11-18",
        "滨海广场亭",
    ):
        assert said in text


def test_going_now_in_vain_is_said_first() -> None:
    assert one(slip(), Guard) == Guard(
        "白跑预警",
        "现在去，今天办不上了",
        "周一 11 月 23 日 8:30 去，16:30 停止取号；当天受理，最迟 11 月 24 日（周二）办完",
    )


@pytest.mark.parametrize(
    ("at", "trusted", "guarded"),
    [("2026-11-20 10:00", True, False), ("2026-11-20 07:00", True, True), ("2026-11-21 10:00", False, False)],
)
def test_no_warning_when_it_is_open_or_the_clock_may_be_wrong(at: str, trusted: bool, guarded: bool) -> None:
    when = dt.datetime.fromisoformat(at).replace(tzinfo=SATURDAY.tzinfo)
    paper = slip(given=facts(at=when, trusted=trusted))
    assert any(isinstance(block, Guard) for block in paper.blocks) is guarded
    printed = one(paper, Small).lines[-1]
    assert ("2026" in printed) is trusted


def test_what_the_department_has_not_filled_is_left_out_but_phone_and_materials_say_so() -> None:
    paper = slip(BARE, facts(()))
    text = all_text(paper)
    assert "没有核实到，打 12345" in text and "要带什么，部门还没填" in text
    assert not any(isinstance(block, Ticks | Numbered | Guard) for block in paper.blocks)


def test_compact_and_large_are_shortened() -> None:
    short = slip(variant=Variant.COMPACT)
    assert not any(isinstance(block, Numbered) for block in short.blocks)
    assert any(isinstance(block, Paragraph) and "委托书" in block.text for block in short.blocks)
    large = slip(variant=Variant.LARGE)
    assert one(large, Title) == Title("驾照丢了", "正式名：机动车驾驶证补领")
    assert "乘车" not in all_text(large)
    named = FULL.model_copy(update={"aliases": ("驾照", "驾照丢了", "补驾照")})
    assert one(slip(named, variant=Variant.LARGE), Title).name == "驾照丢了"


def test_sample_content_says_so_on_the_paper() -> None:
    assert "都不是真的" in all_text(slip())
    assert "都不是真的" not in all_text(slip(given=facts(sample=False)))


def test_copies_count_what_everybody_needs() -> None:
    assert copies(FULL) == 1


def test_the_code_holds_the_guide_itself() -> None:
    codes = one(slip(), TakeAway)
    text = codes.payload
    assert text.splitlines()[0] == "【机动车驾驶证补领】 1/2"
    assert [payload.splitlines()[0] for payload, _ in codes.more] == ["【机动车驾驶证补领】 2/2"]
    assert "http" not in text and "居民身份证" in text and "车辆管理所" in text
    assert max(len(each.encode()) for each in (text, *(more for more, _ in codes.more))) <= PART_BYTES
    ((alone, label),) = codes.alone.codes if codes.alone else ()
    assert codes.several and alone.startswith("【机动车驾驶证补领】\n要带：") and not label
    assert one(slip(variant=Variant.BILINGUAL), TakeAway).more == codes.more
    for variant in (Variant.COMPACT, Variant.LARGE):
        single = one(slip(variant=variant), TakeAway)
        assert (single.payload, single.more, single.several, single.alone) == (alone, (), "", None)


def test_narrow_paper_has_more_codes_only_for_what_everybody_brings() -> None:
    papers = tuple(Material(name=f"一份名字相当长的材料{number}", originals=1) for number in range(9))
    guide = FULL.model_copy(update={"materials": papers})
    for variant in (Variant.FULL, Variant.COMPACT, Variant.LARGE):
        codes = one(build_guide_slip(SAY, guide, facts(), number=1, variant=variant), TakeAway)
        narrow = codes.narrowed()
        for each in (codes, narrow):
            texts = (each.payload, *(text for text, _ in each.more))
            assert all(paper.name in "".join(texts) for paper in papers)
            assert (each.label, each.several) == (f"第 1 段，共 {len(texts)} 段", f"{len(texts)} 个码都要扫，各是一段")
        assert narrow.alone is None and narrow.narrowed() == narrow and narrow.check == codes.check
        assert len(narrow.more) == 1


def test_a_short_slip_in_another_language_names_the_department_in_chinese() -> None:
    """What a stranger shows to a driver or a clerk."""
    for lang in ("en", "ja", "ko", "zh-Hans", "zh-Hant"):
        short = build_guide_slip(Phrases(lang), FULL, facts(), number=1, variant=Variant.COMPACT)
        where = one(short, Keyed)
        assert one(short, Title).name == FULL.name
        assert where.head == HALL.name and HALL.address in dict(where.rows).values()
        named = [text for _, text in where.rows if "市公安局" in text]
        assert len(named) == (not lang.startswith("zh"))


def test_the_head_of_the_code_says_whether_it_is_all() -> None:
    codes = one(slip(), TakeAway)
    assert (codes.head, codes.narrowed().head) == ("扫码带走全文", "扫码带走要点")
    assert "别的见纸上" in codes.narrowed().payload and "交材料：3 号窗口" in "".join(text for text, _ in codes.more)
    assert one(slip(variant=Variant.COMPACT), TakeAway).head == "扫码带走要点"
    assert one(slip(BARE, facts(())), TakeAway).head == "扫码带走全文"


def test_a_third_code_only_where_it_brings_something() -> None:
    some = tuple(Material(name=f"要的材料之{n}", originals=1, copies=1, note="六个月内的") for n in range(7))
    longer = FULL.model_copy(update={"materials": some})
    codes = one(slip(longer), TakeAway)
    assert len(codes.more) == 2 and codes.head == "扫码带走全文"
    assert all(f"要的材料之{n} 原件1复印1（六个月内的）" in repr(codes) for n in range(7))
    endless = FULL.model_copy(update={"materials": (), "eligibility": ("条件" * 60, "再一条" * 60, "又一条" * 60)})
    codes = one(slip(endless), TakeAway)
    assert len(codes.more) < 2 and codes.head == "扫码带走要点"


def test_a_day_is_named_only_where_no_holiday_can_lie_on_the_way() -> None:
    """Working days need the calendars of all years on the way; days of the calendar do not."""
    days = FULL.model_copy(update={"promised_limit": Limit(days=1, unit="calendar")})
    assert ("周一受理，最迟", "11 月 24 日") in one(slip(days), Figures).cells
    assert ("多久办完", "1 个工作日") in one(slip(), Figures).cells
    assert ("多久办完", "1 天") in one(slip(days, facts(trusted=False)), Figures).cells
    rows = [row for block in slip().blocks if isinstance(block, Keyed) for row in block.rows]
    assert ("多久", "承诺 1 个工作日") in rows


def test_photocopies_are_said_also_when_there_are_none() -> None:
    assert ("复印", "0 份") in one(slip(BARE, facts(())), Figures).cells


def test_phone_and_hours_say_when_nobody_checked_them() -> None:
    bare = HALL.model_copy(update={"phone": None, "hours": ()})
    keyed = [block for block in slip(BARE, facts((bare,))).blocks if isinstance(block, Keyed)]
    rows = dict(keyed[0].rows)
    assert rows["时间"] == rows["电话"] == "没有核实到，打 12345"
    rows = dict(next(block for block in slip(BARE, facts(())).blocks if isinstance(block, Keyed)).rows)
    assert rows["时间"] == rows["电话"] == "没有核实到，打 12345"


def test_the_check_code_stands_beside_the_code_and_in_it() -> None:
    given = replace(facts(), check="7KQ2-M9XD-H4RT")
    codes = one(slip(given=given), TakeAway)
    assert codes.check is not None and codes.check.code == "7KQ2-M9XD-H4RT"
    assert "校验码 7KQ2-M9XD-H4RT" in codes.payload.splitlines()
    assert one(slip(), TakeAway).check is None


def test_the_version_stands_at_the_foot_once_the_item_has_one() -> None:
    line = one(slip(FULL.model_copy(update={"version": 12})), Small).lines[0]
    assert line.startswith("版本 12，目录第 7 版，2026-11-20")
    assert "版本" not in one(slip(), Small).lines[0]


@pytest.mark.parametrize("variant", [Variant.FULL, Variant.COMPACT, Variant.LARGE, Variant.BILINGUAL])
def test_both_phones_stand_on_every_kind(variant: Variant) -> None:
    text = all_text(slip(variant=variant))
    assert "0535-6000100" in text and "0535-6000110、12345" in text


def test_a_map_only_where_both_positions_are_known_and_only_on_a_full_slip() -> None:
    plan = one(slip(), Map)
    assert (round(plan.east_m), round(plan.north_m)) == (882, 2224)
    assert (plan.place, plan.distance, plan.stop) == ("车辆管理所", "2.4 公里", None)
    for other in (slip(variant=Variant.COMPACT), slip(variant=Variant.LARGE), slip(variant=Variant.BILINGUAL)):
        assert not any(isinstance(block, Map) for block in other.blocks)
    nowhere = HALL.model_copy(update={"lat": None, "lon": None})
    here = HALL.model_copy(update={"lat": KIOSK.lat, "lon": KIOSK.lon})
    for place in (nowhere, here):
        assert not any(isinstance(block, Map) for block in slip(given=facts((place,))).blocks)


def test_the_walk_from_the_stop_is_said_once() -> None:
    """In the line of the bus; on the map only where that line is about a stop whose walk nobody measured."""
    near = {"stop": "滨河公园站", "lines": ["13"], "walk_m": 150}
    far = {"stop": "滨海广场站", "lines": ["5"]}

    def paper(*stops: object) -> Slip:
        hall = Place.model_validate({**HALL.model_dump(exclude_none=True), "bus": stops, "aliases": ["车管所"]})
        return slip(given=facts((hall,)))

    assert one(paper(near), Map).stop is None and "再走 150 米" in all_text(paper(near))
    assert one(paper(far, near), Map).stop == ("滨河公园站", "再走 150 米")
    assert one(paper(far), Map).stop is None


def know(paper: Slip) -> dict[str, str]:
    return dict([block for block in paper.blocks if isinstance(block, Keyed)][-1].rows)


def test_what_stands_above_is_not_said_again_at_the_foot() -> None:
    """The fee where its cell had room for all of it, and the department where the place bears its name."""
    assert "收费" not in know(slip())
    long = FULL.model_copy(update={"fee": Fee(charged=True, text="10 元（邮寄另付邮费，到付）")})
    assert know(slip(long))["收费"] == "10 元（邮寄另付邮费，到付）"
    assert know(slip())["部门"] == "市公安局"
    assert "部门" not in know(slip(given=replace(facts(), department="车辆管理所")))


def test_the_day_of_the_result_is_said_once() -> None:
    days = FULL.model_copy(update={"promised_limit": Limit(days=1, unit="calendar")})
    assert ("周一受理，最迟", "11 月 24 日") in one(slip(days), Figures).cells
    assert one(slip(days), Guard).detail == "周一 11 月 23 日 8:30 去，16:30 停止取号"


@pytest.mark.parametrize("variant", [Variant.FULL, Variant.BILINGUAL])
def test_the_whole_duty_to_tell_is_on_the_paper(variant: Variant) -> None:
    """一次性告知: name, basis, steps, conditions, papers, fee, time limit, both phones."""
    text = all_text(slip(variant=variant))
    for said in (
        "机动车驾驶证补领",
        "第六十二条",
        "交材料",
        "证没有被扣押",
        "居民身份证",
        "委托书",
        "10 元",
        "承诺 1 个工作日",
    ):
        assert said in text, said
    assert "0535-6000100" in text and "0535-6000110" in text


EVERYTHING = Guide.model_validate(
    {
        **FULL.model_dump(exclude_none=True),
        "materials": [
            {
                "name": "出生医学证明",
                "originals": 1,
                "note": "出院时给，A4",
                "size": "A4，横版",
                "issued_by": "助产医院",
                "blank": "窗口",
                "filled": "窗口旁的墙上",
                "accepted": "盖了章",
            },
            {"name": "户口簿", "originals": 1, "form": "either", "note": "派出所给的", "issued_by": "派出所"},
            {"name": "结婚证", "originals": 1, "form": "either"},
        ],
        "promised_limit": {"days": 5, "note": "公示不算在内"},
        "legal_limit": {"days": 20, "note": "鉴定不算在内"},
        "legal_basis": [{"law": "户口登记条例", "article": "第七条"}, {"law": "人口与计划生育法"}],
        "appointment": True,
        "visit_reason": "要当面照相",
        "special_procedure": "要先公示七天",
        "appeal": "六十天内申请行政复议",
    }
)


@pytest.mark.parametrize("variant", [Variant.FULL, Variant.BILINGUAL, Variant.LARGE])
def test_format_issuer_and_where_to_get_it_stand_with_each_paper(variant: Variant) -> None:
    rows = {row.name: row.detail for row in one(slip(EVERYTHING, variant=variant), Ticks).rows}
    assert rows["出生医学证明"] == (
        "出院时给，A4；横版；助产医院出具；空白表：窗口；样表：窗口旁的墙上；要求：盖了章；只收纸质"
    )
    # What the note says is not said twice.
    assert rows["户口簿"] == "派出所给的" and rows["结婚证"] == ""
    assert "没写“只收纸质”的，交电子件也行" in all_text(slip(EVERYTHING, variant=variant))


def test_of_papers_that_may_be_electronic_the_rarer_kind_is_told_apart() -> None:
    either = EVERYTHING.materials[2]
    alone = EVERYTHING.model_copy(update={"materials": (either,)})
    assert know(slip(alone))["电子"] == "这些材料，交电子件也行"
    assert one(slip(alone), Ticks).rows[0].detail == ""
    paper = [Material(name=f"纸质的{n}", originals=1) for n in range(2)]
    rarer = EVERYTHING.model_copy(update={"materials": (either, *paper)})
    assert [row.detail for row in one(slip(rarer), Ticks).rows] == ["电子件也行", "", ""]
    assert "电子" not in know(slip(rarer))


def test_every_law_and_what_else_is_to_be_told_stand_at_the_end() -> None:
    rows = know(slip(EVERYTHING))
    assert rows["依据"] == "《户口登记条例》第七条、《人口与计划生育法》"
    assert rows["多久"] == "承诺 5 个工作日，法定最长 20 个工作日，公示不算在内，鉴定不算在内"
    assert (rows["预约"], rows["到场"]) == ("要先预约", "要当面照相")
    assert (rows["程序"], rows["复议"]) == ("要先公示七天", "六十天内申请行政复议")
    assert not {"预约", "到场", "程序", "复议", "电子"} & set(know(slip()))


def test_no_field_of_the_duty_to_tell_is_left_out_of_any_slip_of_the_sample_city() -> None:
    held = city()
    for id, guide in held.guides.items():
        text = all_text(guide_slip(held, id, Variant.FULL, "zh-Hans"))
        for material in guide.materials:
            fields = (material.name, material.note, material.issued_by, material.blank, material.filled)
            sizes = (material.size or "").split("，")
            for said in (*fields, material.accepted, material.when, *sizes):
                assert (said or "") in text, (id, said)
        laws = (part for law in guide.legal_basis for part in (law.law, law.article))
        steps = (part for step in guide.steps for part in (step.name, step.where, step.note))
        limits = (limit.note for limit in (guide.promised_limit, guide.legal_limit) if limit)
        phones = (guide.phone.enquiry, guide.phone.complaint) if guide.phone else ()
        rest = (guide.name, guide.visit_reason, guide.special_procedure, guide.appeal)
        for said in (*laws, *steps, *limits, *phones, *rest, *guide.eligibility):
            assert (said or "") in text, (id, said)


def test_two_languages_hold_the_same_blocks_and_the_code_is_the_citizens() -> None:
    english = Phrases("en")
    translated = FULL.model_copy(update={"name": "Replace a lost licence"})
    paper = build_guide_slip(
        SAY, FULL, facts(), number=124, variant=Variant.BILINGUAL, second=Second(english, translated, (HALL,))
    )
    assert (paper.lang, paper.second_lang) == ("zh-Hans", "en")
    assert [type(block) for block in paper.blocks] == [type(block) for block in paper.second]
    assert paper.blocks[1] == Title("机动车驾驶证补领", "日常叫法：驾照丢了、补驾照")
    assert isinstance(paper.second[1], Title) and paper.second[1].name == "Replace a lost licence"
    codes = one(paper, TakeAway)
    assert codes.payload.startswith("[Replace a lost licence] 1/") and "\nBring: " in codes.payload
    assert codes.head == "扫码带走全文" and one(Slip(paper.second), TakeAway).head == "Scan to take all of it along"
    assert one(paper, TakeAway).closing[:2] == ("本条供参考，以窗口答复为准。", "外文只供对照，有出入时以中文为准。")


def test_one_language_alone_has_no_second_and_the_window_has_its_own_builder() -> None:
    assert slip(variant=Variant.BILINGUAL).second == ()
    with pytest.raises(ValueError, match="builder"):
        slip(variant=Variant.CLERK)
    with pytest.raises(ValueError, match="blocks"):
        Slip((Separator(),), second=(Paragraph("a"),), second_lang="en")
