"""The texts to take along: how long they are, in which order, and what is left out first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from domain.guide_slip import SlipFacts
from domain.records import Guide, Material
from domain.take_away import PART_BYTES, TEXT_BYTES, TakenAlong, event_take_away, for_paper, take_away
from phrases import LANGUAGES, Phrases
from tests.unit.domain.test_guide_slip import BARE, FULL, SAY, facts
from tests.unit.printer.sheet import AT, KIOSK, city

CHECK = "7KQ2-M9XD-H4RT"


def many(count: int, name: str = "申请材料") -> Guide:
    """A guide with so many things to bring, and everything else."""
    materials = tuple(Material(name=f"{name}{number}", originals=1, copies=2) for number in range(count))
    return FULL.model_copy(update={"materials": materials, "eligibility": ("条件" * 30, "再一条" * 20)})


def test_a_short_guide_is_one_text_without_a_number() -> None:
    taken = take_away(SAY, BARE, facts(()))
    assert taken.texts == ("【一件没填的事】\n电话：12345\n以窗口答复为准",)
    assert taken.whole and not taken.missing


def test_what_to_bring_comes_first_and_every_text_has_its_head() -> None:
    texts = take_away(SAY, many(3), replace(facts(), check=CHECK)).texts
    assert 1 < len(texts) <= 3
    heads = [text.splitlines()[0] for text in texts]
    assert heads == [f"【机动车驾驶证补领】 {n}/{len(texts)}" for n in range(1, len(texts) + 1)]
    lines = texts[0].splitlines()
    assert lines[1] == f"校验码 {CHECK}" and lines[2].startswith("要带：申请材料0 原件1复印2、申请材料1 ")
    assert sum(CHECK in text for text in texts) == 1
    whole = "\n".join(texts)
    order = [whole.index(word) for word in ("要带：", "去：车辆管理所", "电话：", "步骤：", "依据：", "谁能办：")]
    assert order == sorted(order)
    assert all(f"申请材料{n} " in whole for n in range(3))


def test_a_list_that_goes_on_says_again_what_it_is() -> None:
    texts = take_away(SAY, many(20, "一份名字相当长的材料"), facts()).texts
    assert texts[1].splitlines()[1].startswith("要带：")
    once = tuple(Material(name=f"一份名字相当长的材料{number}", originals=1) for number in range(20))
    first, second, *_ = take_away(SAY, FULL.model_copy(update={"materials": once}), facts()).texts
    assert "要带（没写数的原件1份）：" in first and second.splitlines()[1].startswith("要带：")


def in_codes(count: int, *, brief: bool) -> list[tuple[int, int, int]]:
    """(codes, papers that everybody brings and that are not in them, longest text but the last) for wide paper and for
    narrow paper.
    """
    guide = many(count, "一份名字相当长的材料")

    def make(most: int, part: int) -> TakenAlong:
        return take_away(SAY, guide, facts(), most, part)

    found = []
    for taken in for_paper(make, brief=brief):
        whole = "\n".join(taken.texts)
        assert taken.lacking == sum(f"一份名字相当长的材料{number} " not in whole for number in range(count))
        found.append((len(taken.texts), taken.lacking, max([0, *(len(text.encode()) for text in taken.texts[:-1])])))
    return found


def test_there_are_as_many_codes_as_everybodys_papers_need() -> None:
    most = {1: (1, 1), 4: (1, 1), 5: (2, 2), 8: (2, 2), 9: (3, 2), 10: (3, 3), 13: (3, 3)}
    for count, codes in most.items():
        (wide, lost, long), (narrow, lost_below, _) = in_codes(count, brief=True)
        assert (wide, narrow) == codes and not lost and not lost_below and long <= PART_BYTES
    assert [codes for codes, *_ in in_codes(3, brief=False)] == [2, 1]
    assert [codes for codes, *_ in in_codes(13, brief=False)] == [3, 3]
    assert [(codes, lost > 0) for codes, lost, _ in in_codes(40, brief=True)] == [(3, True), (3, True)]


def test_whose_word_counts_stays_when_much_is_left_out() -> None:
    for count in (1, 30, 90):
        taken = take_away(SAY, many(count), facts(), most=2, part=PART_BYTES)
        assert "以窗口答复为准" in "".join(taken.texts)
        assert all(len(text.encode()) <= PART_BYTES for text in taken.texts)


def test_the_last_line_says_what_is_missing() -> None:
    few = take_away(SAY, many(2), facts())
    assert few.whole and "纸上" not in "".join(few.texts)
    some = take_away(SAY, many(10), facts(), most=2, part=PART_BYTES)
    assert not some.whole and not some.missing and some.texts[-1].endswith("\n别的见纸上或便民亭")
    cut = take_away(SAY, many(90), facts())
    held = sum(f"申请材料{n} " in "\n".join(cut.texts) for n in range(90))
    assert cut.missing == 90 - held > 0 and cut.texts[-1].endswith(f"\n还有 {cut.missing} 样见纸上或便民亭")


def test_what_everybody_brings_goes_last() -> None:
    """Before a paper of everybody goes, those of some people have gone, and what is there already."""
    seen = set()
    for count in range(1, 40):
        base = many(count)
        extra = (
            Material(name="窗口的表", source="counter", originals=1),
            Material(name="部门有的", source="department"),
            Material(name="有人才要的", originals=1, when="请人代办"),
            Material(name="可有可无的", originals=1, necessity="optional"),
        )
        whole = "\n".join(
            take_away(SAY, base.model_copy(update={"materials": (*extra, *base.materials)}), facts(), 1).texts
        )
        everybody = all(f"申请材料{n} " in whole for n in range(count))
        some = ["窗口的表" in whole or "部门有的" in whole, "有人才要的" in whole, "可有可无的" in whole]
        assert everybody or not any(some)
        seen.add((everybody, *some))
    assert {(True, True, True, True), (True, False, True, True), (True, False, False, True)} <= seen
    assert (False, False, False, False) in seen


def test_one_original_each_goes_without_saying_where_most_want_that() -> None:
    once = tuple(Material(name=f"材料{n}", originals=1) for n in range(3))
    both = Material(name="户口簿", originals=1, copies=2)
    text = take_away(SAY, BARE.model_copy(update={"materials": (*once, both)}), facts(())).texts[0]
    assert "要带（没写数的原件1份）：材料0、材料1、材料2、户口簿 原件1复印2" in text
    unknown = Material(name="没填份数")
    text = take_away(SAY, BARE.model_copy(update={"materials": (*once, unknown)}), facts(())).texts[0]
    assert "要带：材料0 原件1、材料1 原件1、材料2 原件1、没填份数\n" in text


def test_no_text_of_the_sample_city_claims_more_than_it_holds() -> None:
    held = city()
    whole, of_all = 0, 0
    for guide in held.guides.values():
        told = held.facts(guide, CHECK)
        for most, part in ((1, TEXT_BYTES), (2, PART_BYTES), (3, PART_BYTES), (3, TEXT_BYTES)):
            taken = take_away(SAY, guide, told, most, part)
            text = "\n".join(taken.texts)
            gone = [material.name for material in guide.materials if material.name not in text]
            brought = [each.name for each in guide.materials if each.when is None and each.name not in text]
            assert len(gone) <= taken.missing and "以窗口答复为准" in text
            assert most < 3 or not brought, guide.id
            assert most == 1 or not taken.lacking, guide.id
            last = taken.texts[-1].splitlines()[-1]
            assert taken.whole is (last == "以窗口答复为准"), guide.id
            if taken.whole:
                whole += 1
                steps = [part for step in guide.steps for part in (step.name, step.where, step.note)]
                laws = [law.law for law in guide.legal_basis]
                notes = [each.note for each in guide.materials if each.source in ("self", "other")]
                for said in (*steps, *laws, *notes, *guide.eligibility):
                    assert not gone and (said or "") in text, (guide.id, said)
            of_all += 1
    assert of_all // 4 < whole < of_all


def test_conditions_go_first_then_law_then_steps() -> None:
    gone: list[tuple[bool, bool, bool]] = []
    for count in range(4, 40):
        whole = "\n".join(take_away(SAY, many(count), facts()).texts)
        gone.append(("谁能办：" not in whole, "依据：" not in whole, "步骤：" not in whole))
    steps = list(dict.fromkeys(gone))
    wanted = [(False, False, False), (True, False, False), (True, True, False), (True, True, True)]
    assert steps == [state for state in wanted if state in steps]
    assert steps[0] == wanted[0] and steps[-1] == wanted[-1] and len(steps) >= 3


def test_more_than_three_texts_hold_is_cut() -> None:
    taken = take_away(SAY, many(90), facts())
    whole = "\n".join(taken.texts)
    assert len(taken.texts) == 3 and not taken.whole and "去：车辆管理所" in whole and "电话：0535-6000100" in whole


def test_one_text_only_where_paper_is_scarce() -> None:
    (text,) = take_away(SAY, many(12), facts(), most=1).texts
    assert len(text.encode()) <= TEXT_BYTES and text.startswith("【机动车驾驶证补领】\n要带：")
    assert "去：车辆管理所" in text and "电话：" in text


def test_several_texts_are_about_equally_long() -> None:
    guide = FULL.model_copy(update={"materials": many(3).materials})
    texts = take_away(SAY, guide, facts()).texts
    sizes = [len(text.encode()) for text in texts]
    assert len(texts) == 2 and max(sizes) <= PART_BYTES and max(sizes) - min(sizes) < 120


@given(
    st.lists(st.text("驾驶证照片身份户口簿，。、（）ab12é가", min_size=1, max_size=120), max_size=30),
    st.text("很长的名字（）12ab", min_size=1, max_size=200),
    st.sampled_from([1, 2, 3]),
    st.sampled_from(LANGUAGES),
    st.booleans(),
    st.sampled_from([PART_BYTES, TEXT_BYTES]),
)
@settings(max_examples=150, deadline=None)
def test_every_text_fits_its_code(names: list[str], title: str, most: int, lang: str, check: bool, part: int) -> None:
    materials = tuple(Material(name=name, originals=1, when=name if len(name) % 3 == 0 else None) for name in names)
    guide = FULL.model_copy(update={"name": title, "materials": materials})
    texts = take_away(Phrases(lang), guide, replace(facts(), check=CHECK if check else ""), most, part).texts
    assert 1 <= len(texts) <= most
    assert all(0 < len(text.encode()) <= TEXT_BYTES for text in texts)
    assert len(texts) == 1 or all(len(text.encode()) <= part for text in texts[:2])
    assert (CHECK in texts[0]) is check
    assert "\ufffd" not in "".join(texts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_life_event_fits(lang: str) -> None:
    from domain.guard import Way, way_between
    from domain.life_plan import merge_materials, ordered_steps
    from domain.records import Place
    from domain.trip import plan_route

    held, say = city(), Phrases(lang)

    def way(start: Place | None, end: Place) -> Way | None:
        where = start or KIOSK
        return way_between(where.lat, where.lon, end.lat, end.lon)

    for event in held.events.values():
        plan = ordered_steps(event, held.guides, {})
        told: list[SlipFacts] = [held.facts(step.guide, "") for step in plan.steps]
        route = plan_route(plan.steps, [fact.places for fact in told], AT, way, held.calendars.get)
        taken = event_take_away(say, plan, told, route, check=CHECK)
        texts = taken.texts
        assert 1 <= len(texts) <= 3 and all(len(text.encode()) <= TEXT_BYTES for text in texts)
        assert event.name in texts[0] and CHECK in texts[0]
        # What several texts share goes on in the next.
        papers = merge_materials([step.guide for step in plan.steps])
        missing = sum(paper.name not in "\n".join(texts) for paper in papers)
        assert missing == taken.missing if lang in LANGUAGES[:2] else missing <= taken.missing
        if lang == LANGUAGES[0]:
            assert not missing, event.id
    assert held.events and AT.date() == dt.date(2026, 11, 21)
