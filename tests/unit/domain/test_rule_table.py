"""The table of what may concern whom, row by row: which rules of the sample city carry it, to which guides they lead.

A row that no rule carries says why. Every other rule than these is named as well, so that none is there by accident.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.lint import lint
from domain.records import Guide, Rule, validate

CITY = Path(__file__).parents[3] / "deploy" / "sample_city"


@dataclass(frozen=True, slots=True)
class Row:
    """What the table says: for whom, by which rules, and words that names of guides behind these rules have."""

    whom: str
    rules: tuple[str, ...]
    leads_to: tuple[str, ...] = ()
    why_none: str = ""
    """Why a part of the row, or the whole, has no rule."""


def row(whom: str, rules: str, *leads_to: str, why_none: str = "") -> Row:
    return Row(whom, tuple(rules.split()), leads_to, why_none)


TABLE = {
    1: row("家有新生儿", "r-01", "出生登记", "出生医学证明首次", "新生儿医保参保", "儿童预防接种证"),
    2: row("0–3 岁", "r-02 r-07", "育儿补贴申领"),
    3: row("0–6 岁", "r-02 r-07", "儿童健康管理", "儿童预防接种证"),
    4: row("3 岁，八月底前", "r-04 r-07", "幼儿园入园报名"),
    5: row("6 岁，四月到七月", "r-05 r-07", "小学入学", "随迁子女入学"),
    6: row("11–15 岁", "r-06 r-07", "初中入学", "义务教育学校转学", "学籍证明"),
    7: row("14 岁以下", "r-07", "居民基本医疗保险参保"),
    8: row("13 岁女孩", "", why_none="HPV 疫苗：14 岁以下不按年龄、性别细分，所以靠查找"),
    9: row("16 岁以下", "r-09 r-07", "居民身份证首次申领"),
    10: row("16 岁前后", "r-10", "居民身份证首次申领"),
    11: row("15–18 岁、学生卡", "r-11 r-11-b r-11-c", "普通高中转学", "国家助学金", "公交学生卡", "医疗保险参保"),
    12: row("当年满 18 岁的男性", "r-12", "兵役登记"),
    13: row("18–22 岁，毕业生 24，研究生 26", "r-13 r-13-b r-13-c", "应征报名"),
    14: row("18 岁以上", "r-14", "机动车驾驶证初次申领", why_none="选民登记只在换届那一年有，到时另写"),
    15: row("女满 20、男满 22", "r-15 r-15-b", "结婚登记", "婚前医学检查"),
    16: row("21–26 岁，六月到九月", "r-16", "高校毕业生户口迁移", "人事档案", "就业见习", "求职补贴"),
    17: row("女 20–49 岁", "r-17", "生育登记", "计划生育服务手册", "母子健康手册", "生育津贴"),
    18: row("女 35–64 岁", "r-18", "两癌免费筛查"),
    19: row("外市、外省，住满半年", "r-19 r-19-b r-19-c", "居住证申领", "异地就医", "养老保险关系转移"),
    20: row("外省，跨省通办", "r-20", "身份证异地办理", "异地就医", "公积金异地转移"),
    21: row("在职", "r-21", "提取住房公积金", "公积金贷款", "参保证明", "技能提升补贴"),
    22: row("失业", "r-22", "失业登记", "失业保险金", "职业指导"),
    23: row("失业，女满 40、男满 50", "r-23 r-23-b", "就业困难人员认定", "社会保险补贴"),
    24: row("灵活就业", "r-24", "灵活就业人员职工养老保险", "创业担保贷款"),
    25: row("16–59 岁没有职工养老", "r-25", "城乡居民基本养老保险参保"),
    26: row("九月到十二月", "r-26", "城乡居民基本医疗保险参保"),
    27: row("快到法定退休年龄", "r-27 r-27-b r-27-c", "职工基本养老金申领", "弹性退休"),
    28: row("60 岁以上没有职工养老", "r-28", "城乡居民基本养老保险待遇申领"),
    29: row("退休或 60 岁以上", "r-29 r-29-b", "领取养老待遇资格认证"),
    30: row("60 岁以上", "r-30 r-30-b", "老年人优待证", "公交老年卡"),
    31: row("65 岁以上", "r-31 r-30", "老年人免费健康体检", "公交老年卡"),
    32: row("70 岁以上", "r-32", "机动车驾驶证年度体检"),
    33: row("80 岁以上", "r-33", "高龄津贴"),
    34: row("90、100 岁以上", "r-34 r-34-b", "高龄津贴", "老年人能力评估"),
    35: row("60 岁以上独生子女父母，49 岁以上特别扶助", "r-35 r-35-b", "奖励扶助", "特别扶助"),
    36: row("残疾卡、自己选", "r-36 r-36-b", "残疾人证换领", "护理补贴", "辅助器具", "乘车优待"),
    37: row("军属卡、退役", "r-37 r-37-b", "优待证", "光荣牌", "退役军人报到", "一次性经济补助"),
    38: row("低收入", "r-38", "最低生活保障", "特困人员", "临时救助", "医疗救助", "公共租赁住房"),
    39: row("卡 90 天内到期、已到期", "r-39 r-39-b", "社会保障卡补换", "市民卡补领"),
    40: row("供暖季", "r-40 r-40-b r-40-c", "供暖费交纳", "供暖报停", "取暖补贴"),
    41: row("上半年的企业，三到六月的个税", "r-41 r-41-b", "企业年度报告", "个体工商户年度报告", "个人所得税年度汇算"),
    42: row("车主", "r-42", "检验标志", "违法处理", "车转让登记"),
    43: row("亲人去世", "r-43", "死亡医学证明", "户口注销", "丧葬补助金", "养老保险注销"),
    44: row("选了外语、繁体", "r-44 r-44-b r-44-c", "临时住宿登记", "居留许可", "港澳台居民居住证"),
    45: row("照护失能老人", "r-45", "长期护理保险", "适老化改造"),
}  # fmt: skip

BESIDES = {"r-41-c"}
"""Rules beyond the table: 自己做买卖, which the three taps offer."""


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    return {record.id: record for record in read("rules.jsonl") if isinstance(record, Rule)}


@pytest.fixture(scope="module")
def guides() -> dict[str, Guide]:
    return {record.id: record for record in read("guides.jsonl") if isinstance(record, Guide)}


def read(name: str) -> list[object]:
    with (CITY / name).open(encoding="utf-8") as stream:
        return [validate(json.loads(line)) for line in stream]


def test_the_table_is_whole() -> None:
    assert list(TABLE) == list(range(1, 46))


@pytest.mark.parametrize("number", TABLE)
def test_row(rules: dict[str, Rule], guides: dict[str, Guide], number: int) -> None:
    row = TABLE[number]
    assert row.rules or row.why_none
    assert not set(row.rules) - set(rules)
    names = [guides[item].name for id in row.rules for item in rules[id].items]
    for words in row.leads_to:
        assert any(words in name for name in names), (words, names)


def test_no_rule_is_there_by_accident(rules: dict[str, Rule]) -> None:
    assert {id for row in TABLE.values() for id in row.rules} | BESIDES == set(rules)


def test_each_rule_says_on_what_it_rests_and_whether_that_was_checked(rules: dict[str, Rule]) -> None:
    assert all(rule.basis for rule in rules.values())
    assert {id for id, rule in rules.items() if rule.verified == "yes"} == {"r-10", "r-12", "r-27", "r-27-b", "r-27-c"}


def test_the_lint_has_nothing_to_say(rules: dict[str, Rule], guides: dict[str, Guide]) -> None:
    assert [found for found in lint([*rules.values(), *guides.values()]) if found.kind == "rule"] == []


def test_every_item_of_the_table_is_offered_with_its_season(rules: dict[str, Rule]) -> None:
    """Windows of the year, as the table has them; what has none holds the whole year."""
    months = {id: rule.when.months for id, rule in rules.items() if rule.when.months}
    assert months == {
        "r-04": (3, 4, 5, 6, 7, 8), "r-05": (4, 5, 6, 7), "r-16": (6, 7, 8, 9), "r-26": (9, 10, 11, 12),
        "r-40": (9, 10, 11), "r-40-b": (12, 1, 2, 3), "r-40-c": (11, 12, 1, 2, 3),
        "r-41": (1, 2, 3, 4, 5, 6), "r-41-b": (3, 4, 5, 6),
    }  # fmt: skip
