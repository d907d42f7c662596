from __future__ import annotations

import datetime as dt

import pytest

from hub.refusal import Conflict, Reason, Refused
from hub.task import Turn
from hub.workflow import CITY, Action, Part, Role, Status
from tests.hub.conftest import City, fact, guide, org


def refusal(refused: pytest.ExceptionInfo[Refused]) -> Reason:
    return refused.value.reason


@pytest.fixture(autouse=True)
def _department(city: City) -> None:
    """The department is an item itself; references to it resolve."""
    from hub.workflow import CITY

    boss = city.add("boss", Role.EDITOR, CITY)
    city.office.items.create(boss, org())


def test_the_way_of_an_item(city: City) -> None:
    items = city.office.items
    version = city.draft(guide())
    assert (version.item, version.number, version.status) == ("guide/mz-001", 1, Status.DRAFT)
    version = items.save(city.writer, version.item, guide(summary="一句话"), version.edits)
    assert version.record["summary"] == "一句话"
    version = items.submit(city.writer, version.item, version.edits)
    assert version.status is Status.DEPARTMENT_REVIEW
    version = items.approve(city.first, version.item, version.edits)
    assert version.status is Status.CITY_REVIEW
    version = items.return_(city.second, version.item, version.edits, "金额写清楚")
    assert (version.status, version.remark) == (Status.DRAFT, "金额写清楚")
    version = items.save(city.writer, version.item, guide(summary="十元"), version.edits)
    version = items.submit(city.writer, version.item, version.edits)
    assert version.status is Status.DEPARTMENT_REVIEW, "after any change the department reviews again"
    version = items.approve(city.first, version.item, version.edits)
    version = items.approve(city.second, version.item, version.edits)
    assert (version.status, version.number) == (Status.APPROVED, 1)
    assert [(step.action, step.status) for step in items.history(version.item, 1)] == [
        (Action.CREATE, Status.DRAFT),
        (Action.SAVE, Status.DRAFT),
        (Action.SUBMIT, Status.DEPARTMENT_REVIEW),
        (Action.APPROVE, Status.CITY_REVIEW),
        (Action.RETURN, Status.DRAFT),
        (Action.SAVE, Status.DRAFT),
        (Action.SUBMIT, Status.DEPARTMENT_REVIEW),
        (Action.APPROVE, Status.CITY_REVIEW),
        (Action.APPROVE, Status.APPROVED),
    ]
    assert [(hand.person, hand.part) for hand in items.hands(version.item, 1)] == [
        (city.writer.id, Part.AUTHOR),
        (city.first.id, Part.DEPARTMENT_REVIEW),
        (city.second.id, Part.CITY_REVIEW),
    ]
    assert items.history(version.item, 1)[4].remark == "金额写清楚"


def test_who_helped_to_write_does_not_review(city: City) -> None:
    items, people = city.office.items, city.office.people
    both = people.set_roles(city.first, {Role.EDITOR, Role.DEPARTMENT_REVIEWER})
    version = city.draft(guide())
    version = items.save(both, version.item, guide(summary="帮着改的"), version.edits)
    version = items.submit(city.writer, version.item, version.edits)
    with pytest.raises(Refused) as refused:
        items.approve(both, version.item, version.edits)
    assert refusal(refused) is Reason.AUTHOR_REVIEWS
    entry = city.office.audit.entries(limit=1)[0]
    assert (entry.who, entry.action, entry.subject, entry.done) == (both.id, "item.approve", version.item, False)
    assert entry.details == {"reason": "author_reviews"}


def test_the_first_reviewer_is_not_the_second_even_in_a_later_round(city: City) -> None:
    items = city.office.items
    both = city.office.people.set_roles(city.second, {Role.DEPARTMENT_REVIEWER, Role.CITY_REVIEWER})
    version = city.draft(guide())
    version = items.submit(city.writer, version.item, version.edits)
    version = items.return_(both, version.item, version.edits, "改一处")
    version = items.submit(city.writer, version.item, version.edits)
    version = items.approve(city.first, version.item, version.edits)
    with pytest.raises(Refused) as refused:
        items.approve(both, version.item, version.edits)
    assert refusal(refused) is Reason.REVIEWS_TWICE


def test_roles_count_as_they_are_now(city: City) -> None:
    version = city.draft(guide())
    city.office.people.set_roles(city.writer, {Role.AUDITOR})
    with pytest.raises(Refused) as refused:
        city.office.items.save(city.writer, version.item, guide(summary="晚了"), version.edits)
    assert refusal(refused) is Reason.NOT_AN_EDITOR
    city.office.people.disable(city.first)
    with pytest.raises(Refused) as refused:
        city.office.items.approve(city.first, version.item, version.edits)
    assert refusal(refused) is Reason.NO_SUCH_PERSON


def test_two_editors_nobody_is_written_over(city: City) -> None:
    colleague = city.add("colleague", Role.EDITOR, city.writer.department)
    items = city.office.items
    version = city.draft(guide())
    theirs = items.save(colleague, version.item, guide(summary="同事写的"), version.edits)
    with pytest.raises(Conflict) as conflict:
        items.save(city.writer, version.item, guide(summary="我写的"), version.edits)
    assert conflict.value.who == "样本colleague"
    assert conflict.value.at.strftime("%H:%M") == "15:00", "of the city, not UTC"
    open = items.open(version.item)
    assert open is not None
    assert (open.record["summary"], open.edits) == ("同事写的", theirs.edits)


def test_a_reviewer_approves_what_was_seen_and_nothing_newer(city: City) -> None:
    items = city.office.items
    version = city.draft(guide())
    seen = items.submit(city.writer, version.item, version.edits)
    back = items.withdraw(city.writer, version.item, seen.edits)
    changed = items.save(city.writer, version.item, guide(summary="换了"), back.edits)
    items.submit(city.writer, version.item, changed.edits)
    with pytest.raises(Conflict):
        items.approve(city.first, version.item, seen.edits)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"kind": "guide", "id": "mz-001", "name": "没有部门"}, Reason.RECORD_UNFIT),
        ({"kind": "guide", "id": "大写", "name": "编号不行", "department": "org-mz"}, Reason.RECORD_UNFIT),
        (guide(department="org-ga"), Reason.OTHER_DEPARTMENT),
        (org("org-ga"), Reason.OTHER_DEPARTMENT),
    ],
)
def test_what_cannot_be_begun(city: City, raw: dict[str, object], reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        city.draft(raw)
    assert refusal(refused) is reason


def test_an_item_is_begun_once(city: City) -> None:
    city.draft(guide())
    with pytest.raises(Refused) as refused:
        city.draft(guide())
    assert refusal(refused) is Reason.ITEM_EXISTS
    with pytest.raises(Refused) as refused:
        city.office.items.save(city.writer, "guide/mz-001", guide("mz-002"), 1)
    assert refusal(refused) is Reason.KEY_CHANGES


def test_an_editor_cannot_give_an_item_away(city: City) -> None:
    version = city.draft(guide())
    with pytest.raises(Refused) as refused:
        city.office.items.save(city.writer, version.item, guide(department="org-ga"), version.edits)
    assert refusal(refused) is Reason.OTHER_DEPARTMENT


def test_the_lint_stops_a_submission_and_names_the_field(city: City) -> None:
    version = city.draft(guide(materials=[{"name": "其他材料", "originals": 1}], places=["pl-nowhere"]))
    with pytest.raises(Refused) as refused:
        city.office.items.submit(city.writer, version.item, version.edits)
    assert refusal(refused) is Reason.LINT_STOPS
    assert refused.value.details == ("materials.0.name catch_all_material", "places dangling")
    found = city.office.items.findings(version.item, 1)
    assert {(one.field, one.rule) for one in found if one.level.value == "stop"} == {
        ("materials.0.name", "catch_all_material"),
        ("places", "dangling"),
    }


def test_a_reference_to_another_draft_resolves(city: City) -> None:
    city.draft(guide("mz-002"))
    version = city.draft(guide("mz-001", related=["mz-002"]))
    submitted = city.office.items.submit(city.writer, version.item, version.edits)
    assert submitted.status is Status.DEPARTMENT_REVIEW


def test_giving_a_draft_up(city: City) -> None:
    version = city.draft(guide())
    gone = city.office.items.discard(city.writer, version.item, version.edits)
    assert gone.status is Status.DISCARDED
    assert city.office.items.open(version.item) is None
    again = city.draft(guide(summary="重新来"))
    assert (again.number, city.office.items.version(version.item, 1).status) == (2, Status.DISCARDED)


def test_tasks_and_queue(city: City) -> None:
    items, tasks = city.office.items, city.office.tasks
    mine = city.draft(guide("mz-001"))
    returned = city.draft(guide("mz-002"))
    returned = items.submit(city.writer, returned.item, returned.edits)
    items.return_(city.first, returned.item, returned.edits, "请写出处")
    sent = city.draft(guide("mz-003"))
    items.submit(city.writer, sent.item, sent.edits)
    assert [(task.turn, task.item, task.remark) for task in tasks.tasks_for(city.writer)] == [
        (Turn.RETURNED, "guide/mz-002", "请写出处"),
        (Turn.DRAFT, mine.item, ""),
        (Turn.WAITING, "guide/mz-003", ""),
    ]
    assert [(task.turn, task.item) for task in tasks.tasks_for(city.first)] == [(Turn.REVIEW, "guide/mz-003")]
    assert tasks.tasks_for(city.second) == ()
    both = city.office.people.set_roles(city.writer, {Role.EDITOR, Role.DEPARTMENT_REVIEWER})
    (one,) = tasks.review_queue(both)
    assert (one.item, one.barred, one.author) == ("guide/mz-003", Reason.AUTHOR_REVIEWS, city.writer.name)
    assert Turn.REVIEW not in {task.turn for task in tasks.tasks_for(both)}
    stranger = city.add("stranger", Role.DEPARTMENT_REVIEWER, "org-ga")
    assert tasks.review_queue(stranger) == ()


def test_reading_lists(city: City) -> None:
    city.draft(guide("mz-001", name="低保100%_认定"))
    city.draft(fact())
    items = city.office.items
    assert [item.key for item in items.all()] == ["fact/f-001", "guide/mz-001", "org/org-mz"]
    assert [item.key for item in items.all(kind="guide")] == ["guide/mz-001"]
    assert [item.key for item in items.all(text="%_")] == ["guide/mz-001"]
    assert [item.key for item in items.all(department=city.writer.department, limit=1, offset=1)] == ["guide/mz-001"]
    assert items.get("fact/f-001").department == city.writer.department
    assert [found.key for found in city.office.search.search("低保")] == ["guide/mz-001"]
    with pytest.raises(Refused):
        items.get("guide/nothing")


def test_what_belongs_to_the_city_needs_somebody_of_the_city(city: City) -> None:
    notice = {"kind": "notice", "id": "nt-01", "name": "样本通知", "text": "样本"}
    with pytest.raises(Refused) as refused:
        city.draft(notice)
    assert refusal(refused) is Reason.VERIFIER_NEEDED
    collector = city.add("collector", Role.COLLECTOR)
    assert city.office.items.get(city.office.items.create(collector, notice).item).department == CITY


def test_moments_are_aware(city: City) -> None:
    version = city.draft(guide())
    assert version.made_at.tzinfo is not None
    assert version.made_at - city.clock.at < dt.timedelta(seconds=1)


def test_counting_and_listing_agree_and_names_are_found_by_id(city: City) -> None:
    items = city.office.items
    for number in range(3):
        city.draft(guide(f"mz-00{number}"))
    city.draft(fact())
    given_up = items.open("guide/mz-002")
    assert given_up is not None
    items.discard(city.writer, given_up.item, given_up.edits)
    for wanted in ({}, {"kind": "guide"}, {"kind": "guide", "text": "mz-001"}, {"kind": "guide", "opened": False}):
        assert items.count(**wanted) == len(items.all(**wanted)) > 0
    assert [item.key for item in items.all(kind="guide", opened=True)] == ["guide/mz-000", "guide/mz-001"]
    assert items.count(text="100%_") == 0, "signs of a pattern stand for themselves"
    assert items.called(["mz-001", "f-001", "nobody"]) == {
        "mz-001": ("guide/mz-001", "样本事项 mz-001"),
        "f-001": ("fact/f-001", "样本问题？"),
    }
    assert items.standing(["guide/mz-000", "guide/mz-002"]) == {"guide/mz-000": Status.DRAFT}
