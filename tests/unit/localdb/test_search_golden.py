"""What people really say, against the shipped sample city: the right record among the first three."""

from __future__ import annotations

import pytest

from localdb.catalogue.reader import CatalogueFile

DRIVING = ("机动车驾驶证补领", "机动车驾驶证期满换领", "机动车驾驶证初次申领")

GOLDEN = {
    "驾照": DRIVING,
    "jiazhao": DRIVING,
    "jz": DRIVING,
    "駕照": DRIVING,
    "驾使证": DRIVING,
    "驾驶员改信息": ("机动车驾驶人信息修改",),
    "准生证": ("计划生育服务手册", "生育登记"),
    "一胎证": ("计划生育服务手册", "生育登记"),
    "图书馆几点开门": ("图书馆几点开门",),
    "市区有哪些公园": ("市区有哪些公园",),
    "开饭店": ("开餐馆",),
    "开家餐馆": ("开餐馆",),
    "老年卡": ("公交老年卡办理", "老年人优待"),
    "上户口": ("出生登记",),
    "暂住证": ("居住证申领",),
    "高中转学": ("高中转学", "普通高中转学"),
    "违章": ("道路交通违法处理",),
    "水费": ("水费查询和交纳", "水费在哪交"),
    "房产证": ("不动产权证书遗失补发", "不动产登记资料查询", "新建商品房转移登记"),
    "社保卡丢了": ("社会保障卡补换", "社会保障卡挂失与解除挂失"),
    "公积金提取": ("租房提取住房公积金", "退休提取住房公积金", "偿还房贷提取住房公积金", "购买住房提取住房公积金"),
    "低保": ("最低生活保障",),
    "健康证": ("从业人员健康证明办理",),
    "丧葬费": ("企业职工丧葬补助金和抚恤金申领", "惠民殡葬补贴"),
    "身份证过期了": ("居民身份证换领",),
    "gongjijin": ("住房公积金缴存信息查询和证明", "住房公积金异地转移接续", "租房提取住房公积金"),
    "sfz": ("居民身份证补领", "居民身份证换领", "居民身份证首次申领"),
    "jsz": DRIVING,
    "hkb": ("居民户口簿补领、换领", "分户登记", "户口登记项目变更"),
    "sb": ("社保", "社会保险参保证明查询打印", "社会保障卡申领"),
    "gjj": ("住房公积金缴存信息查询和证明", "住房公积金异地转移接续", "租房提取住房公积金"),
    "zsz": ("计划生育服务手册", "生育登记"),
    "jhz": ("结婚登记", "补领结婚证、离婚证"),
    # said in whole sentences, misspelled, half typed
    "我驾照丢了怎么办": ("机动车驾驶证补领",),
    "jiazhaodiule": ("机动车驾驶证补领",),
    "残急证": ("残疾人证新办", "残疾人服务"),
    "请问老人没钱了能领什么补贴": ("经济困难老年人养老服务补贴", "老年人优待", "高龄津贴"),
    "车管所在哪": ("车辆管理所",),
    "身份证多少钱": ("补身份证多少钱",),
    "领证": ("结婚", "结婚登记"),
    "passport": ("普通护照申领",),
    "shebaok": ("社会保障卡申领", "社会保障卡补换"),
}


@pytest.mark.parametrize("query", GOLDEN)
def test_the_right_record_is_among_the_first_three(city: CatalogueFile, query: str) -> None:
    found = [hit.card.name for hit in city.search(query).hits[:3]]
    assert set(found) & set(GOLDEN[query]), found


def test_every_name_and_alias_of_a_guide_leads_to_it(city: CatalogueFile) -> None:
    lost = []
    for card in city.by_theme([f"{whom}:{code:03}" for whom in ("person", "legal") for code in range(5, 1000, 5)]):
        if card.kind == "guide":
            for said in filter(None, (card.name, card.alias)):
                found = [hit.card.id for hit in city.search(said, limit=8).hits]
                if card.id not in found:
                    lost.append((card.id, said, found[:3]))
    assert lost == []


INITIALS = {
    "sfz": "居民身份证",
    "jsz": "机动车驾驶证",
    "hkb": "居民户口簿",
    "sb": "社",
    "gjj": "住房公积金",
    "zsz": "计划生育服务手册",
    "jhz": "结婚",
}


@pytest.mark.parametrize("letters", INITIALS)
def test_initials_lead_first_to_what_is_mostly_meant(city: CatalogueFile, letters: str) -> None:
    """sfz is a name of 海船船员适任证书 (三副证), too; hardly anybody means that."""
    first = city.search(letters).hits[0].card.name
    assert first.startswith(INITIALS[letters]), first
