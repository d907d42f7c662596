"""Another city's list beside ours: pairs, guesses whose it would be, answers that stay."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from hub.gap import Answer
from hub.gap_lists import Listed, mark_of, read_names
from hub.pairing import Ours, Pairer, Pairing, splits
from hub.refusal import Reason, Refused
from hub.sheets import csv_of, workbook_of
from hub.workflow import CITY, Role
from tests.hub.conftest import City, guide, org

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "catalogue"

# Invented, in the sizes that the city's own story tells: 20 of ours beside 50 of Beijing's.
OURS = [
    "婚姻登记",
    "离婚登记",
    "收养登记",
    "社会团体成立登记",
    "社会团体注销登记",
    "民办非企业单位成立登记",
    "基金会年检",
    "高龄津贴发放",
    "孤儿基本生活费发放",
    "特困人员认定",
    "最低生活保障给付",
    "临时救助给付",
    "残疾人两项补贴",
    "殡葬服务设施查询",
    "养老机构名录查询",
    "地名标志设置",
    "慈善组织认定",
    "海葬补贴",
    "渔民困难救助",
    "村级公墓登记",
]

SHARED = [
    "办理婚姻登记",
    "离婚登记办理",
    "收养登记",
    "社会团体成立登记",
    "社会团体注销登记",
    "民办非企业单位成立登记",
    "基金会年检",
    "高龄津贴",
    "孤儿基本生活费",
    "特困人员认定",
    "最低生活保障给付申请",
    "临时救助给付",
    "残疾人两项补贴申领",
    "殡葬服务设施查询服务",
    "养老机构名录查询",
    "地名标志设置",
    "慈善组织认定",
]

THEIRS = [
    "养老机构备案",
    "居家适老化改造",
    "志愿服务记录证明",
    "慈善信托备案",
    "公开募捐资格审查",
    "行政区域界线查询",
    "彩票销售点设立",
    "社区服务站点查询",
    "流浪乞讨人员救助",
    "百岁老人慰问",
    "困境儿童保障",
    "老年餐桌查询",
    "护理补助",
    "遗体捐献登记",
    "经营性公墓审批",
    "骨灰寄存",
    "农村留守儿童关爱",
    "社工师登记",
    "老年大学报名",
    "家庭养老床位申请",
    "失能评估",
    "福利彩票公益金项目申报",
    "涉外婚姻咨询",
    "儿童福利机构设立",
    "殡仪馆预约",
    "村务公开查询",
    "敬老卡挂失",
    "假肢配置",
    "退伍安置咨询",
    "烈属抚慰",
    "门楼牌号编制",
    "居委会成员证明",
    "婚俗改革宣讲预约",
]


def of(names: list[str], department: str = "org-mz") -> list[Ours]:
    return [Ours(f"guide/{department}-{n}", name, department, (name,)) for n, name in enumerate(names)]


def stocked(city: City, names: list[str], department: str = "org-mz") -> None:
    from hub.importing import read_lines

    raws = [org(department, name=f"{department}局")]
    raws.extend(guide(f"{department}-{n}", name=name, department=department) for n, name in enumerate(names))
    lines = [json.dumps(raw, ensure_ascii=False).encode() + b"\n" for raw in raws]
    city.office.importing.drafts(read_lines([("x", lines)]), None)


def brought(city: City, names: list[str], theirs: str = "民政局", who: str = "writer") -> str:
    content = csv_of([["事项名称", "所属部门"], *([name, theirs] for name in names)])
    return city.office.gaps.bring(city.people[who], "北京", "公布的清单", content, "北京.csv").id


def test_names_are_compared_without_what_everybody_writes_around_them() -> None:
    assert (
        mark_of("办理老年人优待证") == mark_of("老年人优待证 申领") == mark_of("老年人优待证（办理）") == "老年人优待证"
    )
    assert mark_of("婚姻登记") != mark_of("离婚登记")


def test_pairs_by_code_by_name_and_by_likeness() -> None:
    pairer = Pairer([*of(OURS), Ours("guide/x", "某项", "org-mz", ("某项", "老年卡"), ("C-1",))])
    assert pairer.pair(Listed("完全别的名字", "C-1"))[0] is Pairing.COVERED
    assert pairer.pair(Listed("老年卡"))[1][0][0] == "guide/x", "an alias is a name"
    state, near = pairer.pair(Listed("特困人员救助供养认定"))
    assert state is Pairing.MAYBE and near[0][1] == "特困人员认定" and 0.42 <= near[0][2] < 1
    assert pairer.pair(Listed("内地居民收养评估"))[0] is not Pairing.COVERED
    assert pairer.pair(Listed("出租车经营权"))[0] is Pairing.MISSING


def test_twenty_of_ours_beside_fifty_of_beijing(city: City) -> None:
    stocked(city, OURS)
    id = brought(city, [*SHARED, *THEIRS])
    board = city.office.gaps.board(id)
    assert len(OURS) == 20 and len(board.rows) == 50
    (share,) = [one for one in board.shares if one.department == "org-mz"]
    assert (share.ours, share.theirs, share.both, share.waiting) == (20, 50, 17, 33)
    assert set(share.only_ours) == {"海葬补贴", "渔民困难救助", "村级公墓登记"}
    assert share.coverage == pytest.approx(34.0)
    assert city.office.gaps.waiting(city.writer) == 33


def test_answers_stay_when_the_list_comes_again(city: City) -> None:
    stocked(city, OURS)
    gaps = city.office.gaps
    id = brought(city, [*SHARED, *THEIRS])
    assert gaps.answer(city.writer, id, mark_of("养老机构备案"), Answer.MISSING) is not None
    gaps.answer(city.writer, id, mark_of("门楼牌号编制"), Answer.NOT_OURS, reason="公安局管")
    gaps.answer(city.writer, id, mark_of("骨灰寄存"), Answer.LATER)
    gaps.answer(city.writer, id, mark_of("护理补助"), Answer.HAVE, item="guide/org-mz-12")
    again = brought(city, ["门楼牌号编制", "养老机构备案", "护理补助", "骨灰寄存", "新冒出来的一项"])
    rows = {row.listed.name: row for row in gaps.board(again).rows}
    assert [name for name, row in rows.items() if row.waits] == ["骨灰寄存", "新冒出来的一项"]
    said = rows["门楼牌号编制"].said
    assert said is not None and (said.answer, said.reason) == (Answer.NOT_OURS, "公安局管")
    assert rows["护理补助"].covered
    assert [one.id for one in gaps.lists()] == [again], "one list a city on the page"
    assert [entry.action for entry in city.office.audit.entries(action="gaps.answer")] == ["gaps.answer"] * 4
    assert city.office.audit.verify() is None


def test_a_yes_begins_a_draft_with_the_name_and_its_source_only(city: City) -> None:
    stocked(city, OURS)
    id = brought(city, [*SHARED, "养老机构备案"])
    key = city.office.gaps.answer(city.writer, id, mark_of("养老机构备案"), Answer.MISSING)
    assert key is not None
    draft = city.office.items.open(key)
    assert draft is not None
    assert dict(draft.record) == {
        "kind": "guide", "id": key.partition("/")[2], "name": "养老机构备案", "department": "org-mz",
    }  # fmt: skip
    (step,) = city.office.items.history(key, 1)
    assert step.remark == "北京：公布的清单，第 18 行"


def test_what_needs_a_reason_and_who_may_answer(city: City) -> None:
    stocked(city, OURS)
    id = brought(city, [*SHARED, "养老机构备案"])
    gaps, mark = city.office.gaps, mark_of("养老机构备案")
    with pytest.raises(Refused) as refused:
        gaps.answer(city.writer, id, mark, Answer.NOT_HERE, reason=" ")
    assert refused.value.reason is Reason.GAP_REASON_NEEDED
    other = city.add("other", Role.EDITOR, "org-ga")
    with pytest.raises(Refused) as refused:
        gaps.answer(other, id, mark, Answer.MISSING)
    assert refused.value.reason is Reason.NOT_YOURS_TO_ANSWER
    collector = city.add("collector", Role.COLLECTOR, CITY)
    city.office.items.create(collector, org("org-ga", name="公安局"))
    gaps.assign(collector, id, mark, "org-ga")
    row = next(row for row in gaps.board(id).rows if row.mark == mark)
    assert (row.department, row.waits) == ("org-ga", True)
    assert gaps.answer(other, id, mark, Answer.MISSING) is not None
    with pytest.raises(Refused):
        gaps.board("none")


def test_whose_a_row_would_be_follows_its_neighbours(city: City) -> None:
    stocked(city, OURS)
    stocked(city, ["居民身份证申领", "户口迁移", "出生登记"], "org-ga")
    content = csv_of(
        [
            ["名称", "部门"],
            ["居民身份证", "公安"], ["户口迁移", "公安"], ["无犯罪记录证明", "公安"],
            ["婚姻登记", "民政"], ["养老机构备案", "民政"], ["谁也不像的事", ""],
        ]
    )  # fmt: skip
    board = city.office.gaps.board(city.office.gaps.bring(city.writer, "上海", "x", content, "x.csv").id)
    assert [row.department for row in board.rows] == ["org-ga"] * 3 + ["org-mz"] * 2 + [""]


def test_lists_come_as_a_table_or_one_name_a_line() -> None:
    plain = "婚姻登记\n收养登记\n婚姻登记\n".encode("gb18030")
    assert [one.name for one in read_names(plain, "x.txt")] == ["婚姻登记", "收养登记"]
    table = workbook_of(
        [("表", [["2026 清单"], ["序号", "事项名称", "实施编码", "部门"], ["1", "收养登记", "C-1", "民政"]], ())]
    )
    assert read_names(table, "x.xlsx") == (Listed("收养登记", "C-1", "民政"),)
    with pytest.raises(Refused) as refused:
        read_names(csv_of([["a", "b"], ["1", "2"]]), "x.csv")
    assert refused.value.reason is Reason.GAP_LIST_UNFIT


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared is not here")
def test_how_often_it_is_right_on_real_names() -> None:
    """Every second item of a province stands on our side by its official name; on theirs stand all of them by another
    name of the same item (short, everyday or of the matter). A right pair is the item itself; nobody paired them here.
    """
    with (DATA / "gd_items.tsv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE) if row["task_name"]]
    other = []
    for n, row in enumerate(rows):
        names = [row[one] for one in ("daily_name", "short_name", "matter_name") if row[one]]
        different = [one for one in names if mark_of(one) != mark_of(row["task_name"])]
        if different:
            other.append((n, different[0]))
    assert len(other) > 100
    kept = {n for place, (n, _) in enumerate(other) if place % 2 == 0}
    ours = [
        Ours(str(n), row["task_name"], row["dept"], (row["task_name"],))
        for n, row in enumerate(rows)
        if n in kept or n not in {m for m, _ in other}
    ]
    pairer = Pairer(ours)
    right = wrong = offered = absent_called_missing = 0
    for n, name in other:
        state, near = pairer.pair(Listed(name))
        keys = [key for key, _, _ in near]
        if state is Pairing.COVERED:
            same = next(one for one in ours if one.key == keys[0])
            right += keys[0] == str(n) or mark_of(same.name) == mark_of(rows[n]["task_name"])
            wrong += not (keys[0] == str(n) or mark_of(same.name) == mark_of(rows[n]["task_name"]))
        offered += n in kept and str(n) in keys
        absent_called_missing += n not in kept and state is not Pairing.COVERED
    absent = len(other) - len(kept)
    print(
        f"{len(other)} names: {wrong} wrongly claimed;"
        f" right one among the three offered {offered / len(kept):.2f};"
        f" absent not claimed {absent_called_missing / absent:.2f}"
    )
    assert wrong <= 0.02 * len(other), "only equal names are claimed; where several items bear one, any is as good"
    assert offered / len(kept) >= 0.7
    assert absent_called_missing / absent >= 0.98


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared is not here")
@pytest.mark.parametrize(
    ("register", "whole", "part"), [("guangan", "main_item", "name"), ("gd", "matter_name", "task_name")]
)
def test_names_that_look_like_parts_of_one_item_are(register: str, whole: str, part: str) -> None:
    """On our side stand the main items of a register, and every item that has none; on theirs all sub items. What the
    register itself puts below the main item is right.
    """
    with (DATA / f"{register}_items.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    below = [
        (row[whole], row[part])
        for row in rows
        if row[whole] not in ("", "未分类") and mark_of(row[whole]) != mark_of(row[part])
    ]
    alone = {row[part] for row in rows} - {name for _, name in below}
    ours = of(sorted({main for main, _ in below} | alone))
    names = {one.key: one.name for one in ours}
    pairer, listed = Pairer(ours), [Listed(name) for _, name in below]
    found = splits(listed, [pairer.pair(one) for one in listed])
    truth = {(mark_of(name), mark_of(main)) for main, name in below}
    right = sum((mark_of(listed[place].name), mark_of(names[key])) in truth for place, key in found.items())
    print(f"{register}: {len(below)} sub items, {len(found)} seen, {right} right")
    assert len(found) >= 100 and right >= 0.98 * len(found)


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared is not here")
def test_a_district_beside_a_province_in_seconds() -> None:
    with (DATA / "gd_items.tsv").open(encoding="utf-8") as stream:
        ours = [
            Ours(str(n), row["task_name"], row["dept"], (row["task_name"],))
            for n, row in enumerate(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
            if row["task_name"]
        ]
    with (DATA / "guangan_items.tsv").open(encoding="utf-8") as stream:
        theirs = [
            Listed(row["name"], "", row["dept"])
            for row in csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]
    pairer = Pairer(ours)
    found = [pairer.pair(one)[0] for one in theirs]
    counted = {state: found.count(state) for state in Pairing}
    print({state.value: n for state, n in counted.items()})
    assert all(counted.values()) and sum(counted.values()) == len(theirs)
    same = {mark_of(one.name) for one in ours} & {mark_of(one.name) for one in theirs}
    assert counted[Pairing.COVERED] >= len(same)
