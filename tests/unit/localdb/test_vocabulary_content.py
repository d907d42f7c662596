"""The words of the sample city as content: nothing contradictory, nothing swallowed, and people find what they mean."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import combinations
from typing import Any

import pytest

from domain.records import Vocabulary as Record
from localdb.catalogue.reader import CatalogueFile
from localdb.catalogue.search.normalise import Normaliser
from localdb.catalogue.search.vocabulary import Vocabulary, meanings
from tests.unit.localdb.conftest import SAMPLE_CITY

LEAST = 1_800

OPPOSITES = (
    ("开通", "注销"),
    ("设立", "注销"),
    ("开户", "销户"),
    ("迁入", "迁出"),
    ("转入", "转出"),
    ("增员", "减员"),
    ("挂失", "解挂"),
    ("封存", "启封"),
    ("结婚", "离婚"),
    ("休学", "复学"),
    ("提前", "延迟"),
    ("加名", "去名"),
    ("报停", "恢复"),
    ("开栓", "报停"),
    ("停业", "开业"),
    ("丢", "捡"),
    ("收养", "解除收养"),
)
"""Words that must not stand for one another; a name that says both itself (补领结婚证、离婚证) may have both."""

INTENTS = {
    "lost": ("身份证丢了", "户口本找不到了", "驾照没了", "社保卡让人偷了", "房本掉了", "再补一个"),
    "expired": ("驾照过期了", "护照快到期了", "身份证换新", "居住证续签", "卡消磁了", "本子磨花了"),
    "where": ("公证处在哪", "去哪补卡", "附近有公厕", "搁哪交水费", "离我近的派出所", "上哪开证明"),
    "when": ("图书馆几点开门", "大厅啥时候上班", "礼拜六有人吗", "多久能办好", "中午休息吗", "几号来暖气"),
    "phone": ("派出所电话", "电话号码", "打啥电话", "燃气公司咨询热线", "医保局怎么联系", "投诉电话"),
    "fee": ("护照多少钱", "公证要钱吗", "打印收费吗", "花不花钱", "工本费", "体检免费吗"),
    "how": ("网上能办吗", "要带什么材料", "别人代办", "怎么办理", "拿啥去", "准备什么"),
    "who": ("路灯归谁管", "低保哪个部门", "噪音谁管", "够不够条件", "谁能领高龄补贴", "这事找谁"),
    "cancel": ("注销户口", "证不要了", "执照作废", "解除合同", "暖气先停了", "退保"),
    "change": ("改电话", "名字写错了", "水表过户", "换名字", "变更法人", "更正生日"),
    "query": ("查一下公积金", "卡里余额", "办到哪了", "查进度", "批下来没", "社保到账了吗"),
}

ASKED = {
    # papers of a person
    "俺家孙子刚出生上哪报户口": "ga-001",
    "想把户口迁过来": "ga-003",
    "给孩子改姓随妈妈": "ga-007",
    "户口本找不到了": "ga-008",
    "没上过户口咋办": "ga-013",
    "孩子头一回办身份证": "ga-014",
    "身份证没了": "ga-016",
    "老家在外省能在这换身份证吗": "ga-017",
    "租房子的外地人要登记不": "ga-021",
    "电瓶车上牌": "ga-040",
    "吃了罚单上哪交": "ga-041",
    "驾驶本丢了": "ga-023",
    "七十岁开车要体检吗": "ga-026",
    "12分扣光了": "ga-030",
    "考个摩托车本": "ga-025",
    "买了台二手车要过户": "ga-032",
    "大绿本找不着了": "ga-038",
    "去趟香港要办啥证": "ga-045",
    "家里来了外国朋友住几天": "ga-049",
    "给狗办个证": "ga-050",
    "公司公章丢了": "ga-054",
    # family
    "小两口去扯证": "mz-001",
    "两口子过不下去要离": "mz-002",
    "结婚证找不着了": "mz-003",
    "想领养个孩子": "mz-006",
    "媳妇怀孕了要登记": "mz-042",
    "一胎证": "mz-041",
    "生孩子单位给的产假钱": "yb-007",
    "领证前做个体检": "wj-022",
    "给宝宝量身高体检": "wj-023",
    "三岁以下奶粉钱补贴": "wj-018",
    "闺女打宫颈癌疫苗": "wj-017",
    # old, ill, poor, disabled
    "老头八十了能领啥钱": "mz-015",
    "老人坐公交不要钱的卡": "zr-037",
    "瘫在床上没人伺候": "yb-015",
    "糖尿病拿药报销": "yb-005",
    "看病自己垫的钱咋报": "yb-006",
    "去北京看病能直接报吗": "yb-004",
    "没钱看病了": "yb-011",
    "日子过不下去想吃低保": "mz-010",
    "冬天在外头没地方住": "mz-014",
    "想评个残疾": "mz-022",
    "残疾人坐车免费不": "zr-075",
    "老伴没了丧葬费找谁领": "rs-015",
    "在家里去世开死亡证明": "wj-021",
    # work and money
    "厂子倒闭了领失业金": "rs-022",
    "干活摔断腿算工伤不": "rs-035",
    "包工头不给钱": "rs-041",
    "快到岁数了办退休": "rs-009",
    "老人刷脸认证": "rs-012",
    "自己交劳保": "rs-018",
    "毕业档案放哪": "rs-028",
    "考完证单位让领补贴": "rs-023",
    "雇个外教要啥证": "rs-044",
    "租房子能取公积金不": "gj-003",
    # school, army
    "外地娃在这上学": "jy-004",
    "孩子高一想换个学校": "jy-005",
    "交不起大学学费": "jy-013",
    "大学生去当兵": "mz-045",
    "满十八岁登记当兵": "mz-044",
    # house and living
    "房照丢了": "zr-007",
    "买房要网签": "zr-074",
    "爹妈没了房子咋过户": "zr-008",
    "房贷还清了去解押": "zr-005",
    "今年冬天不用暖气": "zr-033",
    "家里没水表要装一个": "zr-029",
    "邻居漏水吵起来了找人说和": "zr-071",
    "请不起律师": "zr-052",
    # business
    "开个早餐店办啥证": "sc-019",
    "推个车卖煎饼": "sc-021",
    "店黄了执照咋弄": "sc-003",
    "小卖部卖烟": "sc-026",
    "给商标注个册": "sc-052",
    "老板让去税务报到": "sc-035",
    "打鱼的证": "zr-046",
    # said shortly, and offices that few know by name
    "生意不好先关几个月": "sc-011",
    "年纪大找不着工作有照顾吗": "rs-026",
    "家里遭了火灾能帮帮吗": "mz-012",
    "刚提的车没牌能上路吗": "ga-039",
    "公司上六休一轮班要批吗": "rs-042",
    "开业放大气球": "qx-002",
    "孩子天天玩手机不听话": "fn-002",
    "冬天烧煤困难户给补多少": "mz-046",
    "国外寄来的包裹被扣了": "hg-002",
    "死后想把器官捐了": "hs-001",
    "想学心肺复苏": "hs-002",
    "小厂没抵押想贷款": "jr-001",
    "钱让老鼠咬了能换吗": "rh-002",
    "上访去哪": "xf-001",
    "老楼没电梯老人下不来": "zr-078",
    "苹果箱上印烟台苹果": "zs-003",
    "家里老瓷瓶想让专家看看": "wl-002",
    "男人动手打我": "fn-001",
}
"""What somebody might say at the kiosk, and the guide that must be among the first five."""

MISTAKEN = {
    "领证明": "结婚登记",
    "领证书": "结婚登记",
    "社区医院": "社区居民委员会",
    "个体诊所": "个体工商户设立登记",
    "附近公园": "就近便民查询",
    "看看病": "查询",
    "水表过户": "改名",
    "银行卡丢了": "社会保障卡补换",
    "想要离婚": "临时救助",
    "开海鲜店": "伏季休渔",
    "办营业执照": "企业年度报告公示",
    "社保服务中心在哪": "政务服务大厅",
    "优抚对象": "配偶",
    "怎么查询社保": "办理流程",
    "120平的房子": "救护车打什么电话",
    "老奶奶没了": "补领",
}
"""What must not be read into a question: words that look alike and mean something else."""


def _records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLE_CITY / "vocabulary.jsonl").read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    return _records()


@pytest.fixture(scope="module")
def vocabulary(records: list[dict[str, Any]]) -> Vocabulary:
    plain = Normaliser()
    return Vocabulary(entry for one in records for entry in meanings(Record.model_validate(one), plain))


def test_there_are_enough_words_and_each_record_is_in_its_place(records: list[dict[str, Any]]) -> None:
    ids = [one["id"] for one in records]
    assert len(records) >= LEAST
    assert ids == sorted(set(ids))
    assert [one["id"] for one in records if one["name"] != one["words"][0]] == []
    assert [one["id"] for one in records if len(set(one["words"])) != len(one["words"])] == []
    assert [
        one["id"] for one in records if not 0 < one.get("weight", 1.0) <= 1.0 or one.get("sample") is not True
    ] == []
    alone = [
        one["id"] for one in records if one["relation"] in ("same", "narrower", "related") and len(one["words"]) < 2
    ]
    assert alone == []


def test_a_word_stands_in_one_group_of_the_same_meaning_only(records: list[dict[str, Any]]) -> None:
    groups = defaultdict(list)
    for one in records:
        if one["relation"] == "same":
            for word in one["words"]:
                groups[word].append(one["id"])
    assert {word: ids for word, ids in groups.items() if len(ids) > 1} == {}


def test_a_wide_or_related_word_has_one_record(records: list[dict[str, Any]]) -> None:
    heads = defaultdict(list)
    for one in records:
        if one["relation"] in ("narrower", "related"):
            heads[one["relation"], one["words"][0]].append(one["id"])
    assert {head: ids for head, ids in heads.items() if len(ids) > 1} == {}


def test_no_group_holds_a_word_and_its_opposite(records: list[dict[str, Any]]) -> None:
    wrong = []
    for one in records:
        if one["relation"] not in ("same", "intent"):
            continue
        for here, there in OPPOSITES:
            official = one["words"][0]
            if here in official and there in official:
                continue
            for first, second in combinations(one["words"], 2):
                if _opposed(first, second, here, there) or _opposed(second, first, here, there):
                    wrong.append((one["id"], first, second))
    assert wrong == []


def _opposed(first: str, second: str, here: str, there: str) -> bool:
    return _says(first, here) and there not in first and there in second and not _says(second, here)


def _says(word: str, what: str) -> bool:
    """解除挂失 does not say 挂失."""
    return what in word and not any(undone + what in word for undone in ("解除", "取消", "解"))


def test_what_falls_silent_is_never_a_whole_name_or_alias(vocabulary: Vocabulary) -> None:
    plain = Normaliser()
    swallowed = []
    for name in ("guides", "facts", "places", "orgs", "life_events", "topics"):
        for line in (SAMPLE_CITY / f"{name}.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            for said in (record["name"], *record.get("aliases", ())):
                question = vocabulary.understand(plain.query(said))
                if all(part.silent for part in question.parts):
                    swallowed.append((record["id"], said))
    assert swallowed == []


def test_every_intent_is_reached_by_what_people_say(records: list[dict[str, Any]], vocabulary: Vocabulary) -> None:
    assert {one["intent"] for one in records if one["relation"] == "intent"} == set(INTENTS)
    missed = [
        (intent, said)
        for intent, phrases in INTENTS.items()
        for said in phrases
        if intent not in vocabulary.understand(Normaliser().query(said)).intents
    ]
    assert missed == []
    assert all(len(phrases) >= 6 for phrases in INTENTS.values())


@pytest.mark.parametrize("said", MISTAKEN)
def test_nothing_is_read_into_a_question_that_was_not_said(vocabulary: Vocabulary, said: str) -> None:
    meant = [
        meaning.target for part in vocabulary.understand(Normaliser().query(said)).parts for meaning in part.meanings
    ]
    assert MISTAKEN[said] not in meant


@pytest.mark.parametrize("said", ASKED)
def test_an_everyday_question_finds_its_guide_among_the_first_five(city: CatalogueFile, said: str) -> None:
    found = [(hit.card.id, hit.card.name) for hit in city.search(said, limit=5).hits]
    assert ASKED[said] in dict(found), found


def test_there_are_enough_everyday_questions() -> None:
    assert len(ASKED) >= 60
