"""Departments are asked, and answer: requests with a day, renewed and not doubled; who writes what; items of nobody."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, insert, select, update

from hub.asking import DAYS
from hub.gap import Answer
from hub.gap_lists import mark_of, read_names
from hub.refusal import Reason, Refused
from hub.sheets import csv_of
from hub.tables import asked_rows, asks, releases, unmet_report
from hub.task import Turn
from hub.wanted import wanted_by
from hub.workflow import CITY, Role, Status
from tests.hub.conftest import City, fact, guide, org
from tests.hub.test_freshness import ago, out
from tests.hub.test_gaps import OURS, SHARED, THEIRS, brought, stocked

TODAY = dt.date(2026, 11, 20)


def days(n: int) -> dt.date:
    return TODAY + dt.timedelta(days=n)


@pytest.fixture
def asking(city: City) -> City:
    """20 of ours beside 50 of Beijing's, and somebody who asks."""
    stocked(city, OURS)
    city.add("collector", Role.COLLECTOR, CITY)
    return city


def refusal(refused: pytest.ExceptionInfo[Refused]) -> Reason:
    return refused.value.reason


def test_a_department_is_asked_once_and_the_request_is_gone_when_all_is_answered(asking: City) -> None:
    gaps, writer = asking.office.gaps, asking.writer
    id = brought(asking, [*SHARED, *THEIRS[:3]])
    made = gaps.ask(asking.collector, id, "org-mz")
    assert (made.done, made.of, made.asked.due) == (0, 3, days(DAYS))
    ((held, request),) = gaps.requests(writer)
    assert (held.id, request.done, request.of, request.late) == (id, 0, 3, False)
    assert gaps.requests(asking.collector) == (), "who asked is told when it is late"
    gaps.answer(writer, id, mark_of(THEIRS[0]), Answer.NOT_HERE, reason="没有这事")
    gaps.answer(writer, id, mark_of(THEIRS[1]), Answer.LATER)
    assert gaps.board(id).requests["org-mz"].done == 1, "later is no answer"
    again = gaps.ask(asking.collector, id, "org-mz", days(30))
    assert (again.done, again.of, again.asked.due) == (1, 3, days(30)), "renewed, with what was answered"
    counted = asking.office.store.read(
        lambda connection: [
            connection.execute(select(func.count()).select_from(one)).scalar() for one in (asks, asked_rows)
        ]
    )
    assert counted == [1, 3]
    for name in THEIRS[1:3]:
        gaps.answer(writer, id, mark_of(name), Answer.NOT_OURS, reason="归别处")
    assert gaps.requests(writer) == ()
    with pytest.raises(Refused) as refused:
        gaps.ask(asking.collector, id, "org-mz")
    assert refusal(refused) is Reason.NOTHING_TO_ASK
    newer = brought(asking, [*THEIRS[:3], *THEIRS[5:7]])
    assert gaps.board(newer).requests["org-mz"].of == 3
    fresh = gaps.ask(asking.collector, newer, "org-mz")
    assert (fresh.done, fresh.of) == (0, 2), "what was answered whole is no part of the next request"
    assert [one.action for one in asking.office.audit.entries(action="gaps.ask")] == ["gaps.ask"] * 3


def test_what_is_late_is_shown_to_who_asked(asking: City) -> None:
    gaps = asking.office.gaps
    id = brought(asking, [*SHARED, *THEIRS[:2]])
    gaps.ask(asking.collector, id, "org-mz", TODAY)
    assert not gaps.board(id).requests["org-mz"].late, "the last day is a day for it"
    asking.clock.later(days=1)
    ((_, late),) = gaps.requests(asking.collector)
    assert late.late and late.asked.department == "org-mz"
    assert [one.late for _, one in gaps.requests(asking.writer)] == [True]
    assert gaps.requests(asking.add("other", Role.EDITOR, "org-ga")) == ()


def test_who_may_ask_whom_until_when(asking: City) -> None:
    gaps = asking.office.gaps
    id = brought(asking, [*SHARED, *THEIRS[:2]])
    for person, due, reason in (
        (asking.writer, None, Reason.NOT_A_COLLECTOR),
        (asking.collector, days(-1), Reason.DUE_UNFIT),
        (asking.collector, days(400), Reason.DUE_UNFIT),
    ):
        with pytest.raises(Refused) as refused:
            gaps.ask(person, id, "org-mz", due)
        assert refusal(refused) is reason
    asking.office.items.create(asking.collector, org("org-ga", name="公安局"))
    gaps.assign(asking.collector, id, mark_of(THEIRS[0]), "org-ga")
    with pytest.raises(Refused) as refused:
        gaps.ask(asking.collector, id, "org-ga")
    assert refusal(refused) is Reason.NOBODY_THERE, "nobody would see it"
    assert gaps.board(id).requests == {}


def test_who_writes_it_and_until_when(asking: City) -> None:
    gaps, tasks = asking.office.gaps, asking.office.tasks
    second = asking.add("second_writer", Role.EDITOR, "org-mz")
    id = brought(asking, [*SHARED, *THEIRS[:3]])
    assert [one.id for one in gaps.writers("org-mz")] == [second.id, asking.writer.id, asking.collector.id]
    with pytest.raises(Refused) as refused:
        gaps.answer(asking.writer, id, mark_of(THEIRS[0]), Answer.MISSING, writer=asking.first.id)
    assert refusal(refused) is Reason.NOT_A_WRITER
    assert asking.office.items.all(text=THEIRS[0]) == (), "nothing was begun"
    key = gaps.answer(asking.writer, id, mark_of(THEIRS[0]), Answer.MISSING, writer=second.id, due=days(5))
    own = gaps.answer(asking.writer, id, mark_of(THEIRS[1]), Answer.MISSING)
    assert key is not None and own is not None
    (task,) = [one for one in tasks.tasks_for(second) if one.turn is Turn.WRITE]
    assert (task.item, task.name, task.due, task.who) == (key, THEIRS[0], days(5), asking.writer.name)
    mine = {one.item: one for one in tasks.tasks_for(asking.writer)}
    assert (mine[own].turn, mine[own].due) == (Turn.WRITE, days(DAYS))
    assert (mine[key].turn, mine[key].who) == (Turn.WAITING, second.name), "somebody else is at it"
    draft = asking.office.items.open(key)
    assert draft is not None
    full = {**draft.record, **{name: guide()[name] for name in ("materials", "phone", "fee")}}
    draft = asking.office.items.save(second, key, full, draft.edits)
    draft = asking.office.items.submit(second, key, draft.edits)
    assert [one.turn for one in tasks.tasks_for(second) if one.item == key] == [Turn.WAITING]
    asking.office.items.return_(asking.first, key, draft.edits, "写清楚")
    (back,) = [one for one in tasks.tasks_for(second) if one.item == key]
    assert (back.turn, back.due) == (Turn.RETURNED, days(5))


def test_parts_of_one_item_of_ours_are_seen(city: City) -> None:
    stocked(city, ["城镇燃气经营许可证核发", "收养登记"])
    names = ["城镇燃气经营许可证核发（首次）", "城镇燃气经营许可证核发（变更）", "收养登记证明补领", "百岁老人慰问"]
    rows = {row.listed.name: row for row in city.office.gaps.board(brought(city, names)).rows}
    assert rows[names[0]].part_of == rows[names[1]].part_of == "guide/org-mz-0"
    assert rows[names[2]].part_of is None, "one alone is no part"
    assert rows[names[3]].part_of is None


def test_other_columns_are_kept_without_anybodys_number(city: City) -> None:
    stocked(city, OURS)
    content = csv_of(
        [
            ["序号", "事项名称", "部门", "办理结果", "经办"],
            ["1", "养老机构备案", "民政局", "备案回执", "110101199001011237"],
        ]
    )
    assert read_names(content, "x.csv")[0].told[0] == ("办理结果", "备案回执")
    id = city.office.gaps.bring(city.writer, "北京", "清单", content, "x.csv").id
    (row,) = city.office.gaps.board(id).rows
    assert dict(row.listed.told)["办理结果"] == "备案回执"
    assert "19900101" not in dict(row.listed.told)["经办"]


def told(city: City, text: str, kiosks: int, visits: int, day: dt.date) -> None:
    rows = [{"kiosk": f"K-{n:03}", "day": day.isoformat(), "text": text, "visits": visits} for n in range(kiosks)]
    city.office.store.run_tx(lambda connection: connection.execute(insert(unmet_report), rows))


def test_how_many_asked_for_it_is_told_of_five_kiosks_and_thirty_days(asking: City) -> None:
    id = brought(asking, [*SHARED, *THEIRS])
    assert not asking.office.gaps.board(id).searched
    told(asking, "养老机构备案", 6, 7, days(-3))
    told(asking, "适老化改造", 5, 9, days(-29))
    told(asking, "老年大学", 4, 50, days(-1))
    told(asking, "遗体捐献登记", 8, 6, days(-30))
    board = asking.office.gaps.board(id)
    assert board.searched
    assert {row.listed.name: row.searched for row in board.rows if row.searched} == {
        "养老机构备案": 42,
        "居家适老化改造": 45,
    }


def test_words_that_could_mean_several_count_for_none() -> None:
    marks = {"养老机构备案", "养老机构名录", "居家适老化改造"}
    words = {"养老机构": 9, "居家适老化改造补贴": 4, "适老化": 2, "老": 30, "居家适老化改造": 1}
    assert wanted_by(words, marks) == {"居家适老化改造": 7}


@pytest.fixture
def ageing(city: City) -> City:
    out(
        city,
        org(name="样本局", verified_on=ago(1)),
        org("org-ga", name="公安局", verified_on=ago(1)),
        guide("mz-001", verified_on=ago(10)),
        guide("mz-002", verified_on=ago(200)),
        guide("mz-003"),
        guide("ga-001", department="org-ga", verified_on=ago(300)),
        fact("f-001", verified_on=ago(3), verified_by="org-ga"),
    )
    city.add("collector", Role.COLLECTOR, CITY)
    return city


def test_departments_that_are_behind_are_reminded(ageing: City) -> None:
    reminders = ageing.office.reminders
    assert dict(reminders.desk().waiting) == {"org-mz": 2}, "nobody is there at the other one"
    with pytest.raises(Refused) as refused:
        reminders.remind(ageing.writer)
    assert refusal(refused) is Reason.NOT_A_COLLECTOR
    (made,) = reminders.remind(ageing.collector, days(7))
    assert (made.asked.department, made.done, made.of, made.asked.due) == ("org-mz", 0, 2, days(7))
    version = ageing.office.ledger.verify(ageing.writer, "guide/mz-002")
    assert version.status is Status.DEPARTMENT_REVIEW
    (request,) = reminders.requests(ageing.writer)
    assert (request.done, request.of) == (1, 2)
    (again,) = reminders.remind(ageing.collector, days(9))
    assert (again.done, again.of, again.asked.due) == (1, 2, days(9))
    ageing.clock.later(days=10)
    assert [one.late for one in reminders.requests(ageing.collector)] == [True]
    ageing.office.ledger.verify(ageing.writer, "guide/mz-003")
    assert reminders.requests(ageing.writer) == reminders.requests(ageing.collector) == ()
    assert [one.subject for one in ageing.office.audit.entries(action="freshness.ask")] == ["org/org-mz"] * 2


def test_content_of_nobody_is_found_and_handed_over(ageing: City) -> None:
    reminders, items = ageing.office.reminders, ageing.office.items
    desk = reminders.desk()
    assert [one.key for one in desk.unclaimed] == ["guide/ga-001", "fact/f-001"]
    assert {id: [one.name for one in held] for id, held in desk.writers.items()} == {"org-mz": ["样本writer"]}
    for to, person, reason in (
        ("org-ga", ageing.collector, Reason.NOBODY_THERE),
        ("org-none", ageing.collector, Reason.NOBODY_THERE),
        ("org-mz", ageing.writer, Reason.NOT_A_COLLECTOR),
    ):
        with pytest.raises(Refused) as refused:
            reminders.hand_over(person, "guide/ga-001", to)
        assert refusal(refused) is reason
    version = reminders.hand_over(ageing.collector, "guide/ga-001", "org-mz")
    assert (version.status, version.record["department"]) == (Status.DEPARTMENT_REVIEW, "org-mz")
    assert [one.path for one in items.changes("guide/ga-001", version.number)] == ["department"]
    whole = ageing.add("whole", Role.DEPARTMENT_REVIEWER, CITY)  # the old department has no reviewer either
    version = items.approve(whole, "guide/ga-001", version.edits)
    items.approve(ageing.second, "guide/ga-001", version.edits)
    other = reminders.hand_over(ageing.collector, "fact/f-001", "org-mz")
    assert other.record["verified_by"] == "org-mz"
    ageing.release()
    assert [one.key for one in reminders.desk().unclaimed if not one.open] == []
    assert ageing.office.ledger.entries("org-mz")[1].key == "guide/ga-001"
    ageing.office.people.disable(ageing.writer)
    desk = reminders.desk()
    assert "guide/mz-001" in [one.key for one in desk.unclaimed] and not desk.waiting, "who left writes for nobody"


def test_better_or_worse_than_a_month_ago_and_what_is_filled_in(ageing: City) -> None:
    line = next(one for one in ageing.office.ledger.account().lines if one.department == "org-mz")
    assert line.before is None and line.change is None, "nothing was out then"
    assert line.urgent == (9, 12), "phone, materials and fee of three guides, no place"
    earlier = update(releases).values(published_at="2026-10-01T00:00:00.000000+00:00")
    ageing.office.store.run_tx(lambda connection: connection.execute(earlier))
    line = next(one for one in ageing.office.ledger.account().lines if one.department == "org-mz")
    assert line.share == pytest.approx(100 / 3) and line.before is not None
    assert round(line.before) == 67, "mz-002 was in time then, and what is dated later is no older"
    assert line.change == -34
