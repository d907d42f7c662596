"""Fields of card files, and places."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest

from cardreader import divisions, tlv
from cardreader.fields import Holder, age_months, bcd, bcd_date, bcd_moment, check_character, holder_of, masked, sex
from domain.card import Division, Sex

DAY = dt.date(2026, 11, 21)


def test_the_check_character_of_the_standard() -> None:
    # The example of GB 11643, and one that was published with an invented serial number.
    assert check_character("11010519491231002") == "X"
    assert check_character("37060219900101001") == "7"


@pytest.mark.parametrize(
    ("data", "holder"),
    [
        (b"11010519491231002X", Holder(dt.date(1949, 12, 31), Sex.FEMALE)),
        (b"11010519491231002x\x00\x00", Holder(dt.date(1949, 12, 31), Sex.FEMALE)),
        (b" \x00370602199001010017" + b" " * 14, Holder(dt.date(1990, 1, 1), Sex.MALE)),
        (b"9370602199001010017", Holder(dt.date(1990, 1, 1), Sex.MALE)),
        (b"370602199001010018", Holder()),
        (b"110105491231002", Holder()),
        (b"\xff" * 33, Holder()),
        (b"", Holder()),
    ],
)
def test_holders_by_their_number(data: bytes, holder: Holder) -> None:
    assert holder_of(data) == holder
    assert "19" not in repr(holder)


@pytest.mark.parametrize(
    ("birth", "months"),
    [
        (dt.date(2026, 11, 21), 0),
        (dt.date(2026, 10, 22), 0),
        (dt.date(2026, 10, 21), 1),
        (dt.date(1959, 8, 15), 807),
        (dt.date(2008, 2, 29), 224),
        (dt.date(1906, 11, 21), 1440),
        (dt.date(1906, 10, 21), None),
        (dt.date(2026, 11, 22), None),
        (None, None),
    ],
)
def test_full_months_of_a_plausible_life(birth: dt.date | None, months: int | None) -> None:
    assert age_months(birth, DAY) == months


def test_what_is_not_bcd_is_unknown() -> None:
    assert bcd(bytes.fromhex("4560")) == "4560"
    assert bcd(bytes.fromhex("45FF")) is None
    assert bcd_date(bytes.fromhex("20240229")) == dt.date(2024, 2, 29)
    for bad in ("20230229", "00000000", "FFFFFFFF", "2024AA01", "2024"):
        assert bcd_date(bytes.fromhex(bad)) is None
    assert bcd_moment(bytes.fromhex("20241229141740")) == dt.datetime(2024, 12, 29, 14, 17, 40)
    for bad in ("20241229241740", "2024122914174F", "20241229", ""):
        assert bcd_moment(bytes.fromhex(bad)) is None
    assert [sex(code) for code in "1290"] == [Sex.MALE, Sex.FEMALE, None, None]


def test_masks() -> None:
    assert [masked(number) for number in ("3104930699900000001", "12345", "1234", "")] == [
        "***************0001",
        "*2345",
        "****",
        "",
    ]


def test_tlv_with_patience() -> None:
    data = bytes.fromhex("6F0E8402AABBA5089F0C03010203880101")
    assert tlv.find(data, 0x6F, 0x84) == b"\xaa\xbb"
    assert tlv.find(data, 0x6F, 0xA5, 0x9F0C) == b"\x01\x02\x03"
    assert tlv.find(data[:-5], 0x6F, 0xA5, 0x9F0C) == b"\x01", "cut short: what there is"
    assert tlv.find(data, 0x6F, 0xA5, 0x50) is None
    assert tlv.find(bytes.fromhex("6F8103840101"), 0x6F, 0x84) == b"\x01"
    for odd in ("", "6F", "9F", "9F0C", "6F82", "0000", "6F84FFFFFFFF"):
        assert tlv.find(bytes.fromhex(odd), 0x6F, 0x9F0C) is None


@pytest.mark.parametrize(
    ("code", "city", "division"),
    [
        ("370602", "370602", Division.LOCAL),
        ("370600", "370612", Division.LOCAL),
        ("370684", "370600", Division.LOCAL),  # 蓬莱 before 2020
        ("371000", "370600", Division.PROVINCE),
        ("370000", "370600", None),  # issued for the whole province: it may be from here or not
        ("330300", "370600", Division.ELSEWHERE),
        ("110101", "110105", Division.LOCAL),
        ("500243", "500101", Division.LOCAL),
        ("429004", "429004", Division.LOCAL),
        ("429004", "429005", Division.PROVINCE),  # counties without a prefecture
        ("000000", "370600", None),
        ("999999", "370600", None),
        ("3706", "370600", None),
    ],
)
def test_relations_of_places(code: str, city: str, division: Division | None) -> None:
    assert divisions.relation(code, city) is division


def test_the_three_schemes_are_not_mixed() -> None:
    yantai = divisions.Place("370600", "烟台市")
    assert divisions.of_gbt13497("4560") == yantai
    assert divisions.of_gbt13497("4566") == yantai
    assert divisions.of_gbt2260("370602") == yantai
    assert divisions.of_gbt13497("3706") == divisions.Place("340000", "安徽省")
    assert divisions.of_gbt13497("2614") == divisions.Place("230000", "黑龙江省")
    assert divisions.of_gbt13497("456") is None
    assert divisions.of_gbt13497("45601") is None


@pytest.mark.parametrize(
    "code", ["370600", "370602", "370611", "370612", "370613", "370614", "370634", "370684", "370681"]
)
def test_yantai_has_its_districts_those_of_today_and_those_of_before(code: str) -> None:
    # 蓬莱 was 370684 and 长岛 370634 until both became 370614 in 2020; cards keep what was true when they were made.
    assert divisions.of_gbt2260(code) == divisions.Place("370600", "烟台市")
    assert divisions.relation(code, "370602") is Division.LOCAL


@pytest.mark.parametrize(
    ("prefix", "code", "name"),
    [
        ("2614", "370600", "烟台市"),  # 莱州, the lowest of the city's postcodes
        ("2640", "370600", "烟台市"),
        ("2656", "370600", "烟台市"),  # 蓬莱
        ("2642", "371000", "威海市"),
        ("2000", "310000", "上海市"),
        ("3100", "330100", "杭州市"),
        ("4000", "500000", "重庆市"),
        ("2300", "340100", "合肥市"),
        ("2120", "321100", "镇江市"),
        ("6100", "510100", "成都市"),
        ("5100", "440100", "广州市"),
        ("2699", "370000", "山东省"),  # only the province is known
        ("8699", "540000", "西藏自治区"),
    ],
)
def test_postcodes_of_city_union_cards(prefix: str, code: str, name: str) -> None:
    assert divisions.of_postcode(prefix) == divisions.Place(code, name)


@pytest.mark.parametrize("prefix", ["0000", "0001", "9999", "264", "26400", ""])
def test_what_is_no_postcode(prefix: str) -> None:
    assert divisions.of_postcode(prefix) is None


def test_provinces_by_the_names_that_toll_cards_write() -> None:
    assert divisions.of_province("云南") == divisions.Place("530000", "云南省")
    assert divisions.of_province("内蒙古"[:2]) == divisions.Place("150000", "内蒙古自治区")
    assert divisions.of_province("烟台") is None
    assert divisions.of_province("省") is None


def test_every_prefecture_has_a_postcode_and_no_postcode_two_of_them() -> None:
    with Path(divisions.__file__).with_name("divisions.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    codes = [code for row in rows for code in row["postcode"].split()]
    assert len(codes) == len(set(codes))
    without = {row["name"] for row in rows if not row["postcode"] and not row["gbt2260"].startswith(("7", "8"))}
    assert without == {"三沙市"}


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("2900", "上海市"),
        ("3010", "南京市"),
        ("3640", "淮南市"),
        ("1000", "北京市"),
        ("6900", "重庆市"),
        ("4634", "济南市"),
        ("4757", "济宁市"),
        ("4732", "日照市"),
    ],
)
def test_places_of_real_cards(code: str, name: str) -> None:
    place = divisions.of_gbt13497(code)
    assert place is not None
    assert place.name == name


def test_places_are_those_of_the_national_list(shared_data: Path) -> None:
    with (shared_data / "divisions" / "cities.tsv").open(encoding="utf-8") as stream:
        cities = {row["code"]: row["name"] for row in csv.DictReader(stream, delimiter="\t")}
    named = {code: name for code, name in cities.items() if name not in ("市辖区", "县") and "直辖" not in name}
    for code, name in named.items():
        assert divisions.of_gbt2260(code + "01") == divisions.Place(code + "00", name)


def test_city_codes_of_real_trips_are_where_their_author_was(shared_data: Path) -> None:
    """280 trip records, most with a word about the place. Some acquirers write a foreign city, so not all agree."""
    words = {
        "chongqing": "重庆市",
        "nanjing": "南京市",
        "suzhou": "苏州市",
        "dalian": "大连市",
        "xian": "西安市",
        "qingdao": "青岛市",
        "ningbo": "宁波市",
    }
    seen = right = 0
    with (shared_data / "cards" / "hce_tunion_sfi1e_trips.tsv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            word = (row["author_comment"] or "").split(" ")[0]
            place = divisions.of_gbt13497(row["record_hex"][64:68])
            if word in words and place is not None:
                seen += 1
                right += place.name == words[word]
    assert seen >= 20
    assert right >= 0.9 * seen
