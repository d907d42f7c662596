"""The texts to take along: how long they are, in which order, and what is left out first."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from domain.guide_slip import SlipFacts
from domain.records import Guide, Material
from domain.take_away import PART_BYTES, TEXT_BYTES, event_take_away, take_away
from phrases import LANGUAGES, Phrases
from tests.unit.domain.test_guide_slip import BARE, FULL, SAY, facts
from tests.unit.printer.sheet import AT, KIOSK, city

CHECK = "7KQ2-M9XD-H4RT"


def many(count: int, name: str = "申请材料") -> Guide:
    """A guide with so many things to bring, and everything else."""
    materials = tuple(Material(name=f"{name}{number}", originals=1, copies=2) for number in range(count))
    return FULL.model_copy(update={"materials": materials, "eligibility": ("条件" * 30, "再一条" * 20)})


def test_a_short_guide_is_one_text_without_a_number() -> None:
    assert take_away(SAY, BARE, facts(())) == ("【一件没填的事】\n电话：12345\n本条供参考，以窗口答复为准。",)


def test_what_to_bring_comes_first_and_every_text_has_its_head() -> None:
    texts = take_away(SAY, many(3), replace(facts(), check=CHECK))
    assert 1 < len(texts) <= 3
    heads = [text.splitlines()[0] for text in texts]
    assert heads == [f"【机动车驾驶证补领】 {n}/{len(texts)}" for n in range(1, len(texts) + 1)]
    lines = texts[0].splitlines()
    assert lines[1] == f"校验码 {CHECK}" and lines[2].startswith("要带：申请材料0 原件 1 份，复印 2 份、申请材料1 ")
    assert sum(CHECK in text for text in texts) == 1
    whole = "\n".join(texts)
    order = [whole.index(word) for word in ("要带：", "去：车辆管理所", "电话：", "步骤：", "依据：", "谁能办：")]
    assert order == sorted(order)
    assert all(f"申请材料{n} " in whole for n in range(3))


def test_a_list_that_goes_on_says_again_what_it_is() -> None:
    texts = take_away(SAY, many(20, "一份名字相当长的材料"), facts())
    assert texts[1].splitlines()[1].startswith("要带：")


def test_what_the_paper_says_beside_the_code_goes_before_everything_else() -> None:
    base = FULL.model_copy(update={"materials": many(4).materials})
    guides = [base.model_copy(update={"eligibility": ("条件" * count,)}) for count in range(1, 24)]
    texts = [take_away(SAY, guide, facts(), most=2, part=PART_BYTES) for guide in guides]
    assert all(len(text.encode()) <= PART_BYTES for each in texts if len(each) > 1 for text in each)
    whole = ["\n".join(each) for each in texts]
    last = [("以窗口答复为准" in text, "谁能办：" in text) for text in whole]
    assert (False, True) in last and (True, False) not in last


def test_conditions_go_first_then_law_then_steps() -> None:
    gone: list[tuple[bool, bool, bool]] = []
    for count in range(4, 40):
        whole = "\n".join(take_away(SAY, many(count), facts()))
        gone.append(("谁能办：" not in whole, "依据：" not in whole, "步骤：" not in whole))
    steps = list(dict.fromkeys(gone))
    wanted = [(False, False, False), (True, False, False), (True, True, False), (True, True, True)]
    assert steps == [state for state in wanted if state in steps]
    assert steps[0] == wanted[0] and steps[-1] == wanted[-1] and len(steps) >= 3


def test_more_than_three_texts_hold_is_cut_and_says_so() -> None:
    texts = take_away(SAY, many(90), facts())
    whole = "\n".join(texts)
    assert len(texts) == 3 and "、…" in whole and "去：车辆管理所" in whole and "电话：0535-6000100" in whole


def test_one_text_only_where_paper_is_scarce() -> None:
    (text,) = take_away(SAY, many(12), facts(), most=1)
    assert len(text.encode()) <= TEXT_BYTES and text.startswith("【机动车驾驶证补领】\n要带：")
    assert "去：车辆管理所" in text and "电话：" in text


def test_several_texts_are_about_equally_long() -> None:
    guide = FULL.model_copy(update={"materials": many(3).materials})
    texts = take_away(SAY, guide, facts())
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
    texts = take_away(Phrases(lang), guide, replace(facts(), check=CHECK if check else ""), most, part)
    assert 1 <= len(texts) <= most
    assert all(0 < len(text.encode()) <= (TEXT_BYTES if len(texts) == 1 else part) for text in texts)
    assert (CHECK in texts[0]) is check
    assert "\ufffd" not in "".join(texts)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_life_event_fits(lang: str) -> None:
    from domain.guard import Way, way_between
    from domain.life_plan import ordered_steps
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
        texts = event_take_away(say, plan, told, route, check=CHECK)
        assert 1 <= len(texts) <= 3 and all(len(text.encode()) <= TEXT_BYTES for text in texts)
        assert event.name in texts[0] and CHECK in texts[0]
        assert plan.steps[0].guide.name in "".join(texts)
    assert held.events and AT.date() == dt.date(2026, 11, 21)
