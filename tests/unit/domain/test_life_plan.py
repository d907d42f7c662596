"""Life events: the order respects what must come first; photocopies add up."""

from __future__ import annotations

from pathlib import Path

from domain.life_plan import merge_materials, ordered_steps
from domain.records import EventStep, Guide, LifeEvent, Material, read


def guide(id: str, *materials: Material) -> Guide:
    return Guide(id=id, name=id, department="org-a", materials=materials)


def event(*steps: EventStep) -> LifeEvent:
    return LifeEvent(id="le-a", name="开餐馆", steps=steps)


def order(*steps: EventStep, answers: dict[str, str] | None = None) -> list[str]:
    guides = {step.guide: guide(step.guide) for step in steps}
    return [step.guide.id for step in ordered_steps(event(*steps), guides, answers or {}).steps]


def test_a_step_waits_for_what_comes_before_it() -> None:
    assert order(
        EventStep(guide="open", after=("licence", "fire")),
        EventStep(guide="fire", after=("licence",)),
        EventStep(guide="licence"),
    ) == ["licence", "fire", "open"]


def test_answers_leave_branches_out_and_silence_leaves_them_in() -> None:
    steps = (
        EventStep(guide="company", when={"form": ("company",)}),
        EventStep(guide="single", when={"form": ("single",)}),
        EventStep(guide="food", after=("company", "single")),
    )
    assert order(*steps) == ["company", "single", "food"]
    assert order(*steps, answers={"form": "single"}) == ["single", "food"]


def test_a_circle_falls_back_to_the_editors_order() -> None:
    assert order(EventStep(guide="a", after=("b",)), EventStep(guide="b", after=("a",))) == ["a", "b"]


def test_a_guide_that_is_gone_is_left_out_and_one_in_two_branches_comes_once() -> None:
    steps = (
        EventStep(guide="a", when={"q": ("x",)}),
        EventStep(guide="a", when={"q": ("y",)}),
        EventStep(guide="gone"),
    )
    plan = ordered_steps(event(*steps), {"a": guide("a")}, {})
    assert [step.guide.id for step in plan.steps] == ["a"]


def test_materials_are_merged_and_copies_summed() -> None:
    merged = merge_materials(
        [
            guide(
                "a",
                Material(name="身份证", originals=1, copies=2),
                Material(name="申请表", source="counter", originals=1),
            ),
            guide(
                "b", Material(name="身份证", originals=1, copies=1), Material(name="委托书", originals=1, when="代办")
            ),
        ]
    )
    assert [(item.name, item.uses, item.originals, item.copies) for item in merged] == [("身份证", 2, 1, 3)]


def test_the_sample_city_counts_a_paper_under_one_name() -> None:
    city = Path(__file__).parents[3] / "deploy" / "sample_city"
    held = []
    for name in ("guides.jsonl", "life_events.jsonl"):
        with (city / name).open("rb") as lines:
            held += [line.record for line in read(lines)]
    guides = {record.id: record for record in held if isinstance(record, Guide)}
    for event in (record for record in held if isinstance(record, LifeEvent)):
        names = {item.name for item in merge_materials([guides[step.guide] for step in event.steps])}
        assert not names & {name.removeprefix("居民") for name in names if name.startswith("居民")}, event.id
